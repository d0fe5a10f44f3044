"""How a week went: drawn, told, and beside the same week played by programs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from html import escape
from typing import NamedTuple

import pandas as pd

from localaws import tables
from orderlab.console.outputs.chart import Chart
from orderlab.console.outputs.fold import Fold
from orderlab.console.outputs.page import View
from orderlab.oncall import drawing
from orderlab.oncall.losses import KINDS, Loss, Reference, cost, losses, score
from orderlab.oncall.played import Broken, Played

NEVER = "never"
COSTS = ("week", "orders lost", *KINDS, "together")
BROKEN = ("what broke", "when", "looked at after", "over after", "what it was", "what mends it")
TIMES = ("when (UTC)", "", "")


class Report(NamedTuple):
    """A week's report.

    Attributes:
        chart: the timeline and the cost. `.data` has a row for each thing on the timeline: when
            (UTC), what (broke, page, act, mended), text.
        told: the same in tables.
    """

    chart: Chart
    told: Fold

    @property
    def view(self) -> View:
        """Both, for a cell or a terminal."""
        return View(*self)


def report(played: Played, reference: Reference) -> Report:
    """A week's timeline and what it has cost."""
    weeks = {
        played.player: losses(played, reference.calm),
        "nobody": losses(reference.asleep, reference.calm),
        "a good operator": losses(reference.good, reference.calm),
    }
    head = f"Week {played.seed}, {played.player} on call: score {score(played, reference)}."
    rows = _timeline(played)
    data = pd.DataFrame(rows, columns=["when", "what", "text"])
    times: list[tuple[str, ...]] = [(f"{when:%a %H:%M}", what, text) for when, what, text in rows]
    parts: list[tuple[tuple[str, ...], list[tuple[str, ...]]]] = [
        (COSTS, list(_costs(weeks))),
        (BROKEN, list(_incidents(played))),
        (TIMES, times),
    ]
    saved = _saved(weeks[played.player], weeks["nobody"])
    html = "".join(tables.as_html(columns, found) for columns, found in parts)
    text = "\n\n".join(tables.as_text(columns, found) for columns, found in parts)
    chart = Chart(drawing.drawn(played, weeks), data, f"{head} {saved}")
    return Report(chart, Fold(f"<p><b>{escape(head)}</b> {saved}</p>{html}", text))


def _saved(own: list[Loss], nobodys: list[Loss]) -> str:
    lost, would_be = (
        {one.order_id for one in week if one.kind == "lost"} for week in (own, nobodys)
    )
    return f"Orders saved, beside nobody: {len(would_be - lost)} of {len(would_be)}."


def _costs(weeks: dict[str, list[Loss]]) -> Iterator[tuple[str, ...]]:
    for name, found in weeks.items():
        lost = sum(one.kind == "lost" for one in found)
        amounts = [*(cost(found, kind) for kind in KINDS), cost(found)]
        yield (name, str(lost), *(f"{amount:.2f}" for amount in amounts))


def _incidents(played: Played) -> Iterator[tuple[str, ...]]:
    for one in played.incidents:
        seen, mended = after(one.begins, one.seen), after(one.begins, one.mended)
        yield (one.kind, f"{one.begins:%a %H:%M}", seen, mended, one.broke, one.mend)


def _timeline(played: Played) -> list[tuple[datetime, str, str]]:
    found = [(one.begins, "broke", one.kind) for one in played.incidents]
    found += [(one.when, "page", one.what) for one in played.pages]
    found += [(one.when, "act", one.what) for one in played.deeds]
    found += [(one.mended, "mended", one.kind) for one in played.incidents if one.mended]
    return sorted(found, key=lambda row: row[0])  # at one moment, in this order


def after(begins: datetime, moment: datetime | None) -> str:
    """How long after its begin: `2 h 05 min`, `never`."""
    if moment is None:
        return NEVER
    minutes = round((moment - begins) / timedelta(minutes=1))
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"


def minutes_of(broken: Broken, moment: datetime | None) -> float | None:
    """How long after its begin, in minutes."""
    return None if moment is None else (moment - broken.begins) / timedelta(minutes=1)
