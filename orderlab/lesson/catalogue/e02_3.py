"""02.3: a Map with a Choice inside, from nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from orderlab.lesson.exercises import Exercise, Finding

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

exercise = Exercise(
    id="02.3",
    title="Count what is large",
    level="extra",
    task="""\
Write a machine from nothing. For each line of an order: up to 10 pieces need no check, more wait
ten minutes in a state `CountStock`. Afterwards an order with three small lines succeeds at once,
and one with 400 mice after ten minutes; a line that is large holds nobody up but itself.

Write `check_lines` in the cell below; `lesson.check("02.3", check_lines)` runs it.""",
    files=(),
    hints=(
        "For each line: that is a Map. More or fewer than ten: that is a Choice, inside of it.",
        (
            "The Map has `ItemsPath` and an `ItemProcessor`, which is a machine with a `StartAt` "
            "and `States` of its own. In it, the input is one line: `$.quantity`."
        ),
        (
            'Inside: a Choice with `{"Variable": "$.quantity", "NumericLessThanEquals": 10, '
            '"Next": "NoCheck"}` and `"Default": "CountStock"`; a Succeed; a Wait of 600 seconds '
            'with `"End": true`.'
        ),
    ),
)

TEN_MINUTES = timedelta(minutes=10)


def _took(ended_words: str, duration: timedelta) -> str:
    return f"{ended_words} after {duration.total_seconds() / 60:.0f} min"


@exercise.scenario("Three lines of up to three pieces")
def _small(shop: Shop) -> Finding:
    lines = [("prod-001", 2), ("prod-002", 1), ("prod-013", 3)]
    ended = shop.run(shop.answer, shop.order("order-three-lines", lines))
    return Finding(
        "succeeded after 0 min",
        _took(ended.words, ended.duration),
        ended.succeeded and ended.duration < timedelta(minutes=1),
        "No line has more than ten pieces, so nothing has to be counted.",
    )


@exercise.scenario("400 mice")
def _large(shop: Shop) -> Finding:
    ended = shop.run(shop.answer, shop.order("order-400-mice", [("prod-001", 400)]))
    return Finding(
        "CountStock, succeeded after 10 min",
        _took(ended.words, ended.duration),
        "CountStock" in ended.states and _about_ten(ended.duration) and ended.succeeded,
        "A line of 400 pieces waits ten minutes in CountStock.",
    )


@exercise.scenario("Ten mice, and eleven keyboards")
def _border(shop: Shop) -> Finding:
    lines = [("prod-001", 10), ("prod-002", 11)]
    ended = shop.run(shop.answer, shop.order("order-ten-and-eleven", lines))
    counted = ended.states.count("CountStock")
    return Finding(
        "one line counted",
        f"{counted} counted, {ended.words}",
        counted == 1 and ended.succeeded,
        "Ten need no check, eleven do.",
    )


@exercise.scenario("Three large lines")
def _together(shop: Shop) -> Finding:
    lines = [("prod-001", 20), ("prod-002", 20), ("prod-003", 20)]
    ended = shop.run(shop.answer, shop.order("order-large-lines", lines))
    return Finding(
        "succeeded after 10 min",
        _took(ended.words, ended.duration),
        ended.states.count("CountStock") == 3 and _about_ten(ended.duration),
        "The lines are counted side by side: three of them take ten minutes, not thirty.",
    )


def _about_ten(duration: timedelta) -> bool:
    return TEN_MINUTES <= duration < TEN_MINUTES + timedelta(minutes=1)
