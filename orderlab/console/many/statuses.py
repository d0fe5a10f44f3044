"""How many executions ended in which way."""

from __future__ import annotations

import pandas as pd

from orderlab.console.many.words import percent, plural
from orderlab.console.outputs.chart import Chart
from orderlab.console.outputs.plotting import FILLS, blank, figure, style

SIGNS = {
    "SUCCEEDED": "\N{CHECK MARK}",
    "FAILED": "\N{BALLOT X}",
    "TIMED_OUT": "\N{BALLOT X}",
    "ABORTED": "\N{BLACK SQUARE}",
    "RUNNING": "\N{BLACK RIGHT-POINTING POINTER}",
}


def statuses(table: pd.DataFrame) -> pd.DataFrame:
    """Columns: status (in the order of the charts), count, share (0 to 1)."""
    counts = table["status"].value_counts()
    order = [status for status in FILLS if status in counts.index]
    order += sorted(set(counts.index) - set(order))
    data = pd.DataFrame({"status": order, "count": [int(counts[status]) for status in order]})
    data["share"] = data["count"] / max(len(table), 1)
    return data


def outcomes_chart(machine: str, table: pd.DataFrame) -> Chart:
    """Each status with its count and its share."""
    data = statuses(table)
    whole = len(table)
    title = f"{machine}: {plural(whole, 'execution')}"
    lines = [
        f"  {row.status}: {row.count:,} ({percent(row.count, whole)})"
        for row in data.itertuples(index=False)
    ]
    if data.empty:
        words = f"{machine}: there is no execution."
        return Chart(blank(words), data, words)
    with style():
        made = figure(46 + 29 * len(data))
        axes = made.subplots()
        names = [f"{SIGNS.get(status, '')}  {status}" for status in data["status"]]
        for name, row in zip(names, data.itertuples(index=False), strict=True):
            axes.barh(name, row.count, height=0.62, **FILLS[row.status].bar)
            axes.annotate(
                f"{row.count:,}  ({percent(row.count, whole)})",
                (row.count, name),
                xytext=(6, 0),
                textcoords="offset points",
                va="center",
            )
        axes.set_title(title)
        axes.set_xlim(0, data["count"].max() * 1.16)
        axes.set_ylim(len(data) - 0.4, -0.6)
        axes.xaxis.set_visible(False)
        axes.spines["bottom"].set_visible(False)
        axes.tick_params(axis="y", length=0)
    return Chart(made, data, "\n".join([title, *lines]))
