"""The rules of a Choice state.

states-language.net/spec.html, "Choice State"; docs.aws.amazon.com/step-functions/latest/dg/
state-choice.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from localaws.stepfunctions.definitions import jsonatas, paths, schema, values
from localaws.stepfunctions.definitions.diagnostics import Diagnostic, fault, warning

_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_KINDS = {"String": "String", "Boolean": "Boolean"}
_BESIDE = ("Next", "Comment", "Assign", "Output")


def check(state: dict[str, Any], language: str, place: str) -> Iterator[Diagnostic]:
    rules = state.get("Choices")
    if not isinstance(rules, list):
        if "Choices" in state:
            yield fault("Expected value of type Array", f"{place}/Choices")
        return
    if not rules:
        yield fault("Value cannot be empty", f"{place}/Choices")
    for index, rule in enumerate(rules):
        at = f"{place}/Choices[{index}]"
        if not isinstance(rule, dict):
            yield fault("Expected value of type Object", at)
            continue
        yield from values.required(rule, ["Next"], at)
        yield from _rule(rule, language, at, nested=False)


def is_timestamp(value: Any) -> bool:
    return isinstance(value, str) and bool(_TIMESTAMP.fullmatch(value))


def _rule(rule: Any, language: str, at: str, nested: bool) -> Iterator[Diagnostic]:
    if not isinstance(rule, dict):
        yield fault("Expected value of type Object", at)
        return
    if nested:
        yield from values.unsupported(
            {field: None for field in rule if field in _BESIDE and field != "Comment"}, (), at
        )
    kinds = [field for field in schema.RULES if field in rule]
    if len(kinds) != 1:
        listed = ", ".join(schema.RULES)
        yield fault(f"The object must have only one of the following fields, [{listed}]", at)
        return
    [kind] = kinds
    needed = schema.JSONATA if kind == "Condition" else schema.JSONPATH
    if language != needed:
        message = (
            f"The QueryLanguage is set to '{language}', but field '{kind}' is only supported for "
            f"the '{needed}' QueryLanguage"
        )
        yield fault(message, at)
    elif kind == "Variable":
        yield from _comparison(rule, at)
    elif kind == "Condition":
        yield from _condition(rule, at)
    else:
        yield from _combined(rule, kind, language, at)


def _condition(rule: dict[str, Any], at: str) -> Iterator[Diagnostic]:
    yield from values.unsupported(rule, ("Condition", *_BESIDE), at)
    condition = rule["Condition"]
    if not isinstance(condition, (str, bool)):
        yield fault("Expected value of type String", f"{at}/Condition")
    elif isinstance(condition, str) and not condition.startswith(jsonatas.BEGIN):
        yield fault(jsonatas.NO_EXPRESSION, f"{at}/Condition")


def _combined(rule: dict[str, Any], kind: str, language: str, at: str) -> Iterator[Diagnostic]:
    yield from values.unsupported(rule, (kind, *_BESIDE), at)
    if kind == "Not":
        yield from _rule(rule[kind], language, f"{at}/Not", nested=True)
        return
    yield from values.of_type(rule[kind], "Array", f"{at}/{kind}")
    if rule[kind] == []:
        yield fault("Value cannot be empty", f"{at}/{kind}")
    for index, inner in enumerate(rule[kind] if isinstance(rule[kind], list) else ()):
        yield from _rule(inner, language, f"{at}/{kind}[{index}]", nested=True)


def _comparison(rule: dict[str, Any], at: str) -> Iterator[Diagnostic]:
    known = (*schema.OPERATORS, *schema.PATH_OPERATORS)
    yield from values.unsupported(rule, ("Variable", *_BESIDE, *known), at)
    used = [field for field in rule if field in known]
    if len(used) != 1:
        listed = ", ".join(used or known)
        which = "There should only be" if used else "This object should have only"
        yield fault(f"{which} one of the following fields: [{listed}]", at)
    for field in ("Variable", *used):
        if field not in schema.OPERATORS:
            yield from _single_value(rule[field], f"{at}/{field}")
    for field in used:
        if field in schema.OPERATORS:
            yield from _compared(rule[field], schema.OPERATORS[field], f"{at}/{field}")


def _single_value(value: Any, at: str) -> Iterator[Diagnostic]:
    """A Variable, and what it is compared with where that is a path."""
    if not isinstance(value, str):
        yield fault("Expected value of type String", at)
    elif not value.startswith("$"):
        yield fault("Value is not a Reference Path: Reference path didn't start with '$'", at)
    elif not paths.is_path(value):
        yield fault("Value must be a valid JSONPath.", at)


def _compared(value: Any, kind: str, at: str) -> Iterator[Diagnostic]:
    if kind == "Numeric":
        yield from values.in_range(value, schema.Number(float("-inf"), None, whole=False), at)
    elif kind == "Timestamp":
        if not is_timestamp(value):
            yield fault("String does not match RFC3339 timestamp", at)
    else:
        yield from values.of_type(value, _KINDS[kind], at)
        if isinstance(value, str) and value.startswith(("$.", "$$.")):
            message = "The value looks like a path, but the operator's name does not end in 'Path'"
            yield warning("NO_PATH", message, at)
