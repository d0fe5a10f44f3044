"""Drawings, and what they show."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import Any

from orderlab.console import text
from orderlab.console.definition.parsing import Definition, parse
from orderlab.console.graphs import graph
from orderlab.console.graphs.overlay import Overlay, overlay_of
from orderlab.console.outputs.picture import Picture

LAMBDA = "arn:aws:states:::lambda:invoke"
STARTED = ("ExecutionStarted", 0, {})


def words_of(picture: Picture) -> str:
    """All text that the SVG shows, in one line."""
    return " ".join("".join(ET.fromstring(picture.svg).itertext()).split())


def draw(case: Any) -> Picture:
    words = text.describe_execution(case.definition, case.execution)
    return Picture(graph.source(case.definition, overlay_of(case.execution)), words)


def defined(states: dict[str, Any], start: str | None = None) -> Definition:
    return parse(json.dumps({"StartAt": start or next(iter(states)), "States": states}))


def drawn(definition: Definition, overlay: Overlay | None = None) -> Picture:
    return Picture(graph.source(definition, overlay), text.describe_machine("m", definition))


def box_of(picture: Picture, definition: Definition, name: str) -> str:
    """The text in one state's box."""
    node = graph.ids(definition)[name]
    [group] = [g for g in ET.fromstring(picture.svg).iter() if g.get("id") == node]
    return " ".join("".join(f"{part} " for part in group.itertext()).split())


def entered(kind: str, previous: int, name: str) -> tuple[str, int, dict[str, Any]]:
    return (f"{kind}StateEntered", previous, {"name": name, "input": "{}"})
