"""console.dashboard: widgets with what CloudWatch knows of them, as a picture and in words."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from orderlab import console
from orderlab.console.dashboards.body import Widget, series_of
from orderlab.console.dashboards.drawing import drawn
from orderlab.console.dashboards.reading import Content, Line
from orderlab.console.outputs import plotting
from orderlab.console.outputs.chart import Chart

pytestmark = pytest.mark.simulated_clock
NUMBERS = itertools.count()
REGION = {"region": "us-east-1"}
ACCOUNT = "arn:aws:cloudwatch:us-east-1:123456789012:alarm"


@pytest.fixture
def space(cloud: Any) -> str:
    """A namespace with three minutes of one metric: 4, nothing, 8."""
    cloud.clock.advance(seconds=60 - cloud.clock.now.timestamp() % 60)
    name, begun = f"seen/{next(NUMBERS)}", cloud.clock.now
    for at, value in ((0, 4.0), (2, 8.0)):
        datum = {"MetricName": "sold", "Value": value, "Timestamp": begun + timedelta(minutes=at)}
        boto3.client("cloudwatch").put_metric_data(Namespace=name, MetricData=[datum])
    cloud.clock.advance(minutes=5)
    return name


@pytest.fixture
def shown(cloud: Any) -> Callable[..., Chart]:
    """A dashboard of widgets, drawn."""

    def show(*widgets: dict[str, Any], **body: Any) -> Chart:
        name = f"seen-{next(NUMBERS)}"
        whole = {"start": "-PT10M", "widgets": widgets, **body}
        boto3.client("cloudwatch").put_dashboard(
            DashboardName=name, DashboardBody=json.dumps(whole)
        )
        return console.dashboard(name)

    return show


def metric_widget(metrics: Sequence[Any], **properties: Any) -> dict[str, Any]:
    given = {"title": "Sales", "metrics": metrics, "period": 60, "stat": "Sum", **REGION}
    return {"type": "metric", "width": 12, "properties": given | properties}


def lines(chart: Chart) -> list[str]:
    return [line.strip() for line in chart.text.splitlines()[1:]]


def test_a_metric_and_an_expression(space: str, shown: Any) -> None:
    metrics = [
        [space, "sold", {"id": "m", "label": "sold"}],
        [{"expression": "FILL(m, 0) * 10", "id": "e", "label": "ten times"}],
    ]
    found = shown(metric_widget(metrics))
    assert lines(found)[0] == "Sales:"
    assert lines(found)[1].startswith("sold: from 4 to 8, at ")
    assert lines(found)[2].startswith("ten times: from 0 to 80, at ")
    sold = found.data[found.data["series"] == "sold"]
    assert list(sold["value"]) == [4.0, 8.0]
    assert set(found.data["widget"]) == {"Sales"}


def test_it_draws_what_it_says(space: str, shown: Any) -> None:
    row = [space, "sold", {"label": "sold"}]
    line = {"horizontal": [{"label": "too many", "value": 6}]}
    for properties in ({}, {"stacked": True}, {"view": "singleValue"}, {"annotations": line}):
        found = shown(metric_widget([row], **properties))
        assert found.png.startswith(b"\x89PNG")
        assert "<!-- Sales -->" in found.svg
    assert "<!-- too many -->" in found.svg


@pytest.mark.parametrize("minutes", range(0, 70, 7))
def test_it_is_drawn_twice_alike(minutes: int) -> None:
    """At any time of the day: the labels' widths are part of what is arranged."""
    end = datetime(2026, 1, 5, 16, minutes % 60, 5, tzinfo=UTC)
    widget = Widget("metric", 0, 0, 12, 6, metric_widget([["seen", "sold"]])["properties"])
    [series] = series_of(widget.properties)
    line = Line("sold", [end - timedelta(minutes=7), end - timedelta(minutes=5)], [4, 8], series)
    span = (end - timedelta(minutes=10), end)
    figures = [drawn("seen", [(widget, Content(lines=[line]))], span) for _ in range(2)]
    assert len({plotting.svg(one, "seen") for one in (*figures, *figures)}) == 1
    assert len({plotting.png(one) for one in (*figures, *figures)}) == 1


def test_a_metric_without_data(shown: Any) -> None:
    found = shown(metric_widget([["no/where", "sold"]]))
    assert lines(found) == ["Sales:", "sold: no data"]
    assert "<!-- no data -->" in found.svg
    assert found.data.empty


def test_alarms_with_their_states(cloud: Any, space: str, shown: Any) -> None:
    cloudwatch = boto3.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName=f"rings-{space[5:]}",
        Namespace=space,
        MetricName="sold",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="LessThanThreshold",
        TreatMissingData="breaching",
    )
    cloud.clock.advance(minutes=10)
    alarms = [f"{ACCOUNT}:rings-{space[5:]}", f"{ACCOUNT}:gone"]
    found = shown({"type": "alarm", "properties": {"title": "Alarms", "alarms": alarms}})
    assert lines(found) == ["Alarms:", f"rings-{space[5:]}: ALARM", "gone: deleted"]
    cloudwatch.delete_alarms(AlarmNames=[f"rings-{space[5:]}"])


def test_logs_as_a_table(cloud: Any, shown: Any) -> None:
    group, logs = f"/seen/{next(NUMBERS)}", boto3.client("logs")
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    now = int(cloud.clock.now.timestamp() * 1000)
    events = [{"timestamp": now, "message": json.dumps({"error": e})} for e in ("A", "B", "A")]
    logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=events)
    query = f"SOURCE '{group}' | stats count(*) as many by error | sort many desc"
    widget = {"type": "log", "properties": {"title": "Errors", "query": query, **REGION}}
    found = shown(widget)
    assert lines(found) == ["Errors:", "error A, many 2", "error B, many 1"]
    assert "<!-- A -->" in found.svg


def test_text_and_what_is_not_drawn(shown: Any) -> None:
    text = {"type": "text", "properties": {"markdown": "# Shop\n**Call** us"}}
    custom = {"type": "custom", "properties": {"endpoint": "arn:aws:lambda:…", "title": "Ours"}}
    found = shown(text, custom)
    assert lines(found) == [
        "# Shop",
        "Call us",
        "Ours:",
        "a widget of the type custom, which is not drawn here",
    ]
    assert "<!-- Shop -->" in found.svg


def test_an_empty_dashboard(shown: Any) -> None:
    found = shown()
    assert lines(found) == []
    assert found.png.startswith(b"\x89PNG")


def test_the_moment_at_which_one_looks(cloud: Any, space: str) -> None:
    cloudwatch = boto3.client("cloudwatch")
    name = f"seen-{next(NUMBERS)}"
    body = json.dumps({"start": "-PT1H", "widgets": [metric_widget([[space, "sold"]])]})
    cloudwatch.put_dashboard(DashboardName=name, DashboardBody=body)
    before: datetime = cloud.clock.now - timedelta(days=1)
    assert console.dashboard(name, now=before).data.empty
    assert not console.dashboard(name).data.empty


def test_a_name_that_is_not_there(cloud: Any, shown: Any) -> None:
    shown()
    with pytest.raises(ValueError, match=r"no dashboard 'seen': near names are .*seen-"):
        console.dashboard("seen")


def test_a_long_title_keeps_to_its_widget(space: str, shown: Any) -> None:
    title = "What nobody has ever asked about the sales of last year and the one before"
    narrow = metric_widget([[space, "sold"]], title=title) | {"width": 8}
    log = {"title": title, "query": "SOURCE 'x' | limit 1", **REGION}
    boto3.client("logs").create_log_group(logGroupName="x")
    picture = shown(narrow, {"type": "log", "width": 6, "properties": log}).svg
    assert f"<!-- {title} -->" not in picture
    assert "<!-- What nobody has ever asked -->" in picture  # of the chart: the rest follows below
    assert re.search("<!-- What nobody[a-z ]*… -->", picture)
