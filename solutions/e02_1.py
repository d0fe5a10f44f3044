"""02.1: the rule leads to the Wait, and the Wait to the person."""

from typing import Any

from orderlab.lesson.solutions import Attempt, WrongAnswer

TWO_DAYS = 2 * 24 * 60 * 60


def triage(rule_leads_to: str = "TimeToLook", **states: Any) -> dict[str, Any]:
    """The lesson's machine, with a rule that leads elsewhere and states that were added."""
    amount = "$.totalAmount"
    over_5000 = {"Variable": amount, "NumericGreaterThan": 5000, "Next": "TooLarge"}
    over_500 = {"Variable": amount, "NumericGreaterThan": 500, "Next": rule_leads_to}
    how_large = {"Type": "Choice", "Choices": [over_5000, over_500], "Default": "PayNow"}
    return {
        "StartAt": "HowLarge",
        "States": {
            "HowLarge": how_large,
            "AskAPerson": {"Type": "Pass", "End": True},
            "PayNow": {"Type": "Succeed"},
            "TooLarge": {"Type": "Fail", "Error": "OrderTooLarge", "Cause": "Sales will call."},
            **states,
        },
    }


def wait(seconds: int) -> dict[str, Any]:
    return {"Type": "Wait", "Seconds": seconds, "Next": "AskAPerson"}


def in_order(machine: dict[str, Any]) -> dict[str, Any]:
    """Over 500 is asked before over 5000, as in the lesson's first version."""
    machine["States"]["HowLarge"]["Choices"].reverse()
    return machine


TOLD = "must pass TimeToLook and then AskAPerson"
SOLUTION = Attempt(answer=triage(TimeToLook=wait(TWO_DAYS)))
WRONG = [
    WrongAnswer(
        "seconds taken for hours",
        Attempt(answer=triage(TimeToLook=wait(48))),
        "How long it takes",
        "0:00:48",
    ),
    WrongAnswer(
        "the rules in the order in which they were written",
        Attempt(answer=in_order(triage(TimeToLook=wait(TWO_DAYS)))),
        "An order of 11996.00",
        "TimeToLook, AskAPerson",
    ),
]
