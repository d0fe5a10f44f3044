"""An invocation as Lambda reports it: payload, log lines, and words for a process that ended."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from moto.awslambda.models import LambdaFunction

from localaws.functions.sandbox import Outcome

MODELLED_MEMORY_MB = 64  # what a REPORT line says was used: the same on every machine

Line = tuple[float, str]  # seconds since 1970, and the text without its line end


@dataclass(frozen=True)
class Invocation:
    """What Invoke answers.

    Attributes:
        payload: the result, or the error object, as JSON text.
        failed: True where Lambda sets `FunctionError`.
        lines: the log lines of this invocation, START to REPORT.
    """

    payload: str
    failed: bool
    lines: list[Line]

    @property
    def log(self) -> str:
        """The lines as one text."""
        return "".join(text + "\n" for _, text in self.lines)


def report(
    function: LambdaFunction,
    request_id: str,
    init: Outcome | None,
    outcome: Outcome,
    begun: float,
    ended: float,
) -> Invocation:
    """Frame an outcome as Lambda does: its log lines, and its words for a process that ended.

    Args:
        init: how the environment was initialised, where it was cold.
        begun: seconds since 1970; so is `ended`.
    """
    payload = outcome.payload or "null"
    closing: list[Line] = []
    if outcome.ended == "timeout":
        reason = f"Task timed out after {float(function.timeout):.2f} seconds"
        closing = [(ended, f"{_timestamp(ended)} {request_id} {reason}")]
        payload = _platform_error("Sandbox.Timedout", request_id, reason)
    elif outcome.ended == "exit":
        reason = _exit_reason(outcome.exit_code)
        closing = [
            (ended, f"RequestId: {request_id} Error: {reason}"),
            (ended, "Runtime.ExitError"),
        ]
        payload = _platform_error("Runtime.ExitError", request_id, reason)
    elif outcome.error:
        payload = json.dumps(outcome.error)
    lines = [
        *_lines(init.printed if init else []),
        (begun, f"START RequestId: {request_id} Version: $LATEST"),
        *_lines(outcome.printed),
        *closing,
        (ended, f"END RequestId: {request_id}"),
        (ended, _report_line(function, request_id, outcome.seconds, init)),
    ]
    return Invocation(payload, bool(outcome.ended or outcome.error), lines)


def _report_line(
    function: LambdaFunction, request_id: str, seconds: float, init: Outcome | None
) -> str:
    init_seconds = init.seconds if init else 0.0
    parts = [
        f"REPORT RequestId: {request_id}",
        f"Duration: {seconds * 1000:.2f} ms",
        # Initialisation is billed too: aws.amazon.com/blogs/compute, 29 April 2025
        f"Billed Duration: {math.ceil((init_seconds + seconds) * 1000)} ms",
        f"Memory Size: {function.memory_size} MB",
        f"Max Memory Used: {MODELLED_MEMORY_MB} MB",
    ]
    if init:
        parts.append(f"Init Duration: {init_seconds * 1000:.2f} ms")
    return "\t".join(parts) + "\t"


def _lines(printed: list[tuple[float, str]]) -> Iterator[Line]:
    """What was printed piece by piece, as lines with the time at which each began."""
    begun, pending = 0.0, ""
    for when, text in printed:
        begun = begun if pending else when
        *whole, pending = (pending + text).split("\n")
        for line in whole:
            yield begun, line
            begun = when
    if pending:
        yield begun, pending


def _timestamp(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def _platform_error(name: str, request_id: str, reason: str) -> str:
    message = f"RequestId: {request_id} Error: {reason}"
    return json.dumps({"errorType": name, "errorMessage": message})


def _exit_reason(code: int) -> str:
    if code == 0:
        return "Runtime exited without providing a reason"
    if code < 0:
        return f"Runtime exited with error: signal: {-code}"
    return f"Runtime exited with error: exit status {code}"
