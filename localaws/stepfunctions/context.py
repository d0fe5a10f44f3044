"""The context object, and the event that an execution begins with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.stepfunctions.parser.api import (
    ExecutionStartedEventDetails,
    HistoryEventExecutionDataDetails,
    HistoryEventType,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker

from localaws.mending import Mends


def install(mends: Mends) -> None:
    _mend_context(mends)
    _mend_first_event(mends)


def _mend_context(mends: Mends) -> None:
    """moto's StartTime is no time stamp of AWS's, and RedriveCount is missing.

    execution_worker.py:70; docs.aws.amazon.com/step-functions/latest/dg/
    input-output-contextobject.html
    """

    def make(self: ExecutionWorker) -> Environment:
        env = build(self)
        data = env.states.context_object.context_object_data["Execution"]
        data["StartTime"] = data["StartTime"].isoformat(timespec="milliseconds")[:23] + "Z"
        data["RedriveCount"] = 0
        return env

    build: Callable[..., Environment] = mends.replace(
        ExecutionWorker, "_get_evaluation_environment", make
    )


def _mend_first_event(mends: Mends) -> None:
    """moto writes the input anew, which AWS shows as it was given (execution_worker.py:100)."""

    def work(self: Any) -> None:
        program = self._get_evaluation_entrypoint()
        self.env = env = self._get_evaluation_environment()
        execution = self._execution_communication.execution
        details = ExecutionStartedEventDetails(
            input=execution.execution_input,
            inputDetails=HistoryEventExecutionDataDetails(truncated=False),
            roleArn=self._evaluation_details.aws_execution_details.role_arn,
        )
        env.event_manager.add_event(
            context=env.event_history_context,
            event_type=HistoryEventType.ExecutionStarted,
            event_details=EventDetails(executionStartedEventDetails=details),
            update_source_event_id=False,
        )
        program.eval(env)
        self._execution_communication.terminated()

    mends.replace(ExecutionWorker, "_execution_logic", work)
