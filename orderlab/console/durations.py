"""Durations in a few characters, for labels of charts and lines of text."""

from __future__ import annotations

from itertools import pairwise

_UNITS = (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1))


def short(seconds: float) -> str:
    """`26 ms`, `1.2 s`, `1 min 30 s`, `26 h`, `3 d 4 h`: at most two units, rounded to the smaller.

    Hours are counted up to two days, so that they compare with the hours of a definition.
    """
    if seconds < 0.9995:
        return "0 s" if seconds <= 0 else f"{max(1, round(seconds * 1000))} ms"
    if seconds < 59.95:
        return f"{seconds:.3g} s" if seconds < 10 else f"{round(seconds, 1):g} s"
    for (large, size), (small, its_size) in pairwise(_UNITS):
        count, rest = divmod(round(seconds / its_size), size // its_size)
        if count and (large != "d" or count >= 2):
            return f"{count} {large} {rest} {small}" if rest else f"{count} {large}"
    raise AssertionError("a minute or more has a unit")
