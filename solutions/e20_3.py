"""20.3: both claims, compared to the last letter."""

from __future__ import annotations

from typing import Any

from orderlab.lesson.solutions import Attempt, WrongAnswer

PROVIDER = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
AUD = "token.actions.githubusercontent.com:aud"
SUB = "token.actions.githubusercontent.com:sub"
OURS = "repo:mouse-shop@4711/backend@815"
FOR_US = {AUD: "sts.amazonaws.com"}


def _trust(condition: dict[str, Any]) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": PROVIDER},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": condition,
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


TOLD = "That is who is to deploy."
SOLUTION = Attempt(answer=_trust({"StringEquals": {**FOR_US, SUB: f"{OURS}:ref:refs/heads/main"}}))
WRONG = [
    WrongAnswer(
        "trusts all of GitHub",
        Attempt(answer=_trust({"StringEquals": FOR_US})),
        "A push to another branch",
        "let in",
    ),
    WrongAnswer(
        "trusts the repository",
        Attempt(answer=_trust({"StringEquals": FOR_US, "StringLike": {SUB: f"{OURS}:*"}})),
        "A push to another branch",
        "let in",
    ),
    WrongAnswer(
        "has a star at the end",
        Attempt(
            answer=_trust(
                {"StringEquals": FOR_US, "StringLike": {SUB: f"{OURS}:ref:refs/heads/main*"}}
            )
        ),
        "A branch whose name begins with main",
        "let in",
    ),
    WrongAnswer(
        "has stars for the numbers",
        Attempt(
            answer=_trust(
                {
                    "StringEquals": FOR_US,
                    "StringLike": {SUB: "repo:mouse-shop@*/backend@*:ref:refs/heads/main"},
                }
            )
        ),
        "A stranger with a name like ours",
        "let in",
    ),
    WrongAnswer(
        "asks no audience",
        Attempt(answer=_trust({"StringEquals": {SUB: f"{OURS}:ref:refs/heads/main"}})),
        "A token that was made for somebody else",
        "let in",
    ),
]
