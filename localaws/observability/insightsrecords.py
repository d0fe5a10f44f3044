"""Log events as Logs Insights sees them: with the fields that it finds in them.

docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from moto.logs.models import LogGroup

from localaws.observability import logreading
from localaws.observability.insightsterms import Record, stamp

DEPTH = 5  # of objects within objects whose fields are found
REPORT = {
    "@duration": (re.compile(r"\tDuration: ([\d.]+) ms"), 1.0),
    "@billedDuration": (re.compile(r"Billed Duration: ([\d.]+) ms"), 1.0),
    "@initDuration": (re.compile(r"Init Duration: ([\d.]+) ms"), 1.0),
    "@memorySize": (re.compile(r"Memory Size: (\d+) MB"), 1e6),
    "@maxMemoryUsed": (re.compile(r"Max Memory Used: (\d+) MB"), 1e6),
}
LAMBDA = re.compile(r"(START|END|REPORT|INIT_START) (?:RequestId: (\S+))?")


def records(groups: list[LogGroup], start: int, end: int) -> Iterator[Record]:
    for group in groups:
        logreading.forget_old(group)
        for name, stream in group.streams.items():
            for event in stream.events:
                if start <= event.timestamp <= end:
                    yield _record(group, name, event)


def _record(group: LogGroup, stream: str, event: Any) -> Record:
    text = event.message
    record = {
        "@millis": event.timestamp,
        "@timestamp": stamp(event.timestamp),
        "@message": text,
        "@logStream": stream,
        "@log": f"{group.account_id}:{group.name}",
        "@ingestionTime": stamp(event.ingestion_time),
        "@ptr": str(event.event_id),
    }
    if text.startswith("{"):
        record.update(_discovered(text))
    elif (match := LAMBDA.match(text)) is not None:
        record["@type"] = match[1]
        if match[2]:
            record["@requestId"] = match[2]
        for name, (pattern, factor) in REPORT.items():
            found = pattern.search(text)
            if found:
                record[name] = float(found[1]) * factor
    return record


def _discovered(text: str) -> Record:
    """The fields of a JSON event: details.error, items.0.price."""
    try:
        document = json.loads(text)
    except (RecursionError, ValueError):
        return {}
    found: Record = {}
    _discover(document, "", found, 0)
    return found


def _discover(value: Any, name: str, found: Record, depth: int) -> None:
    pairs: Any = ()
    if isinstance(value, dict):
        pairs = value.items()
    elif isinstance(value, list):
        pairs = enumerate(value)
    elif name:
        found[name] = int(value) if isinstance(value, bool) else value
    if depth < DEPTH:
        for key, inner in pairs:
            _discover(inner, f"{name}.{key}" if name else str(key), found, depth + 1)
