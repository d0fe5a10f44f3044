"""07.2: the fewest orders that take every arrow of the workflow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlab.lesson.exercises import Exercise, Finding
from orderlab.lesson.judging.walks import add_limits, ways

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

exercise = Exercise(
    id="07.2",
    title="Every arrow",
    level="core",
    task="""\
Before each release, test orders go through the workflow. They must take **every arrow** and be **as
few as can be**. An arrow is a state and the one that followed it, by `Next`, by a Choice or by a
Catch; a retry is none. One arrow no order can take: there, let a fault hold during the run.

Complete `runs` in the cell below. A run is `{"order": …}`, or `{"order": …, "fault": {…}}` with the
arguments of `faults.inject`. `lesson.check("07.2", runs)` begins with an empty table of orders.""",
    files=(),
    hints=(
        (
            "Four arrows exclude each other: an execution takes one of them and no second. Which? "
            "Look at what leads to RejectOrder."
        ),
        (
            "Three orders need no fault: a good one, one that the gateway declines, and one with "
            "a fault in it. The arrow that is left begins at ValidateOrder."
        ),
        (
            '`{"order": good, "fault": {"function": "dev-ValidateOrderFunction", "error": '
            '"KeyError"}}` takes ValidateOrder to RejectOrder.'
        ),
    ),
)

FEWEST, FAULTS = 4, 1
CHOICE = "IsOrderValid"


def _arrows(shop: Shop) -> dict[tuple[str, str], bool]:
    """Every arrow, as (state, next state), and whether a run took it."""
    taken: dict[tuple[str, str], bool] = {}
    for way in ways(shop).itertuples():
        arrow = str(way.state), str(way.target)
        taken[arrow] = taken.get(arrow, False) or int(way.reached) > 0
    return taken


@exercise.scenario("IsOrderValid leads both ways")
def _both(shop: Shop) -> Finding:
    taken = [target for (state, target), yes in _arrows(shop).items() if yes and state == CHOICE]
    return Finding(
        "to ProcessPayment, to RejectOrder",
        ", ".join(f"to {target}" for target in sorted(taken)) or "to neither",
        len(taken) == 2,
        "A good order goes on to ProcessPayment. One with a fault goes on to RejectOrder.",
    )


@exercise.scenario("Every arrow")
def _every(shop: Shop) -> Finding:
    arrows = _arrows(shop)
    never = [f"{state} to {target}" for (state, target), yes in arrows.items() if not yes]
    got = f"{len(arrows) - len(never)} of {len(arrows)}"
    return Finding(
        f"{len(arrows)} of {len(arrows)}",
        f"{got}; never {', '.join(never)}" if never else got,
        not never,
        f"No run went from {' nor from '.join(never)}.",
    )


add_limits(
    exercise,
    FEWEST,
    FAULTS,
    orders_because=(
        "There is one order too many: take one away whose arrows the others take as well. A "
        "payment that is declined and one that gets no answer go the same way."
    ),
    faults_because=(
        "A fault stands for what no order can bring about. A decline can be had with an order: its "
        "id decides."
    ),
)
