"""Dead-letter queue redrive, and a queue full of poison.

docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html,
.../SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html; words: recordings of AWS
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.simulated_clock


def refusal(call: Callable[..., Any], **given: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**given)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.fixture
def dead_letters(make_queue: Any) -> Callable[..., tuple[Any, Any]]:
    """A queue whose messages went to its dead-letter queue; returns both."""

    def make(*bodies: str) -> tuple[Any, Any]:
        dead = make_queue()
        queue = make_queue(dead, 1, VisibilityTimeout="0")
        queue.send(*bodies)
        while queue.receive():
            pass
        return queue, dead

    return make


def latest(dead: Any) -> dict[str, Any]:
    [task] = boto3.client("sqs").list_message_move_tasks(SourceArn=dead.arn)["Results"]
    return dict(task)


def test_messages_go_back_where_they_came_from(clock: Any, sqs: Any, dead_letters: Any) -> None:
    queue, dead = dead_letters("a", "b")
    [before] = dead.receive(1, VisibilityTimeout=0)
    handle = sqs.start_message_move_task(SourceArn=dead.arn)["TaskHandle"]
    started = int(clock.now.timestamp() * 1000)
    with clock.pause():
        task = latest(dead)
        assert task.pop("TaskHandle") == handle
        assert task == {
            "Status": "RUNNING",
            "SourceArn": dead.arn,
            "ApproximateNumberOfMessagesMoved": 0,
            "ApproximateNumberOfMessagesToMove": 2,
            "StartedTimestamp": started,
        }
    clock.advance(seconds=5)
    task = latest(dead)
    assert "TaskHandle" not in task
    assert (task["Status"], task["ApproximateNumberOfMessagesMoved"]) == ("COMPLETED", 2)
    assert dead.counts() == (0, 0, 0)
    first, second = queue.receive()
    assert (first["Body"], second["Body"]) == ("a", "b")
    assert first["MessageId"] != before["MessageId"]  # it is a new message
    assert first["Attributes"]["ApproximateReceiveCount"] == "1"
    assert "DeadLetterQueueSourceArn" not in first["Attributes"]


def test_a_rate(clock: Any, sqs: Any, dead_letters: Any, make_queue: Any) -> None:
    _, dead = dead_letters(*"abcdefghij")
    other = make_queue()
    sqs.start_message_move_task(
        SourceArn=dead.arn, DestinationArn=other.arn, MaxNumberOfMessagesPerSecond=2
    )
    clock.advance(seconds=3)
    assert (other.counts()[0], dead.counts()[0]) == (6, 4)
    task = latest(dead)
    assert task["DestinationArn"] == other.arn
    assert task["MaxNumberOfMessagesPerSecond"] == 2
    clock.advance(seconds=2)
    assert other.counts() == (10, 0, 0)


def test_whoever_asks_for_a_task_sees_its_end(sqs: Any, clock: Any, dead_letters: Any) -> None:
    _, dead = dead_letters(*"abcdefgh")
    sqs.start_message_move_task(SourceArn=dead.arn, MaxNumberOfMessagesPerSecond=1)
    looks = 1
    while latest(dead)["Status"] == "RUNNING":
        looks += 1
        assert looks < 100


def test_a_task_is_cancelled(clock: Any, sqs: Any, dead_letters: Any) -> None:
    queue, dead = dead_letters(*"abcdefghij")
    start = sqs.start_message_move_task
    handle = start(SourceArn=dead.arn, MaxNumberOfMessagesPerSecond=1)["TaskHandle"]
    assert refusal(start, SourceArn=dead.arn) == (
        "InvalidParameterValue",
        (
            "There is already a task running. "
            "Only one active task is allowed for a source queue arn at a given time."
        ),
    )
    clock.advance(seconds=2)
    answer = sqs.cancel_message_move_task(TaskHandle=handle)
    assert answer["ApproximateNumberOfMessagesMoved"] == 2
    clock.advance(minutes=1)
    assert latest(dead)["Status"] == "CANCELLED"
    assert (queue.counts()[0], dead.counts()[0]) == (2, 8)
    assert refusal(sqs.cancel_message_move_task, TaskHandle=handle) == (
        "ResourceNotFoundException",
        "Task does not exist.",
    )


def test_tasks_that_fail(clock: Any, sqs: Any, dead_letters: Any, make_queue: Any) -> None:
    queue, dead = dead_letters("a")
    sqs.start_message_move_task(SourceArn=dead.arn)
    sqs.delete_queue(QueueUrl=queue.url)
    clock.advance(seconds=1)
    assert latest(dead)["Status"] == "FAILED"
    assert latest(dead)["FailureReason"] == "AWS.SimpleQueueService.NonExistentQueue"
    other = make_queue()
    make_queue(other)
    other.send("sent here by hand")
    sqs.start_message_move_task(SourceArn=other.arn)
    clock.advance(seconds=1)
    assert latest(other)["FailureReason"] == "CouldNotDetermineMessageSource"


def test_what_is_refused(sqs: Any, dead_letters: Any) -> None:
    queue, dead = dead_letters("a")
    start, nowhere = sqs.start_message_move_task, queue.arn + "-not"
    missing = "The resource that you specified for the {} parameter doesn't exist."
    unknown = "ResourceNotFoundException"
    assert refusal(start, SourceArn=queue.arn) == (
        "InvalidParameterValue",
        "Source queue must be configured as a Dead Letter Queue.",
    )
    assert refusal(start, SourceArn=nowhere) == (unknown, missing.format("SourceArn"))
    given = {"SourceArn": dead.arn, "DestinationArn": nowhere}
    assert refusal(start, **given) == (unknown, missing.format("DestinationArn"))
    too_fast = {"SourceArn": dead.arn, "MaxNumberOfMessagesPerSecond": 501}
    assert refusal(start, **too_fast)[0] == "InvalidParameterValue"
    assert refusal(sqs.cancel_message_move_task, TaskHandle="made up") == (
        "InvalidParameterValue",
        "Value for parameter TaskHandle is invalid.",
    )


@pytest.mark.parametrize(("reports", "count"), [(True, 300), (False, 30)])
def test_a_queue_full_of_poison(
    clock: Any, sqs: Any, make_queue: Any, consume: Any, reports: bool, count: int
) -> None:
    """Of three messages the handler cannot bear two; then it is mended."""
    report = """
        bad = [r["messageId"] for r in records if r["body"].startswith("poison")]
        return {"batchItemFailures": [{"itemIdentifier": one} for one in bad]}
    """
    crash = """
        if any(r["body"].startswith("poison") for r in records):
            raise ValueError("poison")
    """
    kinds = {"FunctionResponseTypes": ["ReportBatchItemFailures"]} if reports else {"BatchSize": 1}
    dead = make_queue()
    queue = make_queue(dead, 3, VisibilityTimeout="60")
    consumer = consume(queue, report if reports else crash, **kinds)
    bodies = [f"{'good' if n % 3 == 0 else 'poison'}-{n}" for n in range(count)]
    for begin in range(0, count, 10):
        entries = [{"Id": body, "MessageBody": body} for body in bodies[begin : begin + 10]]
        sqs.send_message_batch(QueueUrl=queue.url, Entries=entries)
    clock.advance(minutes=10)
    seen = Counter(body for _, batch in consumer.bodies() for body in batch)
    assert seen == {body: 1 if body.startswith("good") else 3 for body in bodies}
    assert (queue.counts(), dead.counts()) == ((0, 0, 0), (count * 2 // 3, 0, 0))
    [letter] = dead.receive(1, VisibilityTimeout=0)
    assert letter["Attributes"]["ApproximateReceiveCount"] == "4"  # three there, and this one

    sqs.tag_queue(QueueUrl=queue.url, Tags={"does": "pass"})
    sqs.start_message_move_task(SourceArn=dead.arn)
    clock.advance(minutes=1)
    again = [(r["body"], r["attributes"]) for _, batch in consumer.batches() for r in batch]
    assert sorted(body for body, _ in again) == sorted(set(bodies) - {*bodies[::3]})
    assert {told["ApproximateReceiveCount"] for _, told in again} == {"1"}
    assert (queue.counts(), dead.counts()) == ((0, 0, 0), (0, 0, 0))
