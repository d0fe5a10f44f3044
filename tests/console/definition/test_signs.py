"""What a state is, in the words of its box."""

from __future__ import annotations

import json
from typing import Any

import pytest

from orderlab.console.definition.parsing import parse
from orderlab.console.definition.signs import in_units

INVOKE = "arn:aws:states:::lambda:invoke"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:dev-ValidateOrderFunction"
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:dev-Refunds"


def sign(state: dict[str, Any]) -> str:
    return parse(json.dumps({"StartAt": "A", "States": {"A": state}})).states["A"].sign


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (INVOKE, "λ Lambda invoke"),
        (f"{INVOKE}.waitForTaskToken", "λ Lambda invoke, waits for task token"),
        ("arn:aws-cn:states:::lambda:invoke", "λ Lambda invoke"),
        (FUNCTION, "λ dev-ValidateOrderFunction"),
        (f"{FUNCTION}:live", "λ dev-ValidateOrderFunction:live"),
        ("arn:aws:states:::dynamodb:updateItem", "DynamoDB UpdateItem"),
        ("arn:aws:states:::sns:publish", "SNS Publish"),
        ("arn:aws:states:::sqs:sendMessage", "SQS SendMessage"),
        ("arn:aws:states:::events:putEvents", "EventBridge PutEvents"),
        ("arn:aws:states:::http:invoke", "HTTP Invoke"),
        ("arn:aws:states:::apigateway:invoke", "API Gateway Invoke"),
        ("arn:aws:states:::ecs:runTask.sync", "ECS RunTask, until done"),
        ("arn:aws:states:::elasticmapreduce:addStep.sync", "EMR AddStep, until done"),
        ("arn:aws:states:::states:startExecution", "Step Functions StartExecution"),
        ("arn:aws:states:::aws-sdk:dynamodb:query", "DynamoDB Query"),
        ("arn:aws:states:::aws-sdk:sfn:startExecution", "Step Functions StartExecution"),
        # Names that only the SDK's own data know.
        (
            "arn:aws:states:::aws-sdk:cloudwatchlogs:createLogGroup",
            "CloudWatch Logs CreateLogGroup",
        ),
        ("arn:aws:states:::aws-sdk:rdsdata:executeStatement", "RDS Data ExecuteStatement"),
        ("arn:aws:states:::aws-sdk:nosuch:doIt", "Nosuch DoIt"),
        ("arn:aws:states:us-east-1:123456789012:activity:pack", "Activity pack"),
        ("${FunctionArn}", "${FunctionArn}"),
        ("", "Task"),
    ],
)
def test_a_task(resource: str, expected: str) -> None:
    assert sign({"Type": "Task", "Resource": resource, "End": True}) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("dev-ValidateOrderFunction", "λ dev-ValidateOrderFunction"),
        (FUNCTION, "λ dev-ValidateOrderFunction"),
        (f"{FUNCTION}:live", "λ dev-ValidateOrderFunction:live"),
        (f"{FUNCTION}:$LATEST", "λ dev-ValidateOrderFunction:$LATEST"),
        ("${ValidateOrderFunctionArn}", "λ ${ValidateOrderFunctionArn}"),
        ("{% $function %}", "λ Lambda invoke"),
    ],
)
@pytest.mark.parametrize("key", ["Parameters", "Arguments"])
def test_the_function_that_a_task_invokes(key: str, name: str, expected: str) -> None:
    assert sign({"Type": "Task", "Resource": INVOKE, key: {"FunctionName": name}}) == expected


def test_a_function_that_is_named_by_the_input() -> None:
    state = {"Type": "Task", "Resource": INVOKE, "Parameters": {"FunctionName.$": "$.function"}}
    assert sign(state) == "λ Lambda invoke"


def test_a_nested_execution() -> None:
    resource = "arn:aws:states:::states:startExecution.sync:2"
    state = {"Type": "Task", "Resource": resource, "Parameters": {"StateMachineArn": MACHINE}}
    assert sign(state) == "StartExecution dev-Refunds, until done"


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({"Type": "Wait", "Seconds": 5}, "Wait 5 s"),
        ({"Type": "Wait", "Seconds": 172_800}, "Wait 2 days"),
        ({"Type": "Wait", "SecondsPath": "$.delay"}, "Wait $.delay seconds"),
        ({"Type": "Wait", "Seconds": "{% $n * 60 %}"}, "Wait $n * 60 seconds"),
        ({"Type": "Wait", "TimestampPath": "$.at"}, "Wait until $.at"),
        ({"Type": "Wait", "Timestamp": "2026-12-24T18:00:00Z"}, "Wait until 2026-12-24T18:00:00Z"),
        ({"Type": "Wait", "Timestamp": "{% $at %}"}, "Wait until $at"),
        ({"Type": "Wait"}, "Wait"),
        ({"Type": "Succeed"}, "Succeed"),
        ({"Type": "Map", "ItemProcessor": {"StartAt": "B", "States": {}}}, "Map"),
        ({"Type": "Map", "ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}}}, "Map"),
        (
            {"Type": "Map", "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}}},
            "Map, distributed",
        ),
        ({}, "no Type"),
    ],
)
def test_other_states(state: dict[str, Any], expected: str) -> None:
    assert sign(state) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0 s"),
        (1.5, "1.5 s"),
        (60, "1 minute"),
        (90, "1 minute 30 s"),
        (3_600, "1 hour"),
        (3_601, "1 hour"),
        (5_400, "1 hour 30 minutes"),
        (86_400, "1 day"),
        (129_600, "1 day 12 hours"),
    ],
)
def test_durations(seconds: float, expected: str) -> None:
    assert in_units(seconds) == expected
