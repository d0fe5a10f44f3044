"""01.3: say beforehand which way an order takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3

from orderlab.lesson.answers import NotAnAnswerError
from orderlab.lesson.exercises import Exercise, Finding

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

exercise = Exercise(
    id="01.3",
    title="The id of a confirmed order",
    level="extra",
    task="""\
`test-order-001` is confirmed. Then somebody sends `items: []` under the **same id**. Say in `guess`
which states that second execution enters, in their order, and what the row of `test-order-001` says
afterwards. Try it before or after, as you like: `console.watch` shows the way, `row` the row.

Fill in `guess` in the cell below; `lesson.check("01.3", guess)` sends both orders.""",
    files=(),
    hints=(
        "The basket is empty, so it goes the way of the empty basket above. Which way was that?",
        (
            "`RejectOrder` writes the row, but not over an order that is confirmed: its write has "
            "a condition. When DynamoDB refuses, the state catches that and goes on."
        ),
        (
            '`{"states": ["ValidateOrder", "IsOrderValid", "RejectOrder", "NotifyRejected", '
            '"OrderFailed"], "status": "CONFIRMED"}`.'
        ),
    ),
)


def _guess(shop: Shop) -> tuple[list[str], str]:
    answer = shop.answer
    if not isinstance(answer, dict) or not isinstance(answer.get("states"), list):
        raise NotAnAnswerError("`guess` has two keys: states, a list of names, and status, a text.")
    return list(map(str, answer["states"])), str(answer.get("status", "")).upper()


def _second(shop: Shop) -> tuple[list[str], str]:
    """What really happens: the states of the second execution, and the row's status."""
    order: dict[str, Any] = shop.order("test-order-001", [("prod-001", 2)])
    shop.process(order)
    states = shop.process({**order, "items": []}).states
    table = boto3.resource("dynamodb").Table(shop.stack.outputs["OrdersTableName"])
    return list(states), str(table.get_item(Key={"orderId": "test-order-001"})["Item"]["status"])


@exercise.scenario("Where it begins")
def _begins(shop: Shop) -> Finding:
    guessed, happened = _guess(shop)[0][:1], _second(shop)[0][:1]
    return Finding(
        "the first state",
        ", ".join(guessed) or "none",
        guessed == happened,
        "Every execution of the workflow begins with the same state.",
    )


@exercise.scenario("Which way it takes")
def _way(shop: Shop) -> Finding:
    guessed, happened = _guess(shop)[0], _second(shop)[0]
    same = [a for a, b in zip(guessed, happened, strict=False) if a == b]
    return Finding(
        f"{len(happened)} states",
        ", ".join(guessed),
        guessed == happened,
        f"The first {len(same)} are right. A state whose error is caught is entered, too, and the "
        "way goes on from there.",
    )


@exercise.scenario("What the row says")
def _row(shop: Shop) -> Finding:
    guessed, happened = _guess(shop)[1], _second(shop)[1]
    return Finding(
        "what the row says",
        guessed or "nothing",
        guessed == happened,
        "Think of the customer who has paid: would a second message under the same id take the "
        "order away?",
    )
