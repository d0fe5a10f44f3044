"""Sources of random numbers: a shared one, and those of somebody's own.

Who draws from a source of their own draws the same, however much others draw meanwhile.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial


class Sources:
    """Where who acts now draws from."""

    def __init__(self, shared: random.Random) -> None:
        self._shared = shared
        self._own: list[tuple[Callable[[], bool], random.Random]] = []

    @property
    def own(self) -> random.Random | None:
        """The source of who acts now; None where they share the common one."""
        for is_theirs, source in self._own:
            if is_theirs():
                return source
        return None

    @property
    def now(self) -> random.Random:
        """Where who acts now draws from."""
        return (self.own if self._own else None) or self._shared

    def give(self, is_theirs: Callable[[], bool], seed: str) -> Callable[[], None]:
        """Give somebody a source of their own; returns what takes it back.

        Args:
            is_theirs: whether who acts now is the one.
            seed: what the source begins with.
        """
        given = (is_theirs, random.Random(seed))
        self._own.append(given)
        return partial(self._own.remove, given)
