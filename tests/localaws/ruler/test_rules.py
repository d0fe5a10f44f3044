"""Event Ruler's rules, with the examples of AWS's documentation and recordings of its errors."""

from __future__ import annotations

import contextlib
import json
import math
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from localaws.ruler import rules

EVENT = json.loads(
    """
    {"version": "0", "detail-type": "EC2 Instance State-change Notification", "source": "aws.ec2",
     "time": "2017-10-02T16:24:49Z",
     "resources": ["arn:aws:ec2:us-east-1:123456789012:instance/i-000000aaaaaa00000"],
     "detail": {"c-count": 5, "d-count": 3, "x-limit": 301.8, "source-ip": "10.0.0.33",
                "state": "running", "path": "/srv/lib/app.png", "none": null, "on": true,
                "empty": "", "list": [], "tags": ["a", "b"],
                "items": [{"id": 1, "name": "x"}, {"id": 2, "name": "y"}]}}
    """
)


def matches(pattern: Any, event: Any = EVENT) -> bool:
    return rules.read(json.dumps(pattern)).matches(event)


def detail(**fields: Any) -> Any:
    return {"detail": {name.replace("_", "-"): wanted for name, wanted in fields.items()}}


# docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
@pytest.mark.parametrize(
    "pattern",
    [
        {"source": ["aws.ec2"]},
        {"resources": ["other", EVENT["resources"][0]]},
        {"time": [{"prefix": "2017-10-02"}]},
        {"source": [{"prefix": {"equals-ignore-case": "AWS."}}]},
        {"source": [{"suffix": "ec2"}]},
        {"source": [{"suffix": {"equals-ignore-case": "EC2"}}]},
        {"source": [{"equals-ignore-case": "AWS.EC2"}]},
        detail(path=[{"wildcard": "/srv/*/*.png"}]),
        detail(state=[{"anything-but": "initializing"}]),
        detail(state=[{"anything-but": ["stopped", "overloaded"]}]),
        detail(state=[{"anything-but": {"prefix": "init"}}]),
        detail(state=[{"anything-but": {"prefix": ["init", "stop"]}}]),
        detail(path=[{"anything-but": {"suffix": ".txt"}}]),
        detail(path=[{"anything-but": {"suffix": [".txt", ".jpg"]}}]),
        detail(state=[{"anything-but": {"equals-ignore-case": "INITIALIZING"}}]),
        detail(path=[{"anything-but": {"wildcard": "*/bin/*"}}]),
        detail(x_limit=[{"anything-but": [100, 200, 300]}]),
        detail(state=[{"anything-but": 123}]),
        detail(none=[{"anything-but": "whatever"}]),
        detail(tags=[{"anything-but": "a"}]),
        detail(c_count=[{"numeric": [">", 0, "<=", 5]}], d_count=[{"numeric": ["<", 10]}]),
        detail(x_limit=[{"numeric": ["=", 3.018e2]}]),
        detail(c_count=[5.0]),
        detail(source_ip=[{"cidr": "10.0.0.0/24"}]),
        detail(c_count=[{"exists": True}], other=[{"exists": False}]),
        detail(items=[{"exists": False}]),
        {"other": {"deep": [{"exists": False}]}},
        detail(none=[None]),
        detail(empty=[""]),
        detail(on=[True]),
        detail(list=[{"exists": False}]),
        {"$or": [{"source": ["other"]}, detail(c_count=[{"numeric": [">", 4]}])]},
        {"detail": {"$or": [{"state": ["stopped"]}, {"c-count": [5]}]}, "source": ["aws.ec2"]},
        detail(items={"id": [2], "name": ["y"]}),
        detail(state=["stopped", {"prefix": "run"}]),
    ],
    ids=json.dumps,
)
def test_what_matches(pattern: Any) -> None:
    assert matches(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        {"source": ["aws.EC2"]},
        {"source": [{"prefix": "ec2"}]},
        detail(c_count=[{"prefix": "5"}]),
        detail(path=[{"wildcard": "/srv/*.jpg"}]),
        detail(state=[{"anything-but": ["running", "stopped"]}]),
        detail(state=[{"anything-but": {"prefix": "run"}}]),
        detail(path=[{"anything-but": {"wildcard": "*/lib/*"}}]),
        detail(other=[{"anything-but": "x"}]),
        detail(tags=[{"anything-but": ["a", "b"]}]),
        detail(c_count=[{"anything-but": 5}]),
        detail(c_count=["5"]),
        detail(state=[{"numeric": [">", 0]}]),
        detail(c_count=[{"numeric": [">", 5]}]),
        detail(source_ip=[{"cidr": "10.0.1.0/24"}]),
        detail(on=[1]),
        detail(c_count=[True]),
        detail(none=[""]),
        detail(c_count=[{"exists": False}]),
        detail(list=[{"exists": True}]),
        {"detail": [{"exists": True}]},
        {"other": ["x"]},
        {"$or": [{"source": ["other"]}, detail(c_count=[6])]},
        detail(items={"id": [1], "name": ["y"]}),
    ],
    ids=json.dumps,
)
def test_what_does_not_match(pattern: Any) -> None:
    assert not matches(pattern)


def test_an_escaped_wildcard_is_an_asterisk() -> None:
    assert matches({"a": [{"wildcard": "\\*\\\\*"}]}, {"a": "*\\b"})
    assert not matches({"a": [{"wildcard": "\\*\\\\*"}]}, {"a": "x\\b"})


EXPECTED = "was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
# Recorded from AWS: snapshots of LocalStack's tests, which run against AWS as well
# (github.com/localstack/localstack, tests/aws/services).
ERRORS = [
    ('{"key":[["value"]]}', "Match value must be String, number, true, false, or null", 10),
    ('{"key":[{"wrong-operator":true}]}', "Unrecognized match type wrong-operator", 31),
    ('{"detail": {"equal": [{"NUMERIC": ["=", 5]}]}}', "Unrecognized match type NUMERIC", 36),
    (
        '{"key":[{"suffix":"value","prefix":"value2"}]}',
        "Only one key allowed in match expression",
        37,
    ),
    ('{"key":[{"suffix":100}]}', "suffix match pattern must be a string", 22),
    ('{"key":[{"suffix":null}]}', "suffix match pattern must be a string", 23),
    ('{"key":[{"suffix":["test","test2"]}]}', "suffix match pattern must be a string", 20),
    ('{"key":{"suffix":"value"}}', '"suffix" must be an object or an array', 19),
    ('{"int": 42}', '"int" must be an object or an array', 11),
    ('{"resources": []}', "Empty arrays are not allowed", 17),
    ('{"key":[{"numeric":[]}]}', "Invalid member in numeric match: ]", 22),
    ('{"key":[{"numeric":["operator"]}]}', "Unrecognized numeric range operator: operator", 32),
    ('{"key":[{"numeric":[1,"<="]}]}', "Invalid member in numeric match: 1", 22),
    ('{"key":[{"numeric":["=","000"]}]}', "Value of equals must be numeric", 26),
    ('{"key":[{"numeric":[">="]}]}', "Value of >= must be numeric", 26),
    ('{"key":[{"numeric":["<",100,">",10]}]}', "Too many elements in numeric expression", 30),
    ('{"key":[{"numeric":[">=",1,">",2]}]}', "Bad numeric range operator: >", 31),
    ('{"key":[{"numeric":[">",3,"<",1]}]}', "Bottom must be less than top", 33),
    ('{"key":[{"numeric":[">",20,"<="]}]}', "Value of <= must be numeric", 33),
    ('{"key":[{"numeric":[">",20,30]}]}', "Bad value in numeric range: 30", 30),
    ('{"key":[{"numeric":[">",20,"test"]}]}', "Bad numeric range operator: test", 34),
    (
        '{"key":[{"numeric":[">",20,"<",30,"<",50]}]}',
        "Too many terms in numeric range expression",
        36,
    ),
    (
        '{"key":[{"exists":"no"}]}',
        "exists match pattern must be either true or false.",
        20,
    ),
    (
        '{"EventBusArn": [{"wildcard": "arn:aws:events:us-east-1:**:event-bus/*"}]}',
        "Consecutive wildcard characters at pos 26",
        72,
    ),
    (
        '{"detail-type": [{"equals-ignore-case": {"prefix": "ec2"}}]}',
        "equals-ignore-case match pattern must be a string",
        42,
    ),
    (
        '{"detail": {"state": [{"anything-but": {"equals-ignore-case": 123}}]}}',
        "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.",
        66,
    ),
    (
        '{"detail": {"FileName": [{"anything-but": {"prefix": {"equals-ignore-case": "file"}}}]}}',
        "Value of anything-but must be an array or single string/number value.",
        55,
    ),
    (
        '{"detail": {"sourceIPAddress": [{"cidr": ["bad-type"]}]}}',
        "prefix match pattern must be a string",
        43,
    ),
    ('["not", "a", "dict", "but valid json"]', "Filter is not an object", 2),
    (
        "this is valid json but not a dict",
        f"Unrecognized token 'this': {EXPECTED}",
        5,
    ),
    (
        "{'bad': 'quotation'}",
        "Unexpected character (''' (code 39)): was expecting double-quote to start field name",
        2,
    ),
    (
        '{"not": closed mark"',
        f"Unrecognized token 'closed': {EXPECTED}",
        15,
    ),
]


@pytest.mark.parametrize(("text", "problem", "column"), ERRORS, ids=[e[0] for e in ERRORS])
def test_the_words_of_an_error(text: str, problem: str, column: int) -> None:
    with pytest.raises(rules.InvalidRuleError) as error:
        rules.read(text)
    place = f'[Source: (String)"{text}"; line: 1, column: {column}]'
    assert str(error.value) == f"{problem}\n at {place}"


def test_an_error_within_a_list_names_its_place_twice() -> None:
    text = '{"detail": {"state": [{"anything-but": {"prefix": [123, "test"]}}]}}'
    place = f'\n at [Source: (String)"{text}"; line: 1, column: 55]'
    with pytest.raises(rules.InvalidRuleError) as error:
        rules.read(text)
    assert str(error.value) == f"prefix/suffix match pattern must be a string{place}{place}"


@pytest.mark.parametrize(
    ("network", "problem"),
    [
        ("10.0.0.0", "Malformed CIDR, one '/' required"),
        ("10.0.0.0/xx", "Malformed CIDR, mask bits must be an integer"),
        ("xx.11.xx/8", "Nonstandard IP address: xx.11.xx"),
    ],
)
def test_the_words_of_a_wrong_network(network: str, problem: str) -> None:
    with pytest.raises(rules.InvalidRuleError) as error:
        rules.read(json.dumps({"ip": [{"cidr": network}]}))
    assert str(error.value) == problem


WORDS = st.sampled_from(
    ["a", "", "$or", "prefix", "numeric", "anything-but", "exists", "cidr", "*"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
)


@example(math.inf, None)
@example({"a": [1, -math.inf]}, None)
@given(JSON, JSON)
def test_any_json_is_a_rule_or_an_error(pattern: Any, event: Any) -> None:
    with contextlib.suppress(rules.InvalidRuleError):
        assert rules.read(json.dumps(pattern)).matches(event) in (True, False)


@given(st.text(max_size=20))
def test_any_text_is_a_rule_or_an_error(text: str) -> None:
    with contextlib.suppress(rules.InvalidRuleError):
        rules.read(text)
