"""Two executions side by side: `console.compare`."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from orderlab.console.executions.execution import Visit
from orderlab.console.executions.reading import Recording, read
from orderlab.console.graphs import graph
from orderlab.console.graphs.overlay import Overlay, overlay_of, room_of
from orderlab.console.outputs.page import View
from orderlab.console.outputs.pair import Pair
from orderlab.console.outputs.picture import Picture
from orderlab.console.text import describe_execution
from orderlab.console.timelines.comparison import Comparison, comparison_of, is_same, seconds_of
from orderlab.console.timelines.differences import outcome
from orderlab.console.timelines.sidebyside import side_by_side

COLUMNS = [
    "state", "item", "outcome", "other_outcome", "attempts", "other_attempts", "seconds",
    "other_seconds", "same",
]  # fmt: skip


class ComparisonView(View):
    """Two executions side by side.

    Attributes:
        data: the visits, one row for each pair: state, item (index in a Map, or none), what became
            of it, attempts and seconds in the first and in the other execution, and whether both
            did the same there. What one of them did not visit is None.
        text: where they part, and every visit, in words.
    """

    def __init__(self, picture: Picture, comparison: Comparison) -> None:
        table = side_by_side(comparison)
        super().__init__(picture, table)
        self.data = _data(comparison)
        self.text = table.text


def compare(a: str, b: str) -> ComparisonView:
    """Two executions side by side: where they part, and what was different there.

    They may be of two versions of a state machine, or of two machines. Times are told, and do not
    count as a difference.

    Args:
        a, b: ARNs of the executions.

    Raises:
        botocore.exceptions.ClientError: no such execution.
        LookupError: an Express execution whose events were not logged.
    """
    return compare_recordings(read(a), read(b))


def compare_recordings(
    one: Recording, other: Recording, names: tuple[str, str] | None = None
) -> ComparisonView:
    """Two executions that were read; `names` are what they are called, else as on AWS."""
    found = comparison_of(one, other, names)
    overlays = [
        replace(_marked(overlay_of(recording.execution), at), title=title)
        for recording, at, title in zip(
            (one, other), found.parting or (None, None), found.titles, strict=True
        )
    ]
    room = None if found.changed else room_of(overlays)
    pictures = []
    for recording, overlay in zip((one, other), overlays, strict=True):
        words = describe_execution(recording.definition, recording.execution)
        pictures.append(Picture(graph.source(recording.definition, overlay, room), words))
    text = "\n".join([*found.words, *(picture.text for picture in pictures)])
    return ComparisonView(Pair(pictures[0], pictures[1], text), found)


def _marked(overlay: Overlay, parting: Visit | None) -> Overlay:
    """With the first difference noted on its state."""
    if parting is None or parting.name not in overlay.states:
        return overlay
    mark = overlay.states[parting.name]
    noted = replace(mark, notes=(*mark.notes, "≠ they part here"))
    return replace(overlay, states={**overlay.states, parting.name: noted})


def _data(comparison: Comparison) -> pd.DataFrame:
    rows = []
    for mine, theirs in comparison.pairs:
        visit = mine or theirs
        assert visit is not None  # a pair has one
        row: list[object] = [visit.name, visit.items[-1] if visit.items else None]
        for value in (outcome, _attempts, seconds_of):
            row += [value(one) if one else None for one in (mine, theirs)]
        rows.append([*row, is_same(mine, theirs)])
    numbers = dict.fromkeys(["item", "attempts", "other_attempts"], "Int64")
    return pd.DataFrame(rows, columns=COLUMNS).astype(numbers)


def _attempts(visit: Visit) -> int:
    return len(visit.attempts) or 1
