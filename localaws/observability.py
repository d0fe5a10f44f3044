"""CloudWatch Logs of functions and state machines. moto writes neither."""

from __future__ import annotations

import json
import time
from typing import Any

from moto.awslambda.models import LambdaFunction
from moto.logs.models import LogsBackend, logs_backends


def write_function_log(function: LambdaFunction, stream: str, text: str) -> None:
    """Put an invocation's lines into the function's log group, one event a line.

    A line that follows an error (its traceback) belongs to the error's event, as on AWS.
    """
    backend = logs_backends[function.account_id][function.region]
    _write(backend, function.logs_group_name, stream, _events(text))


def write_history_log(
    account_id: str, region: str, group: str, stream: str, record: dict[str, Any]
) -> None:
    """Put one event of an execution's history into the state machine's log group."""
    _write(logs_backends[account_id][region], group, stream, [json.dumps(record)])


def _events(text: str) -> list[str]:
    events: list[str] = []
    in_traceback = False
    for line in text.splitlines():
        if in_traceback and (line.startswith(("Traceback ", "  ")) or not line):
            events[-1] += "\n" + line
            continue
        in_traceback = line.startswith("[ERROR] ")
        if line:
            events.append(line)
    return events


def _write(backend: LogsBackend, group: str, stream: str, messages: list[str]) -> None:
    if not messages:
        return
    backend.ensure_log_group(group)
    if stream not in backend.groups[group].streams:
        backend.create_log_stream(group, stream)
    now = int(time.time() * 1000)
    backend.put_log_events(group, stream, [{"timestamp": now, "message": m} for m in messages])
