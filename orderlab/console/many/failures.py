"""Which errors executions ended with, and in which state each arose."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from orderlab.console.many.words import percent, plural
from orderlab.console.outputs.chart import Chart
from orderlab.console.outputs.plotting import FILLS, blank, figure, legend, style
from orderlab.console.style import FAINT, INK
from orderlab.console.text import shorten

FAILED = ("FAILED", "TIMED_OUT", "ABORTED")
MOST = 12  # bars
UNNAMED = "(no error name)"


def failures(table: pd.DataFrame) -> pd.DataFrame:
    """The executions that failed, timed out or were aborted, and whose history was read.

    Columns: error, state (that the error came from), status, count, share (0 to 1), first (name of
    the first of them); the most frequent first.
    """
    failed = table[table["status"].isin(FAILED)]
    read = failed[failed["retries"].notna()].assign(
        error=failed["error"].fillna(UNNAMED), state=failed["failed_in"].fillna("")
    )
    groups = read.groupby(["error", "state", "status"], sort=True)["name"]
    data = groups.agg(count="size", first="first").reset_index()
    data["share"] = data["count"] / max(len(read), 1)
    order = ["error", "state", "status", "count", "share", "first"]
    return data[order].sort_values("count", ascending=False, kind="stable", ignore_index=True)


def failures_chart(table: pd.DataFrame) -> Chart:
    """A bar for each error, state and status."""
    data = failures(table)
    whole = int(table["status"].isin(FAILED).sum())
    if whole == 0:
        words = "Failures: no execution failed."
        return Chart(blank(words), data, words)
    read = int(data["count"].sum())
    some = f"{read:,} of {plural(whole, 'failure')}" if read < whole else plural(whole, "failure")
    title = f"Causes of {some}: error, and the state that it came from"
    if data.empty:
        words = f"Failures: the history of none of {whole:,} could be read."
        return Chart(blank(words), data, words)
    lines = [f"  {_words(row)}: {_count(row, read)}" for row in data.itertuples(index=False)]
    return Chart(_figure(data, title, read), data, "\n".join([title, *lines]))


def _figure(data: pd.DataFrame, title: str, read: int) -> Figure:
    shown = data.head(MOST)
    left = len(data) - len(shown)
    with style():
        kinds = data["status"].nunique()
        made = figure(56 + 36 * len(shown) + 22 * bool(left) + 22 * (kinds > 1))
        axes = made.subplots()
        for at, row in enumerate(shown.itertuples(index=False)):
            axes.barh(at, row.count, height=0.56, **FILLS[row.status].bar)
            axes.annotate(
                _count(row, read),
                (row.count, at),
                xytext=(6, 0),
                textcoords="offset points",
                va="center",
            )
        axes.set_yticks(range(len(shown)), [_label(row) for row in shown.itertuples(index=False)])
        axes.tick_params(axis="y", length=0, labelcolor=INK)
        axes.set_xlim(0, int(shown["count"].max()) * 1.2)
        axes.set_ylim(len(shown) - 0.4, -0.6)
        axes.xaxis.set_visible(False)
        axes.spines["bottom"].set_visible(False)
        axes.set_title(title)
        statuses = [status for status in FAILED if status in set(data["status"])]
        legend(made, [Patch(label=status, **FILLS[status].bar) for status in statuses])
        if left:
            rest = int(data["count"][MOST:].sum())
            words = f"and {left} more, of {plural(rest, 'execution')}: see .data"
            made.supxlabel(words, fontsize=8.5, color=FAINT)
    return made


def _label(row: Any) -> str:
    return f"{shorten(row.error, 40)}\nin {shorten(row.state, 40)}" if row.state else row.error


def _words(row: Any) -> str:
    where = f" in {row.state}" if row.state else ""
    return f"{row.status}, {row.error}{where}"


def _count(row: Any, read: int) -> str:
    return f"{row.count:,}  ({percent(row.count, read)})"
