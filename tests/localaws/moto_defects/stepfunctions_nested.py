"""Defects of moto in what a Task asks of a service. True while a defect is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from _aws import (
    DONE,
    HOLD,
    NUMBERS,
    call,
    event_types,
    function,
    machine,
    run,
    sfn,
    start,
    still_running,
    until,
)
from moto.awslambda_simple.models import LambdaSimpleBackend
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_callback,
    state_task_service_sfn,
)

NESTED_TASK = state_task_service_sfn.StateTaskServiceSfn


def _nested(child: str) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": child, "Name": f"nested-{next(NUMBERS)}", "Input": {}},
        "End": True,
    }


def sfn_nested_parameters() -> bool:
    return "'StateMachineArn'" in run(_nested(machine(DONE))).get("cause", "")


@contextmanager
def _respelled(*, answers: bool) -> Iterator[None]:
    """What a nested execution is asked with gets its names right, and what it answers with."""

    def respell(change: Callable[[str], str], named: dict[str, Any]) -> None:
        for name in list(named):
            named[change(name[0]) + name[1:]] = named.pop(name)

    ask, answer = NESTED_TASK._normalise_parameters, NESTED_TASK._normalise_response

    def parameters(self: Any, parameters: dict[str, Any], *given: Any, **named: Any) -> None:
        ask(self, parameters, *given, **named)
        respell(str.lower, parameters)

    def response(self: Any, response: dict[str, Any], *given: Any, **named: Any) -> None:
        if answers:
            respell(str.upper, response)
        else:
            answer(self, response, *given, **named)

    with (
        patch.object(NESTED_TASK, "_normalise_parameters", parameters),
        patch.object(NESTED_TASK, "_normalise_response", response),
    ):
        yield


def sfn_nested_answer() -> bool:
    with _respelled(answers=False):
        return "'ExecutionArn'" in run(_nested(machine(DONE))).get("cause", "")


def sfn_nested_spelling() -> bool:
    """Its times are no JSON, in which its parent's output is told."""
    with _respelled(answers=True):
        try:
            return '"executionArn"' in run(_nested(machine(DONE)))["output"]
        except TypeError:
            return True


def _child(machine_arn: str) -> str:
    """The execution of a nested machine."""
    listed = until(
        lambda: sfn().list_executions(stateMachineArn=machine_arn)["executions"], "the child"
    )
    return str(listed[0]["executionArn"])


def sfn_nested_polled() -> bool:
    pauses: list[float] = []
    child = machine(HOLD)
    times = SimpleNamespace(sleep=pauses.append)
    with (
        _respelled(answers=True),
        patch.object(state_task_service_callback, "time", times),
    ):
        arn = start(machine(_nested(child)))
        until(lambda: len(pauses) > 2, "it has been asked three times")
        sfn().stop_execution(executionArn=arn)
        sfn().stop_execution(executionArn=_child(child))
    return set(pauses) == {0.5}


def sfn_nested_not_stopped() -> bool:
    child = machine(HOLD)
    with _respelled(answers=True):
        arn = start(machine(_nested(child)))
        nested = _child(child)
        until(lambda: event_types(arn)[-1] == "TaskSubmitted", "the parent waits")
        sfn().stop_execution(executionArn=arn)
        runs_on = still_running(nested)
        sfn().stop_execution(executionArn=nested)
    return runs_on


def sfn_invocation_type() -> bool:
    task = call(function())
    task["Parameters"]["InvocationType"] = "Event"
    kinds: list[Any] = []

    def invoke(_: Any, _f: Any, _q: Any, _b: Any, headers: Any, _a: Any) -> bytes:
        kinds.append(headers.get("X-Amz-Invocation-Type"))
        return b"{}"

    with patch.object(LambdaSimpleBackend, "invoke", invoke):
        run(task)
    return kinds != ["Event"]
