"""Single values of a definition: their types and ranges, paths, and payload templates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from localaws.stepfunctions.definitions import paths
from localaws.stepfunctions.definitions.diagnostics import Diagnostic, fault, warning
from localaws.stepfunctions.definitions.schema import Number

KINDS = {"String": str, "Object": dict, "Array": list, "Boolean": bool}
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
LONGEST_VARIABLE = 80


def unsupported(given: dict[str, Any], known: Iterable[str], place: str) -> Iterator[Diagnostic]:
    for field in given:
        if field not in known:
            yield fault(f"Field '{field}' is not supported", place)


def required(given: dict[str, Any], names: Iterable[str], place: str) -> Iterator[Diagnostic]:
    missing = [name for name in names if name not in given]
    if missing:
        yield fault(f"These fields are required: [{', '.join(missing)}]", place)


def of_type(value: Any, kind: str, place: str) -> Iterator[Diagnostic]:
    if not isinstance(value, KINDS[kind]):
        yield fault(f"Expected value of type {kind}", place)


def in_range(value: Any, number: Number, place: str) -> Iterator[Diagnostic]:
    kinds = int if number.whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds):
        yield fault(f"Expected value of type {'Integer' if number.whole else 'Number'}", place)
    elif value < number.least:
        yield fault(f"Minimum value is {number.least}", place)
    elif number.most is not None and value > number.most:
        yield fault(f"Maximum value is {number.most}", place)


def one_of(value: Any, allowed: Iterable[str], place: str) -> Iterator[Diagnostic]:
    if value not in tuple(allowed):
        yield fault(f"Value should be one of the following: [{', '.join(allowed)}]", place)


def a_path(value: Any, place: str) -> Iterator[Diagnostic]:
    if not isinstance(value, str):
        yield fault("Expected value of type String", place)
    elif not (paths.is_path(value) or paths.is_intrinsic(value)):
        yield fault("Value must be a valid JSONPath.", place)


def a_reference_path(value: Any, place: str) -> Iterator[Diagnostic]:
    if not isinstance(value, str):
        yield fault("Expected value of type String", place)
    elif problem := paths.reference_path_problem(value):
        yield fault(problem, place)


def a_string_path(value: Any, place: str) -> Iterator[Diagnostic]:
    """ErrorPath and CausePath: a reference path, or an intrinsic function that makes a string."""
    if not (isinstance(value, str) and paths.is_intrinsic(value)):
        yield from a_reference_path(value, place)


def a_template(value: Any, place: str) -> Iterator[Diagnostic]:
    """A payload template: what a key that ends in `.$` holds is a path or an intrinsic function."""
    if isinstance(value, list):
        for index, inner in enumerate(value):
            yield from a_template(inner, f"{place}[{index}]")
    if not isinstance(value, dict):
        return
    for key, inner in value.items():
        if not key.endswith(".$"):
            if _seems_read(inner):
                message = f"The value of '{key}' looks like a path, but the name has no '.$'"
                yield warning("NO_DOLLAR", message, place)
            yield from a_template(inner, f"{place}/{key}")
        elif not (isinstance(inner, str) and (paths.is_path(inner) or paths.is_intrinsic(inner))):
            message = (
                f"The value for the field '{key}' must be a valid JSONPath or a valid intrinsic "
                "function call"
            )
            yield fault(message, place)


def _seems_read(value: Any) -> bool:
    return isinstance(value, str) and (value.startswith(("$.", "$$.")) or paths.is_intrinsic(value))


def assigned(value: Any, place: str) -> Iterator[Diagnostic]:
    """The names that Assign gives.

    docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html: reserved names, limits
    """
    for field in value if isinstance(value, dict) else ():
        name = field.removesuffix(".$")
        if name == "states":
            message = "Cannot assign to reserved variable '$states'."
            yield Diagnostic("RESERVED_VARIABLE_NAME", message, f"{place}/{field}")
        elif not VARIABLE.fullmatch(name) or len(name) > LONGEST_VARIABLE:
            message = (
                f"Invalid variable name '{name}': the variable name contains invalid characters."
            )
            yield Diagnostic("INVALID_VARIABLE_NAME", message, f"{place}/{field}")


def static_result(value: Any, place: str) -> Iterator[Diagnostic]:
    """A Pass state's Result is taken as it stands: no path in it is followed."""
    if isinstance(value, dict) and any(key.endswith(".$") for key in value):
        message = "A path in the Result of a Pass state is not followed: use Parameters"
        yield warning("PASS_RESULT_IS_STATIC", message, place)
