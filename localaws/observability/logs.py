"""CloudWatch Logs of functions and state machines. moto writes neither."""

from __future__ import annotations

import json
from typing import Any

from moto.awslambda.models import LambdaFunction
from moto.logs.models import LogsBackend, logs_backends

from localaws.functions.reports import Line

Event = dict[str, Any]  # {"timestamp": milliseconds since 1970, "message": text}


def write_function_log(function: LambdaFunction, stream: str, lines: list[Line]) -> None:
    """Put an invocation's lines into the function's log group, one event a line."""
    backend = logs_backends[function.account_id][function.region]
    events = _events(lines)
    if events:
        backend.ensure_log_group(function.logs_group_name)
    _write(backend, function.logs_group_name, stream, events)


def write_history_log(
    account_id: str, region: str, group: str, stream: str, record: dict[str, Any]
) -> None:
    """Put one event of an execution's history into the state machine's log group.

    Step Functions makes no group: where somebody has deleted it, the event is logged nowhere.
    """
    backend = logs_backends[account_id][region]
    if group not in backend.groups:
        return
    message = json.dumps(record, separators=(",", ":"))
    event = {"timestamp": int(record["event_timestamp"]), "message": message}
    _write(backend, group, stream, [event])


def _events(lines: list[Line]) -> list[Event]:
    return [{"timestamp": int(when * 1000), "message": line} for when, line in lines if line]


def _write(backend: LogsBackend, group: str, stream: str, events: list[Event]) -> None:
    if not events:
        return
    if stream not in backend.groups[group].streams:
        backend.create_log_stream(group, stream)
    # Not by way of the backend, which asks of each line how old it is.
    backend.groups[group].streams[stream].put_log_events(events)
