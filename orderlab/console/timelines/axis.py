"""A time axis on which a wait of days and a call of milliseconds can both be read.

Where nothing happens for very much longer than all else takes, the axis is cut: that stretch gets
a fixed width, marked as cut, and the rest is to one scale.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from orderlab.console.durations import short

# A stretch is cut that is so many times as long as all shorter ones together: drawn to scale, it
# would leave them less than a finger's breadth.
CUT = 60
_MOST_CUTS = 6
_CUT_WIDTH, _CUTS_WIDTH = 0.4, 0.65  # of the axis, for one and for all together
_OPEN_WIDTH = 0.18  # of the axis, for what still runs
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200)


@dataclass(frozen=True)
class Axis:
    """Maps seconds to 0 … 1.

    Attributes:
        times: moments in seconds, rising, with their `places`; between them it is linear.
        cuts: the stretches that are not to scale, as (from, to) in seconds.
        open: where what still runs begins to be drawn beyond the last moment known; 1 without.
    """

    times: tuple[float, ...]
    places: tuple[float, ...]
    cuts: tuple[tuple[float, float], ...]
    open: float

    def place(self, seconds: float | None) -> float:
        """Where a moment is; None is the open end."""
        if seconds is None:
            return 1.0
        for at in range(1, len(self.times)):
            if seconds <= self.times[at]:
                start, end = self.times[at - 1], self.times[at]
                part = 0.0 if end == start else (seconds - start) / (end - start)
                return self.places[at - 1] + part * (self.places[at] - self.places[at - 1])
        return self.open

    def ticks(self, widest: float) -> list[tuple[float, str]]:
        """Places and labels, not closer than `widest` to each other.

        Behind a cut, times are told from there: `26 h`, `+10 ms`, `+20 ms`.
        """
        found: list[tuple[float, str]] = []
        for start, end in self._sections():
            here, there = self.place(start), self.place(end)
            step = _step((end - start) / (there - here) * widest) if there > here else 1.0
            for number in range(1 + math.floor((end - start) / step + 1e-9)):
                label = short(start) if number == 0 else "+" * (start > 0) + short(number * step)
                place = self.place(start + number * step)
                if not found or place - found[-1][0] >= 0.999 * widest:
                    found.append((place, label))
        return found

    def _sections(self) -> list[tuple[float, float]]:
        """The stretches to scale, between the cuts."""
        edges = [self.times[0], *(moment for cut in self.cuts for moment in cut), self.times[-1]]
        return list(zip(edges[::2], edges[1::2], strict=True))


def axis_of(moments: Iterable[float], is_open: bool) -> Axis:
    """The axis for moments at which something begins or ends; `is_open`: something still runs."""
    times = sorted({0.0, *moments})
    stretches = list(pairwise(times))
    cuts = _cuts(stretches)
    whole = 1 - _OPEN_WIDTH if is_open else 1.0
    each = min(_CUT_WIDTH, _CUTS_WIDTH / len(cuts)) * whole if cuts else 0.0
    scaled = sum(end - start for start, end in stretches if (start, end) not in cuts)
    scale = (whole - each * len(cuts)) / scaled if scaled else 0.0
    places = [0.0]
    for start, end in stretches:
        places.append(places[-1] + (each if (start, end) in cuts else (end - start) * scale))
    if len(times) == 1:  # all in one moment
        times, places = [0.0, 1.0], [0.0, whole]
    return Axis(tuple(times), tuple(min(place, whole) for place in places), tuple(cuts), whole)


def _cuts(stretches: list[tuple[float, float]]) -> list[tuple[float, float]]:
    by_length = sorted(stretches, key=lambda stretch: stretch[0] - stretch[1])
    for count in range(min(_MOST_CUTS, len(by_length)), 0, -1):
        rest = sum(end - start for start, end in by_length[count:])
        start, end = by_length[count - 1]
        if rest and end - start >= CUT * rest:
            return sorted(by_length[:count])
    return []


def _step(least: float) -> float:
    """The roundest number of seconds that is not smaller."""
    for step in _STEPS:
        if step >= least >= 1:
            return float(step)
    if least > 1:
        return math.ceil(least / 86_400) * 86_400.0
    power: float = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least)
