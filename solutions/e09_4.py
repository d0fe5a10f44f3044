"""09.4: the heartbeat's catcher stands before the one that would match it as well."""

from typing import Any

from orderlab.lesson.solutions import Attempt, WrongAnswer

TOPIC = "arn:aws:sns:us-east-1:123456789012:dev-OrderNotifications"


def catcher(error: str, leads_to: str, **fields: Any) -> dict[str, Any]:
    return {"ErrorEquals": [error], "Next": leads_to, **fields}


BESIDE: dict[str, Any] = {"ResultPath": "$.failure"}
DEAD = catcher("States.HeartbeatTimeout", "CallWarehouse", **BESIDE)
SLOW = catcher("States.Timeout", "AskWhatIsWrong", **BESIDE)


def packing(*catchers: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """The lesson's machine, with catchers, their states, and other fields of PackOrder."""
    message = {"orderId.$": "$.orderId", "token.$": "$$.Task.Token"}
    pack = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sns:publish.waitForTaskToken",
        "Parameters": {"TopicArn": TOPIC, "Message": message},
        "ResultPath": "$.parcel",
        "End": True,
        **fields,
    }
    if catchers:
        pack["Catch"] = list(catchers)
    ends = {one["Next"]: {"Type": "Pass", "End": True} for one in catchers}
    return {"StartAt": "PackOrder", "States": {"PackOrder": pack, **ends}}


CLOCKS = {"HeartbeatSeconds": 180, "TimeoutSeconds": 3600}
TOLD = "no longer than TimeoutSeconds"
SOLUTION = Attempt(answer=packing(DEAD, SLOW, **CLOCKS))
WRONG = [
    WrongAnswer(
        "the catcher for both stands first",
        Attempt(answer=packing(SLOW, DEAD, **CLOCKS)),
        "The program dies at once",
        "AskWhatIsWrong",
    ),
    WrongAnswer(
        "no heartbeat, only a timeout",
        Attempt(answer=packing(DEAD, SLOW, TimeoutSeconds=3600)),
        "The program dies at once",
        "AskWhatIsWrong",
    ),
    WrongAnswer(
        "a catcher that loses the order",
        Attempt(
            answer=packing(catcher("States.HeartbeatTimeout", "CallWarehouse"), SLOW, **CLOCKS)
        ),
        "What CallWarehouse gets",
        "no orderId",
    ),
]
