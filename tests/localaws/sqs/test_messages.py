"""Sending, receiving and deleting: counts, times, limits and words.

docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide and APIReference; words of errors
are recordings of AWS where there is one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.simulated_clock

EXPIRED = "Message does not exist or is not available for visibility timeout change."


def refusal(call: Callable[..., Any], **given: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**given)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


class TestCounts:
    def test_every_message_is_in_one_place(self, clock: Any, make_queue: Any) -> None:
        queue = make_queue(VisibilityTimeout="30")
        queue.send("a", "b", "c")
        queue.send("late", DelaySeconds=60)
        assert queue.counts() == (3, 0, 1)
        [message] = queue.receive(1)
        assert queue.counts() == (2, 1, 1)
        clock.advance(seconds=30)
        assert queue.counts() == (3, 0, 1)
        queue.delete(message)
        clock.advance(seconds=30)
        assert queue.counts() == (3, 0, 0)

    def test_what_comes_again_counts_its_receives(self, clock: Any, make_queue: Any) -> None:
        queue = make_queue(VisibilityTimeout="30")
        queue.send("a")
        first = queue.receive()[0]
        clock.advance(seconds=30)
        second = queue.receive()[0]
        assert first["ReceiptHandle"] != second["ReceiptHandle"]
        told = first["Attributes"], second["Attributes"]
        assert [one["ApproximateReceiveCount"] for one in told] == ["1", "2"]
        assert len({one["ApproximateFirstReceiveTimestamp"] for one in told}) == 1

    def test_the_age_of_the_oldest(self, clock: Any, make_queue: Any) -> None:
        """For the metric ApproximateAgeOfOldestMessage."""
        from moto.sqs.models import sqs_backends

        queue = make_queue(VisibilityTimeout="1")
        held = sqs_backends["123456789012"]["us-east-1"].queues[queue.url.rpartition("/")[2]]
        assert held.age_of_oldest_message() == 0
        queue.send("poison")
        clock.advance(seconds=10)
        queue.send("young")
        assert held.age_of_oldest_message() == 10
        for _ in range(4):  # received more than three times, it does not count any more
            queue.receive(1)
            clock.advance(seconds=1)
        assert held.age_of_oldest_message() == 4


class TestRetention:
    def test_a_message_is_gone_after_its_time(self, clock: Any, make_queue: Any) -> None:
        queue = make_queue(MessageRetentionPeriod="3600")
        queue.send("old")
        clock.advance(seconds=1800)
        queue.send("young")
        clock.advance(seconds=1799)
        assert queue.counts() == (2, 0, 0)
        clock.advance(seconds=1)
        assert queue.bodies() == ["young"]

    def test_a_dead_letter_is_as_old_as_it_was(self, clock: Any, make_queue: Any) -> None:
        """sqs-dead-letter-queues.html: the dead-letter queue should keep messages for longer."""
        dead = make_queue(MessageRetentionPeriod="3600")
        queue = make_queue(dead, 1, VisibilityTimeout="0")
        queue.send("a")
        clock.advance(seconds=3000)
        assert (queue.bodies(), queue.bodies()) == (["a"], [])
        assert dead.counts() == (1, 0, 0)
        clock.advance(seconds=600)
        assert dead.counts() == (0, 0, 0)


class TestDeadLetters:
    def test_moves_on_the_receive_after_the_last_one(self, clock: Any, make_queue: Any) -> None:
        dead = make_queue()
        queue = make_queue(dead, 2, VisibilityTimeout="10")
        [sent] = queue.send("a")
        for _ in range(2):
            assert queue.bodies() == ["a"]
            clock.advance(seconds=10)
        assert (queue.counts(), dead.counts()) == ((1, 0, 0), (0, 0, 0))
        assert queue.bodies() == []
        [message] = dead.receive()
        assert message["MessageId"] == sent["MessageId"]
        assert message["Attributes"]["ApproximateReceiveCount"] == "3"
        assert message["Attributes"]["DeadLetterQueueSourceArn"] == queue.arn

    @pytest.mark.parametrize(
        ("policy", "reason"),
        [
            ({"maxReceiveCount": 1}, "Redrive policy does not contain mandatory attribute: "),
            ({"deadLetterTargetArn": "dummy", "maxReceiveCount": 1}, "Invalid value for deadLette"),
            (
                {"deadLetterTargetArn": "arn:aws:sqs:us-east-1:123456789012:x"}
                | {"maxReceiveCount": 1},
                "Dead letter target does not exist.",
            ),
        ],
    )
    def test_policies(self, sqs: Any, make_queue: Any, policy: Any, reason: str) -> None:
        queue, text = make_queue(), json.dumps(policy)
        attributes = {"RedrivePolicy": text}
        code, message = refusal(sqs.set_queue_attributes, QueueUrl=queue.url, Attributes=attributes)
        assert code == "InvalidParameterValue"
        begin = f"Value {text} for parameter RedrivePolicy is invalid. Reason: {reason}"
        assert message.startswith(begin)

    def test_the_dead_letter_queue_says_whose_it_is(self, sqs: Any, make_queue: Any) -> None:
        friend, stranger = make_queue(), make_queue()
        allowed = {"redrivePermission": "byQueue", "sourceQueueArns": [friend.arn]}
        dead = make_queue(RedriveAllowPolicy=json.dumps(allowed))
        assert json.loads(dead.attributes()["RedriveAllowPolicy"]) == allowed
        policy = json.dumps({"deadLetterTargetArn": dead.arn, "maxReceiveCount": 2})
        attributes = {"RedrivePolicy": policy}
        sqs.set_queue_attributes(QueueUrl=friend.url, Attributes=attributes)
        code, _ = refusal(sqs.set_queue_attributes, QueueUrl=stranger.url, Attributes=attributes)
        assert code == "InvalidParameterValue"


class TestVisibility:
    def test_twelve_hours_from_the_receive(self, clock: Any, sqs: Any, make_queue: Any) -> None:
        queue = make_queue()
        queue.send("a")
        clock.advance(hours=20)
        [message] = queue.receive()
        given = {"QueueUrl": queue.url, "ReceiptHandle": message["ReceiptHandle"]}
        sqs.change_message_visibility(**given, VisibilityTimeout=43_200)
        clock.advance(hours=1)
        assert refusal(sqs.change_message_visibility, **given, VisibilityTimeout=43_000) == (
            "InvalidParameterValue",
            (
                "Value 43000 for parameter VisibilityTimeout is invalid. Reason: Total "
                "VisibilityTimeout for the message is beyond the limit [43200 seconds]"
            ),
        )

    def test_of_a_message_that_is_gone(self, sqs: Any, make_queue: Any) -> None:
        queue = make_queue()
        queue.send("a")
        [message] = queue.receive()
        queue.delete(message)
        queue.delete(message)  # nothing happens
        given = {"QueueUrl": queue.url, "ReceiptHandle": message["ReceiptHandle"]}
        code, words = refusal(sqs.change_message_visibility, **given, VisibilityTimeout=1)
        assert code == "InvalidParameterValue"
        assert words.endswith(EXPIRED)

    def test_a_made_up_handle(self, sqs: Any, make_queue: Any) -> None:
        queue, other = make_queue(), make_queue()
        other.send("a")
        for handle in ("made up", other.receive()[0]["ReceiptHandle"]):
            code, _ = refusal(sqs.delete_message, QueueUrl=queue.url, ReceiptHandle=handle)
            assert code == "ReceiptHandleIsInvalid"


class TestLimits:
    @pytest.mark.parametrize(
        ("given", "words"),
        [
            (
                {"MaxNumberOfMessages": 11},
                (
                    "Value 11 for parameter MaxNumberOfMessages is invalid. "
                    "Reason: Must be between 1 and 10, if provided."
                ),
            ),
            (
                {"WaitTimeSeconds": 21},
                (
                    "Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and "
                    "<= 20, if provided."
                ),
            ),
            (
                {"VisibilityTimeout": 43_201},
                (
                    "Value 43201 for parameter VisibilityTimeout is invalid. "
                    "Reason: Must be between 0 and 43200, if provided."
                ),
            ),
        ],
    )
    def test_of_a_receive(self, sqs: Any, make_queue: Any, given: Any, words: str) -> None:
        url = make_queue().url
        assert refusal(sqs.receive_message, QueueUrl=url, **given) == (
            "InvalidParameterValue",
            words,
        )

    def test_of_a_message(self, sqs: Any, make_queue: Any) -> None:
        queue = make_queue(MaximumMessageSize="1024")
        queue.send("x" * 1024)
        text = {"DataType": "String", "StringValue": "v"}
        for given in (
            {"MessageBody": "é" * 513},  # bytes count
            {"MessageBody": "x" * 1020, "MessageAttributes": {"name": text}},
        ):
            assert refusal(sqs.send_message, QueueUrl=queue.url, **given) == (
                "InvalidParameterValue",
                (
                    "One or more parameters are invalid. Reason: Message must be shorter than 1024 "
                    "bytes."
                ),
            )

    def test_characters(self, sqs: Any, make_queue: Any) -> None:
        url = make_queue().url
        sqs.send_message(QueueUrl=url, MessageBody="tab\t, line\r\n, \U0001f600")
        for body in ("\x00", "\x0b", "\uffff"):
            code, words = refusal(sqs.send_message, QueueUrl=url, MessageBody=body)
            assert code == "InvalidMessageContents"
            assert words.startswith("Invalid characters found. Valid unicode characters are #x9 |")

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("VisibilityTimeout", "43201"),
            ("DelaySeconds", "901"),
            ("MessageRetentionPeriod", "59"),
            ("MaximumMessageSize", "1048577"),
            ("ReceiveMessageWaitTimeSeconds", "21"),
        ],
    )
    def test_of_an_attribute(self, sqs: Any, make_queue: Any, name: str, value: str) -> None:
        queue = make_queue()
        given = {"QueueUrl": queue.url, "Attributes": {name: value}}
        assert refusal(sqs.set_queue_attributes, **given) == (
            "InvalidAttributeValue",
            f"Invalid value for the parameter {name}.",
        )

    def test_in_flight(self, sqs: Any, make_queue: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        from localaws.sqs import queues

        assert queues.IN_FLIGHT_QUOTA == 120_000
        monkeypatch.setattr(queues, "IN_FLIGHT_QUOTA", 3)
        queue = make_queue()
        queue.send(*"abcde")
        assert len(queue.receive(3)) == 3
        assert refusal(sqs.receive_message, QueueUrl=queue.url)[0] == "OverLimit"
        assert queue.receive(WaitTimeSeconds=1) == []

    def test_purges(self, clock: Any, sqs: Any, make_queue: Any) -> None:
        queue = make_queue()
        queue.send("a", "b")
        queue.receive(1)
        sqs.purge_queue(QueueUrl=queue.url)
        assert queue.counts() == (0, 0, 0)
        code, _ = refusal(sqs.purge_queue, QueueUrl=queue.url)
        assert code == "AWS.SimpleQueueService.PurgeQueueInProgress"
        clock.advance(seconds=60)
        sqs.purge_queue(QueueUrl=queue.url)


class TestBatchCalls:
    def test_one_that_is_refused_keeps_none_back(self, sqs: Any, make_queue: Any) -> None:
        queue = make_queue()
        entries = [
            {"Id": "good", "MessageBody": "a"},
            {"Id": "late", "MessageBody": "b", "DelaySeconds": 901},
            {"Id": "odd", "MessageBody": "\x00"},
        ]
        answer = sqs.send_message_batch(QueueUrl=queue.url, Entries=entries)
        assert [one["Id"] for one in answer["Successful"]] == ["good"]
        assert [(one["Id"], one["Code"], one["SenderFault"]) for one in answer["Failed"]] == [
            ("late", "InvalidParameterValue", True),
            ("odd", "InvalidMessageContents", True),
        ]
        assert queue.bodies() == ["a"]

    def test_deletes_and_visibility(self, sqs: Any, make_queue: Any) -> None:
        queue = make_queue()
        queue.send("a", "b")
        first, second = (message["ReceiptHandle"] for message in queue.receive())
        timeouts = [("good", first, 0), ("long", second, 43_201), ("made-up", "x", 1)]
        answer = sqs.change_message_visibility_batch(
            QueueUrl=queue.url,
            Entries=[
                {"Id": name, "ReceiptHandle": handle, "VisibilityTimeout": timeout}
                for name, handle, timeout in timeouts
            ],
        )
        assert [one["Id"] for one in answer["Successful"]] == ["good"]
        assert [(one["Id"], one["Code"]) for one in answer["Failed"]] == [
            ("long", "InvalidParameterValue"),
            ("made-up", "ReceiptHandleIsInvalid"),
        ]
        answer = sqs.delete_message_batch(
            QueueUrl=queue.url,
            Entries=[{"Id": "1", "ReceiptHandle": second}, {"Id": "2", "ReceiptHandle": "x"}],
        )
        assert [one["Id"] for one in answer["Successful"]] == ["1"]
        assert [one["Code"] for one in answer["Failed"]] == ["ReceiptHandleIsInvalid"]
        assert queue.bodies() == ["a"]

    @pytest.mark.parametrize(
        ("ids", "code"),
        [
            (["a", "a"], "BatchEntryIdsNotDistinct"),
            (["not:valid"], "InvalidBatchEntryId"),
            ([str(number) for number in range(11)], "TooManyEntriesInBatchRequest"),
            ([], "EmptyBatchRequest"),
        ],
    )
    def test_ids(self, sqs: Any, make_queue: Any, ids: list[str], code: str) -> None:
        url = make_queue().url
        sends = [{"Id": one, "MessageBody": "a"} for one in ids]
        deletes = [{"Id": one, "ReceiptHandle": f"handle {index}"} for index, one in enumerate(ids)]
        for call, entries in (
            (sqs.send_message_batch, sends),
            (sqs.delete_message_batch, deletes),
        ):
            found, _ = refusal(call, QueueUrl=url, Entries=entries)
            assert found == f"AWS.SimpleQueueService.{code}"

    def test_the_size_of_all(self, sqs: Any, make_queue: Any) -> None:
        url = make_queue().url
        entries = [{"Id": str(number), "MessageBody": "x" * 524_289} for number in range(2)]
        assert refusal(sqs.send_message_batch, QueueUrl=url, Entries=entries) == (
            "AWS.SimpleQueueService.BatchRequestTooLong",
            "Batch requests cannot be longer than 1048576 bytes. You have sent 1048578 bytes.",
        )


class TestFifo:
    def test_a_repetition_is_taken_and_not_delivered(self, clock: Any, make_queue: Any) -> None:
        queue = make_queue(FifoQueue="true")
        given = {"MessageGroupId": "g", "MessageDeduplicationId": "d"}
        first = queue.send("a", **given)[0]
        queue.delete(queue.receive()[0])
        clock.advance(seconds=299)
        second = queue.send("a", **given)[0]
        assert second["MessageId"] == first["MessageId"]
        assert second["SequenceNumber"] == first["SequenceNumber"]
        assert queue.receive() == []
        clock.advance(seconds=1)
        third = queue.send("a", **given)[0]
        assert int(third["SequenceNumber"]) > int(first["SequenceNumber"])
        assert queue.bodies() == ["a"]

    def test_a_group_waits_for_what_is_in_flight(self, clock: Any, make_queue: Any) -> None:
        queue = make_queue(FifoQueue="true", ContentBasedDeduplication="true")
        for body in ("a1", "b1", "a2", "b2"):
            queue.send(body, MessageGroupId=body[0])
        [first] = queue.receive(1)
        assert first["Body"] == "a1"
        assert queue.bodies() == ["b1", "b2"]
        assert queue.bodies() == []
        queue.delete(first)
        assert queue.bodies() == ["a2"]

    def test_as_many_of_one_group_as_there_are(self, make_queue: Any) -> None:
        queue = make_queue(FifoQueue="true", ContentBasedDeduplication="true")
        for body in ("a1", "b1", "a2", "b2", "a3"):
            queue.send(body, MessageGroupId=body[0])
        assert queue.bodies(3) == ["a1", "a2", "a3"]

    def test_an_old_handle_deletes_nothing(self, clock: Any, sqs: Any, make_queue: Any) -> None:
        queue = make_queue(FifoQueue="true", VisibilityTimeout="10")
        queue.send("a", MessageGroupId="g", MessageDeduplicationId="d")
        [message] = queue.receive()
        clock.advance(seconds=10)
        handle = message["ReceiptHandle"]
        assert refusal(sqs.delete_message, QueueUrl=queue.url, ReceiptHandle=handle) == (
            "InvalidParameterValue",
            (
                f"Value {handle} for parameter ReceiptHandle is invalid. "
                "Reason: The receipt handle has expired."
            ),
        )

    def test_what_a_message_needs(self, sqs: Any, make_queue: Any) -> None:
        given = {"QueueUrl": make_queue(FifoQueue="true").url, "MessageBody": "a"}
        assert refusal(sqs.send_message, **given)[0] == "MissingParameter"
        assert refusal(sqs.send_message, **given, MessageGroupId="g")[1].startswith(
            "The queue should either have ContentBasedDeduplication enabled"
        )


def test_a_name_that_is_taken(sqs: Any, make_queue: Any) -> None:
    name = make_queue().url.rpartition("/")[2]
    assert refusal(sqs.create_queue, QueueName=name, Attributes={"DelaySeconds": "9"}) == (
        "QueueAlreadyExists",
        (
            "A queue already exists with the same name and a different value for attribute "
            "DelaySeconds"
        ),
    )


def test_a_policy_outlives_other_settings(sqs: Any, make_queue: Any) -> None:
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny"}]})
    queue = make_queue(Policy=policy)
    sqs.set_queue_attributes(QueueUrl=queue.url, Attributes={"DelaySeconds": "1"})
    assert json.loads(queue.attributes()["Policy"]) == json.loads(policy)


def test_an_attribute_that_nobody_knows(sqs: Any, make_queue: Any) -> None:
    url = make_queue().url
    expected = ("InvalidAttributeName", "Unknown Attribute Colour.")
    given = {"QueueUrl": url, "Attributes": {"Colour": "red"}}
    assert refusal(sqs.set_queue_attributes, **given) == expected
    given = {"QueueName": "coloured", "Attributes": {"Colour": "red"}}
    assert refusal(sqs.create_queue, **given) == expected


def test_a_template_changes_every_attribute(cloud: Any, sqs: Any) -> None:
    """Those that it no longer names get their default."""
    stacks = boto3.client("cloudformation")

    def template(**properties: Any) -> dict[str, str]:
        queue = {"Type": "AWS::SQS::Queue"}
        dead = {**queue, "Properties": {"QueueName": "updated-dead"}}
        main = {**queue, "Properties": {"QueueName": "updated", **properties}}
        body = json.dumps({"Resources": {"Dead": dead, "Main": main}})
        return {"StackName": "queues", "TemplateBody": body}

    def told() -> dict[str, str]:
        url = sqs.get_queue_url(QueueName="updated")["QueueUrl"]
        answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
        return dict(answer["Attributes"])

    target = {"Fn::GetAtt": ["Dead", "Arn"]}
    policy = {"deadLetterTargetArn": target, "maxReceiveCount": 5}
    stacks.create_stack(**template(DelaySeconds=9, RedrivePolicy=policy))
    assert (told()["DelaySeconds"], told()["VisibilityTimeout"]) == ("9", "30")
    policy["maxReceiveCount"] = 2
    stacks.update_stack(**template(VisibilityTimeout=77, RedrivePolicy=policy))
    assert (told()["DelaySeconds"], told()["VisibilityTimeout"]) == ("0", "77")
    assert json.loads(told()["RedrivePolicy"])["maxReceiveCount"] == 2
    stacks.update_stack(**template(VisibilityTimeout=78))
    assert "RedrivePolicy" not in told()
    stacks.delete_stack(StackName="queues")
