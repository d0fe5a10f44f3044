"""The grid of a dashboard in CSS pixels, and text that keeps to its widget."""

from __future__ import annotations

import textwrap

from orderlab.console.dashboards.body import COLUMNS, Widget
from orderlab.console.outputs.plotting import WIDTH

ROW = 38  # the grid's unit of height
MARGIN = 12  # left and right of what is in a widget
_COLUMN = WIDTH / COLUMNS
_LETTER = 0.73  # a letter's width, on average, of its size in points; bold ones are wider
_BOLD = 1.08


def wide(widget: Widget) -> float:
    return widget.width * _COLUMN


def high(widget: Widget) -> float:
    return float(widget.height * ROW)


def at(widget: Widget, right: float, down: float) -> tuple[float, float]:
    """A place, so many pixels from a widget's upper left corner, as its subfigure has it."""
    return right / wide(widget), 1 - down / high(widget)


def wrapped(text: str, pixels: float, size: float, bold: bool = False) -> list[str]:
    """A text in lines that fit; `size` in points."""
    return textwrap.wrap(text, _letters(pixels, size, bold))


def shortened(text: str, pixels: float, size: float, bold: bool = False) -> str:
    """As much of a text as fits into one line."""
    return textwrap.shorten(text, _letters(pixels, size, bold), placeholder="…")


def _letters(pixels: float, size: float, bold: bool) -> int:
    return max(4, int(pixels / (size * _LETTER * (_BOLD if bold else 1))))
