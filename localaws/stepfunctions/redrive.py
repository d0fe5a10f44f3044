"""RedriveExecution: an execution that did not succeed goes on from where it stood.

docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html and
.../apireference/API_RedriveExecution.html, API_DescribeExecution.html (the reasons)
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from moto.core.responses import ActionResult
from moto.stepfunctions.parser import api
from moto.stepfunctions.parser.api import (
    ExecutionRedrivenEventDetails,
    ExecutionStatus,
    HistoryEventType,
)
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker
from moto.stepfunctions.responses import StepFunctionResponse

from localaws.mending import Mends
from localaws.stepfunctions import announcements, executions, redrivable
from localaws.timing.timekeeping import Clock

TOKEN_PERIOD = timedelta(minutes=15)
TOKENS = 10  # of the last ones, one that comes again is answered as before


def install(mends: Mends, clock: Clock) -> None:
    def redrive_execution(self: StepFunctionResponse) -> ActionResult:
        execution = executions.find(self._get_param("executionArn"), express=False)
        token = self._get_param("clientToken")
        now = clock.now()
        tokens: dict[str, datetime] = execution.__dict__.setdefault("redrive_tokens", {})
        if token in tokens and now - tokens[token] <= TOKEN_PERIOD:
            return ActionResult({"redriveDate": tokens[token]})
        if (reason := redrivable.hindrance(execution, now)) is not None:
            raise api.ExecutionNotRedrivable(reason)
        if redrivable.by_map_run(execution):
            raise api.ExecutionNotRedrivable("Execution is redriven by its Map Run alone")
        if token:
            tokens[token] = now
            for old in list(tokens)[:-TOKENS]:
                del tokens[old]
        _redrive(execution, clock)
        return ActionResult({"redriveDate": now})

    mends.replace(StepFunctionResponse, "redrive_execution", redrive_execution)
    _let_workers_go_on(mends)


def _redrive(execution: Any, clock: Clock) -> None:
    past = execution.exec_worker.env
    execution.redrive_count = redrivable.count(execution) + 1
    execution.redrive_date = clock.now()
    execution.stop_date = execution.output = execution.error = execution.cause = None
    execution.exec_status = ExecutionStatus.RUNNING
    announcements.open_log(execution)
    execution.exec_worker = worker = execution._get_start_execution_worker()
    worker.past = past
    executions.begin(execution, clock, worker.start)


def _let_workers_go_on(mends: Mends) -> None:
    """moto's worker begins every execution anew (execution_worker.py:92)."""

    def work(self: Any) -> None:
        if hasattr(self, "past"):
            _go_on(self)
        else:
            begin(self)

    begin: Callable[..., None] = mends.replace(ExecutionWorker, "_execution_logic", work)


def _go_on(self: Any) -> None:
    program = self._get_evaluation_entrypoint()
    env = self._get_evaluation_environment()
    past = self.__dict__.pop("past")
    execution = self._execution_communication.execution
    events = past.event_manager.get_event_history()
    env.event_manager._history_event_list.extend(events)
    env.event_manager._event_id_gen._next_id = len(events) + 1
    env.scope = past.checkpoint()
    env.scope.resume()
    env.event_history_context.source_event_id = len(events)
    data = env.states.context_object.context_object_data["Execution"]
    data["RedriveCount"] = execution.redrive_count
    data["RedriveTime"] = execution.redrive_date.isoformat(timespec="milliseconds")[:23] + "Z"
    self.env = env
    env.event_manager.add_event(
        context=env.event_history_context,
        event_type=HistoryEventType.ExecutionRedriven,
        event_details=EventDetails(
            executionRedrivenEventDetails=ExecutionRedrivenEventDetails(
                redriveCount=execution.redrive_count
            )
        ),
    )
    program.eval(env)
    self._execution_communication.terminated()
