"""19.2: what was charged decides; three amounts must be one, and no id means no row."""

from decimal import Decimal
from typing import Any

from orderlab.lesson.solutions import Attempt, WrongAnswer


def holds(order: dict[str, Any], charged: Decimal, row: dict[str, Any] | None) -> bool:
    from decimal import Decimal

    if not charged:
        if "orderId" not in order:
            return row is None
        return row is not None and row["status"] == "FAILED"
    total = Decimal(str(order["totalAmount"]))
    return (
        row is not None and row["status"] == "CONFIRMED" and row["totalAmount"] == charged == total
    )


def row_and_money(order: dict[str, Any], charged: Decimal, row: dict[str, Any] | None) -> bool:
    if not charged:
        return row is None if "orderId" not in order else bool(row and row["status"] == "FAILED")
    return bool(row and row["status"] == "CONFIRMED" and row["totalAmount"] == charged)


def always_a_row(order: dict[str, Any], charged: Decimal, row: dict[str, Any] | None) -> bool:
    if row is None:
        return False
    if charged:
        return bool(row["status"] == "CONFIRMED" and float(row["totalAmount"]) == float(charged))
    return bool(row["status"] == "FAILED")


def total_first(order: dict[str, Any], charged: Decimal, row: dict[str, Any] | None) -> bool:
    from decimal import Decimal

    total = Decimal(str(order["totalAmount"]))
    if charged:
        return bool(row and row["status"] == "CONFIRMED" and row["totalAmount"] == charged == total)
    return row is None if "orderId" not in order else bool(row and row["status"] == "FAILED")


TOLD = "order-good was charged 59.98"
SOLUTION = Attempt(answer=holds)
WRONG = [
    WrongAnswer(
        "compares row and gateway alone", Attempt(answer=row_and_money), "One piece for two", "True"
    ),
    WrongAnswer(
        "wants a row for every order",
        Attempt(answer=always_a_row),
        "An order without an id",
        "False",
    ),
    WrongAnswer(
        "takes a total for granted",
        Attempt(answer=total_first),
        "An order that is nothing but an id",
        "KeyError",
    ),
]
