"""09.3: a Task that gives up in time, and keeps the order for whoever comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localaws import faults
from orderlab.console import timeline
from orderlab.lesson.exercises import Exercise, Finding

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Ended, Shop

FUNCTION = "dev-ProcessPaymentFunction"

exercise = Exercise(
    id="09.3",
    title="In time",
    level="core",
    task="""\
A customer waits before the page. Write the state machine `in_time`: its state `Charge` calls
`dev-ProcessPaymentFunction`, and an attempt may take **5 seconds**. After `States.Timeout` or
`PaymentGatewayTimeout` it is tried **once** more, 2 seconds later; if that fails too, `PayLater`
follows. `PaymentDeclined` leads to `OtherCard` at once. Both get the order as it came, with the
error's name in `$.failure.Error`. Any other error fails the execution.""",
    files=(),
    hints=(
        (
            "One Task with TimeoutSeconds, a Retry and two catchers; PayLater and OtherCard can be "
            "of type Pass. The lesson's `charge` already calls the function."
        ),
        (
            "MaxAttempts counts the retries, not the calls. Each catcher needs a ResultPath of its "
            "own: without it the error takes the order's place. States.TaskFailed does not match "
            "States.Timeout."
        ),
        (
            '`silent = ["States.Timeout", "PaymentGatewayTimeout"]`, and then `{**charge, '
            '"TimeoutSeconds": 5, "Retry": [{"ErrorEquals": silent, "IntervalSeconds": 2, '
            '"MaxAttempts": 1}], "Catch": [{"ErrorEquals": silent, "ResultPath": "$.failure", '
            '"Next": "PayLater"}, …], "End": True}`.'
        ),
    ),
)


def _order(order_id: str) -> dict[str, Any]:
    return {"orderId": order_id, "userId": "ana", "totalAmount": 59.98}


def _calls(ended: Ended) -> int:
    """How often the state Charge was tried."""
    bars = timeline(ended.description["executionArn"]).data
    return int(bars.loc[bars["state"] == "Charge", "attempt"].max())


def _way(ended: Ended) -> str:
    """`Charge, Charge, PayLater: succeeded`."""
    calls = ["Charge"] * _calls(ended)
    return f"{', '.join([*calls, *ended.states[1:]])}: {ended.words}"


def _hangs(shop: Shop) -> Ended:
    with faults.inject(function=FUNCTION, latency=60):
        return shop.run(shop.answer, _order("order-gateway-hangs"))


@exercise.scenario("A good order")
def _good(shop: Shop) -> Finding:
    ended = shop.run(shop.answer, _order("test-order-001"))
    return Finding(
        "Charge: succeeded",
        _way(ended),
        ended.succeeded
        and ended.states[0] == "Charge"
        and not {"PayLater", "OtherCard"} & set(ended.states),
        "test-order-001 is approved at the first call, and then the execution is done.",
    )


@exercise.scenario("A gateway that hangs")
def _gives_up(shop: Shop) -> Finding:
    ended = _hangs(shop)
    return Finding(
        "Charge, Charge, PayLater: succeeded",
        _way(ended),
        ended.states[:2] == ("Charge", "PayLater") and _calls(ended) == 2,
        "The function gets no answer within 5 seconds, so it is called once more, and then "
        "PayLater follows. States.Timeout is the state's timeout; Sandbox.Timedout would be the "
        "function's own, after 10 seconds.",
    )


@exercise.scenario("How long the customer waits")
def _seconds(shop: Shop) -> Finding:
    seconds = round(_hangs(shop).duration.total_seconds(), 1)
    return Finding(
        "12 s",
        f"{seconds:g} s",
        seconds == 12,
        "Two attempts of 5 seconds, and 2 seconds between them.",
    )


@exercise.scenario("What PayLater gets")
def _later(shop: Shop) -> Finding:
    return _kept(_hangs(shop), _order("order-gateway-hangs"), "States.Timeout")


def _kept(ended: Ended, order: dict[str, Any], error: str) -> Finding:
    output = ended.output if isinstance(ended.output, dict) else {}
    failure = output.get("failure")
    name = failure.get("Error", "nothing") if isinstance(failure, dict) else "nothing"
    missing = [field for field in order if output.get(field) != order[field]]
    return Finding(
        f"the order, and {error}",
        f"{f'no {missing[0]}' if missing else 'the order'}, and {name}",
        not missing and name == error,
        "Without a ResultPath a catcher puts the error in the order's place; with one, it puts it "
        "where that says. Here $.failure is meant.",
    )


@exercise.scenario("A gateway that does not answer")
def _silent(shop: Shop) -> Finding:
    with faults.inject(function=FUNCTION, error="PaymentGatewayTimeout"):
        ended = shop.run(shop.answer, _order("order-gateway-silent"))
    return Finding(
        "Charge, Charge, PayLater: succeeded",
        _way(ended),
        ended.states[:2] == ("Charge", "PayLater") and _calls(ended) == 2,
        "PaymentGatewayTimeout is treated as States.Timeout is: one more try, then PayLater.",
    )


@exercise.scenario("A decline")
def _declined(shop: Shop) -> Finding:
    ended = shop.run(shop.answer, _order("order-declined"))
    way = _way(ended)
    if ended.succeeded and ended.states[:2] == ("Charge", "OtherCard") and _calls(ended) == 1:
        return _kept(ended, _order("order-declined"), "PaymentDeclined")
    why = "A decline is an answer: no second call, and OtherCard."
    return Finding("Charge, OtherCard: succeeded", way, passed=False, because=why)


@exercise.scenario("A fault of the function")
def _fault(shop: Shop) -> Finding:
    with faults.inject(function=FUNCTION, error="KeyError"):
        ended = shop.run(shop.answer, _order("order-meets-a-bug"))
    error = ended.description.get("error", "")
    return Finding(
        "Charge: failed (KeyError: …)",
        _way(ended),
        ended.states == ("Charge",) and _calls(ended) == 1 and error == "KeyError",
        "A KeyError is a mistake in the code. Neither a second try nor PayLater mends it, and "
        "caught by States.ALL nobody would see it.",
    )
