"""10.3: a conditional write takes the order, once; only who has taken it charges."""

from typing import Any

from orderlab.lesson.solutions import Attempt, WrongAnswer

CHARGE: dict[str, Any] = {
    "Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke",
    "Parameters": {
        "FunctionName": "dev-ProcessPaymentFunction",
        "Payload": {
            "orderId.$": "$.orderId",
            "userId.$": "$.userId",
            "amount.$": "$.totalAmount",
            "retryCount.$": "$$.State.RetryCount",
        },
    },
    "ResultPath": "$.payment",
}
TAKE: dict[str, Any] = {
    "Type": "Task",
    "Resource": "arn:aws:states:::dynamodb:updateItem",
    "Parameters": {
        "TableName": "dev-Orders",
        "Key": {"orderId": {"S.$": "$.orderId"}},
        "UpdateExpression": "SET takenAt = :now",
        "ConditionExpression": "attribute_not_exists(orderId)",
        "ExpressionAttributeValues": {":now": {"S.$": "$$.State.EnteredTime"}},
    },
    "ResultPath": None,
}


def take_then_charge(
    error: str = "DynamoDB.ConditionalCheckFailedException", **take: Any
) -> dict[str, Any]:
    """The machine; with another error that is caught, and other parameters of the write."""
    parameters = {**TAKE["Parameters"], **take}
    catcher = {"ErrorEquals": [error], "ResultPath": None, "Next": "TakenBefore"}
    return {
        "StartAt": "TakeOrder",
        "States": {
            "TakeOrder": {**TAKE, "Parameters": parameters, "Catch": [catcher], "Next": "Charge"},
            "Charge": {**CHARGE, "End": True},
            "TakenBefore": {"Type": "Succeed"},
        },
    }


def charge_then_note() -> dict[str, Any]:
    caught = "DynamoDB.ConditionalCheckFailedException"
    catcher = {"ErrorEquals": [caught], "ResultPath": None, "Next": "NotedBefore"}
    return {
        "StartAt": "Charge",
        "States": {
            "Charge": {**CHARGE, "Next": "NoteOrder"},
            "NoteOrder": {**TAKE, "Catch": [catcher], "End": True},
            "NotedBefore": {"Type": "Succeed"},
        },
    }


TOLD = "Step Functions refuses the definition"
SOLUTION = Attempt(answer=take_then_charge())
WRONG = [
    WrongAnswer(
        "the charge alone, as in a Standard workflow",
        Attempt(answer={"StartAt": "Charge", "States": {"Charge": {**CHARGE, "End": True}}}),
        "The same order again",
        "succeeded, charged 2 times",
    ),
    WrongAnswer(
        "noted after the charge",
        Attempt(answer=charge_then_note()),
        "The same order again",
        "succeeded, charged 2 times",
    ),
    WrongAnswer(
        "every error means that it was taken",
        Attempt(answer=take_then_charge("States.ALL")),
        "The table does not answer",
        "succeeded, not charged",
    ),
]
