"""How a queue's messages reach a function.

docs.aws.amazon.com/lambda/latest/dg/with-sqs.html, services-sqs-scaling.html,
services-sqs-errorhandling.html, with-sqs-filtering.html
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import boto3
import pytest

pytestmark = pytest.mark.simulated_clock

REPORT = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}
FAIL_BAD = """
if any(record["body"].startswith("bad") for record in records):
    raise ValueError("bad")
"""
REPORT_BAD = """
bad = [record["messageId"] for record in records if record["body"].startswith("bad")]
return {"batchItemFailures": [{"itemIdentifier": one} for one in bad]}
"""


def bodies(count: int) -> list[str]:
    return [f"m{number}" for number in range(count)]


class TestBatches:
    def test_what_waits_is_delivered_in_batches(
        self, clock: Any, make_queue: Any, consume: Any
    ) -> None:
        queue = make_queue()
        queue.send(*bodies(25))
        consumer = consume(queue)
        clock.advance(seconds=1)
        assert consumer.bodies() == [
            (0, bodies(25)[:10]),
            (0, bodies(25)[10:20]),
            (0, bodies(25)[20:]),
        ]
        assert queue.counts() == (0, 0, 0)

    def test_a_window_gathers_a_batch(self, clock: Any, make_queue: Any, consume: Any) -> None:
        queue = make_queue(VisibilityTimeout="400")
        consumer = consume(queue, BatchSize=100, MaximumBatchingWindowInSeconds=60)
        queue.send("first")
        clock.advance(seconds=40)
        queue.send(*bodies(11))
        clock.advance(seconds=19.999)
        assert consumer.bodies() == []
        assert queue.counts() == (0, 12, 0)
        clock.advance(seconds=0.001)
        assert consumer.bodies() == [(60, ["first", *bodies(11)])]

    def test_a_full_batch_does_not_wait_for_the_window(
        self, clock: Any, make_queue: Any, consume: Any
    ) -> None:
        queue = make_queue()
        consumer = consume(queue, BatchSize=3, MaximumBatchingWindowInSeconds=20)
        queue.send("a", "b")
        clock.advance(seconds=5)
        queue.send("c", "d")
        clock.advance(seconds=30)
        assert consumer.bodies() == [(5, ["a", "b", "c"]), (25, ["d"])]

    def test_an_event_has_six_megabytes_at_most(
        self, clock: Any, make_queue: Any, consume: Any
    ) -> None:
        queue = make_queue()
        queue.send(*["x" * 1_000_000] * 8)
        consumer = consume(queue)
        clock.advance(seconds=1)
        assert [len(records) for _, records in consumer.batches()] == [6, 2]
        assert queue.counts() == (0, 0, 0)

    def test_a_delayed_message_comes_when_it_is_due(
        self, clock: Any, make_queue: Any, consume: Any
    ) -> None:
        queue = make_queue()
        consumer = consume(queue)
        queue.send("late", DelaySeconds=90)
        clock.advance(minutes=5)
        assert consumer.bodies() == [(90, ["late"])]


class TestConcurrency:
    def test_five_batches_at_first_and_more_while_messages_wait(
        self, clock: Any, make_queue: Any, consume: Any
    ) -> None:
        queue = make_queue(VisibilityTimeout="600")
        queue.send(*bodies(12))
        consumer = consume(queue, "time.sleep(15)", BatchSize=1)
        clock.advance(seconds=30)
        starts = [at for at, _ in consumer.bodies()]
        assert starts == [0.0] * 5 + [1.0] * 5 + [2.0] * 2

    def test_maximum_concurrency(self, clock: Any, make_queue: Any, consume: Any) -> None:
        queue = make_queue(VisibilityTimeout="600")
        queue.send(*bodies(6))
        limit = {"MaximumConcurrency": 2}
        consumer = consume(queue, "time.sleep(100)", timeout=120, BatchSize=1, ScalingConfig=limit)
        clock.advance(seconds=400)
        assert [at for at, _ in consumer.bodies()] == [0, 0, 100, 100, 200, 200]


class TestFailures:
    def test_a_batch_that_fails_comes_again_as_a_whole(
        self, clock: Any, make_queue: Any, consume: Any
    ) -> None:
        queue = make_queue(VisibilityTimeout="60")
        consumer = consume(queue, FAIL_BAD)
        queue.send("good", "bad")
        clock.advance(seconds=60)
        assert consumer.bodies() == [(0, ["good", "bad"]), (60, ["good", "bad"])]

    def test_only_what_is_reported_comes_again(
        self, clock: Any, make_queue: Any, consume: Any
    ) -> None:
        queue = make_queue(VisibilityTimeout="60")
        consumer = consume(queue, REPORT_BAD, **REPORT)
        queue.send("good", "bad", "good")
        clock.advance(seconds=60)
        assert consumer.bodies() == [(0, ["good", "bad", "good"]), (60, ["bad"])]

    def test_a_report_that_nobody_asked_for_is_not_read(
        self, clock: Any, make_queue: Any, consume: Any
    ) -> None:
        queue = make_queue()
        consume(queue, REPORT_BAD)
        queue.send("bad")
        clock.advance(seconds=1)
        assert queue.counts() == (0, 0, 0)

    @pytest.mark.parametrize(
        "answer", ["None", "{}", "[]", "{'batchItemFailures': []}", "{'batchItemFailures': None}"]
    )
    def test_nothing_reported_is_a_complete_success(
        self, clock: Any, make_queue: Any, consume: Any, answer: str
    ) -> None:
        queue = make_queue()
        consume(queue, f"return {answer}", **REPORT)
        queue.send("a", "b")
        clock.advance(seconds=1)
        assert queue.counts() == (0, 0, 0)

    @pytest.mark.parametrize(
        "item",
        [
            "'text'",
            "{'id': 'of another name'}",
            "{'itemIdentifier': ''}",
            "{'itemIdentifier': None}",
            "{'itemIdentifier': 'unknown'}",
            "{'itemIdentifier': {}}",
        ],
    )
    def test_a_wrong_report_is_a_complete_failure(
        self, clock: Any, make_queue: Any, consume: Any, item: str
    ) -> None:
        queue = make_queue()
        consume(queue, f"return {{'batchItemFailures': [{item}]}}", **REPORT)
        queue.send("a", "b")
        clock.advance(seconds=1)
        assert queue.counts() == (0, 2, 0)

    def test_a_throttled_function_is_invoked_again_while_the_batch_is_hidden(
        self, clock: Any, make_queue: Any, consume: Any
    ) -> None:
        from localaws import faults

        queue = make_queue(VisibilityTimeout="100")
        consumer = consume(queue)
        throttled = faults.inject(
            function=consumer.function, error="Lambda.TooManyRequestsException"
        )
        queue.send("order")
        clock.advance(seconds=10)
        assert consumer.batches() == []
        throttled.faults.discard(throttled)
        clock.advance(seconds=10)
        [(at, [record])] = consumer.batches()
        assert at == 15  # after pauses of 1, 2, 4 and 8 seconds
        assert record["attributes"]["ApproximateReceiveCount"] == "1"

    def test_what_stays_throttled_goes_back_to_the_queue(
        self, clock: Any, make_queue: Any, consume: Any
    ) -> None:
        from localaws import faults

        dead = make_queue()
        queue = make_queue(dead, 2, VisibilityTimeout="20")
        consumer = consume(queue)
        with faults.inject(function=consumer.function, error="Lambda.TooManyRequestsException"):
            queue.send("order")
            clock.advance(seconds=40)
        assert consumer.batches() == []
        [message] = dead.receive()
        assert message["Attributes"]["ApproximateReceiveCount"] == "3"  # this one counts
        assert message["Attributes"]["DeadLetterQueueSourceArn"] == queue.arn

    def test_a_function_that_is_gone_keeps_the_messages(
        self, clock: Any, make_queue: Any, make_function: Any
    ) -> None:
        queue, client = make_queue(), boto3.client("lambda")
        name = make_function("def lambda_handler(event, context): pass")
        client.create_event_source_mapping(EventSourceArn=queue.arn, FunctionName=name)
        client.delete_function(FunctionName=name)
        queue.send("order")
        clock.advance(seconds=15)
        assert queue.counts() == (0, 1, 0)


class TestFilters:
    def filtered(self, *patterns: Any) -> dict[str, Any]:
        return {"FilterCriteria": {"Filters": [{"Pattern": json.dumps(one)} for one in patterns]}}

    @pytest.mark.parametrize(
        ("pattern", "wanted", "unwanted"),
        [
            ({"kind": ["order", "refund"]}, {"kind": "refund"}, {"kind": "note"}),
            ({"a": {"b": [1]}}, {"a": {"b": 1}}, {"a": {"b": 2}}),
            ({"total": [{"numeric": [">=", 100, "<", 200]}]}, {"total": 100}, {"total": 200}),
            ({"id": [{"prefix": "test-"}]}, {"id": "test-1"}, {"id": "prod-1"}),
            ({"id": [{"exists": True}]}, {"id": None}, {"other": 1}),
            ({"id": [{"anything-but": "a"}]}, {"id": "b"}, {"id": "a"}),
        ],
    )
    def test_what_matches_nothing_is_deleted(
        self,
        clock: Any,
        make_queue: Any,
        consume: Any,
        pattern: Any,
        wanted: Any,
        unwanted: Any,
    ) -> None:
        queue = make_queue()
        consumer = consume(queue, **self.filtered({"body": pattern}))
        queue.send(json.dumps(unwanted), json.dumps(wanted), "no JSON")
        clock.advance(seconds=1)
        assert consumer.bodies() == [(0, [json.dumps(wanted)])]
        assert queue.counts() == (0, 0, 0)

    def test_one_filter_of_several_is_enough(
        self, clock: Any, make_queue: Any, consume: Any
    ) -> None:
        queue = make_queue()
        consumer = consume(queue, **self.filtered({"body": {"a": [1]}}, {"body": {"b": [1]}}))
        queue.send('{"b": 1}', '{"c": 1}')
        clock.advance(seconds=1)
        assert consumer.bodies() == [(0, ['{"b": 1}'])]

    def test_a_text_is_matched_by_a_pattern_for_texts(
        self, clock: Any, make_queue: Any, consume: Any
    ) -> None:
        queue = make_queue()
        consumer = consume(queue, **self.filtered({"body": ["go", {"prefix": "start"}]}))
        queue.send("go", "stop", "started", '{"a": 1}')
        clock.advance(seconds=1)
        assert consumer.bodies() == [(0, ["go", "started"])]


class TestFifo:
    def test_a_group_keeps_its_order_and_a_failure_holds_it_up(
        self, clock: Any, make_queue: Any, consume: Any
    ) -> None:
        queue = make_queue(
            FifoQueue="true", ContentBasedDeduplication="true", VisibilityTimeout="60"
        )
        fail_once = """
            first = records[0]
            if first["body"] == "a1" and first["attributes"]["ApproximateReceiveCount"] == "1":
                raise ValueError("the first time")
        """
        consumer = consume(queue, fail_once, BatchSize=1)
        for body in ("a1", "a2", "b1", "b2"):
            queue.send(body, MessageGroupId=body[0])
        clock.advance(seconds=61)
        assert consumer.bodies() == [
            (0, ["a1"]),
            (0, ["b1"]),
            (0, ["b2"]),
            (60, ["a1"]),
            (60, ["a2"]),
        ]

    def test_who_is_late_deletes_nothing(
        self, clock: Any, sqs: Any, make_queue: Any, consume: Any
    ) -> None:
        """The message has become visible, and is on its way for a second time."""
        queue = make_queue(FifoQueue="true", ContentBasedDeduplication="true")
        slow_once = """
            first = records[0]["attributes"]["ApproximateReceiveCount"] == "1"
            time.sleep(15 if first else 10)
        """
        consumer = consume(queue, slow_once)
        attributes = {"VisibilityTimeout": "12"}
        sqs.set_queue_attributes(QueueUrl=queue.url, Attributes=attributes)
        queue.send("a", MessageGroupId="g")
        clock.advance(seconds=20)
        assert queue.counts() == (0, 1, 0)
        clock.advance(seconds=5)
        assert queue.counts() == (0, 0, 0)
        assert consumer.bodies() == [(0, ["a"]), (12, ["a"])]

    def test_groups_are_worked_on_side_by_side(
        self, clock: Any, make_queue: Any, consume: Any
    ) -> None:
        queue = make_queue(
            FifoQueue="true", ContentBasedDeduplication="true", VisibilityTimeout="60"
        )
        for number in range(6):
            queue.send(f"{number}-1", f"{number}-2", MessageGroupId=str(number))
        consumer = consume(queue, "time.sleep(10)", BatchSize=2)
        clock.advance(seconds=60)
        assert consumer.bodies() == [(0, [f"{n}-1", f"{n}-2"]) for n in range(6)]


def test_a_record(clock: Any, make_queue: Any, consume: Any) -> None:
    queue = make_queue()
    consumer = consume(queue)
    trace = {"DataType": "String", "StringValue": "Root=1-5e3d83c1-e6a0db584850d61342823d4c"}
    queue.send(
        "order",
        MessageAttributes={
            "kind": {"DataType": "String", "StringValue": "paid"},
            "picture": {"DataType": "Binary", "BinaryValue": b"\x00\x01"},
        },
        MessageSystemAttributes={"AWSTraceHeader": trace},
    )
    clock.advance(seconds=1)
    [(_, [record])] = consumer.batches()
    assert list(record) == [
        "messageId",
        "receiptHandle",
        "body",
        "attributes",
        "messageAttributes",
        "md5OfMessageAttributes",
        "md5OfBody",
        "eventSource",
        "eventSourceARN",
        "awsRegion",
    ]
    assert record["md5OfBody"] == hashlib.md5(b"order", usedforsecurity=False).hexdigest()
    assert record["messageAttributes"] == {
        "kind": {
            "stringValue": "paid",
            "stringListValues": [],
            "binaryListValues": [],
            "dataType": "String",
        },
        "picture": {
            "binaryValue": "AAE=",
            "stringListValues": [],
            "binaryListValues": [],
            "dataType": "Binary",
        },
    }
    sent = str(int(consumer.begun * 1000))
    assert record["attributes"] == {
        "ApproximateReceiveCount": "1",
        "AWSTraceHeader": trace["StringValue"],
        "SentTimestamp": sent,
        "SenderId": record["attributes"]["SenderId"],
        "ApproximateFirstReceiveTimestamp": sent,
    }


def test_a_record_of_a_fifo_queue(clock: Any, make_queue: Any, consume: Any) -> None:
    queue = make_queue(FifoQueue="true")
    consumer = consume(queue)
    [sent] = queue.send("order", MessageGroupId="g", MessageDeduplicationId="d")
    clock.advance(seconds=1)
    [(_, [record])] = consumer.batches()
    assert record["attributes"]["MessageGroupId"] == "g"
    assert record["attributes"]["MessageDeduplicationId"] == "d"
    assert record["attributes"]["SequenceNumber"] == sent["SequenceNumber"]
