"""An execution's life: it is told of as it goes, and it ends once, at once.

Rules: docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from moto.stepfunctions.parser import api
from moto.stepfunctions.parser.api import (
    ExecutionAbortedEventDetails,
    ExecutionTimedOutEventDetails,
    HistoryEventType,
)
from moto.stepfunctions.parser.asl.component.program.program import Program
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.eval.event.event_manager import EventManager
from moto.stepfunctions.parser.asl.eval.program_state import ProgramTimedOut
from moto.stepfunctions.parser.backend.execution import (
    BaseExecutionWorkerCommunication,
    Execution,
)
from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker
from moto.stepfunctions.parser.models import stepfunctions_parser_backends
from moto.stepfunctions.parser.utils import TMP_THREADS

from localaws.mending import Mends
from localaws.observability import statesmetrics
from localaws.stepfunctions import (
    activities,
    announcements,
    checkpoints,
    limits,
    tokens,
    waits,
)
from localaws.timing.timekeeping import Clock

ARN = re.compile(r"arn:[a-z-]+:states:[a-z0-9-]+:\d{12}:(execution|express):[^:]+:[^:]+(:[^:]+)?")
LAST_EVENTS = {
    HistoryEventType.ExecutionSucceeded,
    HistoryEventType.ExecutionFailed,
    HistoryEventType.ExecutionAborted,
    HistoryEventType.ExecutionTimedOut,
}


class _Threads(list[Any]):
    """moto keeps every thread that it ever started; here, those that are alive, and no tasks."""

    def append(self, thread: Any) -> None:
        if isinstance(thread, threading.Thread):
            self[:] = [one for one in self if one.is_alive()]
            super().append(thread)


running: dict[Execution, None] = {}  # in the order of their start
_threads = _Threads()


def install(mends: Mends, clock: Clock) -> None:
    running.clear()
    mends.replace_everywhere(TMP_THREADS, _threads)
    _mend_history(mends)
    _know_execution(mends)
    _mend_timeout(mends, clock)
    _mend_stop(mends, clock)
    awaited = tokens.install(mends)
    _mend_silence(mends, clock, awaited)
    waits.install(mends, clock)
    activities.install(mends, clock, awaited)
    checkpoints.install(mends)
    limits.install(clock, running)


def stop_all(clock: Clock) -> None:
    """Stop what still runs. Tasks that are at work notice when they return."""
    while running:
        next(iter(running)).stop(clock.now(), None, None)  # and what it waits for


def join() -> None:
    """Wait until no thread of an execution is left."""
    while _threads:
        _threads.pop().join()


def all_ended(arns: Iterable[str]) -> Callable[[], bool]:
    """A question: whether executions have ended."""
    waiting = [execution for arn in arns if (execution := _unless_gone(arn)) is not None]

    def ask() -> bool:
        while waiting and waiting[-1].stop_date is not None:
            waiting.pop()
        return not waiting

    return ask


def _unless_gone(arn: str) -> Execution | None:
    """The execution of an ARN; None where it was one of an Express workflow that has ended."""
    if _kind(arn) != "express":
        return find(arn)
    return next((one for one in running if one.exec_arn == arn), None)


def find(arn: str, express: bool = True) -> Execution:
    """The execution of an ARN. Nothing is kept of one of an Express workflow that has ended.

    Args:
        arn: that of an execution.
        express: whether it may be one of an Express workflow.

    Raises:
        InvalidArn: it is none.
        ExecutionDoesNotExist: there is none of it.
    """
    kind = _kind(arn)
    if kind == "express" and not express:
        kind = f"Resource type not valid in this context: {kind}"
        raise api.InvalidArn(f"Invalid Arn: '{kind}'")
    if kind == "express":
        if (execution := _unless_gone(arn)) is not None:
            return execution
        raise api.ExecutionDoesNotExist(f"Execution Does Not Exist: '{arn}'")
    _, _, _, region, account, *_ = arn.split(":")
    found: Execution = stepfunctions_parser_backends[account][region].describe_execution(arn)
    return found


def _kind(arn: str) -> str:
    if not ARN.fullmatch(arn):
        raise api.InvalidArn(f"Invalid Arn: '{arn}'")
    return arn.split(":")[5]


def of_map_run(backend: Any, map_run_arn: str) -> list[Execution]:
    """The executions that a Map Run has started, in the order of their start."""
    return list(getattr(backend, "map_run_executions", {}).get(map_run_arn, ()))


def begin(execution: Any, clock: Clock, start: Callable[[], object]) -> None:
    """Let an execution run, and tell of it."""
    execution.finished = clock.event()
    running[execution] = None
    start()
    statesmetrics.started(execution)
    announcements.tell(execution, begun=True)


def _know_execution(mends: Mends) -> None:
    """What writes an execution's history knows whose it is."""

    def make(self: ExecutionWorker) -> Environment:
        env: Environment = build(self)
        communication: Any = self._execution_communication
        env.event_manager.execution = communication.execution
        return env

    build: Callable[..., Any] = mends.replace(ExecutionWorker, "_get_evaluation_environment", make)


def _mend_history(mends: Mends) -> None:
    """Tasks that were abandoned still write history after moto's execution has ended."""

    def start(self: Any, *args: Any, **kwargs: Any) -> None:
        begin(self, *args, **kwargs)
        self.ending = threading.RLock()
        self.ended = False

    def add_event(self: Any, context: Any, event_type: Any, *args: Any, **kwargs: Any) -> int:
        if not hasattr(self, "ending"):  # an execution of plain moto's that still runs
            return int(add(self, context, event_type, *args, **kwargs))
        with self.ending:
            if self.ended:
                return 0
            if (known := checkpoints.is_silent(context, event_type)) is not None:
                return known
            if self._event_id_gen._next_id >= limits.MOST_EVENTS and event_type not in LAST_EVENTS:
                limits.check_events(self, event_type)
            self.ended = event_type in LAST_EVENTS
            return int(add(self, context, event_type, *args, **kwargs))

    begin: Callable[..., None] = mends.replace(EventManager, "__init__", start)
    add: Callable[..., int] = mends.replace(EventManager, "add_event", add_event)


def _mend_timeout(mends: Mends, clock: Clock) -> None:
    """moto writes ExecutionTimedOut only when the running task returns (program.py:84).

    It also gives each program a thread, that of a branch and of an iteration, too, whether or not
    a TimeoutSeconds needs one.
    """

    def run(self: Program, env: Environment) -> None:
        env.next_state_name = checkpoints.start_of(self, env)
        limit = limits.seconds(self, env)
        if not clock.within(limit, lambda: super(Program, self).eval(env)):
            env.set_timed_out()
        if isinstance(env.program_state(), ProgramTimedOut) and not env.is_frame():
            details = ExecutionTimedOutEventDetails(error="States.Timeout")
            env.event_history_context.source_event_id = 0
            env.event_manager.add_event(
                context=env.event_history_context,
                event_type=HistoryEventType.ExecutionTimedOut,
                event_details=EventDetails(executionTimedOutEventDetails=details),
            )

    mends.replace(Program, "eval", run)


def _mend_stop(mends: Mends, clock: Clock) -> None:
    """moto's StopExecution takes effect only when the running task returns."""

    def stop(self: Execution, stop_date: datetime, error: str | None, cause: str | None) -> None:
        while self.exec_worker.env is None:  # it has only just been started
            clock.give_way(lambda: self.exec_worker.env is not None)
        if self.stop_date is not None:
            return  # meanwhile its machine, which is being deleted, has stopped it
        env = self.exec_worker.env
        halt(self, stop_date, error, cause)
        env.event_history_context.source_event_id = 0
        env.event_manager.add_event(
            context=env.event_history_context,
            event_type=HistoryEventType.ExecutionAborted,
            event_details=EventDetails(
                executionAbortedEventDetails=ExecutionAbortedEventDetails(error=error, cause=cause)
            ),
        )
        BaseExecutionWorkerCommunication(self).terminated()

    halt: Callable[..., None] = mends.replace(Execution, "stop", stop)


def _mend_silence(mends: Mends, clock: Clock, awaited: tokens.Tokens) -> None:
    """moto writes no log of an execution and tells EventBridge nothing of it."""
    ending = threading.Lock()

    def start(self: Execution) -> None:
        announcements.open_log(self)
        begin(self, clock, lambda: start_worker(self))

    def terminated(self: BaseExecutionWorkerCommunication) -> None:
        execution = self.execution
        if not hasattr(execution, "finished"):  # one of plain moto's that still ran
            end(self)
            return
        with ending:
            if execution.stop_date is not None:
                return  # stopped before its thread came to the end
            end(self)
            running.pop(execution, None)
        clock.end_group(execution)
        if not clock.simulated:  # there, its tasks have just been ended
            awaited.let_go()
        if not hasattr(execution, "branch_of"):  # one of those is nobody's business
            statesmetrics.ended(execution)
            announcements.tell(execution)
        if (tell_machine := getattr(execution, "when_ended", None)) is not None:
            tell_machine()
        execution.finished.set()

    start_worker: Callable[[Execution], None] = mends.replace(Execution, "start", start)
    end: Callable[..., None] = mends.replace(
        BaseExecutionWorkerCommunication, "terminated", terminated
    )
