"""A queue that feeds a function: batches, failures, and the way to the dead-letter queue."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

RECORDER = """
import json, os
import boto3
sqs = boto3.client("sqs")
def lambda_handler(event, context):
    records = event["Records"]
    sqs.send_message(QueueUrl=os.environ["SEEN"], MessageBody=json.dumps(records))
    bad = [r["messageId"] for r in records if r["body"].startswith("bad")]
    if any(r["body"] == "crash" for r in records):
        raise ValueError("crash")
    return {"batchItemFailures": [{"itemIdentifier": i} for i in bad]}
"""


class Line:
    """A queue, its dead-letter queue, and the function that the queue feeds."""

    def __init__(self, name: str, make_function: Any) -> None:
        self.sqs = boto3.client("sqs")
        self.functions = boto3.client("lambda")
        self.dead = self.sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
        self.seen = self.sqs.create_queue(QueueName=f"{name}-seen")["QueueUrl"]
        redrive = {"deadLetterTargetArn": self.arn(self.dead), "maxReceiveCount": 2}
        self.url = self.sqs.create_queue(
            QueueName=name,
            Attributes={"VisibilityTimeout": "3", "RedrivePolicy": json.dumps(redrive)},
        )["QueueUrl"]
        function = make_function(RECORDER, Environment={"Variables": {"SEEN": self.seen}})
        self.mapping = self.functions.create_event_source_mapping(
            EventSourceArn=self.arn(self.url),
            FunctionName=function,
            BatchSize=10,
            FunctionResponseTypes=["ReportBatchItemFailures"],
        )["UUID"]

    def arn(self, url: str) -> str:
        attributes = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return str(attributes["Attributes"]["QueueArn"])

    def send(self, *bodies: str) -> None:
        entries = [{"Id": str(i), "MessageBody": body} for i, body in enumerate(bodies)]
        self.sqs.send_message_batch(QueueUrl=self.url, Entries=entries)

    def batches(self) -> list[list[dict[str, Any]]]:
        """The batches that the function has seen since the last call."""
        answer = self.sqs.receive_message(QueueUrl=self.seen, MaxNumberOfMessages=10)
        return [json.loads(m["Body"]) for m in answer.get("Messages", [])]

    def bodies(self, url: str) -> list[str]:
        answer = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
        return sorted(m["Body"] for m in answer.get("Messages", []))

    def waiting(self) -> int:
        attributes = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["All"])
        counts = attributes["Attributes"]
        return sum(int(counts[f"ApproximateNumberOfMessages{kind}"]) for kind in ("", "NotVisible"))


@pytest.fixture
def line(request: pytest.FixtureRequest, make_function: Any) -> Iterator[Line]:
    made = Line(request.node.name.replace("test_", "").replace("_", "-")[:60], make_function)
    yield made
    made.functions.delete_event_source_mapping(UUID=made.mapping)


def test_a_record_has_what_lambda_gives_it(line: Line, until: Any) -> None:
    line.send("good")
    [batch] = until(line.batches, "a batch")
    [record] = batch
    assert record["body"] == "good"
    assert record["eventSource"] == "aws:sqs"
    assert record["eventSourceARN"] == line.arn(line.url)
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["md5OfBody"] == "755f85c2723bb39381c7379a604160d8"
    until(lambda: line.waiting() == 0, "the message's deletion")


def test_only_the_reported_message_comes_again_and_ends_dead(line: Line, until: Any) -> None:
    line.send("good", "bad")
    until(lambda: line.bodies(line.dead) == ["bad"], "the dead letter")
    counts = [
        (r["body"], r["attributes"]["ApproximateReceiveCount"])
        for batch in line.batches()
        for r in batch
    ]
    assert counts.count(("bad", "1")) == 1
    assert counts.count(("bad", "2")) == 1
    assert [c for c in counts if c[0] == "good"] == [("good", "1")]
    assert line.waiting() == 0


def test_a_function_that_fails_keeps_its_whole_batch(line: Line, until: Any) -> None:
    line.send("crash")
    until(lambda: line.bodies(line.dead) == ["crash"], "the dead letter")


def test_a_disabled_mapping_delivers_nothing_until_it_is_enabled(line: Line, until: Any) -> None:
    line.functions.update_event_source_mapping(UUID=line.mapping, Enabled=False)
    line.send("good")
    assert line.waiting() == 1
    assert line.batches() == []
    line.functions.update_event_source_mapping(UUID=line.mapping, Enabled=True)
    until(line.batches, "a batch")


def test_messages_that_fail_do_not_stop_the_others(line: Line, until: Any) -> None:
    line.send(*[f"{'bad' if n % 3 else 'good'}-{n}" for n in range(9)])
    bad = sorted(f"bad-{n}" for n in range(9) if n % 3)
    until(lambda: line.bodies(line.dead) == bad, "the dead letters")
    assert line.waiting() == 0
