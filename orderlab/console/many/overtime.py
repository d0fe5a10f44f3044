"""When executions were started, how they ended and how long they took, over time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, num2date
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from orderlab.console.durations import short
from orderlab.console.many.words import plural, unit
from orderlab.console.outputs.chart import Chart
from orderlab.console.outputs.plotting import FILLS, blank, figure, legend, only_grid, style
from orderlab.console.style import FAINT, INK

MOST = 30  # bars
_BUCKETS = (
    *(timedelta(milliseconds=n) for n in (1, 10, 100)),
    *(timedelta(seconds=n) for n in (1, 2, 5, 10, 30)),
    *(timedelta(minutes=n) for n in (1, 2, 5, 10, 30)),
    *(timedelta(hours=n) for n in (1, 3, 6, 12)),
    *(timedelta(days=n) for n in (1, 7, 28, 364)),
)


def bucket(span: timedelta) -> timedelta:
    """The shortest usual length of time of which at most MOST cover a span."""
    return next((length for length in _BUCKETS if span < length * MOST), _BUCKETS[-1])


def over_time(table: pd.DataFrame) -> pd.DataFrame:
    """Executions by the time of their start, empty times included.

    Columns: from (UTC), a count for each status, executions, succeeded (share of those that have
    ended, NaN if none has), p50 and p90 (seconds that they took).
    """
    there = set(table["status"].unique())
    counts = [status for status in FILLS if status in there]
    columns = ["from", *counts, "executions", "succeeded", "p50", "p90"]
    if table.empty:
        return pd.DataFrame(columns=columns)
    length = bucket(table["started"].max() - table["started"].min())
    since = table["started"].dt.floor(length).rename("from")
    every = pd.date_range(since.min(), since.max(), freq=length, name="from")
    found = pd.crosstab(since, table["status"]).reindex(every, fill_value=0)
    data = found[counts].copy()
    data["executions"] = found.sum(axis="columns")
    ended = data["executions"] - found.get("RUNNING", 0)
    data["succeeded"] = found.get("SUCCEEDED", 0) / ended.where(ended > 0)
    took = table.groupby(since)["seconds"].quantile([0.5, 0.9]).unstack().reindex(every)
    data["p50"], data["p90"] = took[0.5], took[0.9]
    return data.reset_index()[columns].rename_axis(columns=None)


def over_time_chart(table: pd.DataFrame) -> Chart:
    """Above, how many were started and how they ended; below, how long they took."""
    data = over_time(table)
    if data.empty:
        words = "Over time: there is no execution."
        return Chart(blank(words), data, words)
    length = bucket(table["started"].max() - table["started"].min())
    title = f"Started over time: a bar for each {_each(length)}"
    with style():
        made = figure(350)
        above, below = made.subplots(2, sharex=True, height_ratios=(3, 2))
        handles = _bars(above, data, length)
        above.set_title(title)
        legend(made, [*handles, *_lines(below, data, length)])
        _days(below, data, length)
    return Chart(made, data, "\n".join([title, *(_line(row) for row in data.to_dict("records"))]))


def _each(length: timedelta) -> str:
    seconds = length.total_seconds()
    for size, name in ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= size:
            number = int(seconds // size)
            return name if number == 1 else plural(number, name)
    return f"{seconds * 1000:g} ms"


def _line(row: dict[str, Any]) -> str:
    counts = [f"{row[status]:,} {status}" for status in FILLS if row.get(status)]
    line = f"  {row['from']:%Y-%m-%d %H:%M:%S}: {', '.join(counts) or 'none'}"
    return f"{line}, p50 {short(row['p50'])}, p90 {short(row['p90'])}" if row["p50"] >= 0 else line


def _bars(axes: Axes, data: pd.DataFrame, length: timedelta) -> list[Artist]:
    base = np.zeros(len(data))
    handles: list[Artist] = []
    for status, fill in FILLS.items():
        if status in data:
            some = data[status] > 0  # a bar of nothing would be a line
            at, wide = data["from"][some], length * 0.86
            axes.bar(at, data[status][some], wide, base[some], align="edge", **fill.bar)  # type: ignore[arg-type]
            base += data[status]
            handles.append(Patch(label=status, **fill.bar))
    axes.set_ylabel("executions")
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    only_grid(axes, "y")
    return handles


def _lines(axes: Axes, data: pd.DataFrame, length: timedelta) -> list[Artist]:
    middle = data["from"] + length * 0.43
    longest = data["p90"].max()
    name, size = unit(longest if longest > 0 else 1)
    handles: list[Artist] = []
    for column, colour, marker in (("p90", FAINT, "o"), ("p50", INK, "s")):
        handles += axes.plot(middle, data[column] / size, marker=marker, color=colour, label=column)
    axes.set_ylim(bottom=0)
    axes.set_ylabel(f"duration, {name}")
    only_grid(axes, "y")
    return handles


def _days(axes: Axes, data: pd.DataFrame, length: timedelta) -> None:
    first, last = data["from"].iloc[0], data["from"].iloc[-1]
    clock = "%H:%M" if length >= timedelta(minutes=1) else "%H:%M:%S"

    def written(value: float, _: object) -> str:
        when: datetime = num2date(value, tz=UTC)  # type: ignore[no-untyped-call]
        day = f"{when.day} {when:%b}"
        if last - first > timedelta(days=6):
            return day
        return f"{when:{clock}}" if first.date() == last.date() else f"{day}\n{when:{clock}}"

    axes.xaxis.set_major_locator(AutoDateLocator(tz=UTC, minticks=3, maxticks=9))  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(written)
    axes.set_xlim(first, last + length)
    axes.set_xlabel(f"start of the execution, UTC, from {first.day} {first:%B %Y} on")
