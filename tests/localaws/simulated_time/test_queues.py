"""Queues, rules and asynchronous invocations in simulated time.

Rules: docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/
sqs-visibility-timeout.html, sqs-delay-queues.html, sqs-dead-letter-queues.html;
docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

pytestmark = pytest.mark.simulated_clock

RECORDER = """
    import json, os, time, boto3
    sqs = boto3.client("sqs")
    def lambda_handler(event, context):
        for record in event["Records"]:
            seen = [record["body"], time.time(),
                    int(record["attributes"]["ApproximateReceiveCount"])]
            sqs.send_message(QueueUrl=os.environ["SEEN"], MessageBody=json.dumps(seen))
            time.sleep(float(os.environ.get("PAUSE", "0")))
            if record["body"].startswith("bad"):
                raise ValueError("bad")
"""


@pytest.fixture
def feed(make_queue: Any, make_function: Any, clock: Any) -> Iterator[Callable[..., Any]]:
    """A queue that feeds a function, and what the function has seen: body, seconds, count."""
    client = boto3.client("lambda")
    mappings: list[str] = []

    def make(pause: float = 0, **attributes: str) -> tuple[Any, Callable[[], list[list[Any]]]]:
        seen, queue = make_queue(), make_queue(**attributes)
        name = make_function(
            RECORDER, Timeout=30, Environment={"Variables": {"SEEN": seen.url, "PAUSE": str(pause)}}
        )
        mappings.append(
            client.create_event_source_mapping(
                EventSourceArn=queue.arn, FunctionName=name, BatchSize=1
            )["UUID"]
        )
        begun = clock.now.timestamp()

        def records() -> list[list[Any]]:
            found = []
            while messages := seen.receive():
                for message in messages:
                    seen.delete(message)
                    body, when, count = json.loads(message["Body"])
                    found.append([body, round(when - begun, 3), count])
            return sorted(found, key=lambda record: record[1])

        return queue, records

    yield make
    for uuid in mappings:
        client.delete_event_source_mapping(UUID=uuid)


def test_a_received_message_is_hidden_for_exactly_its_visibility_timeout(
    clock: Any, make_queue: Any
) -> None:
    queue = make_queue(VisibilityTimeout="30")
    queue.send("order")
    assert queue.bodies() == ["order"]
    clock.advance(seconds=29.999)
    assert queue.bodies() == []
    clock.advance(seconds=0.001)
    assert queue.bodies() == ["order"]


def test_visibility_that_is_changed(clock: Any, make_queue: Any) -> None:
    queue = make_queue(VisibilityTimeout="30")
    queue.send("order")
    [message] = queue.receive()
    clock.advance(seconds=20)
    boto3.client("sqs").change_message_visibility(
        QueueUrl=queue.url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=100
    )
    clock.advance(seconds=99)
    assert queue.bodies() == []
    clock.advance(seconds=1)
    assert queue.bodies() == ["order"]


@pytest.mark.parametrize("of_the_message", [True, False])
def test_a_delayed_message(clock: Any, make_queue: Any, of_the_message: bool) -> None:
    queue = make_queue() if of_the_message else make_queue(DelaySeconds="45")
    queue.send("order", **({"DelaySeconds": 45} if of_the_message else {}))
    clock.advance(seconds=44)
    assert queue.bodies() == []
    clock.advance(seconds=1)
    assert queue.bodies() == ["order"]


class TestLongPoll:
    def test_of_an_empty_queue(self, clock: Any, make_queue: Any, quiet: None) -> None:
        begun = clock.now
        assert make_queue().bodies(20) == []
        assert (clock.now - begun).total_seconds() == 20

    def test_returns_with_what_is_there(self, clock: Any, make_queue: Any) -> None:
        queue = make_queue()
        queue.send("order")
        begun = clock.now
        assert queue.bodies(20) == ["order"]
        assert clock.now == begun

    @pytest.mark.parametrize("seconds", [5, 20])
    def test_returns_when_a_delayed_message_comes(
        self, clock: Any, make_queue: Any, seconds: int
    ) -> None:
        queue = make_queue()
        queue.send("order", DelaySeconds=seconds)
        begun = clock.now
        assert queue.bodies(20) == ["order"]
        assert (clock.now - begun).total_seconds() == seconds

    def test_returns_when_an_execution_sends(
        self, executions: Any, machine: Any, wait: Any, clock: Any, make_queue: Any, quiet: None
    ) -> None:
        queue = make_queue()
        send = {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage",
            "Parameters": {"QueueUrl": queue.url, "MessageBody": "order"},
        }
        executions.start(machine(wait(13), send))
        begun = clock.now
        assert queue.bodies(20) == ["order"]
        assert (clock.now - begun).total_seconds() == 13

    def test_does_not_pass_the_deadline_of_a_token(
        self, executions: Any, machine: Any, callback: Any, clock: Any, make_queue: Any
    ) -> None:
        """Who reads a queue may be about to answer what comes through it."""
        arn = executions.begin(machine(callback(HeartbeatSeconds=10)))
        begun = clock.now
        assert make_queue().bodies(20) == []
        assert (clock.now - begun).total_seconds() < 10
        assert executions.describe(arn)["status"] == "RUNNING"

    def test_from_a_handler(self, make_queue: Any, make_function: Any, invoke: Any) -> None:
        queue = make_queue()
        code = f"""
            import time, boto3
            sqs = boto3.client("sqs")
            def poll():
                begun = time.time()
                found = sqs.receive_message(QueueUrl={queue.url!r}, WaitTimeSeconds=20)
                return [len(found.get("Messages", [])), round(time.time() - begun, 3)]
            def lambda_handler(event, context):
                empty = poll()
                sqs.send_message(QueueUrl={queue.url!r}, MessageBody="x", DelaySeconds=7)
                return [empty, poll()]
        """
        done = invoke(make_function(code, Timeout=60))
        assert done["payload"] == [[0, 20.0], [1, 7.0]]
        assert "Duration: 27000.00 ms" in done["log"]


class TestPoller:
    def test_delivers_at_once(self, clock: Any, feed: Any) -> None:
        queue, records = feed()
        queue.send("first")
        clock.advance(seconds=10)
        queue.send("second")
        clock.advance(seconds=10)
        assert records() == [["first", 0, 1], ["second", 10, 1]]

    def test_delivers_a_delayed_message_when_it_is_due(self, clock: Any, feed: Any) -> None:
        queue, records = feed()
        queue.send("order", DelaySeconds=900)
        clock.advance(hours=1)
        assert records() == [["order", 900, 1]]

    def test_a_failed_message_comes_again_and_then_to_the_dead_letter_queue(
        self, clock: Any, feed: Any, make_queue: Any
    ) -> None:
        dead = make_queue()
        redrive = {"deadLetterTargetArn": dead.arn, "maxReceiveCount": 3}
        queue, records = feed(VisibilityTimeout="120", RedrivePolicy=json.dumps(redrive))
        queue.send("bad")
        clock.advance(seconds=359.999)
        assert records() == [["bad", 0, 1], ["bad", 120, 2], ["bad", 240, 3]]
        assert dead.bodies() == []
        clock.advance(seconds=0.001)
        assert dead.bodies() == ["bad"]
        clock.advance(hours=1)
        assert records() == []

    def test_hours_of_failures_are_over_at_once(self, clock: Any, feed: Any) -> None:
        queue, records = feed(VisibilityTimeout="250")
        queue.send("bad")
        clock.advance(hours=2)
        assert [when for _, when, _ in records()] == [250 * n for n in range(29)]

    def test_messages_of_a_slow_function_follow_each_other(self, clock: Any, feed: Any) -> None:
        queue, records = feed(pause=10, VisibilityTimeout="360")
        for name in "abc":
            queue.send(name)
        clock.advance(seconds=60)
        assert [count for _, _, count in records()] == [1, 1, 1]


def test_a_rule_invokes_a_function_at_the_instant_of_the_event(
    executions: Any, machine: Any, wait: Any, make_function: Any, make_queue: Any, clock: Any
) -> None:
    seen = make_queue()
    name = make_function(
        f"""
        import json, time, boto3
        def lambda_handler(event, context):
            body = json.dumps([event["detail"]["status"], event["time"], time.time()])
            boto3.client("sqs").send_message(QueueUrl={seen.url!r}, MessageBody=body)
        """
    )
    function = boto3.client("lambda").get_function(FunctionName=name)
    arn = function["Configuration"]["FunctionArn"]
    boto3.client("lambda").add_permission(
        FunctionName=name,
        StatementId="events",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
    )
    events = boto3.client("events")
    pattern = {"source": ["aws.states"], "detail": {"status": ["TIMED_OUT"]}}
    events.put_rule(Name="late", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="late", Targets=[{"Id": "f", "Arn": arn}])
    executions.run(machine(wait(5000), TimeoutSeconds=1000))
    at = clock.now
    clock.advance(seconds=1)
    events.remove_targets(Rule="late", Ids=["f"])
    [body] = seen.bodies()
    status, when, handled = json.loads(body)
    assert status == "TIMED_OUT"
    assert when == f"{at:%Y-%m-%dT%H:%M:%SZ}"
    assert handled == pytest.approx(at.timestamp(), abs=0.001)


def test_an_asynchronous_invocation_takes_the_caller_no_time(
    clock: Any, make_function: Any, make_queue: Any, quiet: None
) -> None:
    seen = make_queue()
    name = make_function(
        f"""
        import time, boto3
        def lambda_handler(event, context):
            time.sleep(100)
            boto3.client("sqs").send_message(QueueUrl={seen.url!r}, MessageBody=str(time.time()))
        """,
        Timeout=200,
    )
    begun = clock.now
    answer = boto3.client("lambda").invoke(FunctionName=name, InvocationType="Event")
    assert answer["StatusCode"] == 202
    assert clock.now == begun
    clock.advance(seconds=99)
    assert seen.bodies() == []
    clock.advance(seconds=1)
    [at] = seen.bodies()
    assert float(at) == pytest.approx(begun.timestamp() + 100, abs=0.001)
