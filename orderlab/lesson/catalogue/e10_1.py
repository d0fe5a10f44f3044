"""10.1: which of ten days was bad, and hardly ever a false alarm."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from orderlab.lesson.answers import NotAnAnswerError
from orderlab.lesson.exercises import Exercise, Finding

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

exercise = Exercise(
    id="10.1",
    title="The bad day",
    level="core",
    task="""\
On one of the ten days below only 84 % were confirmed; usual is 90 %. Complete `rule(days)`: it gets
such a list and returns the names of the bad days. In **100 good weeks**, with 20 to 2,500 orders a
day, it may raise **one false alarm in all**. In 20 other lists of ten days, each with one day at
84 % and 1,000 orders or more, it must find that day 19 times. A day may have no orders at all.

Put a copy of `chance` **inside** `rule`. `lesson.check("10.1", rule)` tries it.""",
    files=(),
    hints=(
        (
            "A share alone does not tell: 16 of 20 is a quiet Sunday, 800 of 1,000 is a broken "
            "gateway. Which function of this lesson takes the number of orders into account?"
        ),
        (
            "`chance(orders, confirmed)` says how likely a good day looks so bad. 100 weeks are "
            "700 days. How small must the chance of a day be, so that 700 good days bring less "
            "than one false alarm?"
        ),
        (
            'Define `chance` inside `rule`, and `return [day["day"] for day in days if '
            'chance(day["orders"], day["confirmed"]) < 1 / 2000]`. With a limit of 1 in 700 one '
            "would expect one false alarm, and often get two."
        ),
    ),
)

Day = dict[str, Any]
USUAL, BAD = 0.90, 0.84
# The seed is one whose good weeks are like most: rules of three standard deviations, from which
# one expects 1.8 false alarms, have two in it.
GOOD_WEEKS, BAD_FORTNIGHTS = "a good week", "ten days, one of them bad"
TEN_DAYS = [
    (1210, 1098),
    (1324, 1187),
    (1275, 1071),
    (1190, 1066),
    (1422, 1285),
    (1654, 1480),
    (1590, 1436),
    (1188, 1063),
    (1243, 1120),
    (1301, 1169),
]
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def _days(counts: list[tuple[int, int]]) -> list[Day]:
    """Orders and confirmed of each day, in the form that the task shows."""
    return [
        {"day": f"{WEEKDAYS[number % 7]} {5 + number}", "orders": orders, "confirmed": confirmed}
        for number, (orders, confirmed) in enumerate(counts)
    ]


def _drawn(source: random.Random, orders: int, share: float = USUAL) -> tuple[int, int]:
    return orders, sum(source.random() < share for _ in range(orders))


def _some(source: random.Random) -> int:
    """How many orders a day has: a quiet one as likely as a busy one."""
    return round(math.exp(source.uniform(math.log(20), math.log(2500))))


def _good_weeks() -> Iterator[list[Day]]:
    source = random.Random(GOOD_WEEKS)
    for _ in range(100):
        yield _days([_drawn(source, _some(source)) for _ in range(7)])


def _bad_fortnights() -> Iterator[tuple[list[Day], Day]]:
    """Ten days each, and the one of them that is bad."""
    source = random.Random(BAD_FORTNIGHTS)
    for _ in range(20):
        counts = [_drawn(source, _some(source)) for _ in range(10)]
        at = source.randrange(10)
        counts[at] = _drawn(source, source.randint(1000, 2500), BAD)
        days = _days(counts)
        yield days, days[at]


def _flagged(rule: Any, days: list[Day]) -> list[Day]:
    """The days that the learner's rule names.

    Raises:
        NotAnAnswerError: it is no function, or does not return a list of names of days.
    """
    if not callable(rule):
        raise NotAnAnswerError('The answer must be the function: lesson.check("10.1", rule).')
    names = rule([dict(day) for day in days])
    known = {day["day"]: day for day in days}
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        shown = json.dumps(names, default=repr)[:60]
        raise NotAnAnswerError(f"The rule must return a list of names, and returned {shown}.")
    if unknown := [name for name in names if name not in known]:
        raise NotAnAnswerError(f"The rule returned {unknown[0]!r}, which is no day's name.")
    return [known[name] for name in dict.fromkeys(names)]


def _words(days: list[Day]) -> str:
    return ", ".join(day["day"] for day in days) or "no day"


def _numbers(day: Day) -> str:
    return f"{day['confirmed']:,} of {day['orders']:,} confirmed"


@exercise.scenario("The ten days of the lesson")
def _lesson(shop: Shop) -> Finding:
    found = _flagged(shop.answer, _days(TEN_DAYS))
    return Finding(
        "Wed 7",
        _words(found),
        [day["day"] for day in found] == ["Wed 7"],
        "On Wed 7, 1,071 of 1,275 were confirmed, which are 84 %. A good day hardly ever has so "
        "few, and all other days are near 90 %.",
    )


@exercise.scenario("A week in which nothing is wrong")
def _good(shop: Shop) -> Finding:
    found = _flagged(shop.answer, _days([*TEN_DAYS[3:8], TEN_DAYS[0], TEN_DAYS[1]]))
    return Finding(
        "no day",
        _words(found),
        not found,
        "One day is always the worst of its week. That makes it no bad day.",
    )


@exercise.scenario("A quiet Sunday")
def _quiet(shop: Shop) -> Finding:
    found = _flagged(shop.answer, _days([*TEN_DAYS[3:9], (20, 16)]))
    return Finding(
        "no day",
        _words(found),
        not found,
        "Sun 11 had 20 orders, and 16 were confirmed. About one good day in eight has as few of "
        "20: no reason to call anybody.",
    )


@exercise.scenario("100 good weeks")
def _good_ones(shop: Shop) -> Finding:
    rule = shop.answer
    alarms = [day for days in _good_weeks() for day in _flagged(rule, days)]
    first = f" The first: {_numbers(alarms[0])}." if alarms else ""
    return Finding(
        "at most 1 false alarm",
        f"{len(alarms)} false alarms" if len(alarms) != 1 else "1 false alarm",
        len(alarms) <= 1,
        f"Nothing was wrong on any of these 700 days, and the rule raised {len(alarms)} alarms."
        f"{first} What chance does once in a hundred days, it does seven times in 700.",
    )


@exercise.scenario("20 times ten days, one of them at 84 %")
def _bad_ones(shop: Shop) -> Finding:
    rule = shop.answer
    missed = [bad for days, bad in _bad_fortnights() if bad not in _flagged(rule, days)]
    first = f" The first: {_numbers(missed[0])}." if missed else ""
    return Finding(
        "at least 19 bad days found",
        f"{20 - len(missed)} found",
        len(missed) <= 1,
        "A rule that hardly ever raises an alarm must still see a bad gateway. It missed "
        f"{len(missed)} bad days.{first}",
    )


@exercise.scenario("A holiday without orders")
def _closed(shop: Shop) -> Finding:
    try:
        found = _flagged(shop.answer, _days([*TEN_DAYS[3:9], (0, 0)]))
    except ZeroDivisionError:
        found, words = [], "ZeroDivisionError"
    else:
        words = _words(found)
    return Finding(
        "no day",
        words,
        words == "no day",
        "On Sun 11 the shop was closed: no orders, so none was declined, and there is no share to "
        "work out.",
    )
