"""Branched at any event: what was is gone through again, and what comes is as it would be."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from localaws import branching, clock, faults

pytestmark = pytest.mark.simulated_clock

NUMBERS = itertools.count()
NOTHING = branching.definition(lambda machine: machine.update(Comment="the same, but for this"))
SLOW = {
    "ErrorEquals": ["States.ALL"],
    "IntervalSeconds": 20,
    "MaxAttempts": 2,
    "JitterStrategy": "FULL",
}
# Fails at its first invocation for each id, and counts them in a table.
FRAIL = """
import boto3, os
def lambda_handler(event, context):
    table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
    counted = table.update_item(
        Key={"id": event["id"]}, UpdateExpression="ADD calls :one",
        ExpressionAttributeValues={":one": 1}, ReturnValues="UPDATED_NEW",
    )["Attributes"]["calls"]
    if counted == 1:
        raise TimeoutError(event["id"])
    return {"id": event["id"], "calls": int(counted)}
"""


@pytest.fixture
def frail(make_function: Callable[..., str], table: str) -> str:
    return make_function(FRAIL, Environment={"Variables": {"TABLE": table}}, Timeout=30)


def inner(name: str, states: dict[str, Any]) -> dict[str, Any]:
    return {"StartAt": name, "States": states}


def call(function: str, given: str, **fields: Any) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": function, "Payload": {"id.$": given}},
        "OutputPath": "$.Payload",
        "Retry": [SLOW],
        **({} if "Next" in fields else {"End": True}),
        **fields,
    }


def in_a_row(frail: str) -> dict[str, Any]:
    return {
        "Draw": {
            "Type": "Pass",
            "Parameters": {"id.$": "$.id", "drawn.$": "States.UUID()"},
            "Assign": {"drawn.$": "States.MathRandom(1, 100000)"},
            "Next": "Odd",
        },
        "Odd": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.id", "IsString": True, "Next": "Call"}],
            "Default": "Never",
        },
        "Never": {"Type": "Fail"},
        "Call": call(frail, "$.id", Next="Rest"),
        "Rest": {"Type": "Wait", "Seconds": 60, "Next": "Tell"},
        "Tell": {
            "Type": "Pass",
            "Parameters": {"calls.$": "$.calls", "drawn.$": "$drawn"},
            "End": True,
        },
    }


def side_by_side(frail: str) -> dict[str, Any]:
    first = {"Soon": {"Type": "Wait", "Seconds": 5, "Next": "One"}, "One": call(frail, "$.id")}
    second = {
        "Two": call(frail, "States.Format('{}-2', $.id)", Next="Late"),
        "Late": {"Type": "Wait", "Seconds": 50, "End": True},
    }
    return {
        "Both": {
            "Type": "Parallel",
            "Branches": [inner("Soon", first), inner("Two", second)],
            "End": True,
        }
    }


def item_by_item(frail: str) -> dict[str, Any]:
    work = {
        "Work": call(frail, "$", Next="Pause"),
        "Pause": {"Type": "Wait", "Seconds": 7, "End": True},
    }
    return {
        "Each": {
            "Type": "Map",
            "ItemsPath": "$.ids",
            "MaxConcurrency": 2,
            "ItemProcessor": inner("Work", work),
            "End": True,
        }
    }


def cut_off(frail: str) -> dict[str, Any]:
    """One branch fails when the other one has done much and waits; the failure is caught."""
    fails = {
        "Later": {"Type": "Wait", "Seconds": 100, "Next": "Fails"},
        "Fails": call(frail, "$.id", Retry=[], TimeoutSeconds=20),
    }
    waits = {
        "One": call(frail, "States.Format('{}-1', $.id)", Next="Two"),
        "Two": call(frail, "States.Format('{}-2', $.id)", Next="Waits"),
        "Waits": {"Type": "Wait", "Seconds": 900, "End": True},
    }
    return {
        "Both": {
            "Type": "Parallel",
            "Branches": [inner("Later", fails), inner("One", waits)],
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "Caught"}],
            "End": True,
        },
        "Caught": {"Type": "Pass", "End": True},
    }


def in_jsonata(frail: str) -> dict[str, Any]:
    return {
        "Draw": {
            "Type": "Pass",
            "QueryLanguage": "JSONata",
            "Assign": {"drawn": "{% $random() %}", "list": [1, 2], "text": "a"},
            "Output": {"id": "{% $states.input.id %}", "drawn": "{% $uuid() %}"},
            "Next": "Call",
        },
        "Call": {
            "Type": "Task",
            "QueryLanguage": "JSONata",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Arguments": {"FunctionName": frail, "Payload": {"id": "{% $states.input.id %}"}},
            "Assign": {"calls": "{% $states.result.Payload.calls %}"},
            "Output": "{% $states.input %}",
            "Retry": [SLOW],
            "Next": "Tell",
        },
        "Tell": {
            "Type": "Pass",
            "QueryLanguage": "JSONata",
            "Output": "{% {'drawn': $drawn, 'list': $list, 'text': $text, 'calls': $calls} %}",
            "End": True,
        },
    }


@pytest.mark.parametrize("states", [in_a_row, side_by_side, item_by_item, cut_off, in_jsonata])
def test_at_every_event(
    execute: Any, look: Any, frail: str, invocations: Any, states: Callable[[str], dict[str, Any]]
) -> None:
    name = f"id-{next(NUMBERS)}"
    given = {"id": name, "ids": [f"{name}-{number}" for number in range(3)]}
    original = look(execute(states(frail), given))
    assert original.status == "SUCCEEDED"
    ends = 0  # of tasks, after the event
    before = invocations(frail)
    for at in range(
        1, len(original.events), 3 if states in (item_by_item, side_by_side, cut_off) else 1
    ):
        branch = look(NOTHING.apply(original.arn, at).arn)
        assert branch.told(at) == original.told(at)
        assert branch.status == "SUCCEEDED"
        assert sorted(branch.types) == sorted(original.types), f"at {at}"
        to_come = sum(kind in ("TaskSucceeded", "TaskFailed") for kind in original.types[at:])
        ends += to_come
        if to_come == 0:
            assert branch.description["output"] == original.description["output"]
    assert invocations(frail) - before == ends


def test_a_wait_and_the_time_to_its_end(execute: Any, look: Any) -> None:
    states = {
        "Wait": {"Type": "Wait", "Seconds": 100, "Next": "Also"},
        "Also": {"Type": "Wait", "Seconds": 100, "End": True},
    }
    original = look(execute(states, TimeoutSeconds=150))
    assert original.status == "TIMED_OUT"
    before = clock.now
    branch = look(NOTHING.apply(original.arn, original.find("Also")).arn)
    assert branch.told() == original.told()
    assert (clock.now - before).total_seconds() == pytest.approx(50, abs=0.002)
    started = branch.description["startDate"]
    assert (started - before).total_seconds() == pytest.approx(-100, abs=0.002)


def test_one_that_runs(execute: Any, look: Any) -> None:
    states = {
        "Wait": {"Type": "Wait", "Seconds": 100, "Next": "Done"},
        "Done": {"Type": "Pass", "End": True},
    }
    arn = execute(states, ends=False)
    clock.advance(seconds=30)
    branch = look(branching.state("Done", Result="else").apply(arn, 2).arn)
    assert branch.description["output"] == '"else"'
    assert branch.seconds(2, 3) == 100
    assert look(arn).description["output"] == "{}"


def test_the_input_of_a_state(execute: Any, look: Any) -> None:
    states = {
        "First": {"Type": "Pass", "Next": "Second"},
        "Second": {
            "Type": "Pass",
            "Parameters": {"seen.$": "$", "all.$": "$$.Execution.Input"},
            "End": True,
        },
    }
    original = look(execute(states, {"a": 1}))
    at = original.find("Second")
    branch = look(branching.input({"b": 2}).apply(original.arn, at).arn)
    assert branch.told(at - 1) == original.told(at - 1)
    assert json.loads(branch.details(at)["input"]) == {"b": 2}
    assert json.loads(branch.description["output"]) == {"seen": {"b": 2}, "all": {"a": 1}}
    with pytest.raises(ValueError, match="brings no input in"):
        branching.input(1).apply(original.arn, at + 1)


def test_inside_a_map_one_item_fails(execute: Any, look: Any, frail: str) -> None:
    name = f"id-{next(NUMBERS)}"
    original = look(execute(item_by_item(frail), {"ids": [f"{name}-a", f"{name}-b"]}))
    at = original.find("TaskSucceeded")
    change = branching.fault(function=frail, error="Broken")
    branch = look(change.apply(original.arn, at).arn)
    assert branch.told(at) == original.told(at)
    assert branch.status == "FAILED"
    assert branch.description["error"] == "Broken"
    assert branch.types.count("TaskSucceeded") == 1  # and it is that of then


def test_a_token_that_is_given_out_again(execute: Any, look: Any, mailbox: Any) -> None:
    ask = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": mailbox.url, "MessageBody": {"token.$": "$$.Task.Token"}},
        "TimeoutSeconds": 3600,
        "End": True,
    }
    sfn = boto3.client("stepfunctions")
    arn = execute({"Ask": ask}, ends=False)
    clock.advance(seconds=5)
    [first] = mailbox.documents()
    sfn.send_task_success(taskToken=first["token"], output='"then"')
    clock.run_until(arn)
    original = look(arn)
    submitted = original.find("TaskSubmitted")
    with pytest.raises(ValueError, match=r"handed over \(event 5, TaskSubmitted\)"):
        NOTHING.apply(arn, submitted)
    after = look(NOTHING.apply(arn, submitted + 1).arn)
    assert (after.description["output"], mailbox.documents()) == ('"then"', [])
    waiting = branching.state("Ask", TimeoutSeconds=None).apply(arn, original.find("Ask"))
    assert look(waiting.arn).status == "RUNNING"
    [second] = mailbox.documents()
    sfn.send_task_success(taskToken=second["token"], output='"now"')
    clock.run_until(waiting.arn)
    assert look(waiting.arn).description["output"] == '"now"'


def test_an_activity(execute: Any, look: Any) -> None:
    sfn = boto3.client("stepfunctions")
    activity = sfn.create_activity(name=f"activity-{next(NUMBERS)}")["activityArn"]
    work = {
        "Type": "Task",
        "Resource": activity,
        "Catch": [{"ErrorEquals": ["Broken"], "Next": "Mend"}],
        "End": True,
    }
    arn = execute({"Work": work, "Mend": {"Type": "Pass", "End": True}}, ends=False)
    sfn.send_task_failure(
        taskToken=sfn.get_activity_task(activityArn=activity)["taskToken"],
        error="Broken",
        cause="c",
    )
    clock.run_until(arn)
    original = look(arn)
    branch = look(NOTHING.apply(arn, original.find("ActivityFailed")).arn)
    assert branch.types == original.types
    assert "Mend" in branch.states
    with pytest.raises(ValueError, match="handed over"):
        NOTHING.apply(arn, original.find("ActivityStarted"))


def test_a_fault_is_gone_though_the_branch_waits_on(execute: Any, look: Any, mailbox: Any) -> None:
    ask = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": mailbox.url, "MessageBody": {"token.$": "$$.Task.Token"}},
        "End": True,
    }
    arn = execute({"Begin": {"Type": "Pass", "Next": "Ask"}, "Ask": ask}, ends=False)
    clock.advance(seconds=5)
    branch = branching.fault(service="sqs", latency=2).apply(arn, 2)
    assert len(faults.active()) == 1
    assert look(branch.arn).status == "RUNNING"
    sfn = boto3.client("stepfunctions")
    sfn.stop_execution(executionArn=branch.arn)
    assert not faults.active()
    sfn.stop_execution(executionArn=arn)
