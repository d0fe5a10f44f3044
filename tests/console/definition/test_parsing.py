"""ASL text to states and edges."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orderlab.console.definition.parsing import Edge, parse
from orderlab.console.definition.rules import rule_label

WORKFLOW = Path(__file__).parents[3] / "state-machines" / "order-workflow.asl.json"


def machine(**states: Any) -> str:
    return json.dumps({"StartAt": next(iter(states)), "States": states})


def test_order_workflow() -> None:
    definition = parse(WORKFLOW.read_text(encoding="utf-8"))
    assert {name: state.sign for name, state in definition.states.items()} == {
        "ValidateOrder": "λ ${ValidateOrderFunctionArn}",
        "IsOrderValid": "Choice",
        "ProcessPayment": "λ ${ProcessPaymentFunctionArn}",
        "ConfirmOrder": "DynamoDB UpdateItem",
        "NotifyConfirmed": "SNS Publish",
        "RejectOrder": "DynamoDB UpdateItem",
        "NotifyRejected": "SNS Publish",
        "OrderFailed": "Fail",
    }
    assert definition.starts == {None: "ValidateOrder"}
    assert [name for name, state in definition.states.items() if state.ends] == [
        "NotifyConfirmed",
        "OrderFailed",
    ]
    assert Edge("IsOrderValid", "RejectOrder", "choice", ("default",)) in definition.edges
    caught = [edge for edge in definition.edges if edge.kind == "catch"]
    assert ("ProcessPayment", "RejectOrder") in {(edge.source, edge.target) for edge in caught}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"Variable": "$.a.b", "BooleanEquals": True}, "a.b is true"),
        ({"Variable": "$.n", "NumericGreaterThanEquals": 3}, "n >= 3"),
        ({"Variable": "$.n", "NumericLessThanPath": "$.max"}, "n < max"),
        ({"Variable": "$name", "StringEquals": "x"}, '$name = "x"'),
        ({"Variable": "$.n", "StringMatches": "a*"}, 'n matches "a*"'),
        ({"Variable": "$.n", "IsPresent": False}, "n is not present"),
        ({"Not": {"Variable": "$.n", "IsNull": True}}, "not n is null"),
        (
            {
                "Or": [
                    {"Variable": "$.a", "NumericEquals": 1},
                    {
                        "And": [
                            {"Variable": "$.b", "IsString": True},
                            {"Variable": "$.c", "StringLessThan": "m"},
                        ]
                    },
                ]
            },
            'a = 1 or (b is a string and c < "m")',
        ),
        ({"Condition": "{% $states.input.total > 5 %}"}, "$states.input.total > 5"),
        ({"Variable": "$.n", "NewComparison": 1}, "n NewComparison 1"),
        ({"And": "no list", "Variable": "$.n", "IsNull": True}, 'n And "no list"'),
        ({"Not": ["no rule"]}, 'not ["no rule"]'),
    ],
)
def test_rule_label(rule: dict[str, Any], expected: str) -> None:
    assert rule_label({**rule, "Next": "X"}) == expected


def test_frames() -> None:
    inner = {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": True}}}
    branch = {"StartAt": "M", "States": {"M": {"Type": "Map", "ItemProcessor": inner, "End": True}}}
    other = {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": True}}}
    machine = {
        "StartAt": "P",
        "States": {"P": {"Type": "Parallel", "Branches": [branch, other], "End": True}},
    }
    definition = parse(json.dumps(machine))
    assert definition.starts == {None: "P", ("P", 0): "M", ("M", 0): "I", ("P", 1): "B"}
    assert definition.states["I"].frame == ("M", 0)
    assert definition.states["B"].frame == ("P", 1)
    assert definition.frames_of("P") == [("P", 0), ("P", 1)]
    assert definition.frames_of("M") == [("M", 0)]
    assert definition.frames_of("B") == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Expecting value: line 1 column 1"),
        ('{\n  "States": {"A" {}}\n}', "line 2 column 18"),
        ("[]", "no States"),
        ('{"StartAt": "A"}', "no States"),
        ('{"States": {}}', "no States"),
        ('{"States": ["A"]}', "no States"),
    ],
)
def test_nothing_to_draw(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse(text)


@pytest.mark.parametrize(
    "state",
    [
        None,
        "text",
        {"Type": 5, "Next": 6, "End": "yes"},
        {"Type": "Choice", "Choices": {"Next": "A"}, "Default": None},
        {"Type": "Choice", "Choices": ["A", {"Variable": 1, "Next": ["A"]}]},
        {"Type": "Task", "Resource": None, "Parameters": "x", "Catch": [3, {"ErrorEquals": "E"}]},
        {"Type": "Parallel", "Branches": "B"},
        {"Type": "Parallel", "Branches": [None, {"States": None}]},
        {"Type": "Map", "ItemProcessor": {"ProcessorConfig": 1, "States": {"B": None}}},
        {"Type": "Wait", "Seconds": None},
    ],
)
def test_what_is_of_the_wrong_kind_is_left_out(state: Any) -> None:
    definition = parse(machine(A=state))
    assert "A" in definition.states
    assert definition.edges == ()


def test_a_start_and_targets_that_do_not_exist() -> None:
    definition = parse(json.dumps({"StartAt": "Z", "States": {"A": {"Type": "Pass", "Next": "Y"}}}))
    assert definition.starts == {None: "Z"}
    assert definition.edges == (Edge("A", "Y", "next"),)
    assert parse(json.dumps({"States": {"A": {"Type": "Pass"}}})).starts == {}


def test_of_two_states_with_one_name_the_first_is_kept() -> None:
    inner = {"StartAt": "A", "States": {"A": {"Type": "Fail"}}}
    both = {"Type": "Map", "ItemProcessor": inner, "Next": "A"}
    definition = parse(machine(M=both, A={"Type": "Succeed"}))
    assert definition.twice == ("A",)
    assert definition.states["A"].type == "Succeed"
