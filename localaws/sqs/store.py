"""The messages of one queue: which of them can be received, and which cannot yet.

moto keeps a list, and goes through all of it for each message that is received, deleted, hidden or
counted (sqs/models.py:548). Here a message costs the same however many there are.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Literal

from moto.core.utils import unix_time
from moto.sqs import models

SECOND = 1_000_000  # microseconds, in which this module counts

Place = Literal["ready", "delayed", "in flight", "gone"]
Entry = tuple[int, int, int, "Message"]  # key, order and turn; the last two are unlike any other's


read_clock: Callable[[], float] = unix_time  # moto's, which is slow; `service.install` replaces it


def now() -> int:
    """The time of the local AWS, in microseconds since 1970."""
    return round(read_clock() * SECOND)


class Message(models.Message):
    """A message, and where it is in its queue."""

    order: int  # of arrival in its queue
    turn = 0  # counts its changes of place: an older entry in a heap is stale
    place: Place = "gone"
    kept_since: int  # when MessageRetentionPeriod begins
    arrived: int  # in this queue, which may be another than it was sent to
    received: int  # the last time
    dead_letter_source: str | None = None  # ARN of the queue from which it was moved here

    def __new__(cls, *_: Any, **__: Any) -> Message:
        made: Message = object.__new__(cls)  # moto's keeps every one of them for ever
        return made


class Store:
    """What a queue holds, in the order in which it came."""

    def __init__(self) -> None:
        self.lock = threading.RLock()  # for the real clock, under which many threads come here
        self.by_id: dict[str, Message] = {}
        self._places: Counter[Place] = Counter()
        self._ready: list[Entry] = []  # by order
        self._waiting: list[Entry] = []  # by the moment at which they can be received
        self._kept: list[Entry] = []  # by the moment since which they are kept
        self._orders = itertools.count()

    def add(self, message: Message, delay: int = 0) -> None:
        """Put a message at the end; it can be received after so many microseconds."""
        message.order = next(self._orders)
        message.arrived = now()
        self.by_id[message.id] = message
        heapq.heappush(self._kept, (message.kept_since, message.order, 0, message))
        if delay:
            self.hide(message, "delayed", message.arrived + delay)
        else:
            self._move(message, "ready")
            heapq.heappush(self._ready, (message.order, message.order, message.turn, message))

    def hide(self, message: Message, place: Place, until: int) -> None:
        """Let a message not be received before a moment."""
        self._move(message, place)
        heapq.heappush(self._waiting, (until, message.order, message.turn, message))

    def remove(self, message: Message) -> None:
        """Take a message out."""
        self._move(message, "gone")
        del self.by_id[message.id]

    def clear(self) -> None:
        """Take all messages out."""
        for message in list(self.by_id.values()):
            self.remove(message)

    def settle(self, retention: int) -> None:
        """Let be received what is due, and forget what was kept for so many microseconds."""
        moment = now()
        while self._kept and self._is_over(*self._kept[0], moment - retention):
            message = heapq.heappop(self._kept)[-1]
            if message.place != "gone":
                self.remove(message)
        while self._waiting and self._waiting[0][0] <= moment:
            _, order, turn, message = heapq.heappop(self._waiting)
            if turn == message.turn:
                self._move(message, "ready")
                heapq.heappush(self._ready, (order, order, message.turn, message))

    def first(self) -> Message | None:
        """The first message that can be received; it stays where it is."""
        while self._ready and self._ready[0][2] != self._ready[0][3].turn:
            heapq.heappop(self._ready)
        return self._ready[0][3] if self._ready else None

    def next_moment(self) -> int | None:
        """When the next hidden or delayed message can be received; None without one."""
        while self._waiting and self._waiting[0][2] != self._waiting[0][3].turn:
            heapq.heappop(self._waiting)
        return self._waiting[0][0] if self._waiting else None

    def count(self, place: Place) -> int:
        """How many messages there are in a place, as of the last `settle`."""
        return self._places[place]

    def in_places(self, *places: Place) -> Iterable[Message]:
        """The messages in certain places, in their order."""
        return [message for message in self.by_id.values() if message.place in places]

    @staticmethod
    def _is_over(since: int, _order: int, _turn: int, message: Message, oldest: int) -> bool:
        return message.place == "gone" or since <= oldest

    def _move(self, message: Message, place: Place) -> None:
        if message.place != "gone":
            self._places[message.place] -= 1
        if place != "gone":
            self._places[place] += 1
        message.place = place
        message.turn += 1
