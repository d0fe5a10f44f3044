"""Orders that are sent one after the other, some into a fault, and the ways that they took."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import ExitStack
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3

from localaws import faults
from orderlab.console.many.coverage import coverage
from orderlab.lesson import places
from orderlab.lesson.answers import NotAnAnswerError
from orderlab.lesson.exercises import Exercise, Finding

if TYPE_CHECKING:
    import pandas as pd

    from orderlab.lesson.judging.shop import Shop

FORM = (
    'The answer is a list of runs. A run is {"order": {…}}, or {"order": {…}, "fault": {…}} with '
    "the arguments of faults.inject."
)
WAYS = ("transition", "catch")


def runs_of(shop: Shop) -> list[Mapping[str, Any]]:
    """The learner's runs: each has an order, and perhaps a fault that holds while it runs.

    Raises:
        NotAnAnswerError: there are none, or they are of another form.
    """
    answer = shop.answer
    if not isinstance(answer, list) or not answer:
        raise NotAnAnswerError(FORM)
    for run in answer:
        if not isinstance(run, dict) or "order" not in run or run.keys() - {"order", "fault"}:
            raise NotAnAnswerError(FORM)
    return answer


@cache
def ways(shop: Shop) -> pd.DataFrame:
    """The transitions and the Catches of the order workflow, and how often the runs took each.

    The runs begin with an empty table of orders, and without any other fault. They are played
    once, however many scenarios ask.

    Returns:
        A row for each, as in `console.coverage`: kind, state, target, label, reached.

    Raises:
        NotAnAnswerError: the runs have another form, or a fault that there cannot be.
    """
    runs = runs_of(shop)
    faults.clear()
    _empty(shop.stack.outputs["OrdersTableName"])
    machine = _workflow(shop)
    arns = [_run(shop, machine, number, run) for number, run in enumerate(runs, start=1)]
    table = coverage(machine, arns).table
    return table[table["kind"].isin(WAYS)]


def add_limits(
    exercise: Exercise, orders: int, faults: int, *, orders_because: str, faults_because: str
) -> None:
    """Add the scenarios that ask for the fewest orders, and the fewest faults."""

    @exercise.scenario("How many orders")
    def _orders(shop: Shop) -> Finding:
        count = len(runs_of(shop))
        return Finding(f"{orders} orders", f"{count} orders", count == orders, orders_because)

    @exercise.scenario("How many faults")
    def _faults(shop: Shop) -> Finding:
        count = sum(bool(run.get("fault")) for run in runs_of(shop))
        return Finding(_faulty(faults), _faulty(count), count == faults, faults_because)


def _faulty(count: int) -> str:
    return "1 fault" if count == 1 else f"{count} faults"


def _workflow(shop: Shop) -> str:
    """The course's workflow: the learner's may have other ways since another exercise."""
    path = places.COURSE / "state-machines" / "order-workflow.asl.json"
    text = path.read_text(encoding="utf-8")
    for name, value in {
        "ValidateOrderFunctionArn": shop.stack.resources["ValidateOrderFunction"],
        "ProcessPaymentFunctionArn": shop.stack.resources["ProcessPaymentFunction"],
        "OrdersTableName": shop.stack.outputs["OrdersTableName"],
        "NotificationsTopicArn": shop.stack.outputs["NotificationsTopicArn"],
    }.items():
        text = text.replace(f"${{{name}}}", value)
    return shop.make(json.loads(text))


def _run(shop: Shop, machine: str, number: int, run: Mapping[str, Any]) -> str:
    with ExitStack() as stack:
        if run.get("fault"):
            try:
                stack.enter_context(faults.inject(**run["fault"]))
            except (TypeError, ValueError) as error:
                why = f"The fault of run {number} cannot be injected: {error}"
                raise NotAnAnswerError(why) from error
        arn = shop.start(machine, run["order"])
        shop.ended(arn)
    return arn


def _empty(table: str) -> None:
    orders = boto3.resource("dynamodb").Table(table)
    for item in orders.scan(ProjectionExpression="orderId")["Items"]:
        orders.delete_item(Key=item)
