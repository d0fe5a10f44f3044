"""What a TestState request mocks: the service's result or error, and the context object.

docs.aws.amazon.com/step-functions/latest/apireference/API_MockInput.html; the words of the
exceptions, and what STRICT lets pass, are recordings of real AWS.
"""

from __future__ import annotations

import copy
import json
from typing import Any

from moto.stepfunctions.exceptions import ValidationException
from moto.stepfunctions.parser.api import InvalidDefinition
from moto.stepfunctions.parser.asl.component.state.exec.execute_state import ExecutionState
from moto.stepfunctions.parser.asl.component.state.exec.state_map.state_map import StateMap
from moto.stepfunctions.parser.asl.component.state.exec.state_parallel.state_parallel import (
    StateParallel,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.resource import (
    ActivityResource,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.state_task import StateTask
from moto.stepfunctions.parser.asl.component.state.state import CommonStateField

from localaws.stepfunctions.teststate import apischema

Request = dict[str, Any]
# docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
CONTEXT: dict[str, dict[str, type]] = {
    "Execution": {
        "Id": str,
        "Input": object,
        "Name": str,
        "RedriveCount": int,
        "RedriveTime": str,
        "RoleArn": str,
        "StartTime": str,
    },
    "State": {"EnteredTime": str, "Name": str, "RetryCount": int},
    "StateMachine": {"Id": str, "Name": str},
    "Task": {"Token": str},
}
KINDS = {str: "a string", int: "a number"}


class GivenContext(dict[str, Any]):
    """A context object that stays as the caller gave it, whatever the interpreter notes in it."""

    def __init__(self, given: dict[str, Any]) -> None:
        super().__init__(
            {k: GivenContext(v) if isinstance(v, dict) else v for k, v in given.items()}
        )

    def __setitem__(self, key: str, value: Any) -> None:
        """Nothing: it is given."""

    def __missing__(self, key: str) -> Any:
        return GivenContext({})

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, Any]:
        return copy.deepcopy(dict(self), memo)


def mock_of(state: CommonStateField, request: Request) -> dict[str, Any] | None:
    """Returns {"result": value}, or {"error": name} with "cause" if given; None without a mock.

    Raises:
        ValidationException: the mock does not fit the state.
        InvalidDefinition: the state cannot be tested without one.
    """
    mock = request["mock"]
    if mock is None:
        _check_without_mock(state, request["roleArn"])
        return None
    if not isinstance(state, ExecutionState):
        kind = state.state_type.name
        raise ValidationException(f"State type '{kind}' is not supported when a mock is specified")
    if isinstance(state, StateMap):
        raise ValidationException("The local AWS does not test Map states yet.")
    if request["revealSecrets"]:
        raise ValidationException(
            "TestState does not support RevealSecrets when a mock is specified."
        )
    if ("result" in mock) == ("errorOutput" in mock):
        raise ValidationException(
            "A test mock should have only one of the following fields: [result, errorOutput]."
        )
    if "errorOutput" in mock:
        output = mock["errorOutput"]
        if "error" not in output:
            raise ValidationException("A mocked errorOutput must have the field 'error'.")
        return dict(output)
    return {"result": _result(state, mock)}


def retries_of(request: Request) -> int:
    """stateConfiguration.retrierRetryCount."""
    configuration = request["stateConfiguration"] or {}
    for field in configuration:
        if field != "retrierRetryCount":
            raise ValidationException(
                f"The local AWS does not know stateConfiguration.{field} yet."
            )
    return int(configuration.get("retrierRetryCount", 0))


def context_of(state: CommonStateField, request: Request) -> GivenContext | None:
    """The context object of the request, which then is the whole context object."""
    text = request["context"]
    if text is None:
        return None
    if request["mock"] is None:
        raise ValidationException("A Context object may only be specified if a mock is specified.")
    try:
        context = json.loads(text)
    except json.JSONDecodeError as error:
        raise _invalid_context(str(error)) from error
    if not isinstance(context, dict):
        raise _invalid_context("must be a JSON object")
    if "Map" in context:
        raise _invalid_context("'Map' field is not supported when mocking a Context object")
    if "Task" in context and not _waits(state):
        raise _invalid_context(
            "Context object contains 'Task' when state is not a Task state with a '.sync' or "
            "'.waitForTaskToken' service integration pattern"
        )
    for part, fields in context.items():
        if part not in CONTEXT:
            raise _invalid_context(f"Field '{part}' is not allowed")
        _check_context(part, fields)
    return GivenContext(context)


def _check_context(part: str, fields: Any) -> None:
    if not isinstance(fields, dict):
        raise _invalid_context(f"{part} must be an object")
    for field, value in fields.items():
        kind = CONTEXT[part].get(field)
        if kind is None:
            raise _invalid_context(f"Field '{field}' is not allowed")
        if not isinstance(value, kind):
            raise _invalid_context(f"{part}.{field} must be {KINDS[kind]}")


def _invalid_context(problem: str) -> ValidationException:
    return ValidationException(f"Invalid Context object provided: {problem}")


def _check_without_mock(state: CommonStateField, role: str | None) -> None:
    if isinstance(state, (StateMap, StateParallel)):
        raise InvalidDefinition(
            "TestState API does not support Map or Parallel states. Supported state types "
            "include: [Task, Wait, Pass, Succeed, Fail, Choice]"
        )
    if _waits(state) or isinstance(getattr(state, "resource", None), ActivityResource):
        raise InvalidDefinition(
            "TestState API supports Activity tasks and the .sync and .waitForTaskToken service "
            "integration patterns only when a mock is specified"
        )
    if isinstance(state, StateTask) and not role:
        raise ValidationException("RoleArn must be specified when testing a Task state")


def _waits(state: CommonStateField) -> bool:
    return (
        isinstance(state, state_task_service.StateTaskService)
        and state.resource.condition is not None
    )


def _result(state: CommonStateField, mock: dict[str, Any]) -> Any:
    try:
        result = json.loads(mock["result"])
    except json.JSONDecodeError as error:
        raise ValidationException("Mocked result must be valid JSON") from error
    if isinstance(state, StateParallel):
        _check_branches(state, result)
    mode = mock.get("fieldValidationMode", "STRICT")
    if isinstance(state, state_task_service.StateTaskService) and mode != "NONE":
        apischema.check(state, result, strict=mode == "STRICT")
    return result


def _check_branches(state: StateParallel, result: Any) -> None:
    if not isinstance(result, list):
        raise ValidationException("Mocked result must be an array.")
    if len(result) != len(state.branches.programs):
        raise ValidationException(
            "Mocked result must contain the same number of items as number of Parallel branches."
        )
