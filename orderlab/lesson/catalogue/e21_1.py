"""21.1: returns, from the first brief: refused, waited for, refunded once, or closed."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from localaws import clock, faults
from orderlab.lesson import designs
from orderlab.lesson.exercises import Exercise, Finding
from orderlab.lesson.judging import permissions
from orderlab.lesson.judging.returns import Returns, Walk, of_the_course

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

TEMPLATE, MACHINE = "template.yaml", "state-machines/returns.asl.json"
REFUND = "RefundOrderFunction"
MOST, SHARE = 12, 80  # transitions of a plain return, and percent of the states

exercise = Exercise(
    id="21.1",
    title="Returns, from the brief",
    level="core",
    features="all",
    task=f"""\
Build what the brief asks for. `exercises/21_1` is the shop with a table `dev-Returns` and a machine
that hears of each request and does nothing: edit `{MACHINE}` and the section *Returns and refunds*
of `{TEMPLATE}`, and add the machines, rules and functions that you need. The check plays a month of
returns. It also asks that a plain return takes **at most {MOST} state transitions**, that what it
plays enters **{SHARE} % of your states**, and that no role holds more than it needs.""",
    files=(TEMPLATE, MACHINE),
    given=designs.added("begin"),
    hints=(
        (
            "Go through your decision table row by row. Whatever is decided by looking first and "
            "writing then can be overtaken: let one conditional write look and write at once, and "
            "read from the error which condition it was."
        ),
        (
            "`transactWriteItems` can put the return's row (`attribute_not_exists(returnId)`) and "
            "claim its order in `dev-Reservations` (CONFIRMED, young enough, not claimed). A task "
            "token in the row with `TimeoutSeconds` waits 14 days for one transition; a second "
            "machine, which the warehouse's event starts, answers it."
        ),
        (
            "The states of ours: OpenReturn, WaitForParcel, TakeBack, RefundReturn, MarkRefunded, "
            "TellRefunded; from the first a Catch to RefuseReturn and TellRefused, from the second "
            "one to CloseReturn and TellClosed, from the refund one to CallPerson and "
            "MarkAttention. TakeBack moves the stock and the row's status in one transaction."
        ),
    ),
)


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


@cache
def _month(shop: Shop) -> Month:
    return Month(shop)


def _scenario(title: str, name: str, expected: str, because: str) -> None:
    """What has come of one of the month's returns."""

    @exercise.scenario(title)
    def _play(shop: Shop) -> Finding:
        got = _month(shop).became(name)
        return Finding(expected, got, got == expected, f"{because} What came of it: {got}.")


REFUSED = "REFUSED; 0.00 and 0 back; told ReturnRefused"
CALLED = "a person was called"

_scenario(
    "A parcel comes back",
    PLAIN.name,
    "REFUNDED; 59.98 and 2 back; told ReturnRefunded",
    "return-plain is for two mice of order-plain, which was confirmed three days ago. A day after "
    "its parcel came, the money and the mice are back, and the customer was told once.",
)
_scenario(
    "Before it comes",
    "waiting",
    "WAITING; 0.00 and 0 back; told nothing",
    "The parcel of return-plain is on its way: nothing is refunded, and nothing is on the shelf.",
)
_scenario(
    "An order that nobody knows",
    "unknown",
    REFUSED,
    "There is no order-unknown. The customer gets an answer all the same.",
)
_scenario(
    "Forty days after it was confirmed",
    OLD.name,
    REFUSED,
    "order-forty-days-old was confirmed forty days ago; thirty is the limit.",
)
_scenario(
    "Twenty-nine days after",
    YOUNG.name,
    "REFUNDED; 37.50 and 2 back; told ReturnRefunded",
    "order-twenty-nine-days-old was in time when it was asked for; the parcel may take longer.",
)
_scenario(
    "An order that was undone",
    UNDONE.name,
    REFUSED,
    "The saga has undone order-undone: it was never confirmed, so there is nothing to return.",
)
_scenario(
    "The same request twice",
    TWICE.name,
    "REFUNDED; 178.00 and 2 back; told ReturnRefunded",
    "EventBridge delivered the request of return-asked-for-twice twice: it is one return.",
)
_scenario(
    "Another return of the same order",
    "second",
    "REFUSED; 0.00 and 0 back; told ReturnRefused",
    "return-second asks for the order of return-asked-for-twice, all of which is on its way back.",
)
_scenario(
    "The parcel, told three times",
    TOLD_TWICE.name,
    "REFUNDED; 129.90 and 2 back; told ReturnRefunded",
    "The warehouse told of the parcel of return-parcel-told-twice twice at once, and again when "
    "all was done.",
)
_scenario(
    "One product on two lines",
    LINES.name,
    "REFUNDED; 398.00 and 2 back; told ReturnRefunded",
    "order-on-two-lines has two lines of one piece each, of the same product. DynamoDB takes each "
    "item only once in a transaction.",
)
_scenario(
    "The books are busy twice",
    BUSY.name,
    "REFUNDED; 238.00 and 2 back; told ReturnRefunded",
    "The first two refunds of return-books-busy failed with BooksBusy, the third would not have.",
)
_scenario(
    "The answer of a refund is lost",
    LOST.name,
    "REFUNDED; 108.98 and 2 back; told ReturnRefunded",
    "The money of return-answer-lost went back, and the state got an error all the same.",
)
_scenario(
    "The refund fails for good",
    BROKEN.name,
    f"ATTENTION; 0.00 and 2 back; told nothing; {CALLED}",
    "The books refused the refund of return-books-broken for a day. The pieces are there; a letter "
    "in dev-NeedsAttention names the return, and the customer is not told of money.",
)
_scenario(
    "A parcel on the fourteenth day",
    FOURTEENTH.name,
    "REFUNDED; 149.80 and 2 back; told ReturnRefunded",
    "The parcel of return-fourteenth-day came thirteen and a half days after the request.",
)
_scenario(
    "No parcel",
    LATE.name,
    "CLOSED; 0.00 and 0 back; told ReturnClosed",
    "Sixteen days after the request no parcel of return-never-came has come.",
)
_scenario(
    "A parcel after all",
    "after-all",
    f"CLOSED; 0.00 and 0 back; told ReturnClosed; {CALLED}",
    "The parcel of return-never-came came when the return was closed: a person has to decide.",
)
_scenario(
    "A parcel of no return",
    "nobody",
    "1 letter to a person",
    "A parcel came for return-of-nobody, which nobody has asked for.",
)
_scenario(
    "Asked for again after it was closed",
    "again",
    "WAITING",
    "return-again is of the order of return-never-came, of which nothing is on its way any more.",
)


@exercise.scenario("What a plain return takes")
def _cost(shop: Shop) -> Finding:
    walks = _month(shop).walks()
    took = sum(walk.transitions_of(PLAIN.return_id) for walk in walks)
    return Finding(
        f"at most {MOST} transitions",
        f"{took} transitions",
        took <= MOST,
        f"The executions that were started for return-plain entered {took} states in its two days. "
        "Step Functions bills each, so waiting must not be a loop.",
    )


@exercise.scenario("The states that a month enters")
def _reached(shop: Shop) -> Finding:
    walks = _month(shop).walks()
    every = sum(len(walk.states) for walk in walks)
    missed = sorted(name for walk in walks for name in walk.states - walk.entered)
    share = 100 * (every - len(missed)) // every if every else 0
    return Finding(
        f"{SHARE} % of the states",
        f"{share} %",
        share >= SHARE,
        f"A month with every case of the brief never entered {', '.join(missed) or 'any state'}. "
        "What nothing reaches is never tested: what is it for?",
    )


@exercise.scenario("What the roles may do")
def _roles(shop: Shop) -> Finding:
    wide = permissions.unbounded(permissions.grants(shop.stack), of_the_course())
    return Finding(
        "no wildcards",
        str(wide[0]) if wide else "no wildcards",
        not wide,
        "A role names the calls that its machine makes, and the tables, topics, queues and "
        "functions that it makes them to.",
    )
