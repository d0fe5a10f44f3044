"""Who a trust policy lets in, with a token of another provider.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html, "Available keys
for AWS web identity federation"
"""

from __future__ import annotations

from typing import Any

import pytest

from orderlab.lesson.judging.trusting import lets_in

PROVIDER = "arn:aws:iam::123456789012:oidc-provider/token.example"
CLAIMS = {"sub": "repo:shop:main", "aud": "sts.amazonaws.com"}
ALLOW: dict[str, Any] = {
    "Effect": "Allow",
    "Principal": {"Federated": PROVIDER},
    "Action": "sts:AssumeRoleWithWebIdentity",
    "Condition": {"StringEquals": {"token.example:sub": "repo:shop:main"}},
}


@pytest.mark.parametrize(
    ("changes", "is_in"),
    [
        ({}, True),
        ({"Principal": {"Federated": [PROVIDER]}}, True),
        ({"Principal": {"Federated": PROVIDER.replace("token", "other")}}, False),
        ({"Principal": {"AWS": "*"}}, False),
        ({"Action": "sts:AssumeRole"}, False),
        ({"Condition": {"StringEquals": {"token.example:sub": "repo:shop:other"}}}, False),
        ({"Condition": {"StringEquals": {"Token.Example:SUB": "repo:shop:main"}}}, True),
        ({"Condition": {"StringEquals": {"sub": "repo:shop:main"}}}, False),
    ],
)
def test_one_statement(changes: dict[str, Any], is_in: bool) -> None:
    assert lets_in({"Statement": [{**ALLOW, **changes}]}, PROVIDER, CLAIMS) is is_in


def test_a_deny_counts_more() -> None:
    deny = {**ALLOW, "Effect": "Deny"}
    assert not lets_in({"Statement": [ALLOW, deny]}, PROVIDER, CLAIMS)


def test_no_statement_lets_nobody_in() -> None:
    assert not lets_in({"Statement": []}, PROVIDER, CLAIMS)
