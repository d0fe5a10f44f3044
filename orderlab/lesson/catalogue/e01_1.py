"""01.1: an order of one's own."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import boto3

from orderlab.lesson.answers import NotAnAnswerError
from orderlab.lesson.exercises import Exercise, Finding

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

exercise = Exercise(
    id="01.1",
    title="A keyboard",
    level="core",
    task="""\
The customer `test-user-123` orders one Mechanical Keyboard (`prod-002`, 89.00). Make `keyboard`
that order, with the id `order-keyboard`: one line, one piece, the right price, the right total.
When it has run, its row must say `CONFIRMED`.

Change the copy in the cell below; `lesson.check("01.1", keyboard)` runs it.""",
    files=(),
    hints=(
        (
            "An order has four fields: `orderId`, `userId`, `items`, `totalAmount`. Three of them "
            "are still those of the mice."
        ),
        (
            "`order | {…}` makes a copy with some fields replaced. `items` is a list of lines, and "
            "each line has a `productId`, a `quantity` and a `price`."
        ),
        (
            '`keyboard = order | {"orderId": "order-keyboard", "items": [{"productId": "prod-002", '
            '"quantity": 1, "price": 89.00}], "totalAmount": 89.00}`.'
        ),
    ),
)


def _order(shop: Shop) -> dict[str, Any]:
    answer = shop.answer
    if not isinstance(answer, dict):
        raise NotAnAnswerError("An order is a dictionary, as `order` is.")
    return answer


def _row(shop: Shop) -> dict[str, Any]:
    """The keyboard's row, after the learner's order has run."""
    ended = shop.process(_order(shop))
    table = boto3.resource("dynamodb").Table(shop.stack.outputs["OrdersTableName"])
    found = table.get_item(Key={"orderId": "order-keyboard"}).get("Item")
    return found or {"status": f"no row: the order {shop.answer.get('orderId')} {ended.words}"}


@exercise.scenario("The row of order-keyboard")
def _confirmed(shop: Shop) -> Finding:
    row = _row(shop)
    status, cause = str(row["status"]), row.get("failureCause")
    return Finding(
        "CONFIRMED",
        f"{status}: {cause}" if cause else status,
        row["status"] == "CONFIRMED",
        "The order must run under the id order-keyboard, and end as CONFIRMED. If it was refused, "
        "the row names each fault.",
    )


@exercise.scenario("What is in the basket")
def _basket(shop: Shop) -> Finding:
    pieces: Counter[str] = Counter()
    for line in _order(shop)["items"]:
        pieces[line["productId"]] += line["quantity"]
    got = ", ".join(f"{count} of {product}" for product, count in sorted(pieces.items()))
    return Finding(
        "1 of prod-002",
        got,
        pieces == {"prod-002": 1},
        "The customer wants one keyboard, and no mice beside it.",
    )


@exercise.scenario("Whose order it is, and what it costs")
def _charged(shop: Shop) -> Finding:
    row = _row(shop)
    got = f"{row.get('userId')}, {row.get('totalAmount')}"
    return Finding(
        "test-user-123, 89",
        got,
        got in ("test-user-123, 89", "test-user-123, 89.0"),
        "The row must show that test-user-123 was charged 89.00.",
    )
