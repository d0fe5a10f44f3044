"""What a dashboard's body says: docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/
CloudWatch-Dashboard-Body-Structure.html."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from orderlab.console.dashboards.body import log_query, series_of, time_of, widgets_of
from orderlab.console.dashboards.telling import plain

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


def queries(*rows: list[Any], **properties: Any) -> list[Any]:
    return [series.query for series in series_of({"metrics": list(rows), **properties})]


def metric(query: Any) -> tuple[str, str, dict[str, str]]:
    found = query["MetricStat"]["Metric"]
    pairs = {one["Name"]: one["Value"] for one in found["Dimensions"]}
    return found["Namespace"], found["MetricName"], pairs


def test_dots_repeat_the_row_above() -> None:
    rows = (
        ["AWS/Lambda", "Errors", "FunctionName", "a"],
        ["...", "b"],
        [".", "Throttles", ".", "."],
        ["...", {"stat": "Maximum"}],
    )
    assert [metric(query) for query in queries(*rows)] == [
        ("AWS/Lambda", "Errors", {"FunctionName": "a"}),
        ("AWS/Lambda", "Errors", {"FunctionName": "b"}),
        ("AWS/Lambda", "Throttles", {"FunctionName": "b"}),
        ("AWS/Lambda", "Throttles", {"FunctionName": "b"}),
    ]


def test_a_row_says_what_the_widget_does_not() -> None:
    first, second, third = queries(
        ["A", "m"], ["A", "n", {"stat": "p99", "period": 60}], ["A", "o"], stat="Sum", period=900
    )
    asked = [(q["MetricStat"]["Stat"], q["MetricStat"]["Period"]) for q in (first, second, third)]
    assert asked == [("Sum", 900), ("p99", 60), ("Sum", 900)]
    [alone] = queries(["A", "m"])
    assert (alone["MetricStat"]["Stat"], alone["MetricStat"]["Period"]) == ("Average", 300)


def test_an_expression_and_the_metrics_behind_it() -> None:
    hidden, shown = series_of(
        {
            "metrics": [
                ["A", "m", {"id": "m1", "visible": False}],
                [{"expression": "100 * m1", "id": "e1", "label": "percent", "yAxis": "right"}],
            ]
        }
    )
    assert (hidden.id, hidden.shown) == ("m1", False)
    assert shown.query == {
        "Id": "e1",
        "Expression": "100 * m1",
        "Label": "percent",
        "ReturnData": True,
    }
    assert shown.right


def test_labels_tell_series_apart() -> None:
    rows = (["A", "m", "Of", "x"], ["...", "y"], [".", "n", ".", "."], [".", "o", {"label": "own"}])
    assert [query["Label"] for query in queries(*rows)] == ["x", "y", "n", "own"]


@pytest.mark.parametrize(
    ("body", "start", "end"),
    [
        ({}, NOW - timedelta(hours=3), NOW),
        ({"start": "-PT6H"}, NOW - timedelta(hours=6), NOW),
        ({"start": "-P1DT30M"}, NOW - timedelta(days=1, minutes=30), NOW),
        ({"start": "-P2W"}, NOW - timedelta(weeks=2), NOW),
        (
            {"start": "2026-01-05T09:00:00Z", "end": "2026-01-05T10:00:00.000Z"},
            NOW.replace(hour=9),
            NOW.replace(hour=10),
        ),
    ],
)
def test_times(body: dict[str, str], start: datetime, end: datetime) -> None:
    assert time_of(body, NOW) == (start, end)


def test_a_time_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="yesterday"):
        time_of({"start": "yesterday"}, NOW)


def test_a_widget_without_a_place_stands_below() -> None:
    text = {"type": "text", "properties": {"markdown": "x"}}
    placed = {**text, "x": 6, "y": 2, "width": 18, "height": 3}
    first, second = widgets_of({"widgets": [placed, text]})
    assert (first.x, first.y, first.width, first.height) == (6, 2, 18, 3)
    assert (second.x, second.y, second.width, second.height) == (0, 5, 6, 6)


def test_the_log_groups_of_a_query() -> None:
    groups, query = log_query(
        {"query": "SOURCE '/a/b' | SOURCE \"c\" | fields @message\n| limit 3"}
    )
    assert groups == ["/a/b", "c"]
    assert query == "fields @message\n| limit 3"


def test_markdown_without_its_marks() -> None:
    assert plain("# Orders\n\n**dev-Trouble** pages, see [the runbook](https://x.y)\n`a_b_c`") == [
        "# Orders",
        "dev-Trouble pages, see the runbook",
        "a_b_c",
    ]
