"""What can be told of a state machine's definition before it runs.

The words are those of Step Functions' own validation: code, message, and where in the definition.
Rules: states-language.net/spec.html, "States", "Transitions", "Terminal state".
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

TYPES = ("Task", "Parallel", "Map", "Pass", "Wait", "Choice", "Succeed", "Fail")
LEADS_NOWHERE = ("Choice", "Succeed", "Fail")  # by a field of its own, that is


def problems(text: str) -> list[str]:
    """Returns the faults of a definition, each as `CODE: message at /place`; none when sound."""
    try:
        definition = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        return [f"INVALID_JSON_DESCRIPTION: {error.msg}: {where}"]
    if not isinstance(definition, dict):
        return ["INVALID_JSON_DESCRIPTION: a definition is a JSON object"]
    return list(_machine(definition, ""))


def _machine(machine: dict[str, Any], where: str) -> Iterator[str]:
    states = machine.get("States")
    if not isinstance(states, dict) or not states:
        yield f"SCHEMA_VALIDATION_FAILED: 'States' must hold at least one state at {where}/States"
        return
    start = machine.get("StartAt")
    if start not in states:
        yield _missing(start, f"{where}/StartAt")
    sound = True
    for name, state in states.items():
        place = f"{where}/States/{name}"
        if problem := state_problem(state):
            sound = False
            yield f"SCHEMA_VALIDATION_FAILED: {problem} at {place}"
        if isinstance(state, dict):
            yield from _state(state, place, states)
    if sound and isinstance(start, str) and start in states:
        for name in states.keys() - _reached(start, states):
            place = f"{where}/States/{name}"
            yield f'MISSING_TRANSITION_TARGET: State "{name}" is not reachable. at {place}'


def state_problem(state: Any) -> str | None:
    """What is wrong with a state's Type, Next and End, wherever it stands; None when sound."""
    if not isinstance(state, dict):
        return "A state is a JSON object"
    kind = state.get("Type")
    if kind not in TYPES:
        return f"The field 'Type' must be one of {', '.join(TYPES)}, not {json.dumps(kind)},"
    goes_on = [field for field in ("Next", "End") if field in state]
    if kind in LEADS_NOWHERE and goes_on:
        return f"A {kind} state has no field '{goes_on[0]}'"
    if kind not in LEADS_NOWHERE and len(goes_on) != 1:
        return f"A {kind} state has either the field 'Next' or the field 'End'"
    return None


def _state(state: dict[str, Any], place: str, states: dict[str, Any]) -> Iterator[str]:
    for target, at in _transitions(state):
        if target not in states:
            yield _missing(target, place + at)
    for index, branch in enumerate(state.get("Branches") or []):
        yield from _machine(branch, f"{place}/Branches[{index}]")
    for field in ("ItemProcessor", "Iterator"):
        if isinstance(state.get(field), dict):
            yield from _machine(state[field], f"{place}/{field}")


def _missing(target: Any, at: str) -> str:
    return f"MISSING_TRANSITION_TARGET: Missing 'Next' target: {target} at {at}"


def _transitions(state: dict[str, Any]) -> Iterator[tuple[Any, str]]:
    """Each state that this one may lead to, and where it says so."""
    for field in ("Next", "Default"):
        if field in state:
            yield state[field], f"/{field}"
    for field in ("Choices", "Catch"):
        for index, rule in enumerate(state.get(field) or []):
            if isinstance(rule, dict) and "Next" in rule:
                yield rule["Next"], f"/{field}[{index}]/Next"


def _reached(start: str, states: dict[str, Any]) -> set[str]:
    reached: set[str] = set()
    ahead = [start]
    while ahead:
        name = ahead.pop()
        if name in states and name not in reached:
            reached.add(name)
            ahead += [target for target, _ in _transitions(states[name])]
    return reached
