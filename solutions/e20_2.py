"""20.2: removed or replaced, for certain or perhaps, and not kept."""

from typing import Any

from orderlab.lesson.solutions import Attempt, WrongAnswer


def loses_rows(change_set: dict[str, Any]) -> list[str]:
    lost = []
    for change in (one["ResourceChange"] for one in change_set["Changes"]):
        goes = change["Action"] == "Remove" or change.get("Replacement") in ("True", "Conditional")
        keeps = "Retain" in change.get("PolicyAction", "")
        if change["ResourceType"] == "AWS::DynamoDB::Table" and goes and not keeps:
            lost.append(change["LogicalResourceId"])
    return sorted(lost)


def replaced(change_set: dict[str, Any]) -> list[str]:
    changes = [one["ResourceChange"] for one in change_set["Changes"]]
    return sorted(c["LogicalResourceId"] for c in changes if c.get("Replacement") == "True")


def whatever_policy(change_set: dict[str, Any]) -> list[str]:
    changes = [one["ResourceChange"] for one in change_set["Changes"]]
    return sorted(
        c["LogicalResourceId"]
        for c in changes
        if c["Action"] == "Remove" or c.get("Replacement") == "True"
    )


def certain(change_set: dict[str, Any]) -> list[str]:
    changes = [one["ResourceChange"] for one in change_set["Changes"]]
    return sorted(
        c["LogicalResourceId"]
        for c in changes
        if c["ResourceType"] == "AWS::DynamoDB::Table"
        and (c["Action"] == "Remove" or c.get("Replacement") == "True")
        and "Retain" not in c.get("PolicyAction", "")
    )


def everything(change_set: dict[str, Any]) -> list[str]:
    changes = [one["ResourceChange"] for one in change_set["Changes"]]
    return sorted(
        c["LogicalResourceId"]
        for c in changes
        if c.get("PolicyAction") in ("Delete", "ReplaceAndDelete")
    )


TOLD = "makes a new and empty table"
SOLUTION = Attempt(answer=loses_rows)
WRONG = [
    WrongAnswer(
        "looks at Replacement alone",
        Attempt(answer=replaced),
        "A table that is no longer in the template",
        "[]",
    ),
    WrongAnswer(
        "looks at no policy", Attempt(answer=whatever_policy), "Removed, and kept", "['Carts']"
    ),
    WrongAnswer("takes what is certain", Attempt(answer=certain), "It depends", "[]"),
    WrongAnswer(
        "takes every resource for a table",
        Attempt(answer=everything),
        "It depends",
        "['Orders', 'Shop']",
    ),
]
