"""A month of returns on a learner's stack, with every case of lesson 21's first brief."""

from __future__ import annotations

from typing import NamedTuple

from localaws import clock, faults
from orderlab.lesson.judging.returns import Returns, Walk
from orderlab.lesson.judging.shop import Shop

REFUND = "RefundOrderFunction"  # in the template


class Story(NamedTuple):
    """One return: its order and what it is about. What came of it is kept under its name."""

    name: str
    product: str
    days_ago: float = 3
    status: str = "CONFIRMED"

    @property
    def order_id(self) -> str:
        return f"order-{self.name}"

    @property
    def return_id(self) -> str:
        return f"return-{self.name}"


PLAIN = Story("plain", "prod-001")
TWICE = Story("asked-for-twice", "prod-002")
OLD = Story("forty-days-old", "prod-003", days_ago=40)
UNDONE = Story("undone", "prod-004", status="RELEASED")
TOLD_TWICE = Story("parcel-told-twice", "prod-005")
LINES = Story("on-two-lines", "prod-006")
BUSY = Story("books-busy", "prod-007")
LOST = Story("answer-lost", "prod-008")
BROKEN = Story("books-broken", "prod-009")
FOURTEENTH = Story("fourteenth-day", "prod-010")
LATE = Story("never-came", "prod-011")
YOUNG = Story("twenty-nine-days-old", "prod-012", days_ago=29)
STORIES = (
    *(PLAIN, TWICE, OLD, UNDONE, TOLD_TWICE, LINES, BUSY, LOST, BROKEN, FOURTEENTH, LATE, YOUNG),
)


class Month:
    """A month of returns, played no further than somebody asks for."""

    def __init__(self, shop: Shop) -> None:
        self.returns = Returns(shop)
        self._refund = shop.stack.resources[REFUND]
        self._became: dict[str, str] = {}
        self._weeks = iter((self._ask, self._deliver, self._fail, self._close))

    def became(self, name: str) -> str:
        """What had come of a return in the end."""
        while name not in self._became:
            next(self._weeks)()
        return self._became[name]

    def walks(self) -> list[Walk]:
        """What the learner's machines have done when the month is over."""
        for week in self._weeks:
            week()
        return self.returns.walks()

    def _ask(self) -> None:
        for one in STORIES:
            lines = [(one.product, 2)] if one is not LINES else [(one.product, 1)] * 2
            self.returns.bought(one.order_id, lines, one.days_ago, one.status)
            self.returns.ask(one.return_id, one.order_id, lines)
        self.returns.ask(TWICE.return_id, TWICE.order_id, [(TWICE.product, 2)])
        self.returns.ask("return-of-nothing", "order-unknown", [("prod-013", 2)])
        clock.advance(hours=1)
        self.returns.ask("return-second", TWICE.order_id, [(TWICE.product, 2)])
        clock.advance(days=2)
        self._look("waiting", PLAIN)
        for one in (OLD, UNDONE):
            self._look(one.name, one)
        self._became["unknown"] = self.returns.became(
            "return-of-nothing", "order-unknown", "prod-013"
        )
        self._became["second"] = self.returns.became("return-second", TWICE.order_id, TWICE.product)

    def _deliver(self) -> None:
        early = (PLAIN, TWICE, LINES, YOUNG, TOLD_TWICE)
        for one in early:
            self.returns.arrive(one.return_id)
        self.returns.arrive(TOLD_TWICE.return_id)
        clock.advance(hours=12)
        self.returns.arrive(TOLD_TWICE.return_id)
        clock.advance(hours=12)
        for one in early:
            self._look(one.name, one)

    def _fail(self) -> None:
        with faults.inject(function=self._refund, error="BooksBusy", times=2):
            self._arrive(BUSY)
        with faults.inject(function=self._refund, error="NoAnswer", when="after", times=1):
            self._arrive(LOST)
        with faults.inject(function=self._refund, error="BooksBusy"):
            self._arrive(BROKEN)

    def _close(self) -> None:
        clock.advance(days=7, hours=12)  # thirteen and a half since the first day
        self._arrive(FOURTEENTH)
        clock.advance(days=2)
        self._look(LATE.name, LATE)
        self.returns.arrive(LATE.return_id)
        self.returns.arrive("return-of-nobody")
        self.returns.ask("return-again", LATE.order_id, [(LATE.product, 2)])
        clock.advance(hours=1)
        self._look("after-all", LATE)
        self._became["again"] = self.returns.status("return-again")
        self._became["nobody"] = f"{self.returns.calls('return-of-nobody')} letter to a person"

    def _arrive(self, one: Story) -> None:
        self.returns.arrive(one.return_id)
        clock.advance(days=1)
        self._look(one.name, one)

    def _look(self, name: str, one: Story) -> None:
        self._became[name] = self.returns.became(one.return_id, one.order_id, one.product)
