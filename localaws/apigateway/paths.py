"""Which of an API's path templates a request's path meets: the most specific one."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote

Match = tuple[tuple[int, ...], dict[str, str]]  # how specific, and the values of the parameters

EXACT, PARAMETER, GREEDY = range(3)


def match(template: str, path: str) -> Match | None:
    """Compare a path with a template such as `/orders/{id}` or `/{proxy+}`.

    Returns:
        What sorts the more specific match first, and the parameters; None where they differ.
    """
    wanted = path.strip("/").split("/")
    parts = template.strip("/").split("/")
    kinds: list[int] = []
    parameters: dict[str, str] = {}
    for place, part in enumerate(parts):
        if part.startswith("{") and part.endswith("+}"):
            rest = wanted[place:]
            if not rest or not rest[0]:
                return None
            parameters[part[1:-2]] = unquote("/".join(rest))
            return (*kinds, GREEDY), parameters
        if place >= len(wanted):
            return None
        if part.startswith("{"):
            if not wanted[place]:
                return None
            parameters[part[1:-1]] = unquote(wanted[place])
            kinds.append(PARAMETER)
        elif part == unquote(wanted[place]):
            kinds.append(EXACT)
        else:
            return None
    return (tuple(kinds), parameters) if len(parts) == len(wanted) else None


def best(templates: Iterable[str], path: str) -> tuple[str, dict[str, str]] | None:
    """The template that a path meets most specifically, and its parameters."""
    found = [(m[0], t, m[1]) for t in templates if (m := match(t, path)) is not None]
    if not found:
        return None
    _, template, parameters = min(found, key=lambda one: one[0])
    return template, parameters
