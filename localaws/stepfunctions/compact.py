"""What has happened, kept small: histories of executions that have ended, and lines of logs.

moto keeps an ended execution's whole interpreter, about 40 KB, and a log line as an object of
some 400 bytes beside its text. A run of ten thousand orders has to fit into a laptop.
"""

from __future__ import annotations

import itertools
import pickle
import struct
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

WINDOW = -12  # raw deflate, with a window of 4 KB: little to set up for each line
NUMBERS = struct.Struct("<qqq")
DICTIONARY_SIZE = 3000  # bytes of a log group's first lines, which later ones resemble


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
    """A log event, as logs.LogEvent: its numbers and its deflated text in one string of bytes."""

    __slots__ = ("_kept", "_pack")

    def __init__(self, pack: _Pack, event_id: int, ingestion_time: int, event: Any) -> None:
        numbers = NUMBERS.pack(event["timestamp"], ingestion_time, event_id)
        self._pack = pack
        self._kept = numbers + pack.deflate(event["message"].encode())

    @property
    def timestamp(self) -> int:
        return int(NUMBERS.unpack_from(self._kept)[0])

    @property
    def ingestion_time(self) -> int:
        return int(NUMBERS.unpack_from(self._kept)[1])

    @property
    def event_id(self) -> int:
        return int(NUMBERS.unpack_from(self._kept)[2])

    @property
    def message(self) -> str:
        return self._pack.inflate(self._kept[NUMBERS.size :]).decode()

    def to_filter_dict(self) -> dict[str, Any]:
        return {"eventId": str(self.event_id), **self.to_response_dict()}

    def to_response_dict(self) -> dict[str, Any]:
        return {
            "ingestionTime": self.ingestion_time,
            "message": self.message,
            "timestamp": self.timestamp,
        }


class _Pack:
    """Deflates texts that resemble one another: the first ones are the dictionary of the rest."""

    def __init__(self) -> None:
        self._growing: list[bytes] | None = []
        self._dictionary = b""

    def deflate(self, text: bytes) -> bytes:
        """The first byte of what is returned tells whether it is deflated."""
        if self._growing is not None:
            self._growing.append(text)
            if sum(map(len, self._growing)) > DICTIONARY_SIZE:
                self._dictionary = b"".join(self._growing)[-(1 << -WINDOW) :]
                self._growing = None
            return b"0" + text
        deflater = zlib.compressobj(1, zlib.DEFLATED, WINDOW, 5, zdict=self._dictionary)
        return b"1" + deflater.compress(text) + deflater.flush()

    def inflate(self, packed: bytes) -> bytes:
        if packed[:1] == b"0":
            return packed[1:]
        return zlib.decompressobj(WINDOW, zdict=self._dictionary).decompress(packed[1:])


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
