"""How every chart looks: its settings, its size, and a colour with a pattern for each status.

A pattern tells in grey print, and to the colour-blind, what a colour tells. Charts are matplotlib's
own Figure and never pyplot's, which would show them a second time below the cell.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from html import escape
from typing import Any

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from orderlab.console.style import FAINT, INK

WIDTH = 820  # CSS pixels: what a notebook's page has room for
DPI = 96  # CSS pixels in an inch
_SCALE = 2  # pixels of the PNG for one of the page's
GRID = "#e4e8ec"
EDGE = "#b0b8c1"

_CLIP = re.compile(r'<clipPath id="(\w+)">\s*(<rect [^>]*>)')

_SETTINGS: dict[Any, Any] = {
    # The font that comes with matplotlib, so that a chart is the same on every machine.
    "font.family": ["DejaVu Sans"],
    "font.size": 9,
    "text.color": INK,
    "figure.facecolor": "white",
    "figure.edgecolor": "white",
    "figure.dpi": DPI,
    "savefig.facecolor": "auto",
    "savefig.bbox": None,
    "axes.facecolor": "white",
    "axes.edgecolor": EDGE,
    "axes.linewidth": 0.8,
    "axes.labelcolor": FAINT,
    "axes.labelsize": 8.5,
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlecolor": INK,
    "axes.titlepad": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": False,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "grid.linestyle": "-",
    "xtick.color": EDGE,
    "ytick.color": EDGE,
    "xtick.labelcolor": FAINT,
    "ytick.labelcolor": FAINT,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "xtick.minor.size": 0,
    "ytick.minor.size": 0,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "legend.handlelength": 1.4,
    "legend.handleheight": 0.9,
    "legend.columnspacing": 1.6,
    "hatch.linewidth": 1.1,
    "lines.linewidth": 1.8,
    "lines.markersize": 5,
    "patch.linewidth": 0.8,
    # Text as outlines: a browser without the font would set it wider or narrower.
    "svg.fonttype": "path",
    "svg.hashsalt": "chart",
    "path.simplify": True,
}


def style() -> AbstractContextManager[None]:
    """matplotlib's settings while a chart is made, and while it is drawn."""
    return mpl.rc_context(_SETTINGS)


class Drawing(Figure):
    """A figure that a notebook shows when a cell returns it: pyplot's own need pyplot for that."""

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, object], dict[str, object]]:
        return bundle(self, "\n".join(filter(None, (axes.get_title("left") for axes in self.axes))))


def figure(height: float, width: float = WIDTH) -> Figure:
    """An empty figure, its size in CSS pixels, that arranges itself. Call it within `style()`."""
    room = ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.1)
    return Drawing(figsize=(width / DPI, height / DPI), layout=room)


def bundle(drawn: Figure, text: str) -> tuple[dict[str, object], dict[str, object]]:
    """What a notebook shows of a figure: SVG, PNG and text; beside it, the PNG's size."""
    width, height = (round(inches * DPI) for inches in drawn.get_size_inches())
    data: dict[str, object] = {
        "image/svg+xml": svg(drawn, text),
        "image/png": png(drawn),
        "text/plain": text,
    }
    return data, {"image/png": {"width": width, "height": height}}


def svg(drawn: Figure, name: str) -> str:
    """The svg element, named for a screen reader; equal for equal figures, byte for byte."""
    canvas, page = FigureCanvasSVG(drawn), io.StringIO()
    with style():
        canvas.print_figure(page, format="svg", metadata={"Date": None, "Creator": None})
    found = page.getvalue()
    named = f'<svg role="img" aria-label="{escape(name)}" '
    return _named_clips(found[found.index("<svg") :]).replace("<svg ", named, 1)


def _named_clips(page: str) -> str:
    """Clips named by what is written of them: matplotlib's names hold the last bit of each float,
    which differs from one processor to another."""
    for name, rect in _CLIP.findall(page):
        page = page.replace(name, f"p{hashlib.sha256(rect.encode()).hexdigest()[:10]}")
    return page


def png(drawn: Figure) -> bytes:
    """The same in pixels, twice as many as the page's, so that text stays sharp."""
    canvas, page = FigureCanvasAgg(drawn), io.BytesIO()
    with style():
        canvas.print_figure(page, format="png", dpi=DPI * _SCALE)
    return page.getvalue()


def only_grid(axes: Axes, lines: str) -> None:
    """Light lines to read values by (`lines`: "x" or "y"), and no ticks where they are."""
    axes.grid(axis=lines)  # type: ignore[arg-type]
    axes.tick_params(axis=lines, length=0)  # type: ignore[arg-type]
    axes.spines["left" if lines == "y" else "bottom"].set_visible(False)


def legend(drawn: Figure, handles: Sequence[Artist]) -> None:
    """What fills and lines mean, in a row below the chart; not said of one alone."""
    if len(handles) > 1:
        columns = len(handles) if len(handles) < 8 else 4
        drawn.legend(handles=handles, loc="outside lower center", ncols=columns)


@dataclass(frozen=True)
class Fill:
    """A bar's face: its colour, and a pattern in `ink` on it ("" for none)."""

    colour: str
    hatch: str = ""
    ink: str = "#ffffff"

    @property
    def bar(self) -> dict[str, Any]:
        """Keywords of `Axes.bar`, `Axes.barh` and `Patch`."""
        return {"facecolor": self.colour, "hatch": self.hatch, "edgecolor": self.ink}


# By the status of an execution, in the order that charts stack them.
FILLS = {
    "SUCCEEDED": Fill("#3d8b42"),
    "FAILED": Fill("#b3261e", "////"),
    "TIMED_OUT": Fill("#e09a3e", "xxxx", "#7a3b05"),
    "ABORTED": Fill("#7b8794", "---"),
    "PENDING_REDRIVE": Fill("#d9c7ee", "++", "#6b4a94"),
    "RUNNING": Fill("#cfe3f7", "\\\\\\\\", "#1565c0"),
}


def blank(sentence: str) -> Figure:
    """A figure that says why there is nothing in it."""
    with style():
        made = figure(52)
        made.text(0.02, 0.5, sentence, va="center", color=FAINT, fontsize=10)
    return made
