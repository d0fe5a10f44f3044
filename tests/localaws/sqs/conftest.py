"""Queues, and functions that are fed from them, in simulated time without the model's durations."""

from __future__ import annotations

import itertools
import json
import textwrap
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

NUMBERS = itertools.count()
ARN = "arn:aws:sqs:us-east-1:123456789012:"


@pytest.fixture(autouse=True)
def no_latency(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only waits take time, so that every time is exact."""
    from localaws.latency import Latency

    for duration in ("call", "cold_start", "handler"):
        monkeypatch.setattr(Latency, duration, lambda self, name: 0.0)


@pytest.fixture
def clock(cloud: Any) -> Any:
    """The clock, on a whole second."""
    cloud.clock.advance(microseconds=1_000_000 - cloud.clock.now.microsecond)
    return cloud.clock


@pytest.fixture
def sqs(cloud: Any) -> Any:
    return boto3.client("sqs")


@dataclass
class Queue:
    """A queue, used from a cell."""

    url: str

    @property
    def arn(self) -> str:
        return ARN + self.url.rsplit("/", 1)[-1]

    def send(self, *bodies: str, **given: Any) -> list[dict[str, Any]]:
        client = boto3.client("sqs")
        return [
            client.send_message(QueueUrl=self.url, MessageBody=body, **given) for body in bodies
        ]

    def receive(self, count: int = 10, **given: Any) -> list[dict[str, Any]]:
        answer = boto3.client("sqs").receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=count, AttributeNames=["All"], **given
        )
        return list(answer.get("Messages", []))

    def bodies(self, count: int = 10, **given: Any) -> list[str]:
        return [message["Body"] for message in self.receive(count, **given)]

    def empty(self) -> list[dict[str, Any]]:
        """All that can be received, and is then deleted."""
        found = []
        while messages := self.receive():
            for message in messages:
                self.delete(message)
            found += messages
        return found

    def delete(self, message: dict[str, Any]) -> None:
        handle = message["ReceiptHandle"]
        boto3.client("sqs").delete_message(QueueUrl=self.url, ReceiptHandle=handle)

    def attributes(self) -> dict[str, str]:
        answer = boto3.client("sqs").get_queue_attributes(QueueUrl=self.url, AttributeNames=["All"])
        return dict(answer["Attributes"])

    def counts(self) -> tuple[int, ...]:
        """How many can be received, are in flight, and are delayed."""
        found = self.attributes()
        kinds = ("", "NotVisible", "Delayed")
        return tuple(int(found[f"ApproximateNumberOfMessages{kind}"]) for kind in kinds)


@pytest.fixture
def make_queue(cloud: Any) -> Callable[..., Queue]:
    def make(dead: Queue | None = None, count: int = 3, **attributes: str) -> Queue:
        """`dead`: where what was received `count` times goes."""
        if dead is not None:
            policy = {"deadLetterTargetArn": dead.arn, "maxReceiveCount": count}
            attributes["RedrivePolicy"] = json.dumps(policy)
        suffix = ".fifo" if attributes.get("FifoQueue") == "true" else ""
        answer = boto3.client("sqs").create_queue(
            QueueName=f"queue-{next(NUMBERS)}{suffix}", Attributes=attributes
        )
        return Queue(answer["QueueUrl"])

    return make


# Notes what it gets, and then does what the tag of the queue says. One function for all tests, as a
# cold start takes a while.
ACTOR = """
import json, textwrap, time, boto3
sqs = boto3.client("sqs")
def lambda_handler(event, context):
    records = event["Records"]
    short = [{**record, "body": record["body"][:100]} for record in records]
    note = json.dumps({"at": time.time(), "records": short})
    sqs.send_message(QueueUrl=SEEN, MessageBody=note)
    name = records[0]["eventSourceARN"].rpartition(":")[2]
    body = sqs.list_queue_tags(QueueUrl=name)["Tags"]["does"]
    exec("def act(records):\\n" + textwrap.indent(body, "    "), globals())
    return act(records)
"""


@dataclass
class Consumer:
    """A function that a queue feeds, and what it has seen."""

    function: str
    uuid: str
    seen: Queue
    begun: float

    def batches(self) -> list[tuple[float, list[dict[str, Any]]]]:
        """Since the last call: seconds after its creation, and records."""
        found = [json.loads(message["Body"]) for message in self.seen.empty()]
        return [(round(one["at"] - self.begun, 3), one["records"]) for one in found]

    def bodies(self) -> list[tuple[float, list[str]]]:
        return [(at, [record["body"] for record in records]) for at, records in self.batches()]


@pytest.fixture(scope="session")
def actors(cloud: Any) -> dict[int, tuple[str, Queue]]:
    """Functions that have been made: by their timeout, the name and where they note things."""
    return {}


@pytest.fixture
def consume(
    actors: dict[int, tuple[str, Queue]], make_queue: Any, make_function: Any, clock: Any
) -> Iterator[Callable[..., Consumer]]:
    """Feed a function from a queue. `does`: what it does with `records` after noting them."""
    client = boto3.client("lambda")
    mappings: list[str] = []

    def make(queue: Queue, does: str = "pass", timeout: int = 20, **settings: Any) -> Consumer:
        if timeout not in actors:
            seen = make_queue()
            code = ACTOR.replace("SEEN", repr(seen.url))
            actors[timeout] = (make_function(code, Timeout=timeout), seen)
        function, seen = actors[timeout]
        seen.empty()
        tags = {"does": textwrap.dedent(does)}
        boto3.client("sqs").tag_queue(QueueUrl=queue.url, Tags=tags)
        mapping = client.create_event_source_mapping(
            EventSourceArn=queue.arn, FunctionName=function, **settings
        )
        mappings.append(mapping["UUID"])
        return Consumer(function, mapping["UUID"], seen, clock.now.timestamp())

    yield make
    for uuid in mappings:
        with suppress(client.exceptions.ResourceNotFoundException):
            client.delete_event_source_mapping(UUID=uuid)
