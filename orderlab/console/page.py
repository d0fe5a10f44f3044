"""Where a picture or a fold goes: the notebook, or the terminal."""

from __future__ import annotations

from IPython.display import display

from orderlab.console.drawing import Picture
from orderlab.console.folds import Fold


def present(thing: Picture | Fold) -> None:
    """An output of its own in a notebook; its text in IPython and in plain Python."""
    display(thing)  # type: ignore[no-untyped-call]
