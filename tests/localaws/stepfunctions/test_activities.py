"""Activities: docs.aws.amazon.com/step-functions/latest/dg/concepts-activities.html"""

from __future__ import annotations

import itertools
import json
from datetime import timedelta
from typing import Any

import boto3
import pytest

pytestmark = pytest.mark.simulated_clock

NUMBERS = itertools.count()


@pytest.fixture
def sfn(cloud: Any) -> Any:
    return boto3.client("stepfunctions")


@pytest.fixture
def activity(sfn: Any) -> str:
    return str(sfn.create_activity(name=f"activity-{next(NUMBERS)}")["activityArn"])


@pytest.fixture
def start(sfn: Any, activity: str, make_machine: Any) -> Any:
    """Start an execution of one task of the activity; returns its ARN."""

    def start(**fields: Any) -> str:
        task = {"Type": "Task", "Resource": activity, "End": True, **fields}
        machine = make_machine({"StartAt": "Pick", "States": {"Pick": task}})
        return str(sfn.start_execution(stateMachineArn=machine, input='{"a":1}')["executionArn"])

    return start


@pytest.fixture
def ended(cloud: Any, sfn: Any) -> Any:
    """Let an execution end; returns its events' types, and the details of the last but one."""

    def ended(arn: str) -> tuple[list[str], dict[str, Any]]:
        cloud.clock.run_until(arn)
        events = sfn.get_execution_history(executionArn=arn)["events"]
        details = [value for key, value in events[-2].items() if key.endswith("EventDetails")]
        return [event["type"] for event in events], details[0]

    return ended


def test_a_worker_does_the_task(sfn: Any, activity: str, start: Any, ended: Any) -> None:
    arn = start(TimeoutSeconds=60)
    task = sfn.get_activity_task(activityArn=activity, workerName="worker-1")
    assert json.loads(task["input"]) == {"a": 1}
    sfn.send_task_success(taskToken=task["taskToken"], output='{"picked":2}')
    types, _ = ended(arn)
    assert types == [
        "ExecutionStarted",
        "TaskStateEntered",
        "ActivityScheduled",
        "ActivityStarted",
        "ActivitySucceeded",
        "TaskStateExited",
        "ExecutionSucceeded",
    ]
    events = sfn.get_execution_history(executionArn=arn)["events"]
    assert events[3]["activityStartedEventDetails"] == {"workerName": "worker-1"}
    scheduled = events[2]["activityScheduledEventDetails"]
    assert (scheduled["resource"], scheduled["timeoutInSeconds"]) == (activity, 60)
    assert sfn.describe_execution(executionArn=arn)["output"] == '{"picked":2}'


def test_a_worker_fails(sfn: Any, activity: str, start: Any, ended: Any) -> None:
    arn = start(HeartbeatSeconds=10)
    token = sfn.get_activity_task(activityArn=activity)["taskToken"]
    sfn.send_task_failure(taskToken=token, error="Broken", cause="a wheel")
    types, details = ended(arn)
    assert types[-2:] == ["ActivityFailed", "ExecutionFailed"]
    assert details == {"error": "Broken", "cause": "a wheel"}


def test_a_worker_may_give_any_error(sfn: Any, activity: str, start: Any, ended: Any) -> None:
    arn = start(Catch=[{"ErrorEquals": ["States.Timeout"], "Next": "Pick"}])
    for error in ("States.Timeout", "States.Permissions"):
        token = sfn.get_activity_task(activityArn=activity)["taskToken"]
        sfn.send_task_failure(taskToken=token, error=error)
    types, details = ended(arn)
    assert types.count("ActivityFailed") == 2
    assert details == {"error": "States.Permissions"}


def test_heartbeats(sfn: Any, activity: str, start: Any, ended: Any, cloud: Any) -> None:
    arn = start(HeartbeatSeconds=10)
    token = sfn.get_activity_task(activityArn=activity)["taskToken"]
    for _ in range(3):
        cloud.clock.advance(seconds=9)
        sfn.send_task_heartbeat(taskToken=token)
    begun = cloud.clock.now
    types, details = ended(arn)
    assert (types[-2], details) == ("ActivityTimedOut", {"error": "States.Timeout"})
    assert cloud.clock.now - begun == timedelta(seconds=10)
    with pytest.raises(sfn.exceptions.TaskTimedOut):
        sfn.send_task_success(taskToken=token, output="{}")


def test_a_task_that_nobody_takes(sfn: Any, activity: str, start: Any, ended: Any) -> None:
    types, details = ended(start(TimeoutSeconds=30))
    assert (types[-2], details) == ("ActivityTimedOut", {"error": "States.Timeout"})
    assert "taskToken" not in sfn.get_activity_task(activityArn=activity)


def test_a_poll_lasts_a_minute(sfn: Any, activity: str, cloud: Any) -> None:
    begun = cloud.clock.now
    assert "taskToken" not in sfn.get_activity_task(activityArn=activity)
    assert cloud.clock.now - begun == timedelta(seconds=60)


def test_a_poll_gets_what_comes_meanwhile(
    sfn: Any, activity: str, make_machine: Any, cloud: Any
) -> None:
    states = {
        "Wait": {"Type": "Wait", "Seconds": 20, "Next": "Pick"},
        "Pick": {"Type": "Task", "Resource": activity, "End": True},
    }
    machine = make_machine({"StartAt": "Wait", "States": states})
    arn = sfn.start_execution(stateMachineArn=machine)["executionArn"]
    begun = cloud.clock.now
    token = sfn.get_activity_task(activityArn=activity)["taskToken"]
    assert cloud.clock.now - begun == timedelta(seconds=20)
    sfn.send_task_success(taskToken=token, output="1")
    cloud.clock.run_until(arn)


def test_an_output_that_is_no_json(sfn: Any, activity: str, start: Any, ended: Any) -> None:
    arn = start()
    token = sfn.get_activity_task(activityArn=activity)["taskToken"]
    with pytest.raises(sfn.exceptions.InvalidOutput):
        sfn.send_task_success(taskToken=token, output="{")
    sfn.send_task_success(taskToken=token, output="{}")
    ended(arn)
    with pytest.raises(sfn.exceptions.InvalidToken):
        sfn.send_task_heartbeat(taskToken="never")


def test_created_twice_listed_and_deleted(sfn: Any, activity: str) -> None:
    name = activity.rpartition(":")[2]
    assert sfn.create_activity(name=name)["activityArn"] == activity
    assert sfn.describe_activity(activityArn=activity)["name"] == name
    pages = sfn.get_paginator("list_activities").paginate(PaginationConfig={"PageSize": 1})
    assert activity in [one["activityArn"] for page in pages for one in page["activities"]]
    for _ in range(2):
        sfn.delete_activity(activityArn=activity)
    for call in (sfn.describe_activity, sfn.get_activity_task):
        with pytest.raises(
            sfn.exceptions.ActivityDoesNotExist, match=f"Activity Does Not Exist: '{activity}'"
        ):
            call(activityArn=activity)
