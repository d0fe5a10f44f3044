"""Executions that were redriven, on the local AWS."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from orderlab.console.executions.execution import Transition
from orderlab.console.executions.reading import Recording, read
from orderlab.console.timelines.bars import bars_of

pytestmark = pytest.mark.simulated_clock

NUMBERS = itertools.count()


@pytest.fixture
def missing(cloud: Any) -> Callable[[], tuple[dict[str, Any], Callable[[], object]]]:
    """A task that fails until its queue is there, and what puts it there."""

    def make() -> tuple[dict[str, Any], Callable[[], object]]:
        sqs, name = boto3.client("sqs"), f"later-{next(NUMBERS)}"
        there = sqs.create_queue(QueueName=f"{name}-not")["QueueUrl"]
        sent = {"QueueUrl": there.removesuffix("-not"), "MessageBody": "x"}
        task = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": sent}
        return task, lambda: sqs.create_queue(QueueName=name)

    return make


@pytest.fixture
def redriven(cloud: Any) -> Callable[..., Recording]:
    """Let an execution end, mend what was wrong, an hour later redrive it to its end."""

    def redrive(arn: str, *mends: Callable[[], object]) -> Recording:
        cloud.clock.run_until(arn)
        for mend in mends:
            mend()
        cloud.clock.advance(hours=1)
        boto3.client("stepfunctions").redrive_execution(executionArn=arn)
        cloud.clock.run_until(arn)
        return read(arn)

    return redrive


def branch(name: str, state: dict[str, Any]) -> dict[str, Any]:
    return {"StartAt": name, "States": {name: {**state, "End": True}}}


def test_a_task_goes_on_where_it_failed(
    begin: Callable[..., str], missing: Any, redriven: Callable[..., Recording]
) -> None:
    task, mend = missing()
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 5, "MaxAttempts": 1}]
    machine = {
        "StartAt": "A",
        "States": {
            "A": {**task, "Retry": retry, "Next": "B"},
            "B": {"Type": "Pass", "End": True},
        },
    }
    recording = redriven(begin(machine), mend)
    execution = recording.execution
    [visit] = execution.visits_of("A")
    assert [attempt.redrive for attempt in visit.attempts] == [0, 0, 1]
    assert (visit.status, visit.retries, visit.redrives) == ("succeeded", 1, 1)
    [backoff] = visit.backoffs
    assert backoff.before == 2
    assert backoff.end is not None
    assert backoff.end - backoff.start == pytest.approx(5)
    [(ended, again)] = execution.pauses
    assert again - ended == pytest.approx(3600)
    assert visit.attempts[2].scheduled == again
    assert execution.status == "SUCCEEDED"
    assert len(execution.transitions) == 2
    failed = next(e["id"] for e in recording.events if e["type"] == "ExecutionFailed")
    assert recording.until(failed).status == "FAILED"
    assert recording.until(failed).status_of("A") == "failed"
    assert recording.until(failed + 1).status_of("A") == "running"


def test_only_the_item_that_failed_goes_on(
    begin: Callable[..., str], missing: Any, redriven: Callable[..., Recording]
) -> None:
    task, mend = missing()
    here = boto3.client("sqs").create_queue(QueueName="here")["QueueUrl"]
    sent = {"QueueUrl.$": "$", "MessageBody": "x"}
    urls = [here, task["Parameters"]["QueueUrl"], here]
    inner = branch("S", {**task, "Parameters": sent})
    state = {"Type": "Map", "MaxConcurrency": 1, "ItemProcessor": inner}
    execution = redriven(begin(branch("M", state), urls), mend).execution
    assert [(v.items, len(v.attempts)) for v in execution.visits_of("S")] == [
        ((0,), 1),
        ((1,), 2),
        ((2,), 1),
    ]
    assert {visit.status for visit in execution.visits} == {"succeeded"}
    assert execution.status_of("S") == "succeeded"
    assert execution.transitions == {Transition(None, "M"), Transition(None, "S", inside="M")}


def test_each_branch_goes_on_by_itself(
    begin: Callable[..., str], missing: Any, redriven: Callable[..., Recording]
) -> None:
    """Nothing but the call tells which of them an event after the redrive belongs to."""
    (one, mend_one), (other, mend_other) = missing(), missing()
    other = {**other, "Resource": "arn:aws:states:::aws-sdk:sqs:sendMessage"}
    both = {"Type": "Parallel", "Branches": [branch("X", one), branch("Y", other)]}
    execution = redriven(begin(branch("P", both)), mend_one, mend_other).execution
    statuses = {visit.name: visit.status for visit in execution.visits}
    assert statuses == {"P": "succeeded", "X": "succeeded", "Y": "succeeded"}
    for name in ("X", "Y"):
        [visit] = execution.visits_of(name)
        assert len({attempt.resource for attempt in visit.attempts}) == 1
        assert visit.attempts[-1].redrive == 1


def test_a_wait_that_was_stopped(begin: Callable[..., str], cloud: Any, redriven: Any) -> None:
    arn = begin(branch("W", {"Type": "Wait", "Seconds": 100}))
    cloud.clock.advance(seconds=10)
    boto3.client("stepfunctions").stop_execution(executionArn=arn)
    [first, second] = bars_of(redriven(arn).execution)
    assert (first.start, first.end, first.outcome) == (0.0, 10.0, "stopped")
    assert (second.start, second.end, second.outcome) == (3610.0, 3710.0, "succeeded")


def test_a_fail_state_is_entered_anew(begin: Callable[..., str], redriven: Any) -> None:
    machine = {
        "StartAt": "A",
        "States": {"A": {"Type": "Pass", "Next": "F"}, "F": {"Type": "Fail", "Error": "E"}},
    }
    execution = redriven(begin(machine)).execution
    assert [visit.status for visit in execution.visits_of("F")] == ["failed", "failed"]
    assert execution.transitions == {Transition(None, "A"), Transition("A", "F")}
