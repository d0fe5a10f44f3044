"""How long executions took."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from orderlab.console.durations import short
from orderlab.console.many.words import plural, unit
from orderlab.console.outputs.chart import Chart
from orderlab.console.outputs.plotting import FILLS, blank, figure, legend, only_grid, style
from orderlab.console.style import INK

QUANTILES = {"p50": 0.5, "p90": 0.9, "p99": 0.99}
BINS = 48
LEADER = {
    "arrowstyle": "-",
    "color": INK,
    "linewidth": 1,
    "relpos": (0, 0),
    "shrinkA": 0,
    "shrinkB": 0,
}
WIDE = 30  # the longest in shortest durations, from where on the axis is logarithmic
# Where a logarithmic axis may have its marks, in seconds; of a wide range, every second decade.
_FINE = [float(f"{digit}e{power}") for power in range(-3, 2) for digit in (1, 2, 5) if power < 1]
_FINE += [10, 20, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 43_200]
_FINE += [86_400 * days for days in (1, 2, 5, 10, 30, 90, 365)]
_COARSE = [0.001, 0.01, 0.1, 1, 10, 60, 600, 3600, 21_600]
_COARSE += [86_400 * days for days in (1, 10, 30, 365)]


def durations(table: pd.DataFrame) -> pd.DataFrame:
    """Seconds from start to stop of the executions that have ended.

    Columns: status ("all" in the first row), count, min, p50, p90, p99, max.
    """
    ended = table.dropna(subset="seconds")
    groups = {"all": ended["seconds"]} if len(ended) else {}
    groups |= {s: ended.loc[ended["status"] == s, "seconds"] for s in FILLS}
    rows = [
        (name, len(found), found.min(), *found.quantile(list(QUANTILES.values())), found.max())
        for name, found in groups.items()
        if len(found)
    ]
    return pd.DataFrame(rows, columns=["status", "count", "min", *QUANTILES, "max"])


def durations_chart(table: pd.DataFrame) -> Chart:
    """A histogram by status, with the percentiles of all."""
    data = durations(table)
    if data.empty:
        words = "Durations: no execution has ended."
        return Chart(blank(words), data, words)
    title = f"Durations of {plural(int(data['count'][0]), 'execution')}, from start to stop"
    lines = [f"  {_line(row)}" for row in data.to_dict("records")]
    with style():
        made = figure(240 + 34 * (len(data) > 2))
        axes = made.subplots()
        ended = table.dropna(subset="seconds")
        shortest, longest = data["min"][0], data["max"][0]
        wide = shortest > 0 and longest / shortest > WIDE
        size = 1 if wide else unit(longest)[1]
        edges = _edges(shortest / size, longest / size, wide)
        legend(made, _histogram(axes, ended, edges * size, size))
        _time_axis(axes, edges, wide, longest)
        for number, name in enumerate(QUANTILES):
            _mark(axes, name, data[name][0], size, number)
        axes.set_title(title, pad=44)
    return Chart(made, data, "\n".join([title, *lines]))


def _line(row: dict[str, object]) -> str:
    figures = [f"{name} {short(float(row[name]))}" for name in ("min", *QUANTILES, "max")]  # type: ignore[arg-type]
    return f"{row['status']} ({row['count']:,}): {', '.join(figures)}"


def _histogram(axes: Axes, ended: pd.DataFrame, edges: np.ndarray, size: float) -> list[Artist]:
    """Bars from edge (in seconds) to edge, drawn in units of `size` seconds."""
    base = np.zeros(len(edges) - 1)
    handles: list[Artist] = []
    for status, fill in FILLS.items():
        found = ended.loc[ended["status"] == status, "seconds"]
        if len(found):
            counts, _ = np.histogram(found, edges)
            axes.stairs(base + counts, edges / size, baseline=base, fill=True, **fill.bar)
            handles.append(Patch(label=status, **fill.bar))
            base = base + counts
    axes.set_ylim(0, base.max() * 1.06)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.set_ylabel("executions")
    only_grid(axes, "y")
    return handles


def _edges(shortest: float, longest: float, wide: bool) -> np.ndarray:
    if wide:
        return np.geomspace(shortest * 0.999, longest * 1.001, BINS + 1)
    if longest > shortest:
        return np.linspace(shortest, longest, BINS + 1)
    # All took the same time: one bar, in the middle of an empty axis.
    around = np.linspace(-8, 8, 17) - 0.5
    return longest + around * (longest / 16 or 1)


def _time_axis(axes: Axes, edges: np.ndarray, wide: bool, longest: float) -> None:
    if wide:
        axes.set_xscale("log")
        marks = [mark for mark in _FINE if edges[0] <= mark <= edges[-1]]
        if len(marks) > 12:
            marks = [mark for mark in _COARSE if edges[0] <= mark <= edges[-1]]
        axes.set_xticks(marks, [short(mark) for mark in marks])
        axes.set_xticks([], minor=True)
        axes.set_xlabel("duration, on a logarithmic axis")
        return
    axes.set_xlabel(f"duration, {unit(longest)[0]}")
    if edges[0] < 0 or edges[-1] * unit(longest)[1] > longest * 1.3:
        axes.set_xticks([longest / unit(longest)[1]])


def _mark(axes: Axes, name: str, seconds: float, size: float, number: int) -> None:
    """A line with the percentile's name above the chart; they may be close, so each has a height
    of its own."""
    at = seconds / size
    axes.axvline(at, color=INK, linewidth=1)
    axes.annotate(
        f"  {name}  {short(seconds)}",
        (at, 1),
        xycoords=("data", "axes fraction"),
        xytext=(0, 27 - 12 * number),
        textcoords="offset points",
        fontsize=8.5,
        arrowprops=LEADER,
    )
