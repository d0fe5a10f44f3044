"""The week as a picture: what broke, what called, what was done; and what it has cost."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from datetime import datetime

from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.figure import Figure

from orderlab.console.outputs import plotting
from orderlab.console.style import FAILURE, INK, PATH
from orderlab.oncall.losses import Loss
from orderlab.oncall.played import Played
from orderlab.oncall.traffic import DAY

LANE = 26  # CSS pixels of an incident
HEIGHT = 330
LOOKS = ((INK, "-"), (FAILURE, ":"), (PATH, "--"))  # the player, nobody, a good operator


def drawn(played: Played, weeks: Mapping[str, Sequence[Loss]]) -> Figure:
    """The figure: above, lanes of incidents; below, cost that adds up through the week."""
    lanes = len(played.incidents) + 2
    with plotting.style():
        figure = plotting.figure(HEIGHT + LANE * lanes)
        above, below = figure.subplots(
            2, 1, sharex=True, height_ratios=[LANE * lanes, HEIGHT - 110]
        )
        _draw_lanes(above, played)
        _draw_cost(below, played, weeks)
    return figure


def _draw_lanes(axes: Axes, played: Played) -> None:
    who = played.player
    axes.set_title(f"Week {played.seed}: what broke (bar), and when {who} first looked (dot)")
    names = []
    for lane, one in enumerate(played.incidents):
        left, end = _numbers([one.begins, one.mended or played.ended])
        axes.barh(lane, end - left, left=left, height=0.6, color="#fdecea", edgecolor=FAILURE)
        if one.seen:
            axes.plot(_numbers([one.seen]), [lane], marker="o", color=INK)
        names.append(one.kind)
    for name, moments, colour, marker in (
        ("pages", played.pages, FAILURE, "v"),
        ("acts", played.deeds, PATH, "^"),
    ):
        times = _numbers([one.when for one in moments])
        axes.plot(times, [len(names)] * len(times), marker, color=colour, linestyle="none")
        names.append(name)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    plotting.only_grid(axes, "x")


def _draw_cost(axes: Axes, played: Played, weeks: Mapping[str, Sequence[Loss]]) -> None:
    axes.set_title("What it has cost, added up by the time of the order")
    for (name, found), (colour, line) in zip(weeks.items(), LOOKS, strict=True):
        times = _numbers([played.begun, *(one.at for one in found), played.ended])
        sums = [0.0, *itertools.accumulate(one.cost for one in found)]
        sums.append(sums[-1])
        axes.step(times, sums, where="post", color=colour, linestyle=line, label=name)
    axes.set_ylabel("amount")
    axes.set_ylim(bottom=0)
    begun, ended = _numbers([played.begun, played.ended])
    axes.set_xlim(begun, ended)
    midnights = range(math.ceil(begun), math.ceil(ended))
    days = [played.begun + count * DAY for count in range(1, len(midnights) + 1)]
    axes.set_xticks(midnights, [f"{day:%a}" for day in days])
    plotting.only_grid(axes, "y")
    axes.legend(loc="upper left")


def _numbers(times: Sequence[datetime]) -> list[float]:
    """Days, as matplotlib counts them."""
    return [float(date2num(one)) for one in times]  # type: ignore[no-untyped-call]
