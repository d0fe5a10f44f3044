"""Where a watched execution is drawn: in place in a notebook, line by line in a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from IPython.display import DisplayHandle

from orderlab.console.executions.execution import Visit
from orderlab.console.executions.reading import Recording
from orderlab.console.graphs.executed import picture_of_execution
from orderlab.console.graphs.overlay import Overlay, StateMark, overlay_of, room_of
from orderlab.console.live.headline import headline
from orderlab.console.outputs import kernel
from orderlab.console.outputs.fold import Fold
from orderlab.console.style import LOOKS
from orderlab.console.text import describe_execution, error_line

_FRAME = 0.1  # seconds that a picture stands at least: no eye follows more, and each one costs


class Screen(Protocol):
    """What shows an execution that is watched."""

    def draw(self, recording: Recording, clock: datetime | None) -> None:
        """It was read again, and may have gone on. `clock` is the time where it runs."""

    def end(self, recording: Recording, note: str) -> None:
        """It is watched no longer; `note` says why, or nothing when the execution has ended."""


def screen() -> Screen:
    """The screen that this process has."""
    return NotebookScreen() if kernel.in_notebook() else TextScreen()


class NotebookScreen:
    """A line and a picture, each drawn anew in its place. What stays is what `show` would show."""

    def __init__(self) -> None:
        self._line, self._picture = _Place(), _Place()
        self._said: Fold | None = None
        self._events = 0  # of them, the picture shows so many
        self._drawn = float("-inf")
        self._room = Overlay()
        self._live = kernel.somebody_looks()

    def draw(self, recording: Recording, clock: datetime | None) -> None:
        old = len(recording.events) == self._events
        early = time.monotonic() - self._drawn < _FRAME
        if not self._live or (early and not old):
            return
        line = headline(recording, clock=clock)
        if line != self._said:
            self._line.show(line)
            self._said = line
        if not old:
            self._picture.show(self._frame(recording), raw=True)
            self._events, self._drawn = len(recording.events), time.monotonic()

    def _frame(self, recording: Recording) -> dict[str, str]:
        """The picture without a PNG, which takes long. Its boxes grow, but never shrink again."""
        overlay = overlay_of(recording.execution)
        running = StateMark(LOOKS["running"], (LOOKS["running"].word,))
        any_runs = Overlay(dict.fromkeys(recording.definition.states, running))
        self._room = room_of([self._room, any_runs, overlay])
        now = picture_of_execution(recording.definition, recording.execution, self._room)
        return {"image/svg+xml": now.svg, "text/plain": now.text}

    def end(self, recording: Recording, note: str) -> None:
        self._line.show(headline(recording, note))
        self._picture.show(picture_of_execution(recording.definition, recording.execution))


class _Place:
    """An output that can be replaced."""

    def __init__(self) -> None:
        self._handle = DisplayHandle()  # type: ignore[no-untyped-call]
        self._used = False

    def show(self, thing: object, **how: bool) -> None:
        draw: Callable[..., None] = self._handle.update if self._used else self._handle.display
        draw(thing, **how)
        self._used = True


class TextScreen:
    """A line for each state whose status has changed; at the end the whole in words."""

    def __init__(self) -> None:
        self._said: dict[str, str] = {}

    def draw(self, recording: Recording, clock: datetime | None) -> None:
        execution = recording.execution
        for name in dict.fromkeys(visit.name for visit in execution.visits):
            visit = execution.visits_of(name)[-1]
            words = str(execution.status_of(name))
            if visit.failure:
                words += f" {error_line(visit.failure.error, visit.failure.cause)}"
            if self._said.get(name) != words:
                self._said[name] = words
                print(f"  {_moment(visit):11,.3f} s  {name}: {words}", flush=True)

    def end(self, recording: Recording, note: str) -> None:
        self.draw(recording, None)
        words = describe_execution(recording.definition, recording.execution)
        print(headline(recording, note), words, sep="\n", flush=True)


def _moment(visit: Visit) -> float:
    """When it became what it is, in seconds since the execution started."""
    failed = visit.failure.ended if visit.failure else None
    return next(time for time in (visit.exited, failed, visit.entered) if time is not None)
