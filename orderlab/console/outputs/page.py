"""Where pictures, charts and folds go: the notebook, or the terminal."""

from __future__ import annotations

from IPython.display import display

from orderlab.console.outputs.chart import Chart
from orderlab.console.outputs.fold import Fold
from orderlab.console.outputs.picture import Picture

Shown = Picture | Chart | Fold


def present(thing: Shown) -> None:
    """An output of its own in a notebook; its text in IPython and in plain Python."""
    display(thing)  # type: ignore[no-untyped-call]


class View:
    """Several outputs that belong together: a cell that returns it shows them one by one.

    One bundle cannot hold them: a notebook that is not trusted shows the HTML of a bundle, and
    its picture not at all.
    """

    def __init__(self, *parts: Shown) -> None:
        self.parts = parts

    def __repr__(self) -> str:
        return "\n".join(map(repr, self.parts))

    def _ipython_display_(self) -> None:
        for part in self.parts:
            present(part)
