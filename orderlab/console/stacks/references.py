"""Which resources a value of a template refers to, by intrinsic function or by physical name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_IN_TEXT = re.compile(r"\$\{(\w+)(?:\.[^}]*)?\}")
# Where what could not be delivered goes: no part of the usual flow.
_ASIDE = {
    "DeadLetterConfig": "dead letters",
    "DeadLetterQueue": "dead letters",
    "RedrivePolicy": "dead letters",
    "OnFailure": "on failure",
}


def references(value: object) -> Iterator[str]:
    """Logical ids that a value refers to by Ref, Fn::GetAtt or Fn::Sub."""
    for key, _ in flows(value):
        yield key


def flows(value: object, aside: str = "") -> Iterator[tuple[str, str]]:
    """The same, each with what goes there where that is not the usual flow: `dead letters`."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key == "Ref":
                yield str(inner), aside
            elif key == "Fn::GetAtt":
                yield inner.split(".")[0] if isinstance(inner, str) else str(inner[0]), aside
            elif key == "Fn::Sub":
                text, given = (inner, {}) if isinstance(inner, str) else inner
                for name in _IN_TEXT.findall(text):
                    if name not in given:
                        yield name, aside
                yield from flows(list(given.values()), aside)
            else:
                yield from flows(inner, aside or _ASIDE.get(key, ""))
    elif isinstance(value, list):
        for inner in value:
            yield from flows(inner, aside)


Names = Mapping[str, Mapping[str, str]]
"""Logical ids by the last part of their physical id, and by the service that has the name."""


def names_in(value: object, names: Names) -> Iterator[Mapping[str, str]]:
    """The resources whose physical name stands in a value of a definition, by their services.

    Args:
        value: parameters of a task: names, URLs and ARNs in any depth.
    """
    if isinstance(value, str):
        for part in re.split(r"[:/]", value):
            if part in names:
                yield names[part]
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from names_in(inner, names)
    elif isinstance(value, list):
        for inner in value:
            yield from names_in(inner, names)


def last_part(physical: str) -> str:
    """The name a person uses: of an ARN or a queue's URL the last part."""
    return re.split(r"[:/]", physical)[-1]


def properties_of(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """A resource's properties, or none."""
    found = raw.get("Properties")
    return found if isinstance(found, Mapping) else {}
