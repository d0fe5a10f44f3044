"""Two executions side by side."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from orderlab import console
from orderlab.console.timelines.comparing import COLUMNS, compare_recordings
from orderlab.console.timelines.values import changes

STARTED = ("ExecutionStarted", 0, {"input": "{}"})


def test_different_ways(recorded: Callable[..., Any]) -> None:
    view = compare_recordings(recorded("confirmed").recording, recorded("invalid").recording)
    assert (
        "They go different ways after IsOrderValid: test-order-001 goes on to ProcessPayment, "
        "order-empty goes on to RejectOrder." in view.text
    )
    assert "  = IsOrderValid: succeeded, 1 ms | succeeded, 2 ms  <- they part here" in view.text
    assert "IsOrderValid, input:\n  validation.isValid: true | false" in view.text
    assert list(view.data.columns) == COLUMNS
    assert list(view.data["same"]) == [True, True, False, False, False, False, False, False]
    assert view.data["outcome"].isna().tolist()[-3:] == [True, True, True]


def test_the_same_way_with_a_retry(recorded: Callable[..., Any]) -> None:
    view = compare_recordings(recorded("confirmed").recording, recorded("retried").recording)
    assert (
        "They part at ProcessPayment: in test-order-001 succeeded, in order-11 failed "
        "PaymentGatewayTimeout, then succeeded on attempt 2." in view.text
    )
    assert "different ways" not in view.text
    assert list(view.data["other_attempts"]) == [1, 1, 2, 1, 1]


@pytest.mark.parametrize("name", ["confirmed", "declined", "invalid", "retried"])
def test_with_itself(recorded: Callable[..., Any], name: str) -> None:
    recording = recorded(name).recording
    view = compare_recordings(recording, recording)
    assert "They went the same way, and did the same in every state." in view.text
    assert view.text.endswith("The data is the same in every state that both visited.")
    assert view.data["same"].all()
    assert "(first)" in view.text
    assert "they part here" not in view.parts[0].svg


def test_mirrored(recorded: Callable[..., Any]) -> None:
    one, other = recorded("declined").recording, recorded("retried").recording
    there, back = compare_recordings(one, other).data, compare_recordings(other, one).data
    assert set(there["state"]) == set(back["state"])
    assert there["same"].sum() == back["same"].sum()


class Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.rows: list[str] = []
        self.feed(html)
        assert not self.open, f"not closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.open.append(tag)
        if tag == "tr":
            self.rows.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "tr" in self.open:
            self.rows[-1] += f"{data} "


def test_picture_and_table(recorded: Callable[..., Any]) -> None:
    view = compare_recordings(recorded("confirmed").recording, recorded("declined").recording)
    picture, table = view.parts
    root = ET.fromstring(picture.svg)
    inner = [child for child in root if child.tag.endswith("svg")]
    assert len(inner) == 2
    for graph in inner:
        texts = [node.text for node in graph.iter() if node.tag.endswith("text")]
        assert sum("they part here" in (text or "") for text in texts) == 1
    ids = [node.attrib["id"] for node in root.iter() if "id" in node.attrib]
    assert len(set(ids)) == len(ids)
    # The same definition, so every box is at the same place in both.
    for side in ("width", "height"):
        assert inner[0].attrib[side] == inner[1].attrib[side]
    assert picture.png.startswith(b"\x89PNG")
    marked = [row for row in Page(table.html).rows if "they part here" in row]
    assert len(marked) == 1
    assert marked[0].startswith("≠ ProcessPayment")


def test_what_aws_draws_anew_is_no_difference(written: Callable[..., Any]) -> None:
    machine = {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "r", "End": True}}}

    def ran(name: str, drawn: str, answer: int) -> Any:
        arn = f"arn:aws:states:us-east-1:123456789012:execution:Machine:{name}"
        sent = {"execution": arn, "at": f"2026-01-01T00:00:0{answer}.123Z"}
        got = {"MessageId": drawn, "SdkHttpMetadata": {"x": drawn}, "answer": answer}
        events = [
            STARTED,
            ("TaskStateEntered", 0, {"name": "A", "input": "{}"}),
            ("TaskScheduled", 2, {"parameters": json.dumps(sent)}),
            ("TaskSucceeded", 3, {"output": json.dumps(got)}),
            ("TaskStateExited", 4, {"name": "A", "output": "{}"}),
            ("ExecutionSucceeded", 5, {"output": "{}"}),
        ]
        return written(machine, "SUCCEEDED", events, name=name).recording

    same = compare_recordings(ran("e1", "x", 1), ran("e2", "y", 1))
    assert "The data is the same" in same.text
    other = compare_recordings(ran("e1", "x", 1), ran("e2", "y", 2))
    assert "A, answer of the service:" in other.text
    assert "  answer: 1 | 2" in other.text


def test_two_versions_of_a_machine(written: Callable[..., Any]) -> None:
    task = {"Type": "Pass", "Next": "B"}
    before = {"StartAt": "A", "States": {"A": task, "B": {"Type": "Succeed"}}}
    after = {
        "StartAt": "A",
        "States": {
            "A": {**task, "Next": "Mail"},
            "Mail": {"Type": "Pass", "Next": "B"},
            "B": {"Type": "Succeed"},
        },
    }
    events = [STARTED]
    for kind, name in (("Pass", "A"), ("Pass", "Mail"), ("Succeed", "B")):
        events.append((f"{kind}StateEntered", len(events), {"name": name, "input": "{}"}))
        events.append((f"{kind}StateExited", len(events), {"name": name, "output": "{}"}))
    short = [*events[:3], *[(kind, at - 2, found) for kind, at, found in events[5:]]]
    view = compare_recordings(
        written(before, "RUNNING", short).recording,
        written(after, "RUNNING", events).recording,
        names=("before", "after"),
    )
    assert "The definitions differ, changed: A." in view.text
    assert "The definitions differ, only in the second: Mail." in view.text
    assert "after A: before goes on to B, after goes on to Mail." in view.text
    assert list(view.data["state"]) == ["A", "Mail", "B"]
    assert list(view.data["same"]) == [True, False, True]


def test_what_runs_side_by_side_has_no_order(written: Callable[..., Any]) -> None:
    branches = [
        {"StartAt": name, "States": {name: {"Type": "Pass", "End": True}}} for name in ("X", "Y")
    ]
    machine = {
        "StartAt": "P",
        "States": {"P": {"Type": "Parallel", "Branches": branches, "End": True}},
    }

    def ran(*names: str) -> Any:
        events = [STARTED, ("ParallelStateEntered", 0, {"name": "P", "input": "{}"})]
        events.append(("ParallelStateStarted", 2, {}))
        events += [("PassStateEntered", 3, {"name": name, "input": "{}"}) for name in names]
        return written(machine, "RUNNING", events).recording

    assert "They went the same way" in compare_recordings(ran("X", "Y"), ran("Y", "X")).text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["a", "b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner),
    max_leaves=6,
)


@given(JSON, JSON)
def test_changes_are_what_differs(one: Any, other: Any) -> None:
    found = list(changes(one, other))
    assert bool(found) == (json.dumps(one, sort_keys=True) != json.dumps(other, sort_keys=True))
    assert [(path, there, here) for path, here, there in found] == [
        *sorted(
            changes(other, one), key=lambda change: [path for path, *_ in found].index(change[0])
        )
    ]


@pytest.mark.simulated_clock
def test_in_a_notebook(begin: Callable[..., str], cloud: Any) -> None:
    machine = {
        "StartAt": "Check",
        "States": {
            "Check": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.ok", "BooleanEquals": True, "Next": "Done"}],
                "Default": "Refused",
            },
            "Done": {"Type": "Succeed"},
            "Refused": {"Type": "Fail", "Error": "NotOk"},
        },
    }
    arns = [begin(machine, {"ok": ok}) for ok in (True, False)]
    cloud.clock.run_until(*arns)
    view = console.compare(*arns)
    InteractiveShell.instance()
    try:
        with capture_output() as captured:
            view._ipython_display_()
    finally:
        InteractiveShell.clear_instance()
    picture, table = (output.data for output in captured.outputs)
    assert picture.keys() == {"image/svg+xml", "image/png", "text/plain"}
    assert table.keys() == {"text/html", "text/plain"}
    assert "goes on to Refused" in picture["text/plain"]
    assert "Input:\n  ok: true | false" in table["text/plain"]
