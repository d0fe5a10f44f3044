"""AWS SDK integrations: their parameters and answers, spelled as the SDK for Java spells them.

moto hands boto3 the parameters as they stand, and its answer back (state_task_service.py:208).

Rules: docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html: parameters are
in PascalCase. How an answer's names are spelled, and that its times are ISO 8601, was measured.
"""

from __future__ import annotations

import functools
from datetime import datetime
from typing import Any

from botocore.exceptions import UnknownServiceError
from botocore.model import OperationModel, Shape
from moto.core.utils import get_service_model
from moto.stepfunctions.parser.utils import camel_to_snake_case, snake_to_camel_case

from localaws.stepfunctions.jsontext import written


@functools.lru_cache(1024)
def operation(boto: str, action: str) -> OperationModel | None:
    """What botocore knows of an action; None where there is no such service or action.

    Args:
        boto: the service, as boto3 calls it.
        action: as a Task's Resource spells it, `putItem`.
    """
    try:
        model = get_service_model(boto)
    except UnknownServiceError:
        return None
    name = action[:1].upper() + action[1:]
    return model.operation_model(name) if name in model.operation_names else None


def asked(value: Any, shape: Shape | None) -> Any:
    """A parameter as boto3 takes it."""
    if shape is None or value is None:
        return value
    kind = shape.type_name
    if kind == "structure" and isinstance(value, dict):
        names = member_names(shape)
        return {
            names.get(plain(name), name): asked(
                each, shape.members.get(names.get(plain(name), name))
            )
            for name, each in value.items()
        }
    if kind == "list" and isinstance(value, list):
        return [asked(each, shape.member) for each in value]
    if kind == "map" and isinstance(value, dict):
        return {name: asked(each, shape.value) for name, each in value.items()}
    if kind == "string" and not isinstance(value, str):
        return written(value)
    if kind == "blob" and not isinstance(value, bytes):
        return (value if isinstance(value, str) and _is_json(value) else written(value)).encode()
    return value


def _is_json(text: str) -> bool:
    return text[:1] in ("{", "[")


def answered(value: Any, shape: Shape | None) -> Any:
    """boto3's answer, or a part of it, as a task's output has it."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")[:23] + "Z"
    if hasattr(value, "read"):
        value = value.read()
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if shape is None:
        return value
    kind = shape.type_name
    if kind == "structure" and isinstance(value, dict):
        return {
            pascal(name): answered(each, shape.members.get(name)) for name, each in value.items()
        }
    if kind == "list" and isinstance(value, list):
        return [answered(each, shape.member) for each in value]
    if kind == "map" and isinstance(value, dict):
        return {name: answered(each, shape.value) for name, each in value.items()}
    return value


@functools.lru_cache(4096)
def pascal(name: str) -> str:
    """A name as the SDK for Java spells it."""
    return str(snake_to_camel_case(camel_to_snake_case(name)))


@functools.lru_cache(4096)
def plain(name: str) -> str:
    """A name without what differs between one spelling of it and another."""
    return name.replace("_", "").lower()


@functools.lru_cache(1024)
def member_names(shape: Shape) -> dict[str, str]:
    """The members of a structure, by their plain names."""
    return {plain(name): name for name in shape.members}
