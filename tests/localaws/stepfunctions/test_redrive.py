"""RedriveExecution: docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html"""

from __future__ import annotations

import itertools
import json
from typing import Any

import boto3
import pytest

pytestmark = pytest.mark.simulated_clock

NUMBERS = itertools.count()


@pytest.fixture
def sfn(cloud: Any) -> Any:
    return boto3.client("stepfunctions")


class Trouble:
    """A task that fails until it is mended: it reads a table that is not there yet."""

    def __init__(self) -> None:
        self.table = f"trouble-{next(NUMBERS)}"

    def task(self, **fields: Any) -> dict[str, Any]:
        return {
            "Type": "Task",
            "Resource": "arn:aws:states:::dynamodb:getItem",
            "Parameters": {"TableName": self.table, "Key": {"id": {"S": "a"}}},
            "ResultSelector": {"read": True},
            **({} if "Next" in fields else {"End": True}),
            **fields,
        }

    def mend(self) -> None:
        boto3.client("dynamodb").create_table(
            TableName=self.table,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )


@pytest.fixture
def trouble() -> Trouble:
    return Trouble()


def inner(name: str, state: dict[str, Any]) -> dict[str, Any]:
    return {"StartAt": name, "States": {name: state}}


@pytest.fixture
def redrive(sfn: Any, cloud: Any) -> Any:
    """Redrive an execution, and let it end; returns the events that it has had since."""

    def redrive(arn: str) -> list[dict[str, Any]]:
        before = len(events(sfn, arn))
        sfn.redrive_execution(executionArn=arn)
        cloud.clock.run_until(arn)
        return events(sfn, arn)[before:]

    return redrive


def events(sfn: Any, arn: str) -> list[dict[str, Any]]:
    pages = sfn.get_paginator("get_execution_history").paginate(executionArn=arn)
    return [event for page in pages for event in page["events"]]


def output(some: list[dict[str, Any]]) -> Any:
    return json.loads(some[-1]["executionSucceededEventDetails"]["output"])


def types(some: list[dict[str, Any]]) -> list[str]:
    return [event["type"] for event in some]


def test_it_goes_on_with_the_state_that_failed(
    run: Any, redrive: Any, sfn: Any, trouble: Trouble
) -> None:
    states = {
        "Keep": {"Type": "Pass", "Assign": {"kept": 7}, "Result": "from before", "Next": "Read"},
        "Read": trouble.task(ResultPath=None, Next="Tell"),
        "Tell": {
            "Type": "Pass",
            "Parameters": {"kept.$": "$kept", "input.$": "$", "n.$": "$$.Execution.RedriveCount"},
            "End": True,
        },
    }
    failed = run({"StartAt": "Keep", "States": states})
    assert failed.description["redriveStatus"] == "REDRIVABLE"
    assert failed.description["redriveCount"] == 0
    first = failed.events
    trouble.mend()
    added = redrive(failed.arn)
    assert types(added) == [
        "ExecutionRedriven",
        "TaskScheduled",
        "TaskStarted",
        "TaskSucceeded",
        "TaskStateExited",
        "PassStateEntered",
        "PassStateExited",
        "ExecutionSucceeded",
    ]
    assert added[0]["executionRedrivenEventDetails"] == {"redriveCount": 1}
    assert added[0]["id"] == len(first) + 1
    assert [event["previousEventId"] for event in added[:3]] == [
        len(first),
        len(first) + 1,
        len(first) + 2,
    ]
    after = sfn.describe_execution(executionArn=failed.arn)
    assert (after["status"], after["redriveCount"]) == ("SUCCEEDED", 1)
    assert json.loads(after["output"]) == {"kept": 7, "input": "from before", "n": 1}
    assert after["redriveStatus"] == "NOT_REDRIVABLE"
    assert after["redriveStatusReason"] == "Execution is SUCCEEDED and cannot be redriven"
    assert after["redriveDate"] == added[0]["timestamp"]


def test_only_failed_branches_run_again(run: Any, redrive: Any, trouble: Trouble) -> None:
    left = inner("Left", {"Type": "Pass", "Result": "left", "End": True})
    branches = [left, inner("Right", trouble.task())]
    both = {"Type": "Parallel", "Branches": branches, "End": True}
    failed = run(inner("Both", both))
    trouble.mend()
    added = redrive(failed.arn)
    assert types(added) == [
        "ExecutionRedriven",
        "TaskScheduled",
        "TaskStarted",
        "TaskSucceeded",
        "TaskStateExited",
        "ParallelStateSucceeded",
        "ParallelStateExited",
        "ExecutionSucceeded",
    ]
    assert json.loads(added[-1]["executionSucceededEventDetails"]["output"]) == [
        "left",
        {"read": True},
    ]


def test_only_failed_iterations_run_again(run: Any, redrive: Any, trouble: Trouble) -> None:
    rule = {"Variable": "$", "NumericEquals": 1, "Next": "Read"}
    steps = {
        "StartAt": "Which",
        "States": {
            "Which": {"Type": "Choice", "Choices": [rule], "Default": "Easy"},
            "Easy": {"Type": "Pass", "End": True},
            "Read": trouble.task(),
        },
    }
    each = {"Type": "Map", "MaxConcurrency": 1, "ItemProcessor": steps, "End": True}
    failed = run(inner("Each", each), given=[0, 1, 2])
    trouble.mend()
    added = redrive(failed.arn)
    begun = [one.get("mapIterationStartedEventDetails") for one in added]
    assert [details["index"] for details in begun if details] == [1, 2]
    assert json.loads(added[-1]["executionSucceededEventDetails"]["output"]) == [
        0,
        {"read": True},
        2,
    ]


def test_retries_are_counted_afresh(run: Any, redrive: Any, trouble: Trouble) -> None:
    retry = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1, "IntervalSeconds": 1}]
    failed = run(inner("Read", trouble.task(Retry=retry)))
    assert failed.types.count("TaskFailed") == 2
    assert types(redrive(failed.arn)).count("TaskFailed") == 2


def test_a_timeout_begins_anew(run: Any, redrive: Any, sfn: Any) -> None:
    wait = {"Type": "Wait", "Seconds": 100, "End": True}
    late = run({**inner("Hold", wait), "TimeoutSeconds": 60})
    assert late.status == "TIMED_OUT"
    added = redrive(late.arn)
    assert types(added) == ["ExecutionRedriven", "ExecutionTimedOut"]
    assert (added[1]["timestamp"] - added[0]["timestamp"]).total_seconds() == 60


def test_a_fail_state_is_entered_again(run: Any, redrive: Any) -> None:
    failed = run(inner("No", {"Type": "Fail", "Error": "Never"}))
    assert types(redrive(failed.arn)) == [
        "ExecutionRedriven",
        "FailStateEntered",
        "ExecutionFailed",
    ]


def test_an_aborted_execution_goes_on(
    cloud: Any, make_machine: Any, redrive: Any, sfn: Any
) -> None:
    both = {"Type": "Parallel", "Branches": [inner("X", {"Type": "Succeed"})], "End": True}
    states = {"Hold": {"Type": "Wait", "Seconds": 9, "Next": "Both"}, "Both": both}
    machine = make_machine({"StartAt": "Hold", "States": states})
    arn = sfn.start_execution(stateMachineArn=machine)["executionArn"]
    with pytest.raises(sfn.exceptions.ExecutionNotRedrivable, match="Execution is RUNNING"):
        sfn.redrive_execution(executionArn=arn)
    sfn.stop_execution(executionArn=arn)
    added = types(redrive(arn))
    assert added[:2] == ["ExecutionRedriven", "WaitStateExited"]
    assert added[2:4] == ["ParallelStateEntered", "ParallelStateStarted"]


def test_it_keeps_the_definition_that_it_had(
    run: Any, redrive: Any, sfn: Any, trouble: Trouble
) -> None:
    failed = run(inner("Read", trouble.task()))
    new = json.dumps(inner("Other", {"Type": "Succeed"}))
    machine = failed.description["stateMachineArn"]
    sfn.update_state_machine(stateMachineArn=machine, definition=new)
    assert types(redrive(failed.arn)).count("TaskFailed") == 1


def test_for_fourteen_days(run: Any, cloud: Any, sfn: Any) -> None:
    failed = run(inner("No", {"Type": "Fail"}))
    cloud.clock.advance(days=14, seconds=1)
    with pytest.raises(sfn.exceptions.ExecutionNotRedrivable, match="redrivable period exceeded"):
        sfn.redrive_execution(executionArn=failed.arn)
    shown = sfn.describe_execution(executionArn=failed.arn)
    assert shown["redriveStatusReason"] == "Execution redrivable period exceeded"


def test_a_token_that_comes_again_redrives_once(run: Any, cloud: Any, sfn: Any) -> None:
    failed = run(inner("No", {"Type": "Fail"}))
    call = {"executionArn": failed.arn, "clientToken": "once"}
    first = sfn.redrive_execution(**call)["redriveDate"]
    cloud.clock.run_until(failed.arn)
    assert sfn.redrive_execution(**call)["redriveDate"] == first
    assert sfn.describe_execution(executionArn=failed.arn)["redriveCount"] == 1


def test_listed_by_redrive(run: Any, redrive: Any, sfn: Any) -> None:
    failed = run(inner("No", {"Type": "Fail"}))
    machine = failed.description["stateMachineArn"]

    def listed(wanted: str) -> list[Any]:
        answer = sfn.list_executions(stateMachineArn=machine, redriveFilter=wanted)
        return [(one["executionArn"], one["redriveCount"]) for one in answer["executions"]]

    assert listed("NOT_REDRIVEN") == [(failed.arn, 0)]
    redrive(failed.arn)
    assert (listed("NOT_REDRIVEN"), listed("REDRIVEN")) == ([], [(failed.arn, 1)])


def test_a_map_run_begins_again(run: Any, redrive: Any, sfn: Any, trouble: Trouble) -> None:
    config = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    good = {"Variable": "$", "StringEquals": "good", "Next": "Good"}
    states = {
        "Which": {"Type": "Choice", "Choices": [good], "Default": "Task"},
        "Good": {"Type": "Succeed"},
        "Task": trouble.task(),
    }
    processor = {"ProcessorConfig": config, "StartAt": "Which", "States": states}
    each = {"Type": "Map", "MaxConcurrency": 1, "ItemProcessor": processor, "End": True}
    failed = run(inner("Each", each), given=["good", "bad"])
    [first] = sfn.list_map_runs(executionArn=failed.arn)["mapRuns"]
    children = sfn.list_executions(mapRunArn=first["mapRunArn"], statusFilter="FAILED")
    [child] = children["executions"]
    described = sfn.describe_execution(executionArn=child["executionArn"])
    assert described["redriveStatus"] == "REDRIVABLE_BY_MAP_RUN"
    with pytest.raises(sfn.exceptions.ExecutionNotRedrivable):
        sfn.redrive_execution(executionArn=child["executionArn"])
    trouble.mend()
    since = redrive(failed.arn)
    assert [event["type"] for event in since][:3] == [
        "ExecutionRedriven",
        "MapRunStarted",  # AWS: MapRunRedriven
        "MapRunSucceeded",
    ]
    [second] = sfn.list_map_runs(executionArn=failed.arn)["mapRuns"]
    assert second["mapRunArn"] != first["mapRunArn"]
    told = sfn.describe_map_run(mapRunArn=second["mapRunArn"])
    assert (told["redriveCount"], told["executionCounts"]["succeeded"]) == (0, 2)
