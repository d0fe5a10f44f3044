"""The timeline: its bars, its table, its words and its picture."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import boto3
import pytest

from orderlab import console
from orderlab.console.timelines.bars import COLUMNS, bars_of
from orderlab.console.timelines.rows import MOST_LANES, MOST_ROWS, rows_of
from orderlab.console.timelines.timeline import chart_of

STARTED = ("ExecutionStarted", 0, {})


def entered(kind: str, previous: int, name: str) -> tuple[str, int, dict[str, Any]]:
    return (f"{kind}StateEntered", previous, {"name": name, "input": "{}"})


def test_an_attempt_a_bar(recorded: Callable[..., Any]) -> None:
    data = chart_of(recorded("retried").recording).data
    assert list(data.columns) == COLUMNS
    payment = data[data["state"] == "ProcessPayment"]
    assert list(payment["kind"]) == ["attempt", "backoff", "attempt"]
    assert list(payment["attempt"]) == [1, 2, 2]
    assert list(payment["outcome"]) == ["failed", "", "succeeded"]
    assert list(payment["error"]) == ["PaymentGatewayTimeout", "PaymentGatewayTimeout", ""]
    assert list(payment["end"])[:-1] == list(payment["start"])[1:]
    assert (data["seconds"] == data["end"] - data["start"]).all()
    assert data["iteration"].isna().all()


def test_caught(recorded: Callable[..., Any]) -> None:
    chart = chart_of(recorded("declined").recording)
    [outcome] = chart.data[chart.data["state"] == "ProcessPayment"]["outcome"]
    assert outcome == "caught"
    assert "ProcessPayment, attempt 1: 17 ms to 21 ms (4 ms): caught PaymentDeclined" in chart.text


@pytest.mark.parametrize("name", ["confirmed", "declined", "invalid", "retried"])
def test_the_words_name_every_bar(recorded: Callable[..., Any], name: str) -> None:
    recording = recorded(name).recording
    chart = chart_of(recording)
    title, *lines = chart.text.splitlines()
    assert title == recording.execution.title
    for line, bar in zip(lines, chart.data.itertuples(), strict=True):
        assert line.startswith(f"  {bar.state}, {bar.kind if bar.kind == 'backoff' else 'attempt'}")
        assert line.endswith(f"{bar.outcome} {bar.error}".strip() or ")") or bar.kind == "backoff"


def test_a_bundle(recorded: Callable[..., Any]) -> None:
    chart = chart_of(recorded("retried").recording)
    bundle, metadata = chart._repr_mimebundle_()
    assert bundle.keys() == {"image/svg+xml", "image/png", "text/plain"}
    root = ET.fromstring(str(bundle["image/svg+xml"]))
    assert "backoff before attempt 2" in root.attrib["aria-label"]
    assert metadata["image/png"]["width"] == 820
    [axes] = chart.figure.axes
    assert next(label.get_text() for label in axes.get_xticklabels()) == "0 s"


def test_what_still_runs(written: Callable[..., Any]) -> None:
    task = {"Type": "Task", "Resource": "r", "End": True}
    token = {"resourceType": "sqs", "resource": "sendMessage.waitForTaskToken"}
    events = [
        STARTED,
        entered("Task", 0, "A"),
        ("TaskScheduled", 2, token),
        ("TaskSubmitted", 3, token),
    ]
    chart = chart_of(written({"StartAt": "A", "States": {"A": task}}, "RUNNING", events).recording)
    assert list(chart.data["kind"]) == ["attempt", "wait"]
    assert list(chart.data["outcome"]) == ["", "running"]
    assert chart.data["end"].isna().tolist() == [False, True]
    assert "A, wait of attempt 1: 3 s and lasts: running" in chart.text
    [legend] = chart.figure.legends
    assert [text.get_text() for text in legend.texts] == ["✓ call made", "waits"]


def test_the_bold_name_of_a_frame_ends_before_its_bar(written: Callable[..., Any]) -> None:
    inside = {"StartAt": "X", "States": {"X": {"Type": "Pass", "End": True}}}
    frame = {"Type": "Parallel", "Branches": [inside], "End": True}
    machine = {"StartAt": "PrepareParcelForPickUp", "States": {"PrepareParcelForPickUp": frame}}
    events = [STARTED, entered("Parallel", 0, "PrepareParcelForPickUp")]
    [axes] = chart_of(written(machine, "RUNNING", events).recording).figure.axes
    name = next(text for text in axes.texts if text.get_text() == "PrepareParcelForPickUp")
    assert name.get_window_extent().x1 < axes.get_window_extent().x0


def test_an_activity_waits_for_its_worker(written: Callable[..., Any]) -> None:
    arn = "arn:aws:states:us-east-1:123456789012:activity:pack"
    machine = {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": arn, "End": True}}}
    events = [
        STARTED,
        entered("Task", 0, "A"),
        ("ActivityScheduled", 2, {"resource": arn}),
        ("ActivityStarted", 3, {"workerName": "w"}),
        ("ActivitySucceeded", 4, {"output": "{}"}),
    ]
    data = chart_of(written(machine, "RUNNING", events).recording).data
    assert list(zip(data["kind"], data["outcome"], data["seconds"], strict=True)) == [
        ("wait", "", 1.0),
        ("attempt", "succeeded", 1.0),
    ]


def test_rows(written: Callable[..., Any]) -> None:
    """What is inside stands below, branch by branch; a loop stays in its row."""
    branches = [
        {"StartAt": name, "States": {name: {"Type": "Pass", "End": True}}} for name in ("X", "Y")
    ]
    machine = {
        "StartAt": "A",
        "States": {
            "A": {"Type": "Pass", "Next": "P"},
            "P": {"Type": "Parallel", "Branches": branches, "Next": "A"},
        },
    }
    events = [
        STARTED,
        entered("Pass", 0, "A"),
        ("PassStateExited", 2, {"name": "A"}),
        entered("Parallel", 3, "P"),
        ("ParallelStateStarted", 4, {}),
        entered("Pass", 5, "Y"),
        entered("Pass", 5, "X"),
        ("ParallelStateSucceeded", 7, {}),
        ("ParallelStateExited", 8, {"name": "P"}),
        entered("Pass", 9, "A"),
    ]
    case = written(machine, "RUNNING", events)
    rows = rows_of(bars_of(case.execution), case.definition)
    assert [(row.state, row.depth) for row in rows] == [("A", 0), ("P", 0), ("X", 1), ("Y", 1)]
    assert len(rows[0].lanes[0]) == 2


def test_items_have_lanes_and_the_bad_ones_come_first(written: Callable[..., Any]) -> None:
    inner = {"StartAt": "S", "States": {"S": {"Type": "Task", "Resource": "r", "End": True}}}
    machine = {
        "StartAt": "M",
        "States": {"M": {"Type": "Map", "ItemProcessor": inner, "End": True}},
    }
    events = [STARTED, entered("Map", 0, "M"), ("MapStateStarted", 2, {"length": 100})]
    for index in range(100):
        events.append(("MapIterationStarted", 3, {"name": "M", "index": index}))
        events.append(entered("Task", len(events), "S"))
        events.append(("TaskScheduled", len(events), {}))
        end = ("TaskFailed", {"error": "E"}) if index == 99 else ("TaskSucceeded", {})
        events.append((end[0], len(events), end[1]))
    case = written(machine, "RUNNING", events)
    [_, row] = rows_of(bars_of(case.execution), case.definition)
    assert len(row.lanes) == MOST_LANES
    assert row.left_out == 60
    assert row.lanes[-1][0].visit.items == (99,)
    chart = chart_of(case.recording)
    assert chart.text.endswith("60 items are not drawn")
    assert len(chart.data) == 102  # the last one with the wait before its retry
    assert chart.png


def test_very_many_states(written: Callable[..., Any]) -> None:
    states = {f"S{number}": {"Type": "Pass", "Next": f"S{number + 1}"} for number in range(80)}
    events = [STARTED]
    for name in states:
        events.append(entered("Pass", len(events), name))
        events.append(("PassStateExited", len(events), {"name": name}))
    chart = chart_of(written({"StartAt": "S0", "States": states}, "RUNNING", events).recording)
    assert chart.text.endswith(f"{80 - MOST_ROWS} later states are not drawn")
    assert chart.figure.get_size_inches()[1] * 96 < 1800


def test_nothing_has_happened_yet(written: Callable[..., Any]) -> None:
    machine = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    assert chart_of(written(machine, "RUNNING", [STARTED]).recording).png


@pytest.mark.parametrize("name", ["order-" + 40 * "1", "order-" + 74 * "1"])
def test_a_long_title_stays_inside_the_picture(written: Callable[..., Any], name: str) -> None:
    definition = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    machine = "arn:aws:states:us-east-1:123456789012:stateMachine:dev-OrderProcessingWorkflow"
    case = written(definition, "ABORTED", [STARTED], name=name, stateMachineArn=machine)
    figure = chart_of(case.recording).figure
    places = [text.get_window_extent() for text in figure.texts]
    assert figure.texts[-1].get_text().endswith("ABORTED")
    assert all(place.x1 < figure.bbox.x1 for place in places)
    assert all(below.y1 <= above.y0 for above, below in pairwise(places))


PROGRAM = """
import hashlib, json, sys
from datetime import datetime
from orderlab.console.executions.reading import Recording
from orderlab.console.timelines.comparing import compare_recordings
from orderlab.console.timelines.timeline import chart_of
recordings = []
for name in ("retried", "declined"):
    found = json.load(open(f"tests/console/data/{name}.json", encoding="utf-8"))
    for event in found["events"]:
        event["timestamp"] = datetime.fromisoformat(event["timestamp"])
    described = {"executionArn": "arn:aws:states:r:1:execution:m:e", **found["description"]}
    machine = {"definition": json.dumps(found["definition"])}
    recordings.append(Recording(described, machine, found["events"]))
chart, both = chart_of(recordings[0]), compare_recordings(*recordings)
picture, table = both.parts
for part in (chart.svg.encode(), chart.png, picture.svg.encode(), picture.png, table.html.encode()):
    print(hashlib.sha256(part).hexdigest())
"""


def test_the_same_in_every_process() -> None:
    root = Path(__file__).parents[3]
    found = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert found[0] == found[1]
    assert len(found[0].split()) == 5


@pytest.mark.simulated_clock
def test_an_order_whose_gateway_was_away(shop: Any, cloud: Any) -> None:
    from localaws import clock, faults

    away = "dev-ProcessPaymentFunction"
    until = clock.now + timedelta(seconds=2)
    with faults.inject(function=away, error="PaymentGatewayTimeout", until=until):
        run = shop.run(shop.order("timeline-1"), "timeline-1")
    chart = console.timeline(run.arn)
    payment = chart.data[chart.data["state"] == "ProcessPayment"]
    assert set(payment["kind"]) == {"attempt", "backoff"}
    assert payment["outcome"].iloc[0] == "failed"
    waits = chart.data[chart.data["kind"] == "backoff"]
    assert (waits["seconds"] > 0).all()
    assert chart.png


@pytest.mark.simulated_clock
def test_days_beside_milliseconds(begin: Callable[..., str], cloud: Any) -> None:
    queue = boto3.client("sqs").create_queue(QueueName="days")["QueueUrl"]
    sent = {"QueueUrl": queue, "MessageBody.$": "$$.Task.Token"}
    ask = {"Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "Parameters": sent}
    machine = {
        "StartAt": "Ask",
        "States": {
            "Ask": {"Type": "Task", **ask, "TimeoutSeconds": 93_600, "Catch": [
                {"ErrorEquals": ["States.Timeout"], "Next": "Later"}
            ], "Next": "Later"},
            "Later": {"Type": "Wait", "Seconds": 259_200, "End": True},
        },
    }  # fmt: skip
    arn = begin(machine)
    cloud.clock.run_until(arn)
    chart = console.timeline(arn)
    call, answer, later = chart.data.itertuples()
    assert (call.kind, answer.kind, later.kind) == ("attempt", "wait", "wait")
    assert (answer.outcome, answer.error) == ("caught", "States.Timeout")
    assert later.seconds == 259_200
    assert call.seconds < 1
    widths = [patch.get_width() for patch in chart.figure.axes[0].patches if patch.get_x() > 0]
    assert min(widths) > 100  # CSS pixels
