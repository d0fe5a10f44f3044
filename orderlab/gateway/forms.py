"""Requests as Stripe takes them: forms with names as `card[number]` and `expand[0]`."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl


def parse(text: str) -> dict[str, Any]:
    """The values of a form, nested as their names say."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        *outer, last = re.findall(r"[^\[\]]+", name)
        place = found
        for part in outer:
            place = place.setdefault(part, {})
        place[last] = value
    return found


def flag(params: dict[str, Any], name: str) -> bool:
    return params.get(name) == "true"
