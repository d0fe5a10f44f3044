"""16.1: the callback, the token in the message, and two ways out besides the yes."""

from typing import Any

from orderlab.lesson.solutions import Attempt, WrongAnswer

TOPIC = "arn:aws:sns:us-east-1:123456789012:dev-OrderNotifications"
ORDER = {"orderId": "{% $states.input.orderId %}"}
WITH_TOKEN = ORDER | {"token": "{% $states.context.Task.Token %}"}
WAITS = {"Resource": "arn:aws:states:::sns:publish.waitForTaskToken"}
NO = {"ErrorEquals": ["Refused"], "Next": "Refused"}
SILENCE = {"ErrorEquals": ["States.Timeout"], "Next": "Unanswered"}


def approval(message: dict[str, str], **fields: Any) -> Attempt:
    """The definition, with some more fields in its state."""
    ask = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sns:publish",
        "Arguments": {"TopicArn": TOPIC, "Message": message},
        "Next": "Released",
    } | fields
    ends = ["Released", *(catcher["Next"] for catcher in fields.get("Catch", []))]
    states = {"Ask": ask, **{name: {"Type": "Succeed"} for name in ends}}
    return Attempt(answer={"QueryLanguage": "JSONata", "StartAt": "Ask", "States": states})


TOLD = "no token"
SOLUTION = approval(WITH_TOKEN, **WAITS, TimeoutSeconds=14400, Catch=[NO, SILENCE])
WRONG = [
    WrongAnswer(
        "a no is not caught",
        approval(WITH_TOKEN, **WAITS, TimeoutSeconds=14400, Catch=[SILENCE]),
        "A no",
        "failed (Refused)",
    ),
    WrongAnswer(
        "no limit",
        approval(WITH_TOKEN, **WAITS, Catch=[NO, SILENCE]),
        "Nobody answers",
        "waits",
    ),
    WrongAnswer(
        "every error is a no",
        approval(
            WITH_TOKEN,
            **WAITS,
            TimeoutSeconds=14400,
            Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Refused"}],
        ),
        "Nobody answers",
        "Refused",
    ),
    WrongAnswer(
        "a heartbeat for a limit",
        approval(WITH_TOKEN, **WAITS, HeartbeatSeconds=14400, Catch=[NO, SILENCE]),
        "Opened after three hours, and left",
        "waits",
    ),
]
