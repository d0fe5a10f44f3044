"""A replay: an execution goes through its past (`past`), and runs on live from there.

A task whose end the past holds gives what it gave then, or fails as it failed, and is not called.
A task that was under way has no end in the past: it is called, live.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.common.timeouts.timeout import EvalTimeoutError
from moto.stepfunctions.parser.asl.component.state.exec.state_task import (
    state_task_activitiy,  # sic
    state_task_lambda,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service,
    state_task_service_callback,
)
from moto.stepfunctions.parser.asl.component.state.state import CommonStateField
from moto.stepfunctions.parser.asl.eval.callback.callback import CallbackOutcomeFailure
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_manager import EventManager

from localaws.mending import Mends
from localaws.stepfunctions.errors import HEARTBEAT_TIMEOUT
from localaws.stepfunctions.failures import named
from localaws.stepfunctions.past import Event, Past, details_of, time_of
from localaws.timing.timekeeping import SECOND

KINDS = ("Task", "LambdaFunction", "Activity")
BEGUN = {f"{kind}{how}" for kind in KINDS for how in ("Scheduled", "Started", "Submitted")}
SUCCEEDED = {f"{kind}Succeeded" for kind in KINDS}
FAILED = {f"{kind}{how}Failed" for kind in KINDS for how in ("", "Schedule", "Start", "Submit")} | {
    f"{kind}TimedOut" for kind in KINDS
}
# What decides what a service is asked.
ASKED = ("Resource", "Parameters", "Arguments", "InputPath", "Credentials", "QueryLanguage")


def install(mends: Mends) -> None:
    mends.replace(EventManager, "past", None)
    _follow_states(mends)
    for kind in (
        state_task_service.StateTaskService,
        state_task_lambda.StateTaskLambda,
        state_task_activitiy.StateTaskActivity,
    ):
        _answer_tasks(mends, kind)


def _follow_states(mends: Mends) -> None:
    def evaluate(self: CommonStateField, env: Any) -> None:
        past: Past | None = env.event_manager.past
        if past is None:
            run(self, env)
            return
        past.before(self, env)
        run(self, env)
        past.after(self, env)

    run: Callable[..., None] = mends.replace(CommonStateField, "_eval_body", evaluate)


def _answer_tasks(mends: Mends, kind: Any) -> None:
    def execute(self: Any, env: Any) -> None:
        past: Past | None = env.event_manager.past
        if past is None or not _answer(past, self, env):
            call(self, env)

    call: Callable[..., None] = mends.replace(kind, "_eval_execution", execute)


def _answer(past: Past, state: Any, env: Environment) -> bool:
    """Give what a task gave; False where it is to be called.

    Raises:
        FailureEventException, EvalTimeoutError, CallbackOutcomeFailureError: what it failed with.
    """
    events = _attempt(past, env.event_history_context.source_event_id)
    if not events:
        return False
    before, now = past.changed.get(state.name, ({}, {}))
    if any(before.get(field) != now.get(field) for field in ASKED):
        past.depart()  # the service would have been asked for something else
    end = events[-1]
    if end["type"] in BEGUN:
        return False
    for event in events if end["type"] in SUCCEEDED else events[:-1]:
        past.go_past(int(event["id"]))
        env.event_history_context.source_event_id = int(event["id"])
    if end["type"] in FAILED:
        raise _failure(state, env, events)
    env.stack.append(json.loads(details_of(end)["output"]))
    return True


def _attempt(past: Past, before: int) -> list[Event]:
    """The events of the attempt that follows, as far as the past holds them."""
    found: list[Event] = []
    while event := next(past.held(before), None):
        if event["type"] not in BEGUN | SUCCEEDED | FAILED:
            break
        found.append(event)
        before = int(event["id"])
        if event["type"] not in BEGUN:
            break
    return found


def _failure(state: Any, env: Environment, events: list[Event]) -> Any:
    """What an attempt failed with."""
    end, told = events[-1], details_of(events[-1])
    error, cause = told.get("error"), told.get("cause")
    if end["type"] == "ActivityTimedOut":
        return EvalTimeoutError()
    if end["type"] == "ActivityFailed":
        return state_task_service_callback.CallbackOutcomeFailureError(
            CallbackOutcomeFailure("", error, cause)
        )
    name = HEARTBEAT_TIMEOUT if _missed_heartbeat(state, events) else named(error)
    details = {key: value for key, value in end.items() if key.endswith("EventDetails")}
    return FailureEventException(
        FailureEvent(env=env, error_name=name, event_type=end["type"], event_details=details)
    )


def _missed_heartbeat(state: Any, events: list[Event]) -> bool:
    """A history tells of both timeouts alike; where the longer one was not over, it was this."""
    if state.heartbeat is None or not events[-1]["type"].endswith("TimedOut"):
        return False
    limit = details_of(events[0]).get("timeoutInSeconds")
    return limit is None or (time_of(events[-1]) - time_of(events[0])) / SECOND < limit
