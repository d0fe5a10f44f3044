"""An execution as a graph: the drawing and the text that says the same."""

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

from orderlab.console import text
from orderlab.console.definition.parsing import parse
from orderlab.console.graphs import graph
from orderlab.console.graphs.overlay import overlay_of
from tests.console.graphs.pictures import (
    LAMBDA,
    STARTED,
    box_of,
    draw,
    drawn,
    entered,
    words_of,
)

DATA = Path(__file__).parents[1] / "data"
HOSTILE = "<script>alert('1')</script> & \"q\" \\N &amp; ]]>"


@pytest.mark.parametrize("name", ["confirmed", "invalid", "retried", "declined"])
def test_the_text_says_what_the_picture_says(recorded: Callable[..., Any], name: str) -> None:
    case = recorded(name)
    words = text.describe_execution(case.definition, case.execution)
    assert f"{case.description['name']}: {case.description['status']}" in words
    for state in case.definition.states:
        assert state in words
    for visit in case.execution.visits:
        assert f"{visit.name} ({case.definition.states[visit.name].sign}): {visit.status}" in words
        if visit.failure:
            assert visit.failure.error in words
    assert case.description.get("cause", "") in words


def test_the_text_of_a_decline(recorded: Callable[..., Any]) -> None:
    case = recorded("declined")
    lines = text.describe_execution(case.definition, case.execution).splitlines()
    assert lines[1] == "  PaymentDeclined: The payment was declined."
    # The function's message, without the stack trace that Lambda puts around it.
    assert lines[4] == (
        "  3. ProcessPayment (λ dev-ProcessPaymentFunction): caught PaymentDeclined: "
        "order order-14: test-user-123 was declined a charge of 59.98"
    )
    assert lines[-1] == "  Not visited: ConfirmOrder, NotifyConfirmed"


def test_status_shows_without_colour(recorded: Callable[..., Any]) -> None:
    declined = words_of(draw(recorded("declined")))
    for word in ("✓", "✗", "!", "○", "caught PaymentDeclined", "failed PaymentDeclined"):
        assert word in declined
    assert "1 retry" in words_of(draw(recorded("retried")))


def test_path_taken_is_bold(recorded: Callable[..., Any]) -> None:
    case = recorded("declined")
    ids = graph.ids(case.definition)
    lines = graph.source(case.definition, overlay_of(case.execution)).splitlines()

    def line(source: str, target: str, catch: bool = False) -> str:
        head = f"{ids[source]} -> {ids[target]} ["
        [found] = [x for x in lines if x.startswith(head) and ("style=dashed" in x) == catch]
        return found

    assert "penwidth=3" in line("IsOrderValid", "ProcessPayment")
    assert "penwidth=3" not in line("IsOrderValid", "RejectOrder")
    assert "penwidth=3" in line("ProcessPayment", "RejectOrder", catch=True)
    assert "penwidth=3" not in line("RejectOrder", "NotifyRejected", catch=True)


def test_a_loop_goes_round_the_side() -> None:
    states = {
        "Ask": {"Type": "Wait", "Seconds": 5, "Next": "Ready"},
        "Ready": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.ready", "BooleanEquals": True, "Next": "Done"}],
            "Default": "Ask",
        },
        "Done": {"Type": "Succeed"},
    }
    definition = parse(json.dumps({"StartAt": "Ask", "States": states}))
    sideways = [x for x in graph.source(definition).splitlines() if "tailport=e" in x]
    assert len(sideways) == 1
    assert sideways[0].startswith("s1 -> s0 ")


def test_running(written: Callable[..., Any]) -> None:
    machine = {"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 9, "End": True}}}
    events = [("ExecutionStarted", 0, {}), ("WaitStateEntered", 0, {"name": "A", "input": "{}"})]
    picture = draw(written(machine, "RUNNING", events))
    assert "running" in words_of(picture)
    assert "1. A (Wait 9 s): running" in picture.text


def test_a_state_that_breaks_does_not_lead_to_the_end(written: Callable[..., Any]) -> None:
    machine = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    events = [
        ("ExecutionStarted", 0, {}),
        ("PassStateEntered", 0, {"name": "A", "input": "{}"}),
        ("ExecutionFailed", 2, {"error": "States.Runtime", "cause": "no such path"}),
    ]
    case = written(machine, "FAILED", events, error="States.Runtime", cause="no such path")
    [arrow] = [
        x
        for x in graph.source(case.definition, overlay_of(case.execution)).splitlines()
        if "-> end" in x
    ]
    assert "penwidth=3" not in arrow


def test_a_redrive_is_counted_apart_from_retries(written: Callable[..., Any]) -> None:
    task = {"Type": "Task", "Resource": LAMBDA, "End": True}
    events = [
        STARTED,
        entered("Task", 0, "A"),
        ("TaskScheduled", 2, {}),
        ("TaskFailed", 3, {"error": "E"}),
        ("TaskScheduled", 4, {}),
        ("TaskFailed", 5, {"error": "E"}),
        ("ExecutionFailed", 6, {"error": "E"}),
        ("ExecutionRedriven", 7, {"redriveCount": 1}),
        ("TaskScheduled", 8, {}),
        ("TaskSucceeded", 9, {"output": "{}"}),
        ("TaskStateExited", 10, {"name": "A", "output": "{}"}),
        ("ExecutionSucceeded", 11, {}),
    ]
    case = written({"StartAt": "A", "States": {"A": task}}, "SUCCEEDED", events)
    mark = overlay_of(case.execution).states["A"]
    assert (mark.look.word, mark.notes) == ("succeeded", ("1 retry", "1 redrive"))


def test_not_visited(written: Callable[..., Any]) -> None:
    machine = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    picture = draw(written(machine, "RUNNING", []))
    assert "○" in words_of(picture)
    assert "Not visited: A" in picture.text


def test_same_history_same_bytes(recorded: Callable[..., Any]) -> None:
    case = recorded("declined")
    here = draw(case).svg
    program = (
        "import json, sys, datetime\n"
        "from orderlab.console import text\n"
        "from orderlab.console.graphs import graph\n"
        "from orderlab.console.graphs.overlay import overlay_of\n"
        "from orderlab.console.definition.parsing import parse\n"
        "from orderlab.console.outputs.picture import Picture\n"
        "from orderlab.console.executions.tracing import trace\n"
        "d = json.load(open(sys.argv[1], encoding='utf-8'))\n"
        "for e in d['events']: e['timestamp'] = datetime.datetime.fromisoformat(e['timestamp'])\n"
        "m = parse(json.dumps(d['definition'])); x = trace(m, d['description'], d['events'])\n"
        "svg = Picture(graph.source(m, overlay_of(x)), text.describe_execution(m, x)).svg\n"
        "sys.stdout.buffer.write(svg.encode())\n"
    )
    there = subprocess.run(
        [sys.executable, "-c", program, str(DATA / "declined.json")],
        cwd=Path(__file__).parents[3],
        env={**os.environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        check=True,
    )
    assert there.stdout.decode("utf-8") == here


def test_the_error_that_was_caught_stands_on_its_arrow(recorded: Callable[..., Any]) -> None:
    case = recorded("declined")
    [taken] = [
        line
        for line in graph.source(case.definition, overlay_of(case.execution)).splitlines()
        if "style=dashed" in line and "penwidth=3" in line
    ]
    assert re.findall("<B>(.*?)</B>", taken) == ["&#160;&#160;PaymentDeclined"]
    assert "States.ALL" in taken


def test_a_caught_error_that_no_label_names_is_added(written: Callable[..., Any]) -> None:
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "B"}]
    task = {"Type": "Task", "Resource": LAMBDA, "Catch": catch, "Next": "B"}
    machine = {"StartAt": "A", "States": {"A": task, "B": {"Type": "Succeed"}}}
    events = [
        STARTED,
        entered("Task", 0, "A"),
        ("TaskScheduled", 2, {}),
        ("TaskFailed", 3, {"error": "Lambda.Unknown"}),
        ("TaskStateExited", 4, {"name": "A"}),
        entered("Succeed", 5, "B"),
    ]
    case = written(machine, "RUNNING", events)
    mark = overlay_of(case.execution).edges["A", "B", "catch"]
    assert mark.notes == ("Lambda.Unknown",)
    assert "States.ALL Lambda.Unknown" in words_of(draw(case)).replace("\xa0", "")


@pytest.mark.parametrize(
    ("status", "event", "note"),
    [
        ("ABORTED", "ExecutionAborted", "stopped: execution aborted"),
        ("TIMED_OUT", "ExecutionTimedOut", "stopped: execution timed out"),
    ],
)
def test_cut_off(written: Callable[..., Any], status: str, event: str, note: str) -> None:
    machine = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 9, "End": True}}}
    case = written(machine, status, [STARTED, entered("Wait", 0, "W"), (event, 0, {})])
    assert box_of(draw(case), case.definition, "W") == f"■ W ◷ Wait 9 s {note}"


def test_a_state_that_timed_out(written: Callable[..., Any]) -> None:
    task = {"Type": "Task", "Resource": LAMBDA, "TimeoutSeconds": 3, "End": True}
    events = [
        STARTED,
        entered("Task", 0, "A"),
        ("TaskScheduled", 2, {}),
        ("TaskTimedOut", 3, {"error": "States.Timeout"}),
        ("ExecutionFailed", 4, {"error": "States.Timeout"}),
    ]
    case = written({"StartAt": "A", "States": {"A": task}}, "FAILED", events)
    assert box_of(draw(case), case.definition, "A").endswith("failed States.Timeout")


EVERY_TYPE = {
    "Task": ({"Type": "Task", "Resource": LAMBDA}, "λ Lambda invoke"),
    "Choice": ({"Type": "Choice", "Choices": []}, "◊ Choice"),
    "Wait": ({"Type": "Wait", "Seconds": 172_800}, "◷ Wait 2 days"),
    "Pass": ({"Type": "Pass"}, "→ Pass"),
    "Parallel": ({"Type": "Parallel", "Branches": []}, "‖ Parallel"),
    "Map": ({"Type": "Map"}, "≡ Map"),
    "Succeed": ({"Type": "Succeed"}, "✓ Succeed"),
    "Fail": ({"Type": "Fail"}, "✗ Fail"),
}


@pytest.mark.parametrize("type_", EVERY_TYPE)
def test_every_type_in_picture_and_text(written: Callable[..., Any], type_: str) -> None:
    state, sign = EVERY_TYPE[type_]
    case = written({"StartAt": "One", "States": {"One": state}}, "RUNNING", [STARTED])
    assert f"One {sign}" in box_of(drawn(case.definition), case.definition, "One")
    assert sign[2:] in drawn(case.definition).text
    inside = [STARTED, entered(type_, 0, "One")]
    running = draw(written({"StartAt": "One", "States": {"One": state}}, "RUNNING", inside))
    assert f"1. One ({'λ ' if type_ == 'Task' else ''}{sign[2:]}): " in running.text


def test_hostile_strings(written: Callable[..., Any]) -> None:
    machine = {
        "StartAt": HOSTILE,
        "States": {
            HOSTILE: {
                "Type": "Choice",
                "Choices": [{"Variable": "$.a", "StringEquals": HOSTILE, "Next": "Café 注文"}],
            },
            "Café 注文": {"Type": "Fail", "Error": f"\x00\ud800{HOSTILE}", "Cause": HOSTILE},
        },
    }
    case = written(
        machine,
        "FAILED",
        [
            ("ExecutionStarted", 0, {"input": json.dumps(HOSTILE)}),
            ("ChoiceStateEntered", 0, {"name": HOSTILE, "input": json.dumps({"a": HOSTILE})}),
            ("ChoiceStateExited", 2, {"name": HOSTILE, "output": json.dumps({"a": HOSTILE})}),
            ("FailStateEntered", 3, {"name": "Café 注文", "input": HOSTILE}),
            ("ExecutionFailed", 4, {"error": HOSTILE, "cause": HOSTILE}),
        ],
        error=HOSTILE,
        cause=HOSTILE,
    )
    picture = draw(case)
    shown = words_of(picture)
    assert "<script>alert('1')</script> &" in shown
    assert '"q" \\N &amp; ]]>' in shown
    assert "Café 注文" in shown
    assert "<script" not in picture.svg
    assert "<script" not in drawn(case.definition).svg
