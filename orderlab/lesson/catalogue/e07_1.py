"""07.1: one order that shows three faults at once."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import boto3

from orderlab.lesson.exercises import Exercise, Finding

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

exercise = Exercise(
    id="07.1",
    title="Three faults in one order",
    level="core",
    task="""\
Whoever builds the page that shows customers their faults asks you for an order to try it with. It
must show three at once: `UNKNOWN_PRODUCT`, `PRICE_MISMATCH` and `INSUFFICIENT_STOCK`, **each once,
and no other**. Its first line is there already; `data/products.json` has the prices and the stock.

Complete `three_faults` in the cell below; `lesson.check("07.1", three_faults)` validates it.""",
    files=(),
    hints=(
        (
            "Each of the missing faults can have a line of its own. What becomes of the total when "
            "there are more lines?"
        ),
        (
            "A mouse for 19.99 has a wrong price. Of the lamp, `prod-019`, there is none. The "
            "total must be the sum of the lines *as they stand in the order*, with wrong prices."
        ),
        (
            'Add `mouse | {"price": 19.99}` and `lamp` to the `items`. The three lines sum to '
            "2 * 29.99 + 2 * 19.99 + 59.95."
        ),
    ),
)

WANTED = ("UNKNOWN_PRODUCT", "PRICE_MISMATCH", "INSUFFICIENT_STOCK")


def _codes(shop: Shop) -> Counter[str]:
    """The codes of the faults that the validation finds in the learner's order."""
    answer = boto3.client("lambda").invoke(
        FunctionName=shop.stack.resources["ValidateOrderFunction"],
        Payload=json.dumps(shop.answer).encode(),
    )
    return Counter(fault["code"] for fault in json.loads(answer["Payload"].read())["faults"])


def _said(codes: Counter[str]) -> str:
    if not codes:
        return "no fault"
    return ", ".join(code if n == 1 else f"{n} x {code}" for code, n in sorted(codes.items()))


@exercise.scenario("A wrong price and too little stock")
def _missing(shop: Shop) -> Finding:
    codes = _codes(shop)
    return Finding(
        "INSUFFICIENT_STOCK, PRICE_MISMATCH",
        _said(codes),
        {"PRICE_MISMATCH", "INSUFFICIENT_STOCK"} <= codes.keys(),
        "The line that was given has an unknown product. A line with a wrong price and one with "
        "more pieces than there are in stock are missing.",
    )


@exercise.scenario("The unknown product")
def _unknown(shop: Shop) -> Finding:
    codes = _codes(shop)
    return Finding(
        "UNKNOWN_PRODUCT",
        _said(codes),
        "UNKNOWN_PRODUCT" in codes,
        "An unknown product has neither price nor stock, so its line shows one fault and no more: "
        "the two others need lines of their own, beside it.",
    )


@exercise.scenario("No other fault")
def _no_other(shop: Shop) -> Finding:
    codes = _codes(shop)
    return Finding(
        "no other code",
        _said(codes),
        set(codes) <= set(WANTED),
        "The order shows a fault that nobody asked for. A total is the sum of its lines, at the "
        "prices that stand in them.",
    )


@exercise.scenario("Each once")
def _once(shop: Shop) -> Finding:
    codes = _codes(shop)
    return Finding(
        "each once",
        _said(codes),
        all(codes[code] == 1 for code in WANTED),
        "Each of the three faults must be there once: every line is looked at, and each tells of "
        "its own.",
    )
