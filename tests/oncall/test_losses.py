"""What a week has cost, and the score."""

from __future__ import annotations

import pytest

from orderlab.oncall.books import Outcome
from orderlab.oncall.losses import Reference, cost, losses, score

from .conftest import order, week


@pytest.mark.parametrize(
    ("calm", "became", "expected"),
    [
        (order(1), order(1), []),
        (order(1), order(1, "FAILED"), [("lost", 100)]),
        (order(1), order(1, ""), [("lost", 100)]),
        (order(1), order(1, hours=4), []),
        (order(1), order(1, hours=4.1), [("late", 10)]),
        (order(1), order(1, "FAILED", is_charged=True), [("charged wrongly", 100), ("lost", 100)]),
        (order(1, "FAILED"), order(1, "FAILED"), []),
        (order(1, "FAILED"), order(1), [("charged wrongly", 100)]),
    ],
)
def test_an_order(calm: Outcome, became: Outcome, expected: list[tuple[str, float]]) -> None:
    found = losses(week(became), week(calm))
    assert [(one.kind, one.cost) for one in found] == expected


def test_whoever_gets_the_chair_it_is_sold_once() -> None:
    calm = week(*sale(1, True, False), *sale(2, False, True))

    def kinds(*orders: Outcome) -> list[str]:
        return [one.kind for one in losses(week(*orders), calm)]

    assert kinds(*sale(1, False, True), *sale(2, True, False)) == []
    assert kinds(*sale(1, True, True), *sale(2, False, False)) == [], "it has come the next time"
    assert kinds(*sale(1, True, True), *sale(2, True, False)) == ["charged wrongly"]
    assert kinds(*sale(1, True, False), *sale(2, False, False)) == ["lost"]


def sale(day: int, *paid: bool) -> list[Outcome]:
    """An evening with one chair, and who of those that wanted it has paid."""
    at = order(24 * day).at
    return [
        Outcome(f"buyer-{day}-{number}", at, "sale", 100.0, "CONFIRMED", is_paid, None)
        for number, is_paid in enumerate(paid)
    ]


def test_the_score_is_the_part_of_the_avoidable_cost_that_was_avoided(reference: Reference) -> None:
    one_lost = week(order(1), order(2, "FAILED"), order(3), order(4))
    assert cost(losses(one_lost, reference.calm)) == 100
    assert score(reference.asleep, reference) == 0
    assert score(one_lost, reference) == 67
    assert score(reference.good, reference) == 100
    worse = week(*(order(number, "FAILED", is_charged=True) for number in (1, 2, 3, 4)))
    assert score(worse, reference) < 0
