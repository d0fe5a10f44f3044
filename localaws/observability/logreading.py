"""Reading logs: FilterLogEvents, GetLogEvents, DescribeLogStreams, and what retention leaves.

docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html,
.../API_GetLogEvents.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.core.utils import unix_time_millis
from moto.logs import models
from moto.logs.exceptions import InvalidParameterException, ResourceNotFoundException
from moto.logs.models import LogGroup, LogsBackend
from moto.logs.responses import LogsResponse

from localaws.mending import Mends
from localaws.observability import patterns
from localaws.observability.patterns import Message

MOST_EVENTS = 10_000
DAY = 86_400_000  # milliseconds


def install(mends: Mends) -> None:
    _mend_filter(mends)
    # StartLiveTail asks it, too.
    mends.replace(models, "EventMessageFilter", _EventFilter)
    _mend_get(mends)
    _mend_retention(mends)


def forget_old(group: LogGroup) -> None:
    """Remove the events that are older than the log group keeps."""
    if group.retention_in_days is None:
        return
    oldest = unix_time_millis() - int(group.retention_in_days) * DAY
    for stream in group.streams.values():
        if stream.events and stream.events[0].timestamp < oldest:
            stream.events[:] = [event for event in stream.events if event.timestamp >= oldest]


def named_group(backend: LogsBackend, name: str | None, identifier: str | None) -> LogGroup:
    """The log group of a name or an ARN.

    Raises:
        ResourceNotFoundException: there is none.
    """
    wanted = name or (identifier or "").split(":log-group:")[-1].removesuffix(":*")
    if wanted not in backend.groups:
        raise ResourceNotFoundException
    return backend.groups[wanted]


def _limit(asked: Any) -> int:
    limit = int(asked or MOST_EVENTS)
    if limit > MOST_EVENTS:
        raise InvalidParameterException(
            constraint="Member must have value less than or equal to 10000",
            parameter="limit",
            value=limit,
        )
    return limit


def _mend_filter(mends: Mends) -> None:
    """moto knows of all patterns only words and one phrase, and lets any other match everything;
    it lists the events stream by stream (logs/utils.py:45, models.py:590)."""

    def filter_log_events(self: LogsResponse) -> str:
        group = named_group(
            self.logs_backend,
            self._get_param("logGroupName"),
            self._get_param("logGroupIdentifier"),
        )
        pattern = patterns.compiled(self._get_param("filterPattern"))
        limit = _limit(self._get_param("limit"))
        wanted = self._get_param("logStreamNames") or []
        prefix = self._get_param("logStreamNamePrefix") or ""
        forget_old(group)
        events = _between(
            group,
            lambda name: (not wanted or name in wanted) and name.startswith(prefix),
            self._get_param("startTime"),
            self._get_param("endTime"),
        )
        after = _last_of_page(self._get_param("nextToken"))
        found: list[dict[str, Any]] = []
        token = None
        for timestamp, number, name, event in events:
            if after is not None and (timestamp, number) <= after:
                continue
            told = event.to_filter_dict()
            if pattern.matches(Message(told["message"])):
                if len(found) == limit:
                    token = f"{found[-1]['timestamp']}/{found[-1]['eventId']}"
                    break
                found.append({"logStreamName": name, **told})
        # Since 2020 no stream is listed as searched.
        answer = {"events": found, "searchedLogStreams": [], "nextToken": token}
        return json.dumps({key: value for key, value in answer.items() if value is not None})

    mends.replace(LogsResponse, "filter_log_events", filter_log_events)


class _EventFilter:
    """What moto asks of a pattern."""

    def __init__(self, pattern: str) -> None:
        self._pattern = patterns.compiled(pattern)

    def matches(self, message: str) -> bool:
        return self._pattern.matches(Message(message))


def _between(
    group: LogGroup, wanted: Callable[[str], bool], start: int | None, end: int | None
) -> list[tuple[int, int, str, Any]]:
    """Time, number, stream and event of what happened from `start` to `end`, in order."""
    found = []
    for name, stream in group.streams.items():
        if wanted(name):
            for event in stream.events:
                timestamp = event.timestamp
                if (start is None or timestamp >= start) and (end is None or timestamp <= end):
                    found.append((timestamp, int(event.event_id), name, event))
    found.sort(key=lambda one: one[:2])
    return found


def _last_of_page(token: str | None) -> tuple[int, int] | None:
    if token is None:
        return None
    try:
        timestamp, number = map(int, token.split("/"))
    except ValueError:
        raise InvalidParameterException("The specified nextToken is invalid.") from None
    return timestamp, number


def _mend_get(mends: Mends) -> None:
    """moto's GetLogEvents includes what happened at endTime, and calls a missing stream a missing
    group (logs/models.py:262, 542)."""

    def get_log_events(self: LogGroup, name: str, start: Any, end: Any, *given: Any) -> Any:
        if name not in self.streams:
            raise ResourceNotFoundException("The specified log stream does not exist.")
        forget_old(self)
        return get(self, name, start, None if end is None else int(end) - 1, *given)

    get: Callable[..., Any] = mends.replace(LogGroup, "get_log_events", get_log_events)


def _mend_retention(mends: Mends) -> None:
    """moto keeps every event, whatever RetentionInDays says (logs/models.py:645)."""

    def describe_log_streams(self: LogGroup, *given: Any, **named: Any) -> Any:
        forget_old(self)
        return describe(self, *given, **named)

    def set_retention_policy(self: LogGroup, retention_in_days: Any) -> None:
        set_policy(self, retention_in_days)
        forget_old(self)

    describe: Callable[..., Any] = mends.replace(
        LogGroup, "describe_log_streams", describe_log_streams
    )
    set_policy: Callable[..., None] = mends.replace(
        LogGroup, "set_retention_policy", set_retention_policy
    )
