"""Step Functions: the API, logs and events around moto's interpreter, as AWS documents them."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import botocore.session
from botocore.exceptions import ClientError
from moto.core.exceptions import AWSError
from moto.core.responses import ActionResult
from moto.stepfunctions.exceptions import InvalidName
from moto.stepfunctions.parser import api
from moto.stepfunctions.parser.asl.component.common.error_name.error_equals_decl import (
    ErrorEqualsDecl,
)
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
from moto.stepfunctions.parser.asl.component.state import state
from moto.stepfunctions.parser.asl.component.state.choice.state_choice import StateChoice
from moto.stepfunctions.parser.asl.component.state.exec.execute_state import ExecutionState
from moto.stepfunctions.parser.asl.component.state.exec.state_map.state_map import StateMap
from moto.stepfunctions.parser.asl.component.state.exec.state_parallel.state_parallel import (
    StateParallel,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_dynamodb,
    state_task_service_lambda,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.utils import encoding
from moto.stepfunctions.parser.asl.utils.json_path import NoSuchJsonPathError
from moto.stepfunctions.parser.backend.execution import Execution
from moto.stepfunctions.parser.models import StepFunctionsParserBackend
from moto.stepfunctions.responses import StepFunctionResponse

from localaws import definitions
from localaws.mending import Mends

UNCAUGHT = [
    StatesErrorName(StatesErrorNameType.StatesRuntime),
    StatesErrorName(StatesErrorNameType.StatesStatesDataLimitExceeded),
]
# docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
EXECUTION_NAME = re.compile(r"[A-Za-z0-9\-_]{1,80}")


def install(mends: Mends) -> None:
    _mend_exceptions(mends)
    _mend_definitions(mends)
    _mend_taken_names(mends)
    _mend_start(mends)
    _mend_stop(mends)
    _mend_reads(mends)
    _mend_task_failure(mends)
    _mend_json(mends)
    _mend_entered_time(mends)
    _mend_error_names(mends)
    _mend_choice(mends)
    _mend_runtime_errors(mends)
    _mend_field_names(mends)


def _mend_exceptions(mends: Mends) -> None:
    """The interpreter's exceptions keep their name where moto's responses do not look for it."""
    for exception in vars(api).values():
        if isinstance(exception, type) and issubclass(exception, AWSError):
            mends.replace(exception, "TYPE", vars(exception).get("code"))


def _mend_definitions(mends: Mends) -> None:
    """moto accepts a definition whose transitions lead nowhere (parser/models.py:64)."""

    def validate(definition: str) -> None:
        problems = definitions.problems(definition)
        if problems:
            listed = ", ".join(problems)
            raise api.InvalidDefinition(f"Invalid State Machine Definition: '{listed}'")
        check(definition)

    check: Callable[[str], None] = StepFunctionsParserBackend._validate_definition
    mends.replace(StepFunctionsParserBackend, "_validate_definition", staticmethod(validate))


def _mend_taken_names(mends: Mends) -> None:
    """moto answers a taken name with the machine that has it, and drops the new definition."""

    def create_state_machine(
        self: StepFunctionsParserBackend, name: str, definition: str, **given: Any
    ) -> Any:
        for machine in self.state_machines:
            same = (machine.definition, machine.roleArn) == (definition, given.get("roleArn"))
            if machine.name == name and not same:
                raise api.StateMachineAlreadyExists(
                    f"State Machine Already Exists: '{machine.arn}'"
                )
        return create(self, name=name, definition=definition, **given)

    create: Callable[..., Any] = mends.replace(
        StepFunctionsParserBackend, "create_state_machine", create_state_machine
    )


def _mend_start(mends: Mends) -> None:
    """moto calls an unnamed execution "None" and takes any name (responses.py:274)."""

    def start_execution(
        self: StepFunctionsParserBackend,
        state_machine_arn: str,
        name: str | None = None,
        execution_input: str | None = None,
        trace_header: str | None = None,
    ) -> Execution:
        name = name or str(uuid.uuid4())
        if not EXECUTION_NAME.fullmatch(name):
            raise InvalidName(f"Invalid Name: '{name}'")
        return start(self, state_machine_arn, name, execution_input, trace_header)

    start: Callable[..., Execution] = mends.replace(
        StepFunctionsParserBackend, "start_execution", start_execution
    )


def _mend_stop(mends: Mends) -> None:
    """moto drops StopExecution's error and cause (responses.py:351, models.py:183)."""

    def stop_execution(self: StepFunctionResponse) -> ActionResult:
        execution: Execution = self.stepfunction_backend.describe_execution(
            self._get_param("executionArn")
        )
        now = datetime.now(UTC)
        if execution.status == "RUNNING":
            execution.error = self._get_param("error")
            execution.cause = self._get_param("cause")
            execution.stop(now, execution.error, execution.cause)
        return ActionResult({"stopDate": now})

    mends.replace(StepFunctionResponse, "stop_execution", stop_execution)


def _mend_reads(mends: Mends) -> None:
    """moto leaves out stopDate of TIMED_OUT, and ignores order and paging of the history."""

    def describe_execution(self: StepFunctionResponse) -> ActionResult:
        result = describe(self)
        execution = self.stepfunction_backend.describe_execution(self._get_param("executionArn"))
        if execution.stop_date:
            result.result["stopDate"] = execution.stop_date
        if "output" in result.result:  # moto adds spaces that AWS does not
            result.result["output"] = execution.to_describe_output()["output"]
        result.result["inputDetails"] = {"included": True}
        return result

    def get_execution_history(self: StepFunctionResponse) -> ActionResult:
        arn = self._get_param("executionArn")
        events = self.stepfunction_backend.get_execution_history(arn)["events"]
        if self._get_param("reverseOrder"):
            events = events[::-1]
        first = int(self._get_param("nextToken") or 0)
        last = first + int(self._get_param("maxResults") or 1000)
        answer: dict[str, Any] = {"events": events[first:last]}
        if last < len(events):
            answer["nextToken"] = str(last)
        return ActionResult(answer)

    def describe_state_machine_for_execution(self: StepFunctionResponse) -> ActionResult:
        arn = self._get_param("executionArn")
        execution = self.stepfunction_backend.describe_execution(arn)
        result = self._describe_state_machine(execution.state_machine.arn)
        # An execution keeps the definition it was started with; moto shows today's.
        result.result["definition"] = execution.state_machine.definition
        return result

    describe: Callable[..., Any] = mends.replace(
        StepFunctionResponse, "describe_execution", describe_execution
    )
    mends.replace(
        StepFunctionResponse,
        "describe_state_machine_for_execution",
        describe_state_machine_for_execution,
    )
    mends.replace(StepFunctionResponse, "get_execution_history", get_execution_history)


def _mend_task_failure(mends: Mends) -> None:
    """moto drops the cause of SendTaskFailure (responses.py:366)."""

    def send_task_failure(self: StepFunctionResponse) -> ActionResult:
        self.stepfunction_backend.send_task_failure(
            self._get_param("taskToken"),
            error=self._get_param("error"),
            cause=self._get_param("cause"),
        )
        return ActionResult({})

    mends.replace(StepFunctionResponse, "send_task_failure", send_task_failure)


def _mend_json(mends: Mends) -> None:
    """JSON that Step Functions writes into a history has no spaces."""

    def to_json_str(obj: Any, separators: tuple[str, str] = (",", ":")) -> str:
        return str(write(obj, separators))

    write: Callable[..., str] = encoding.to_json_str
    mends.replace_everywhere(write, to_json_str)


def _mend_entered_time(mends: Mends) -> None:
    """$$.State.EnteredTime ends in Z and milliseconds on AWS (state.py:227)."""

    def state_data(**fields: str) -> dict[str, str]:
        entered = datetime.fromisoformat(fields["EnteredTime"])
        text = entered.strftime("%Y-%m-%dT%H:%M:%S.") + f"{entered.microsecond // 1000:03d}Z"
        return fields | {"EnteredTime": text}

    mends.replace(state, "StateData", state_data)


def _mend_error_names(mends: Mends) -> None:
    """moto makes an error name of every error code; AWS only of those the service's model names.

    Step Functions calls these services through the AWS SDK for Java, where any other code (a
    ValidationException of DynamoDB, an AccessDeniedException of Lambda) has the service's base
    class: DynamoDB.AmazonDynamoDBException, Lambda.AWSLambdaException.
    """
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


class _UncaughtError(BaseException):
    """Carries an error past the retriers and catchers of moto's states."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


def _mend_choice(mends: Mends) -> None:
    """A Choice that matches nothing ends in moto's own words (state_choice.py:62)."""

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
