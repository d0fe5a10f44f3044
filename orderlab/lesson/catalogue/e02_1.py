"""02.1: a Wait on one of the ways out of a Choice."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from orderlab.lesson.exercises import Exercise, Finding

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

exercise = Exercise(
    id="02.1",
    title="Time to look",
    level="core",
    task="""\
Whoever looks at a large order gets two days for it. In `triage`, put a Wait of two days,
`TimeToLook`, before `AskAPerson`. Afterwards an order of 899.70 passes both and succeeds two days
later, and one of 59.98 passes neither.

Change `triage` in the cell below; `lesson.check("02.1", triage)` runs both orders.""",
    files=(),
    hints=(
        "Two things change: a state is added, and a rule leads to it.",
        (
            "The state is a Wait with `Seconds` and `Next`. The rule is `over_500`: so far its "
            "`Next` says `AskAPerson`."
        ),
        (
            '`triage["States"]["TimeToLook"] = {"Type": "Wait", "Seconds": two_days, "Next": '
            '"AskAPerson"}`, and then `over_500["Next"] = "TimeToLook"`.'
        ),
    ),
)


@exercise.scenario("An order of 899.70")
def _large(shop: Shop) -> Finding:
    ended = shop.run(shop.answer, shop.order("order-899", [("prod-001", 30)]))
    passed = ended.succeeded and ended.states[1:] == ("TimeToLook", "AskAPerson")
    return Finding(
        "TimeToLook, AskAPerson, succeeded",
        ", ".join([*ended.states[1:], ended.words]),
        passed,
        "A large order must pass TimeToLook and then AskAPerson.",
    )


@exercise.scenario("How long it takes")
def _two_days(shop: Shop) -> Finding:
    ended = shop.run(shop.answer, shop.order("order-899-again", [("prod-001", 30)]))
    return Finding(
        "2 days",
        str(ended.duration),
        timedelta(days=2) <= ended.duration < timedelta(days=2, minutes=1),
        "`Seconds` counts seconds: two days are 2 * 24 * 60 * 60 of them.",
    )


@exercise.scenario("An order of 59.98")
def _small(shop: Shop) -> Finding:
    ended = shop.run(shop.answer, shop.order("order-59", [("prod-001", 2)]))
    return Finding(
        "PayNow, succeeded",
        ", ".join([*ended.states[1:], ended.words]),
        ended.succeeded and ended.states[1:] == ("PayNow",),
        "A small order waits for nobody: it goes from HowLarge to PayNow.",
    )


@exercise.scenario("An order of 11996.00")
def _too_large(shop: Shop) -> Finding:
    ended = shop.run(shop.answer, shop.order("order-11996", [("prod-001", 400)]))
    return Finding(
        "TooLarge, failed (OrderTooLarge)",
        ", ".join([*ended.states[1:], ended.words]),
        ended.states[1:] == ("TooLarge",),
        "An order over 5000 is still for sales, and nobody waits two days for it.",
    )
