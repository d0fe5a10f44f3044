"""Step Functions: the API, logs and events around moto's interpreter, as AWS documents them."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import botocore.session
from botocore.exceptions import ClientError
from moto.core.responses import ActionResult
from moto.stepfunctions.exceptions import InvalidName
from moto.stepfunctions.models import StepFunctionBackend
from moto.stepfunctions.parser.api import InvalidDefinition
from moto.stepfunctions.parser.asl.component.state import state
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_dynamodb import (
    StateTaskServiceDynamoDB,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_lambda import (
    StateTaskServiceLambda,
)
from moto.stepfunctions.parser.asl.eval.event.logging import is_logging_enabled_for
from moto.stepfunctions.parser.backend.execution import (
    BaseExecutionWorkerCommunication,
    Execution,
)
from moto.stepfunctions.parser.models import StepFunctionsParserBackend
from moto.stepfunctions.responses import StepFunctionResponse

from localaws import definitions, events, observability
from localaws.mending import Mends

# docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
EXECUTION_NAME = re.compile(r"[A-Za-z0-9\-_]{1,80}")


def install(mends: Mends) -> None:
    _mend_definitions(mends)
    _mend_start(mends)
    _mend_stop(mends)
    _mend_reads(mends)
    _mend_task_failure(mends)
    _mend_silence(mends)
    _mend_entered_time(mends)
    _mend_error_names(mends)


def _mend_definitions(mends: Mends) -> None:
    """moto accepts a definition whose transitions lead nowhere (parser/models.py:64)."""

    def validate(definition: str) -> None:
        problem = definitions.first_problem(definition)
        if problem:
            raise InvalidDefinition(f"Invalid State Machine Definition: '{problem}'")
        check(definition)

    check: Callable[[str], None] = StepFunctionsParserBackend._validate_definition
    mends.replace(StepFunctionsParserBackend, "_validate_definition", staticmethod(validate))


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
            result._result["stopDate"] = execution.stop_date
        if "output" in result._result:  # moto adds spaces that AWS does not
            result._result["output"] = execution.to_describe_output()["output"]
        result._result["inputDetails"] = {"included": True}
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

    describe: Callable[..., Any] = mends.replace(
        StepFunctionResponse, "describe_execution", describe_execution
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


def _mend_silence(mends: Mends) -> None:
    """moto writes no log of an execution and tells EventBridge nothing of it."""

    def start(self: Execution) -> None:
        self._cloud_watch_logging_session = _log_of(self)
        begin(self)
        _tell(self)

    def terminated(self: BaseExecutionWorkerCommunication) -> None:
        end(self)
        _tell(self.execution)

    begin: Callable[[Execution], None] = mends.replace(Execution, "start", start)
    end: Callable[..., None] = mends.replace(
        BaseExecutionWorkerCommunication, "terminated", terminated
    )


def _mend_entered_time(mends: Mends) -> None:
    """$$.State.EnteredTime ends in Z and milliseconds on AWS (state.py:227)."""

    def state_data(EnteredTime: str, Name: str) -> dict[str, Any]:
        entered = datetime.fromisoformat(EnteredTime)
        text = entered.strftime("%Y-%m-%dT%H:%M:%S.") + f"{entered.microsecond // 1000:03d}Z"
        return {"EnteredTime": text, "Name": Name}

    mends.replace(state, "StateData", state_data)


def _mend_error_names(mends: Mends) -> None:
    """moto makes an error name of every error code; AWS only of those the service's model names.

    Step Functions calls these services through the AWS SDK for Java, where any other code (a
    ValidationException of DynamoDB, an AccessDeniedException of Lambda) has the service's base
    class: DynamoDB.AmazonDynamoDBException, Lambda.AWSLambdaException.
    """
    _name_by_model(mends, StateTaskServiceDynamoDB, "dynamodb", "DynamoDB.AmazonDynamoDBException")
    _name_by_model(mends, StateTaskServiceLambda, "lambda", "Lambda.AWSLambdaException")


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


def _tell(execution: Execution) -> None:
    """docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html"""
    details = execution.to_describe_output()
    stopped = execution.stop_date
    events.put_event(
        execution.account_id,
        execution.region_name,
        "aws.states",
        "Step Functions Execution Status Change",
        execution.exec_arn,
        {
            "executionArn": execution.exec_arn,
            "stateMachineArn": execution.state_machine.arn,
            "name": execution.name,
            "status": execution.status,
            "startDate": int(execution.start_date.timestamp() * 1000),
            "stopDate": int(stopped.timestamp() * 1000) if stopped else None,
            "input": details["input"],
            "output": details.get("output"),
            "inputDetails": {"included": True},
            "outputDetails": {"included": True} if "output" in details else None,
            "error": execution.error,
            "cause": execution.cause,
            "redriveCount": 0,
        },
    )


class _ExecutionLog:
    """Where an execution's history is logged; moto's EventManager calls it for every event."""

    def __init__(self, execution: Execution, group: str, configuration: dict[str, Any]) -> None:
        self.execution_arn = execution.exec_arn
        self.configuration = self
        self.include_execution_data = bool(configuration.get("includeExecutionData"))
        self._level = configuration["level"]
        self._place = (execution.account_id, execution.region_name, group)
        self._stream = f"states/{execution.state_machine.name}/{execution.start_date:%Y-%m-%d-%H}"

    def log_level_filter(self, history_event_type: Any) -> bool:
        return bool(is_logging_enabled_for(self._level, history_event_type))

    def publish_history_log(self, history_log: Any) -> None:
        """docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html"""
        when = datetime.fromisoformat(history_log["event_timestamp"])
        record = {
            "id": history_log["id"],
            "type": str(getattr(history_log["type"], "value", history_log["type"])),
            "details": history_log.get("details") or {},
            "redrive_count": "0",
            "previous_event_id": history_log["previous_event_id"],
            "event_timestamp": str(int(when.timestamp() * 1000)),
            "execution_arn": history_log["execution_arn"],
        }
        observability.write_history_log(*self._place, self._stream, record)


def _log_of(execution: Execution) -> Any:
    configuration = execution.state_machine.loggingConfiguration
    destinations = configuration.get("destinations") or []
    if configuration.get("level", "OFF") == "OFF" or not destinations:
        return None
    arn = destinations[0]["cloudWatchLogsLogGroup"]["logGroupArn"]
    return _ExecutionLog(execution, arn.split(":log-group:")[1].removesuffix(":*"), configuration)
