"""Parameters of a template: declared, given, and held to their constraints.

docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from moto.cloudformation.exceptions import ValidationError

from localaws.cloudformation.templates import Document

SSM_VALUE = re.compile(r"AWS::SSM::Parameter::Value<(.+)>")
# Besides these there are types of EC2, Route 53 and SSM, whose values are names of what exists.
TYPES = re.compile(
    r"String|Number|CommaDelimitedList|List<(Number|String|AWS::\w+::[\w:]+)>|AWS::\w+::[\w:]+(<.+>)?"
)
NUMBER = re.compile(r"-?(\d+(\.\d*)?|\.\d+)")
HIDDEN = "****"


def check_declarations(document: Document) -> None:
    """
    Raises:
        ValidationError: a declaration has no type, an unknown one, or is no object.
    """
    for name, declared in (document.get("Parameters") or {}).items():
        if not isinstance(declared, dict):
            raise ValidationError(
                message=f"Template format error: [/Parameters/{name}] Every Parameters member must "
                "be an object."
            )
        kind = declared.get("Type")
        if not isinstance(kind, str):
            raise ValidationError(
                message=f"Template format error: [/Parameters/{name}] Every Parameters object must "
                "contain a Type member."
            )
        if not TYPES.fullmatch(kind):
            raise ValidationError(
                message=f"Template format error: Unrecognized parameter type: {kind}"
            )
        if isinstance(declared.get("Default"), dict | list):
            raise ValidationError(
                message=f"Template format error: [/Parameters/{name}/Default] Every Default member "
                "must be a string."
            )
        _check_constraints(name, declared)


def _check_constraints(name: str, declared: dict[str, Any]) -> None:
    pattern = declared.get("AllowedPattern")
    try:
        if pattern is not None:
            re.compile(pattern)
        for key in ("MinLength", "MaxLength", "MinValue", "MaxValue"):
            if key in declared:
                float(declared[key])
        if not isinstance(declared.get("AllowedValues", []), list):
            raise TypeError
    except (re.error, TypeError, ValueError) as error:
        raise ValidationError(
            message=f"Template format error: [/Parameters/{name}] parameter definition is malformed"
        ) from error


def resolve(
    document: Document, given: dict[str, str], look_up: Callable[[str], str]
) -> dict[str, Any]:
    """The value of each parameter: a text, a number's text, or a list of texts.

    Args:
        document: a template whose declarations have been checked.
        given: values by name; what is not among them has its default.
        look_up: reads a parameter of SSM.

    Raises:
        ValidationError: a parameter without default is missing, one is given that is not
            declared, or a value breaks a constraint.
    """
    declarations = document.get("Parameters") or {}
    strangers = [name for name in given if name not in declarations]
    if strangers:
        listed = ", ".join(strangers)
        raise ValidationError(message=f"Parameters: [{listed}] do not exist in the template")
    missing = [name for name, d in declarations.items() if name not in given and "Default" not in d]
    if missing:
        raise ValidationError(message=f"Parameters: [{', '.join(missing)}] must have values")
    return {
        name: _value(name, declared, text(given.get(name, declared.get("Default"))), look_up)
        for name, declared in declarations.items()
    }


def shown(
    document: Document, given: dict[str, str], resolved: dict[str, Any]
) -> list[dict[str, Any]]:
    """Parameters as DescribeStacks shows them, those with NoEcho hidden."""
    found = []
    for name, declared in (document.get("Parameters") or {}).items():
        value = text(given.get(name, declared.get("Default")))
        hidden = str(declared.get("NoEcho", False)).lower() == "true"
        one = {"ParameterKey": name, "ParameterValue": HIDDEN if hidden else value}
        if SSM_VALUE.fullmatch(declared["Type"]) and name in resolved:
            one["ResolvedValue"] = text(resolved[name])
        found.append(one)
    return found


def _value(name: str, declared: dict[str, Any], given: str, look_up: Callable[[str], str]) -> Any:
    kind = declared["Type"]
    stored = SSM_VALUE.fullmatch(kind)
    if stored:
        given, kind = look_up(given), stored.group(1)
    is_list = kind == "CommaDelimitedList" or kind.startswith("List<")
    values = [one.strip() for one in given.split(",")] if is_list else [given]
    number = "Number" in kind
    for value in values:
        problem = _problem(name, declared, value, number)
        if problem:
            description = declared.get("ConstraintDescription")
            raise ValidationError(
                message=f"Parameter {name} failed to satisfy constraint: {description}"
                if description
                else problem
            )
    return values if is_list else given


def _problem(name: str, declared: dict[str, Any], value: str, number: bool) -> str | None:
    def bound(key: str) -> float | None:
        return float(declared[key]) if key in declared else None

    if number and not NUMBER.fullmatch(value):
        return f"Parameter '{name}' must be a number"
    allowed = declared.get("AllowedValues")
    if allowed is not None and value not in [text(one) for one in allowed]:
        return f"Parameter '{name}' must be one of AllowedValues"
    pattern = declared.get("AllowedPattern")
    if pattern is not None and not re.fullmatch(pattern, value):
        return f"Parameter '{name}' must match pattern {pattern}"
    least, most = bound("MinLength"), bound("MaxLength")
    if least is not None and len(value) < least:
        return f"Parameter '{name}' must contain at least {least:g} characters"
    if most is not None and len(value) > most:
        return f"Parameter '{name}' must contain at most {most:g} characters"
    least, most = bound("MinValue"), bound("MaxValue")
    if number and least is not None and float(value) < least:
        return f"Parameter '{name}' must be a number not less than {least:g}"
    if number and most is not None and float(value) > most:
        return f"Parameter '{name}' must be a number not greater than {most:g}"
    return None


def text(value: Any) -> str:
    """A parameter's value as a text: a list with commas, true and not True."""
    if isinstance(value, list):
        return ",".join(text(one) for one in value)
    return str(value).lower() if isinstance(value, bool) else str(value)
