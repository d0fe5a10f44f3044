"""Bars put into rows: one for each state, and inside a Map a lane in it for each item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from orderlab.console.definition.parsing import Definition
from orderlab.console.timelines.bars import Bar

MOST_ROWS = 60
MOST_LANES = 40  # of one state


@dataclass
class Row:
    """The bars of one state; `depth` is how many Parallel and Map states it is inside.

    `lanes` are the bars of one item each, in the order of the items; outside of a Map, one.
    `left_out` counts the items that have no lane.
    """

    state: str
    type: str
    depth: int
    lanes: list[list[Bar]] = field(default_factory=list)
    left_out: int = 0


def rows_of(bars: Sequence[Bar], definition: Definition) -> list[Row]:
    """Rows in the order of the first visits, what is inside a Parallel or Map state below it, a
    Parallel state's branches one after the other."""
    found: dict[str, list[Bar]] = {}
    for bar in bars:
        found.setdefault(bar.visit.name, []).append(bar)
    frames: dict[str | None, list[str]] = {}
    for name, of_state in found.items():
        parent = of_state[0].visit.parent
        frames.setdefault(parent.name if parent else None, []).append(name)
    rows: list[Row] = []
    _add(None, 0, rows, found, frames, definition)
    return rows


def _add(
    frame: str | None,
    depth: int,
    rows: list[Row],
    found: dict[str, list[Bar]],
    frames: dict[str | None, list[str]],
    definition: Definition,
) -> None:
    def branch(name: str) -> int:
        state = definition.states.get(name)
        return state.frame[1] if state and state.frame else 0

    for name in sorted(frames.get(frame, []), key=branch):
        rows.append(_row(name, depth, found[name]))
        _add(name, depth + 1, rows, found, frames, definition)


def _row(name: str, depth: int, bars: Sequence[Bar]) -> Row:
    items = sorted({bar.visit.items for bar in bars})
    shown = items
    if len(items) > MOST_LANES:
        # What went wrong is looked for first.
        wrong = {bar.visit.items for bar in bars if bar.outcome not in ("", "succeeded")}
        shown = sorted(sorted(items, key=lambda item: item not in wrong)[:MOST_LANES])
    lanes = [[bar for bar in bars if bar.visit.items == item] for item in shown]
    return Row(name, bars[0].visit.type, depth, lanes, len(items) - len(shown))
