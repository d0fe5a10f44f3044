"""The log of a state machine: what each level of its LoggingConfiguration writes.

docs.aws.amazon.com/step-functions/latest/dg/cloudwatch-log-level.html and .../cw-logs.html
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.simulated_clock
NUMBERS = itertools.count()

CAUGHT = {
    "StartAt": "Try",
    "States": {
        "Try": {
            "Type": "Task",
            "Resource": "arn:aws:states:::dynamodb:getItem",
            "Parameters": {"TableName": "not-there", "Key": {"id": {"S": "a"}}},
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Give up"}],
            "End": True,
        },
        "Give up": {"Type": "Fail", "Error": "Enough", "Cause": "not there"},
    },
}


@pytest.fixture
def logged(shop: Any, role: str, logs: Any, name: Any) -> Callable[..., list[dict[str, Any]]]:
    """Run a machine with a LoggingConfiguration; returns what its log then holds."""

    def run(level: str, data: bool = False, kind: str = "STANDARD") -> list[dict[str, Any]]:
        group = name("/aws/vendedlogs/states/logged")
        logs.create_log_group(logGroupName=group)
        arn = f"arn:aws:logs:us-east-1:123456789012:log-group:{group}:*"
        configuration: dict[str, Any] = {"level": level, "includeExecutionData": data}
        if level != "OFF":
            configuration["destinations"] = [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}}]
        machine = shop.stepfunctions.create_state_machine(
            name=name("logged"),
            definition=json.dumps(CAUGHT),
            roleArn=role,
            type=kind,
            loggingConfiguration=configuration,
        )["stateMachineArn"]
        shop.start({"secret": 1}, f"logged-{next(NUMBERS)}", machine)
        _let_pass()
        events = logs.filter_log_events(logGroupName=group)["events"]
        return [json.loads(event["message"]) for event in events]

    return run


def _let_pass() -> None:
    from localaws import clock

    clock.advance(minutes=1)


def kinds(events: list[dict[str, Any]]) -> list[str]:
    return [event["type"] for event in events]


@pytest.mark.parametrize("kind", ["STANDARD", "EXPRESS"])
@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("FATAL", ["ExecutionFailed"]),
        ("ERROR", ["TaskFailed", "FailStateEntered", "ExecutionFailed"]),
        ("OFF", []),
        (
            "ALL",
            [
                "ExecutionStarted",
                "TaskStateEntered",
                "TaskScheduled",
                "TaskStarted",
                "TaskFailed",
                "TaskStateExited",
                "FailStateEntered",
                "ExecutionFailed",
            ],
        ),
    ],
)
def test_levels(logged: Any, kind: str, level: str, expected: list[str]) -> None:
    assert kinds(logged(level, kind=kind)) == expected


def test_without_data_there_is_no_input(logged: Any) -> None:
    """Neither input nor output; what went wrong is there all the same."""
    events = logged("ALL")
    for event in events:
        assert not {"input", "output", "inputDetails", "outputDetails"} & set(event["details"])
    assert events[-1]["details"] == {"error": "Enough", "cause": "not there"}


def test_with_data(logged: Any) -> None:
    started = logged("ALL", data=True)[0]
    assert json.loads(started["details"]["input"]) == {"secret": 1}
    assert started["id"] == "1"
    assert started["execution_arn"].startswith("arn:aws:states:us-east-1:123456789012:execution:")
    assert int(started["event_timestamp"]) > 0


def test_a_group_that_was_deleted_does_not_come_back(
    shop: Any, role: str, logs: Any, name: Any
) -> None:
    """Step Functions makes none: its role's permissions for logs do not include that."""
    group = name("/aws/vendedlogs/states/deleted")
    logs.create_log_group(logGroupName=group)
    arn = f"arn:aws:logs:us-east-1:123456789012:log-group:{group}:*"
    machine = shop.stepfunctions.create_state_machine(
        name=name("logged"),
        definition=json.dumps(CAUGHT),
        roleArn=role,
        loggingConfiguration={
            "level": "ALL",
            "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}}],
        },
    )["stateMachineArn"]
    logs.delete_log_group(logGroupName=group)
    shop.start({"secret": 1}, f"logged-{next(NUMBERS)}", machine)
    _let_pass()
    assert logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"] == []
