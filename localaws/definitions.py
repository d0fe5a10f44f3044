"""What can be told of a state machine's definition before it runs.

The words are those of Step Functions' own validation: code, message, and where in the definition.
Rules: states-language.net/spec.html, "States" and "Transitions".
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any


def first_problem(text: str) -> str | None:
    """Returns the first fault of a definition as `CODE: message`, or None."""
    try:
        definition = json.loads(text)
    except json.JSONDecodeError as error:
        return f"INVALID_JSON_DESCRIPTION: {error.msg}: line {error.lineno} column {error.colno}"
    if not isinstance(definition, dict):
        return "INVALID_JSON_DESCRIPTION: a definition is a JSON object"
    return next(_problems(definition, ""), None)


def _problems(machine: dict[str, Any], where: str) -> Iterator[str]:
    states = machine.get("States")
    if not isinstance(states, dict) or not states:
        yield f"SCHEMA_VALIDATION_FAILED: 'States' must hold at least one state at {where}/"
        return
    if machine.get("StartAt") not in states:
        yield _missing("StartAt", machine.get("StartAt"), f"{where}/StartAt")
    for name, state in states.items():
        place = f"{where}/States/{name}"
        if not isinstance(state, dict):
            yield f"SCHEMA_VALIDATION_FAILED: A state is a JSON object at {place}"
            continue
        for field, target, at in _transitions(state, place):
            if target not in states:
                yield _missing(field, target, at)
        for inner, at in _inner_machines(state, place):
            yield from _problems(inner, at)


def _missing(field: str, target: Any, at: str) -> str:
    return f"MISSING_TRANSITION_TARGET: Missing '{field}' target: {target} at {at}"


def _transitions(state: dict[str, Any], place: str) -> Iterator[tuple[str, Any, str]]:
    for field in ("Next", "Default"):
        if field in state:
            yield field, state[field], f"{place}/{field}"
    for field in ("Choices", "Catch"):
        for index, rule in enumerate(state.get(field) or []):
            if isinstance(rule, dict) and "Next" in rule:
                yield "Next", rule["Next"], f"{place}/{field}[{index}]/Next"


def _inner_machines(state: dict[str, Any], place: str) -> Iterator[tuple[dict[str, Any], str]]:
    for index, branch in enumerate(state.get("Branches") or []):
        yield branch, f"{place}/Branches[{index}]"
    for field in ("ItemProcessor", "Iterator"):
        if isinstance(state.get(field), dict):
            yield state[field], f"{place}/{field}"
