"""The newest lines of a log group."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from orderlab.console.stacks.listing import LONGEST, Listing
from orderlab.console.stacks.names import client, listed, moment, unknown
from orderlab.console.stacks.references import last_part
from orderlab.console.stacks.refusals import REFUSED
from orderlab.console.text import pretty

_MINUTE = 60_000  # in the milliseconds of CloudWatch Logs
_OLDEST = 14 * 24 * 60 * _MINUTE  # before its group was made: PutLogEvents takes no older line
_WIDER = 6
_COLUMNS = ["time", "level", "stream", "message"]
# What Lambda's Python runtime writes before a line of the logging module.
_RUNTIME = re.compile(r"\[(\w+)\]\t[^\t]*\t[^\t]*\t?(.*)", re.DOTALL)


def logs(
    name: str,
    limit: int = 50,
    since: datetime | None = None,
    contains: str | None = None,
    request: str | None = None,
) -> Listing:
    """The newest lines of a log group, oldest first; `.next()` has those before them.

    Args:
        name: of a log group, a function or a state machine, or the ARN of one.
        limit: lines of a page.
        since: no older lines; without a time zone it is UTC.
        contains: text that a line has, or a filter pattern for JSON such as
            `{ $.level = "ERROR" }`.
        request: the id of one invocation, as the runtime writes it into each of its lines.

    Returns:
        `.data` with a row for each line: time (UTC), level ("" where the line has none), stream,
        message (the line, whole).

    Raises:
        ValueError: no such log group, function or state machine (the message has near names), or
            a filter pattern together with `request`.
    """
    service = client("logs", name)
    group = _group(service, name)
    start = group.get("creationTime", 0) - _OLDEST
    if since is not None:
        aware = since if since.tzinfo else since.replace(tzinfo=UTC)
        start = max(start, round(aware.timestamp() * 1000))
    query = _Query(group["logGroupName"], _pattern(contains, request), max(start, 0), limit)
    return _page(service, query)


@dataclass(frozen=True)
class _Query:
    """What is asked: lines of `group` that fit `pattern`, from `start` to `end` (milliseconds),
    without those whose ids are in `without`."""

    group: str
    pattern: str
    start: int
    limit: int
    end: int | None = None
    without: frozenset[str] = frozenset()


def _pattern(contains: str | None, request: str | None) -> str:
    if contains and contains.lstrip().startswith("{"):
        if request:
            raise ValueError("request= cannot be combined with a filter pattern in contains=")
        return contains
    texts = [text for text in (contains, request) if text]
    return " ".join('"' + text.replace('"', '\\"') + '"' for text in texts)


# ---- the group -------------------------------------------------------------------------------


def _group(service: Any, name: str) -> Mapping[str, Any]:
    wanted = _group_name(name)
    for candidate in (wanted, f"/aws/lambda/{last_part(wanted)}", _of_machine(name)):
        for group in _groups(service, candidate) if candidate else ():
            if group["logGroupName"] == candidate:
                return group
    known = [group["logGroupName"].removeprefix("/aws/lambda/") for group in _groups(service, "")]
    raise unknown("log group, or function or state machine with one,", last_part(wanted), known)


def _group_name(name: str) -> str:
    """Of an ARN the name in it, which a version or `*` may follow."""
    parts = name.split(":")
    return parts[6] if name.startswith("arn:") and len(parts) > 6 else name


def _groups(service: Any, prefix: str) -> list[Mapping[str, Any]]:
    given = {"logGroupNamePrefix": prefix} if prefix else {}
    return listed(service, "describe_log_groups", "logGroups", **given)


def _of_machine(name: str) -> str | None:
    """The group that a state machine logs to, or None."""
    stepfunctions = client("stepfunctions", name)
    try:
        machines = listed(stepfunctions, "list_state_machines", "stateMachines")
        for machine in machines:
            if machine["name"] == last_part(name):
                found = stepfunctions.describe_state_machine(
                    stateMachineArn=machine["stateMachineArn"]
                )
                return _destination(found.get("loggingConfiguration") or {})
    except REFUSED:
        pass  # no right to list them: then the name is unknown
    return None


def _destination(configuration: Mapping[str, Any]) -> str | None:
    for destination in configuration.get("destinations", []):
        arn = destination.get("cloudWatchLogsLogGroup", {}).get("logGroupArn", "")
        if arn:
            return _group_name(arn)
    return None


# ---- the lines -------------------------------------------------------------------------------


def _page(service: Any, query: _Query) -> Listing:
    found = _newest(service, query)
    events = found[-query.limit :]
    rows = [_row(event) for event in events]
    follow = None
    if len(found) > len(events):
        seen = query.without | {event["eventId"] for event in events}
        older = replace(query, end=events[0]["timestamp"], without=seen)
        follow = lambda: _page(service, older)  # noqa: E731
    shown = pd.DataFrame([row for row, _, _ in rows], columns=_COLUMNS)
    data = shown.assign(
        time=pd.to_datetime([event["timestamp"] for event in events], unit="ms", utc=True),
        stream=[event["logStreamName"] for event in events],
        message=[line for _, line, _ in rows],
    )
    return Listing(
        query.group,
        "log group",
        {"lines": _span(events)} if events else {},
        data,
        shown=shown,
        folds=[fold for _, _, fold in rows],
        empty="no lines",
        follow=follow,
    )


def _span(events: Sequence[Mapping[str, Any]]) -> str:
    return f"{len(events)}, the last of {moment(events[-1]['timestamp'])} UTC"


def _newest(service: Any, query: _Query) -> list[Mapping[str, Any]]:
    """The newest lines, one more than a page, in ever longer spans back in time.

    FilterLogEvents has the oldest first: of a long log it would read all to get to the end.
    """
    end = query.end if query.end is not None else _last_written(service, query.group)
    if end is None:
        return []
    width = _MINUTE
    start = max(query.start, end - width)
    found = _between(service, query, start, query.end)
    while len(found) <= query.limit and start > query.start:
        width *= _WIDER
        before, start = start - 1, max(query.start, end - width)
        found = (_between(service, query, start, before) + found)[-query.limit - 1 :]
    return found


def _last_written(service: Any, group: str) -> int | None:
    """About when: CloudWatch Logs may be an hour behind, never ahead."""
    answer = service.describe_log_streams(
        logGroupName=group, orderBy="LastEventTime", descending=True, limit=1
    )
    for stream in answer["logStreams"]:
        last = stream.get("lastEventTimestamp", stream["creationTime"])
        return int(last)
    return None


def _between(service: Any, query: _Query, start: int, end: int | None) -> list[Mapping[str, Any]]:
    """The last lines of a span, one more than a page."""
    given: dict[str, Any] = {"logGroupName": query.group, "startTime": start}
    given |= {"filterPattern": query.pattern} if query.pattern else {}
    given |= {"endTime": end} if end is not None else {}
    kept: list[Mapping[str, Any]] = []
    for page in service.get_paginator("filter_log_events").paginate(**given):
        kept += [event for event in page["events"] if event["eventId"] not in query.without]
        kept = sorted(kept, key=lambda event: int(event["timestamp"]))[-query.limit - 1 :]
    return kept


def _row(event: Mapping[str, Any]) -> tuple[dict[str, Any], str, str]:
    """The cells of a line, the line, and what opens below it."""
    line = event["message"].rstrip()
    level, message = _read(line)
    row = {
        "time": moment(event["timestamp"]),
        "level": level,
        "stream": _stream(event["logStreamName"]),
        "message": message,
    }
    folded = line.startswith("{") or "\n" in line or "\r" in line or len(line) > LONGEST
    return row, line, pretty(line.replace("\r", "\n")) if folded else ""


def _stream(name: str) -> str:
    """Enough to tell two apart: of a function's, the beginning of its random part."""
    return name.partition("]")[2][:8] if "]" in name else last_part(name)[-16:]


def _read(line: str) -> tuple[str, str]:
    """Level and message: of a JSON line, of Lambda's runtime, of AWS Step Functions."""
    runtime = _RUNTIME.fullmatch(line)
    if runtime:
        return runtime[1], runtime[2]
    try:
        found = json.loads(line)
    except ValueError:
        return "", line
    if not isinstance(found, dict):
        return "", line
    level = str(found.get("level") or found.get("log_level") or "")
    if "message" in found:
        text = found["message"]
        return level, text if isinstance(text, str) else json.dumps(text, ensure_ascii=False)
    if isinstance(found.get("details"), dict) and "type" in found:
        told = [found["type"], *(found["details"].get(key) for key in ("name", "error", "cause"))]
        execution = last_part(str(found.get("execution_arn", "")))
        return level, " ".join(str(one) for one in (f"{execution}:", *told) if one)
    return level, line
