"""01.2: an order that is refused for two reasons, and for no others."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import boto3

from orderlab.lesson.exercises import Exercise, Finding

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

exercise = Exercise(
    id="01.2",
    title="Two faults, by name",
    level="core",
    task="""\
You learn how a shop works from what it refuses. Make `two_faults` an order of one Smart Desk Lamp
(`prod-019`, 59.95), which is sold out, **with a total that is one cent too low**. It must be
refused with exactly two faults, `INSUFFICIENT_STOCK` and `TOTAL_MISMATCH`.

Change the copy in the cell below; `lesson.check("01.2", two_faults)` runs it.""",
    files=(),
    hints=(
        (
            "Run it yourself and read the faults, as in *Then the logs: why*. Which fault is there "
            "that should not be, and which field does it name?"
        ),
        (
            "A line's price has to be the product's, else there is a third fault, "
            "`PRICE_MISMATCH`. The total is the whole order's, and it alone is wrong."
        ),
        (
            '`two_faults = order | {"orderId": "order-two-faults", "items": [{"productId": '
            '"prod-019", "quantity": 1, "price": 59.95}], "totalAmount": 59.94}`.'
        ),
    ),
)


def _faults(shop: Shop) -> dict[str, str]:
    """What the validation finds in the learner's order: messages by their codes."""
    arn = shop.process(shop.answer).description["executionArn"]
    history = boto3.client("stepfunctions").get_execution_history(executionArn=arn)["events"]
    outputs: list[dict[str, Any]] = [
        json.loads(event["stateExitedEventDetails"]["output"])
        for event in history
        if event.get("stateExitedEventDetails", {}).get("name") == "ValidateOrder"
    ]
    found = outputs[0]["validation"]["faults"] if outputs else []
    return {fault["code"]: fault["message"] for fault in found}


@exercise.scenario("It is refused")
def _refused(shop: Shop) -> Finding:
    ended = shop.process(shop.answer)
    return Finding("refused", ended.words, ended.refused, "The validation must find a fault in it.")


@exercise.scenario("Its faults")
def _named(shop: Shop) -> Finding:
    codes = sorted(_faults(shop))
    return Finding(
        "INSUFFICIENT_STOCK, TOTAL_MISMATCH",
        ", ".join(codes),
        codes == ["INSUFFICIENT_STOCK", "TOTAL_MISMATCH"],
        "These two and no others: every fault that is not meant has a field of the order that is "
        "not right yet.",
    )


@exercise.scenario("By how much the total is wrong")
def _one_cent(shop: Shop) -> Finding:
    message = _faults(shop)["TOTAL_MISMATCH"]
    right, wrong = message.removeprefix("the lines sum to ").split(", not ")
    cents = int(100 * (Decimal(right) - Decimal(wrong)))
    return Finding(
        "1 cent too low",
        f"{abs(cents)} cents too {'low' if cents > 0 else 'high'}"
        if abs(cents) != 1
        else f"1 cent too {'low' if cents > 0 else 'high'}",
        cents == 1,
        "The validation adds the lines up and does not trust the total, not even by one cent.",
    )
