"""JSON values of a state, as the history keeps them: text."""

from __future__ import annotations

import json
from typing import Any, Final


class Unknown:
    """What neither the history nor AWS's evaluator tells. JSON's null is a value of its own."""

    def __repr__(self) -> str:
        return "unknown"


UNKNOWN: Final = Unknown()


def load(text: str | None) -> Any:
    """The value of a JSON text; text that is none, such as a shortened one, as it is."""
    if text is None:
        return UNKNOWN
    try:
        return json.loads(text)
    except ValueError:
        return text


def dump(value: object) -> str:
    """One line of JSON."""
    return json.dumps(value, ensure_ascii=False)
