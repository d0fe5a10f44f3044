"""The log lines of one invocation of a function.

Its request id is in what the history keeps: in the answer of lambda:invoke, or in the error's
cause. A function that is called by its ARN answers without it; then the one invocation that began
while the task ran is the task's, if there was one alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from orderlab.console.executions.reading import client
from orderlab.console.inspecting.case import Case
from orderlab.console.inspecting.values import load

_MOST = 1_000  # lines that are read
_MARGIN = timedelta(seconds=60)  # the two services' clocks, and a function that ran on
_SKEW = timedelta(milliseconds=250)
_ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_IN_CAUSE = re.compile(
    rf'RequestId: ({_ID})|"requestId"\s*:\s*"({_ID})"|({_ID}) Task timed out', re.IGNORECASE
)
_STARTS = '?"START RequestId" ?"platform.start"'


@dataclass(frozen=True)
class LogLine:
    """`time` in seconds since the execution started; `message` as it was written."""

    time: float
    message: str


@dataclass(frozen=True)
class Log:
    """Lines of one invocation; `note` says why there are none, or not all."""

    group: str = ""
    request_id: str = ""
    lines: tuple[LogLine, ...] = ()
    note: str = ""


def read_log(case: Case) -> Log | None:
    """From START to REPORT. None: the state calls no function."""
    resource = case.attempt.resource or str(case.raw.get("Resource", ""))
    direct = re.match(r"arn:[\w-]+:lambda:", resource) is not None
    optimised = str(case.raw.get("Resource", "")).split(":::")[-1].startswith("lambda:invoke")
    if not (direct or optimised):
        return None
    if case.attempt.scheduled is None:
        return Log(note="The function was not called.")
    function = resource if direct else _named(case)
    try:
        return _read(case, function)
    except (ClientError, BotoCoreError) as error:
        return Log(note=f"The log cannot be read: {' '.join(str(error).split())}")


def _named(case: Case) -> str:
    """Name or ARN of the function, as lambda:invoke was sent it."""
    sent = load(case.attempt.parameters)
    return str(sent.get("FunctionName", "")) if isinstance(sent, dict) else ""


def _read(case: Case, function: str) -> Log:
    arn = case.recording.arn
    group = _group(client(arn, "lambda"), function)
    reader = _Reader(case, client(arn, "logs"), group)
    found, note = request_id_of(case), ""
    if found is None:
        begun = list(reader.events(_STARTS, timedelta())) or list(reader.events(_STARTS, _SKEW))
        if len(begun) != 1:
            how = "no invocation of it" if not begun else f"{len(begun)} invocations of it"
            return Log(group, note=f"The history has no request id, and {how} began in that time.")
        ids = re.findall(_ID, begun[0]["message"])
        found, note = str(ids[0]), "the only invocation that began while this attempt ran"
    marks = list(reader.events(f'"{found}"', _MARGIN))
    if not marks:
        return Log(group, found, note=f"Nothing of request {found} is in {group}.")
    events = list(islice(reader.between(marks, found), _MOST + 1))
    if len(events) > _MOST:
        note = f"the first {_MOST} of more"
    return Log(group, found, tuple(map(reader.line, events[:_MOST])), note)


def request_id_of(case: Case) -> str | None:
    """The invocation's request id, as the history has it."""
    if isinstance(case.result, dict):
        found = case.result.get("SdkResponseMetadata")
        if isinstance(found, dict) and found.get("RequestId"):
            return str(found["RequestId"])
    in_cause = _IN_CAUSE.search(case.attempt.cause or "")
    return next(filter(None, in_cause.groups()), None) if in_cause else None


def _group(functions: Any, function: str) -> str:
    try:
        found = functions.get_function_configuration(FunctionName=function)
        group = found.get("LoggingConfig", {}).get("LogGroup")
        name = found["FunctionName"]
    except (ClientError, BotoCoreError):  # it may be gone, or its reading not permitted
        group, name = None, function.rpartition(":function:")[2].partition(":")[0]
    return str(group or f"/aws/lambda/{name}")


class _Reader:
    def __init__(self, case: Case, logs: Any, group: str) -> None:
        self.logs = logs
        self.group = group
        self.start = case.recording.events[0]["timestamp"]
        self.scheduled, self.ended = case.attempt.scheduled, case.attempt.ended

    def events(self, pattern: str, margin: timedelta) -> Iterator[dict[str, Any]]:
        """What fits a filter pattern between the task's schedule and its end."""
        begin = self.start + timedelta(seconds=self.scheduled or 0.0) - margin
        window = {"startTime": _milliseconds(begin)}
        if self.ended is not None:
            window["endTime"] = _milliseconds(self.start + timedelta(seconds=self.ended) + margin)
        yield from self._pages(filterPattern=pattern, **window)

    def between(self, marks: list[dict[str, Any]], request_id: str) -> Iterator[dict[str, Any]]:
        """All of the stream from the first line that names the request to the last one.

        An environment handles one request at a time, so what it prints between is the request's.
        """
        stream = marks[0]["logStreamName"]
        times = [mark["timestamp"] for mark in marks if mark["logStreamName"] == stream]
        found = list(
            self._pages(logStreamNames=[stream], startTime=min(times), endTime=max(times) + 1)
        )
        named = [at for at, event in enumerate(found) if request_id in event["message"]]
        if named:
            yield from found[named[0] : named[-1] + 1]

    def line(self, event: dict[str, Any]) -> LogLine:
        seconds = event["timestamp"] / 1000 - self.start.timestamp()
        return LogLine(round(seconds, 3), str(event["message"]).replace("\xa0", " ").rstrip())

    def _pages(self, **request: Any) -> Iterator[dict[str, Any]]:
        pages = self.logs.get_paginator("filter_log_events")
        found = (
            event
            for page in pages.paginate(logGroupName=self.group, **request)
            for event in page["events"]
        )
        yield from islice(found, 10 * _MOST)


def _milliseconds(moment: Any) -> int:
    return int(moment.timestamp() * 1000)


def parts(message: str) -> tuple[str, str, dict[str, Any]]:
    """Level, text and other fields of a line that is structured JSON; of another, the line itself.

    What Lambda Powertools adds to every line (which function, where it ran) is left out.
    """
    try:
        found = json.loads(message)
    except ValueError:
        return "", message, {}
    if not isinstance(found, dict) or "message" not in found:
        return "", message, {}
    everywhere = ("timestamp", "service", "location", "xray_trace_id", "cold_start", "requestId")
    rest = {
        key: value
        for key, value in found.items()
        if key not in ("level", "message", *everywhere) and not key.startswith("function_")
    }
    text = found["message"]
    return str(found.get("level", "")), text if isinstance(text, str) else json.dumps(text), rest
