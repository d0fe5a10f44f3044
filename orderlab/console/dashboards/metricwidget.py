"""A metric widget: time series, stacked or not, or numbers."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, num2date
from matplotlib.figure import SubFigure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from orderlab.console.dashboards.body import Widget
from orderlab.console.dashboards.grid import wide, wrapped
from orderlab.console.dashboards.reading import Content, Line
from orderlab.console.dashboards.telling import NO_DATA, number
from orderlab.console.outputs.plotting import only_grid
from orderlab.console.style import FAINT, INK

COLOURS = ("#1565c0", "#b45309", "#2e7d32", "#6b4a94", "#b3261e", "#5f6b7a")
DASHES = ("-", "--", ":", "-.")  # a line's colour is never all that tells it from another
HATCHES = ("", "////", "xxxx", "....")
_SCALES = 70  # CSS pixels left and right of the curves
Span = tuple[datetime, datetime]


def draw(panel: SubFigure, widget: Widget, content: Content, span: Span) -> None:
    axes = panel.subplots()
    title = wrapped(widget.title, wide(widget) - _SCALES, 9.5, bold=True)
    axes.set_title("\n".join(title), size=9.5)
    if widget.properties.get("view", "timeSeries") != "timeSeries":
        _numbers(axes, content)
        return
    right = axes.twinx() if any(line.series.right for line in content.lines) else None
    handles = (_stack if widget.properties.get("stacked") else _curves)(axes, right, content)
    handles += _annotations(axes, widget.properties.get("annotations", {}))
    for side, name in ((axes, "left"), (right, "right")):
        if side is not None:
            _scale(side, widget.properties.get("yAxis", {}).get(name, {}))
    _time(axes, span)
    only_grid(axes, "y")
    if not any(line.values for line in content.lines):
        axes.text(0.5, 0.5, NO_DATA, transform=axes.transAxes, ha="center", color=FAINT)
    if len(handles) > 1:
        columns = min(len(handles), max(1, widget.width // 3))
        panel.legend(handles=handles, loc="outside lower left", ncols=columns, fontsize=7.5)


def _curves(axes: Axes, right: Axes | None, content: Content) -> list[Artist]:
    handles: list[Artist] = []
    for place, line in enumerate(content.lines):
        side = right if right is not None and line.series.right else axes
        look: dict[str, Any] = {
            "color": line.series.colour or COLOURS[place % len(COLOURS)],
            "linestyle": DASHES[place % len(DASHES)],
            "label": line.label,
        }
        marker = "o" if len(line.values) == 1 else ""
        side.plot(line.times, line.values, marker=marker, **look)  # type: ignore[arg-type]
        handles.append(Line2D([], [], **look))
    return handles


def _stack(axes: Axes, right: Axes | None, content: Content) -> list[Artist]:
    """Areas on top of each other: where one has no data, it has no height."""
    times = _every([when for line in content.lines for when in line.times])
    base = np.zeros(len(times))
    handles: list[Artist] = []
    for place, line in enumerate(content.lines):
        face: dict[str, Any] = {
            "facecolor": line.series.colour or COLOURS[place % len(COLOURS)],
            "hatch": HATCHES[place % len(HATCHES)],
            "edgecolor": "white",
            "linewidth": 0,
        }
        handles.append(Patch(label=line.label, **face))
        top = base + _at(times, line)
        if line.values:
            axes.fill_between(times, base, top, step="mid", **face)  # type: ignore[arg-type]
        base = top
    return handles


def _every(times: list[datetime]) -> list[datetime]:
    """From the first moment to the last at even distances, also where none has data."""
    known = sorted(set(times))
    if len(known) < 2:
        return known
    step = min(after - before for before, after in pairwise(known))
    return [known[0] + step * number for number in range((known[-1] - known[0]) // step + 1)]


def _at(times: list[datetime], line: Line) -> Any:
    found = dict(zip(line.times, line.values, strict=True))
    return np.array([found.get(when, 0.0) for when in times])


def _annotations(axes: Axes, given: dict[str, Any]) -> list[Artist]:
    handles: list[Artist] = []
    for one in given.get("horizontal", []):
        if isinstance(one, dict):  # a list of two is a band, which needs none of ours
            look: dict[str, Any] = {"color": one.get("color", INK), "linewidth": 0.9}
            axes.axhline(one["value"], **look)
            handles.append(Line2D([], [], label=one.get("label", number(one["value"])), **look))
    return handles


def _scale(axes: Axes, given: dict[str, Any]) -> None:
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    axes.set_ylim(bottom=given.get("min"), top=given.get("max"))
    axes.set_ylabel(given.get("label", ""))
    if given.get("min") == 0 and axes.get_ylim()[1] < 1:
        axes.set_ylim(top=1)  # of nothing there is no scale


def _time(axes: Axes, span: Span) -> None:
    def written(value: float, _: object) -> str:
        return f"{num2date(value, tz=UTC):%H:%M}"  # type: ignore[no-untyped-call]

    axes.xaxis.set_major_locator(AutoDateLocator(tz=UTC, minticks=3, maxticks=6))  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(written)
    axes.set_xlim(*span)  # type: ignore[arg-type]


def _numbers(axes: Axes, content: Content) -> None:
    axes.set_axis_off()
    for place, line in enumerate(content.lines):
        x = (place + 0.5) / len(content.lines)
        value = number(line.values[-1]) if line.values else NO_DATA
        axes.text(x, 0.6, value, size=18, ha="center", va="center", transform=axes.transAxes)
        axes.text(x, 0.2, line.label, size=8, ha="center", color=FAINT, transform=axes.transAxes)
