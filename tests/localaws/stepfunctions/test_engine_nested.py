"""Nested executions, on both clocks.

docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html. What a failed one returns,
and that it is stopped with what waits for it, in which words, was measured on AWS by others
(floci-io/floci, AslExecutorNestedSyncFailureTest, ...TimeoutTest, AslExecutorParallelCutTest).
"""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

FAIL = {"Type": "Fail", "Error": "Boom", "Cause": "custom cause"}
LONG = {"Type": "Wait", "Seconds": 5000, "End": True}
PASS = {"Type": "Pass", "End": True}


def one(state: dict[str, Any], name: str = "A") -> dict[str, Any]:
    return {"StartAt": name, "States": {name: state}}


def nested(child: str, mode: str = ".sync:2", **fields: Any) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": f"arn:aws:states:::states:startExecution{mode}",
        "Parameters": {"StateMachineArn": child, "Input": {"k": 1}},
        "End": True,
        **fields,
    }


@pytest.fixture
def sfn(cloud: Any) -> Any:
    return boto3.client("stepfunctions")


def only_child(sfn: Any, machine: str) -> dict[str, Any]:
    [listed] = sfn.list_executions(stateMachineArn=machine)["executions"]
    return dict(sfn.describe_execution(executionArn=listed["executionArn"]))


@pytest.mark.parametrize(("mode", "output"), [(".sync", '{"k":1}'), (".sync:2", {"k": 1})])
def test_what_it_returns(run: Any, make_machine: Any, sfn: Any, mode: str, output: Any) -> None:
    child = make_machine(one(PASS))
    returned = run(nested(child, mode)).output
    assert list(returned) == sorted(returned)
    assert (returned["Status"], returned["StateMachineArn"]) == ("SUCCEEDED", child)
    assert (returned["Output"], returned["Input"]) == (output, output)
    assert returned["OutputDetails"] == {"Included": True}
    assert isinstance(returned["StartDate"], int)


@pytest.mark.parametrize("mode", [".sync", ".sync:2"])
def test_one_that_fails(run: Any, make_machine: Any, sfn: Any, mode: str) -> None:
    child = make_machine(one(FAIL))
    catch = [
        {"ErrorEquals": ["Boom"], "Next": "B"},
        {"ErrorEquals": ["States.TaskFailed"], "Next": "B"},
    ]
    error = run(nested(child, mode, Catch=catch), PASS).output
    assert error["Error"] == "States.TaskFailed"
    cause = json.loads(error["Cause"])
    assert list(cause) == [
        "Cause", "Error", "ExecutionArn", "Input", "InputDetails", "Name", "RedriveCount",
        "RedriveStatus", "StartDate", "StateMachineArn", "Status", "StopDate",
    ]  # fmt: skip
    assert (cause["Cause"], cause["Error"], cause["Input"]) == ("custom cause", "Boom", '{"k":1}')


def stopped_with(sfn: Any, child: str, parent: str) -> None:
    """Assert that a child was stopped with its parent, in AWS's words."""
    described = only_child(sfn, child)
    assert described["status"] == "ABORTED"
    assert "error" not in described
    assert described["cause"] == (
        f"The Task state in AWS Step Functions execution [{parent}] which was managing this "
        "resource was aborted"
    )


def test_stopping_the_parent_stops_it(make_machine: Any, sfn: Any, until: Any) -> None:
    child = make_machine(one(LONG))
    parent = make_machine(one(nested(child)))
    execution = sfn.start_execution(stateMachineArn=parent)["executionArn"]

    def submitted() -> bool:
        events = sfn.get_execution_history(executionArn=execution)["events"]
        return bool(events[-1]["type"] == "TaskSubmitted")

    until(submitted, "the parent waits")
    until(lambda: sfn.list_executions(stateMachineArn=child)["executions"], "the child runs")
    sfn.stop_execution(executionArn=execution)
    stopped_with(sfn, child, execution)


@pytest.mark.parametrize("limit", ["of the task", "of the parent"])
def test_a_timeout_stops_it(run: Any, make_machine: Any, sfn: Any, limit: str) -> None:
    child = make_machine(one(LONG))
    seconds = {"TimeoutSeconds": 1}
    of_task, of_parent = (seconds, {}) if limit == "of the task" else ({}, seconds)
    outcome = run(nested(child, **of_task), **of_parent)
    assert outcome.status == ("FAILED" if of_task else "TIMED_OUT")
    stopped_with(sfn, child, outcome.arn)
    assert not [one for one in outcome.types if one.endswith("StateAborted")]


def test_a_branch_that_fails_stops_it(run: Any, make_machine: Any, sfn: Any) -> None:
    child = make_machine(one(LONG))
    pause = {"Type": "Wait", "Seconds": 1, "Next": "Boom"}
    failing = {"StartAt": "Pause", "States": {"Pause": pause, "Boom": FAIL}}
    outcome = run({"Type": "Parallel", "Branches": [failing, one(nested(child), "Nest")]})
    stopped_with(sfn, child, outcome.arn)
    assert outcome.types[-3:] == ["TaskStateAborted", "ParallelStateFailed", "ExecutionFailed"]


def test_an_iteration_that_fails_stops_it(run: Any, make_machine: Any, sfn: Any) -> None:
    child = make_machine(one(LONG))
    states = {
        "Route": {
            "Type": "Choice",
            "Choices": [{"Variable": "$", "StringEquals": "fail", "Next": "Pause"}],
            "Default": "Nest",
        },
        "Pause": {"Type": "Wait", "Seconds": 1, "Next": "Boom"},
        "Boom": FAIL,
        "Nest": nested(child),
    }
    state = {"Type": "Map", "ItemProcessor": {"StartAt": "Route", "States": states}}
    outcome = run(state, given=["nest", "fail"])
    stopped_with(sfn, child, outcome.arn)


def test_a_token_for_a_child(run: Any, make_machine: Any, sfn: Any) -> None:
    """The child answers its parent's task token, which JSONata reads from the context object."""
    answer = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sfn:sendTaskSuccess",
        "Arguments": {"TaskToken": "{% $states.input.token %}", "Output": {"done": True}},
        "End": True,
    }
    child = make_machine({**one(answer), "QueryLanguage": "JSONata"})
    waiting = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.waitForTaskToken",
        "Arguments": {
            "StateMachineArn": child,
            "Input": {"token": "{% $states.context.Task.Token %}"},
        },
    }
    assert run(waiting, QueryLanguage="JSONata").output == {"done": True}
