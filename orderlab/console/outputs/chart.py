"""A matplotlib figure with the table that it was drawn from, and the same in words."""

from __future__ import annotations

import io
from html import escape
from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

_SCALE = 2  # pixels of the PNG for one of the screen's, so that text stays sharp
_DPI = 96


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
        width, height = (round(inches * _DPI) for inches in self.figure.get_size_inches())
        bundle: dict[str, object] = {
            "image/svg+xml": self.svg,
            "image/png": self.png,
            "text/plain": self.text,
        }
        return bundle, {"image/png": {"width": width, "height": height}}

    @property
    def svg(self) -> str:
        """The svg element, named for a screen reader; equal for equal figures, byte for byte."""
        canvas, page = FigureCanvasSVG(self.figure), io.StringIO()
        # Text as outlines: a browser without matplotlib's font would set it wider or narrower.
        with mpl.rc_context({"svg.hashsalt": "chart", "svg.fonttype": "path"}):
            canvas.print_figure(page, format="svg", metadata={"Date": None, "Creator": None})
        svg = page.getvalue()
        name = f'<svg role="img" aria-label="{escape(self.text)}" '
        return svg[svg.index("<svg") :].replace("<svg ", name, 1)

    @property
    def png(self) -> bytes:
        canvas, page = FigureCanvasAgg(self.figure), io.BytesIO()
        canvas.print_figure(page, format="png", dpi=_DPI * _SCALE)
        return page.getvalue()
