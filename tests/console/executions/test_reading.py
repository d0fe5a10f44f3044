"""Executions read while they run, and those of Express workflows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest

from orderlab import console
from orderlab.console.executions.reading import read

pytestmark = pytest.mark.simulated_clock

TWO_WAITS = {
    "StartAt": "First",
    "States": {
        "First": {"Type": "Wait", "Seconds": 100, "Next": "Second"},
        "Second": {"Type": "Wait", "Seconds": 100, "Next": "Done"},
        "Done": {"Type": "Pass", "End": True},
    },
}


def test_one_look_lets_time_move_once(begin: Callable[..., str], cloud: Any) -> None:
    arn = begin(TWO_WAITS)
    before = cloud.clock.now
    recording = read(arn)
    assert (cloud.clock.now - before).total_seconds() <= 100
    assert recording.execution.status == "RUNNING"
    assert recording.description["stateMachineArn"] == recording.machine["stateMachineArn"]
    assert recording.description["input"] == "{}"
    cloud.clock.run_until(arn)
    ended = read(arn).description
    for key in ("executionArn", "stateMachineArn", "name", "input", "startDate"):
        assert recording.description[key] == ended[key]


def test_what_is_shown_agrees(
    begin: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Until it has ended, and not later: the status is that of the events."""
    arn = begin(TWO_WAITS)
    for _ in range(6):
        console.show(arn)
        shown = capsys.readouterr().out
        ended = "ExecutionSucceeded" in shown
        assert (": SUCCEEDED" in shown) == ended
        assert (": RUNNING" in shown) != ended
        assert ("Second (Wait" in shown) == ("WaitStateEntered         Second" in shown)
        if ended:
            break
    assert ended


@pytest.fixture
def log_group(cloud: Any) -> str:
    logs, name = boto3.client("logs"), "/aws/vendedlogs/states/seen"
    if not logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]:
        logs.create_log_group(logGroupName=name)
    return str(logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"][0]["arn"])


CHOICE = {
    "StartAt": "Check",
    "States": {
        "Check": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.ok", "BooleanEquals": True, "Next": "Done"}],
            "Default": "Refused",
        },
        "Done": {"Type": "Pass", "End": True},
        "Refused": {"Type": "Fail", "Error": "NotOk", "Cause": "ok was not true"},
    },
}


def logging_to(arn: str, level: str = "ALL") -> dict[str, Any]:
    where = [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}}]
    return {"level": level, "includeExecutionData": True, "destinations": where}


def test_an_express_execution_as_it_was_logged(
    begin: Callable[..., str], cloud: Any, log_group: str
) -> None:
    arns = [
        begin(CHOICE, {"ok": ok}, type="EXPRESS", loggingConfiguration=logging_to(log_group))
        for ok in (True, False)
    ]
    cloud.clock.advance(seconds=10)
    recordings = [read(arn) for arn in arns]
    for recording in recordings:
        assert [event["id"] for event in recording.events] == [*range(1, len(recording.events) + 1)]
    good, bad = (recording.execution for recording in recordings)
    assert (good.status, bad.status, bad.error) == ("SUCCEEDED", "FAILED", "NotOk")
    assert [visit.name for visit in good.visits] == ["Check", "Done"]
    assert good.visits[0].input == '{"ok":true}'
    assert list(console.history(arns[1])["state"])[-2:] == ["Refused", ""]


def test_an_express_execution_that_left_nothing(
    begin: Callable[..., str], cloud: Any, log_group: str, capsys: pytest.CaptureFixture[str]
) -> None:
    silent = begin(CHOICE, {"ok": True}, type="EXPRESS")
    errors_alone = logging_to(log_group, "ERROR")
    quiet = begin(CHOICE, {"ok": True}, type="EXPRESS", loggingConfiguration=errors_alone)
    cloud.clock.advance(seconds=10)
    with pytest.raises(LookupError, match=r"LoggingConfiguration .*its Level is OFF"):
        console.history(silent)
    with pytest.raises(LookupError, match="its Level is ERROR"):
        console.timeline(quiet)
    console.show(silent)
    shown = capsys.readouterr().out
    assert "Check (Choice): Done if ok is true" in shown
    assert shown.endswith("then start it again (its Level is OFF).\n")


def test_children_of_a_distributed_map(begin: Callable[..., str], cloud: Any) -> None:
    inner = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "S",
        "States": {"S": {"Type": "Pass", "End": True}},
    }
    state = {"Type": "Map", "Label": "L", "ItemProcessor": inner, "End": True}
    arn = begin({"StartAt": "M", "States": {"M": state}}, [1, 2])
    cloud.clock.run_until(arn)
    [visit] = read(arn).execution.visits
    client = boto3.client("stepfunctions")
    children = client.list_executions(mapRunArn=visit.map_run)["executions"]
    assert [read(child["executionArn"]).execution.visits[0].name for child in children] == [
        "S",
        "S",
    ]
