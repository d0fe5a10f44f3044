"""Where the states of a definition lead, and that each of them is reached and has its own name.

Rules: states-language.net/spec.html, "States", "Transitions", "Terminal state".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from localaws.stepfunctions.definitions.diagnostics import Diagnostic

MISSING_TARGET = "MISSING_TRANSITION_TARGET"
MISSING_END = "MISSING_END_STATE"
DUPLICATE = "DUPLICATE_STATE_NAME"


class Object(dict[str, Any]):
    """A JSON object that knows which of its keys were given twice."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        if len(self) < len(pairs):
            names = [name for name, _ in pairs]
            self.twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
        else:
            self.twice = []


def check(machine: Any, place: str, broken: set[str], names: set[str]) -> Iterator[Diagnostic]:
    """Check the transitions of a machine and of those inside it.

    Args:
        machine: the object with `States`, or whatever stands in its place.
        place: where it stands.
        broken: places of machines whose states have no sound form: their ends are not looked for.
        names: of the states that were met before; these are added.
    """
    states = machine.get("States") if isinstance(machine, dict) else None
    if not isinstance(states, dict) or not states:
        return
    yield from _duplicates(states, place, names)
    start = machine.get("StartAt")
    if isinstance(start, str) and start not in states:
        yield _missing(start, f"{place}/StartAt")
    for name, state in states.items():
        if isinstance(state, dict):
            yield from _state(state, f"{place}/States/{name}", states, broken, names)
    if place in broken or not isinstance(start, str):
        return
    if not any(_ends(state) for state in states.values()):
        yield Diagnostic(MISSING_END, "Workflow has no terminal state", None)
        return
    reached = _reached(start, states)
    for name in states:
        if name not in reached:
            at = f"{place}/States/{name}"
            yield Diagnostic(MISSING_TARGET, f'State "{name}" is not reachable.', at)


def _duplicates(states: dict[str, Any], place: str, names: set[str]) -> Iterator[Diagnostic]:
    twice = getattr(states, "twice", ())
    for name in states:
        if name in names or name in twice:
            message = f"Duplicate State name: {name}"
            yield Diagnostic(DUPLICATE, message, f"{place}/States/{name}")
        names.add(name)


def _state(
    state: dict[str, Any], place: str, states: dict[str, Any], broken: set[str], names: set[str]
) -> Iterator[Diagnostic]:
    for target, at in _transitions(state):
        if target not in states:
            yield _missing(target, place + at)
    for machine, at in inner_machines(state):
        yield from check(machine, place + at, broken, names)


def inner_machines(state: dict[str, Any]) -> Iterator[tuple[Any, str]]:
    """The branches or the item processor of a state, and where they stand in it."""
    branches = state.get("Branches")
    for index, branch in enumerate(branches if isinstance(branches, list) else ()):
        yield branch, f"/Branches[{index}]"
    for field in ("ItemProcessor", "Iterator"):
        if field in state:
            yield state[field], f"/{field}"


def _missing(target: str, at: str) -> Diagnostic:
    return Diagnostic(MISSING_TARGET, f"Missing 'Next' target: {target}", at)


def _transitions(state: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each state that this one may lead to, and where it says so."""
    for field in ("Next", "Default"):
        if isinstance(state.get(field), str):
            yield state[field], f"/{field}"
    for field in ("Choices", "Catch"):
        rules = state.get(field)
        for index, rule in enumerate(rules if isinstance(rules, list) else ()):
            if isinstance(rule, dict) and isinstance(rule.get("Next"), str):
                yield rule["Next"], f"/{field}[{index}]/Next"


def _ends(state: Any) -> bool:
    return isinstance(state, dict) and (
        state.get("End") is True or state.get("Type") in ("Succeed", "Fail")
    )


def _reached(start: str, states: dict[str, Any]) -> set[str]:
    reached: set[str] = set()
    ahead = [start]
    while ahead:
        name = ahead.pop()
        if name in states and name not in reached:
            reached.add(name)
            if isinstance(states[name], dict):
                ahead += [target for target, _ in _transitions(states[name])]
    return reached
