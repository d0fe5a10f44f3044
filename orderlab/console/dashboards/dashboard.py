"""`console.dashboard`: a CloudWatch dashboard as one picture, drawn from its own definition."""

from __future__ import annotations

import json
from datetime import datetime

import boto3
import pandas as pd

from orderlab.console.dashboards.body import time_of, widgets_of
from orderlab.console.dashboards.drawing import drawn
from orderlab.console.dashboards.reading import Content, content_of
from orderlab.console.dashboards.telling import words
from orderlab.console.outputs.chart import Chart
from orderlab.console.servertime import server_time
from orderlab.console.stacks.names import listed, unknown
from orderlab.console.stacks.refusals import unless

_GONE = ("ResourceNotFound", "DashboardNotFoundError")


def dashboard(name: str, now: datetime | None = None) -> Chart:
    """A dashboard: each widget at its place, over the time that the dashboard's `start` says.

    Drawn are widgets of text, metrics (time series and numbers), alarms and logs; of others it is
    said that they are there. A metric keeps the period that the widget gives it, as with
    `"periodOverride": "inherit"`. Reading lets no time pass.

    Args:
        name: of the dashboard.
        now: the moment at which the dashboard is looked at; the present one. It must have a time
            zone.

    Returns:
        `.data` with a row for each datapoint of a metric: widget (its title), series, time (UTC),
        value.

    Raises:
        ValueError: there is no such dashboard; the message has near names.
        botocore.exceptions.ClientError: AWS refuses what a widget asks for.
    """
    cloudwatch = boto3.client("cloudwatch")
    answer = unless(cloudwatch.get_dashboard, *_GONE, DashboardName=name)
    if answer is None:
        known = [
            one["DashboardName"]
            for one in listed(cloudwatch, "list_dashboards", "DashboardEntries")
        ]
        raise unknown("dashboard", name, known)
    body = json.loads(answer["DashboardBody"])
    start, end = time_of(body, now or server_time(answer) or datetime.now().astimezone())
    contents = [(widget, content_of(widget, start, end)) for widget in widgets_of(body)]
    title = f"{name}, {start:%Y-%m-%d %H:%M} to {end:%H:%M} UTC"
    lines = [line for widget, content in contents for line in words(widget, content)]
    return Chart(
        drawn(title, contents, (start, end)),
        _data([(widget.title, content) for widget, content in contents]),
        "\n".join([title, *(f"  {line}" for line in lines)]),
    )


def _data(contents: list[tuple[str, Content]]) -> pd.DataFrame:
    rows = [
        (title, line.label, when, value)
        for title, content in contents
        for line in content.lines
        for when, value in zip(line.times, line.values, strict=True)
    ]
    data = pd.DataFrame(rows, columns=["widget", "series", "time", "value"])
    return data.assign(time=pd.to_datetime(data["time"], utc=True))
