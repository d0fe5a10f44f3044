"""An execution event by event: the picture, the event, and a state's data as they were then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

from orderlab.console import text
from orderlab.console.executions.events import rows
from orderlab.console.executions.execution import Execution, Visit
from orderlab.console.executions.reading import Recording
from orderlab.console.graphs import graph
from orderlab.console.graphs.overlay import Overlay, overlay_of, room_of
from orderlab.console.inspecting.state import inspect
from orderlab.console.outputs.fold import Fold
from orderlab.console.outputs.picture import Picture

_TOLD_AT_THE_END = ("stopDate", "output", "outputDetails", "error", "cause")  # DescribeExecution
_LONGEST = 200  # characters of an event's detail in its line
_FAILS = ("Failed", "TimedOut", "Aborted")


@dataclass(frozen=True)
class Detail:
    """A state's data: which visit of which, and which attempt of how many; counted from 1."""

    fold: Fold
    visit: int
    visits: tuple[str, ...]
    attempt: int
    attempts: int


class Steps:
    """The steps of one execution, counted from 1: at step k, k events have been written."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.rows = rows(recording.events)
        self.ids = graph.ids(recording.definition)
        self._details: dict[tuple[int, str, int | None, int | None], Detail] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def execution(self, step: int) -> Execution:
        """What it had done by then."""
        return self.recording.until(self.rows[step - 1]["id"])

    def svg(self, step: int) -> str:
        """The picture as it was then; in all steps, every box is at the same place."""
        execution, definition = self.execution(step), self.recording.definition
        words = text.describe_execution(definition, execution)
        return _svg(graph.source(definition, overlay_of(execution), self._room), words)

    @cached_property
    def _room(self) -> Overlay:
        """Room for all notes. A state's notes change with what kind of event it has, and with how
        often it had it: the first of each kind and the last event of all leave out none."""
        first: dict[tuple[str, str], int] = {}
        for step, row in enumerate(self.rows, 1):
            first.setdefault((row["state"], row["type"]), step)
        steps = [*first.values(), len(self)]
        return room_of(overlay_of(self.execution(step)) for step in steps)

    def event(self, step: int) -> dict[str, str]:
        """The step's event, as its line has it."""
        row = self.rows[step - 1]
        return {
            "id": str(row["id"]),
            "time": f"{row['time']:,.3f} s",
            "type": row["type"],
            "state": row["state"],
            "detail": text.shorten(row["detail"], _LONGEST),
        }

    def statuses(self, step: int) -> dict[str, str]:
        """Each state's status then, in a word."""
        execution = self.execution(step)
        return {name: execution.status_of(name) or "not visited" for name in self.ids}

    def detail(
        self, step: int, state: str, visit: int | None = None, attempt: int | None = None
    ) -> Detail:
        """What one state had got, done and given by then: of a visit and an attempt, counted from
        1; of the last ones, where none are named or there were not yet so many."""
        key = self._last_change(step, state), state, visit, attempt
        if key not in self._details:
            self._details[key] = _detail(self._recording(step), state, visit, attempt)
        return self._details[key]

    def _recording(self, step: int) -> Recording:
        """The recording as it was then."""
        if step == len(self):
            return self.recording
        told: Mapping[str, Any] = self.recording.description
        then = {key: value for key, value in told.items() if key not in _TOLD_AT_THE_END}
        then["status"] = self.execution(step).status
        return replace(self.recording, description=then, events=self.recording.events[:step])

    def _last_change(self, step: int, state: str) -> int:
        """The step that last had to do with a state. What is inside a frame counts for it."""
        if step == len(self) or self.recording.definition.states[state].type in ("Parallel", "Map"):
            return step
        own = [n for n, row in enumerate(self.rows[:step], 1) if row["state"] == state]
        return own[-1] if own else 0

    def marks(self) -> str:
        """One letter for each event: where a state is entered (e), where something fails (f)."""
        return "".join(_mark(row) for row in self.rows)

    def entered(self, state: str) -> list[int]:
        """The steps at which a state was entered."""
        return [
            step
            for step, row in enumerate(self.rows, 1)
            if row["state"] == state and row["type"].endswith("StateEntered")
        ]


def _detail(recording: Recording, state: str, visit: int | None, attempt: int | None) -> Detail:
    visits = recording.execution.visits_of(state)
    if visit is None or visit > len(visits):
        visit, attempt = None, None
    elif attempt is not None and attempt > len(visits[visit - 1].attempts):
        attempt = None
    found = inspect(recording, state, attempt, visit=visit)
    names = tuple(_name(number, one) for number, one in enumerate(visits, 1))
    chosen = found.chosen
    return Detail(found.fold, chosen.number, names, chosen.attempt_number, chosen.attempts)


def _name(number: int, visit: Visit) -> str:
    items = f", item {'.'.join(map(str, visit.items))}" if visit.items else ""
    return f"visit {number}{items}"


@lru_cache(maxsize=64)
def _svg(source: str, words: str) -> str:
    """Many an event changes nothing in the picture."""
    return Picture(source, words).svg


def _mark(row: dict[str, Any]) -> str:
    if row["type"].endswith(_FAILS):
        return "f"
    return "e" if row["type"].endswith("StateEntered") else "-"
