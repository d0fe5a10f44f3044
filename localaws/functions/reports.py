"""An invocation as Lambda reports it: payload, log lines, and words for a process that ended.

The log lines are those of docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html, new
style: what went wrong stands in the fields Status and Error Type of REPORT and INIT_REPORT.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from moto.awslambda.models import LambdaFunction

from localaws.functions.outcomes import Outcome, Printed

MODELLED_MEMORY_MB = 64  # what a REPORT line says was used: the same on every machine
# docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html; the figure is that of the words.
LARGEST_RESPONSE = 6291556  # bytes
RUNTIME_VERSION = "mainlinev2.v11"
# As Go, in which Lambda's sandbox is written, names the signals that end a process.
SIGNALS = {
    1: "hangup",
    2: "interrupt",
    3: "quit",
    4: "illegal instruction",
    5: "trace/breakpoint trap",
    6: "aborted",
    7: "bus error",
    8: "floating point exception",
    9: "killed",
    11: "segmentation fault",
    13: "broken pipe",
    14: "alarm clock",
    15: "terminated",
}
INIT_START = "INIT_START "

Line = tuple[float, str]  # seconds since 1970, and the text without its line end


@dataclass(frozen=True)
class Invocation:
    """What Invoke answers.

    Attributes:
        payload: the result, or the error object, as JSON text.
        failed: True where Lambda sets `FunctionError`.
        lines: the events of the log, INIT_START or START to REPORT.
        request_id: AWS's id of the request, as the log has it; of a refused one, none of ours.
    """

    payload: str
    failed: bool
    lines: list[Line]
    request_id: str = field(default="", kw_only=True)

    @property
    def log(self) -> str:
        """The lines as one text, as LogResult has them: without the environment's own start."""
        return "".join(text + "\n" for _, text in self.lines if not text.startswith(INIT_START))


@dataclass
class Course:
    """What happened in one invocation; times in seconds since 1970.

    Attributes:
        begun_init: when a new environment's initialisation began.
        init: how that went, in its own phase; None where there was none.
        init_again: how initialisation went as a part of the invocation; None where there was none.
        begun: when the handler began, or would have.
        outcome: how it ended.
    """

    function: LambdaFunction
    request_id: str
    begun_init: float = 0.0
    init: Outcome | None = None
    init_again: Outcome | None = None
    begun: float = 0.0
    outcome: Outcome = field(default_factory=Outcome)

    def report(self, ended: float) -> Invocation:
        """Frame it as Lambda does."""
        payload = self._payload()
        failed = self.outcome.failed
        if len(payload.encode()) > LARGEST_RESPONSE and not failed:
            failed, payload = True, _too_large()
        version = f"START RequestId: {self.request_id} Version: {self.function.version}"
        lines = [
            *self._init_lines(),
            (self.begun, version),
            *_lines(self.outcome.printed),
            (ended, f"END RequestId: {self.request_id}"),
            (ended, self._report_line()),
        ]
        return Invocation(payload, failed, lines, request_id=self.request_id)

    def _payload(self) -> str:
        outcome = self.outcome
        if outcome.ended == "timeout":
            reason = f"Task timed out after {float(self.function.timeout):.2f} seconds"
            return _platform_error("Sandbox.Timedout", self.request_id, reason)
        if outcome.ended:
            return _platform_error("Runtime.ExitError", self.request_id, _exit_reason(outcome))
        if outcome.payload is None and outcome.error:
            return json.dumps(outcome.error)
        return outcome.payload or "null"

    def _init_lines(self) -> Iterator[Line]:
        if self.init is not None:
            yield self.begun_init, _init_start(self.function)
            yield from _lines(self.init.printed)
            if self.init.failed:
                yield self.begun_init + self.init.seconds, _init_report(self.init, "init")
        if self.init_again is not None:
            yield from _lines(self.init_again.printed)
            if self.init_again.failed:
                yield self.begun, _init_report(self.init_again, "invoke")

    def _report_line(self) -> str:
        outcome, init = self.outcome, self.init
        # What has failed before is not billed again: it is repeated within the invocation.
        init_seconds = init.seconds if init and not init.failed else 0.0
        size = int(self.function.memory_size)
        parts = [
            f"REPORT RequestId: {self.request_id}",
            f"Duration: {outcome.seconds * 1000:.2f} ms",
            # Initialisation is billed too: aws.amazon.com/blogs/compute, 29 April 2025
            f"Billed Duration: {math.ceil((init_seconds + outcome.seconds) * 1000)} ms",
            f"Memory Size: {size} MB",
            f"Max Memory Used: {size if outcome.ended == 'memory' else MODELLED_MEMORY_MB} MB",
        ]
        if init_seconds:
            parts.append(f"Init Duration: {init_seconds * 1000:.2f} ms")
        broken = outcome.ended or (self.init_again is not None and self.init_again.failed)
        return "\t".join(parts) + "\t" + (_status(outcome) if broken else "")


def _init_start(function: LambdaFunction) -> str:
    name = str(function.run_time or "").replace("python", "python:")
    digest = hashlib.sha256(name.encode()).hexdigest()
    arn = f"arn:aws:lambda:{function.region}::runtime:{digest}"
    version = f"{name}.{RUNTIME_VERSION}"
    return f"{INIT_START}Runtime Version: {version}\tRuntime Version ARN: {arn}"


def _init_report(outcome: Outcome, phase: str) -> str:
    seconds = f"{outcome.seconds * 1000:.2f}"
    return f"INIT_REPORT Init Duration: {seconds} ms\tPhase: {phase}\t{_status(outcome)}"


def _status(outcome: Outcome) -> str:
    """Lambda keeps those error types that begin as its own do (fatalerror, in its emulator)."""
    if outcome.ended == "timeout":
        return "Status: timeout"
    if outcome.ended:
        kind = "Runtime.OutOfMemory" if outcome.ended == "memory" else "Runtime.ExitError"
    else:
        kind = str((outcome.error or {})["errorType"])
        if not re.search(r"(Runtime|Function)\.[A-Z][a-zA-Z]+", kind):
            kind = "Runtime.Unknown"
    return f"Status: error\tError Type: {kind}"


def _lines(printed: list[Printed]) -> Iterator[Line]:
    """What was printed piece by piece, as lines with the time at which each began."""
    begun, pending = 0.0, ""
    for piece in printed:
        if piece.whole:
            if pending:
                yield begun, pending
                pending = ""
            yield piece.when, piece.text
            continue
        begun = begun if pending else piece.when
        *whole, pending = (pending + piece.text).split("\n")
        for line in whole:
            yield begun, line
            begun = piece.when
    if pending:
        yield begun, pending


def _platform_error(name: str, request_id: str, reason: str) -> str:
    message = f"RequestId: {request_id} Error: {reason}"
    return json.dumps({"errorType": name, "errorMessage": message})


def _too_large() -> str:
    message = (
        f"Response payload size exceeded maximum allowed payload size ({LARGEST_RESPONSE} bytes)."
    )
    return json.dumps({"errorType": "Function.ResponseSizeTooLarge", "errorMessage": message})


def _exit_reason(outcome: Outcome) -> str:
    code = -9 if outcome.ended == "memory" else outcome.exit_code
    if code == 0:
        return "Runtime exited without providing a reason"
    if code < 0:
        return f"Runtime exited with error: signal: {SIGNALS.get(-code, f'signal {-code}')}"
    return f"Runtime exited with error: exit status {code}"
