"""The evaluation of policies, with the examples of the IAM user guide."""

from __future__ import annotations

from typing import Any

import pytest

ANYTHING = "arn:aws:s3:::orders/1.json"


def applies(
    statement: dict[str, Any], action: str, resource: str = ANYTHING, **context: Any
) -> bool:
    from localaws.iam.policies import statements

    whole = {"Effect": "Allow", "Resource": "*"} | statement
    if "NotResource" in whole:
        del whole["Resource"]
    [only] = statements({"Version": "2012-10-17", "Statement": whole})
    keys = {key.replace("_", ":"): value for key, value in context.items()}
    return only.applies(action, resource, keys)


@pytest.mark.parametrize(
    ("pattern", "action", "expected"),
    [
        ("s3:GetObject", "s3:GetObject", True),
        ("S3:getobject", "s3:GetObject", True),  # "The prefix and the action name are case
        ("s3:Get*", "s3:GetObject", True),  # insensitive"
        ("s3:*Object", "s3:GetObject", True),
        ("s3:G?tObject", "s3:GetObject", True),
        ("s3:Get", "s3:GetObject", False),
        ("*", "s3:GetObject", True),
        ("sqs:SendMessage*", "sqs:SendMessage", True),
        (["sns:*", "sqs:*"], "s3:GetObject", False),
    ],
)
def test_actions(pattern: Any, action: str, expected: bool) -> None:
    assert applies({"Action": pattern}, action) is expected
    assert applies({"NotAction": pattern}, action) is not expected


@pytest.mark.parametrize(
    ("pattern", "resource", "expected"),
    [
        ("*", "arn:aws:sqs:us-east-1:1:q", True),
        ("arn:aws:sqs:us-east-1:1:q", "arn:aws:sqs:us-east-1:1:q", True),
        ("arn:aws:sqs:us-east-1:1:Q", "arn:aws:sqs:us-east-1:1:q", False),
        ("arn:aws:sqs:*:1:q", "arn:aws:sqs:us-east-1:1:q", True),
        ("arn:aws:dynamodb:*:*:table/T*", "arn:aws:dynamodb:eu-west-1:1:table/Ts/index/a", True),
        # A wildcard within a segment does not go beyond it.
        ("arn:aws:sq*s:1:q", "arn:aws:sqs:us-east-1s:1:q", False),
        ("arn:aws:lambda:us-east-1:1:function:f", "arn:aws:lambda:us-east-1:1:function:f:1", False),
        ("arn:aws:lambda:us-east-1:1:function:f*", "arn:aws:lambda:us-east-1:1:function:f:1", True),
        (
            "arn:aws:lambda:us-east-1:1:function:*:1",
            "arn:aws:lambda:us-east-1:1:function:f:1",
            True,
        ),
        ("arn:aws:s3:::b[a]/x", "arn:aws:s3:::b[a]/x", True),
    ],
)
def test_resources(pattern: str, resource: str, expected: bool) -> None:
    assert applies({"Action": "*", "Resource": pattern}, "a:b", resource) is expected
    assert applies({"Action": "*", "NotResource": pattern}, "a:b", resource) is not expected


@pytest.mark.parametrize(
    ("resource", "context", "expected"),
    [
        ("arn:aws:s3:::home/${aws:username}/*", {"aws_username": ["ann"]}, True),
        ("arn:aws:s3:::home/${aws:username}/*", {"aws_username": ["bob"]}, False),
        ("arn:aws:s3:::home/${aws:username}/*", {"aws_username": ["*"]}, False),
        ("arn:aws:s3:::home/${aws:username}/*", {}, False),
        ("arn:aws:s3:::home/${aws:username, 'ann'}/*", {}, True),
        ("arn:aws:s3:::home/${*}/*", {}, False),
        ("arn:aws:s3:::home/a${?}n/*", {}, False),
    ],
)
def test_variables(resource: str, context: Any, expected: bool) -> None:
    found = applies(
        {"Action": "*", "Resource": resource}, "a:b", "arn:aws:s3:::home/ann/1", **context
    )
    assert found is expected


def test_the_first_version_of_the_language_has_no_variables() -> None:
    from localaws.iam.policies import statements

    statement = {"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::a/${aws:username}"}
    [old] = statements({"Statement": statement})
    assert old.applies("a:b", "arn:aws:s3:::a/${aws:username}", {"aws:username": ["ann"]})
    assert not old.applies("a:b", "arn:aws:s3:::a/ann", {"aws:username": ["ann"]})


@pytest.mark.parametrize(
    ("operator", "wanted", "values", "expected"),
    [
        ("StringEquals", "a", ["a"], True),
        ("StringEquals", ["b", "a"], ["a"], True),
        ("StringEquals", "a", ["A"], False),
        ("StringEquals", "a", None, False),
        ("StringEqualsIgnoreCase", "a", ["A"], True),
        ("StringNotEquals", "a", ["b"], True),
        ("StringNotEquals", ["b", "a"], ["a"], False),
        ("StringNotEquals", "a", None, True),  # "if the key is not present, the condition is true"
        ("StringLike", "a*c?", ["abbbcd"], True),
        ("StringLike", "[a]", ["a"], False),
        ("StringNotLike", "a*", ["b"], True),
        ("StringEqualsIfExists", "a", None, True),
        ("StringEqualsIfExists", "a", ["b"], False),
        ("NumericLessThanEquals", "10", ["10"], True),
        ("NumericLessThan", 10, ["10"], False),
        ("NumericGreaterThan", "9.5", ["10"], True),
        ("NumericNotEquals", "9", ["10"], True),
        ("NumericEquals", "ten", ["10"], False),
        ("DateGreaterThan", "2026-01-01T00:00:00Z", ["2026-01-02T00:00:00Z"], True),
        ("DateLessThan", "2026-01-01T00:00:00Z", ["1767225601"], False),
        ("Bool", "true", ["true"], True),
        ("Bool", True, ["true"], True),
        ("Bool", "false", ["true"], False),
        ("IpAddress", "203.0.113.0/24", ["203.0.113.7"], True),
        ("NotIpAddress", "203.0.113.0/24", ["203.0.113.7"], False),
        ("ArnLike", "arn:aws:sns:*:1:t*", ["arn:aws:sns:us-east-1:1:topic"], True),
        ("ArnEquals", "arn:aws:sns:*:1:t*", ["arn:aws:sns:us-east-1:1:topic"], True),
        ("ArnLike", "arn:aws:sns*:t", ["arn:aws:sns:us-east-1:1:t"], False),
        ("ArnNotLike", "arn:aws:sns:*:1:t*", ["arn:aws:sns:us-east-1:2:t"], True),
        ("Null", "true", None, True),
        ("Null", "false", None, False),
        ("Null", "false", ["a"], True),
        ("ForAllValues:StringEquals", ["a", "b"], ["a", "b"], True),
        ("ForAllValues:StringEquals", ["a", "b"], ["a", "c"], False),
        ("ForAllValues:StringEquals", ["a"], None, True),  # "... also true if there are no keys"
        ("ForAnyValue:StringEquals", ["a"], ["a", "c"], True),
        ("ForAnyValue:StringEquals", ["a"], ["c"], False),
        ("ForAnyValue:StringEquals", ["a"], None, False),
        ("StringSounds", "a", ["a"], False),  # there is no such operator
    ],
)
def test_conditions(operator: str, wanted: Any, values: Any, expected: bool) -> None:
    statement = {"Action": "*", "Condition": {operator: {"aws:Key": wanted}}}
    context = {} if values is None else {"aws_key": values}
    assert applies(statement, "a:b", **context) is expected


def test_all_conditions_must_hold() -> None:
    condition = {"StringEquals": {"a:one": "1", "a:two": "2"}, "Bool": {"a:three": "true"}}
    statement = {"Action": "*", "Condition": condition}
    context = {"a_one": ["1"], "a_two": ["2"], "a_three": ["true"]}
    assert applies(statement, "a:b", **context)
    for key in context:
        assert not applies(statement, "a:b", **{k: v for k, v in context.items() if k != key})
