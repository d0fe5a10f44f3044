"""18.1: what lies in the dead-letter queue, since when, and how much it is worth."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from orderlab.lesson.exercises import Exercise, Finding

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

exercise = Exercise(
    id="18.1",
    title="A report of the heap",
    level="core",
    features="all",
    task="""\
Whoever is called at night wants four figures first. Complete `report(letters)`: from messages as
`receive_message` gives them with their `SentTimestamp`, it makes `letters` (how many), `orders`
(how many different order ids), `since` (the oldest `SentTimestamp` of all letters, a whole number;
`None` without letters) and `atStake`: the orders' `totalAmount` in sum, each order once, as a text
like `"59.98"`. What is no order counts in `letters` and `since` alone.

Write it in the cell below, with its imports inside; `lesson.check("18.1", report)` runs it.""",
    files=(),
    hints=(
        "A dictionary by order id answers two of the four at once. What must not get into it?",
        (
            "`json.loads` fails on a note, and gives a list or a number where one was sent. Read "
            "amounts with `parse_float=Decimal`: cents do not add up in floats."
        ),
        (
            "For each letter: `order = json.loads(body, parse_float=Decimal)` within `try … except "
            "ValueError: continue`, skip what is no dict or has no `orderId`, then "
            '`amounts[order["orderId"]] = Decimal(order["totalAmount"])`. At the end '
            '`f"{sum(amounts.values()):.2f}"` and `min(…)` of the times as `int`.'
        ),
    ),
)


def _letter(body: Any, sent: int) -> dict[str, Any]:
    """A message as ReceiveMessage gives it."""
    text = body if isinstance(body, str) else json.dumps(body)
    return {
        "MessageId": f"letter-{sent}",
        "ReceiptHandle": "receipt",
        "Body": text,
        "Attributes": {"SentTimestamp": str(sent)},
    }


def _order(order_id: str, total: float) -> dict[str, Any]:
    return {"orderId": order_id, "userId": "ana", "items": [], "totalAmount": total}


def _expects(shop: Shop, letters: list[dict[str, Any]], because: str, **figures: Any) -> Finding:
    expected = {"letters": len(letters), **figures}
    try:
        answer = shop.answer(letters)
        got = json.dumps(answer, default=str)
    except Exception as error:  # noqa: BLE001 - the learner's own
        answer, got = None, f"{type(error).__name__}: {error}"
    return Finding(json.dumps(expected), got, answer == expected, because)


@exercise.scenario("Two orders and a note")
def _three(shop: Shop) -> Finding:
    letters = [
        _letter(_order("order-one", 59.98), 1_767_603_600_000),
        _letter(_order("order-two", 29.99), 1_767_603_660_000),
        _letter("two mice, please", 1_767_603_720_000),
    ]
    because = (
        "Two of the three letters are orders, of 59.98 and 29.99, and the first is the oldest."
    )
    return _expects(shop, letters, because, orders=2, since=1_767_603_600_000, atStake="89.97")


@exercise.scenario("One order, twice")
def _twice(shop: Shop) -> Finding:
    letters = [_letter(_order("order-twice", 59.98), 1_767_603_600_000 + n) for n in range(2)]
    because = (
        "The customer has sent order-twice a second time. Two letters, and still only one order "
        "that can be lost."
    )
    return _expects(shop, letters, because, orders=1, since=1_767_603_600_000, atStake="59.98")


@exercise.scenario("Ten cents, three times")
def _cents(shop: Shop) -> Finding:
    letters = [_letter(_order(f"order-cloth-{n}", 0.1), 1_767_603_600_000) for n in range(3)]
    because = "Three screen cloths cost 0.30. In floats, 0.1 + 0.1 + 0.1 is something else."
    return _expects(shop, letters, because, orders=3, since=1_767_603_600_000, atStake="0.30")


@exercise.scenario("The oldest letter comes last")
def _last(shop: Shop) -> Finding:
    letters = [_letter(_order(f"order-late-{n}", 10), 1_767_603_600_000 - n) for n in range(3)]
    because = "A queue promises no order: the oldest letter may come last."
    return _expects(shop, letters, because, orders=3, since=1_767_603_599_998, atStake="30.00")


@exercise.scenario("JSON that is no order")
def _no_order(shop: Shop) -> Finding:
    bodies = ["[1, 2]", "null", '"mice"', "7", '{"hello": "world"}']
    letters = [_letter(body, 1_767_603_600_000 + n) for n, body in enumerate(bodies)]
    because = (
        "Whatever somebody sent may lie there. A report that fails on one letter says nothing of "
        "the others."
    )
    return _expects(shop, letters, because, orders=0, since=1_767_603_600_000, atStake="0.00")


@exercise.scenario("No letters")
def _none(shop: Shop) -> Finding:
    because = "Without a letter there is no oldest one: None."
    return _expects(shop, [], because, orders=0, since=None, atStake="0.00")
