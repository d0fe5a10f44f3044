"""The invoking end of a function's process: start it, send it events, answer it, end it."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from localaws.functions.outcomes import Meter, Outcome, Printed, TimedOut
from localaws.functions.watchdog import watchdog

if TYPE_CHECKING:
    from localaws.functions.packaging import Imports

RUNTIME = Path(__file__).with_name("runtime")


@dataclass
class Code:
    """What a sandbox runs: an unpacked folder, the handler in it, its environment variables.

    Attributes:
        imports: the packages that it may import.
        memory: bytes that it may hold beyond what its empty process holds.
    """

    folder: Path
    handler: str
    variables: dict[str, str]
    imports: Imports
    memory: int


class Sandbox:
    """A process. It waits, empty and warm, until `load` gives it a function's code."""

    def __init__(self) -> None:
        self.loaded = False
        self.busy = False
        self.memory_limit: int | None = None  # bytes, resident
        self._ended_for = ""  # why we have ended it, where we have
        self._process = subprocess.Popen(
            # Neither the course's packages nor its own folder are on the path of a function.
            [sys.executable, "-S", "-P", "-X", "utf8", str(RUNTIME / "__main__.py"), *_packages()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_bare_environment() | {"PYTHONHASHSEED": "0"},  # a set's order repeats
            **_apart(),
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def load(self, code: Code, stream: str, temporary: Path, meter: Meter) -> Outcome:
        """Load a function.

        Args:
            stream: the log stream of the environment that is initialised.
            temporary: the folder that is its /tmp.
        """
        self.loaded = True
        outcome = Outcome()
        imports = code.imports
        variables = code.variables | {"AWS_LAMBDA_LOG_STREAM_NAME": stream}
        begun = time.perf_counter()
        frame = self._exchange(
            ("ready", "failed"),
            meter,
            outcome,
            environment=_bare_environment() | variables,
            code_folder=str(code.folder),
            handler=code.handler,
            hint=imports.hint,
            modules=imports.modules,
            runtime_modules=imports.runtime_modules,
            distributions=imports.distributions,
            memory=code.memory,
            temporary=str(temporary),
            now=meter.time() if meter.simulated else None,
        )
        outcome.seconds = time.perf_counter() - begun
        if frame is not None and frame["kind"] == "failed":
            outcome.payload, outcome.error = frame["payload"], frame["error"]
            self.kill()  # as Lambda's runtime does, it ends; the next try gets a new one
        return outcome

    def invoke(self, event: str, context: dict[str, Any], temporary: Path, meter: Meter) -> Outcome:
        """Run the handler on an event (JSON text)."""
        outcome = Outcome()
        begun = time.perf_counter()
        frame = self._exchange(
            ("done",),
            meter,
            outcome,
            event=event,
            context=context,
            temporary=str(temporary),
            now=meter.time(),
        )
        outcome.seconds = time.perf_counter() - begun
        if frame is not None:
            outcome.payload, outcome.error = frame["payload"], frame.get("error")
        return outcome

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """End the process and wait until it has ended."""
        self.kill_at_work()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):  # unsent bytes of a dead process
                    stream.close()

    def kill_at_work(self, reason: str = "killed") -> None:
        """End the process while another thread waits for it, which then finds it gone."""
        self._ended_for = self._ended_for or reason
        if sys.platform == "win32":
            self._process.kill()
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)  # with what its handler has forked
        self._process.kill()

    def _exchange(
        self, until: tuple[str, ...], meter: Meter, outcome: Outcome, **order: Any
    ) -> dict[str, Any] | None:
        """Send an order and answer frames until one of a kind in `until`; None without one."""
        wall = meter.wall_limit
        try:
            self._send("order", **order)
            while True:
                asked = time.monotonic()
                with watchdog.watching(self, asked + wall):
                    frame = self._receive()
                wall -= time.monotonic() - asked
                if frame is None:
                    self._find_end(outcome, timed_out=wall <= 0)
                    return None
                if frame["kind"] in until:
                    return frame
                self._answer(frame, meter, outcome)
        except TimedOut:
            self.kill()
            outcome.ended = "timeout"
            return None
        except BaseException:
            self.kill()  # half an exchange cannot be resumed
            raise

    def _find_end(self, outcome: Outcome, timed_out: bool) -> None:
        """Why there is no process any more."""
        outcome.exit_code = self._process.wait()
        reason = "timeout" if timed_out else self._ended_for
        self.kill()  # what its handler has forked may still be there
        if reason in ("timeout", "memory"):
            outcome.ended = reason
            return
        outcome.ended = "exit"
        if reason:
            outcome.exit_code = -9  # the number of SIGKILL, also where there are no signals

    def _answer(self, frame: dict[str, Any], meter: Meter, outcome: Outcome) -> None:
        match frame["kind"]:
            case "log":
                whole = bool(frame.get("whole"))
                outcome.printed.append(Printed(meter.time(), frame["text"], whole))
            case "sleep":
                meter.sleep(frame["seconds"])
                self._send("answer", now=meter.time())
            case "memory":
                self.memory_limit = frame["limit"]
            case "out-of-memory":
                self._ended_for = "memory"  # the next read finds that it has ended itself
            case _:
                self._answer_aws(frame, meter)

    def _answer_aws(self, frame: dict[str, Any], meter: Meter) -> None:
        body = base64.b64decode(frame["body"])
        status, headers, content = meter.answer_aws(
            frame["method"], frame["url"], frame["headers"], body
        )
        text = base64.b64encode(content).decode()
        self._send("answer", status=status, headers=headers, body=text, now=meter.time())

    def _send(self, kind: str, **content: Any) -> None:
        body = json.dumps({"kind": kind, **content}).encode()
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # the process is gone; the read that follows says so
            self._process.stdin.write(len(body).to_bytes(4, "big") + body)
            self._process.stdin.flush()

    def _receive(self) -> dict[str, Any] | None:
        assert self._process.stdout is not None
        head = self._process.stdout.read(4)
        if len(head) < 4:
            return None
        length = int.from_bytes(head, "big")
        body = self._process.stdout.read(length)
        if len(body) < length:
            return None  # killed while it wrote
        frame: dict[str, Any] = json.loads(body)
        return frame


def _packages() -> list[str]:
    """Where the packages of this Python are."""
    return [p for p in sys.path if Path(p).name in ("site-packages", "dist-packages")]


def _apart() -> dict[str, Any]:
    """Keep Ctrl-C in a cell or a terminal from reaching a process."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def _bare_environment() -> dict[str, str]:
    """What Python itself needs of the learner's environment.

    Nothing else of it is handed on, least of all their own AWS profile.
    """
    kept = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH")
    no_profile = {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "TZ": ":UTC",  # docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    }
    return {name: os.environ[name] for name in kept if name in os.environ} | no_profile
