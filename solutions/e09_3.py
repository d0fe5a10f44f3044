"""09.3: TimeoutSeconds for an attempt, one retry, and two catchers with a ResultPath each."""

from typing import Any

from orderlab.lesson.solutions import Attempt, WrongAnswer

SILENT = ["States.Timeout", "PaymentGatewayTimeout"]


def catcher(errors: list[str], leads_to: str, **fields: Any) -> dict[str, Any]:
    return {"ErrorEquals": errors, "ResultPath": "$.failure", "Next": leads_to, **fields}


def in_time(**fields: Any) -> dict[str, Any]:
    """The state machine, with some fields of its Task replaced."""
    payload = {
        "orderId.$": "$.orderId",
        "userId.$": "$.userId",
        "amount.$": "$.totalAmount",
        "retryCount.$": "$$.State.RetryCount",
    }
    charge = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "dev-ProcessPaymentFunction", "Payload": payload},
        "ResultPath": "$.payment",
        "TimeoutSeconds": 5,
        "Retry": [{"ErrorEquals": SILENT, "IntervalSeconds": 2, "MaxAttempts": 1}],
        "Catch": [catcher(SILENT, "PayLater"), catcher(["PaymentDeclined"], "OtherCard")],
        "End": True,
    }
    ends = {name: {"Type": "Pass", "End": True} for name in ("PayLater", "OtherCard")}
    return {"StartAt": "Charge", "States": {"Charge": {**charge, **fields}, **ends}}


def without(field: str) -> dict[str, Any]:
    """The same machine, where both catchers lack a field."""
    machine = in_time()
    for one in machine["States"]["Charge"]["Catch"]:
        del one[field]
    return machine


TOLD = "Step Functions refuses the definition"
SOLUTION = Attempt(answer=in_time())
WRONG = [
    WrongAnswer(
        "a catcher that loses the order",
        Attempt(answer=without("ResultPath")),
        "What PayLater gets",
        "no orderId, and nothing",
    ),
    WrongAnswer(
        "two retries, for two calls",
        Attempt(
            answer=in_time(Retry=[{"ErrorEquals": SILENT, "IntervalSeconds": 2, "MaxAttempts": 2}])
        ),
        "A gateway that hangs",
        "Charge, Charge, Charge, PayLater",
    ),
    WrongAnswer(
        "States.TaskFailed for a timeout",
        Attempt(
            answer=in_time(
                Retry=[
                    {"ErrorEquals": ["PaymentDeclined"], "MaxAttempts": 0},
                    {"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 2, "MaxAttempts": 1},
                ]
            )
        ),
        "A gateway that hangs",
        "Charge, PayLater",
    ),
    WrongAnswer(
        "everything is caught",
        Attempt(
            answer=in_time(
                Catch=[
                    catcher(["PaymentDeclined"], "OtherCard"),
                    catcher(["States.ALL"], "PayLater"),
                ]
            )
        ),
        "A fault of the function",
        "Charge, PayLater: succeeded",
    ),
]
