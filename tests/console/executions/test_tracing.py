"""Histories to visits, attempts and transitions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from orderlab.console.executions.execution import Transition

TASK = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": True}
ONE_TASK = {"StartAt": "A", "States": {"A": TASK}}
PARALLEL = {
    "StartAt": "P",
    "States": {
        "P": {
            "Type": "Parallel",
            "End": True,
            "Branches": [
                {"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 9, "End": True}}},
                {"StartAt": "B", "States": {"B": {"Type": "Fail", "Error": "E", "Cause": "why"}}},
            ],
        }
    },
}
STARTED = ("ExecutionStarted", 0, {})


def entered(kind: str, previous: int, name: str) -> tuple[str, int, dict[str, Any]]:
    return (f"{kind}StateEntered", previous, {"name": name, "input": "{}"})


def test_confirmed(recorded: Callable[..., Any]) -> None:
    execution = recorded("confirmed").execution
    assert execution.status == "SUCCEEDED"
    assert [(visit.name, visit.status) for visit in execution.visits] == [
        ("ValidateOrder", "succeeded"),
        ("IsOrderValid", "succeeded"),
        ("ProcessPayment", "succeeded"),
        ("ConfirmOrder", "succeeded"),
        ("NotifyConfirmed", "succeeded"),
    ]
    assert execution.status_of("RejectOrder") is None
    assert Transition(None, "ValidateOrder") in execution.transitions
    assert Transition("IsOrderValid", "ProcessPayment") in execution.transitions
    assert len(execution.transitions) == 5
    assert execution.visits[0].attempts[0].result is not None


def test_failed_in_a_catch(recorded: Callable[..., Any]) -> None:
    execution = recorded("declined").execution
    assert execution.status_of("ProcessPayment") == "caught"
    assert Transition("ProcessPayment", "RejectOrder", "catch") in execution.transitions
    assert Transition("ProcessPayment", "RejectOrder", "next") not in execution.transitions
    [payment] = execution.visits_of("ProcessPayment")
    assert payment.failure is not None
    assert payment.failure.error == "PaymentDeclined"
    assert '"failure"' not in (payment.output or "")
    assert payment.assigned.keys() == {"orderId", "failure"}
    [failed] = execution.visits_of("OrderFailed")
    # The definition names only paths: the error comes with the end of the execution.
    assert failed.status == "failed"
    assert failed.failure is not None
    assert failed.failure.error == "PaymentDeclined"


def test_retries(recorded: Callable[..., Any]) -> None:
    execution = recorded("retried").execution
    [payment] = execution.visits_of("ProcessPayment")
    assert payment.status == "succeeded"
    assert payment.retries == 1
    first, second = payment.attempts
    assert (first.failed, first.error) == (True, "PaymentGatewayTimeout")
    assert '"retryCount": 1' in (second.parameters or "")


def test_waiting_for_a_retry_is_running(written: Callable[..., Any]) -> None:
    events = [
        STARTED,
        entered("Task", 0, "A"),
        ("TaskScheduled", 2, {"parameters": "{}"}),
        ("TaskFailed", 3, {"error": "E"}),
    ]
    assert written(ONE_TASK, "RUNNING", events).execution.status_of("A") == "running"
    failed = [*events, ("ExecutionFailed", 4, {"error": "E"})]
    assert written(ONE_TASK, "FAILED", failed).execution.status_of("A") == "failed"


def test_error_after_the_service_answered(written: Callable[..., Any]) -> None:
    events = [
        STARTED,
        entered("Task", 0, "A"),
        ("TaskScheduled", 2, {"parameters": "{}"}),
        ("TaskSucceeded", 3, {"output": "{}"}),
        ("ExecutionFailed", 4, {"error": "States.Runtime", "cause": "no such path"}),
    ]
    [visit] = written(ONE_TASK, "FAILED", events).execution.visits
    assert visit.status == "failed"
    assert visit.retries == 0
    assert visit.failure is not None
    assert visit.failure.error == "States.Runtime"


@pytest.mark.parametrize("end", ["ExecutionAborted", "ExecutionTimedOut"])
def test_cut_off(written: Callable[..., Any], end: str) -> None:
    events = [STARTED, entered("Task", 0, "A"), ("TaskScheduled", 2, {}), (end, 0, {})]
    status = {"ExecutionAborted": "ABORTED", "ExecutionTimedOut": "TIMED_OUT"}[end]
    assert written(ONE_TASK, status, events).execution.status_of("A") == "stopped"


def test_function_of_the_older_kind(written: Callable[..., Any]) -> None:
    events = [
        STARTED,
        entered("Task", 0, "A"),
        ("LambdaFunctionScheduled", 2, {"input": '{"n": 1}', "resource": "arn"}),
        ("LambdaFunctionTimedOut", 3, {"error": "States.Timeout"}),
        ("LambdaFunctionScheduled", 4, {"input": '{"n": 1}', "resource": "arn"}),
        ("LambdaFunctionSucceeded", 5, {"output": "2"}),
        ("TaskStateExited", 6, {"name": "A", "output": "2"}),
    ]
    [visit] = written(ONE_TASK, "RUNNING", events).execution.visits
    assert (visit.status, visit.retries) == ("succeeded", 1)
    assert visit.attempts[1].parameters == '{"n": 1}'
    assert (visit.entered, visit.exited) == (1.0, 6.0)


def test_parallel_that_fails_stops_its_branches(written: Callable[..., Any]) -> None:
    events = [
        STARTED,
        entered("Parallel", 0, "P"),
        ("ParallelStateStarted", 2, {}),
        entered("Wait", 3, "A"),
        entered("Fail", 3, "B"),
        ("ParallelStateFailed", 5, {}),
        ("ExecutionFailed", 6, {"error": "E", "cause": "why"}),
    ]
    execution = written(PARALLEL, "FAILED", events, error="E").execution
    assert [execution.status_of(name) for name in ("P", "A", "B")] == [
        "failed",
        "stopped",
        "failed",
    ]
    [parallel] = execution.visits_of("P")
    assert parallel.failure is not None
    assert (parallel.failure.error, parallel.failure.cause) == ("E", "why")
    assert Transition(None, "A", inside="P") in execution.transitions
    assert execution.visits_of("A")[0].parent is parallel


def test_map_keeps_iterations_apart(written: Callable[..., Any]) -> None:
    inner = {"StartAt": "I", "States": {"I": TASK}}
    machine = {
        "StartAt": "M",
        "States": {"M": {"Type": "Map", "ItemProcessor": inner, "End": True}},
    }
    events = [
        STARTED,
        entered("Map", 0, "M"),
        ("MapStateStarted", 2, {"length": 2}),
        ("MapIterationStarted", 3, {"name": "M", "index": 0}),
        ("MapIterationStarted", 3, {"name": "M", "index": 1}),
        entered("Task", 4, "I"),
        entered("Task", 5, "I"),
        ("TaskStateExited", 6, {"name": "I", "output": "0"}),
        ("MapIterationSucceeded", 8, {"name": "M", "index": 0}),
        ("TaskFailed", 7, {"error": "E"}),
        ("MapIterationFailed", 10, {"name": "M", "index": 1}),
    ]
    execution = written(machine, "RUNNING", events).execution
    assert [(v.iteration, v.status) for v in execution.visits_of("I")] == [
        (0, "succeeded"),
        (1, "failed"),
    ]
    assert execution.status_of("I") == "failed"
    assert execution.status_of("M") == "running"
    ended = [*events, ("MapStateSucceeded", 11, {}), ("MapStateExited", 12, {"name": "M"})]
    [whole] = written(machine, "SUCCEEDED", ended).execution.visits_of("M")
    assert whole.status == "succeeded"


def test_loop_counts_visits(written: Callable[..., Any]) -> None:
    machine = {
        "StartAt": "A",
        "States": {
            "A": {"Type": "Pass", "Next": "C"},
            "C": {"Type": "Choice", "Choices": [], "Default": "A"},
        },
    }
    events = [
        STARTED,
        entered("Pass", 0, "A"),
        ("PassStateExited", 2, {"name": "A"}),
        entered("Choice", 3, "C"),
        ("ChoiceStateExited", 4, {"name": "C"}),
        entered("Pass", 5, "A"),
    ]
    execution = written(machine, "RUNNING", events).execution
    assert len(execution.visits_of("A")) == 2
    assert execution.status_of("A") == "running"
    assert Transition("C", "A") in execution.transitions
