"""03.1: ResultSelector chooses what of the result is kept."""

from typing import Any

from orderlab.lesson.solutions import Attempt, WrongAnswer


def five(**selector: str) -> dict[str, Any]:
    """The lesson's state, with the fields of its ResultSelector."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {
            "FunctionName": "dev-ProcessPaymentFunction",
            "Payload": {
                "orderId.$": "$.orderId",
                "userId.$": "$.userId",
                "amount.$": "$.totalAmount",
                "retryCount": 0,
            },
        },
        "InputPath": "$.order",
        "ResultSelector": selector,
        "ResultPath": "$.order.payment",
        "OutputPath": "$.order",
        "Next": "ConfirmOrder",
    }


ID = {"id.$": "$.Payload.transactionId"}
STATUS = {"status.$": "$.Payload.status"}

TOLD = "ConfirmOrder must find it under $.payment.status"
SOLUTION = Attempt(answer=five(**ID, **STATUS))
WRONG = [
    WrongAnswer(
        "a status that is always the same",
        Attempt(answer=five(**ID, status="APPROVED")),
        "Another answer",
        "APPROVED",
    ),
    WrongAnswer(
        "the status in place of the id",
        Attempt(answer=five(**STATUS)),
        "The rest of it",
        '{"orderId": "order-paid"',
    ),
    WrongAnswer(
        "the whole answer of the function beside it",
        Attempt(answer=five(**ID, **STATUS, **{"answer.$": "$.Payload"})),
        "The rest of it",
        '{"orderId": "order-paid"',
    ),
]
