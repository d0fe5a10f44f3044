"""What has happened, kept small: histories of executions that have ended, and lines of logs.

moto keeps an ended execution's whole interpreter, about 40 KB, and a log line as an object of
some 400 bytes beside its text. A run of ten thousand orders has to fit into a laptop.
"""

from __future__ import annotations

import functools
import itertools
import pickle
import struct
import threading
import zlib
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from moto.dynamodb.models.dynamo_type import Item
from moto.logs import models as logs
from moto.sqs.models import Message
from moto.stepfunctions.parser.backend.execution import (
    BaseExecutionWorkerCommunication,
    Execution,
)

from localaws.mending import Mends

NUMBERS = struct.Struct("<qqqH")
LINES_OF_A_BLOCK = 64


def install(mends: Mends) -> None:
    _pack_histories(mends)
    _pack_lines(mends)
    _forget_models(mends)


class _Past:
    """What is asked of an execution's interpreter after its end."""

    def __init__(self, env: Any, failed: bool) -> None:
        history = env.event_manager.get_event_history()
        self.events = len(history)
        self._history = _packed(history)
        self._scope = _packed(getattr(env, "scope", None)) if failed else b""
        self.map_run_record_pool_manager = env.map_run_record_pool_manager
        self.event_manager = SimpleNamespace(get_event_history=self._unpack)

    def _unpack(self) -> Any:
        return _unpacked(self._history)

    def checkpoint(self) -> Any:
        """Where the execution stood, if it has failed: a redrive goes on from there."""
        return _unpacked(self._scope)


def _packed(value: Any) -> bytes:
    return zlib.compress(pickle.dumps(value), 1)


def _unpacked(packed: bytes) -> Any:
    return pickle.loads(zlib.decompress(packed))


def _pack_histories(mends: Mends) -> None:
    def terminated(self: BaseExecutionWorkerCommunication) -> None:
        end(self)
        execution: Execution = self.execution
        env = execution.exec_worker.env
        if not isinstance(env, _Past):
            execution.exec_worker = SimpleNamespace(env=_Past(env, execution.status != "SUCCEEDED"))
            execution._cloud_watch_logging_session = None

    end: Callable[..., None] = mends.replace(
        BaseExecutionWorkerCommunication, "terminated", terminated
    )


class _Line:
    """A log event, as logs.LogEvent: its numbers, and where its text is."""

    __slots__ = ("_block", "_numbers")

    def __init__(self, pack: _Pack, event_id: int, ingestion_time: int, event: Any) -> None:
        self._block, place = pack.keep(event["message"])
        self._numbers = NUMBERS.pack(event["timestamp"], ingestion_time, event_id, place)

    @property
    def timestamp(self) -> int:
        return int(NUMBERS.unpack(self._numbers)[0])

    @property
    def ingestion_time(self) -> int:
        return int(NUMBERS.unpack(self._numbers)[1])

    @property
    def event_id(self) -> int:
        return int(NUMBERS.unpack(self._numbers)[2])

    @property
    def message(self) -> str:
        return self._block.text(NUMBERS.unpack(self._numbers)[3])

    def to_filter_dict(self) -> dict[str, Any]:
        return {"eventId": str(self.event_id), **self.to_response_dict()}

    def to_response_dict(self) -> dict[str, Any]:
        return {
            "ingestionTime": self.ingestion_time,
            "message": self.message,
            "timestamp": self.timestamp,
        }


class _Block:
    """Texts that follow each other, compressed together once there are enough of them."""

    __slots__ = ("_packed", "_texts")

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._packed = b""

    def add(self, text: str) -> int:
        """Add a text; returns its place."""
        self._texts.append(text)
        return len(self._texts) - 1

    def close(self) -> None:
        """Nothing is added any more."""
        self._packed = _packed(self._texts)
        self._texts = []

    def text(self, place: int) -> str:
        """The text at a place."""
        texts = self._texts  # first: another thread may close the block just now
        if self._packed:
            texts = _unpacked_lately(self._packed)
        return texts[place]


# Who reads a log reads one line after the other.
_unpacked_lately = functools.lru_cache(maxsize=4)(_unpacked)


class _Pack:
    """The texts of a log group; a block is gone with the last line that is in it."""

    def __init__(self) -> None:
        self._block = _Block()
        self._lock = threading.Lock()

    def keep(self, text: str) -> tuple[_Block, int]:
        """Keep a text; returns its block and its place in it."""
        with self._lock:
            block = self._block
            place = block.add(text)
            if place == LINES_OF_A_BLOCK - 1:
                block.close()
                self._block = _Block()
        return block, place


def _pack_lines(mends: Mends) -> None:
    packs: dict[str, _Pack] = {}
    numbers = itertools.count()

    def put_log_events(self: Any, log_events: list[dict[str, Any]]) -> str:
        pack = packs.setdefault(self.log_group.name, _Pack())
        with_pack = [{**event, "pack": pack} for event in log_events]
        return put(self, with_pack)

    def line(ingestion_time: int, event: dict[str, Any]) -> _Line:
        return _Line(event["pack"], next(numbers), ingestion_time, event)

    put: Callable[..., str] = mends.replace(logs.LogStream, "put_log_events", put_log_events)
    mends.replace(logs, "LogEvent", line)


def _forget_models(mends: Mends) -> None:
    """moto keeps every item and message that it ever made, and every copy (common_models.py:14)."""

    class Nobody(list[Any]):
        def append(self, instance: Any) -> None:
            pass

    for model in (Item, Message):
        mends.replace(model, "instances_tracked", Nobody())
