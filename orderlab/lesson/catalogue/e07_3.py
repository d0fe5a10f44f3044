"""07.3: the fewest orders that take every transition and every Catch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlab.lesson.exercises import Exercise, Finding
from orderlab.lesson.judging.walks import add_limits, ways

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

exercise = Exercise(
    id="07.3",
    title="Every Catch",
    level="extra",
    task="""\
Two Catches can lead along one arrow, and each may be wrong by itself. Find the fewest orders after
which `console.coverage` counts **all transitions and all Catches**; what it counts under Retries
need not be reached. Use a fault where no order can do it, and no more faults than that.

Write `catches`, a list of runs as in 07.2, in the cell below; `lesson.check("07.3", catches)` runs
them on a stack with an empty table.""",
    files=(),
    hints=(
        (
            "First count what excludes each other: an execution leaves ValidateOrder, IsOrderValid "
            "and ProcessPayment by one way only. Then see which runs can take what comes after."
        ),
        (
            "RejectOrder cannot write a row without its key: think of lesson 04. NotifyRejected "
            "fails when the topic does not answer, through all its retries."
        ),
        (
            "Five runs: a good order, one that is declined, one without an orderId, "
            "order-gateway-offline with a fault of the topic dev-OrderNotifications (the error "
            "`InternalErrorException`), and one with a fault of the validation."
        ),
    ),
)

FEWEST, FAULTS = 5, 2


def _never(shop: Shop, state: str = "") -> tuple[list[str], int]:
    """What no run took, in words, of one state or of all; and how many there are."""
    table = ways(shop)
    table = table[table["state"] == state] if state else table
    never = [
        f"{way.state} to {way.target}" if way.kind == "transition" else f"{way.state}, {way.label}"
        for way in table[table["reached"] == 0].itertuples()
    ]
    return never, len(table)


def _finding(never: list[str], count: int, because: str) -> Finding:
    got = f"{count - len(never)} of {count}"
    got += f"; never {'; '.join(never)}" if never else ""
    return Finding(f"{count} of {count}", got, not never, because)


@exercise.scenario("The ways out of ProcessPayment")
def _payment(shop: Shop) -> Finding:
    never, count = _never(shop, "ProcessPayment")
    return _finding(
        never,
        count,
        "A payment can be approved, be declined, or fail in another way: two Catches lead to "
        "RejectOrder, and each must be taken.",
    )


@exercise.scenario("All transitions and all Catches")
def _all(shop: Shop) -> Finding:
    never, count = _never(shop)
    return _finding(never, count, f"No run took: {'; '.join(never)}.")


add_limits(
    exercise,
    FEWEST,
    FAULTS,
    orders_because=(
        "Five ways exclude each other, so five orders are needed, and no more. A run that was "
        "caught before RejectOrder can be caught again after it."
    ),
    faults_because=(
        "Two of the Catches are out of reach for any order. The others can be had with orders: "
        "declined, without an answer, without an id."
    ),
)
