"""03.2: Output in the catcher merges the order and the error's name."""

from typing import Any

from orderlab.lesson.solutions import Attempt, WrongAnswer

MERGED = "{% $merge([$states.input.order, {'failure': $states.errorOutput.Error}]) %}"


def in_jsonata(*catchers: dict[str, Any]) -> dict[str, Any]:
    """The lesson's state, with catchers."""
    paid = "{'payment': {'id': $states.result.Payload.transactionId}}"
    state: dict[str, Any] = {
        "Type": "Task",
        "QueryLanguage": "JSONata",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {
            "FunctionName": "dev-ProcessPaymentFunction",
            "Payload": {
                "orderId": "{% $states.input.order.orderId %}",
                "userId": "{% $states.input.order.userId %}",
                "amount": "{% $states.input.order.totalAmount %}",
                "retryCount": 0,
            },
        },
        "Output": "{% $merge([$states.input.order, " + paid + "]) %}",
        "Assign": {"transactionId": "{% $states.result.Payload.transactionId %}"},
        "Next": "ConfirmOrder",
    }
    return {**state, "Catch": list(catchers)} if catchers else state


def catcher(error: str = "PaymentDeclined", **fields: str) -> dict[str, Any]:
    return {"ErrorEquals": [error], **fields, "Next": "RejectOrder"}


TOLD = "must be caught and lead to RejectOrder"
SOLUTION = Attempt(answer=in_jsonata(catcher(Output=MERGED)))
WRONG = [
    WrongAnswer(
        "no Output: the order is lost",
        Attempt(answer=in_jsonata(catcher())),
        "What RejectOrder gets",
        '{"Error": "PaymentDeclined"',
    ),
    WrongAnswer(
        "the whole page instead of the order",
        Attempt(answer=in_jsonata(catcher(Output=MERGED.replace("input.order", "input")))),
        "What RejectOrder gets",
        '{"channel": "web"',
    ),
    WrongAnswer(
        "every error is a decline",
        Attempt(answer=in_jsonata(catcher("States.ALL", Output=MERGED))),
        "Another error",
        "CAUGHT_ERROR",
    ),
]
