"""The events of a log group, as `aws logs tail` of AWS CLI v2 shows them.

awscli.amazonaws.com/v2/documentation/api/latest/reference/logs/tail.html
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import boto3

ROUND = 0.5  # seconds between two looks at what has come; AWS allows five requests a second


def lines(group: str, *, follow: bool) -> Iterator[str]:
    """Each event: its time, its stream, its message. With `follow`, without an end.

    Raises:
        ValueError: there is no such log group.
    """
    logs = boto3.client("logs")
    groups = _groups(logs)
    if group not in groups:
        others = f"These are there: {', '.join(groups)}." if groups else "There is none at all yet."
        raise ValueError(f"There is no log group {group}. {others}")
    shown: set[str] = set()
    since = 0  # milliseconds since 1970
    while True:
        for event in _events(logs, group, since):
            if event["timestamp"] > since:
                # Whatever has this time may be joined by others of the same time.
                since = event["timestamp"]
                shown.clear()
            if event["eventId"] not in shown:
                shown.add(event["eventId"])
                yield _line(event)
        if not follow:
            return
        time.sleep(ROUND)


def _events(logs: Any, group: str, since: int) -> Iterator[Mapping[str, Any]]:
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=since)
    yield from sorted(
        (event for page in pages for event in page["events"]), key=lambda event: event["timestamp"]
    )


def _line(event: Mapping[str, Any]) -> str:
    at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
    when = at.isoformat(timespec="milliseconds")
    return f"{when} {event['logStreamName']} {event['message'].rstrip()}"


def _groups(logs: Any) -> list[str]:
    pages = logs.get_paginator("describe_log_groups").paginate()
    return [group["logGroupName"] for page in pages for group in page["logGroups"]]
