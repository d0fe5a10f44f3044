"""21.1: returns, from the first brief: refused, waited for, refunded once, or closed."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from orderlab.lesson import designs
from orderlab.lesson.exercises import Exercise, Finding
from orderlab.lesson.judging import month, permissions
from orderlab.lesson.judging.month import Month
from orderlab.lesson.judging.returns import of_the_course

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

TEMPLATE, MACHINE = "template.yaml", "state-machines/returns.asl.json"
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
    month.PLAIN.name,
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
    month.OLD.name,
    REFUSED,
    "order-forty-days-old was confirmed forty days ago; thirty is the limit.",
)
_scenario(
    "Twenty-nine days after",
    month.YOUNG.name,
    "REFUNDED; 37.50 and 2 back; told ReturnRefunded",
    "order-twenty-nine-days-old was in time when it was asked for; the parcel may take longer.",
)
_scenario(
    "An order that was undone",
    month.UNDONE.name,
    REFUSED,
    "The saga has undone order-undone: it was never confirmed, so there is nothing to return.",
)
_scenario(
    "The same request twice",
    month.TWICE.name,
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
    month.TOLD_TWICE.name,
    "REFUNDED; 129.90 and 2 back; told ReturnRefunded",
    "The warehouse told of the parcel of return-parcel-told-twice twice at once, and again when "
    "all was done.",
)
_scenario(
    "One product on two lines",
    month.LINES.name,
    "REFUNDED; 398.00 and 2 back; told ReturnRefunded",
    "order-on-two-lines has two lines of one piece each, of the same product. DynamoDB takes each "
    "item only once in a transaction.",
)
_scenario(
    "The books are busy twice",
    month.BUSY.name,
    "REFUNDED; 238.00 and 2 back; told ReturnRefunded",
    "The first two refunds of return-books-busy failed with BooksBusy, the third would not have.",
)
_scenario(
    "The answer of a refund is lost",
    month.LOST.name,
    "REFUNDED; 108.98 and 2 back; told ReturnRefunded",
    "The money of return-answer-lost went back, and the state got an error all the same.",
)
_scenario(
    "The refund fails for good",
    month.BROKEN.name,
    f"ATTENTION; 0.00 and 2 back; told nothing; {CALLED}",
    "The books refused the refund of return-books-broken for a day. The pieces are there; a letter "
    "in dev-NeedsAttention names the return, and the customer is not told of money.",
)
_scenario(
    "A parcel on the fourteenth day",
    month.FOURTEENTH.name,
    "REFUNDED; 149.80 and 2 back; told ReturnRefunded",
    "The parcel of return-fourteenth-day came thirteen and a half days after the request.",
)
_scenario(
    "No parcel",
    month.LATE.name,
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
    took = sum(walk.transitions_of(month.PLAIN.return_id) for walk in walks)
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
