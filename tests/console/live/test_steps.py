"""An execution event by event."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orderlab.console.executions.reading import Recording, read
from orderlab.console.live.steps import Steps

ROOT = Path(__file__).parents[3]
RECORDED = ["confirmed", "declined", "invalid", "retried"]

Load = Callable[[str], Recording]


def places(steps: Steps, step: int) -> dict[str, tuple[str, str, str]]:
    """Where each state's name stands in the picture, and how large the picture is."""
    svg = steps.svg(step)
    size = re.findall(r' viewBox="([^"]*)"', svg)[0]
    found = {}
    for name, id_ in steps.ids.items():
        box = svg.partition(f'<g id="{id_}" class="node">')[2].partition("</g>")[0]
        text = re.search(rf'<text[^>]* x="([^"]*)" y="([^"]*)"[^>]*>{name}<', box)
        assert text is not None
        found[name] = (text[1], text[2], size)
    return found


@pytest.mark.parametrize("name", RECORDED)
def test_statuses_are_those_of_the_moment(recording: Load, name: str) -> None:
    recorded = recording(name)
    steps = Steps(recorded)
    assert len(steps) == len(recorded.events)
    for step, event in enumerate(recorded.events, 1):
        then = recorded.until(event["id"])
        for state, status in steps.statuses(step).items():
            assert status == (then.status_of(state) or "not visited")


@pytest.mark.parametrize("name", ["declined", "retried"])
def test_every_box_stays_where_it_is(recording: Load, name: str) -> None:
    steps = Steps(recording(name))
    first = places(steps, 1)
    for step in range(2, len(steps) + 1):
        assert places(steps, step) == first


def test_the_picture_says_how_it_was(recording: Load) -> None:
    steps = Steps(recording("declined"))
    [scheduled] = [
        step
        for step in range(1, len(steps) + 1)
        if (steps.event(step)["type"], steps.event(step)["state"])
        == ("TaskScheduled", "ProcessPayment")
    ]
    assert "ProcessPayment (λ dev-ProcessPaymentFunction): running" in steps.svg(scheduled)
    assert "caught PaymentDeclined" in steps.svg(len(steps))


def test_an_event_in_a_line(recording: Load) -> None:
    event = Steps(recording("confirmed")).event(2)
    assert event["id"] == "2"
    assert event["time"] == "0.001 s"
    assert (event["type"], event["state"]) == ("TaskStateEntered", "ValidateOrder")
    assert "orderId" in event["detail"]
    assert len(event["detail"]) <= 200


def test_failures_and_entries_are_marked(recording: Load) -> None:
    recorded = recording("retried")
    steps = Steps(recorded)
    kinds = [event["type"] for event in recorded.events]
    assert [at for at, mark in enumerate(steps.marks()) if mark == "f"] == [
        at for at, kind in enumerate(kinds) if kind == "TaskFailed"
    ]
    [entered] = steps.entered("ProcessPayment")
    assert kinds[entered - 1] == "TaskStateEntered"
    assert steps.entered("OrderFailed") == []


def test_a_state_is_told_as_it_was(run: Callable[..., str]) -> None:
    pause = {"Type": "Wait", "Seconds": 0, "Next": "Done"}
    double = {"Type": "Pass", "Result": {"weight": 7}, "ResultPath": "$.weighed", "Next": "Pause"}
    states = {"Weigh": double, "Pause": pause, "Done": {"Type": "Succeed"}}
    recorded = read(run({"StartAt": "Weigh", "States": states}, {"parcel": "p-1"}))
    steps = Steps(recorded)
    [entered] = steps.entered("Weigh")
    before, at, after = (steps.detail(k, "Weigh").fold for k in (entered - 1, entered, len(steps)))
    assert "not visited" in before.text
    assert '"parcel": "p-1"' in at.text
    assert '"weight": 7' not in at.text.partition("Output")[2]
    assert '"weight": 7' in after.text.partition("Output")[2]
    assert steps.detail(entered, "Weigh") is steps.detail(entered, "Weigh"), "asked for once"


def test_visits_and_attempts_can_be_chosen(run: Callable[..., str]) -> None:
    label = {"StartAt": "Label", "States": {"Label": {"Type": "Pass", "End": True}}}
    each = {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": label, "End": True}
    recorded = read(run({"StartAt": "Each", "States": {"Each": each}}, {"items": ["a", "b"]}))
    steps = Steps(recorded)
    last = steps.detail(len(steps), "Label")
    assert last.visit == 2
    assert sorted(name.partition(", ")[2] for name in last.visits) == ["item 0", "item 1"]
    first = steps.detail(len(steps), "Label", visit=1)
    assert first.visit == 1
    assert first.fold.html != last.fold.html
    [entered, _] = steps.entered("Label")
    assert steps.detail(entered, "Label", visit=2, attempt=1).visit == 1, "there was no second one"


def test_the_same_bytes_in_every_process() -> None:
    program = """
import hashlib, json
from datetime import datetime
from orderlab.console.executions.reading import Recording
from orderlab.console.live.headline import headline
from orderlab.console.live.steps import Steps
found = json.load(open("tests/console/data/retried.json", encoding="utf-8"))
for event in found["events"]:
    event["timestamp"] = datetime.fromisoformat(event["timestamp"])
description = found["description"] | {"executionArn": "arn:aws:states:us-east-1:1:execution:m:e"}
machine = {"definition": json.dumps(found["definition"])}
recording = Recording(description, machine, found["events"])
steps = Steps(recording)
told = [steps.svg(12), steps.event(12), steps.statuses(12), headline(recording).html]
print(hashlib.sha256(json.dumps(told).encode()).hexdigest())
"""
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": "."},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def test_a_long_history_is_cheap_to_step_through(written: Callable[..., Any]) -> None:
    """What is done before the first step must not grow with the square of the events."""
    count = 2_000
    events: list[Any] = [("ExecutionStarted", 0, {"input": "{}"})]
    for number in range(count // 2):
        name = f"S{number % 5}"
        events.append(("PassStateEntered", len(events), {"name": name, "input": "{}"}))
        events.append(("PassStateExited", len(events), {"name": name, "output": "{}"}))
    states = {f"S{n}": {"Type": "Pass", "Next": f"S{(n + 1) % 5}"} for n in range(5)}
    machine = {"StartAt": "S0", "States": states}
    case = written(machine, "RUNNING", events)
    arn = "arn:aws:states:us-east-1:123456789012:execution:Machine:e1"
    description = {"executionArn": arn, **case.description}
    recorded = Recording(description, {"definition": json.dumps(machine)}, case.events)
    traced = []
    until = Recording.until

    def counted(self: Recording, event: int) -> Any:
        traced.append(event)
        return until(self, event)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Recording, "until", counted)
        Steps(recorded).svg(count)
    assert len(traced) < 20
