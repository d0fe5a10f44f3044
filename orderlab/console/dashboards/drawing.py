"""A dashboard's widgets on its grid of 24 columns, as one figure."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from datetime import datetime

from matplotlib.figure import Figure, SubFigure
from matplotlib.patches import FancyBboxPatch

from orderlab.console.dashboards import metricwidget
from orderlab.console.dashboards.body import COLUMNS, Widget
from orderlab.console.dashboards.reading import Content
from orderlab.console.dashboards.telling import NO_DATA, not_drawn, plain
from orderlab.console.outputs.plotting import EDGE, GRID, WIDTH, figure, style
from orderlab.console.style import FAINT, INK, LOOKS, NOT_VISITED, Look

_ROW = 38  # CSS pixels of the grid's unit of height
_HEADING = 30  # CSS pixels of the dashboard's name
_LINE, _HEAD = 15, 24  # CSS pixels of a line of text, and of a widget's title
_CHARACTER = 6.2  # CSS pixels of one, on average
_COLUMN = WIDTH / COLUMNS
_ALARM = 190  # CSS pixels that an alarm's box has at least
_STATES = {
    "OK": LOOKS["succeeded"],
    "ALARM": LOOKS["failed"],
    "INSUFFICIENT_DATA": Look("", "?", NOT_VISITED.border, NOT_VISITED.fill),
}

Span = tuple[datetime, datetime]


def drawn(title: str, contents: Sequence[tuple[Widget, Content]], span: Span) -> Figure:
    """The figure; `span` is the time that its charts show."""
    rows = max((widget.y + widget.height for widget, _ in contents), default=1)
    with style():
        made = figure(rows * _ROW + _HEADING)
        grid = made.add_gridspec(
            rows + 1, COLUMNS, height_ratios=[_HEADING, *[_ROW] * rows], wspace=0, hspace=0
        )
        heading = made.add_subfigure(grid[0, :])
        heading.text(12 / WIDTH, 0.5, title, weight="bold", size=11, va="center")
        for widget, content in contents:
            place = grid[
                widget.y + 1 : widget.y + 1 + widget.height,
                widget.x : min(widget.x + widget.width, COLUMNS),
            ]
            _draw(made.add_subfigure(place), widget, content, span)
    return made


def _draw(panel: SubFigure, widget: Widget, content: Content, span: Span) -> None:
    if widget.kind == "text":
        _text(panel, widget)
        return
    if widget.kind == "metric":
        metricwidget.draw(panel, widget, content, span)
        return
    if widget.title:
        panel.text(*_at(widget, 12, 14), widget.title, weight="bold", size=9.5, va="center")
    if widget.kind == "alarm":
        _alarms(panel, widget, content)
    elif widget.kind == "log":
        _table(panel, widget, content)
    else:
        panel.text(*_at(widget, 12, 14 + _LINE), not_drawn(widget), size=8.5, color=FAINT)


def _at(widget: Widget, right: float, down: float) -> tuple[float, float]:
    """A place in a widget, so many CSS pixels from its upper left corner, as a subfigure has it."""
    return right / (widget.width * _COLUMN), 1 - down / (widget.height * _ROW)


def _text(panel: SubFigure, widget: Widget) -> None:
    down = 14.0
    letters = int((widget.width * _COLUMN - 24) / _CHARACTER)
    for line in plain(widget.properties.get("markdown", "")):
        heading = line.startswith("#")
        for part in textwrap.wrap(line.lstrip("# "), letters):
            size = 12 if heading else 9
            weight = "bold" if heading else "normal"
            panel.text(*_at(widget, 12, down), part, size=size, weight=weight, va="center")
            down += _LINE + (5 if heading else 0)


def _alarms(panel: SubFigure, widget: Widget, content: Content) -> None:
    columns = max(1, int((widget.width * _COLUMN - 24) / _ALARM))
    rows = -(-len(content.alarms) // columns)
    room = (widget.height * _ROW - _HEAD - 8) / max(1, rows)
    wide, high = (widget.width * _COLUMN - 24) / columns, min(room, 36)
    for number, (name, state) in enumerate(content.alarms):
        down, right = divmod(number, columns)
        look = _STATES.get(state, NOT_VISITED)
        left, low = _at(widget, 12 + right * wide, _HEAD + 4 + (down + 1) * high)
        size = (wide - 8) / (widget.width * _COLUMN), (high - 8) / (widget.height * _ROW)
        panel.patches.append(_box(panel, (left, low), size, look))
        x, y = _at(widget, 20 + right * wide, _HEAD + 4 + (down + 0.5) * high + 4)
        panel.text(x, y, f"{look.sign} {name}", va="center", size=8.5, color=INK)


def _box(
    panel: SubFigure, corner: tuple[float, float], size: tuple[float, float], look: Look
) -> FancyBboxPatch:
    return FancyBboxPatch(
        corner,
        *size,
        boxstyle="square,pad=0",
        facecolor=look.fill,
        edgecolor=look.border,
        linewidth=look.weight / 2,
        transform=panel.transSubfigure,
        figure=panel,
    )


def _table(panel: SubFigure, widget: Widget, content: Content) -> None:
    names = list(dict.fromkeys(name for row in content.table for name in row))
    if not names:
        panel.text(*_at(widget, 12, _HEAD + _LINE), NO_DATA, size=8.5, color=FAINT)
        return
    lines = [names, *([row.get(name, "") for name in names] for row in content.table)]
    wide = (widget.width * _COLUMN - 24) / len(names)
    most = int((widget.height * _ROW - _HEAD - _LINE) / _LINE)
    for number, line in enumerate(lines[:most]):
        down = _HEAD + _LINE * (number + 1) + (4 if number else 0)
        for column, value in enumerate(line):
            shown = textwrap.shorten(value, int(wide / _CHARACTER), placeholder="…")
            colour = INK if number else FAINT
            panel.text(*_at(widget, 12 + column * wide, down), shown, size=8.5, color=colour)
    _rule(panel, widget, _HEAD + _LINE + 5)


def _rule(panel: SubFigure, widget: Widget, down: float) -> None:
    left, low = _at(widget, 12, down)
    width = 1 - 2 * left
    panel.patches.append(
        FancyBboxPatch(
            (left, low),
            width,
            0,
            boxstyle="square,pad=0",
            edgecolor=EDGE,
            facecolor=GRID,
            linewidth=0.8,
            transform=panel.transSubfigure,
            figure=panel,
        )
    )
