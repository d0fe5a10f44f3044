"""10.3: an Express workflow that charges an order once, however often it is started."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from localaws import clock, faults
from orderlab.lesson.answers import NotAnAnswerError
from orderlab.lesson.exercises import Exercise, Finding

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

exercise = Exercise(
    id="10.3",
    title="Charged once, as Express",
    level="extra",
    task="""\
An Express workflow shall charge orders with `dev-ProcessPaymentFunction`, called with the payload
that the shop's `ProcessPayment` sends. The same order may be started again, later or at the same
moment: then the execution succeeds **and charges nothing**. Its role may invoke that function and
call UpdateItem on the table `dev-Orders`, whose key is `orderId`. Where the table gives no answer,
the execution fails: nobody knows whether the order was charged.

Write its definition into the cell below; `lesson.check("10.3", charge_once)` runs it.""",
    files=(),
    hints=(
        (
            "Somebody must remember the orders that were begun. An Express workflow remembers "
            "nothing, but a row does. And *looking first, writing then* leaves a moment in between."
        ),
        (
            "UpdateItem with a `ConditionExpression` looks and writes in one step, **before** the "
            "charge. `RejectOrder` in the shop's workflow has one. If the condition does not hold, "
            "the error is `DynamoDB.ConditionalCheckFailedException`."
        ),
        (
            '`"ConditionExpression": "attribute_not_exists(orderId)"`, a Catch for that error '
            'alone which leads to a Succeed, `"ResultPath": null` so that the order is not lost, '
            "and `Next` to the Task that invokes the function, as `ProcessPayment` does."
        ),
    ),
)

NUMBERS = itertools.count(1)
PAYMENTS = "/aws/lambda/dev-ProcessPaymentFunction"


def _made(shop: Shop) -> str:
    """The ARN of an Express state machine with the learner's definition.

    Raises:
        NotAnAnswerError: Step Functions refuses the definition.
    """
    stepfunctions = boto3.client("stepfunctions")
    workflow = stepfunctions.describe_state_machine(
        stateMachineArn=shop.stack.outputs["OrderWorkflowArn"]
    )
    try:
        made = stepfunctions.create_state_machine(
            name=f"charge-once-{next(NUMBERS)}",
            type="EXPRESS",
            definition=json.dumps(shop.answer),
            roleArn=workflow["roleArn"],
        )
    except ClientError as error:
        why = error.response["Error"]["Message"]
        raise NotAnAnswerError(f"Step Functions refuses the definition: {why}") from error
    return str(made["stateMachineArn"])


def _order(shop: Shop, order_id: str) -> dict[str, Any]:
    """An order that the gateway approves, and that the shop does not know."""
    table = boto3.resource("dynamodb").Table(shop.stack.outputs["OrdersTableName"])
    table.delete_item(Key={"orderId": order_id})
    return shop.order(order_id, [("prod-001", 2)])


def _run(machine: str, order: dict[str, Any]) -> str:
    """Run an order through an Express workflow, to its end; how it ended."""
    ended = boto3.client("stepfunctions").start_sync_execution(
        stateMachineArn=machine, input=json.dumps(order)
    )
    error = f" ({ended['error']})" if "error" in ended else ""
    return f"{ended['status'].lower()}{error}"


def _charges(order: dict[str, Any]) -> int:
    """How often the payment function was asked to charge an order: each call logs one line."""
    pattern = f'{{ $.orderId = "{order["orderId"]}" }}'
    pages = boto3.client("logs").get_paginator("filter_log_events")
    found = pages.paginate(logGroupName=PAYMENTS, filterPattern=pattern)
    return sum(len(page["events"]) for page in found)


def _times(count: int) -> str:
    return {0: "not charged", 1: "charged once"}.get(count, f"charged {count} times")


@exercise.scenario("An order")
def _first(shop: Shop) -> Finding:
    machine, order = _made(shop), _order(shop, "order-first")
    before = _charges(order)
    got = f"{_run(machine, order)}, {_times(_charges(order) - before)}"
    return Finding(
        "succeeded, charged once",
        got,
        got == "succeeded, charged once",
        "An order that comes for the first time must be charged.",
    )


@exercise.scenario("The same order again")
def _again(shop: Shop) -> Finding:
    machine, order = _made(shop), _order(shop, "order-once")
    before = _charges(order)
    _run(machine, order)
    got = f"{_run(machine, order)}, {_times(_charges(order) - before)}"
    return Finding(
        "succeeded, charged once",
        got,
        got == "succeeded, charged once",
        "The order was charged a moment ago. The second execution must see that, do nothing, and "
        "succeed.",
    )


@exercise.scenario("Twice at the same moment")
def _together(shop: Shop) -> Finding:
    machine, order = _made(shop), _order(shop, "order-double-click")
    before = _charges(order)
    stepfunctions = boto3.client("stepfunctions")
    started = [
        stepfunctions.start_execution(stateMachineArn=machine, input=json.dumps(order))
        for _ in range(2)
    ]
    clock.run_until(*(one["executionArn"] for one in started))
    got = _times(_charges(order) - before)
    return Finding(
        "charged once",
        got,
        got == "charged once",
        "A double click starts both executions before either has charged. Whoever notes the order "
        "after the charge, notes it too late.",
    )


@exercise.scenario("The table does not answer")
def _no_answer(shop: Shop) -> Finding:
    machine, order = _made(shop), _order(shop, "order-no-table")
    before = _charges(order)
    table = shop.stack.outputs["OrdersTableName"]
    with faults.inject(table=table, operations=["UpdateItem"], error="InternalServerError"):
        ended = _run(machine, order)
    got = f"{ended.partition(' ')[0]}, {_times(_charges(order) - before)}"
    return Finding(
        "failed, not charged",
        got,
        got == "failed, not charged",
        "Only a condition that does not hold says that the order was taken before. Any other error "
        "says nothing, and an order must not be forgotten for it.",
    )
