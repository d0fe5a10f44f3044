"""15.2: the refund fails, twice or for good, and the books still balance."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from localaws import clock, faults
from orderlab.lesson.edits import Edit
from orderlab.lesson.exercises import Exercise, Finding
from orderlab.lesson.hazards import Saga

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

MACHINE = "state-machines/undo-order.asl.json"
OURS = """\
      "Retry": [
        {
          "ErrorEquals": ["States.ALL"],
          "IntervalSeconds": 1,
          "BackoffRate": 2,
          "MaxAttempts": 6,
          "MaxDelaySeconds": 60,
          "JitterStrategy": "FULL"
        }
      ],
      "Catch": [
        {
          "ErrorEquals": ["States.ALL"],
          "Assign": {
            "unsolved": "{% $append($unsolved, [{'step': 'RefundPayment', 'error': \
$states.errorOutput.Error, 'cause': $states.errorOutput.Cause}]) %}"
          },
          "Next": "WasReserved"
        }
      ],
      "Next": "WasReserved"
"""
GIVEN = """\
      "Next": "WasReserved"
    },
    "WasReserved": {"""

exercise = Exercise(
    id="15.2",
    title="The refund itself fails",
    level="core",
    features="all",
    task="""\
In this stack's UndoOrderWorkflow, nobody has thought of a refund that fails. Mend `RefundPayment`.
A refund that fails **twice**, or for **twenty seconds**, is made in the end, once. One that
**never** works keeps nothing else from being undone: the stock is released, the order's row says
`FAILED`, and a person finds the case: the execution ends as `FAILED` with the error
`UndoIncomplete`. `IsAllUndone` looks at the variable `unsolved`.

Edit `exercises/15_2/state-machines/undo-order.asl.json`.""",
    files=(MACHINE,),
    given=(
        Edit(
            MACHINE,
            '      "TimeoutSeconds": 30,\n' + OURS + '    },\n    "WasReserved": {',
            '      "TimeoutSeconds": 30,\n' + GIVEN,
        ),
    ),
    hints=(
        (
            "Two fields are missing from the state: one for what passes, one for what does not. "
            "Compare it with ReleaseStock below it. What would the waits of your Retry add up to?"
        ),
        (
            "With JitterStrategy FULL a wait is half as long on average: leave room. And a Catch "
            "that only goes on hides the case: IsAllUndone ends well while `unsolved` is empty."
        ),
        (
            "A retrier for States.ALL as ReleaseStock has it, and a catcher with `Next` "
            "WasReserved and `Assign`: `unsolved` becomes `$append($unsolved, [{'step': "
            "'RefundPayment', 'error': $states.errorOutput.Error}])`."
        ),
    ),
)

MOUSE, MONITOR = "prod-001", "prod-009"


def _books(shop: Shop, order_id: str, *refunds: Mapping[str, Any]) -> str:
    """What came of an order whose confirmation fails, and whose refund meets faults."""
    saga = Saga(shop.stack.outputs)
    before = saga.shelf()
    undone = "dev-RefundOrderFunction"
    where: dict[str, Any] = {"service": "dynamodb", "state": "ConfirmOrder"}
    list(saga.letters())
    with faults.inject(**where, error="InternalServerError", name="no confirmation"):
        for refund in refunds:
            faults.inject(function=undone, error="GatewayDown", name="no refund", **refund)
        saga.start(shop.order(order_id, [(MOUSE, 2), (MONITOR, 1)]))
        clock.advance(minutes=5)
        faults.clear()
    paid = saga.status("MockPayments", order_id).lower() or "never charged"
    reserved = sum(int(row.get("reserved", 0)) for row in saga.table("Products"))
    row = saga.status("Orders", order_id) or "no row"
    called = "a person is called" if list(saga.letters()) else "nobody is called"
    lost = "" if saga.shelf() == before else ", pieces have been lost"
    return f"{paid}, {reserved} pieces set aside, {row}, {called}{lost}"


GOOD = "refunded, 0 pieces set aside, FAILED, nobody is called"


@exercise.scenario("The refund fails twice")
def _twice(shop: Shop) -> Finding:
    got = _books(shop, "refund-fails-twice", {"times": 2})
    return Finding(
        GOOD,
        got,
        got == GOOD,
        "The order was paid and could not be confirmed; its refund fails twice, and would work "
        f"the third time. What came of it: {got}.",
    )


@exercise.scenario("The refund is made, and its answer is lost, twice")
def _lost(shop: Shop) -> Finding:
    got = _books(shop, "refund-answer-lost", {"times": 2, "when": "after"})
    return Finding(
        GOOD,
        got,
        got == GOOD,
        "The money went back the first time, and nobody heard of it. Asking again is safe: the "
        "refund is idempotent.",
    )


@exercise.scenario("No gateway for twenty seconds")
def _outage(shop: Shop) -> Finding:
    got = _books(shop, "refund-after-outage", {"until": clock.now + timedelta(seconds=20)})
    return Finding(
        GOOD,
        got,
        got == GOOD,
        "For twenty seconds every refund fails. The waits of the Retry have to be longer than "
        "that, and jitter shortens them.",
    )


@exercise.scenario("The refund never works")
def _never(shop: Shop) -> Finding:
    got = _books(shop, "refund-never-works", {})
    expected = "charged, 0 pieces set aside, FAILED, a person is called"
    return Finding(
        expected,
        got,
        got == expected,
        "The refund fails each time. The pieces must go back all the same, and somebody has to "
        f"hear that the customer still waits for the money. What came of it: {got}.",
    )
