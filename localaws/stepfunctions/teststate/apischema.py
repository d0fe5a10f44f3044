"""Whether a mocked result could be what the API answers: fieldValidationMode STRICT and PRESENT.

Recorded from real AWS: both let pass a field that the API does not have. The schema is the API's
own, but for the Payload of lambda:invoke: there AWS's page on TestState mocks the JSON that Step
Functions reads out of it.
"""

from __future__ import annotations

import functools
from typing import Any

import botocore.session
from botocore.exceptions import UnknownServiceError
from moto.stepfunctions.exceptions import ValidationException
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service,
)

JSON_PAYLOAD = "Payload"  # of lambda:invoke: a blob in the API, JSON to Step Functions
JSON_TYPES: dict[str, tuple[type | tuple[type, ...], str]] = {
    "structure": (dict, "an object"),
    "map": (dict, "an object"),
    "list": (list, "an array"),
    "string": (str, "a string"),
    "timestamp": (str, "a string"),
    "blob": (str, "a string"),
    "boolean": (bool, "a boolean"),
    "integer": (int, "a number"),
    "long": (int, "a number"),
    "float": ((int, float), "a number"),
    "double": ((int, float), "a number"),
}


def check(state: state_task_service.StateTaskService, result: Any, *, strict: bool) -> None:
    """Check a mocked result against the output of the API that the task calls.

    Args:
        state: the task.
        result: the mocked result.
        strict: whether fields that the API always answers must be there.

    Raises:
        ValidationException: it does not fit, or there is no API to check it against.
    """
    if not isinstance(result, dict):
        raise ValidationException("Mock result must be a valid JSON object")
    resource = state.resource
    if resource.condition == "waitForTaskToken":
        return  # the result is what SendTaskSuccess brings, and that may be anything
    shape = None
    if resource.condition is None:
        shape = _output_shape(state._get_boto_service_name(), resource.api_action.lower())
    if shape is None:
        raise ValidationException(
            f"The local AWS has no API schema for {resource.resource_arn}: "
            "mock it with the fieldValidationMode NONE"
        )
    _check_value(None, result, shape, strict)


@functools.lru_cache(maxsize=64)
def _output_shape(service: str, action: str) -> Any:
    """botocore's shape of what an action answers, or None."""
    try:
        model = botocore.session.get_session().get_service_model(service)
    except UnknownServiceError:
        return None
    for name in model.operation_names:
        if name.lower() == action:
            return model.operation_model(name).output_shape
    return None


def _check_value(field: str | None, value: Any, shape: Any, strict: bool) -> None:
    if shape.type_name not in JSON_TYPES:  # a document, which may be anything
        return
    wanted, words = JSON_TYPES[shape.type_name]
    fits = isinstance(value, wanted)
    if isinstance(value, bool):  # which is a number, too, in Python
        fits = wanted is bool
    if not fits:
        raise _misfit(f"Field '{field}' must be {words}")
    if shape.type_name == "structure":
        _check_members(value, shape, strict)
    elif shape.type_name == "list":
        for item in value:
            _check_value(field, item, shape.member, strict)
    elif shape.type_name == "map":
        for item in value.values():
            _check_value(field, item, shape.value, strict)
    else:
        _check_limits(field, value, shape)


def _check_members(value: dict[str, Any], shape: Any, strict: bool) -> None:
    cased = state_task_service.StateTaskService._to_sfn_cased
    members = {cased(name): member for name, member in shape.members.items()}
    if strict:
        for required in map(cased, shape.required_members):
            if required not in value:
                raise _misfit(f"Required field '{required}' is missing")
    for name, item in value.items():
        if name in members and name != JSON_PAYLOAD:
            _check_value(name, item, members[name], strict)


def _check_limits(field: str | None, value: Any, shape: Any) -> None:
    if value not in (getattr(shape, "enum", None) or [value]):
        raise _misfit(f"Field '{field}' is not an expected value")
    lowest, highest = shape.metadata.get("min"), shape.metadata.get("max")
    if isinstance(value, str):
        if lowest is not None and len(value) < lowest:
            raise _misfit(f"Field '{field}' is smaller than the minimum length")
        if highest is not None and len(value) > highest:
            raise _misfit(f"Field '{field}' exceeds the maximum length")
    else:
        if lowest is not None and value < lowest:
            raise _misfit(f"Field '{field}' is less than the minimum value")
        if highest is not None and value > highest:
            raise _misfit(f"Field '{field}' exceeds the maximum value")


def _misfit(problem: str) -> ValidationException:
    return ValidationException(f"Mock result schema validation error: {problem}")
