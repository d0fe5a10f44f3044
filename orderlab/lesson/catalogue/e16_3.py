"""16.3: let go on what was cut off, and say what cannot be helped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3

from localaws import clock
from orderlab.lesson.exercises import Exercise, Finding
from orderlab.lesson.judging.parcels import Parcels

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

MANY = 120  # more than a page of ListExecutions holds

exercise = Exercise(
    id="16.3",
    title="Rescue what was cut off",
    level="extra",
    task=f"""\
Executions of `OrderTracking` were stopped by hand, and others ran into a timeout. Their parcels
travel on, and the carrier's events lie in the rows. Write `rescue(tracker)`, which takes the state
machine's ARN and lets **every execution that was aborted or timed out** go on where it ended: one
or {MANY}. It leaves alone what runs or has succeeded, can be called again, and returns a list: the
ARNs of those executions that Step Functions refuses to redrive.

Write `rescue` in the cell below, its imports inside; `lesson.check("16.3", rescue)` runs it.""",
    files=(),
    features="all",
    hints=(
        (
            "Two calls of boto3's client for Step Functions: one that lists executions by their "
            "status, and one that you saw in *Mend it*."
        ),
        (
            "A page of `list_executions` holds no more than a hundred; "
            "`get_paginator` gives all. It takes one status at a time. What is refused raises "
            "`ExecutionNotRedrivable`."
        ),
        (
            "`for status in ['ABORTED', 'TIMED_OUT']:`, the pages of `sfn.get_paginator("
            "'list_executions').paginate(stateMachineArn=tracker, statusFilter=status)`, and in "
            "`try:` `sfn.redrive_execution(executionArn=…)`, `except "
            "sfn.exceptions.ExecutionNotRedrivable:` append the ARN."
        ),
    ),
)


def _stop(*arns: str) -> None:
    clock.advance(minutes=1)  # until they wait
    for arn in arns:
        boto3.client("stepfunctions").stop_execution(executionArn=arn)


def _call(shop: Shop, machine: str) -> str:
    """What the learner's function returns, as text; "" for nothing."""
    try:
        given = shop.answer(machine)
    except Exception as error:  # noqa: BLE001 - the learner's own
        return f"{type(error).__name__}: {error}"
    clock.advance(minutes=1)
    return f"returned {given}" if given else ""


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


@exercise.scenario("One that was stopped")
def _one(shop: Shop) -> Finding:
    parcels = Parcels(shop)
    machine, order_id = parcels.variant(), parcels.new("order-stopped")
    _stop(parcels.begin(order_id, machine))
    parcels.tell(order_id, "SHIPPED")
    said = _call(shop, machine)
    got = _joined(parcels.status(order_id), said)
    return Finding(
        "SHIPPED",
        got,
        got == "SHIPPED",
        "The carrier has told that order-stopped is shipped, and nobody used it. After the rescue "
        f"its row must say so. It says: {got}.",
    )


@exercise.scenario("One that timed out")
def _timed_out(shop: Shop) -> Finding:
    parcels = Parcels(shop)
    machine, order_id = parcels.variant(TimeoutSeconds=3600), parcels.new("order-timed-out")
    parcels.begin(order_id, machine)
    clock.advance(hours=2)
    parcels.tell(order_id, "SHIPPED")
    said = _call(shop, machine)
    got = _joined(parcels.status(order_id), said)
    return Finding(
        "SHIPPED",
        got,
        got == "SHIPPED",
        "The execution of order-timed-out ran into its TimeoutSeconds. That is another status than "
        f"ABORTED. Its row says: {got}.",
    )


@exercise.scenario(f"{MANY} at once")
def _many(shop: Shop) -> Finding:
    parcels = Parcels(shop)
    machine = parcels.variant()
    arns = [parcels.begin(parcels.new("order-of-many"), machine) for _ in range(MANY)]
    _stop(*arns)
    said = _call(shop, machine)
    client = boto3.client("stepfunctions")
    pages = client.get_paginator("list_executions").paginate(
        stateMachineArn=machine, statusFilter="RUNNING"
    )
    got = _joined(f"{sum(len(page['executions']) for page in pages)} run", said)
    _stop(*arns)  # else they send reminders in what follows
    return Finding(
        f"{MANY} run",
        got,
        got == f"{MANY} run",
        f"{MANY} executions were stopped, and every one of them must run again. A page of "
        f"ListExecutions holds a hundred. What came of it: {got}.",
    )


@exercise.scenario("One that nobody missed for fifteen days")
def _too_old(shop: Shop) -> Finding:
    parcels = Parcels(shop)
    machine, order_id = parcels.variant(), parcels.new("order-of-today")
    old = parcels.begin(parcels.new("order-too-old"), machine)
    _stop(old)
    clock.advance(days=15)
    _stop(parcels.begin(order_id, machine))
    parcels.tell(order_id, "SHIPPED")
    said = _call(shop, machine)
    got, expected = _joined(parcels.status(order_id), said), f"SHIPPED; returned ['{old}']"
    return Finding(
        expected,
        got,
        got == expected,
        "After fourteen days, Step Functions refuses a redrive. Such an execution must be "
        f"returned, and must not keep the others from being rescued. What came of it: {got}.",
    )


@exercise.scenario("Called again")
def _again(shop: Shop) -> Finding:
    parcels = Parcels(shop)
    machine = parcels.variant()
    stopped, runs = (parcels.begin(parcels.new(name), machine) for name in ("stopped", "runs"))
    _stop(stopped)
    said = [_call(shop, machine), _call(shop, machine)]
    describe = boto3.client("stepfunctions").describe_execution
    counts = [describe(executionArn=arn)["redriveCount"] for arn in (stopped, runs)]
    expected = "redrives: 1 of the stopped one, 0 of the other"
    got = _joined(f"redrives: {counts[0]} of the stopped one, {counts[1]} of the other", *said)
    return Finding(
        expected,
        got,
        got == expected,
        f"The second call finds nothing to rescue: both run by then. What came of it: {got}.",
    )
