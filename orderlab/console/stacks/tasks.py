"""What a state machine calls, from its definition."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from orderlab.console.definition.parsing import State, parse
from orderlab.console.stacks.references import names_in

_ACTION = re.compile(r"arn:[\w-]+:states:[^:]*:[^:]*:(?:aws-sdk:)?([\w-]+):(\w+)")


def calls(definition: str | None, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Logical id and action (`UpdateItem`, "" for a function's invoke) of what its tasks call.

    Args:
        definition: as DescribeStateMachine gives it; None where that was refused.
        names: logical ids by the last part of their physical id.
    """
    if definition is None:
        return
    for state in parse(definition).states.values():
        if state.type in ("Task", "Map"):
            for key in names_in(_named_in(state), names):
                yield key, _action(state)


def _named_in(state: State) -> list[object]:
    """Where a state names what it calls: its resource, its parameters, the input of its items."""
    keys = ("Resource", "Parameters", "Arguments", "ItemReader", "ResultWriter")
    return [state.raw.get(key) for key in keys]


def _action(state: State) -> str:
    found = _ACTION.match(str(state.raw.get("Resource", "")))
    if found is None or found[1] == "lambda":
        return ""
    return found[2][:1].upper() + found[2][1:]
