"""Runs of many executions: when they start, what is told of them, and what is left behind."""

from __future__ import annotations

import _thread
import itertools
import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

RUNS = itertools.count()

simulated_clock = pytest.mark.simulated_clock


@pytest.fixture
def load(cloud: Any) -> Any:
    from localaws import load

    return load


@pytest.fixture
def inputs() -> Callable[[int], list[dict[str, Any]]]:
    """Make inputs whose ids no other run has."""

    def make(count: int) -> list[dict[str, Any]]:
        run = next(RUNS)
        return [{"id": f"load-{run}-{number}"} for number in range(count)]

    return make


@pytest.fixture
def passing(make_machine: Any) -> str:
    """A machine that is done at once."""
    return str(make_machine(one({"Type": "Pass"})))


@pytest.fixture
def waiting(make_machine: Any) -> str:
    """A machine that waits for an hour."""
    return str(make_machine(one({"Type": "Wait", "Seconds": 3600})))


def one(state: dict[str, Any]) -> dict[str, Any]:
    """A machine of one state, called Only."""
    return {"StartAt": "Only", "States": {"Only": {**state, "End": True}}}


def put(table_name: str, **fields: Any) -> dict[str, Any]:
    """A Task state that writes an item under the input's `id`."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::dynamodb:putItem",
        "Parameters": {"TableName": table_name, "Item": {"id": {"S.$": "$.id"}}},
        **fields,
    }


def starts(result: Any) -> list[float]:
    """Seconds from the begin of a run to each start."""
    return [(moment - result.begun).total_seconds() for moment in result.executions["started"]]


@simulated_clock
def test_every_execution_has_a_row(load: Any, waiting: str, inputs: Any) -> None:
    given = inputs(3)
    result = load.run(waiting, given, name="{id}")
    rows = result.executions
    assert list(rows["name"]) == [each["id"] for each in given]
    assert set(rows["status"]) == {"SUCCEEDED"}
    assert set(rows["seconds"]) == {3600.0}
    assert set(rows["last_state"]) == {"Only"}
    assert starts(result) == [0, 0, 0]
    assert [arn.split(":")[-1] for arn in result.arns] == list(rows["name"])
    description = boto3.client("stepfunctions").describe_execution(executionArn=result.arns[0])
    assert json.loads(description["input"]) == given[0]
    told = f"3 executions of {waiting.rpartition(':')[2]} in 3,600.0 s: 3 SUCCEEDED"
    assert repr(result) == f"<{told}>"
    assert result._repr_html_() == f"<p>{told}</p>"


@simulated_clock
def test_arrivals_follow_their_seed_alone(load: Any, waiting: str, inputs: Any) -> None:
    first, again, other = (
        load.run(waiting, inputs(200), per_second=20, seed=seed) for seed in (1, 1, 2)
    )
    assert starts(first) == starts(again)
    assert starts(first) != starts(other)
    assert starts(first) == sorted(starts(first))
    # 200 arrivals at 20 a second take 10 s, give or take four standard deviations.
    assert 10 - 4 * 0.71 < starts(first)[-1] < 10 + 4 * 0.71


def test_a_function_names_executions_and_else_they_are_uuids(
    load: Any, passing: str, inputs: Any
) -> None:
    given = inputs(2)
    named = load.run(passing, given, name=lambda each: each["id"].upper())
    assert list(named.executions["name"]) == [each["id"].upper() for each in given]
    unnamed = load.run(passing, given)
    assert {len(name) for name in unnamed.executions["name"]} == {36}


@simulated_clock
def test_each_try_of_a_task_is_an_attempt(load: Any, make_machine: Any, inputs: Any) -> None:
    retry = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2, "IntervalSeconds": 5}]
    machine = make_machine(one(put("no-such-table", Retry=retry)))
    given = inputs(2)
    result = load.run(machine, given, name="{id}")
    rows = result.attempts
    assert list(rows["execution"]) == [each["id"] for each in given for _ in range(3)]
    assert list(rows["attempt"]) == [1, 2, 3] * 2
    assert set(rows["state"]) == {"Only"}
    assert set(rows["resource"]) == {"dynamodb:putItem"}
    assert set(rows["outcome"]) == {"FAILED"}
    assert set(rows["error"]) == {"DynamoDB.ResourceNotFoundException"}
    assert rows["iteration"].isna().all()
    waits = rows["started"].diff().dt.total_seconds() - rows["seconds"].shift()
    assert list(waits[[1, 2]].round(3)) == [5, 10]  # the interval, and twice that
    executions = result.executions
    assert set(executions["status"]) == {"FAILED"}
    assert set(executions["error"]) == {"DynamoDB.ResourceNotFoundException"}
    assert set(executions["transitions"]) == {3}  # one state, and two retries


def test_another_try_of_a_parallel_state_is_a_transition(
    load: Any, make_machine: Any, inputs: Any
) -> None:
    branch = {
        "StartAt": "Pass",
        "States": {"Pass": {"Type": "Pass", "Next": "Fail"}, "Fail": {"Type": "Fail"}},
    }
    retry = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1, "IntervalSeconds": 1}]
    machine = make_machine(one({"Type": "Parallel", "Branches": [branch], "Retry": retry}))
    (row,) = load.run(machine, inputs(1)).executions.itertuples()
    assert (row.status, row.last_state) == ("FAILED", "Only")
    assert row.transitions == 1 + 1 + 2 * 2  # the state, its retry, and the branch twice


def test_attempts_inside_map_and_parallel_belong_to_their_states(
    load: Any, make_machine: Any, inputs: Any, table: str
) -> None:
    inner = {"StartAt": "Put", "States": {"Put": put(table, End=True)}}
    branches = [
        {"StartAt": branch, "States": {branch: put(table, End=True)}}
        for branch in ("Left", "Right")
    ]
    machine = make_machine(
        {
            "StartAt": "Each",
            "States": {
                "Each": {
                    "Type": "Map",
                    "ItemsPath": "$.items",
                    "ItemProcessor": inner,
                    "ResultPath": None,
                    "Next": "Both",
                },
                "Both": {
                    "Type": "Parallel",
                    "Branches": branches,
                    "ResultPath": None,
                    "Next": "After",
                },
                "After": put(table, End=True),
            },
        }
    )
    given = [{**each, "items": [{"id": "a"}, {"id": "b"}, {"id": "c"}]} for each in inputs(1)]
    result = load.run(machine, given)
    rows = result.attempts
    iterations = rows["iteration"].astype("object").where(rows["iteration"].notna(), None)
    found = list(zip(rows["state"], iterations, strict=True))
    assert sorted(found, key=str) == sorted(
        [("Put", 0), ("Put", 1), ("Put", 2), ("Left", None), ("Right", None), ("After", None)],
        key=str,
    )
    assert set(rows["attempt"]) == {1}
    assert set(rows["outcome"]) == {"SUCCEEDED"}
    (row,) = result.executions.itertuples()
    assert row.last_state == "After"
    assert row.transitions == 3 + 3 + 2  # iterations and branches are none


def test_faults_hold_during_the_run_alone(
    load: Any, make_machine: Any, inputs: Any, table: str
) -> None:
    from localaws import faults

    machine = make_machine(one(put(table)))
    fault = {"table": table, "operations": ["PutItem"], "error": "InternalServerError"}
    struck = load.run(machine, inputs(2), faults=[fault])
    assert set(struck.executions["error"]) == {"DynamoDB.InternalServerErrorException"}
    assert faults.active() == []
    with faults.inject(**fault) as mine:
        struck = load.run(machine, inputs(1), faults=[mine])
        assert set(struck.executions["status"]) == {"FAILED"}
        assert faults.active() == []
    spared = load.run(machine, inputs(2))
    assert set(spared.executions["status"]) == {"SUCCEEDED"}


def test_what_could_not_be_started_is_told(load: Any, passing: str, inputs: Any) -> None:
    first, second = inputs(2)
    load.run(passing, [first], name="{id}")
    result = load.run(passing, [first, second], name="{id}")
    assert list(result.executions["name"]) == [second["id"]]
    (refused,) = result.refused.itertuples()
    assert (refused.name, refused.error) == (first["id"], "ExecutionAlreadyExists")
    assert "1 SUCCEEDED, 1 refused" in repr(result)
    with pytest.raises(RuntimeError, match=r"ExecutionAlreadyExists: .* can be used once"):
        load.run(passing, [first, second], name="{id}")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"per_second": 0}, "above 0, not 0"),
        ({"name": "id"}, "in braces, as in '{id}'"),
    ],
)
def test_arguments_that_make_no_sense(
    load: Any, passing: str, inputs: Any, wrong: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        load.run(passing, inputs(1), **wrong)


def test_a_machine_that_is_not_there(load: Any, passing: str, inputs: Any) -> None:
    with pytest.raises(ClientError, match="StateMachineDoesNotExist"):
        load.run(passing + "-not", inputs(1))


@simulated_clock
def test_time_that_is_held(load: Any, waiting: str, inputs: Any) -> None:
    from localaws import clock

    with clock.pause(), pytest.raises(RuntimeError, match="The clock is paused"):
        load.run(waiting, inputs(1))


@simulated_clock
def test_a_run_ends_where_only_an_answer_from_outside_leads_on(
    load: Any, make_machine: Any, inputs: Any
) -> None:
    queue = boto3.client("sqs").create_queue(QueueName=f"answers-{next(RUNS)}")["QueueUrl"]
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": queue, "MessageBody": {"token.$": "$$.Task.Token"}},
    }
    result = load.run(make_machine(one(state)), inputs(1))
    assert list(result.executions["status"]) == ["RUNNING"]
    assert list(result.attempts["outcome"]) == ["RUNNING"]
    (message,) = boto3.client("sqs").receive_message(QueueUrl=queue)["Messages"]
    client = boto3.client("stepfunctions")
    client.send_task_success(taskToken=json.loads(message["Body"])["token"], output="{}")
    client.describe_execution(executionArn=result.arns[0])
    assert list(result.executions["status"]) == ["SUCCEEDED"]
    assert list(result.attempts["outcome"]) == ["SUCCEEDED"]


@simulated_clock
def test_ctrl_c_keeps_what_there_is(
    load: Any, make_machine: Any, inputs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes when the third of ten has been started, and the first has ended."""
    from localaws import clock, cloud

    machine = make_machine(one({"Type": "Wait", "SecondsPath": "$.seconds"}))
    given = [{**each, "seconds": 10**6} for each in inputs(10)]
    given[0]["seconds"] = 0

    def interrupted(arrivals: Any) -> None:
        cloud.running().clock.run_until(lambda: len(arrivals.started) == 3)
        raise KeyboardInterrupt

    monkeypatch.setattr(load._Arrivals, "_go_on", interrupted)
    result = load.run(machine, given, per_second=1)
    assert result.interrupted
    assert list(result.executions["status"]) == ["SUCCEEDED", "RUNNING", "RUNNING"]
    assert repr(result).endswith("2 RUNNING, 1 SUCCEEDED, interrupted, 7 not started>")
    # What runs goes on when time does; nothing more is started.
    clock.run_until(*result.arns)
    assert list(result.executions["status"]) == ["SUCCEEDED"] * 3
    listed = boto3.client("stepfunctions").list_executions(stateMachineArn=machine)["executions"]
    assert len(listed) == 3


@simulated_clock
def test_a_real_ctrl_c(load: Any, make_machine: Any, inputs: Any) -> None:
    """The machine goes round for ever, so that nothing else can end the run."""
    from localaws import cloud

    clock = cloud.running().clock
    never = {"Variable": "$.never", "IsPresent": True, "Next": "Done"}
    round_and_round = {
        "StartAt": "Wait",
        "States": {
            "Wait": {"Type": "Wait", "Seconds": 60, "Next": "Again"},
            "Again": {"Type": "Choice", "Choices": [never], "Default": "Wait"},
            "Done": {"Type": "Succeed"},
        },
    }

    def interrupt() -> None:
        clock.sleep(600)
        _thread.interrupt_main()

    clock.spawn(interrupt)
    result = load.run(make_machine(round_and_round), inputs(2))
    assert result.interrupted
    assert list(result.executions["status"]) == ["RUNNING"] * 2
    for arn in result.arns:
        boto3.client("stepfunctions").stop_execution(executionArn=arn)
    assert list(result.executions["status"]) == ["ABORTED"] * 2


@pytest.mark.real_clock
def test_arrivals_and_ctrl_c_on_the_real_clock(
    load: Any, waiting: str, inputs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from localaws import cloud

    client = boto3.client("stepfunctions")

    def interrupted(arrivals: Any) -> None:
        cloud.running().clock.run_until(lambda: len(arrivals.started) >= 2)
        raise KeyboardInterrupt

    monkeypatch.setattr(load._Arrivals, "_go_on", interrupted)
    result = load.run(waiting, inputs(1000), per_second=5)
    assert result.interrupted
    assert set(result.executions["status"]) == {"RUNNING"}
    assert starts(result) == sorted(starts(result))
    listed = client.list_executions(stateMachineArn=waiting)["executions"]
    assert {one["executionArn"] for one in listed} == set(result.arns)
    for arn in result.arns:
        client.stop_execution(executionArn=arn)
    assert set(result.executions["status"]) == {"ABORTED"}
