"""A class's results, to project: who has saved what, and how fast."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import mean

import pandas as pd
from matplotlib.figure import Figure

from orderlab.console.outputs import plotting
from orderlab.console.outputs.chart import Chart
from orderlab.console.outputs.fold import Fold, said
from orderlab.console.style import INK, PATH
from orderlab.lesson import places
from orderlab.oncall import keeping
from orderlab.oncall.incidents.outside import GatewayOutage
from orderlab.oncall.keeping import Kept
from orderlab.oncall.losses import cost, losses, score
from orderlab.oncall.played import Broken
from orderlab.oncall.report import minutes_of

COLUMNS = [
    "player",
    "seed",
    "score",
    "lost",
    "charged wrongly",
    "minutes to look",
    "minutes to mend",
]
BAR = 30  # CSS pixels of a player


def compare(folder: str | Path | None = None) -> Chart | Fold:
    """Everybody's weeks, the best first.

    Args:
        folder: with the files that `report` has kept; this application's own without it.

    Returns:
        `.data` with a row for each week: player, seed, score, lost and charged wrongly (amounts),
        and the minutes from an incident's begin to the first look at it, and to its end, on the
        average of those that were looked at, or mended. Where no week is kept, a sentence says so.

    Raises:
        ValueError: a file in it holds no week.
    """
    place = Path(folder) if folder is not None else places.copy() / keeping.FOLDER
    kept = [keeping.read(path) for path in sorted(place.glob("*.json"))]
    if not kept:
        return said("No week is kept here yet: week.report() does so when it is over.")
    rows = pd.DataFrame([_row(one) for one in kept], columns=COLUMNS)
    rows = rows.sort_values(["score", "player"], ascending=[False, True], ignore_index=True)
    return Chart(_drawn(rows), rows, rows.to_string(index=False))


def _row(kept: Kept) -> list[object]:
    played, reference = kept
    found = losses(played, reference.calm)
    looked = [minutes_of(one, one.seen) for one in played.incidents]
    mended = [minutes_of(one, one.mended) for one in _mendable(played.incidents)]
    return [
        played.player,
        played.seed,
        score(played, reference),
        cost(found, "lost"),
        cost(found, "charged wrongly"),
        _average(looked),
        _average(mended),
    ]


def _mendable(incidents: Sequence[Broken]) -> list[Broken]:
    """All but the gateway's outage, which ends by itself."""
    return [one for one in incidents if one.kind != GatewayOutage.kind]


def _average(minutes: Sequence[float | None]) -> float | None:
    known = [one for one in minutes if one is not None]
    return round(mean(known)) if known else None


def _drawn(rows: pd.DataFrame) -> Figure:
    names = [f"{row.player} (week {row.seed})" for row in rows.itertuples()]
    with plotting.style():
        figure = plotting.figure(90 + BAR * len(rows))
        axes = figure.subplots()
        axes.set_title("On call: what part of the avoidable cost was avoided")
        bars = axes.barh(range(len(rows)), rows["score"], color=PATH, height=0.6)
        axes.bar_label(bars, padding=4, color=INK)
        axes.set_yticks(range(len(rows)), names)
        axes.invert_yaxis()
        axes.set_xlabel("score: 0 is a week in which nobody acts, 100 that of a good operator")
        plotting.only_grid(axes, "x")
    return figure
