"""What goes wrong in a state: the error's name and words, and what Retry and Catch may match.

Rules: docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import botocore.session
from botocore.exceptions import ClientError
from moto.stepfunctions.parser import api
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import (
    CustomErrorName,
)
from moto.stepfunctions.parser.asl.component.common.error_name.error_equals_decl import (
    ErrorEqualsDecl,
)
from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName
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
from moto.stepfunctions.parser.asl.component.state.choice.state_choice import StateChoice
from moto.stepfunctions.parser.asl.component.state.exec.execute_state import ExecutionState
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration import (
    iteration_worker,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_map.state_map import StateMap
from moto.stepfunctions.parser.asl.component.state.exec.state_parallel import branches_decl
from moto.stepfunctions.parser.asl.component.state.exec.state_parallel.state_parallel import (
    StateParallel,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_dynamodb,
    state_task_service_lambda,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.utils.json_path import NoSuchJsonPathError

from localaws.mending import Mends

UNCAUGHT = [
    StatesErrorName(StatesErrorNameType.StatesRuntime),
    StatesErrorName(StatesErrorNameType.StatesStatesDataLimitExceeded),
]


def install(mends: Mends) -> None:
    _mend_error_names(mends)
    _mend_choice(mends)
    _mend_runtime_errors(mends)
    _mend_field_names(mends)
    _mend_branch_errors(mends)


def _mend_error_names(mends: Mends) -> None:
    """moto makes an error name of every error code; AWS only of those the service's model names.

    Step Functions calls these services through the AWS SDK for Java, where any other code (a
    ValidationException of DynamoDB, an AccessDeniedException of Lambda) has the service's base
    class: DynamoDB.AmazonDynamoDBException, Lambda.AWSLambdaException.
    """
    _keep_given_name(mends, state_task_service_dynamodb.StateTaskServiceDynamoDB)
    _name_by_model(
        mends,
        state_task_service_dynamodb.StateTaskServiceDynamoDB,
        "dynamodb",
        "DynamoDB.AmazonDynamoDBException",
    )
    _name_by_model(
        mends,
        state_task_service_lambda.StateTaskServiceLambda,
        "lambda",
        "Lambda.AWSLambdaException",
    )


def _keep_given_name(mends: Mends, task: type[Any]) -> None:
    """A DynamoDB task gives every failure its own name, one that has a name already, too."""

    def from_error(self: Any, env: Environment, ex: Exception) -> FailureEvent:
        if isinstance(ex, FailureEventException):
            return ex.failure_event
        if isinstance(ex, TimeoutError):  # States.Timeout, States.HeartbeatTimeout
            timed_out: FailureEvent = super(task, self)._from_error(env=env, ex=ex)
            return timed_out
        return classify(self, env, ex)

    classify: Callable[..., FailureEvent] = mends.replace(task, "_from_error", from_error)


class _UncaughtError(BaseException):
    """Carries an error past the retriers and catchers of moto's states."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


def _mend_choice(mends: Mends) -> None:
    """A Choice that matches nothing ends in moto's own words (state_choice.py:55)."""

    def choose(self: StateChoice, env: Environment) -> None:
        try:
            decide(self, env)
        except RuntimeError as error:
            if self.default_state is not None:
                raise
            name = StatesErrorName(StatesErrorNameType.StatesRuntime)
            details = api.TaskFailedEventDetails(
                error=name.error_name,
                cause=(
                    "Failed to transition out of the state. "
                    "The state does not point to a next state."
                ),
            )
            raise FailureEventException(
                FailureEvent(
                    env=env,
                    error_name=name,
                    event_type=api.HistoryEventType.TaskFailed,
                    event_details=EventDetails(taskFailedEventDetails=details),
                )
            ) from error

    decide: Callable[..., None] = mends.replace(StateChoice, "_eval_state", choose)


def _mend_runtime_errors(mends: Mends) -> None:
    """moto lets Retry and Catch match States.Runtime, and writes a TaskFailed event for it.

    On AWS such an execution fails at once: concepts-error-handling.html says that States.ALL
    catches neither States.Runtime nor States.DataLimitExceeded.
    """

    def evaluate(self: ExecutionState, env: Environment) -> None:
        try:
            attempt(self, env)
        except NoSuchJsonPathError as error:
            raise _UncaughtError(error) from error

    def match(self: ErrorEqualsDecl, env: Environment) -> None:
        error_name = env.stack[-1]
        compare(self, env)
        if error_name in UNCAUGHT and error_name not in self.error_names:
            env.stack[-1] = False

    attempt: Callable[..., None] = mends.replace(ExecutionState, "_evaluate_with_timeout", evaluate)
    compare: Callable[..., None] = mends.replace(ErrorEqualsDecl, "_eval_body", match)
    for kind in (ExecutionState, StateMap, StateParallel):
        _let_pass(mends, kind)


def _mend_field_names(mends: Mends) -> None:
    """A Task's frame keeps to itself which field it was at, and moto blames another one."""

    def set_ended(self: Any) -> None:
        self.last_field_name = self.next_field_name
        end(self)

    def close_frame(self: Any, frame: Any) -> None:
        close(self, frame)
        if self.is_running() and getattr(frame, "last_field_name", None):
            self.next_field_name = frame.last_field_name

    end: Callable[..., None] = mends.replace(Environment, "set_ended", set_ended)
    close: Callable[..., None] = mends.replace(Environment, "close_frame", close_frame)


def _mend_branch_errors(mends: Mends) -> None:
    """moto takes no error named `States.*` out of a branch or an item (branches_decl.py:102)."""

    def named(error_name: str | None) -> ErrorName:
        try:
            return StatesErrorName(StatesErrorNameType.from_name(error_name))
        except ValueError:
            return CustomErrorName(error_name)

    mends.replace(branches_decl, "CustomErrorName", named)
    mends.replace(iteration_worker, "CustomErrorName", named)


def _let_pass(mends: Mends, kind: type[Any]) -> None:
    def evaluate(self: Any, env: Environment) -> None:
        try:
            original(self, env)
        except _UncaughtError as carried:
            raise carried.error from None

    original: Callable[..., None] = mends.replace(kind, "_eval_state", evaluate)


def _name_by_model(mends: Mends, task: type[Any], service: str, base: str) -> None:
    modelled = {
        shape.name
        for shape in botocore.session.get_session().get_service_model(service).error_shapes
    }

    def error_and_cause(client_error: ClientError) -> tuple[str, str]:
        error, cause = named(client_error)
        code = client_error.response["Error"]["Code"]
        return (error if code in modelled else base), cause

    named: Callable[[ClientError], tuple[str, str]] = task._error_cause_from_client_error
    mends.replace(task, "_error_cause_from_client_error", staticmethod(error_and_cause))
