"""What subscribers of a topic get."""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import boto3
import pytest
import requests
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

NUMBERS = itertools.count()
NOBODY = "arn:aws:sqs:us-east-1:123456789012:nobody"


@pytest.fixture
def sns(cloud: Any) -> Any:
    return boto3.client("sns")


@pytest.fixture
def topic(sns: Any) -> str:
    return str(sns.create_topic(Name=f"topic-{next(NUMBERS)}")["TopicArn"])


@pytest.fixture
def subscribe(sns: Any, topic: str) -> Callable[..., str]:
    """Subscribe an endpoint; returns the subscription's ARN."""

    def call(protocol: str, endpoint: str, **attributes: str) -> str:
        made = sns.subscribe(
            TopicArn=topic,
            Protocol=protocol,
            Endpoint=endpoint,
            Attributes=attributes,
            ReturnSubscriptionArn=True,
        )
        return str(made["SubscriptionArn"])

    return call


def text(value: str, kind: str = "String") -> dict[str, str]:
    return {"DataType": kind, "StringValue": value}


def test_a_queue_gets_the_envelope(
    sns: Any, topic: str, subscribe: Any, mailbox: Any, cloud: Any
) -> None:
    """The fields in AWS's order: docs.aws.amazon.com/sns/latest/dg/http-notification-json.html"""
    subscription = subscribe("sqs", mailbox.arn)
    published = sns.publish(
        TopicArn=topic,
        Subject="Hi",
        Message="Hällo",
        MessageAttributes={"size": text("3", "Number")},
    )
    [body] = mailbox.bodies()
    envelope = json.loads(body)
    assert list(envelope) == [
        "Type",
        "MessageId",
        "TopicArn",
        "Subject",
        "Message",
        "Timestamp",
        "SignatureVersion",
        "Signature",
        "SigningCertURL",
        "UnsubscribeURL",
        "MessageAttributes",
    ]
    assert envelope["Type"] == "Notification"
    assert envelope["MessageId"] == published["MessageId"]
    assert envelope["TopicArn"] == topic
    assert (envelope["Subject"], envelope["Message"]) == ("Hi", "Hällo")
    assert envelope["SignatureVersion"] == "1"
    assert envelope["MessageAttributes"] == {"size": {"Type": "Number", "Value": "3"}}
    assert envelope["UnsubscribeURL"].endswith(
        f"?Action=Unsubscribe&SubscriptionArn={subscription}"
    )
    assert body.startswith('{\n  "Type" : "Notification",\n  "MessageId" : "')
    assert body.endswith(
        '  "MessageAttributes" : {\n    "size" : {"Type":"Number","Value":"3"}\n  }\n}'
    )


@pytest.mark.parametrize(("version", "algorithm"), [("1", hashes.SHA1), ("2", hashes.SHA256)])
def test_the_signature_can_be_verified(
    sns: Any, topic: str, subscribe: Any, mailbox: Any, version: str, algorithm: Any
) -> None:
    """docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html"""
    attribute = {"AttributeName": "SignatureVersion", "AttributeValue": version}
    sns.set_topic_attributes(TopicArn=topic, **attribute)
    subscribe("sqs", mailbox.arn)
    sns.publish(TopicArn=topic, Subject="Hi", Message="hello")
    [envelope] = mailbox.documents()
    names = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
    signed = "".join(f"{name}\n{envelope[name]}\n" for name in names).encode()
    pem = requests.get(envelope["SigningCertURL"], timeout=5).content
    key: Any = x509.load_pem_x509_certificate(pem).public_key()
    key.verify(base64.b64decode(envelope["Signature"]), signed, padding.PKCS1v15(), algorithm())


def test_raw_delivery(sns: Any, topic: str, subscribe: Any, mailbox: Any) -> None:
    subscribe("sqs", mailbox.arn, RawMessageDelivery="true")
    attributes = {
        "kind": text("order"),
        "photo": {"DataType": "Binary", "BinaryValue": b"\x00\x01"},
    }
    sns.publish(TopicArn=topic, Message="plain", MessageAttributes=attributes)
    [message] = mailbox.messages()
    assert message["Body"] == "plain"
    assert message["MessageAttributes"] == attributes


def test_a_function_gets_a_record(
    sns: Any, topic: str, subscribe: Any, mailbox: Any, make_reporter: Any, until: Any
) -> None:
    """docs.aws.amazon.com/lambda/latest/dg/with-sns.html"""
    subscription = subscribe("lambda", make_reporter(mailbox, "sns"))
    sns.publish(TopicArn=topic, Message="hello", MessageAttributes={"a": text("b")})
    [event] = until(mailbox.documents, "the function's event")
    [record] = event["Records"]
    assert (record["EventSource"], record["EventVersion"]) == ("aws:sns", "1.0")
    assert record["EventSubscriptionArn"] == subscription
    told = record["Sns"]
    assert told["Type"] == "Notification"
    assert (told["TopicArn"], told["Message"], told["Subject"]) == (topic, "hello", None)
    assert told["MessageAttributes"] == {"a": {"Type": "String", "Value": "b"}}
    assert {"MessageId", "Timestamp", "SignatureVersion", "Signature"} <= set(told)
    assert {"SigningCertUrl", "UnsubscribeUrl"} <= set(told)


def test_each_protocol_gets_its_own_text(
    sns: Any, topic: str, subscribe: Any, mailbox: Any, cloud: Any
) -> None:
    subscribe("sqs", mailbox.arn, RawMessageDelivery="true")
    subscribe("sms", "+12065550100")
    message = json.dumps({"default": "for all", "sms": "short"})
    sns.publish(TopicArn=topic, Message=message, MessageStructure="json")
    assert mailbox.bodies() == ["for all"]
    assert [letter.text for letter in cloud.outbox.letters(topic)] == ["short"]


def test_more_than_a_hundred_subscribers(sns: Any, topic: str, subscribe: Any, cloud: Any) -> None:
    for number in range(101):
        subscribe("sms", f"+1206555{number:04}")
    sns.publish(TopicArn=topic, Message="to all")
    assert len(cloud.outbox.letters(topic)) == 101


def test_what_cannot_be_delivered_goes_to_the_dead_letters(
    sns: Any, topic: str, subscribe: Any, mailbox: Any
) -> None:
    redrive = json.dumps({"deadLetterTargetArn": mailbox.arn})
    subscribe("sqs", NOBODY, RedrivePolicy=redrive)
    sns.publish(TopicArn=topic, Message="lost", MessageAttributes={"a": text("b")})
    [message] = mailbox.messages()
    assert json.loads(message["Body"])["Message"] == "lost"
    assert {"RequestID", "ErrorCode", "ErrorMessage"} == set(message["MessageAttributes"])


def test_a_function_that_is_not_there(sns: Any, topic: str, subscribe: Any, mailbox: Any) -> None:
    redrive = json.dumps({"deadLetterTargetArn": mailbox.arn})
    function = "arn:aws:lambda:us-east-1:123456789012:function:nobody"
    subscribe("lambda", function, RedrivePolicy=redrive)
    sns.publish(TopicArn=topic, Message="lost")
    assert [one["Message"] for one in mailbox.documents()] == ["lost"]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"Message": ""}, "Empty message"),
        ({"Message": "ä" * 131_073}, "Message too long"),
        ({"Message": "x" * 262_140, "MessageAttributes": {"n": text("v")}}, "Message too long"),
        ({"Message": "x", "Subject": "s" * 101}, "Subject"),
        (
            {"Message": "no JSON", "MessageStructure": "json"},
            "Message Structure - JSON message body failed to parse",
        ),
        (
            {"Message": '{"sqs": "x"}', "MessageStructure": "json"},
            "Message Structure - No default entry in JSON message body",
        ),
    ],
    ids=["empty", "bytes", "attributes", "subject", "no-json", "no-default"],
)
def test_what_cannot_be_published(sns: Any, topic: str, given: Any, problem: str) -> None:
    with pytest.raises(sns.exceptions.InvalidParameterException) as error:
        sns.publish(TopicArn=topic, **given)
    assert error.value.response["Error"]["Message"] == f"Invalid parameter: {problem}"


def test_a_message_of_256_kib_fits(sns: Any, topic: str, subscribe: Any, mailbox: Any) -> None:
    subscribe("sqs", mailbox.arn, RawMessageDelivery="true")
    sns.publish(TopicArn=topic, Message="x" * 262_144)
    assert [len(body) for body in mailbox.bodies()] == [262_144]


def test_a_topic_that_is_not_there(sns: Any, topic: str) -> None:
    with pytest.raises(sns.exceptions.NotFoundException) as error:
        sns.publish(TopicArn=topic + "-other", Message="x")
    assert error.value.response["Error"]["Message"] == "Topic does not exist"


def test_a_batch_tells_of_each_entry(sns: Any, topic: str, subscribe: Any, mailbox: Any) -> None:
    subscribe("sqs", mailbox.arn, RawMessageDelivery="true")
    entries = [
        {"Id": "good", "Message": "one"},
        {"Id": "subject", "Message": "two", "Subject": "s" * 101},
        {"Id": "empty", "Message": "{}", "MessageStructure": "json"},
    ]
    answer = sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)
    assert [one["Id"] for one in answer["Successful"]] == ["good"]
    failed = {one["Id"]: (one["Code"], one["SenderFault"]) for one in answer["Failed"]}
    assert failed == dict.fromkeys(("subject", "empty"), ("InvalidParameter", True))
    assert mailbox.bodies() == ["one"]


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ([], "EmptyBatchRequest"),
        ([{"Id": str(n), "Message": "x"} for n in range(11)], "TooManyEntriesInBatchRequest"),
        ([{"Id": "a", "Message": "x"}] * 2, "BatchEntryIdsNotDistinct"),
        ([{"Id": n, "Message": "x" * 131_073} for n in "ab"], "BatchRequestTooLong"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_batch(sns: Any, topic: str, entries: Any, code: str) -> None:
    with pytest.raises(ClientError) as error:
        sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)
    assert error.value.response["Error"]["Code"] == code


@pytest.mark.simulated_clock
def test_a_fifo_topic_takes_a_message_once_in_five_minutes(
    sns: Any, make_mailbox: Any, cloud: Any
) -> None:
    """docs.aws.amazon.com/sns/latest/dg/fifo-message-dedup.html"""
    attributes = {"FifoTopic": "true", "ContentBasedDeduplication": "true"}
    topic = sns.create_topic(Name="orders.fifo", Attributes=attributes)["TopicArn"]
    mailbox = make_mailbox(".fifo", FifoQueue="true")
    sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=mailbox.arn,
        Attributes={"RawMessageDelivery": "true"},
    )
    for wait in (timedelta(0), timedelta(minutes=1), timedelta(minutes=5)):
        cloud.clock.advance(seconds=wait.total_seconds())
        sns.publish(TopicArn=topic, Message="again", MessageGroupId="one")
    assert mailbox.bodies() == ["again", "again"]
