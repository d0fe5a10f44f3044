"""The frames between a function's process and the one that invokes it.

Standard input and output carry frames: four bytes of length, then JSON. What a handler prints
travels as log frames, and its own AWS calls as request frames, so that it needs neither the
network nor a port.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

Frame = dict[str, Any]


class Pipe:
    """The frames to and from the process that invokes us."""

    def __init__(self) -> None:
        self._out = os.fdopen(os.dup(1), "wb")
        self._in = os.fdopen(os.dup(0), "rb")
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):  # a handler's child processes must not write frames
            os.dup2(nowhere, descriptor)
        self.forked = False
        self.before_frame: Callable[[], object] = lambda: None
        self.on_answer: Callable[[Frame], object] = lambda _: None  # read the time that it brings
        self._sending = threading.Lock()
        self._asking = threading.Lock()
        self._orders: queue.SimpleQueue[Frame] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[Frame] = queue.SimpleQueue()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._leave)
        threading.Thread(target=self._read, daemon=True).start()

    def receive(self) -> Frame:
        """The next order."""
        return self._orders.get()

    def send(self, kind: str, **content: Any) -> None:
        if self.forked:
            return
        self.before_frame()
        body = json.dumps({"kind": kind, **content}).encode()
        with self._sending:
            self._out.write(len(body).to_bytes(4, "big") + body)
            self._out.flush()

    def ask(self, kind: str, **content: Any) -> Frame:
        """Send a frame and wait for its answer. A handler's threads take turns."""
        if self.forked:
            raise RuntimeError("A process that a handler has forked cannot call the local AWS.")
        with self._asking:
            self.send(kind, **content)
            answer = self._answers.get()
            self.on_answer(answer)
            return answer

    def _read(self) -> None:
        while True:
            head = self._in.read(4)
            if len(head) < 4:
                end_at_once()  # the invoking process is gone, and so are we, busy or not
            frame = json.loads(self._in.read(int.from_bytes(head, "big")))
            # A thread that a handler left behind may still wait for an answer when it is called
            # again: it must not take the order for one.
            (self._answers if frame["kind"] == "answer" else self._orders).put(frame)

    def _leave(self) -> None:
        """We are the child of a fork: who invokes our parent must not wait for us."""
        self.forked = True
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (self._in, self._out):
            os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def end_at_once() -> None:
    """End this process, and those that its handler has forked."""
    if sys.platform != "win32" and os.getpgrp() == os.getpid():
        with contextlib.suppress(OSError):
            os.killpg(0, signal.SIGKILL)
    os._exit(0)


class LogWriter(io.TextIOBase):
    """Standard output and error of a handler."""

    encoding = "utf-8"

    def __init__(self, pipe: Pipe, as_on_lambda: Callable[[str], str]) -> None:
        self._pipe = pipe
        self._as_on_lambda = as_on_lambda
        self.buffer = LogBuffer(self)

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if text:
            self._pipe.send("log", text=self._as_on_lambda(text))
        return len(text)

    def write_record(self, text: str) -> None:
        """Write what is one event in CloudWatch, although it may have several lines."""
        self._pipe.send("log", text=self._as_on_lambda(text), whole=True)


class LogBuffer(io.RawIOBase):
    """Takes the bytes that a handler writes to `sys.stdout.buffer`."""

    def __init__(self, writer: LogWriter) -> None:
        self._writer = writer

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._writer.write(bytes(data).decode("utf-8", "replace"))
        return len(data)
