"""Two JSON values: the parts that are not the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

_NOTHING = object()  # JSON's null is a value of its own


def changes(one: Any, other: Any, path: str = "") -> Iterator[tuple[str, str, str]]:
    """Path ("" for the whole), value in the first and in the other, as JSON; "" for none."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in dict.fromkeys([*one, *other]):
            yield from changes(
                one.get(key, _NOTHING), other.get(key, _NOTHING), f"{path}.{key}" if path else key
            )
    elif isinstance(one, list) and isinstance(other, list):
        for at in range(max(len(one), len(other))):
            here, there = (value[at] if at < len(value) else _NOTHING for value in (one, other))
            yield from changes(here, there, f"{path}[{at}]")
    elif one is _NOTHING or other is _NOTHING or one != other or type(one) is not type(other):
        yield path, _json(one), _json(other)


def _json(value: Any) -> str:
    return "" if value is _NOTHING else json.dumps(value, ensure_ascii=False)
