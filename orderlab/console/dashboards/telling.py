"""A dashboard in words: a line or a few for each widget."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orderlab.console.dashboards.body import Widget
from orderlab.console.dashboards.reading import Content, Line

NO_DATA = "no data"
_MOST_ROWS = 5


def words(widget: Widget, content: Content) -> Iterator[str]:
    """What a widget shows."""
    if widget.kind == "text":
        yield from plain(widget.properties.get("markdown", ""))
        return
    yield f"{widget.title or widget.kind}:"
    if widget.kind == "metric":
        yield from (f"  {_line(line)}" for line in content.lines)
    elif widget.kind == "alarm":
        yield from (f"  {name}: {state}" for name, state in content.alarms)
    elif widget.kind == "log":
        rows = [", ".join(f"{k} {v}" for k, v in row.items()) for row in content.table]
        yield from (f"  {row}" for row in rows[:_MOST_ROWS] or [NO_DATA])
    else:
        yield f"  {not_drawn(widget)}"


def not_drawn(widget: Widget) -> str:
    return f"a widget of the type {widget.kind}, which is not drawn here"


def _line(line: Line) -> str:
    if not line.values:
        return f"{line.label}: {NO_DATA}"
    low, high, last = map(number, (min(line.values), max(line.values), line.values[-1]))
    return f"{line.label}: from {low} to {high}, at {line.times[-1]:%H:%M} {last}"


def number(value: float) -> str:
    """Three digits are enough: 4, 12.5, 1,230."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def plain(markdown: str) -> list[str]:
    """Markdown's lines without their marks; a heading keeps its `#`s."""
    text = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", markdown)
    text = re.sub(r"(\*\*|__|[*_`])(?=\S)([^\n]*?\S)\1(?!\w)", r"\2", text)
    return [line.strip() for line in text.splitlines() if line.strip()]
