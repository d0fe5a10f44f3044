"""What every operator does: something at each stop, and then time goes on."""

from __future__ import annotations

from typing import ClassVar

from orderlab.oncall.stop import Stop
from orderlab.oncall.week import Week


class Operator:
    """Somebody on call. They know the stack as it was in the beginning, and no incident."""

    name: ClassVar[str]

    def __init__(self, week: Week) -> None:
        self.week = week

    def act(self, stop: Stop) -> float | None:
        """Do what is to be done; in how many minutes at most they look again."""
        raise NotImplementedError


class Asleep(Operator):
    """Hears no pager."""

    name = "asleep"

    def act(self, stop: Stop) -> float | None:
        return None
