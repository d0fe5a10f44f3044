"""08.2: a coupon, an optional field that changes what the total must be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlab.lesson.exercises import Exercise, Finding

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Ended, Shop

exercise = Exercise(
    id="08.2",
    title="A coupon",
    level="core",
    task="""\
From Monday on, an order may carry a field `coupon`: `SPRING10` takes 10 percent off the **sum of
the lines**, `STUDENT15` takes 15. `totalAmount` must then be the discounted sum, rounded to the
cent, half a cent up: two mice with `SPRING10` cost 53.98. The lines keep their full prices. Any
other coupon, whatever stands there, is refused with a fault whose field is `coupon`. An order
without the field is treated as today.

Edit `lambdas/validate_order_handler/app.py`.""",
    files=("lambdas/validate_order_handler/app.py",),
    hints=(
        "`total_faults` is the one place that knows what the total must be.",
        (
            'There, `if "coupon" in order` tells the new orders from the old ones. The percentages '
            'are best whole numbers in a dictionary; `amount.quantize(Decimal("0.01"), '
            "ROUND_HALF_UP)` rounds a Decimal as the task wants it. And the coupon may be a number "
            "or a list: what does your dictionary say to a list?"
        ),
        (
            "With `COUPONS = {...}` at the top: return a `Fault` of the field `coupon` if "
            "`not isinstance(coupon, str) or coupon not in COUPONS`; else `expected = (expected * "
            '(100 - COUPONS[coupon]) / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)`, before it '
            "is compared."
        ),
    ),
)

MOUSE, CARD, CABLE = "prod-001", "prod-012", "prod-013"


def _taken(ended: Ended, because: str) -> Finding:
    return Finding(
        "succeeded", ended.words, ended.succeeded, f"{because} What happened: {ended.words}."
    )


def _refused(ended: Ended, because: str, field: str = "") -> Finding:
    """A refusal whose message names a field."""
    cause = str(ended.description.get("cause", ""))
    expected = f"refused, a fault of {field}" if field else "refused"
    return Finding(
        expected,
        ended.words,
        ended.refused and f"{field}: " in cause,
        f"{because} What happened: {ended.words}.",
    )


@exercise.scenario("Two mice with SPRING10, for 53.98")
def _spring(shop: Shop) -> Finding:
    order = shop.order("mice-spring", [(MOUSE, 2)], coupon="SPRING10", totalAmount=53.98)
    because = "The lines sum to 59.98; 59.98 less 10 percent is 53.982, and so 53.98."
    return _taken(shop.process(order), because)


@exercise.scenario("The full price with SPRING10")
def _full_price(shop: Shop) -> Finding:
    ended = shop.process(shop.order("mice-full-price", [(MOUSE, 2)], coupon="SPRING10"))
    because = "59.98 is not the discounted sum: this customer would pay too much."
    return _refused(ended, because, "totalAmount")


@exercise.scenario("The discount without a coupon")
def _no_coupon(shop: Shop) -> Finding:
    ended = shop.process(shop.order("mice-no-coupon", [(MOUSE, 2)], totalAmount=53.98))
    because = "Without a coupon the total is the sum of the lines, as today."
    return _refused(ended, because, "totalAmount")


@exercise.scenario("An order of last year")
def _as_today(shop: Shop) -> Finding:
    ended = shop.process(shop.order("mice-as-ever", [(MOUSE, 2)]))
    return _taken(ended, "An order that has no field coupon must be taken, as today.")


@exercise.scenario("A cable with STUDENT15: half a cent")
def _half_a_cent(shop: Shop) -> Finding:
    order = shop.order("cable-student", [(CABLE, 1)], coupon="STUDENT15", totalAmount=10.63)
    because = (
        "12.50 less 15 percent is 10.625, and half a cent goes up, to 10.63. Python's round(), and "
        "quantize() unless told, round a half to the even digit: 10.62."
    )
    return _taken(shop.process(order), because)


@exercise.scenario("Three memory cards with SPRING10: half a cent")
def _another_half(shop: Shop) -> Finding:
    order = shop.order("cards-spring", [(CARD, 3)], coupon="SPRING10", totalAmount=50.63)
    because = "56.25 less 10 percent is 50.625, and half a cent goes up, to 50.63."
    return _taken(shop.process(order), because)


@exercise.scenario("The same cable on two lines: the discount is on the sum")
def _two_lines(shop: Shop) -> Finding:
    lines = [(CABLE, 1), (CABLE, 1)]
    order = shop.order("two-cables-student", lines, coupon="STUDENT15", totalAmount=21.25)
    because = "25.00 less 15 percent is 21.25; rounded line by line it would be 10.63 + 10.63."
    return _taken(shop.process(order), because)


@exercise.scenario("A coupon that nobody gave out")
def _unknown(shop: Shop) -> Finding:
    ended = shop.process(shop.order("mice-spring99", [(MOUSE, 2)], coupon="SPRING99"))
    because = "SPRING99 is no coupon: the customer counts on a discount, and must be told."
    return _refused(ended, because, "coupon")


@exercise.scenario("A coupon that is null")
def _null(shop: Shop) -> Finding:
    ended = shop.process(shop.order("mice-coupon-null", [(MOUSE, 2)], coupon=None))
    because = "The field is there, and null is no coupon: an order without one has no such field."
    return _refused(ended, because, "coupon")


@exercise.scenario("A coupon that is a list")
def _list(shop: Shop) -> Finding:
    order = shop.order("mice-coupon-list", [(MOUSE, 2)], coupon=["SPRING10"], totalAmount=53.98)
    because = (
        'The field may hold any JSON. ["SPRING10"] is not a coupon: a fault of the order, not an '
        "exception of the function."
    )
    return _refused(shop.process(order), because, "coupon")


@exercise.scenario("A coupon on an order without items")
def _no_items(shop: Shop) -> Finding:
    ended = shop.process(shop.order("nothing-spring", [], coupon="SPRING10", totalAmount=53.98))
    because = "An order of bad shape must be refused as before, with its fault of items."
    return _refused(ended, because, "items")
