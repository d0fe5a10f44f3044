"""19.1: a test of one state, and the wrong states that it must notice."""

from __future__ import annotations

import copy
import json
import traceback
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import boto3

from orderlab.lesson.answers import SOURCE, NotAnAnswerError
from orderlab.lesson.exercises import Exercise, Finding

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

STATE = "ProcessPayment"

exercise = Exercise(
    id="19.1",
    title="A test of one state",
    level="core",
    task="""\
`test_process_payment(react)` tests the shop's ProcessPayment by TestState: `react("KeyError", 1)`
is the answer where the function fails so after one retry, `react()` where it succeeds; `output` is
read for you. The test must **pass for the right state** and **fail for six wrong ones**: a decline
is final and rejects, silence is asked again three times at most and then rejects, any other error
rejects at once, and after a success ConfirmOrder gets the order with its `payment`.

Complete it in the cell below; `lesson.check("19.1", test_process_payment)` runs it.""",
    files=(),
    hints=(
        (
            "Go through the task's sentence, part by part: each is one call of `react` and one or "
            "two asserts. Which number of retries is the last that is RETRIABLE, and which the "
            "first that is not?"
        ),
        (
            '`silent = react("PaymentGatewayTimeout", 2)` must be RETRIABLE, and with 3 it is '
            'CAUGHT_ERROR and leads to RejectOrder. What does `react("KeyError")` give?'
        ),
        (
            'A success: `paid = react()`, then `paid["nextState"] == "ConfirmOrder"`, '
            '`paid["output"]["payment"]["transactionId"]`, and the order is still there: '
            '`paid["output"]["totalAmount"] == 59.98`.'
        ),
    ),
)

ORDER = {
    "orderId": "order-of-a-test",
    "userId": "ana",
    "items": [{"productId": "prod-001", "quantity": 2, "price": 29.99}],
    "totalAmount": 59.98,
}
PAID = {"transactionId": "txn_1", "orderId": "order-of-a-test", "status": "APPROVED"}
State = dict[str, Any]


def _react(definition: Mapping[str, Any]) -> Callable[..., dict[str, Any]]:
    """What the learner's test calls: TestState on a definition's ProcessPayment."""
    client, text = boto3.client("stepfunctions"), json.dumps(definition)

    def react(error: str | None = None, retries: int = 0) -> dict[str, Any]:
        mock: dict[str, Any] = {"errorOutput": {"error": error, "cause": "made up"}}
        if error is None:
            mock = {"result": json.dumps({"StatusCode": 200, "Payload": PAID})}
        answer = dict(
            client.test_state(
                definition=text,
                stateName=STATE,
                input=json.dumps(ORDER),
                mock=mock,
                stateConfiguration={"retrierRetryCount": retries},
            )
        )
        if "output" in answer:
            answer["output"] = json.loads(answer["output"])
        return answer

    return react


def _says(shop: Shop, change: Callable[[State], object] | None) -> str:
    """What the learner's test says of the workflow with this change in it; "" if it passes."""
    test = shop.answer
    if not callable(test):
        raise NotAnAnswerError("The answer is a function: test_process_payment(react).")
    described = boto3.client("stepfunctions").describe_state_machine(
        stateMachineArn=shop.stack.outputs["OrderWorkflowArn"]
    )
    definition = json.loads(described["definition"])
    if change:
        change(definition["States"][STATE])
    try:
        test(_react(copy.deepcopy(definition)))
    except Exception as error:  # noqa: BLE001 - a test says no by whatever it raises
        return (
            f"fails{_line(error)} ({': '.join(filter(None, (type(error).__name__, str(error))))})"
        )
    return ""


def _line(error: Exception) -> str:
    """Where in the learner's function an error was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == SOURCE]
    return f" in line {lines[-1]}" if lines else ""


@exercise.scenario("The right state")
def _right(shop: Shop) -> Finding:
    said = _says(shop, None)
    return Finding(
        "the test passes",
        said or "the test passes",
        not said,
        "The state is as the shop deploys it, and the test says that it is wrong. Each expectation "
        "has to hold there first.",
    )


def _wrong(title: str, because: str, change: Callable[[State], object]) -> None:
    @exercise.scenario(title)
    def _play(shop: Shop) -> Finding:
        said = _says(shop, change)
        got = "the test fails" if said else "the test passes"
        return Finding("the test fails", got, bool(said), because)


def _asks_again(state: State) -> None:
    state["Retry"][0]["ErrorEquals"].append("PaymentDeclined")


def _five_tries(state: State) -> None:
    state["Retry"][0]["MaxAttempts"] = 5


def _takes_all(state: State) -> None:
    state["Retry"][0]["ErrorEquals"] = ["States.TaskFailed"]
    decline = {"ErrorEquals": ["PaymentDeclined"], "MaxAttempts": 0}
    state["Retry"].insert(0, decline)


_wrong(
    "A decline that is asked again",
    "In this state, PaymentDeclined is in the Retry: the bank has said no, and is asked again.",
    _asks_again,
)
_wrong(
    "A decline that is confirmed",
    "In this state, PaymentDeclined is caught and leads to ConfirmOrder: goods for nothing. "
    "CAUGHT_ERROR alone does not say where to.",
    lambda state: state["Catch"][0].update(Next="ConfirmOrder"),
)
_wrong(
    "Silence that is asked again for longer",
    "In this state, MaxAttempts is 5. Only who asks after three retries sees a difference.",
    _five_tries,
)
_wrong(
    "Silence that nobody catches",
    "In this state, the last Catch is gone: an order whose gateway is silent fails without a row.",
    lambda state: state["Catch"].pop(),
)
_wrong(
    "Any error asked again",
    "In this state, every error of the function but a decline is tried again, a KeyError, too: "
    "the same code will make the same mistake three times more.",
    _takes_all,
)
_wrong(
    "A payment that replaces the order",
    'In this state, ResultPath is "$": the payment is all that ConfirmOrder gets. Status and next '
    "state are right; only the output shows it.",
    lambda state: state.update(ResultPath="$"),
)
