"""ASL text to states and edges."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orderlab.console.definition.parsing import Edge, parse
from orderlab.console.definition.rules import rule_label

WORKFLOW = Path(__file__).parents[2] / "state-machines" / "order-workflow.asl.json"


def sign(state: dict[str, Any]) -> str:
    machine = {"StartAt": "A", "States": {"A": state}}
    return parse(json.dumps(machine)).states["A"].sign


def test_order_workflow() -> None:
    definition = parse(WORKFLOW.read_text(encoding="utf-8"))
    assert {name: state.sign for name, state in definition.states.items()} == {
        "ValidateOrder": "λ Lambda invoke",
        "IsOrderValid": "Choice",
        "ProcessPayment": "λ Lambda invoke",
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
    ("resource", "expected"),
    [
        ("arn:aws:states:::lambda:invoke", "λ Lambda invoke"),
        ("arn:aws:states:::lambda:invoke.waitForTaskToken", "λ Lambda invoke, until answered"),
        ("arn:aws:lambda:us-east-1:123456789012:function:dev-F", "λ Lambda dev-F"),
        ("arn:aws:states:::sqs:sendMessage", "SQS SendMessage"),
        (
            "arn:aws:states:::states:startExecution.sync:2",
            "Step Functions StartExecution, until done",
        ),
        ("arn:aws:states:::aws-sdk:dynamodb:query", "DynamoDB Query"),
        ("arn:aws:states:us-east-1:123456789012:activity:pack", "Activity pack"),
        ("${FunctionArn}", "${FunctionArn}"),
    ],
)
def test_sign_of_a_task(resource: str, expected: str) -> None:
    assert sign({"Type": "Task", "Resource": resource, "End": True}) == expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({"Type": "Wait", "Seconds": 5}, "Wait 5 s"),
        ({"Type": "Wait", "TimestampPath": "$.at"}, "Wait until"),
        ({"Type": "Wait", "Seconds": "{% $n %}"}, "Wait"),
        ({"Type": "Succeed"}, "Succeed"),
    ],
)
def test_sign_of_other_states(state: dict[str, Any], expected: str) -> None:
    assert sign(state) == expected


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


@pytest.mark.parametrize(
    ("text", "message"),
    [("{", "Expecting"), ("[]", "StartAt and States"), ('{"States": {}}', "StartAt and States")],
)
def test_not_a_definition(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse(text)
