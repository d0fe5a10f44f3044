"""What a dashboard's widgets show, asked of CloudWatch and of CloudWatch Logs."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import boto3

from orderlab.console.dashboards.body import Series, Widget, log_query, series_of
from orderlab.console.stacks.names import client
from orderlab.console.stacks.references import last_part

_PAUSE, _MOST_PAUSES = 0.5, 120  # seconds between two looks at a query, and how many
_ALARMS_A_CALL = 100


@dataclass(frozen=True)
class Line:
    """A series with its data: moments and values, the oldest first."""

    label: str
    times: Sequence[datetime]
    values: Sequence[float]
    series: Series


@dataclass(frozen=True)
class Content:
    """What is in a widget, by its type.

    Attributes:
        lines: of a metric widget.
        alarms: of an alarm widget: name and state, in the widget's order.
        table: of a log widget: each row's values by their fields.
    """

    lines: Sequence[Line] = ()
    alarms: Sequence[tuple[str, str]] = ()
    table: Sequence[Mapping[str, str]] = field(default=())


def content_of(widget: Widget, start: datetime, end: datetime) -> Content:
    """Ask AWS for what a widget shows; nothing for one of text.

    Raises:
        botocore.exceptions.ClientError: AWS refuses what the widget asks for.
    """
    if widget.kind == "metric":
        return Content(lines=_lines(widget, start, end))
    if widget.kind == "alarm":
        return Content(alarms=_alarms(widget.properties.get("alarms", [])))
    if widget.kind == "log":
        return Content(table=_table(widget, start, end))
    return Content()


def _lines(widget: Widget, start: datetime, end: datetime) -> list[Line]:
    every = series_of(widget.properties)
    if not every:
        return []
    cloudwatch = boto3.client("cloudwatch", region_name=widget.properties.get("region"))
    longest = max(series.period for series in every)
    pages = cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=[series.query for series in every],
        StartTime=_floor(start, longest),  # where periods begin
        EndTime=end,
        ScanBy="TimestampAscending",
    )
    found: dict[str, tuple[list[datetime], list[float]]] = {}
    for page in pages:
        for result in page["MetricDataResults"]:
            times, values = found.setdefault(result["Id"], ([], []))
            times += result["Timestamps"]
            values += result["Values"]
    return [
        Line(series.query["Label"], *found.get(series.id, ([], [])), series)
        for series in every
        if series.shown
    ]


def _floor(moment: datetime, seconds: int) -> datetime:
    return moment - timedelta(seconds=moment.timestamp() % seconds)


def _alarms(arns: Sequence[str]) -> list[tuple[str, str]]:
    states: dict[str, str] = {}
    for first in range(0, len(arns), _ALARMS_A_CALL):
        names = [last_part(arn) for arn in arns[first : first + _ALARMS_A_CALL]]
        answer = client("cloudwatch", arns[first]).describe_alarms(
            AlarmNames=names, AlarmTypes=["MetricAlarm", "CompositeAlarm"]
        )
        for alarm in answer.get("MetricAlarms", []) + answer.get("CompositeAlarms", []):
            states[alarm["AlarmName"]] = alarm["StateValue"]
    return [(name, states.get(name, "deleted")) for name in map(last_part, arns)]


def _table(widget: Widget, start: datetime, end: datetime) -> list[dict[str, str]]:
    logs = boto3.client("logs", region_name=widget.properties.get("region"))
    groups, query = log_query(widget.properties)
    query_id = logs.start_query(
        logGroupNames=groups,
        startTime=int(start.timestamp()),
        endTime=int(end.timestamp()),
        queryString=query,
    )["queryId"]
    for _ in range(_MOST_PAUSES):
        answer = logs.get_query_results(queryId=query_id)
        if answer["status"] not in ("Scheduled", "Running"):
            break
        time.sleep(_PAUSE)
    rows = [{one["field"]: one["value"] for one in row} for row in answer["results"]]
    return [{name: row[name] for name in row if name != "@ptr"} for row in rows]
