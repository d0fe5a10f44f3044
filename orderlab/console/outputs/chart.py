"""A matplotlib figure with the table that it was drawn from, and the same in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlab.console.outputs import plotting

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


class Chart:
    """A figure that shows itself everywhere.

    Attributes:
        figure: matplotlib's, to change or to save; it is drawn anew each time it is shown.
        data: the numbers in it.
        text: what it says, in words.
    """

    def __init__(self, figure: Figure, data: pd.DataFrame, text: str) -> None:
        self.figure = figure
        self.data = data
        self.text = text

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, object], dict[str, object]]:
        return plotting.bundle(self.figure, self.text)

    @property
    def svg(self) -> str:
        """The svg element, named for a screen reader; equal for equal figures, byte for byte."""
        return plotting.svg(self.figure, self.text)

    @property
    def png(self) -> bytes:
        return plotting.png(self.figure)
