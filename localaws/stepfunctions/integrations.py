"""What a Task state asks of a service, where moto's interpreter asks it wrongly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_lambda,
    state_task_service_sfn,
)

from localaws.mending import Mends


def install(mends: Mends) -> None:
    _mend_nested_executions(mends)
    _mend_invocation_type(mends)


def _mend_nested_executions(mends: Mends) -> None:
    """moto hands boto3 the definition's StateMachineArn, where boto3 takes stateMachineArn.

    state_task_service.py:182 does nothing, and the answer is read in Step Functions' spelling.
    docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
    """
    state = state_task_service_sfn.StateTaskServiceSfn

    def normalise_parameters(self: Any, parameters: dict[str, Any], *given: Any) -> None:
        normalise(self, parameters, *given)
        for name in list(parameters):
            parameters[name[0].lower() + name[1:]] = parameters.pop(name)

    def normalise_response(self: Any, response: dict[str, Any], *_: Any, **__: Any) -> None:
        spelled = _as_step_functions_spells(response)
        response.clear()
        response.update(sorted(spelled.items()))

    normalise: Callable[..., None] = mends.replace(
        state, "_normalise_parameters", normalise_parameters
    )
    mends.replace(state, "_normalise_response", normalise_response)


def _as_step_functions_spells(answer: dict[str, Any]) -> dict[str, Any]:
    """Recorded from AWS: names begin with a capital, and times are milliseconds since 1970."""
    return {name[0].upper() + name[1:]: _spelled(name, value) for name, value in answer.items()}


def _spelled(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return int(value.timestamp() * 1000)
    if name in ("inputDetails", "outputDetails"):
        return _as_step_functions_spells(value)
    return value


def _mend_invocation_type(mends: Mends) -> None:
    """moto drops InvocationType, and so waits for every function (state_task_service_lambda.py:32).

    docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
    """
    supported = state_task_service_lambda._SUPPORTED_API_PARAM_BINDINGS
    invoke = supported["invoke"] | {"InvocationType"}
    mends.replace(
        state_task_service_lambda, "_SUPPORTED_API_PARAM_BINDINGS", {**supported, "invoke": invoke}
    )
