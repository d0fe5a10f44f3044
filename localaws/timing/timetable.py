"""What is to be done at which time."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from localaws.timing.timekeeping import SECOND, Clock

A_DAY = 86_400.0  # nobody waits longer in one go


class Entry(NamedTuple):
    """Some work; of two at one time, the one that was entered first comes first."""

    when: datetime
    number: int
    work: Callable[[], object]


class Timetable:
    """Does work at its time. Nobody who waits for something else waits for it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: dict[str, Entry] = {}
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._call: Callable[[], None] | None = None

    def enter(self, key: str, when: datetime, work: Callable[[], object]) -> None:
        """Do this at that time, and not what was entered under the key before."""
        with self._lock:
            self._entries[key] = Entry(when, next(self._numbers), work)
        if self._call is None:
            self._call = self._clock.attend(self._do_what_is_due)
        else:
            self._call()

    def strike(self, key: str) -> None:
        """Do it no more."""
        with self._lock:
            self._entries.pop(key, None)

    def _do_what_is_due(self) -> float | None:
        """Begin what is due; returns the seconds until there is more."""
        now = self._clock.now()
        with self._lock:
            due = sorted((e.when, e.number, k) for k, e in self._entries.items() if e.when <= now)
            begun = [self._entries.pop(key) for _, _, key in due]
            following = min((e.when for e in self._entries.values()), default=None)
        for entry in begun:
            self._clock.spawn(entry.work)
        return None if following is None else min((following - now) / SECOND, A_DAY)
