"""Attempts of every kind: waited for, timed out, never begun, side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from orderlab.console.executions.tracing import states_of

STARTED = ("ExecutionStarted", 0, {})
TOKEN = {"resourceType": "sqs", "resource": "sendMessage.waitForTaskToken"}
TASK = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": True}
ONE_TASK = {"StartAt": "A", "States": {"A": TASK}}


def entered(kind: str, previous: int, name: str) -> tuple[str, int, dict[str, Any]]:
    return (f"{kind}StateEntered", previous, {"name": name, "input": "{}"})


def branch(name: str, state: dict[str, Any]) -> dict[str, Any]:
    return {"StartAt": name, "States": {name: {**state, "End": True}}}


def test_task_token(written: Callable[..., Any]) -> None:
    events = [
        STARTED,
        entered("Task", 0, "A"),
        ("TaskScheduled", 2, TOKEN),
        ("TaskStarted", 3, TOKEN),
        ("TaskSubmitted", 4, {**TOKEN, "output": '{"MessageId": "m"}'}),
        ("TaskTimedOut", 5, {**TOKEN, "error": "States.Timeout"}),
        ("TaskScheduled", 6, TOKEN),
        ("TaskStarted", 7, TOKEN),
        ("TaskSubmitted", 8, TOKEN),
        ("TaskSucceeded", 9, {**TOKEN, "output": '{"answer": 1}'}),
    ]
    [visit] = written(ONE_TASK, "RUNNING", events).execution.visits
    first, second = visit.attempts
    assert first.waits_for_token
    assert (first.scheduled, first.began, first.submitted, first.ended) == (2, 3, 4, 5)
    assert (first.failed, first.error) == (True, "States.Timeout")
    assert second.result == '{"answer": 1}'
    assert visit.backoffs == [(2, 5.0, 6.0)]


def test_a_retry_that_is_waited_for(written: Callable[..., Any]) -> None:
    events = [
        STARTED,
        entered("Task", 0, "A"),
        ("TaskScheduled", 2, {}),
        ("TaskFailed", 3, {"error": "E"}),
    ]
    [visit] = written(ONE_TASK, "RUNNING", events).execution.visits
    assert visit.backoffs == [(2, 3.0, None)]
    [over] = written(ONE_TASK, "FAILED", [*events, ("ExecutionFailed", 4, {})]).execution.visits
    assert over.backoffs == []


@pytest.mark.parametrize(
    "kind",
    [
        "TaskStartFailed",
        "TaskSubmitFailed",
        "LambdaFunctionStartFailed",
        "LambdaFunctionScheduleFailed",
        "ActivityScheduleFailed",
        "ActivityTimedOut",
        "LambdaFunctionTimedOut",
        "EvaluationFailed",
    ],
)
def test_what_can_fail(written: Callable[..., Any], kind: str) -> None:
    failed = (kind, 2, {"error": "E", "cause": "why"})
    events = [STARTED, entered("Task", 0, "A"), failed, ("ExecutionFailed", 3, {"error": "E"})]
    [visit] = written(ONE_TASK, "FAILED", events).execution.visits
    assert visit.status == "failed"
    [attempt] = visit.attempts
    assert (attempt.error, attempt.cause, attempt.ended, attempt.first_event) == ("E", "why", 2, 3)


def test_a_failed_state_is_told_of_twice(written: Callable[..., Any]) -> None:
    """MapRunFailed has the error, MapStateFailed follows it without."""
    machine = branch("M", {"Type": "Map", "ItemProcessor": branch("S", {"Type": "Pass"})})
    events = [
        STARTED,
        entered("Map", 0, "M"),
        ("MapStateStarted", 2, {"length": 3}),
        ("MapRunStarted", 3, {"mapRunArn": "arn:run"}),
        ("MapRunFailed", 4, {"error": "States.ExceedToleratedFailureThreshold"}),
        ("MapStateFailed", 5, {}),
        ("ExecutionFailed", 6, {"error": "States.ExceedToleratedFailureThreshold"}),
    ]
    [visit] = written(machine, "FAILED", events).execution.visits
    [attempt] = visit.attempts
    assert attempt.error == "States.ExceedToleratedFailureThreshold"
    assert visit.map_run == "arn:run"


PARALLEL = branch(
    "P",
    {
        "Type": "Parallel",
        "Branches": [
            branch("X", {"Type": "Wait", "Seconds": 90}),
            {"StartAt": "Y", "States": {"Y": {"Type": "Fail", "Error": "Boom"}}},
        ],
    },
)
FIRST_TRY = [
    STARTED,
    entered("Parallel", 0, "P"),
    ("ParallelStateStarted", 2, {}),
    entered("Wait", 3, "X"),
    entered("Fail", 3, "Y"),
    ("WaitStateAborted", 5, {}),
]


def test_a_parallel_state_that_is_tried_again(written: Callable[..., Any]) -> None:
    """No event tells that it failed: the next start does."""
    events = [*FIRST_TRY, ("ParallelStateStarted", 5, {}), entered("Wait", 7, "X")]
    execution = written(PARALLEL, "RUNNING", events).execution
    [parallel] = execution.visits_of("P")
    first, second = parallel.attempts
    assert (first.failed, first.error, first.ended) == (True, "Boom", 4)
    assert not second.failed
    assert parallel.backoffs == [(2, 4.0, 6.0)]
    assert [visit.status for visit in execution.visits_of("X")] == ["stopped", "running"]
    assert execution.status_of("X") == "running"


def test_whom_an_abortion_is_told_of(written: Callable[..., Any]) -> None:
    execution = written(PARALLEL, "RUNNING", FIRST_TRY).execution
    assert execution.visits_of("X")[0].stopped == 5
    assert states_of(written(PARALLEL, "RUNNING", FIRST_TRY).events) == {
        1: "", 2: "P", 3: "P", 4: "X", 5: "Y", 6: "X",
    }  # fmt: skip


def test_items_of_a_map_in_a_map(written: Callable[..., Any]) -> None:
    inner = {"Type": "Map", "ItemProcessor": branch("S", {"Type": "Pass"})}
    machine = branch("M", {"Type": "Map", "ItemProcessor": branch("N", inner)})
    events = [
        STARTED,
        entered("Map", 0, "M"),
        ("MapStateStarted", 2, {"length": 2}),
        ("MapIterationStarted", 3, {"name": "M", "index": 1}),
        entered("Map", 4, "N"),
        ("MapStateStarted", 5, {"length": 2}),
        ("MapIterationStarted", 6, {"name": "N", "index": 0}),
        entered("Pass", 7, "S"),
        ("MapIterationStarted", 6, {"name": "N", "index": 1}),
        entered("Pass", 9, "S"),
        ("MapIterationAborted", 8, {"name": "N", "index": 1}),
    ]
    execution = written(machine, "RUNNING", events).execution
    assert [visit.items for visit in execution.visits] == [(), (1,), (1, 0), (1, 1)]
    assert [visit.status for visit in execution.visits_of("S")] == ["running", "stopped"]
    assert [visit.name for visit in execution.visits_of("S")[0].ancestors] == ["M", "N"]


def test_a_try_that_was_cut_off(written: Callable[..., Any]) -> None:
    events = [
        STARTED,
        entered("Task", 0, "A"),
        ("TaskScheduled", 2, {}),
        ("ExecutionAborted", 0, {}),
    ]
    execution = written(ONE_TASK, "ABORTED", events).execution
    [visit] = execution.visits
    [attempt] = visit.attempts
    assert (attempt.cut, attempt.failed, attempt.ended) == (True, False, 3)
    assert (visit.stopped, execution.stopped) == (3, 3)


def test_branches_that_a_redrive_goes_on_with(written: Callable[..., Any]) -> None:
    """They may go on in another order: what is called tells which is which."""
    machine = branch("P", {"Type": "Parallel", "Branches": [branch("X", TASK), branch("Y", TASK)]})
    one, other = ({"resourceType": "sqs", "resource": name} for name in ("one", "other"))
    events = [
        STARTED,
        entered("Parallel", 0, "P"),
        ("ParallelStateStarted", 2, {}),
        entered("Task", 3, "X"),
        entered("Task", 3, "Y"),
        ("TaskScheduled", 4, one),
        ("TaskScheduled", 5, other),
        ("ExecutionAborted", 0, {}),
        ("ExecutionRedriven", 8, {"redriveCount": 1}),
        ("TaskScheduled", 9, other),
        ("TaskScheduled", 9, one),
        ("TaskStateExited", 10, {"name": "Y", "output": "{}"}),
    ]
    case = written(machine, "RUNNING", events)
    [x], [y] = (case.execution.visits_of(name) for name in ("X", "Y"))
    assert [attempt.resource for attempt in x.attempts] == ["sqs:one"] * 2
    assert [attempt.resource for attempt in y.attempts] == ["sqs:other"] * 2
    assert [attempt.cut for attempt in x.attempts] == [True, False]
    assert (x.status, y.status) == ("running", "succeeded")
    assert states_of(case.events)[10] == "Y"


@pytest.mark.parametrize("name", ["confirmed", "declined", "invalid", "retried"])
def test_at_every_event(recorded: Callable[..., Any], name: str) -> None:
    """What was over stays as it was, and what was entered stays entered."""
    recording = recorded(name).recording
    before = recording.until(1)
    for number in range(2, len(recording.events) + 1):
        now = recording.until(number)
        for one, other in zip(before.visits, now.visits, strict=False):
            assert (one.name, one.entered, one.items) == (other.name, other.entered, other.items)
            assert one.exited is None or (one.exited, one.status) == (other.exited, other.status)
            assert len(one.attempts) <= len(other.attempts)
        assert len(before.visits) <= len(now.visits)
        assert before.transitions <= now.transitions
        assert (now.status == "RUNNING") == (number < len(recording.events))
        before = now
