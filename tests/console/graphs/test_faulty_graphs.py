"""A definition with faults is drawn as far as it can be; one that is not deployed is shown, too."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from orderlab import console
from orderlab.console.definition.parsing import parse
from orderlab.console.graphs import graph
from orderlab.console.graphs.faulty import overlay_of_faults
from orderlab.console.graphs.written import picture_of
from orderlab.console.style import FAULT, HINT

WORKFLOW = Path(__file__).parents[3] / "state-machines" / "order-workflow.asl.json"
DONE = {"Type": "Succeed"}
LAMBDA = "arn:aws:states:::lambda:invoke"


def machine(states: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"StartAt": next(iter(states)), "States": states, **more}


def words_of(written: Any) -> str:
    shown = "".join(f"{part} " for part in ET.fromstring(picture_of(written).svg).itertext())
    return " ".join(shown.split())


def test_a_missing_target_stands_there_as_missing() -> None:
    written = machine({"A": {"Type": "Pass", "Next": "Bb"}, "B": DONE})
    assert "✗ A → Pass no state Bb" in words_of(written)
    assert words_of(written).count("no state Bb") == 2  # on the box, and where it would be
    lines = graph.source(parse(json.dumps(written))).splitlines()
    [arrow] = [line for line in lines if "-> m0" in line]
    assert f'color="{FAULT.border}"' in arrow
    assert "Fault: A leads to Bb, which is no state (meant: B?)." in picture_of(written).text


def test_marks() -> None:
    rules = [{"Variable": "$.a", "IsNull": True, "Next": "C"}]
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "C"}, {"ErrorEquals": ["E"], "Next": "D"}]
    task = {"Type": "Task", "Resource": LAMBDA, "Catch": catch, "End": True}
    states = {
        "A": {"Type": "Choice", "Choices": rules},
        "B": DONE,
        "C": task,
        "D": {"Type": "Pass"},
    }
    overlay = overlay_of_faults(parse(json.dumps(machine(states))))
    marks = {name: (mark.look, *mark.notes) for name, mark in overlay.states.items()}
    assert marks == {
        "A": (HINT, "no Default"),
        "B": (FAULT, "unreachable"),
        "C": (FAULT, "States.ALL not in the last Catch", "Catch never matches"),
        "D": (FAULT, "neither Next nor End"),
    }
    assert overlay.edges["C", "D", "catch"].notes == ("never matches",)
    assert overlay.legend == (FAULT, HINT)
    assert "never matches" in words_of(machine(states))


def test_start_at_that_is_missing_or_names_no_state() -> None:
    assert "no StartAt" in words_of({"States": {"A": DONE}})
    assert "no state Z" in words_of({"StartAt": "Z", "States": {"A": DONE}})
    inner = {"StartAt": "Z", "States": {"B": DONE}}
    frame = machine({"M": {"Type": "Map", "ItemProcessor": inner, "End": True}})
    assert "no state Z" in words_of(frame)
    empty = {"Type": "Parallel", "Branches": [{}], "End": True}
    assert "no StartAt" in words_of(machine({"P": empty}))


def test_nothing_wrong_is_nothing_marked() -> None:
    overlay = overlay_of_faults(parse(WORKFLOW.read_text(encoding="utf-8")))
    assert (overlay.states, overlay.edges, overlay.legend) == ({}, {}, ())


@pytest.mark.parametrize("kind", ["path", "path as text", "text", "dict"])
def test_show_takes_a_definition(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = WORKFLOW.read_text(encoding="utf-8")
    kinds = {
        "path": WORKFLOW,
        "path as text": str(WORKFLOW),
        "text": text,
        "dict": json.loads(text),
    }
    console.show(kinds[kind])
    name = "order-workflow.asl.json" if kind.startswith("path") else "as written"
    shown = capsys.readouterr().out
    assert shown.startswith(f"State machine {name}, starts at ValidateOrder\n")
    assert "  ValidateOrder (λ ${ValidateOrderFunctionArn}): then IsOrderValid" in shown


def test_what_is_not_json(tmp_path: Path) -> None:
    path = tmp_path / "broken.asl.json"
    path.write_text('{\n  "StartAt": "A"\n  "States": {}\n}', encoding="utf-8")
    message = (
        """broken.asl.json is not JSON: Expecting ',' delimiter at line 3, column 3: "States\""""
    )
    with pytest.raises(ValueError, match=re.escape(message)):
        console.show(path)
    path.write_text("", encoding="utf-8")
    with pytest.raises(ValueError, match="line 1, column 1"):
        console.show(path)
    with pytest.raises(FileNotFoundError):
        console.show("no-such.asl.json")
