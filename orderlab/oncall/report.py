"""How a week went: told, drawn, and beside the same week played by programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import pandas as pd

from orderlab.console.outputs.chart import Chart
from orderlab.oncall import drawing
from orderlab.oncall.losses import KINDS, Loss, Reference, cost, losses, score
from orderlab.oncall.played import Broken, Played

NEVER = "never"


def report(played: Played, reference: Reference) -> Chart:
    """A week's timeline and what it has cost.

    Returns:
        `.data` with a row for each thing on the timeline: when (UTC), what (broke, mended, page,
        act), text.
    """
    weeks = {
        f"{played.player}": losses(played, reference.calm),
        "nobody": losses(reference.asleep, reference.calm),
        "a good operator": losses(reference.good, reference.calm),
    }
    figure = drawing.drawn(played, weeks)
    rows = list(_timeline(played))
    words = [*_summary(played, reference, weeks), "", *_incidents(played), "", *_told(rows)]
    return Chart(figure, pd.DataFrame(rows, columns=["when", "what", "text"]), "\n".join(words))


def _summary(played: Played, reference: Reference, weeks: dict[str, list[Loss]]) -> Iterator[str]:
    yield f"Week {played.seed}, {played.player} on call: score {score(played, reference)}."
    for name, found in weeks.items():
        lost = sum(one.kind == "lost" for one in found)
        parts = ", ".join(f"{kind} {cost(found, kind):.2f}" for kind in KINDS)
        yield f"  {name}: {lost} orders lost; {parts}; together {cost(found):.2f}"
    own = {one.order_id for one in weeks[played.player] if one.kind == "lost"}
    nobody = {one.order_id for one in weeks["nobody"] if one.kind == "lost"}
    yield f"  Orders saved, beside nobody: {len(nobody - own)} of {len(nobody)}."


def _incidents(played: Played) -> Iterator[str]:
    yield "What broke:"
    for one in played.incidents:
        yield f"  {one.kind}, {one.begins:%a %H:%M}: {one.broke}"
        yield (
            f"    Looked at after {after(one.begins, one.seen)}, over after "
            f"{after(one.begins, one.mended)}. {one.mend}"
        )


def _told(rows: Sequence[tuple[datetime, str, str]]) -> Iterator[str]:
    yield "Timeline (UTC):"
    for when, what, text in rows:
        yield f"  {when:%a %H:%M}  {what:<6}  {text}"


def _timeline(played: Played) -> list[tuple[datetime, str, str]]:
    found = [(one.begins, "broke", one.kind) for one in played.incidents]
    found += [(one.mended, "mended", one.kind) for one in played.incidents if one.mended]
    found += [(one.when, "page", one.what) for one in played.pages]
    found += [(one.when, "act", one.what) for one in played.deeds]
    return sorted(found)


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
