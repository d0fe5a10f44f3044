"""02.2: a Catch on a Parallel state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlab.lesson.exercises import Exercise, Finding

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

exercise = Exercise(
    id="02.2",
    title="Written by hand",
    level="core",
    task="""\
An empty printer should not lose the parcel. Let `dispatch` catch `PrinterEmpty` and go on to a new
Pass state, `WriteByHand`, which leads to `HandOver`. Afterwards the execution succeeds. Which state
must carry the Catch, and what becomes of `Pack`?

Change `dispatch` in the cell below; `lesson.check("02.2", dispatch)` runs it.""",
    files=(),
    hints=(
        (
            "A Fail state has no Catch, and a state in a branch cannot lead out of its branch. "
            "Which state is around both?"
        ),
        (
            "`PrepareParcel`, the Parallel state, can carry a `Catch`. A catcher has "
            "`ErrorEquals`, a list of error names, and `Next`."
        ),
        (
            '`{"ErrorEquals": ["PrinterEmpty"], "Next": "WriteByHand"}` in a list, as the Parallel '
            "state's `Catch`; `WriteByHand` is a Pass with `Next` in the outer machine's `States`."
        ),
    ),
)


@exercise.scenario("The printer is empty")
def _empty(shop: Shop) -> Finding:
    ended = shop.run(shop.answer, shop.order("order-no-paper", [("prod-001", 2)]))
    return Finding(
        "WriteByHand, HandOver, succeeded",
        ", ".join([*ended.states[-2:], ended.words]),
        ended.succeeded and ended.states[-2:] == ("WriteByHand", "HandOver"),
        "After PrinterEmpty the parcel must pass WriteByHand and HandOver, and the execution "
        "succeed.",
    )


@exercise.scenario("The printer is still empty")
def _still(shop: Shop) -> Finding:
    ended = shop.run(shop.answer, shop.order("order-no-paper-either", [("prod-001", 2)]))
    return Finding(
        "NoPaper in between",
        ", ".join(ended.states),
        "NoPaper" in ended.states,
        "The Catch must deal with the error, not the branch be made to avoid it.",
    )


@exercise.scenario("Another error in a branch")
def _other(shop: Shop) -> Finding:
    definition = shop.answer
    for branch in definition["States"]["PrepareParcel"].get("Branches", []):
        if "NoPaper" in branch["States"]:
            branch["States"]["NoPaper"]["Error"] = "PrinterOnFire"
    ended = shop.run(definition, shop.order("order-on-fire", [("prod-001", 2)]))
    return Finding(
        "failed (PrinterOnFire)",
        ended.words,
        ended.description.get("error") == "PrinterOnFire",
        "Only an empty printer can be helped by hand. Any other error must still fail the "
        "execution.",
    )
