"""The world of a branch: the tables as they stood, and nobody who hears what it publishes.

A branch asks what would have been, and what it does must not change what is. So its requests, and
those of the functions that it waits for, meet copies of the tables, with all undone that has been
written since; and what they publish to topics and put onto event buses goes nowhere.
"""

from __future__ import annotations

import copy
import pickle
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table
from moto.events.models import events_backends

from localaws.mending import Mends
from localaws.timing.timekeeping import Clock

MOST_WRITES = 2000  # remembered: what a thousand orders write, some 8 MB


class Write(NamedTuple):
    """A write to a table, and what was there before; `when` in seconds since 1970."""

    when: float
    table: str
    key: tuple[Any, Any]
    before: Any


class Journal:
    """The last writes to all tables, the newest last."""

    def __init__(self, clock: Clock, most: int = MOST_WRITES) -> None:
        """`most`: how many are remembered."""
        self._clock = clock
        self._most = most
        self._writes: deque[Write] = deque()
        self._forgotten = 0.0  # when the last one was made that is not remembered any more

    def note(self, table: Table, old: Any, new: Any) -> None:
        """A write has been made: `old` is None where nothing was there, `new` where it is gone."""
        item = new if new is not None else old
        key = (item.hash_key, item.range_key)
        self._writes.append(Write(self._clock.time(), table.table_arn, key, old))
        if len(self._writes) > self._most:
            self._forgotten = self._writes.popleft().when

    def reaches(self, when: float) -> bool:
        """Whether all writes since a moment are remembered."""
        return self._forgotten <= when

    def since(self, when: float) -> Iterator[Write]:
        """The writes since a moment, the newest first."""
        for write in reversed(self._writes):
            if write.when <= when:
                return
            yield write


class _Noted:
    """A table's stream, if it has one, that a journal hears with."""

    def __init__(self, journal: Journal, table: Table, stream: Any) -> None:
        self._journal, self._table, self._stream = journal, table, stream

    def __bool__(self) -> bool:
        return self._stream is not None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def add(self, old: Any, new: Any) -> None:
        self._journal.note(self._table, old, new)
        if self._stream is not None:
            self._stream.add(old, new)


def install(mends: Mends, clock: Clock) -> Journal:
    """moto tells of a write, and of what was there before, to a table's stream alone."""
    journal = Journal(clock)

    def stream_of(self: Table) -> Any:
        stream = self.__dict__["stream_shard"]
        return stream if "copied" in self.__dict__ else _Noted(journal, self, stream)

    def set_stream(self: Table, stream: Any) -> None:
        self.__dict__["stream_shard"] = stream

    if clock.simulated:  # on the real clock, nothing can be branched
        mends.replace(Table, "stream_shard", property(stream_of, set_stream))
    return journal


class World:
    """What the requests of one branch meet."""

    def __init__(
        self, region: str, journal: Journal, when: float, muted: Any, is_ours: Callable[[], bool]
    ) -> None:
        """
        Args:
            region: whose tables are copied.
            journal: what has been written to them.
            when: the moment as of which the tables are, in seconds since 1970.
            muted: what delivers the messages of topics.
            is_ours: whether who acts now works for the branch.
        """
        self.is_ours = is_ours
        self._muted = muted
        self._backend = dynamodb_backends[DEFAULT_ACCOUNT_ID][region]
        self._buses = events_backends[DEFAULT_ACCOUNT_ID][region]
        self.rewound = journal.reaches(when)
        self._tables = {name: _copy(table) for name, table in self._backend.tables.items()}
        for write in journal.since(when) if self.rewound else ():
            _undo(self._tables, write)

    def answer(self, request: Any, pass_on: Callable[[Any], Any]) -> Any:
        """Answer a request of the branch."""
        host = urlsplit(request.url).netloc
        if ".streams-ddb" not in host and host.startswith(
            ("dynamodb.", f"{DEFAULT_ACCOUNT_ID}.ddb")
        ):
            with _set(self._backend, "tables", self._tables):
                return pass_on(request)
        if host.startswith("sns."):
            with _set(self._muted, "send", _nowhere), _set(self._muted, "send_sms", _nowhere):
                return pass_on(request)
        if host.startswith("events."):
            with _set(self._buses, "event_buses", _without_rules(self._buses.event_buses)):
                return pass_on(request)
        return pass_on(request)


@contextmanager
def _set(owner: Any, name: str, value: Any) -> Iterator[None]:
    """While one request is answered, which takes no time and lets nobody else act."""
    own = vars(owner).get(name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        if own is None:
            delattr(owner, name)
        else:
            setattr(owner, name, own)


def _nowhere(*_: Any, **__: Any) -> None:
    """In the place of what delivers."""


def _without_rules(buses: dict[str, Any]) -> dict[str, Any]:
    copies = {name: copy.copy(bus) for name, bus in buses.items()}
    for bus in copies.values():
        bus.rules = {}
    return copies


def _copy(table: Table) -> Table:
    """A table with items of its own, and no stream."""
    made: Any = copy.copy(table)
    made.items = pickle.loads(pickle.dumps(table.items))  # ten times as fast as copy.deepcopy
    made.copied = True
    made.stream_shard = None
    return made


def _undo(tables: dict[str, Table], write: Write) -> None:
    table: Any = tables.get(write.table.rpartition("/")[2])
    if table is None:
        return
    hash_key, range_key = write.key
    items, key = table.items, hash_key
    if range_key is not None:
        items, key = table.items[hash_key], range_key
    if write.before is None:
        items.pop(key, None)
    else:
        items[key] = copy.deepcopy(write.before)
