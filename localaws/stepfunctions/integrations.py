"""What a Task state asks of a service, what it makes of the answer, and of a refusal.

moto asks each of them in its own way, gives none of the SDK's metadata, and calls errors otherwise
than AWS (asl/component/state/exec/state_task/service).

Rules: docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError
from moto.stepfunctions.parser.api import (
    HistoryEventType,
    LambdaFunctionFailedEventDetails,
    TaskFailedEventDetails,
)
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent
from moto.stepfunctions.parser.asl.component.state.exec.state_task import (
    lambda_eval_utils,
    state_task_lambda,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_aws_sdk,
    state_task_service_dynamodb,
    state_task_service_events,
    state_task_service_lambda,
    state_task_service_sfn,
    state_task_service_sns,
    state_task_service_sqs,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.utils import boto_client

from localaws.mending import Mends
from localaws.stepfunctions import apitasks, taskerrors
from localaws.stepfunctions.failures import named as error_name
from localaws.stepfunctions.jsontext import written
from localaws.stepfunctions.outputs import with_metadata
from localaws.stepfunctions.sdkshapes import answered, asked
from localaws.striking import state_at_work
from localaws.timing.timekeeping import Clock

TASKS: dict[str, type[Any]] = {
    "lambda": state_task_service_lambda.StateTaskServiceLambda,
    "dynamodb": state_task_service_dynamodb.StateTaskServiceDynamoDB,
    "sqs": state_task_service_sqs.StateTaskServiceSqs,
    "sns": state_task_service_sns.StateTaskServiceSns,
    "events": state_task_service_events.StateTaskServiceEvents,
    "states": state_task_service_sfn.StateTaskServiceSfn,
}
TEXTS = {"sqs": "MessageBody", "sns": "Message", "states": "Input"}  # may be given as JSON


def install(mends: Mends, clock: Clock) -> None:
    _mend_calls(mends, clock)
    _mend_sdk_calls(mends)
    _mend_functions(mends, clock)
    _mend_error_names(mends)
    _mend_invocation_type(mends)


def _mend_calls(mends: Mends, clock: Clock) -> None:
    """moto leaves out SdkHttpMetadata and SdkResponseMetadata, and spells Step Functions' names
    as boto3 does.
    """

    def call(
        self: Any, env: Environment, resource_runtime_part: Any, normalised_parameters: Any,
        state_credentials: Any,
    ) -> None:  # fmt: skip
        service = self.resource.service_name
        client = boto_client.boto_client_for(
            region=resource_runtime_part.region,
            service=taskerrors.OPTIMIZED[service].boto,
            state_credentials=state_credentials,
        )
        parameters = _parameters(service, normalised_parameters)
        if service == "events":
            self._normalised_request_parameters(env=env, parameters=parameters)
        _require_host(parameters.get("QueueUrl"))
        with _at_work(env):
            answer = getattr(client, self._get_boto_service_action())(**parameters)
        if answer.get("FailedEntryCount"):
            answer.pop("ResponseMetadata")
            raise _FailedEntryError(written(dict(sorted(answer.items()))))
        env.stack.append(_output(service, answer, clock.now()))

    for service in ("dynamodb", "sqs", "sns", "states", "events"):
        mends.replace(TASKS[service], "_eval_service_task", call)
        for name in ("_normalise_response", "_normalise_parameters"):
            mends.replace(TASKS[service], name, _leave_as_it_is)


@contextmanager
def _at_work(env: Environment) -> Iterator[None]:
    """Faults may be one state's."""
    token = state_at_work.set(env.states.context_object.context_object_data["State"]["Name"])
    try:
        yield
    finally:
        state_at_work.reset(token)


def _leave_as_it_is(*_: Any, **__: Any) -> None:
    """`call` has done it."""


def _require_host(queue_url: str | None) -> None:
    """moto finds a queue by what is no URL at all; recorded from AWS is what becomes of it."""
    if queue_url is not None and "://" not in queue_url:
        raise _NoHostError(host=queue_url)


class _NoHostError(BotoCoreError):
    fmt = "Unable to execute HTTP request: {host}: Name or service not known"


class _FailedEntryError(Exception):
    """EventBridge has not taken every entry."""


def _parameters(service: str, given: dict[str, Any]) -> dict[str, Any]:
    text = TEXTS.get(service)
    given = {name: value for name, value in given.items() if value is not None}
    if text in given and not isinstance(given[text], str):
        given[text] = written(given[text])
    if service == "states":
        return {name[0].lower() + name[1:]: value for name, value in given.items()}
    return given


def _output(service: str, answer: dict[str, Any], now: datetime) -> dict[str, Any]:
    metadata = answer.pop("ResponseMetadata", {})
    if service == "states":
        answer = as_step_functions_spells(answer)
    body = written(answer).encode()
    request_id = taskerrors.request_id(service, metadata.get("RequestId"))
    return with_metadata(service, answer, request_id, now, body)


def as_step_functions_spells(answer: dict[str, Any]) -> dict[str, Any]:
    """Recorded from AWS: names begin with a capital, and times are milliseconds since 1970."""
    return {name[0].upper() + name[1:]: _spelled(name, value) for name, value in answer.items()}


def _spelled(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return int(value.timestamp() * 1000)
    if name in ("inputDetails", "outputDetails"):
        return as_step_functions_spells(value)
    return value


def _mend_sdk_calls(mends: Mends) -> None:
    """moto hands boto3 what stands in the definition (state_task_service_aws_sdk.py:113)."""

    def call(
        self: Any, env: Environment, resource_runtime_part: Any, normalised_parameters: Any,
        state_credentials: Any,
    ) -> None:  # fmt: skip
        client = boto_client.boto_client_for(
            region=resource_runtime_part.region,
            service=self._get_boto_service_name(),
            state_credentials=state_credentials,
        )
        action = self.resource.api_action
        operation = client.meta.service_model.operation_model(action[0].upper() + action[1:])
        parameters = asked(normalised_parameters, operation.input_shape)
        with _at_work(env):
            answer = getattr(client, xform_name(operation.name))(**parameters) or {}
        answer.pop("ResponseMetadata", None)
        env.stack.append(answered(answer, operation.output_shape))

    def boto_name(self: Any) -> str:
        return taskerrors.boto_name(self.resource.api_name)

    task = state_task_service_aws_sdk.StateTaskServiceAwsSdk
    mends.replace(task, "_eval_service_task", call)
    mends.replace(task, "_get_boto_service_name", boto_name)


def _mend_functions(mends: Mends, clock: Clock) -> None:
    """moto writes what a failed function returned anew (lambda_eval_utils.py:95)."""

    def invoke(env: Environment, parameters: Any, region: str, state_credentials: Any) -> None:
        client = boto_client.boto_client_for(
            service="lambda", region=region, state_credentials=state_credentials
        )
        answer = client.invoke(**parameters)
        body = answer["Payload"].read()
        if kind := answer.get("FunctionError"):
            raise lambda_eval_utils.LambdaFunctionErrorException(kind, body.decode())
        kept = ("ExecutedVersion", "LogResult", "StatusCode")
        told = {name: answer[name] for name in kept if name in answer}
        told["Payload"] = _payload(body)
        request_id = taskerrors.request_id("lambda", answer["ResponseMetadata"].get("RequestId"))
        env.stack.append(with_metadata("lambda", told, request_id, clock.now(), body))

    mends.replace(lambda_eval_utils, "execute_lambda_function_integration", invoke)


def _payload(body: bytes) -> Any:
    """A function's result; a text that is no JSON, as an asynchronous call has it, stays one."""
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")


def _mend_error_names(mends: Mends) -> None:
    """moto makes an error name of every error code, and of SQS's all the same one.

    state_task_service_dynamodb.py:95, ..._lambda.py:68, ..._sqs.py:55, ..._sns.py:50; a function
    that a bare ARN names fails with "Exception" where Lambda refuses it (state_task_lambda.py:66).
    """
    for service, task in TASKS.items():
        _name_errors(mends, task, service)
    _name_errors(mends, state_task_service_aws_sdk.StateTaskServiceAwsSdk, "aws-sdk")
    _name_errors(mends, apitasks.TASK, "apigateway")

    def from_error(self: Any, env: Environment, ex: Exception) -> FailureEvent:
        named = _named(self, "lambda", ex)
        if named is None:
            return classify(self, env, ex)
        details = LambdaFunctionFailedEventDetails(error=named[0], cause=named[1])
        return FailureEvent(
            env=env,
            error_name=error_name(named[0]),
            event_type=HistoryEventType.LambdaFunctionFailed,
            event_details=EventDetails(lambdaFunctionFailedEventDetails=details),
        )

    classify: Callable[..., FailureEvent] = mends.replace(
        state_task_lambda.StateTaskLambda, "_from_error", from_error
    )


def _name_errors(mends: Mends, task: type[Any], service: str) -> None:
    def from_error(self: Any, env: Environment, ex: Exception) -> FailureEvent:
        named = _named(self, service, ex)
        if named is None:
            other: FailureEvent = super(task, self)._from_error(env=env, ex=ex)
            return other
        details = TaskFailedEventDetails(
            error=named[0],
            cause=named[1],
            resource=self._get_sfn_resource(),
            resourceType=self._get_sfn_resource_type(),
        )
        return FailureEvent(
            env=env,
            error_name=error_name(named[0]),
            event_type=HistoryEventType.TaskFailed,
            event_details=EventDetails(taskFailedEventDetails=details),
        )

    mends.replace(task, "_from_error", from_error)


def _named(self: Any, service: str, error: Exception) -> tuple[str, str] | None:
    """The error name and cause of a refusal by a service, or of a failed function."""
    if isinstance(error, lambda_eval_utils.LambdaFunctionErrorException):
        return taskerrors.of_function(error.payload)
    if isinstance(error, _FailedEntryError):
        return "EventBridge.FailedEntry", str(error)
    if isinstance(error, apitasks.ApiError):
        return error.name, str(error)
    if service == "aws-sdk":
        boto = self._get_boto_service_name()
        if isinstance(error, ClientError):
            return taskerrors.of_sdk(boto, error)
        prefix = taskerrors.sdk_name(boto)
    elif service in taskerrors.OPTIMIZED:
        if isinstance(error, ClientError):
            return taskerrors.of_optimized(service, error)
        prefix = taskerrors.OPTIMIZED[service].prefix
    else:
        return None
    return (
        (f"{prefix}.SdkClientException", str(error)) if isinstance(error, BotoCoreError) else None
    )


def _mend_invocation_type(mends: Mends) -> None:
    """moto drops InvocationType, and so waits for every function (state_task_service_lambda.py:32).

    docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
    """
    supported = state_task_service_lambda._SUPPORTED_API_PARAM_BINDINGS
    invoke = supported["invoke"] | {"InvocationType"}
    mends.replace(
        state_task_service_lambda, "_SUPPORTED_API_PARAM_BINDINGS", {**supported, "invoke": invoke}
    )
