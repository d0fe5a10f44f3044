"""03.3: IsPresent is the one test that a missing field does not break."""

from typing import Any

from orderlab.lesson.solutions import Attempt, WrongAnswer


def ask(**test: Any) -> dict[str, Any]:
    """The machine, with the test of its one rule."""
    rule = {"Variable": "$.orderId", **test, "Next": "Known"}
    return {
        "StartAt": "HasId",
        "States": {
            "HasId": {"Type": "Choice", "Choices": [rule], "Default": "Unknown"},
            "Known": {"Type": "Pass", "Parameters": {"orderId.$": "$.orderId"}, "End": True},
            "Unknown": {"Type": "Fail", "Error": "OrderWithoutId", "Cause": "No orderId."},
        },
    }


IS_TEXT = [{"Variable": "$.orderId", test: True} for test in ("IsPresent", "IsString")]
TEXT_ONLY = ask()
TEXT_ONLY["States"]["HasId"]["Choices"] = [{"And": IS_TEXT, "Next": "Known"}]

TOLD = "Step Functions refuses the definition"
SOLUTION = Attempt(answer=ask(IsPresent=True))
WRONG = [
    WrongAnswer(
        "any text matches, but there is none",
        Attempt(answer=ask(StringMatches="*")),
        "An order without one",
        "failed (States.Runtime",
    ),
    WrongAnswer(
        "only text counts as present",
        Attempt(answer=TEXT_ONLY),
        "An id that is a number",
        "failed (OrderWithoutId",
    ),
]
