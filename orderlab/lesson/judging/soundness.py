"""What the shop's stack has always done: whoever mends one thing must not break another."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from localaws import clock, faults
from orderlab.lesson import places
from orderlab.lesson.edits import changed_lines
from orderlab.lesson.exercises import Exercise, Finding
from orderlab.lesson.judging import permissions
from orderlab.lesson.judging.shop import Ended, Shop

MOUSE = "prod-001"
SOLD_OUT = "prod-019"


@dataclass(frozen=True)
class Told:
    """How an order ended: its execution, its row, and how often the gateway was asked."""

    ended: Ended
    status: str
    transaction: str
    charges: int

    @property
    def words(self) -> str:
        return f"{self.ended.words}, row {self.status or 'missing'}"


def place(shop: Shop, order: dict[str, Any]) -> Told:
    """Run an order through the workflow, and read what it has left behind a minute later."""
    ended = shop.process(order)
    clock.advance(minutes=1)
    row = row_of(shop, order["orderId"])
    charges = ended.states.count("ProcessPayment") and calls(ended, "ProcessPayment")
    return Told(ended, row.get("status", ""), row.get("transactionId", ""), charges)


def in_stock(shop: Shop) -> list[str]:
    """The ids of the products of which the shop has some."""
    return sorted(name for name in shop.prices if name != SOLD_OUT)


def row_of(shop: Shop, order_id: str) -> dict[str, Any]:
    """An order's row; {} where there is none."""
    table = boto3.resource("dynamodb").Table(shop.stack.outputs["OrdersTableName"])
    row: dict[str, Any] = table.get_item(Key={"orderId": order_id}).get("Item", {})
    return row


def calls(ended: Ended, state: str) -> int:
    """How often a Task was tried in an execution."""
    pages = boto3.client("stepfunctions").get_paginator("get_execution_history")
    inside, count = "", 0
    for page in pages.paginate(executionArn=ended.description["executionArn"]):
        for event in page["events"]:
            inside = event.get("stateEnteredEventDetails", {}).get("name", inside)
            count += inside == state and event["type"] == "TaskScheduled"
    return count


def confirmed(shop: Shop) -> Finding:
    """A good order is paid and confirmed."""
    told = place(shop, shop.order("order-two-mice", [(MOUSE, 2)]))
    return Finding(
        "succeeded, row CONFIRMED",
        told.words,
        told.ended.succeeded and told.status == "CONFIRMED",
        "order-two-mice is good, and the gateway approves it, so it must be confirmed.",
    )


def declined(shop: Shop) -> Finding:
    """A decline is final, and the gateway's answer: one order in ten gets it."""
    told = place(shop, shop.order("order-declined", [(MOUSE, 2)]))
    is_declined = told.ended.description.get("error") == "PaymentDeclined"
    return Finding(
        "failed (PaymentDeclined), row FAILED, asked once",
        f"{told.words}, asked {_times(told.charges)}",
        is_declined and told.status == "FAILED" and told.charges == 1,
        "The gateway says no to order-declined. That is an answer: the order is rejected, and "
        "nobody asks again.",
    )


def refused(shop: Shop) -> Finding:
    """An order with a fault is refused before anybody pays."""
    cheap = [{"productId": MOUSE, "quantity": 2, "price": 0.99}]
    told = place(shop, shop.order("order-wrong-price", [], items=cheap, totalAmount=1.98))
    return Finding(
        "refused (OrderInvalid), row FAILED, not charged",
        f"{told.words}, {'charged' if told.charges else 'not charged'}",
        told.ended.refused and told.status == "FAILED" and not told.charges,
        "order-wrong-price pays 0.99 for a mouse of 29.99, and must be refused before payment.",
    )


def asked_again(shop: Shop) -> Finding:
    """A gateway that is silent once is asked once more."""
    told = place(shop, shop.order("order-gateway-timeout", [(MOUSE, 2)]))
    return Finding(
        "succeeded, row CONFIRMED, asked twice",
        f"{told.words}, asked {_times(told.charges)}",
        told.ended.succeeded and told.status == "CONFIRMED" and told.charges == 2,
        "The gateway does not answer the first call for order-gateway-timeout, and approves the "
        "second.",
    )


def lambda_in_trouble(shop: Shop) -> Finding:
    """What Lambda itself has trouble with is tried again, as AWS asks for."""
    stepfunctions = boto3.client("stepfunctions")
    machine = shop.stack.outputs["OrderWorkflowArn"]
    payment = shop.stack.resources["ProcessPaymentFunction"]
    order = shop.order("order-lambda-busy", [(MOUSE, 2)])
    with faults.inject(function=payment, error="Lambda.ServiceException"):
        ended = shop.start(machine, order)
        while stepfunctions.describe_execution(executionArn=ended)["status"] == "RUNNING":
            events = stepfunctions.get_execution_history(executionArn=ended)["events"]
            if any(event["type"] == "TaskFailed" for event in events):
                break
    told = shop.ended(ended)
    return Finding(
        "succeeded",
        told.words,
        told.succeeded,
        "Lambda refuses the payment function's first call with Lambda.ServiceException, which is "
        "over a moment later. The order must live through that.",
    )


def few_lines(exercise: Exercise, most: int) -> Callable[[Shop], Finding]:
    """A scenario: no more lines of what was given are edited than a mend needs."""

    def play(shop: Shop) -> Finding:
        with tempfile.TemporaryDirectory(prefix="given-") as name:
            given = Path(name) / "given"
            places.make_given(exercise, given)
            count = changed_lines(given, shop.root)
        return Finding(
            f"at most {most}",
            str(count),
            count <= most,
            f"{count} lines differ from what you were given. Whoever reads your change must see "
            "what was wrong; undo what the mend does not need.",
        )

    return play


def add_to(exercise: Exercise, most_lines: int) -> None:
    """Add the scenarios that every mended stack must pass; the last replaces the stack."""
    for title, play in (
        ("order-declined", declined),
        ("order-wrong-price", refused),
        ("order-gateway-timeout", asked_again),
        ("Lambda in trouble", lambda_in_trouble),
        ("Edited lines", few_lines(exercise, most_lines)),
        ("Permissions", permissions.not_wider),
    ):
        exercise.scenario(title)(play)


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")
