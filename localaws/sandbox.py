"""The invoking end of a worker process: start it, send it events, answer its AWS calls, end it."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

WORKER = Path(__file__).with_name("worker.py")
PROJECT = str(Path(__file__).resolve().parent.parent)
# AWS allows ten seconds of initialisation. A laptop that starts six Pythons at once may need
# more, so this only ends a module that never finishes loading.
INIT_LIMIT = 60.0

# (method, url, headers, body) -> (status, headers, body)
AnswerAws = Callable[[str, str, dict[str, str], bytes], tuple[int, dict[str, str], bytes]]


@dataclass
class Outcome:
    """How one invocation ended.

    Attributes:
        payload: the handler's result as JSON text, where it returned.
        error: the error object as Lambda reports it, where it did not.
        log: everything that was printed.
        ended: the process is gone: "timeout", "exit" with its code in `exit_code`, or "".
    """

    payload: str | None = None
    error: dict[str, Any] | None = None
    log: str = ""
    ended: str = ""
    exit_code: int = 0


@dataclass
class Code:
    """What a sandbox runs: an unpacked folder, the handler in it, and its environment."""

    folder: Path
    handler: str
    environment: dict[str, str] = field(default_factory=dict)


class Sandbox:
    """A worker process. It waits, empty and warm, until `load` gives it a function's code."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-X", "utf8", str(WORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_bare_environment(),
            **_apart(),
        )

    def load(self, code: Code, answer_aws: AnswerAws) -> tuple[float, str]:
        """Load a function, whose AWS calls `answer_aws` will answer.

        Returns:
            The seconds it took, and what was printed. An error in loading is reported by the
            first invocation, as Lambda does.
        """
        self._answer_aws = answer_aws
        outcome = Outcome()
        with _Limit(INIT_LIMIT, self._process):
            self._send(
                environment={**_bare_environment(), **code.environment},
                code_folder=str(code.folder),
                handler=code.handler,
                hidden=[PROJECT, str(WORKER.parent)],
            )
            frame = self._serve("ready", outcome)
        return (frame["seconds"] if frame else 0.0), outcome.log

    def invoke(self, event: str, context: dict[str, Any], timeout: float) -> Outcome:
        """Run the handler on an event (JSON text); `timeout` in seconds of wall time."""
        outcome = Outcome()
        with _Limit(timeout, self._process) as limit:
            self._send(event=event, context=context)
            frame = self._serve("done", outcome)
        if frame is not None:
            outcome.payload, outcome.error = frame.get("payload"), frame.get("error")
            if frame.get("spent"):
                self.kill()
        else:
            outcome.ended = "timeout" if limit.reached else "exit"
            outcome.exit_code = self._process.wait()
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
                _close(stream)

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

    def _serve(self, until: str, outcome: Outcome) -> dict[str, Any] | None:
        """Answer frames until one of the kind `until`; None when the process ends first."""
        printed: list[str] = []
        try:
            while True:
                frame = self._receive()
                if frame is None or frame["kind"] == until:
                    return frame
                if frame["kind"] == "log":
                    printed.append(frame["text"])
                else:
                    self._answer(frame)
        except BaseException:
            self.kill()  # half an exchange cannot be resumed
            raise
        finally:
            outcome.log = "".join(printed)

    def _answer(self, frame: dict[str, Any]) -> None:
        body = base64.b64decode(frame["body"])
        status, headers, content = self._answer_aws(
            frame["method"], frame["url"], frame["headers"], body
        )
        self._send(status=status, headers=headers, body=base64.b64encode(content).decode())


class _Limit:
    """Kills a process that is still at work after so many seconds."""

    def __init__(self, seconds: float, process: subprocess.Popen[bytes]) -> None:
        self.reached = False
        self._process = process
        self._timer = threading.Timer(seconds, self._reach)
        self._timer.daemon = True

    def _reach(self) -> None:
        self.reached = True
        self._process.kill()

    def __enter__(self) -> _Limit:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()


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


def _close(stream: Any) -> None:
    with contextlib.suppress(OSError):  # unsent bytes of a dead process
        stream.close()
