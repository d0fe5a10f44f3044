"""What the bars of a timeline say, and how much room it takes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from orderlab.console.durations import short
from orderlab.console.outputs.plotting import DPI
from orderlab.console.style import LOOKS, WEB_SIGNS
from orderlab.console.timelines.bars import Bar


def labels_of(bar: Bar, narrow: bool) -> Iterator[str]:
    """What its label may say, the longest first."""
    lasts = short(bar.end - bar.start) if bar.end is not None and bar.end > bar.start else ""
    item = f"item {bar.visit.items[-1]}: " if narrow and bar.visit.items else ""
    if bar.kind == "backoff":
        when = f"retry after {lasts}" if lasts else "retry due"
        yield f"{item}{sign_of('failed')} {bar.error}, {when}"
        yield from (when, lasts)
    elif bar.outcome in ("", "succeeded"):
        if lasts and not narrow and (bar.kind != "attempt" or bar.outcome):
            yield lasts
    else:
        word = bar.error or ("waiting" if bar.outcome == "running" and bar.kind == "wait" else "")
        said = f"{item}{sign_of(bar.outcome)} {word or bar.outcome}"
        yield f"{said}, {lasts}" if lasts else said
        yield said
        for length in (24, 16):
            if len(word) > length:
                yield f"{item}{sign_of(bar.outcome)} {cut(word, length)}"
        yield sign_of(bar.outcome)


def rank(bar: Bar) -> int:
    return 0 if bar.kind == "backoff" else 2 if bar.outcome in ("", "succeeded") else 1


def sign_of(outcome: str) -> str:
    return WEB_SIGNS.get(LOOKS[outcome].sign, LOOKS[outcome].sign)


def cut(word: str, length: int = 24) -> str:
    return word if len(word) <= length else f"{word[:length]}…"


def width_of(text: str, size: float, weight: str = "normal") -> float:
    """Of a text, in CSS pixels."""
    font = FontProperties(family="DejaVu Sans", size=size, weight=weight)
    width: float = text_to_path.get_text_width_height_descent(text, font, False)[0]
    return width * DPI / 72


def fitting(text: str, room: float, size: float, weight: str = "normal") -> str:
    while len(text) > 4 and width_of(text, size, weight) > room:
        text = f"{text[:-2]}…"
    return text


def wrapped(text: str, room: float, size: float, weight: str) -> list[str]:
    """Its lines, which end at a punctuation mark; what is longer by itself is cut."""
    first, *rest = (fitting(part, room, size, weight) for part in re.split("(?<=[,:.]) ", text))
    lines = [first]
    for part in rest:
        longer = f"{lines[-1]} {part}"
        if width_of(longer, size, weight) <= room:
            lines[-1] = longer
        else:
            lines.append(part)
    return lines
