"""The check of a definition as a whole: what CreateStateMachine and UpdateStateMachine refuse.

docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html
"""

from __future__ import annotations

import json
from typing import Any

from localaws.stepfunctions.definitions import maps, schema, states, transitions, values
from localaws.stepfunctions.definitions.diagnostics import ERROR, Diagnostic

SHOWN = 500  # characters of a text that is no JSON, in its message


def validate(text: str, machine_type: str = "STANDARD") -> list[Diagnostic]:
    """Returns what is wrong with a definition, errors and warnings, in the order of its text.

    Args:
        text: the definition, in the Amazon States Language.
        machine_type: STANDARD or EXPRESS, which refuses more.
    """
    try:
        definition = json.loads(text, object_pairs_hook=transitions.Object)
        return _check(definition, machine_type)
    except json.JSONDecodeError as error:
        return [_no_json(text, error)]
    except RecursionError:
        return [Diagnostic("TOO_DEEPLY_NESTED", "The states are too deeply nested", None)]


def errors(text: str, machine_type: str = "STANDARD") -> list[Diagnostic]:
    """Returns what keeps a machine of this definition from being created."""
    return [one for one in validate(text, machine_type) if one.severity == ERROR]


def _no_json(text: str, error: json.JSONDecodeError) -> Diagnostic:
    if not text.strip():
        message = "Definition must be a valid JSON object"
        return Diagnostic("SCHEMA_VALIDATION_FAILED", message, None)
    left = len(text) - SHOWN
    shown = f'"{text[:SHOWN]}"' + (f"[truncated {left} chars]" if left > 0 else "")
    source = f"[Source: (String){shown}; line: {error.lineno}, column: {error.colno}]"
    return Diagnostic("INVALID_JSON_DESCRIPTION", f"{error.msg}\n at {source}", source)


def _check(definition: Any, machine_type: str) -> list[Diagnostic]:
    if not isinstance(definition, dict):
        message = "Definition must be a valid JSON object"
        return [Diagnostic("SCHEMA_VALIDATION_FAILED", message, None)]
    found = list(_top_level(definition))
    language = definition.get("QueryLanguage", schema.JSONPATH)
    if language != schema.JSONPATH:
        language = schema.JSONATA
    found += states.check_machine(definition, language, machine_type, "", schema.MACHINE)
    broken = {
        (one.location or "").rpartition("/States/")[0]
        for one in found
        if one.code == "SCHEMA_VALIDATION_FAILED"
    }
    found += transitions.check(definition, "", broken, set())
    found += maps.check_labels(definition, "", set())
    return found


def _top_level(definition: dict[str, Any]) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    if "Version" in definition:
        found += values.one_of(definition["Version"], ["1.0"], "/Version")
    if "QueryLanguage" in definition:
        languages = (schema.JSONPATH, schema.JSONATA)
        found += values.one_of(definition["QueryLanguage"], languages, "/QueryLanguage")
    if "TimeoutSeconds" in definition:
        number = schema.Number(0, schema.LONGEST_SECONDS)
        found += values.in_range(definition["TimeoutSeconds"], number, "/TimeoutSeconds")
    return found
