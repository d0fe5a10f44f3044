"""The player beneath a watched execution: a slider over its events, and a click for the data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets
from IPython.display import display

from orderlab.console.executions.reading import Recording
from orderlab.console.live.steps import Steps
from orderlab.console.outputs import kernel

_MOST = 200  # visits to choose from
_players: dict[Player, kernel.Request] = {}  # those that are open, and what displayed them


def _text(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


class Player(anywidget.AnyWidget):
    """Steps through an execution; every picture is drawn when it is asked for.

    The page asks for a step, `{"step": 3}`, or for a state's data at one, `{"step": 3, "state":
    "ProcessPayment", "visit": 1, "attempt": 2}`; the answer repeats step and state. `{"closed":
    true}` says that the player is no longer on the page.
    """

    _esm = "\n".join(map(_text, ("elements.js", "jupyterlab.js", "widget.js")))
    _css = _text("widget.css")
    count = traitlets.Int().tag(sync=True)
    marks = traitlets.Unicode().tag(sync=True)
    ids = traitlets.Dict().tag(sync=True)
    first = traitlets.Dict().tag(sync=True)
    id = traitlets.Unicode().tag(sync=True)

    def __init__(self, recording: Recording) -> None:
        self._steps = Steps(recording)
        super().__init__(
            count=len(self._steps),
            marks=self._steps.marks(),
            ids={id_: name for name, id_ in self._steps.ids.items()},
            first=self._step(len(self._steps)),
        )
        self.id = str(self.model_id)
        self.on_msg(self._answer)

    def __repr__(self) -> str:
        return "Run this cell to step through the events and to click the states."

    def close(self) -> None:
        _players.pop(self, None)
        self.layout.close()  # a widget of its own
        super().close()

    def _answer(self, _: object, asked: dict[str, Any], buffers: object) -> None:
        if asked.get("closed"):
            self.close()
            return
        step = min(max(1, int(asked["step"])), self.count)
        if "state" not in asked:
            self.send(self._step(step))
        elif asked["state"] in self._steps.ids:
            self.send(self._detail(step, asked["state"], asked.get("visit"), asked.get("attempt")))

    def _step(self, step: int) -> dict[str, Any]:
        return {
            "step": step,
            "svg": self._steps.svg(step),
            "event": self._steps.event(step),
            "statuses": self._steps.statuses(step),
        }

    def _detail(
        self, step: int, state: str, visit: int | None, attempt: int | None
    ) -> dict[str, Any]:
        found = self._steps.detail(step, state, visit, attempt)
        return {
            "step": step,
            "state": state,
            "html": found.fold.html,
            "visit": found.visit,
            "visits": found.visits[:_MOST],
            "attempt": found.attempt,
            "attempts": found.attempts,
            "entered": self._steps.entered(state)[:_MOST],
        }


def play(recording: Recording) -> None:
    """Display a player. Those of the same cell's earlier runs are closed."""
    if not recording.events:
        return
    request = kernel.request()
    for other, shown in list(_players.items()):
        if request.cell is not None and shown.cell == request.cell and shown.id != request.id:
            other.close()
    player = Player(recording)
    _players[player] = request
    display(player)  # type: ignore[no-untyped-call]
