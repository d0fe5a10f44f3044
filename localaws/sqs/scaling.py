"""How many batches of a queue Lambda has on their way at one time.

docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html. AWS says from where to where, and
how fast at most; the steps between are a model: five more each second while messages wait, half as
many after a failure.
"""

from __future__ import annotations

from collections.abc import Callable

from localaws.sqs.store import SECOND, now

FIRST = 5
MOST = 1250
A_SECOND = 5  # 300 a minute


class Concurrency:
    """What one mapping's poller may have on its way."""

    def __init__(self, maximum: int | None, fifo: bool) -> None:
        """
        Args:
            maximum: ScalingConfig.MaximumConcurrency.
            fifo: the queue lets out as many batches as it has message groups, from the first
                moment on.
        """
        self._most = min(maximum or MOST, MOST)
        self._level = self._most if fifo else min(FIRST, self._most)
        self._fifo = fifo
        self._since: int | None = None  # messages wait although the level is reached

    def limit(self, backlog: Callable[[], bool], busy: int) -> int:
        """How many batches may be on their way.

        Args:
            backlog: whether messages wait that could be received.
            busy: how many are on their way.
        """
        if busy < self._level:
            self._since = None
            if not self._fifo and busy < FIRST and not backlog():
                self._level = min(FIRST, self._most)
        elif self._since is None:
            self._since = now() if backlog() else None
        elif steps := (now() - self._since) // SECOND:
            self._level = min(self._level + A_SECOND * steps, self._most)
            self._since = None
        return self._level

    def is_reached(self, busy: int) -> bool:
        """Whether no further batch may begin."""
        return busy >= self._level

    def next_step(self) -> float | None:
        """Seconds until there may be more; None where no time brings it."""
        if self._since is None or self._level >= self._most:
            return None
        return max(0, self._since + SECOND - now()) / SECOND

    def back_off(self) -> None:
        """An invocation has failed, or was throttled."""
        self._level = max(1, self._level // 2)
        self._since = None
