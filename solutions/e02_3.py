"""02.3: a Map over the lines; each asks for itself how large it is."""

from typing import Any

from orderlab.lesson.solutions import Attempt, WrongAnswer


def check_lines(comparison: str = "NumericLessThanEquals", **fields: Any) -> dict[str, Any]:
    """The machine, with the rule's comparison, and further fields of the Map."""
    few = {"Variable": "$.quantity", comparison: 10, "Next": "NoCheck"}
    check_line = {
        "StartAt": "HowMany",
        "States": {
            "HowMany": {"Type": "Choice", "Choices": [few], "Default": "CountStock"},
            "NoCheck": {"Type": "Succeed"},
            "CountStock": {"Type": "Wait", "Seconds": 10 * 60, "End": True},
        },
    }
    check: dict[str, Any] = {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": check_line}
    return {"StartAt": "CheckLines", "States": {"CheckLines": {**check, "End": True, **fields}}}


TOLD = "Step Functions refuses the definition"
SOLUTION = Attempt(answer=check_lines())
WRONG = [
    WrongAnswer(
        "fewer than ten",
        Attempt(answer=check_lines("NumericLessThan")),
        "Ten mice, and eleven keyboards",
        "2 counted",
    ),
    WrongAnswer(
        "one line at a time",
        Attempt(answer=check_lines(MaxConcurrency=1)),
        "Three large lines",
        "succeeded after 30 min",
    ),
]
