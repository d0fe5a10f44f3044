"""Ends processes of functions that are at work for too long, or hold too much memory."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Protocol


class Watched(Protocol):
    """A process of a function: `localaws.functions.sandbox.Sandbox`.

    Attributes:
        memory_limit: bytes, resident; None where nobody measures.
    """

    memory_limit: int | None

    @property
    def pid(self) -> int: ...

    def kill_at_work(self, reason: str = ...) -> None:
        """End it while another thread waits for it."""


class Watchdog:
    """One thread for all processes. It runs while one of them is at work."""

    ROUND = 0.05  # seconds between two looks

    def __init__(self) -> None:
        self._deadlines: dict[Watched, float] = {}
        self._wake = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None

    @contextlib.contextmanager
    def watching(self, sandbox: Watched, deadline: float) -> Iterator[None]:
        """Watch a sandbox meanwhile; `deadline` in seconds of `time.monotonic`."""
        self._deadlines[sandbox] = deadline
        if self._thread is None:
            self._stopping = False
            self._thread = threading.Thread(
                target=self._watch, name="localaws-watchdog", daemon=True
            )
            self._thread.start()
        self._wake.set()
        try:
            yield
        finally:
            self._deadlines.pop(sandbox, None)

    def end_work(self) -> None:
        """Kill what is at work now."""
        for sandbox in list(self._deadlines):
            sandbox.kill_at_work()

    def stop(self) -> None:
        """End the thread, until there is something to watch again."""
        self._stopping = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _watch(self) -> None:
        while not self._stopping:
            self._wake.wait()
            self._wake.clear()
            while self._deadlines and not self._stopping:
                time.sleep(self.ROUND)
                for sandbox, deadline in list(self._deadlines.items()):
                    if time.monotonic() > deadline:
                        sandbox.kill_at_work("timeout")
                    elif sandbox.memory_limit and _resident(sandbox.pid) > sandbox.memory_limit:
                        sandbox.kill_at_work("memory")


def _resident(pid: int) -> int:
    """Bytes that a process holds in memory; 0 where it has ended."""
    import psutil  # only for what is at work for longer than a round

    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


watchdog = Watchdog()
