"""What a state machine calls, from its definition."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from orderlab.console.definition.parsing import State, parse
from orderlab.console.stacks.references import Names, names_in

_ACTION = re.compile(r"arn:[\w-]+:states:[^:]*:[^:]*:(?:aws-sdk:)?([\w-]+):(\w+)")
# In a task's Resource, where that is another word than in a resource's type.
_SERVICES = {"states": "stepfunctions", "sfn": "stepfunctions", "sesv2": "ses"}


def calls(definition: str | None, names: Names) -> Iterator[tuple[str, str]]:
    """Logical id and action (`UpdateItem`, "" for a function's invoke) of what its tasks call.

    Args:
        definition: as DescribeStateMachine gives it; None where that was refused.
    """
    if definition is None:
        return
    for state in parse(definition).states.values():
        if state.type in ("Task", "Map"):
            for found in names_in(_named_in(state), names):
                yield from ((key, _action(state)) for key in _meant(state, found))


def _named_in(state: State) -> list[object]:
    """Where a state names what it calls: its resource, its parameters, the input of its items."""
    keys = ("Resource", "Parameters", "Arguments", "ItemReader", "ResultWriter")
    return [state.raw.get(key) for key in keys]


def _meant(state: State, found: Mapping[str, str]) -> list[str]:
    """Of resources that share a name, the one of the service that is called."""
    called = _ACTION.match(str(state.raw.get("Resource", "")))
    service = _SERVICES.get(called[1], called[1]) if called else ""
    return [found[service]] if service in found else list(found.values())


def _action(state: State) -> str:
    found = _ACTION.match(str(state.raw.get("Resource", "")))
    if found is None or found[1] == "lambda":
        return ""
    return found[2][:1].upper() + found[2][1:]
