"""A week played from its start to its end by a program."""

from __future__ import annotations

from pathlib import Path

import localaws
from orderlab.oncall.losses import Reference
from orderlab.oncall.operators import Asleep, Good, Operator
from orderlab.oncall.played import Played
from orderlab.oncall.week import Week


def play(
    application: Path, seed: int, operator: type[Operator] = Asleep, is_calm: bool = False
) -> Played:
    """Play a week.

    Args:
        application: the folder with template.yaml.
        is_calm: nothing breaks.
    """
    week = Week(application, seed, operator.name, is_calm)
    try:
        with week.trail.aside():
            on_call = operator(week)
        minutes: float | None = None
        while not week.is_over:
            minutes = on_call.act(week.go_on(minutes))
        return week.played()
    finally:
        localaws.stop()


def reference(application: Path, seed: int) -> Reference:
    """The weeks that another one is compared with."""
    return Reference(
        calm=play(application, seed, is_calm=True),
        asleep=play(application, seed, Asleep),
        good=play(application, seed, Good),
    )
