"""21.1: an execution that waits; capstone/rows holds another design that passes as well."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from orderlab.lesson import designs
from orderlab.lesson.solutions import Attempt, Edit, WrongAnswer

MACHINE = "state-machines/returns.asl.json"
TEXT = designs.files("waiting")[MACHINE]
WAITING = designs.replaced("begin", "waiting")


def variant(change: Callable[[dict[str, Any]], object]) -> Attempt:
    """Our design with its main machine's states changed."""
    definition = json.loads(TEXT)
    change(definition["States"])
    return Attempt((*WAITING, Edit(MACHINE, TEXT, json.dumps(definition, indent=2) + "\n")))


def reworded(before: str, after: str) -> Attempt:
    """Our design with another text where one stood in its main machine."""
    return Attempt((*WAITING, Edit(MACHINE, before, after)))


def refund_at_once(states: dict[str, Any]) -> None:
    states["OpenReturn"]["Next"] = "TakeBack"
    for name in ("WaitForParcel", "CloseReturn", "TellClosed"):
        del states[name]


def refund_without_catch(states: dict[str, Any]) -> None:
    del states["RefundReturn"]["Catch"]
    for name in ("CallPerson", "MarkAttention"):
        del states[name]


def look_every_day(states: dict[str, Any]) -> None:
    """A loop in place of the task token: 14 times a look at the row, and a day's wait."""
    states["ReadRequest"]["Assign"]["days"] = 0
    looks = states["WaitForParcel"]
    states["WaitForParcel"] = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:dynamodb:updateItem",
        "Arguments": {
            **{name: looks["Arguments"][name] for name in ("TableName", "Key")},
            "UpdateExpression": "SET lookedAt = :now",
            "ConditionExpression": "attribute_not_exists(arrivedAt)",
            "ExpressionAttributeValues": {":now": {"S": "{% $states.context.State.EnteredTime %}"}},
        },
        "Assign": {"days": "{% $days + 1 %}"},
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "TakeBack"}],
        "Next": "IsOver",
    }
    states["IsOver"] = {
        "Type": "Choice",
        "Choices": [{"Condition": "{% $days > 14 %}", "Next": "CloseReturn"}],
        "Default": "ADay",
    }
    states["ADay"] = {"Type": "Wait", "Seconds": 86400, "Next": "WaitForParcel"}


TOLD = "A day after its parcel came, the money and the mice are back"
SOLUTION = Attempt(WAITING)
WRONG = [
    WrongAnswer(
        "refunds at once, and trusts the customer",
        variant(refund_at_once),
        "Before it comes",
        "REFUNDED; 59.98 and 2 back",
    ),
    WrongAnswer(
        "no limit of thirty days",
        reworded("confirmedAt >= :oldest", "confirmedAt <> :oldest"),
        "Forty days after it was confirmed",
        "WAITING",
    ),
    WrongAnswer(
        "each return claims its order anew",
        reworded(
            " AND attribute_not_exists(returnId)', 'ExpressionAttributeNames'",
            "', 'ExpressionAttributeNames'",
        ),
        "Another return of the same order",
        "WAITING",
    ),
    WrongAnswer(
        "a refund that fails ends the execution",
        variant(refund_without_catch),
        "The refund fails for good",
        "RECEIVED; 0.00 and 2 back; told nothing",
    ),
    WrongAnswer(
        "looks every day",
        variant(look_every_day),
        "What a plain return takes",
        "19 transitions",
    ),
]
