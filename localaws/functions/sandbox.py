"""The invoking end of a worker process: start it, send it events, answer what it asks, end it."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from localaws.functions.metering import Meter

WORKER = Path(__file__).with_name("worker.py")
PROJECT = str(Path(__file__).resolve().parents[2])

Answer = tuple[int, dict[str, str], bytes]  # status, headers, body


class TimedOut(Exception):
    """The code has used up its function's timeout."""


@dataclass
class Outcome:
    """How loading a function, or one invocation of it, ended.

    Attributes:
        payload: the handler's result as JSON text, where it returned.
        error: the error object as Lambda reports it, where it did not.
        printed: what was printed, piece by piece, with the time (seconds since 1970).
        ended: the process is gone: "timeout", "exit" with its code in `exit_code`, or "".
        seconds: how long it took.
    """

    payload: str | None = None
    error: dict[str, Any] | None = None
    printed: list[tuple[float, str]] = field(default_factory=list)
    ended: str = ""
    exit_code: int = 0
    seconds: float = 0.0


@dataclass
class Code:
    """What a sandbox runs: an unpacked folder, the handler in it, its environment variables."""

    folder: Path
    handler: str
    variables: dict[str, str] = field(default_factory=dict)


class Sandbox:
    """A worker process. It waits, empty and warm, until `load` gives it a function's code."""

    def __init__(self) -> None:
        self.loaded = False
        self.busy = False
        self._process = subprocess.Popen(
            [sys.executable, "-X", "utf8", str(WORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_bare_environment() | {"PYTHONHASHSEED": "0"},  # a set's order repeats
            **_apart(),
        )

    def load(self, code: Code, meter: Meter) -> Outcome:
        """Load a function. An error is reported by the first invocation, as Lambda does."""
        self.loaded = True
        outcome = Outcome()
        frame = self._exchange(
            "ready",
            meter,
            outcome,
            environment={**_bare_environment(), **code.variables},
            code_folder=str(code.folder),
            handler=code.handler,
            hidden=[PROJECT, str(WORKER.parent)],
            now=meter.time() if meter.simulated else None,
        )
        outcome.seconds = frame["seconds"] if frame else 0.0
        return outcome

    def invoke(self, event: str, context: dict[str, Any], meter: Meter) -> Outcome:
        """Run the handler on an event (JSON text)."""
        outcome = Outcome()
        begun = time.perf_counter()
        frame = self._exchange(
            "done", meter, outcome, event=event, context=context, now=meter.time()
        )
        outcome.seconds = time.perf_counter() - begun
        if frame is not None:
            outcome.payload, outcome.error = frame.get("payload"), frame.get("error")
            if frame.get("spent"):
                self.kill()
        return outcome

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """End the process and wait until it has ended."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):  # unsent bytes of a dead process
                    stream.close()

    def kill_at_work(self) -> None:
        """End the process while another thread waits for it, which then finds it gone."""
        self._process.kill()

    def _exchange(
        self, until: str, meter: Meter, outcome: Outcome, **order: Any
    ) -> dict[str, Any] | None:
        """Send an order and answer frames until one of the kind `until`; None without one."""
        wall = meter.wall_limit
        try:
            self._send(**order)
            while True:
                asked = time.monotonic()
                with watchdog.watching(self, asked + wall):
                    frame = self._receive()
                wall -= time.monotonic() - asked
                if frame is None:
                    outcome.ended = "timeout" if wall <= 0 else "exit"
                    outcome.exit_code = self._process.wait()
                    return None
                if frame["kind"] == until:
                    return frame
                self._answer(frame, meter, outcome)
        except TimedOut:
            self.kill()
            outcome.ended = "timeout"
            return None
        except BaseException:
            self.kill()  # half an exchange cannot be resumed
            raise

    def _answer(self, frame: dict[str, Any], meter: Meter, outcome: Outcome) -> None:
        if frame["kind"] == "log":
            outcome.printed.append((meter.time(), frame["text"]))
        elif frame["kind"] == "sleep":
            meter.sleep(frame["seconds"])
            self._send(now=meter.time())
        else:
            body = base64.b64decode(frame["body"])
            status, headers, content = meter.answer_aws(
                frame["method"], frame["url"], frame["headers"], body
            )
            text = base64.b64encode(content).decode()
            self._send(status=status, headers=headers, body=text, now=meter.time())

    def _send(self, **content: Any) -> None:
        body = json.dumps(content).encode()
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # the process is gone; the read that follows says so
            self._process.stdin.write(len(body).to_bytes(4, "big") + body)
            self._process.stdin.flush()

    def _receive(self) -> dict[str, Any] | None:
        assert self._process.stdout is not None
        head = self._process.stdout.read(4)
        if len(head) < 4:
            return None
        frame: dict[str, Any] = json.loads(
            self._process.stdout.read(int.from_bytes(head, "big")) or "null"
        )
        return frame


class Watchdog:
    """Kills processes that are at work longer than they may. One thread for all of them."""

    ROUND = 0.05  # seconds between two looks

    def __init__(self) -> None:
        self._deadlines: dict[Sandbox, float] = {}
        self._wake = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None

    @contextlib.contextmanager
    def watching(self, sandbox: Sandbox, deadline: float) -> Iterator[None]:
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
                for sandbox, deadline in list(self._deadlines.items()):
                    if time.monotonic() > deadline:
                        sandbox.kill_at_work()
                time.sleep(self.ROUND)


watchdog = Watchdog()


def _apart() -> dict[str, Any]:
    """Keep Ctrl-C in a cell or a terminal from reaching a worker."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def _bare_environment() -> dict[str, str]:
    """What Python itself needs of the learner's environment.

    Nothing else of it is handed on, least of all their own AWS profile.
    """
    kept = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LD_LIBRARY_PATH")
    no_profile = {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "TZ": "UTC",
    }
    return {name: os.environ[name] for name in kept if name in os.environ} | no_profile
