"""15.3: one machine, three ends, and the source that only AWS can name."""

from orderlab.lesson.solutions import Attempt, WrongAnswer

SAGA = "arn:aws:states:us-east-1:123456789012:stateMachine:dev-OrderSagaWorkflow"
ABOUT = {"source": ["aws.states"], "detail-type": ["Step Functions Execution Status Change"]}
ENDS = ["FAILED", "TIMED_OUT", "ABORTED"]

TOLD = "An execution of the saga has failed and must be undone; it was refused by EventBridge"
SOLUTION = Attempt(answer={**ABOUT, "detail": {"stateMachineArn": [SAGA], "status": ENDS}})
WRONG = [
    WrongAnswer(
        "only what has failed",
        Attempt(answer={**ABOUT, "detail": {"stateMachineArn": [SAGA], "status": ["FAILED"]}}),
        "A saga that somebody has stopped",
        "left alone",
    ),
    WrongAnswer(
        "anything but success",
        Attempt(
            answer={
                **ABOUT,
                "detail": {"stateMachineArn": [SAGA], "status": [{"anything-but": "SUCCEEDED"}]},
            }
        ),
        "A saga that has begun, or succeeded",
        "undone",
    ),
    WrongAnswer(
        "the ends of every state machine",
        Attempt(answer={**ABOUT, "detail": {"status": ENDS}}),
        "An undoing that has failed",
        "undone",
    ),
    WrongAnswer(
        "whoever says so",
        Attempt(answer={"detail": {"stateMachineArn": [SAGA], "status": ENDS}}),
        "Somebody else's event",
        "undone",
    ),
]
