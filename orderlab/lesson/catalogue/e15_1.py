"""15.1: all pieces of an order set aside in one transaction, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from orderlab.lesson.answers import NotAnAnswerError
from orderlab.lesson.exercises import Exercise, Finding

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

exercise = Exercise(
    id="15.1",
    title="All or none",
    level="core",
    features="all",
    task="""\
`actions(order)` returns what `transact_write_items` gets as `TransactItems`. Complete it:
**every** piece moves from a product's `stock` to its `reserved`, or none does; never below zero,
but down to the last piece, and also where a product stands on two lines. The order leaves one row
in `dev-Reservations` (`reservationId`: its id, `status`: `RESERVED`), and **a second try** of the
same order takes nothing. Products without `reserved` count as 0.

Complete `actions` in the cell below; the check runs `transact_write_items` with it.""",
    files=(),
    hints=(
        (
            "A condition makes an action refuse, and one action that refuses makes them all "
            "refuse. Which condition keeps a product above zero, and which one finds that the "
            "order's row is there already?"
        ),
        (
            "`SET stock = stock - :q ADD reserved :q` moves pieces, and ADD begins at 0. "
            "`attribute_not_exists(reservationId)` is for the row, which is a `Put`. DynamoDB "
            "takes each item only once in a transaction: add the lines of a product up first."
        ),
        (
            "Sum the quantities in a dictionary by product; one `Update` for each with "
            '`"ConditionExpression": "stock >= :q"`; and one `Put` with `"Item": {"reservationId": '
            '{"S": order["orderId"]}, "status": {"S": "RESERVED"}}` and its condition.'
        ),
    ),
)

MOUSE, CHAIR, DESK = "prod-001", "prod-018", "prod-017"


def _shelf(shop: Shop, **stock: int) -> Any:
    """Put so many pieces of products there, none of them set aside; returns the table."""
    table = boto3.resource("dynamodb").Table(shop.stack.outputs["ProductsTableName"])
    for product, count in stock.items():
        table.update_item(
            Key={"productId": product.replace("_", "-")},
            UpdateExpression="SET stock = :stock REMOVE reserved",
            ExpressionAttributeValues={":stock": count},
        )
    return table


def _take(shop: Shop, order: dict[str, Any]) -> str:
    """Ask for the learner's transaction: "taken", or why it was not.

    Raises:
        NotAnAnswerError: there is no function, or it returns no list.
    """
    actions = shop.answer
    if not callable(actions):
        raise NotAnAnswerError('The answer must be the function: lesson.check("15.1", actions).')
    asked = actions(order)
    if not isinstance(asked, list):
        raise NotAnAnswerError(f"actions must return a list, and returned {type(asked).__name__}.")
    try:
        boto3.client("dynamodb").transact_write_items(TransactItems=asked)
    except ClientError as error:
        return f"refused ({error.response['Error']['Code']})"
    return "taken"


def _pieces(table: Any, *products: str) -> str:
    """ "prod-001: 3 + 2": on the shelf, and set aside."""
    rows = {name: table.get_item(Key={"productId": name})["Item"] for name in products}
    return ", ".join(
        f"{name}: {row['stock']} + {row.get('reserved', 0)}" for name, row in rows.items()
    )


def _row(shop: Shop, order_id: str) -> str:
    table = boto3.resource("dynamodb").Table(shop.stack.outputs["ReservationsTableName"])
    row = table.get_item(Key={"reservationId": order_id}).get("Item", {})
    return str(row.get("status", "no row"))


@exercise.scenario("A mouse and a chair, both there")
def _both(shop: Shop) -> Finding:
    table = _shelf(shop, prod_001=5, prod_018=3)
    answer = _take(shop, shop.order("mouse-and-chair", [(MOUSE, 2), (CHAIR, 1)]))
    got = f"{answer}, {_pieces(table, MOUSE, CHAIR)}, {_row(shop, 'mouse-and-chair')}"
    expected = "taken, prod-001: 3 + 2, prod-018: 2 + 1, RESERVED"
    return Finding(
        expected,
        got,
        got == expected,
        "Of five mice and three chairs, the order mouse-and-chair takes two and one: they leave "
        f"`stock`, stand in `reserved`, and a row says whose they are. What came of it: {got}.",
    )


@exercise.scenario("A mouse that is there, and a chair that is not")
def _one_missing(shop: Shop) -> Finding:
    table = _shelf(shop, prod_001=5, prod_018=0)
    answer = _take(shop, shop.order("chair-is-gone", [(MOUSE, 2), (CHAIR, 1)]))
    got = f"{answer.partition(' ')[0]}, {_pieces(table, MOUSE, CHAIR)}"
    expected = "refused, prod-001: 5 + 0, prod-018: 0 + 0"
    return Finding(
        expected,
        got,
        got == expected,
        "There is no chair, so the mice stay on the shelf as well. An action without a condition "
        "refuses nothing.",
    )


@exercise.scenario("The last desks")
def _last(shop: Shop) -> Finding:
    table = _shelf(shop, prod_017=2)
    answer = _take(shop, shop.order("last-desks", [(DESK, 2)]))
    got = f"{answer}, {_pieces(table, DESK)}"
    expected = "taken, prod-017: 0 + 2"
    return Finding(
        expected, got, got == expected, "Two desks are there and two are ordered: that is enough."
    )


@exercise.scenario("One product on two lines")
def _two_lines(shop: Shop) -> Finding:
    table = _shelf(shop, prod_001=5)
    answer = _take(shop, shop.order("mice-on-two-lines", [(MOUSE, 2), (MOUSE, 1)]))
    got = f"{answer}, {_pieces(table, MOUSE)}"
    expected = "taken, prod-001: 2 + 3"
    return Finding(
        expected,
        got,
        got == expected,
        "Two and one are three mice. A transaction takes each item once, so the lines of one "
        "product have to become one action.",
    )


@exercise.scenario("The same order again")
def _again(shop: Shop) -> Finding:
    table = _shelf(shop, prod_001=5)
    order = shop.order("came-twice", [(MOUSE, 2)])
    _take(shop, order)
    got = f"{_take(shop, order).partition(' ')[0]}, {_pieces(table, MOUSE)}"
    expected = "refused, prod-001: 3 + 2"
    return Finding(
        expected,
        got,
        got == expected,
        "The order came-twice has its mice already. The second try must find its row and take "
        "nothing.",
    )
