"""A dashboard's widgets on its grid of 24 columns, as one figure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from orderlab.console.dashboards import metricwidget
from orderlab.console.dashboards.body import COLUMNS, Widget
from orderlab.console.dashboards.grid import MARGIN, ROW, at, high, shortened, wide, wrapped
from orderlab.console.dashboards.reading import Content
from orderlab.console.dashboards.telling import NO_DATA, not_drawn, plain
from orderlab.console.outputs.plotting import EDGE, WIDTH, figure, style
from orderlab.console.style import FAINT, INK, LOOKS, NOT_VISITED, Look

_HEADING = 30  # CSS pixels of the dashboard's name
_LINE, _HEAD = 15, 24  # CSS pixels of a line of text, and of a widget's title
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
        made = figure(rows * ROW + _HEADING)
        grid = made.add_gridspec(
            rows + 1, COLUMNS, height_ratios=[_HEADING, *[ROW] * rows], wspace=0, hspace=0
        )
        heading = made.add_subfigure(grid[0, :])
        heading.text(MARGIN / WIDTH, 0.5, title, weight="bold", size=11, va="center")
        for widget, content in contents:
            place = grid[
                widget.y + 1 : widget.y + 1 + widget.height,
                widget.x : min(widget.x + widget.width, COLUMNS),
            ]
            _draw(made.add_subfigure(place), widget, content, span)
        # Arranged anew at each drawing, what stands in subfigures moves by a hair each time.
        made.draw_without_rendering()
        made.set_layout_engine("none")
    return made


def _draw(panel: SubFigure, widget: Widget, content: Content, span: Span) -> None:
    if widget.kind == "text":
        _text(panel, widget)
        return
    if widget.kind == "metric":
        metricwidget.draw(panel, widget, content, span)
        return
    title = shortened(widget.title, wide(widget) - 2 * MARGIN, 9.5, bold=True)
    panel.text(*at(widget, MARGIN, 14), title, weight="bold", size=9.5, va="center")
    if widget.kind == "alarm":
        _alarms(panel, widget, content)
    elif widget.kind == "log":
        _table(panel, widget, content)
    else:
        panel.text(*at(widget, MARGIN, _HEAD + _LINE), not_drawn(widget), size=8.5, color=FAINT)


def _text(panel: SubFigure, widget: Widget) -> None:
    down = 14.0
    for line in plain(widget.properties.get("markdown", "")):
        heading = line.startswith("#")
        size, weight = (12, "bold") if heading else (9, "normal")
        for part in wrapped(line.lstrip("# "), wide(widget) - 2 * MARGIN, size, heading):
            panel.text(*at(widget, MARGIN, down), part, size=size, weight=weight, va="center")
            down += _LINE + (5 if heading else 0)


def _alarms(panel: SubFigure, widget: Widget, content: Content) -> None:
    columns = max(1, int((wide(widget) - 2 * MARGIN) / _ALARM))
    rows = max(1, -(-len(content.alarms) // columns))
    across = (wide(widget) - 2 * MARGIN) / columns
    tall = min((high(widget) - _HEAD - 8) / rows, 36)
    for number, (name, state) in enumerate(content.alarms):
        row, column = divmod(number, columns)
        look = _STATES.get(state, NOT_VISITED)
        left, top = MARGIN + column * across, _HEAD + 12 + row * tall
        size = (across - 8) / wide(widget), (tall - 8) / high(widget)
        box = Rectangle(at(widget, left, top + tall - 8), *size, linewidth=look.weight / 2)
        box.set(facecolor=look.fill, edgecolor=look.border)
        panel.add_artist(box)
        middle = at(widget, left + 8, top + (tall - 8) / 2)
        text = shortened(f"{look.sign} {name}", across - 20, 8.5)
        panel.text(*middle, text, va="center", size=8.5, color=INK)


def _table(panel: SubFigure, widget: Widget, content: Content) -> None:
    names = list(dict.fromkeys(name for row in content.table for name in row))
    if not names:
        panel.text(*at(widget, MARGIN, _HEAD + _LINE), NO_DATA, size=8.5, color=FAINT)
        return
    lines = [names, *([row.get(name, "") for name in names] for row in content.table)]
    across = (wide(widget) - 2 * MARGIN) / len(names)
    most = int((high(widget) - _HEAD - _LINE) / _LINE)
    for number, line in enumerate(lines[:most]):
        down = _HEAD + _LINE * (number + 1) + (4 if number else 0)
        for column, value in enumerate(line):
            place = at(widget, MARGIN + column * across, down)
            shown = shortened(value, across - 6, 8.5)
            panel.text(*place, shown, size=8.5, color=INK if number else FAINT)
    _rule(panel, widget, _HEAD + _LINE + 5)


def _rule(panel: SubFigure, widget: Widget, down: float) -> None:
    (left, low), (right, _) = (at(widget, x, down) for x in (MARGIN, wide(widget) - MARGIN))
    panel.add_artist(Line2D([left, right], [low, low], color=EDGE, linewidth=0.8))
