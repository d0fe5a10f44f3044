"""What is a wider permission, and what is not."""

from __future__ import annotations

from typing import Any

import pytest

from orderlab.lesson.judging.permissions import Grant, _allowed, unbounded, wider

TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/dev-Products"
OURS = {Grant("Validate", "dynamodb:*Item", f"{TABLE}*"), Grant("Validate", "logs:*", "*")}


@pytest.mark.parametrize(
    ("holder", "action", "resource", "is_wider"),
    [
        ("Validate", "dynamodb:GetItem", TABLE, False),
        ("Validate", "DynamoDB:getitem", f"{TABLE}/index/*", False),  # actions know no case
        ("Validate", "dynamodb:*Item", f"{TABLE}*", False),
        ("Validate", "logs:PutLogEvents", "*", False),
        ("Validate", "dynamodb:*", TABLE, True),
        ("Validate", "dynamodb:GetItem", "*", True),
        ("Validate", "*", "*", True),
        ("Validate", "dynamodb:Scan", TABLE, True),
        ("Another", "dynamodb:GetItem", TABLE, True),
    ],
)
def test_wider(holder: str, action: str, resource: str, is_wider: bool) -> None:
    grant = Grant(holder, action, resource)
    assert wider([grant], OURS) == ([grant] if is_wider else [])


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        ({"Action": "a:B", "Resource": ["x", "y"]}, [("a:B", "x"), ("a:B", "y")]),
        ({"Action": ["a:B", "a:C"], "Resource": "x"}, [("a:B", "x"), ("a:C", "x")]),
        ({"NotAction": "a:B", "Resource": "x"}, [("*", "x")]),
        ({"Action": "a:B", "NotResource": "x"}, [("a:B", "*")]),
    ],
)
def test_what_a_statement_allows(statement: dict[str, Any], allowed: list[Any]) -> None:
    assert list(_allowed({"Effect": "Allow", **statement})) == allowed
    assert list(_allowed({"Effect": "Deny", **statement})) == []


@pytest.mark.parametrize(
    ("action", "resource", "is_unbounded"),
    [
        ("dynamodb:GetItem", TABLE, False),
        ("dynamodb:Query", f"{TABLE}/index/*", False),
        ("sqs:SendMessage*", "arn:aws:sqs:us-east-1:123456789012:dev-NeedsAttention", False),
        ("logs:CreateLogDelivery", "*", False),
        ("xray:PutTraceSegments", "*", False),
        ("dynamodb:*", TABLE, True),
        ("*", TABLE, True),
        ("sns:Publish", "*", True),
        ("dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:123456789012:table/*", True),
        ("lambda:InvokeFunction", "arn:aws:lambda:us-east-1:123456789012:function:*", True),
    ],
)
def test_unbounded(action: str, resource: str, is_unbounded: bool) -> None:
    grant = Grant("Returns", action, resource)
    assert unbounded([grant], ()) == ([grant] if is_unbounded else [])
    assert unbounded([grant], {"Returns"}) == []
