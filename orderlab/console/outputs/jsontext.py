"""JSON as a person reads it: indented, in one piece, and what is long-winded folded away."""

from __future__ import annotations

import json
from html import escape
from typing import Any

# What the SDK tells of its HTTP answer: long, and of no use to a workflow.
LONG_WINDED = ("SdkHttpMetadata", "SdkResponseMetadata")
_FOLDED = "…"
_BOX = (
    "margin:2px 0 6px 0;padding:6px 8px;max-height:22em;overflow:auto;white-space:pre-wrap;"
    "overflow-wrap:anywhere;border:1px solid #8888;border-radius:4px"
)


def as_value(text: str | None) -> Any:
    """The value of a JSON text; any other text as it is."""
    try:
        return json.loads(text) if text is not None else None
    except ValueError:
        return text


def without_long_winded(value: Any) -> tuple[Any, list[tuple[str, Any]]]:
    """The value with each long-winded part as `…`, and those parts by their keys."""
    folded: list[tuple[str, Any]] = []

    def shown(part: Any) -> Any:
        if isinstance(part, list):
            return [shown(one) for one in part]
        if not isinstance(part, dict):
            return part
        found = {}
        for key, one in part.items():
            if key in LONG_WINDED:
                folded.append((key, one))
                found[key] = _FOLDED
            else:
                found[key] = shown(one)
        return found

    return shown(value), folded


def json_html(value: Any, longest: int) -> str:
    """A box with a value, cut to so many characters; below it, a fold of what is long-winded."""
    value, folded = without_long_winded(value)
    html = _box(value, longest)
    if folded:
        names = ", ".join(dict.fromkeys(key for key, _ in folded))
        inner = "".join(_box({key: part}, longest // len(folded)) for key, part in folded[:5])
        html += (
            '<details style="margin:0 0 6px 8px"><summary style="cursor:pointer;opacity:0.7">'
            f"{escape(names)}</summary>{inner}</details>"
        )
    return html


def json_text(value: Any) -> str:
    """A value on as many lines as it takes, without what is long-winded; text as it is."""
    value, _ = without_long_winded(value)
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)


def _box(value: Any, longest: int) -> str:
    text = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
    if len(text) > longest:
        text = f"{text[:longest]}\n... ({len(text) - longest} more characters)"
    return f'<pre style="{_BOX}">{escape(text)}</pre>'
