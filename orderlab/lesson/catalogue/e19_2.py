"""19.2: a property that every ended order has, whatever it was."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from orderlab.lesson.answers import NotAnAnswerError
from orderlab.lesson.exercises import Exercise, Finding

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

exercise = Exercise(
    id="19.2",
    title="Whatever order arrives",
    level="extra",
    task="""\
Write the property `holds(order, charged, row)`: `True` where the shop has kept its word. `charged`
is what the gateway has taken for this order's id so far, a `Decimal`, 0 for nothing; `row` is the
order's row as boto3 gives it, `None` where there is none. **Paid**: the row says `CONFIRMED`, and
its `totalAmount` and the order's are what was charged. **Not paid**: the row says `FAILED`; an
order without an `orderId` has none. It must hold for everything that the right stack does.

Complete it in the cell below; `lesson.check("19.2", holds)` tries it.""",
    files=(),
    hints=(
        "Begin with `if charged:`. What must the row say then? And what if not?",
        (
            "A row's number is a `Decimal`, and the order's is a float, as JSON gives it: "
            "`Decimal(59.98)` is not `Decimal('59.98')`, and `Decimal(str(59.98))` is. An order "
            "that was refused may lack any field: ask with `.get`."
        ),
        (
            'Paid: `row is not None and row["status"] == "CONFIRMED" and row["totalAmount"] '
            '== charged == Decimal(str(order["totalAmount"]))`. Not paid: `row is None` if there '
            "is no `orderId` in the order, else a row with FAILED."
        ),
    ),
)

Row = Mapping[str, Any] | None
NOTHING = Decimal(0)


def _order(order_id: str, **changes: object) -> dict[str, Any]:
    items = [{"productId": "prod-001", "quantity": 2, "price": 29.99}]
    return {"orderId": order_id, "userId": "ana", "items": items, "totalAmount": 59.98, **changes}


def _row(status: str, total: str = "") -> dict[str, Any]:
    amount = {"totalAmount": Decimal(total)} if total else {}
    return {"orderId": "order", "status": status, **amount}


def _asked(
    shop: Shop, expected: bool, order: Mapping[str, Any], charged: Decimal, row: Row, because: str
) -> Finding:
    """What the learner's property says of one order."""
    holds = shop.answer
    if not callable(holds):
        raise NotAnAnswerError("The answer is a function: holds(order, charged, row).")
    try:
        said = holds(dict(order), charged, None if row is None else dict(row))
    except Exception as error:  # noqa: BLE001 - the learner's own
        return Finding(str(expected), f"{type(error).__name__}: {error}", False, because)
    return Finding(str(expected), str(said), bool(said) is expected, because)


@exercise.scenario("Paid and confirmed")
def _confirmed(shop: Shop) -> Finding:
    because = (
        "order-good was charged 59.98, its row says CONFIRMED and 59.98, and so does the order. "
        "The row's number is a Decimal, the order's a float."
    )
    row = _row("CONFIRMED", "59.98")
    return _asked(shop, True, _order("order-good"), Decimal("59.98"), row, because)


@exercise.scenario("Paid, and no row")
def _lost(shop: Shop) -> Finding:
    because = "order-lost was charged, and no row knows of it. That is the worst that can happen."
    return _asked(shop, False, _order("order-lost"), Decimal("59.98"), None, because)


@exercise.scenario("Paid, and rejected")
def _rejected(shop: Shop) -> Finding:
    because = "order-rejected was charged, and its row says FAILED: paid, and nothing comes."
    order = _order("order-rejected")
    return _asked(shop, False, order, Decimal("59.98"), _row("FAILED"), because)


@exercise.scenario("Confirmed, and not paid")
def _free(shop: Shop) -> Finding:
    because = "order-for-nothing is CONFIRMED, and the gateway has taken nothing."
    row = _row("CONFIRMED", "59.98")
    return _asked(shop, False, _order("order-for-nothing"), NOTHING, row, because)


@exercise.scenario("Declined")
def _declined(shop: Shop) -> Finding:
    because = (
        "order-declined was not charged, and its row says FAILED, without an amount. So be it."
    )
    return _asked(shop, True, _order("order-declined"), NOTHING, _row("FAILED"), because)


@exercise.scenario("An order that is nothing but an id")
def _bare(shop: Shop) -> Finding:
    because = "order-bare has no total, and was refused for it. The property must hold there, too."
    return _asked(shop, True, {"orderId": "order-bare"}, NOTHING, _row("FAILED"), because)


@exercise.scenario("An order without an id")
def _nameless(shop: Shop) -> Finding:
    because = "Without an orderId there is no key, so no row, as lesson 04 showed. That is right."
    order = _order("order-nameless")
    del order["orderId"]
    return _asked(shop, True, order, NOTHING, None, because)


@exercise.scenario("Declined, and no row")
def _forgotten(shop: Shop) -> Finding:
    because = "order-forgotten has an id, and whoever asks for it later finds nothing."
    return _asked(shop, False, _order("order-forgotten"), NOTHING, None, because)


@exercise.scenario("Twice the money")
def _double(shop: Shop) -> Finding:
    because = "order-charged-twice cost 59.98, and the gateway has taken 119.96 for it by now."
    row = _row("CONFIRMED", "59.98")
    return _asked(shop, False, _order("order-charged-twice"), Decimal("119.96"), row, because)


@exercise.scenario("One piece for two")
def _one_piece(shop: Shop) -> Finding:
    because = (
        "For order-one-piece, 29.99 were charged, and the row says 29.99. The two agree; the order "
        "says 59.98."
    )
    row = _row("CONFIRMED", "29.99")
    return _asked(shop, False, _order("order-one-piece"), Decimal("29.99"), row, because)
