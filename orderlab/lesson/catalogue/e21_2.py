"""21.2: returns of some pieces, deployed while returns of the first brief are on their way."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import localaws
from localaws import clock
from orderlab.lesson import designs, places
from orderlab.lesson.exercises import Exercise, Finding
from orderlab.lesson.judging import permissions
from orderlab.lesson.judging.returns import Returns, of_the_course

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

TEMPLATE, MACHINE = "template.yaml", "state-machines/returns.asl.json"
ARRIVED = "state-machines/return-arrived.asl.json"
MOST = 12  # transitions of a plain return

exercise = Exercise(
    id="21.2",
    title="Some of it, with returns on their way",
    level="core",
    features="all",
    task=f"""\
A return names the pieces that come back now, and an order may have several. `exercises/21_2` is our
answer to the first brief; beside it stands `dev-RefundReturnFunction` (`orderId`, `returnId`,
`amount`), which nothing calls yet. Build the second brief into `{MACHINE}`,
`{ARRIVED}` and `{TEMPLATE}`. The check deploys **the first version, starts returns, and deploys
yours over it**: those on their way end as they began, no piece comes back twice, a return takes at
most {MOST} transitions.""",
    files=(TEMPLATE, MACHINE, ARRIVED),
    given=designs.added("changed"),
    hints=(
        (
            "There can be two kinds of claims on an order: one of the first version, on all of it, "
            "and yours, on pieces. Each kind must see the other. And an execution that the "
            "first version started keeps its definition: who wakes it, what does it call, and may "
            "its role do that still?"
        ),
        (
            "`pieces` in the reservation's row says what was bought. Keep what is left of a "
            "product beside it, as an attribute that does not exist until the first return: "
            "`SET #left = if_not_exists(#left, pieces.#product) - :q`, with a condition for either "
            "case. A return that is closed gives its pieces back."
        ),
        (
            "Keep `attribute_not_exists(returnId)` in the claim: it is the first version's. Leave "
            "the token where `return-arrived` finds it. The amount is `$round($sum(lines.(quantity "
            "* price)), 2)`; the role must be allowed to invoke both refund functions."
        ),
    ),
)

MOUSE, KEYBOARD = "prod-001", "prod-002"


class Change:
    """Returns of the first version, the deployment over them, and what comes after it.

    Played no further than somebody asks for.
    """

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._became: dict[str, str] = {}
        self._steps = iter((self._first_version, self._ask, self._arrive, self._close))

    def became(self, return_id: str) -> str:
        """What had come of a return in the end."""
        while return_id not in self._became:
            next(self._steps)()
        return self._became[return_id]

    def _deploy(self, folder: Path) -> None:
        localaws.deploy(folder / TEMPLATE, self._shop.stack.name)

    def _first_version(self) -> None:
        before = self._shop.root.parent / "before"
        places.make_given(exercise, before)
        self._deploy(before)
        self.returns = Returns(self._shop)
        for name, product in (("arrives", "prod-003"), ("rival", "prod-004"), ("lost", "prod-005")):
            self.returns.bought(f"order-{name}", [(product, 2)])
            self.returns.ask(f"old-{name}", f"order-{name}", [(product, 2)])
        clock.advance(days=2)
        self._deploy(self._shop.root)

    def _ask(self) -> None:
        ask, bought = self.returns.ask, self.returns.bought
        bought("order-two", [(MOUSE, 2)])
        bought("order-mixed", [(KEYBOARD, 2), ("prod-009", 1)])
        bought("order-closed", [("prod-006", 2)])
        bought("order-whole", [("prod-007", 1), ("prod-008", 1), ("prod-007", 1)])
        ask("part-one", "order-two", [(MOUSE, 1)])
        for _ in range(2):
            ask("part-twice", "order-mixed", [(KEYBOARD, 1)])
        ask("part-whole", "order-whole", [("prod-007", 1), ("prod-008", 1), ("prod-007", 1)])
        ask("part-closed", "order-closed", [("prod-006", 2)])
        ask("part-rival", "order-rival", [("prod-004", 1)])
        clock.advance(hours=1)
        ask("part-three", "order-mixed", [(KEYBOARD, 3)])
        ask("part-strange", "order-mixed", [("prod-012", 1)])
        ask("part-fits", "order-mixed", [(KEYBOARD, 1)])
        clock.advance(hours=1)
        ask("part-beyond", "order-mixed", [(KEYBOARD, 1)])
        clock.advance(hours=1)

    def _arrive(self) -> None:
        for name in ("old-arrives", "old-rival", "part-one", "part-twice", "part-whole"):
            self.returns.arrive(name)
        clock.advance(days=1)
        self._look("part-one", "order-two", MOUSE)
        self._look("part-whole", "order-whole", "prod-007")
        self._look("old-arrives", "order-arrives", "prod-003")
        self._look("part-twice", "order-mixed", KEYBOARD)
        for name in ("part-rival", "part-three", "part-strange", "part-fits", "part-beyond"):
            self._became[name] = self.returns.status(name)
        self._look("old-rival", "order-rival", "prod-004")
        self.returns.ask("part-other", "order-two", [(MOUSE, 1)])
        clock.advance(hours=1)
        self.returns.arrive("part-other")
        clock.advance(days=1)
        self._look("part-other", "order-two", MOUSE)

    def _close(self) -> None:
        clock.advance(days=13)
        self._look("old-lost", "order-lost", "prod-005")
        self._look("part-closed", "order-closed", "prod-006")
        self.returns.ask("part-after-lost", "order-lost", [("prod-005", 1)])
        self.returns.ask("part-after-closed", "order-closed", [("prod-006", 2)])
        clock.advance(hours=1)
        for name in ("part-after-lost", "part-after-closed"):
            self._became[name] = self.returns.status(name)

    def _look(self, return_id: str, order_id: str, product: str) -> None:
        self._became[return_id] = self.returns.became(return_id, order_id, product)


@cache
def _change(shop: Shop) -> Change:
    return Change(shop)


def _scenario(title: str, return_id: str, expected: str, because: str) -> None:
    """What has come of one of the returns."""

    @exercise.scenario(title)
    def _play(shop: Shop) -> Finding:
        got = _change(shop).became(return_id)
        return Finding(expected, got, got == expected, f"{because} What came of it: {got}.")


_scenario(
    "One mouse of two",
    "part-one",
    "REFUNDED; 29.99 and 1 back; told ReturnRefunded",
    "part-one is for one of the two mice of order-two: one goes back to the shelf, with its money.",
)
_scenario(
    "The other one, a day later",
    "part-other",
    "REFUNDED; 59.98 and 2 back; told ReturnRefunded",
    "part-other is for the mouse that was left of order-two. With it, all of the order is back.",
)
_scenario(
    "The same request twice",
    "part-twice",
    "REFUNDED; 89.00 and 1 back; told ReturnRefunded",
    "The request of part-twice, one of two keyboards, was delivered twice.",
)
_scenario(
    "All of an order, one product on two lines",
    "part-whole",
    "REFUNDED; 292.49 and 2 back; told ReturnRefunded",
    "part-whole names all of order-whole: two microphones on two lines, and a speaker.",
)
_scenario(
    "More pieces than were bought",
    "part-three",
    "REFUSED",
    "part-three is for three keyboards. order-mixed had two; its monitor makes it dear enough for "
    "three, but it is pieces that are counted.",
)
_scenario(
    "A piece of another order",
    "part-strange",
    "REFUSED",
    "There is no such product in order-mixed.",
)
_scenario(
    "The last piece, while another is on its way",
    "part-fits",
    "WAITING",
    "One of the two keyboards of order-mixed is on its way back, part-fits is for the other one.",
)
_scenario(
    "One more, while all are on their way",
    "part-beyond",
    "REFUSED",
    "Both keyboards of order-mixed are claimed, although neither parcel had come.",
)
_scenario(
    "On its way when you deployed",
    "old-arrives",
    "REFUNDED; 91.00 and 2 back; told ReturnRefunded",
    "old-arrives was asked for under the first version, its parcel came under yours.",
)
_scenario(
    "A part of what the first version has claimed",
    "part-rival",
    "REFUSED",
    "All of order-rival was on its way back since before your deployment.",
)
_scenario(
    "And that return itself",
    "old-rival",
    "REFUNDED; 79.80 and 2 back; told ReturnRefunded",
    "The refused part-rival must not stand in the way of old-rival, whose parcel came.",
)
_scenario(
    "One that the first version closes",
    "old-lost",
    "CLOSED; 0.00 and 0 back; told ReturnClosed",
    "The parcel of old-lost never came; it was asked for under the first version.",
)
_scenario(
    "A part of its order afterwards",
    "part-after-lost",
    "WAITING",
    "old-lost is closed, so its order may be returned in parts now.",
)
_scenario(
    "A part that never comes",
    "part-closed",
    "CLOSED; 0.00 and 0 back; told ReturnClosed",
    "Fourteen days after it was asked for, the parcel of part-closed has not come.",
)
_scenario(
    "Asked for again afterwards",
    "part-after-closed",
    "WAITING",
    "part-closed is closed, so its pieces can be returned again.",
)


@exercise.scenario("What a return takes")
def _cost(shop: Shop) -> Finding:
    walks = _change(shop).returns.walks()
    took = sum(walk.transitions_of("part-one") for walk in walks)
    return Finding(
        f"at most {MOST} transitions",
        f"{took} transitions",
        took <= MOST,
        f"The executions that were started for part-one entered {took} states.",
    )


@exercise.scenario("What the roles may do")
def _roles(shop: Shop) -> Finding:
    wide = permissions.unbounded(permissions.grants(shop.stack), of_the_course())
    return Finding(
        "no wildcards",
        str(wide[0]) if wide else "no wildcards",
        not wide,
        "A role names the calls that its machine makes, and what it makes them to.",
    )
