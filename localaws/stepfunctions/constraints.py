"""What a request to Step Functions may hold, by the service's own model.

moto looks at few of these constraints, and fails in Python's words where a required field is
missing. AWS checks all of them before anything else, and tells of all that are broken at once:
docs.aws.amazon.com/step-functions/latest/apireference/ ("Length Constraints", "Valid Range",
"Valid Values", "Pattern"; CommonErrors.html: ValidationError). The words are reported of real AWS,
for one in github.com/getmoto/moto/issues/6438.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from moto.core.utils import get_service_model
from moto.stepfunctions.exceptions import AWSError, ValidationException
from moto.stepfunctions.responses import StepFunctionResponse

from localaws.mending import Mends

ASCII = r"\p{ASCII}"  # which Python's patterns know as a range


class SerializationException(AWSError):
    """A value of another JSON type than the model's."""

    TYPE = "SerializationException"


def install(mends: Mends) -> None:
    def call_action(self: StepFunctionResponse) -> Any:
        model = get_service_model("stepfunctions")
        shape = model.operation_model(self._get_action()).input_shape
        try:
            check(json.loads(self.body or "{}"), shape)
        except AWSError as error:
            headers = {**self.response_headers, **dict(error.get_headers())}
            return error.code, headers, error.description
        return call(self)

    call: Callable[..., Any] = mends.replace(StepFunctionResponse, "call_action", call_action)


def check(given: dict[str, Any], shape: Any) -> None:
    """Look at a request.

    Args:
        given: its body.
        shape: the operation's input, of botocore's model.

    Raises:
        SerializationException: a text is expected, and something else is given.
        ValidationException: a constraint is broken; names all of them.
    """
    found = list(_of_members(given, shape, ""))
    if found:
        errors = "error" if len(found) == 1 else "errors"
        message = f"{len(found)} validation {errors} detected: {'; '.join(found)}"
        raise ValidationException(message)


def _of_members(given: dict[str, Any], shape: Any, place: str) -> Iterator[str]:
    for name, member in shape.members.items():
        at = f"{place}{name}"
        if given.get(name) is not None:
            yield from _of_value(given[name], member, at)
        elif name in shape.required_members:
            yield f"Value null at '{at}' failed to satisfy constraint: Member must not be null"


def _of_value(value: Any, shape: Any, at: str) -> Iterator[str]:
    if shape.type_name == "string" and not isinstance(value, str):
        raise SerializationException(_wrong_type(value))
    for broken in _broken(value, shape):
        hidden = shape.metadata.get("sensitive")
        told = "Value" if hidden else f"Value '{_told(value, shape)}'"
        yield f"{told} at '{at}' failed to satisfy constraint: {broken}"
    if shape.type_name == "structure" and isinstance(value, dict):
        yield from _of_members(value, shape, f"{at}.")
    elif shape.type_name == "list" and isinstance(value, list):
        for index, each in enumerate(value, 1):
            yield from _of_value(each, shape.member, f"{at}.{index}.member")


def _wrong_type(value: Any) -> str:
    if isinstance(value, dict | list):
        return "Start of structure or map found where not expected."
    kind = "NUMBER" if not isinstance(value, bool) else str(value).upper()
    return f"{kind}_VALUE can not be converted to a String"


def _broken(value: Any, shape: Any) -> Iterator[str]:
    limits = shape.metadata
    if isinstance(value, str | list):
        # What is hidden has an error of its own where it is empty: InvalidDefinition, InvalidToken.
        yield from _range(len(value), {} if limits.get("sensitive") else limits, "length", "min")
        yield from _range(len(value), limits, "length", "max")
    elif isinstance(value, int | float):
        yield from _range(value, limits, "value", "min")
        yield from _range(value, limits, "value", "max")
    if "enum" in limits and value not in limits["enum"]:
        yield f"Member must satisfy enum value set: [{', '.join(limits['enum'])}]"
    pattern = limits.get("pattern")
    if pattern and not re.fullmatch(pattern.replace(ASCII, r"[\x00-\x7f]"), value):
        yield f"Member must satisfy regular expression pattern: {pattern}"


def _range(size: float, limits: dict[str, Any], what: str, end: str) -> Iterator[str]:
    limit = limits.get(end)
    if limit is None or (size >= limit if end == "min" else size <= limit):
        return
    relation = {"min": "greater", "max": "less"}[end]
    yield f"Member must have {what} {relation} than or equal to {limit}"


def _told(value: Any, shape: Any) -> str:
    """A value as Java writes it."""
    if shape.type_name == "structure":
        fields = [f"{name}={_told(each, shape.members[name])}" for name, each in value.items()]
        return f"{shape.name}({', '.join(fields)})"
    if shape.type_name == "list":
        return f"[{', '.join(_told(each, shape.member) for each in value)}]"
    return str(value)
