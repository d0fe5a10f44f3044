"""How long an execution may last, and how many events it may have.

docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html: "Quotas related to state machine
executions"; .../bp-history-limit.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from moto.stepfunctions.parser.api import (
    ExecutionFailedEventDetails,
    ExecutionTimedOutEventDetails,
    HistoryEventType,
)
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails

from localaws.stepfunctions.ends import OverError, end_now
from localaws.timing.timekeeping import SECOND, Clock

LONGEST = {"STANDARD": timedelta(days=365), "EXPRESS": timedelta(minutes=5)}
DAY = timedelta(days=1)
MOST_EVENTS = 25_000
TOO_MANY_EVENTS = f"The execution reached the maximum number of history events ({MOST_EVENTS})."


def install(clock: Clock, running: Iterable[Any]) -> None:
    """`running`: the executions that run, at any time."""
    clock.every(DAY / SECOND, lambda: _look_for_old(running, clock))


def seconds(program: Any, env: Any) -> float | None:
    """How long a program may run: TimeoutSeconds; and five minutes, for an Express workflow.

    That a Standard one ends after a year is seen to beside it, for a timer of a year would be
    something that time brings to whoever waits.
    """
    given = program.timeout_seconds
    limit: float | None = given.timeout_seconds if given else None
    if env.execution_type == "EXPRESS" and not env.is_frame():
        longest = LONGEST["EXPRESS"] / SECOND
        limit = longest if limit is None else min(limit, longest)
    past = env.event_manager.past
    if limit is not None and past is not None and not env.is_frame():
        return max(0.0, limit - float(past.elapsed))
    return limit


def check_events(manager: Any, event_type: HistoryEventType) -> None:
    """Fail an execution whose next event would be one too many; raises then."""
    execution = getattr(manager, "execution", None)
    if execution is None or execution.sm_type != "STANDARD":
        return
    details = ExecutionFailedEventDetails(error="States.Runtime", cause=TOO_MANY_EVENTS)
    end_now(
        execution,
        HistoryEventType.ExecutionFailed,
        EventDetails(executionFailedEventDetails=details),
        lambda env: env.set_error(error=details),
    )
    raise OverError


def _look_for_old(running: Iterable[Any], clock: Clock) -> None:
    """Each day: those that will be a year old before the next look get their end."""
    for execution in list(running):
        left = execution.start_date + LONGEST[execution.sm_type] - clock.now()
        if execution.sm_type == "STANDARD" and left < DAY:
            clock.spawn(_end_after(execution, max(left, timedelta()), clock))


def _end_after(execution: Any, left: timedelta, clock: Clock) -> Callable[[], None]:
    started = execution.finished

    def end() -> None:
        clock.sleep(left / SECOND)
        if execution.status == "RUNNING" and execution.finished is started:
            execution.error = "States.Timeout"
            details = ExecutionTimedOutEventDetails(error=execution.error)
            end_now(
                execution,
                HistoryEventType.ExecutionTimedOut,
                EventDetails(executionTimedOutEventDetails=details),
                lambda env: env.set_timed_out(),
            )

    return end
