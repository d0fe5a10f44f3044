"""What a simulation is made of: tasks, timers, and the goals that it is driven to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from greenlet import greenlet

MICROSECONDS = 1_000_000


class Expired(BaseException):
    """The time that a task had is over. Not an Exception, which what it runs would catch."""


class Task:
    """One line of work."""

    __slots__ = (
        *("awaiting", "ended", "expired", "greenlet", "group"),
        *("guarded", "parent", "turn", "woken", "work"),
    )

    def __init__(self, work: Callable[[], object], group: object, parent: Task | None) -> None:
        self.work: Callable[[], object] | None = work
        self.group = group
        self.parent = parent
        self.greenlet: greenlet | None = None
        self.turn = 0  # counts its wake-ups: the timer of an earlier turn is stale
        self.woken = False
        self.ended = False
        self.expired = False
        self.guarded: Task = self  # whose deadline its timer is
        self.awaiting = 0  # answers from outside that it, or a task it waits for, needs


class Timer(NamedTuple):
    when: int  # microseconds since 1970
    number: int  # timers of one instant go off in the order in which they were set
    task: Task
    turn: int

    @property
    def stale(self) -> bool:
        return self.turn != self.task.turn or self.task.ended


@dataclass
class Goal:
    """How far a drive goes.

    Attributes:
        reached: asked when nothing more can happen at this instant; True ends the drive.
        horizon: microseconds since 1970 beyond which time does not move, if any.
        jumps: how many times it may move to a next timer, if that is limited.
        keep_deadlines: asked at the deadline of a task that waits for an answer from outside:
            True stops before it, since whoever drives may be about to give the answer.
    """

    reached: Callable[[], bool]
    horizon: int | None = None
    jumps: int | None = None
    keep_deadlines: Callable[[], bool] = lambda: False
    cancelled: bool = False


def line(task: Task | None) -> Iterator[Task]:
    """A task, the one that may wait for it, and so on."""
    while task is not None:
        yield task
        task = task.parent
