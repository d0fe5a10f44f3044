"""09.1: a function that says how long a retrier waits, held against what Step Functions waits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from localaws import faults
from orderlab.console import timeline
from orderlab.lesson.exercises import Exercise, Finding

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

exercise = Exercise(
    id="09.1",
    title="How long does it wait?",
    level="core",
    task="""\
`waits` knows three fields and needs all of them. Complete it, so that it says of **any** retrier
without jitter what Step Functions will do: a retrier may also have a `MaxDelaySeconds`, and any
field but `ErrorEquals` may be missing. For `{"IntervalSeconds": 2, "BackoffRate": 2, "MaxAttempts":
5, "MaxDelaySeconds": 10}` the answer is `[2, 4, 8, 10, 10]`.

Change `waits` in the cell below; the check runs each retrier and measures.""",
    files=(),
    hints=(
        (
            "Two things are missing: a limit for each wait, and what Step Functions takes where a "
            "field is not there. The table of the fields, in this lesson, has its defaults."
        ),
        (
            '`retrier.get("IntervalSeconds", 1)` gives 1 where the field is missing, and leaves a '
            "0 that is there alone. `min` keeps a wait below a limit."
        ),
        (
            'With `longest = retrier.get("MaxDelaySeconds", float("inf"))` each wait is '
            "`min(wait * rate**n, longest)`; the defaults of the others are 1, 2 and 3."
        ),
    ),
)

CHARGE = {
    "Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke",
    "Parameters": {"FunctionName": "dev-ProcessPaymentFunction"},
    "End": True,
}


def _measured(shop: Shop, retrier: Mapping[str, Any]) -> list[float]:
    """How long Step Functions waits before each retry, where every call fails; seconds."""
    charge = {**CHARGE, "Retry": [retrier]}
    definition = {"StartAt": "Charge", "States": {"Charge": charge}}
    with faults.inject(function="dev-ProcessPaymentFunction", error="PaymentGatewayTimeout"):
        ended = shop.run(definition, {})
    bars = timeline(ended.description["executionArn"]).data
    return [round(seconds, 3) for seconds in bars.loc[bars["kind"] == "backoff", "seconds"]]


def _compared(shop: Shop, why: str, **fields: float) -> Finding:
    retrier = {"ErrorEquals": ["PaymentGatewayTimeout"], **fields}
    expected = _measured(shop, retrier)
    got = shop.answer(dict(retrier))
    passed = isinstance(got, (list, tuple)) and [*got] == expected
    return Finding(_words(expected), _words(got), passed, f"{why} You say {_words(got)}.")


def _words(waits: Any) -> str:
    """`2, 4, 8 s`; `no retry`; what is no list of numbers as it is."""
    if not isinstance(waits, (list, tuple)):
        return repr(waits)
    numbers = (f"{one:g}" if isinstance(one, (int, float)) else repr(one) for one in waits)
    return ", ".join(numbers) + " s" if waits else "no retry"


@exercise.scenario("The task's example")
def _limited(shop: Shop) -> Finding:
    why = "After 2, 4 and 8 seconds the next waits would be 16 and 32; MaxDelaySeconds allows 10."
    fields = {"IntervalSeconds": 2, "BackoffRate": 2, "MaxAttempts": 5, "MaxDelaySeconds": 10}
    return _compared(shop, why, **fields)


@exercise.scenario("Without MaxDelaySeconds")
def _unlimited(shop: Shop) -> Finding:
    why = "Without MaxDelaySeconds nothing limits a wait."
    return _compared(shop, why, IntervalSeconds=5, BackoffRate=3, MaxAttempts=4)


@exercise.scenario("ErrorEquals alone")
def _defaults(shop: Shop) -> Finding:
    why = (
        "A retrier that only names an error still waits: one second at first, twice as long each "
        "time, three times."
    )
    return _compared(shop, why)


@exercise.scenario("MaxAttempts 0")
def _never(shop: Shop) -> Finding:
    why = "MaxAttempts 0 is a value: this error is never tried again, so there is no wait."
    return _compared(shop, why, IntervalSeconds=5, MaxAttempts=0)


@exercise.scenario("The same wait each time")
def _steady(shop: Shop) -> Finding:
    why = "With BackoffRate 1 the wait does not grow."
    return _compared(shop, why, IntervalSeconds=30, BackoffRate=1)
