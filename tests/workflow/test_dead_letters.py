"""The dead letters of the order queue: sent back, put into quarantine, or dropped; none lost."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from localaws import clock, faults
from orderlab import console
from tests import shapes

pytestmark = pytest.mark.simulated_clock
TABLE, MACHINE = "grown-Quarantine", "DeadLetterWorkflowArn"
NOTE = "two mice, please"


@pytest.fixture(autouse=True)
def emptied(grown: Any) -> None:
    """Each test begins with an empty dead-letter queue and an empty table."""
    clock.advance(minutes=1)  # SQS allows one purge in 60 seconds
    grown.sqs.purge_queue(QueueUrl=grown.output("OrderDeadLetterQueueUrl"))
    table = boto3.resource("dynamodb").Table(TABLE)
    for row in table.scan()["Items"]:
        table.delete_item(Key={"letterId": row["letterId"]})


def lay(shop: Any, *bodies: Any, **attributes: Any) -> None:
    """Put letters into the dead-letter queue."""
    for body in bodies:
        text = body if isinstance(body, str) else json.dumps(body)
        url = shop.output("OrderDeadLetterQueueUrl")
        shop.sqs.send_message(QueueUrl=url, MessageBody=text, MessageAttributes=attributes)


def recover(shop: Any) -> Any:
    """Go through the dead letters once."""
    started = shop.stepfunctions.start_execution(stateMachineArn=shop.output(MACHINE), input="{}")
    clock.run_until(started["executionArn"])
    return shop.ended(started["executionArn"])


def rows() -> list[dict[str, Any]]:
    found = boto3.resource("dynamodb").Table(TABLE).scan()["Items"]
    for row in found:
        shapes.check("quarantine-row", row)
    return sorted(found, key=lambda row: row["body"])


def lying(shop: Any, queue: str = "OrderDeadLetterQueueUrl") -> int:
    """Messages of a queue, whether they can be received now, later, or are lent."""
    names = ["", "NotVisible", "Delayed"]
    names = [f"ApproximateNumberOfMessages{name}" for name in names]
    url = shop.output(queue)
    found = shop.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(found[name]) for name in names)


def test_without_letters_there_is_nothing_to_do(grown: Any) -> None:
    run = recover(grown)
    assert run.states == ["Begin", "ReceiveLetters", "AnyLetters", "AnyQuarantined", "Done"]


def test_a_good_order_is_sent_back_and_runs(grown: Any, until: Any) -> None:
    lay(grown, grown.order("letter-good"))
    run = recover(grown)
    assert run.states[3:7] == ["HandleLetters", "Diagnose", "WhatNow", "SendBack"]
    assert (lying(grown), lying(grown, "OrderQueueUrl")) == (0, 1)
    assert not grown.row("letter-good")  # it waits for a minute


def test_what_was_sent_back_is_started_after_its_delay(grown: Any) -> None:
    lay(grown, grown.order("letter-is-late"))
    recover(grown)
    clock.advance(minutes=3)
    assert grown.row("letter-is-late")["status"] == "CONFIRMED"


def test_a_hopeless_letter_ends_in_quarantine(grown: Any) -> None:
    """Sent back three times, with longer delays, and since when is not forgotten."""
    begun, waits = clock.now, []
    lay(grown, grown.order("letter-hopeless"))
    with faults.inject(
        service="stepfunctions", operations=["StartExecution"], error="AccessDeniedException"
    ):
        for _ in range(3):
            recover(grown)
            sent = clock.now
            while lying(grown) == 0:
                clock.advance(minutes=1)
            waits.append((clock.now - sent).total_seconds() // 60)
        recover(grown)
    [row] = rows()
    assert (row["cause"], row["recoveries"]) == ("TRIED_TOO_OFTEN", 3)
    assert waits == [6, 10, 20]  # the delay, and five receives a minute apart
    assert row["since"][:16] == begun.isoformat()[:16]
    assert lying(grown) == 0


def test_a_person_decides_about_poison(grown: Any) -> None:
    grown.run(grown.order("letter-known"), "letter-known")
    lay(grown, NOTE, grown.order("letter-known", totalAmount=1.5))
    run = recover(grown)
    assert run.description["output"] == '{"quarantined":2}'
    unreadable, conflict = sorted(rows(), key=lambda row: row["cause"], reverse=True)
    assert (unreadable["cause"], unreadable["body"]) == ("UNREADABLE", NOTE)
    assert "amount" not in unreadable
    assert (conflict["cause"], float(conflict["amount"])) == ("OTHER_BASKET", 1.5)
    assert conflict["executionArn"] == run.arn
    assert lying(grown) == 0


def test_an_order_that_runs_already_is_dropped(grown: Any) -> None:
    grown.run(grown.order("letter-replayed"), "letter-replayed-r1")
    lay(grown, grown.order("letter-replayed"))
    recover(grown)
    assert (rows(), lying(grown), lying(grown, "OrderQueueUrl")) == ([], 0, 0)


def test_more_than_ten_letters(grown: Any) -> None:
    lay(grown, *(f"note {number:02}" for number in range(23)))
    assert recover(grown).description["output"] == '{"quarantined":23}'
    assert [row["body"] for row in rows()] == [f"note {number:02}" for number in range(23)]


@pytest.mark.parametrize(
    ("state", "target"),
    [
        ("SendBack", {"queue": "grown-OrderQueue"}),
        ("Quarantine", {"table": TABLE}),
        ("DeleteLetter", {"queue": "grown-OrderDeadLetterQueue"}),
    ],
)
def test_what_cannot_be_done_leaves_the_letter(grown: Any, state: str, target: Any) -> None:
    """It is never nowhere: whatever fails, the letter comes again, and nothing is done twice."""
    order = grown.order(f"letter-left-{state}")
    lay(grown, *([NOTE] if state == "Quarantine" else [order]))
    error = "InternalServerError" if "table" in target else "InternalFailure"
    with faults.inject(**target, state=state, error=error):
        run = recover(grown)
    assert run.status == "SUCCEEDED"
    assert "LeaveLetter" in run.states
    assert lying(grown) == 1
    clock.advance(minutes=6)
    recover(grown)
    clock.advance(minutes=3)
    assert lying(grown) == 0
    assert len(rows()) == (state == "Quarantine")
    if state != "Quarantine":
        assert grown.row(order["orderId"])["status"] == "CONFIRMED"


def test_what_fails_once_is_tried_again(grown: Any) -> None:
    lay(grown, NOTE)
    throttled = "Lambda.TooManyRequestsException"
    with (
        faults.inject(
            queue="grown-OrderDeadLetterQueue",
            state="ReceiveLetters",
            error="RequestThrottled",
            times=1,
        ),
        faults.inject(function="grown-DiagnoseLetterFunction", error=throttled, times=1),
        faults.inject(topic="grown-OrderAlarms", error="InternalErrorException", times=1),
    ):
        run = recover(grown)
    assert run.description["output"] == '{"quarantined":1}'
    assert len(run.failures()) == 3


def test_a_letter_that_cannot_be_diagnosed_is_left(grown: Any) -> None:
    lay(grown, NOTE)
    with faults.inject(function="grown-DiagnoseLetterFunction", error="MemoryError"):
        run = recover(grown)
    assert "LeaveLetter" in run.states
    assert (rows(), lying(grown)) == ([], 1)


def test_the_schedule_is_off_until_somebody_switches_it_on(grown: Any) -> None:
    rule = boto3.client("events").describe_rule(Name="grown-DeadLetterRound")
    assert (rule["State"], rule["ScheduleExpression"]) == ("DISABLED", "rate(15 minutes)")


def test_every_state_was_entered(grown: Any) -> None:
    """Runs last in this module: what the tests above have not reached is named."""
    coverage = console.coverage(grown.output(MACHINE))
    assert coverage.missing == [], coverage
