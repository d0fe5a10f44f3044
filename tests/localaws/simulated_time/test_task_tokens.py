"""Task tokens: answered from a cell, from a handler, in time and too late.

Rules: docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-wait-token
"""

from __future__ import annotations

import json
from typing import Any

import pytest

pytestmark = pytest.mark.simulated_clock


def test_success_from_a_cell(
    executions: Any, machine: Any, callback: Any, clock: Any, sfn: Any
) -> None:
    arn = executions.begin(machine(callback(TimeoutSeconds=7200)))
    token = callback.token()
    clock.advance(hours=1)
    sfn.send_task_success(taskToken=token, output='{"paid": true}')
    executions.wait_for(arn)
    assert json.loads(executions.describe(arn)["output"]) == {"paid": True}
    assert executions.times(arn, "TaskSubmitted", "TaskSucceeded") == [0, 3600]
    assert executions.seconds(arn) == 3600


def test_failure_from_a_cell(
    executions: Any, machine: Any, callback: Any, wait: Any, clock: Any, sfn: Any
) -> None:
    catch = [{"ErrorEquals": ["Refused"], "Next": "B"}]
    arn = executions.begin(machine(callback(TimeoutSeconds=7200, Catch=catch), wait(60)))
    token = callback.token()
    clock.advance(minutes=5)
    sfn.send_task_failure(taskToken=token, error="Refused", cause="no stock")
    executions.wait_for(arn)
    [failed] = [m for m in executions.history(arn) if m.type == "TaskFailed"]
    assert (failed.at, failed.details["error"], failed.details["cause"]) == (
        300,
        "Refused",
        "no stock",
    )
    assert executions.seconds(arn) == 360


def test_a_token_without_a_deadline_waits_for_a_year(
    executions: Any, machine: Any, callback: Any, clock: Any, sfn: Any
) -> None:
    arn = executions.begin(machine(callback()))
    token = callback.token()
    clock.advance(days=360)
    assert executions.describe(arn)["status"] == "RUNNING"
    sfn.send_task_success(taskToken=token, output="{}")
    executions.wait_for(arn)
    assert executions.seconds(arn) == 360 * 86_400


@pytest.mark.parametrize("late", [0, 1])
def test_an_answer_at_the_last_moment_and_one_too_late(
    executions: Any, machine: Any, callback: Any, clock: Any, sfn: Any, late: int
) -> None:
    arn = executions.begin(machine(callback(TimeoutSeconds=60)))
    token = callback.token()
    clock.advance(seconds=59.999 + late)
    if late:
        with pytest.raises(sfn.exceptions.TaskTimedOut):
            sfn.send_task_success(taskToken=token, output="{}")
        assert executions.describe(arn)["status"] == "FAILED"
    else:
        sfn.send_task_success(taskToken=token, output="{}")
        executions.wait_for(arn)
        assert executions.describe(arn)["status"] == "SUCCEEDED"


def answer(sfn: Any, kind: str, token: str) -> None:
    if kind == "success":
        sfn.send_task_success(taskToken=token, output="{}")
    elif kind == "failure":
        sfn.send_task_failure(taskToken=token)
    else:
        sfn.send_task_heartbeat(taskToken=token)


ANSWERS = ["success", "failure", "heartbeat"]


@pytest.mark.parametrize("kind", ANSWERS)
def test_the_token_of_a_stopped_execution_is_worth_nothing(
    executions: Any, machine: Any, callback: Any, sfn: Any, kind: str
) -> None:
    arn = executions.begin(machine(callback(HeartbeatSeconds=60)))
    token = callback.token()
    sfn.stop_execution(executionArn=arn)
    before = executions.history(arn)
    with pytest.raises(sfn.exceptions.TaskTimedOut, match="does not exist anymore"):
        answer(sfn, kind, token)
    assert executions.history(arn) == before


@pytest.mark.parametrize("kind", ANSWERS)
@pytest.mark.parametrize("at_once", [True, False])
def test_the_second_answer_is_refused(
    executions: Any, machine: Any, callback: Any, sfn: Any, kind: str, at_once: bool
) -> None:
    arn = executions.begin(machine(callback(HeartbeatSeconds=60)))
    token = callback.token()
    sfn.send_task_success(taskToken=token, output="1")
    if not at_once:
        executions.wait_for(arn)
    with pytest.raises(sfn.exceptions.TaskTimedOut, match="does not exist anymore"):
        answer(sfn, kind, token)
    executions.wait_for(arn)
    assert executions.describe(arn)["output"] == "1"


@pytest.mark.parametrize("kind", ANSWERS)
def test_a_token_that_never_was(sfn: Any, kind: str) -> None:
    with pytest.raises(sfn.exceptions.InvalidToken):
        answer(sfn, kind, "made-up")


def test_another_execution_that_has_only_been_started_is_no_hindrance(
    executions: Any, machine: Any, callback: Any, wait: Any, sfn: Any
) -> None:
    arn = executions.begin(machine(callback(HeartbeatSeconds=60)))
    token = callback.token()
    executions.start(machine(wait(1)))
    sfn.send_task_success(taskToken=token, output="{}")
    executions.wait_for(arn)


def test_each_attempt_has_a_token_and_a_deadline_of_its_own(
    executions: Any, machine: Any, callback: Any, clock: Any, sfn: Any
) -> None:
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 10, "BackoffRate": 1}]
    arn = executions.begin(machine(callback(TimeoutSeconds=100, Retry=retry)))
    first = callback.token()
    clock.advance(seconds=105)  # timed out at 100, tried again at 110
    clock.advance(seconds=10)
    second = callback.token()
    with pytest.raises(sfn.exceptions.TaskTimedOut):
        sfn.send_task_success(taskToken=first, output="{}")
    sfn.send_task_failure(taskToken=second, error="Refused")
    clock.advance(seconds=20)  # failed at 115, tried again at 125
    sfn.send_task_success(taskToken=callback.token(), output='"third"')
    executions.wait_for(arn)
    assert executions.times(arn, "TaskSubmitted") == [0, 110, 125]
    assert executions.times(arn, "TaskTimedOut", "TaskFailed", "TaskSucceeded") == [100, 115, 135]
    assert executions.describe(arn)["output"] == '"third"'


def test_a_handler_of_another_execution_answers(
    executions: Any, machine: Any, callback: Any, call: Any, wait: Any
) -> None:
    waiting = executions.begin(machine(callback(TimeoutSeconds=3600)))
    code = (
        "time.sleep(4)\n"
        "boto3.client('stepfunctions').send_task_success(\n"
        "    taskToken=event['token'], output='\"from a handler\"')"
    )
    answering = executions.start(
        machine(wait(100), call(code, Timeout=30)), {"token": callback.token()}
    )
    executions.wait_for(waiting, answering)
    assert executions.describe(waiting)["output"] == '"from a handler"'
    assert executions.times(waiting, "TaskSucceeded") == [pytest.approx(104)]


def test_the_handler_that_gets_the_token_sends_heartbeats(
    executions: Any, machine: Any, make_function: Any
) -> None:
    """It is invoked with the token, and outlives the heartbeat by sending some."""
    code = """
        import time, boto3
        sfn = boto3.client("stepfunctions")
        def lambda_handler(event, context):
            for _ in range(6):
                time.sleep(20)
                sfn.send_task_heartbeat(taskToken=event["token"])
            time.sleep(event["last"])
            sfn.send_task_success(taskToken=event["token"], output="{}")
    """
    name = make_function(code, Timeout=300)
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters": {
            "FunctionName": name,
            "InvocationType": "Event",
            "Payload": {"token.$": "$$.Task.Token", "last.$": "$.last"},
        },
        "HeartbeatSeconds": 30,
    }
    in_time = executions.run(machine(task), {"last": 29})
    assert executions.seconds(in_time) == pytest.approx(149)
    too_late = executions.run(machine(task), {"last": 31})
    assert executions.times(too_late, "TaskTimedOut") == [pytest.approx(150)]
