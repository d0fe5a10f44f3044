"""Parallel and Map: frames, branches, and the items that are counted on them."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

from orderlab.console.definition.parsing import parse
from orderlab.console.executions.tracing import trace
from orderlab.console.graphs import graph
from orderlab.console.graphs.overlay import overlay_of, room_of
from orderlab.console.outputs.picture import Picture
from tests.console.graphs.pictures import (
    LAMBDA,
    STARTED,
    box_of,
    draw,
    drawn,
    entered,
    words_of,
)

RUN = "arn:aws:states:us-east-1:123456789012:mapRun:m/Each:1"
FRAMES = {
    "StartAt": "Both",
    "States": {
        "Both": {
            "Type": "Parallel",
            "End": True,
            "Branches": [
                {
                    "StartAt": "Each",
                    "States": {
                        "Each": {
                            "Type": "Map",
                            "End": True,
                            "ItemProcessor": {
                                "StartAt": "Item",
                                "States": {
                                    "Item": {"Type": "Task", "Resource": LAMBDA, "End": True}
                                },
                            },
                        }
                    },
                },
                {
                    "StartAt": "Rest",
                    "States": {"Rest": {"Type": "Wait", "Seconds": 60, "End": True}},
                },
            ],
        }
    },
}


def test_frames_and_their_words() -> None:
    definition = parse(json.dumps(FRAMES))
    picture = drawn(definition)
    shown = words_of(picture).replace("\xa0", "")
    assert all(word in shown for word in ("branch 1", "branch 2", "each item", "‖ Parallel"))
    frames = [g.get("id") for g in ET.fromstring(picture.svg).iter() if g.get("class") == "cluster"]
    assert frames == ["fs0", "fs0_0", "fs1", "fs1_0", "fs0_1"]
    assert "  Each (Map in branch 1 of Both): ends" in picture.text
    assert "  Item (λ Lambda invoke in Each): ends" in picture.text
    assert "  Rest (Wait 1 minute in branch 2 of Both): ends" in picture.text


ITEMS = [
    STARTED,
    entered("Parallel", 0, "Both"),
    ("ParallelStateStarted", 2, {}),
    entered("Map", 3, "Each"),
    ("MapStateStarted", 4, {"length": 3}),
    *[("MapIterationStarted", 5, {"name": "Each", "index": n}) for n in range(3)],
    *[entered("Task", 6 + n, "Item") for n in range(3)],
    *[("TaskScheduled", 9 + n, {}) for n in range(3)],
    ("TaskSucceeded", 12, {"output": "1"}),
    ("TaskStateExited", 15, {"name": "Item", "output": "1"}),
    ("MapIterationSucceeded", 16, {"name": "Each", "index": 0}),
    ("TaskFailed", 13, {"error": "E"}),
    ("MapIterationFailed", 18, {"name": "Each", "index": 1}),
]


def test_items_are_counted(written: Callable[..., Any]) -> None:
    case = written(FRAMES, "RUNNING", ITEMS)
    marks = overlay_of(case.execution).states
    assert marks["Each"].notes == ("running", "3 items, 1 failed, 1 running")
    assert marks["Item"].notes == ("running", "1 failed, 1 running, 1 succeeded")
    assert "2. Each in Both (Map): running, 3 items, 1 failed, 1 running" in draw(case).text
    assert ("Each", None, "next") not in overlay_of(case.execution).edges
    assert ("Item", None, "next") in overlay_of(case.execution).edges


def test_no_box_moves_while_it_is_stepped_through(
    recorded: Callable[..., Any], written: Callable[..., Any]
) -> None:
    items = written(FRAMES, "RUNNING", ITEMS)
    for case in (recorded("declined"), recorded("retried"), items):
        running = {**case.description, "status": "RUNNING"}
        steps = [
            overlay_of(trace(case.definition, running, case.events[:count]))
            for count in range(len(case.events) + 1)
        ]
        steps.append(overlay_of(case.execution))
        room = room_of(steps)
        places = set()
        for step in steps:
            svg = Picture(graph.source(case.definition, step, room), "").svg
            groups = [g for g in ET.fromstring(svg).iter() if g.get("class") == "node"]
            shapes = [shape.get("d") for group in groups for shape in group if shape.get("d")]
            places.add((re.search("viewBox=[^>]*", svg)[0], *shapes))  # type: ignore[index]
        assert len(places) == 1


def test_a_distributed_map_says_where_its_items_are(written: Callable[..., Any]) -> None:
    inner = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Item",
        "States": {"Item": {"Type": "Pass", "End": True}},
    }
    each = {"Type": "Map", "ItemProcessor": inner, "End": True}
    events = [
        STARTED,
        entered("Map", 0, "Each"),
        ("MapStateStarted", 2, {"length": 1000}),
        ("MapRunStarted", 3, {"mapRunArn": RUN}),
    ]
    case = written({"StartAt": "Each", "States": {"Each": each}}, "RUNNING", events)
    box = box_of(draw(case), case.definition, "Each")
    assert box == "► Each ≡ Map, distributed running items are executions of their own"
