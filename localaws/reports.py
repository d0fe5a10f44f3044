"""An invocation as Lambda reports it: payload, log lines, and words for a process that ended."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime

from moto.awslambda.models import LambdaFunction

from localaws.sandbox import Outcome

MODELLED_MEMORY_MB = 64  # what a REPORT line says was used: the same on every machine


@dataclass(frozen=True)
class Invocation:
    """What Invoke answers.

    Attributes:
        payload: the result, or the error object, as JSON text.
        failed: True where Lambda sets `FunctionError`.
        log: the log lines of this invocation, START to REPORT.
    """

    payload: str
    failed: bool
    log: str


def report(
    function: LambdaFunction,
    request_id: str,
    outcome: Outcome,
    seconds: float,
    init_seconds: float,
    init_log: str,
) -> Invocation:
    """Frame an outcome as Lambda does: its log lines, and its words for a process that ended."""
    printed, payload = outcome.log, outcome.payload or "null"
    if outcome.ended == "timeout":
        seconds = float(function.timeout)
        reason = f"Task timed out after {seconds:.2f} seconds"
        printed += f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}Z {request_id} {reason}\n"
        payload = _platform_error("Sandbox.Timedout", request_id, reason)
    elif outcome.ended == "exit":
        reason = _exit_reason(outcome.exit_code)
        printed += f"RequestId: {request_id} Error: {reason}\nRuntime.ExitError\n"
        payload = _platform_error("Runtime.ExitError", request_id, reason)
    elif outcome.error:
        payload = json.dumps(outcome.error)
    lines = [
        f"REPORT RequestId: {request_id}",
        f"Duration: {seconds * 1000:.2f} ms",
        # Initialisation is billed too: aws.amazon.com/blogs/compute, 29 April 2025
        f"Billed Duration: {math.ceil((init_seconds + seconds) * 1000)} ms",
        f"Memory Size: {function.memory_size} MB",
        f"Max Memory Used: {MODELLED_MEMORY_MB} MB",
    ]
    if init_seconds:
        lines.append(f"Init Duration: {init_seconds * 1000:.2f} ms")
    if printed and not printed.endswith("\n"):
        printed += "\n"
    log = (
        f"{init_log}START RequestId: {request_id} Version: $LATEST\n"
        f"{printed}END RequestId: {request_id}\n" + "\t".join(lines) + "\t\n"
    )
    return Invocation(payload, bool(outcome.ended or outcome.error), log)


def _platform_error(name: str, request_id: str, reason: str) -> str:
    message = f"RequestId: {request_id} Error: {reason}"
    return json.dumps({"errorType": name, "errorMessage": message})


def _exit_reason(code: int) -> str:
    if code == 0:
        return "Runtime exited without providing a reason"
    if code < 0:
        return f"Runtime exited with error: signal: {-code}"
    return f"Runtime exited with error: exit status {code}"
