"""Nested executions: what a task that waits for one returns, and when it is stopped.

Rules: docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html and
.../connect-to-resource.html#connect-sync. What a failed one returns, that a timeout stops it, too,
and the words of its stop were measured on AWS.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.stepfunctions.parser.api import HistoryEventType, TaskFailedEventDetails
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import (
    StatesErrorName,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import (
    StatesErrorNameType,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_sfn,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.resource import (
    ResourceCondition,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.utils import boto_client

from localaws.mending import Mends
from localaws.stepfunctions import executions
from localaws.stepfunctions.integrations import as_step_functions_spells
from localaws.stepfunctions.jsontext import written
from localaws.timing.timekeeping import Clock

# What ends a task, and with it what it waits for.
ENDS = ("set_ended", "set_error", "set_timed_out", "set_stop")


def install(mends: Mends, clock: Clock) -> None:
    _mend_results(mends)
    _stop_children(mends, clock)


def _mend_results(mends: Mends) -> None:
    """moto gives a nested execution's description in boto3's spelling.

    state_task_service_sfn.py:107, :187; and it reads a failed one's input and output as JSON.
    """

    def build(self: Any, env: Environment, resource_runtime_part: Any, **given: Any) -> Any:
        arn = env.stack.pop()["ExecutionArn"]
        client = boto_client.boto_client_for(
            region=resource_runtime_part.region,
            service="stepfunctions",
            state_credentials=given["state_credentials"],
        )
        env.awaited = executions.find(arn)

        def resolve() -> Any:
            described = client.describe_execution(executionArn=arn)
            if described["status"] == "RUNNING":
                return None
            env.awaited = None
            del described["ResponseMetadata"]
            return _result(self, env, dict(sorted(as_step_functions_spells(described).items())))

        return resolve

    for name in ("_build_sync_resolver", "_build_sync2_resolver"):
        mends.replace(state_task_service_sfn.StateTaskServiceSfn, name, build)


def _result(self: Any, env: Environment, described: dict[str, Any]) -> dict[str, Any]:
    if described["Status"] == "SUCCEEDED":
        if self.resource.condition == ResourceCondition.Sync2:
            for field in ("Input", "Output"):
                described[field] = json.loads(described[field])
        return described
    name = StatesErrorName(StatesErrorNameType.StatesTaskFailed)
    details = TaskFailedEventDetails(
        resource=self._get_sfn_resource(),
        resourceType=self._get_sfn_resource_type(),
        error=name.error_name,
        cause=written(described),
    )
    raise FailureEventException(
        FailureEvent(
            env=env,
            error_name=name,
            event_type=HistoryEventType.TaskFailed,
            event_details={"taskFailedEventDetails": details},
        )
    )


def _stop_children(mends: Mends, clock: Clock) -> None:
    """moto leaves the nested execution running that a task has waited for."""

    def ending(end: Callable[..., None]) -> Callable[..., None]:
        def ended(self: Any, *given: Any, **named: Any) -> None:
            end(self, *given, **named)
            child, self.awaited = getattr(self, "awaited", None), None
            if child is not None and child.status == "RUNNING":
                parent = self.states.context_object.context_object_data["Execution"]["Id"]
                child.cause = ABORTED.format(parent)
                child.stop(clock.now(), None, child.cause)

        return ended

    for name in ENDS:
        mends.replace(Environment, name, ending(getattr(Environment, name)))


ABORTED = (
    "The Task state in AWS Step Functions execution [{}] which was managing this resource was "
    "aborted"
)
