"""Filter patterns of CloudWatch Logs, by the examples of their documentation.

docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from moto.logs.exceptions import InvalidParameterException

from localaws.observability.patterns import Message, compiled

TRAIL = {
    "eventType": "UpdateTrail",
    "sourceIPAddress": "111.111.111.111",
    "arrayKey": ["value", "another value"],
    "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}],
    "SomeObject": None,
    "ThisFlag": True,
}
USERS = {
    "user": {"id": 1, "email": "John.Stiles@example.com"},
    "users": [
        {"id": 2, "email": "John.Doe@example.com"},
        {"id": 3, "email": "Jane.Doe@example.com"},
    ],
    "actions": ["GET", "PUT", "DELETE"],
    "coordinates": [[0, 1, 2], [4, 5, 6], [7, 8, 9]],
}
REQUEST = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'
LINES = ["ERROR WARN message", "ERROR message", "WARN message"]


def matches(pattern: str, event: Any) -> bool:
    text = event if isinstance(event, str) else json.dumps(event)
    return compiled(pattern).matches(Message(text))


@pytest.mark.parametrize(
    ("pattern", "matched"),
    [
        ("", [1, 2, 3]),
        ("ERROR", [1, 2]),
        ("?ERROR ?WARN", [1, 2, 3]),
        ("ERROR WARN", [1]),
        ("ERROR -WARN", [2]),
        ('"WARN message"', [1, 3]),
        ('-"WARN message"', [2]),
        ("%^(WARN|x)%", None),
        ("%^WARN%", [3]),
        ("[w1=ERROR, w2]", [2]),
        ("[w1=ERROR || w1=WARN, w2]", [2, 3]),
        ("[w1!=ERROR, w2]", [3]),
        ("error", []),
    ],
)
def test_terms(pattern: str, matched: list[int] | None) -> None:
    if matched is None:  # parentheses are not supported
        with pytest.raises(InvalidParameterException):
            compiled(pattern)
        return
    assert [n for n, line in enumerate(LINES, 1) if matches(pattern, line)] == matched


@pytest.mark.parametrize(
    "pattern",
    [
        '{ $.eventType = "UpdateTrail" }',
        "{ $.eventType = Update* }",
        "{ $.sourceIPAddress != 123.123.* }",
        '{ $.arrayKey[0] = "value" }',
        "{ $.objectList[1].id = 2 }",
        "{ $.objectList[*].id = 2 }",
        "{ $.SomeObject IS NULL }",
        "{ $.SomeOtherObject NOT EXISTS }",
        "{ $.eventType EXISTS }",
        "{ $.ThisFlag IS TRUE }",
        "{ $.eventType = %^Update[A-Z]% }",
        "{ $.eventType = * }",
    ],
)
def test_json_that_matches(pattern: str) -> None:
    assert matches(pattern, TRAIL)


@pytest.mark.parametrize(
    "pattern",
    [
        '{ $.eventType = "DeleteTrail" }',
        "{ $.sourceIPAddress != 111.111.* }",
        "{ $.objectList[2].id = 2 }",
        "{ $.SomeOtherObject IS NULL }",
        "{ $.SomeObject NOT EXISTS }",
        "{ $.ThisFlag IS FALSE }",
        "{ $.arrayKey = 1 }",
        "{ $.arrayKey != 1 }",  # an array is neither
        '{ $.SomeOtherObject != "x" }',  # what is missing is not compared
    ],
)
def test_json_that_does_not(pattern: str) -> None:
    assert not matches(pattern, TRAIL)
    assert not matches(pattern, "no JSON")


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ('{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }', True),
        ('{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }', False),
        (
            (
                '{ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch && '
                "$.actions[2] = nomatch }"
            ),
            True,
        ),
        (
            (
                '{ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch) && '
                "$.actions[2] = nomatch }"
            ),
            False,
        ),
    ],
)
def test_json_compounds(pattern: str, expected: bool) -> None:
    assert matches(pattern, USERS) is expected


@pytest.mark.parametrize(
    ("pattern", "event", "expected"),
    [
        ("{ $.latency >= 500 }", {"latency": 500}, True),
        ("{ $.latency > 500 }", {"latency": 500}, False),
        ("{ $.numbers[0] < 10e3 }", {"numbers": [9999.5]}, True),
        ("{ $.numbers[0] < 10e-3 }", {"numbers": [0.01]}, False),
        ("{ $.errorCode = 400 }", {"errorCode": 400}, True),
        ("{ $.errorCode = 400 }", {"errorCode": 400.0}, True),
        ("{ $.errorCode != 500 }", {"errorCode": 400}, True),
        ("{ $.latency > +1000 }", {"latency": 1000.5}, True),
        ("{ $.latency > 1 }", {"latency": "many"}, False),
    ],
)
def test_json_numbers(pattern: str, event: dict[str, Any], expected: bool) -> None:
    assert matches(pattern, event) is expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("[ip, user, username, timestamp, request, status_code, bytes]", True),
        ("[ip, user, username]", False),
        ("[..., status_code, bytes]", True),
        ("[ip, user, ..., status_code, bytes]", True),
        ("[ip, user, ...]", True),
        ("[ip, user, username, timestamp, request, status_code, bytes > 1000]", True),
        ("[ip, user, username, timestamp, request, status_code, bytes > 2000]", False),
        ("[ip, user, username, timestamp, request = *html*, status_code = 4*, bytes]", True),
        ("[..., status_code = 4* && status_code != 403, bytes]", True),
        ("[..., status_code = 4* && status_code != 404, bytes]", False),
        ("[..., status_code = %5[0-9]+%, bytes]", False),
    ],
)
def test_fields_between_spaces(pattern: str, expected: bool) -> None:
    assert matches(pattern, REQUEST) is expected


def test_values_of_fields() -> None:
    pattern = compiled("[..., request=*.html*, status_code=4*,]")
    assert pattern.extracted(Message(REQUEST)) == {
        "$1": "127.0.0.1",
        "$2": "-",
        "$3": "frank",
        "$4": "10/Oct/2000:13:25:15 -0700",
        "$7": "1534",
        "$request": "GET /index.html HTTP/1.0",
        "$status_code": "404",
    }
    assert compiled("{ $.latency = * }").value(Message('{"latency": 7}'), "$.latency") == 7


@pytest.mark.parametrize(
    "pattern",
    ["{ $.a = }", "{ a = 1 }", "{ $.a = 1", "{ $.a < b }", "with-hyphen", "[a b]", "{ $.a IS 1 }"],
)
def test_what_is_no_pattern(pattern: str) -> None:
    with pytest.raises(InvalidParameterException):
        compiled(pattern)
