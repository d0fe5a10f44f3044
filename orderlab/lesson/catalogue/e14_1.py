"""14.1: a function that takes an order's total once, however often it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orderlab.lesson.exercises import Exercise, Finding
from orderlab.lesson.judging import payments

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

exercise = Exercise(
    id="14.1",
    title="Asked again",
    level="core",
    task="""\
`pay_once` asks once more where no answer comes, and charges each time. Complete it:
**however often it is called for one order, by whomever, that order's total is charged once**, to
the cent. Two orders are two charges, even of one customer and one amount. The same order with
another total is an error, and charges nothing. Where no answer has come at all, that is an error.

Change `pay_once` in the cell below; the check counts at the gateway.""",
    files=(),
    features="all",
    hints=(
        (
            "The gateway has to see that a request is an earlier one once more. What travels with "
            "a request for that, and what of an order is the same in every call?"
        ),
        (
            '`create` takes options as its second argument: `{"idempotency_key": ...}`. And look '
            "at the amount: what is `19.99 * 100` in Python?"
        ),
        (
            '`create(asked, {"idempotency_key": order["orderId"]})`, both times, and '
            '`asked["amount"] = round(order["totalAmount"] * 100)`, or with Decimal.'
        ),
    ),
)


def _order(order_id: str, total: float = 59.98, user_id: str = "") -> dict[str, Any]:
    return {
        "orderId": order_id,
        "userId": user_id or f"user-of-{order_id}",
        "totalAmount": total,
        "paymentMethod": "pm_card_visa",
    }


def _pay(shop: Shop, order: dict[str, Any]) -> str:
    """What the learner's function returns, or the error that it raises, by name."""
    try:
        return repr(shop.answer(payments.provider(shop).client(), order))
    except Exception as error:  # noqa: BLE001  whatever it raises, the caller hears it
        return type(error).__name__


def _once(shop: Shop, order_id: str, why: str) -> Finding:
    expected, got = "1 charge of 59.98", payments.counted(shop, order_id)
    return Finding(expected, got, got == expected, f"{why} The gateway counts: {got}.")


@exercise.scenario("An answer is lost")
def _lost(shop: Shop) -> Finding:
    payments.provider(shop).fail("silence")
    _pay(shop, _order("order-answer-lost"))
    return _once(
        shop,
        "order-answer-lost",
        "The gateway charged order-answer-lost and hung up; then it was asked again.",
    )


@exercise.scenario("Called again by another process")
def _again(shop: Shop) -> Finding:
    for _ in range(2):
        _pay(shop, _order("order-called-twice"))
    return _once(
        shop,
        "order-called-twice",
        "order-called-twice was paid, and its message came again: a second call, with a client of "
        "its own, for the same order.",
    )


@exercise.scenario("Two orders, one customer, one amount")
def _two(shop: Shop) -> Finding:
    for name in ("order-monday", "order-tuesday"):
        _pay(shop, _order(name, user_id="user-1"))
    got = f"{payments.counted(shop, 'order-monday')}, {payments.counted(shop, 'order-tuesday')}"
    expected = "1 charge of 59.98, 1 charge of 59.98"
    return Finding(
        expected,
        got,
        got == expected,
        "The customer bought two mice on Monday and two more on Tuesday. Those are two payments. "
        f"The gateway counts: {got}.",
    )


@exercise.scenario("To the cent")
def _cent(shop: Shop) -> Finding:
    said = _pay(shop, _order("order-to-the-cent", 19.99))
    expected, got = "1 charge of 19.99", payments.counted(shop, "order-to-the-cent")
    return Finding(
        expected,
        got,
        got == expected,
        f"order-to-the-cent costs 19.99. The gateway counts: {got} (the function: {said}). In "
        "binary, 19.99 * 100 is a little less than 1999.",
    )


@exercise.scenario("Another total under the same id")
def _other(shop: Shop) -> Finding:
    _pay(shop, _order("order-total-changed"))
    said = _pay(shop, _order("order-total-changed", 29.99))
    counted = payments.counted(shop, "order-total-changed")
    got = f"{counted}, then {said}"
    return Finding(
        "1 charge of 59.98, then an error",
        got,
        counted == "1 charge of 59.98" and said.endswith("Error"),
        "order-total-changed was paid with 59.98. Then somebody asked for 29.99 under the same id: "
        f"that must be an error and no second charge. What happened: {got}.",
    )


@exercise.scenario("No answer at all")
def _silent(shop: Shop) -> Finding:
    payments.provider(shop).fail("silence", times=3)
    said = _pay(shop, _order("order-no-answer"))
    later = _pay(shop, _order("order-no-answer"))
    counted = payments.counted(shop, "order-no-answer")
    got = f"{said}, {counted}"
    return Finding(
        "APIConnectionError, 1 charge of 59.98",
        got,
        got == "APIConnectionError, 1 charge of 59.98" and later.startswith("'pi_"),
        "Three times the gateway charged order-no-answer, so it believes, and hung up. The caller "
        "must hear that nothing is known, by an error; asked once more afterwards, the function "
        f"returns the payment intent's id. What happened: {got}, and afterwards {later}.",
    )
