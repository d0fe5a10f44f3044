"""What the shop's stack must do, whatever was broken: the check of every challenge."""

from __future__ import annotations

import boto3

from localaws import clock, faults
from orderlab.lesson.exercises import Exercise, Finding
from orderlab.lesson.judging import notices, soundness
from orderlab.lesson.judging.intake import Intake
from orderlab.lesson.judging.shop import Shop


def add_to(exercise: Exercise, most_lines: int) -> None:
    """Add them to an exercise; the last one replaces the stack."""
    for title, play in (
        ("An order from the web page", _posted),
        ("An order that support stops", _stopped),
        ("The alarm", _alarm),
    ):
        exercise.scenario(title)(play)
    soundness.add_to(exercise, most_lines)


def _posted(shop: Shop) -> Finding:
    """From the API to the row and the notice."""
    heard = notices.subscribe(shop.stack.outputs["NotificationsTopicArn"], "neighbour")
    answer = Intake(shop).post(shop.order("order-two-mice", [(soundness.MOUSE, 2)]))
    clock.advance(minutes=10)
    row = soundness.row_of(shop, "order-two-mice")
    subjects = [notice.subject for notice in notices.take(heard)]
    status, told = row.get("status", "missing"), ", ".join(subjects) or "none"
    if "executionStatus" in row:
        status += f", but its execution {row['executionStatus']}"
    got = f"accepted ({answer.status_code}), row {status}, notice: {told}"
    expected = "accepted (202), row CONFIRMED, notice: Order confirmed"
    return Finding(
        expected,
        got,
        got == expected,
        "order-two-mice is a good order, sent to the API. It must be paid, written down and "
        f"confirmed to the customer. What came of it: {got}.",
    )


def _stopped(shop: Shop) -> Finding:
    """Somebody stops an execution that waits for the gateway."""
    order = shop.order("order-gateway-offline", [(soundness.MOUSE, 2)])
    arn = shop.start(shop.stack.outputs["OrderWorkflowArn"], order)
    clock.advance(milliseconds=1)
    boto3.client("stepfunctions").stop_execution(executionArn=arn, error="StoppedByHand")
    clock.advance(minutes=1)
    status = soundness.row_of(shop, "order-gateway-offline").get("status", "missing")
    return Finding(
        "row ABORTED",
        f"row {status}",
        status == "ABORTED",
        "The execution of order-gateway-offline was stopped by hand, and a minute later the "
        f"order's row must say so; it is {status}.",
    )


def _alarm(shop: Shop) -> Finding:
    """An order fails on the shop's side, and somebody is called."""
    function = shop.stack.resources["ValidateOrderFunction"]
    with faults.inject(function=function, error="KeyError"):
        shop.process(shop.order("order-our-fault", [(soundness.MOUSE, 2)]))
    clock.advance(minutes=1)
    name = shop.stack.resources["TechnicalFailureAlarm"]
    alarms = boto3.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    state = alarms[0]["StateValue"] if alarms else "missing"
    return Finding(
        "ALARM",
        state,
        state == "ALARM",
        "order-our-fault failed through an error of the shop's own, and a minute later the alarm "
        f"for technical failures must say so; it is {state}.",
    )
