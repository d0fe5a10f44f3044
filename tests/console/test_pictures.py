"""The drawing: SVG, PNG, text, and what they say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orderlab.console import text
from orderlab.console.definition.parsing import Definition, parse
from orderlab.console.executions.events import rows
from orderlab.console.executions.folds import events_fold, states_fold
from orderlab.console.graphs import graph
from orderlab.console.outputs.picture import Picture

DATA = Path(__file__).parent / "data"
HOSTILE = "<script>alert('1')</script> & \"q\" \\N &amp; ]]>"


def words_of(picture: Picture) -> str:
    """All text that the SVG shows, in one line."""
    return " ".join("".join(ET.fromstring(picture.svg).itertext()).split())


def draw(case: Any) -> Picture:
    words = text.describe_execution(case.definition, case.execution)
    return Picture(graph.source(case.definition, case.execution), words)


def forty() -> Definition:
    states: dict[str, Any] = {
        f"State{n:02}": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Failed"}],
            "Next": f"State{n + 1:02}" if n < 38 else "Failed",
        }
        for n in range(39)
    }
    states["Failed"] = {"Type": "Fail"}
    return parse(json.dumps({"StartAt": "State00", "States": states}))


def test_the_bundle(recorded: Callable[..., Any]) -> None:
    picture = draw(recorded("confirmed"))
    bundle, metadata = picture._repr_mimebundle_()
    assert bundle.keys() == {"image/svg+xml", "image/png", "text/plain"}
    assert picture.svg.startswith("<svg ")
    assert picture.png.startswith(b"\x89PNG")
    assert metadata["image/png"] == {"width": picture.size[0], "height": picture.size[1]}
    assert 300 < picture.size[0] < 700
    for word in ("Start", "ValidateOrder", "λ Lambda invoke", "validation.isValid is true", "End"):
        assert word in words_of(picture)
    assert repr(picture) == picture.text


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
        "  3. ProcessPayment (λ Lambda invoke): caught PaymentDeclined: "
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
    ids = {name: f"s{number}" for number, name in enumerate(case.definition.states)}
    lines = graph.source(case.definition, case.execution).splitlines()

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
        x for x in graph.source(case.definition, case.execution).splitlines() if "-> end" in x
    ]
    assert "penwidth=3" not in arrow


def test_not_visited(written: Callable[..., Any]) -> None:
    machine = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    picture = draw(written(machine, "RUNNING", []))
    assert "○" in words_of(picture)
    assert "Not visited: A" in picture.text


def test_forty_states() -> None:
    definition = forty()
    picture = Picture(graph.source(definition), text.describe_machine("m", definition))
    assert picture.size[0] < 1000  # wider than a notebook, it would be shrunk
    assert all(name in words_of(picture) for name in definition.states)
    assert "State07 (λ Lambda invoke): then State08; Failed on States.ALL" in picture.text


def test_same_history_same_bytes(recorded: Callable[..., Any]) -> None:
    case = recorded("declined")
    here = draw(case).svg
    program = (
        "import json, sys, datetime\n"
        "from orderlab.console import text\n"
        "from orderlab.console.graphs import graph\n"
        "from orderlab.console.definition.parsing import parse\n"
        "from orderlab.console.outputs.picture import Picture\n"
        "from orderlab.console.executions.tracing import trace\n"
        "d = json.load(open(sys.argv[1], encoding='utf-8'))\n"
        "for e in d['events']: e['timestamp'] = datetime.datetime.fromisoformat(e['timestamp'])\n"
        "m = parse(json.dumps(d['definition'])); x = trace(m, d['description'], d['events'])\n"
        "svg = Picture(graph.source(m, x), text.describe_execution(m, x)).svg\n"
        "sys.stdout.buffer.write(svg.encode())\n"
    )
    there = subprocess.run(
        [sys.executable, "-c", program, str(DATA / "declined.json")],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        check=True,
    )
    assert there.stdout.decode("utf-8") == here


def test_hostile_strings(written: Callable[..., Any]) -> None:
    machine = {
        "StartAt": HOSTILE,
        "States": {
            HOSTILE: {
                "Type": "Choice",
                "Choices": [{"Variable": "$.a", "StringEquals": HOSTILE, "Next": "Café 注文"}],
            },
            "Café 注文": {"Type": "Fail", "Error": HOSTILE, "Cause": HOSTILE},
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
    folds = (events_fold(rows(case.events)), states_fold(case.definition, case.execution))
    for page in (picture.svg, *(fold.html for fold in folds)):
        assert "<script" not in page
    assert all("&lt;script&gt;" in fold.html for fold in folds)
    assert all("<style" not in fold.html for fold in folds)
    assert HOSTILE in folds[1].text


def test_graphviz_refuses_in_its_own_words() -> None:
    with pytest.raises(ValueError, match="syntax error"):
        Picture("digraph {", "x")


def test_environment_without_graphviz(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sysconfig.get_path", lambda name: str(tmp_path))
    with pytest.raises(FileNotFoundError, match="install the environment again"):
        Picture("digraph {}", "x")
