"""Any valid definition is drawn with its boxes apart, and named whole in the text."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from itertools import combinations
from typing import Any, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orderlab.console import text
from orderlab.console.definition.faults import faults
from orderlab.console.definition.parsing import Definition, parse
from orderlab.console.graphs import graph
from orderlab.console.outputs.picture import Picture

LETTERS = st.characters(exclude_categories=("Cc", "Cs", "Cn", "Co", "Zl", "Zp"))
NAMES = st.one_of(
    st.sampled_from(
        ["Pay", "Is order valid?", "注文を確認する", '"Quoted" <b>&amp;', "\\N", "e" * 70]
    ),
    st.text(LETTERS, min_size=1, max_size=70).filter(lambda name: bool(name.split())),
)
ERRORS = st.lists(
    st.sampled_from(["PaymentDeclined", "States.Timeout", "E"]), unique=True, min_size=1
)
RESOURCES = ["lambda:invoke", "sqs:sendMessage.waitForTaskToken", "aws-sdk:scheduler:getSchedule"]
LEAVES = ["Task", "Choice", "Wait", "Pass", "Succeed", "Fail"]
RULES: list[dict[str, Any]] = [
    {"Variable": "$.order.total", "NumericGreaterThan": 100},
    {"And": [{"Variable": "$.a", "IsPresent": True}, {"Variable": "$.b", "StringMatches": "x*"}]},
    {"Condition": "{% $count($states.input.items[price > 10]) > 3 and $states.input.vip %}"},
]


@st.composite
def machines(draw: Any, depth: int = 2, taken: set[str] | None = None) -> dict[str, Any]:
    """States that each lead to the one after it, and anywhere else besides."""
    taken = set() if taken is None else taken
    names = []
    for name in draw(st.lists(NAMES, min_size=1, max_size=6 if depth == 2 else 3)):
        unique = name if name not in taken else f"{name}{len(taken)}"
        taken.add(unique)
        names.append(unique)
    states = {}
    for name, after in zip(names, [*names[1:], None], strict=True):
        kinds = [*LEAVES, "Parallel", "Map"] if depth else LEAVES
        states[name] = draw(state(draw(st.sampled_from(kinds)), names, after, depth, taken))
    return {"StartAt": names[0], "States": states}


@st.composite
def state(
    draw: Any, kind: str, names: list[str], after: str | None, depth: int, taken: set[str]
) -> dict[str, Any]:
    anywhere = st.sampled_from(names)
    if kind in ("Succeed", "Fail") and after is not None:
        kind = "Pass"  # or what comes after it could not be reached
    if kind == "Choice" and after is not None:
        rules = draw(st.lists(st.tuples(st.sampled_from(RULES), anywhere), min_size=1, max_size=4))
        choices = [{**rule, "Next": target} for rule, target in rules]
        return {"Type": "Choice", "Choices": choices, "Default": after}
    if kind in ("Choice", "Succeed", "Fail"):
        return {"Type": "Fail" if kind == "Fail" else "Succeed"}
    found: dict[str, Any] = {"Type": kind, **({"Next": after} if after else {"End": True})}
    if kind == "Wait":
        found["Seconds"] = draw(st.integers(0, 10**6))
    if kind == "Task":
        found["Resource"] = f"arn:aws:states:::{draw(st.sampled_from(RESOURCES))}"
    if kind == "Parallel":
        count = draw(st.integers(1, 3))
        found["Branches"] = [draw(machines(depth - 1, taken)) for _ in range(count)]
    if kind == "Map":
        found["ItemProcessor"] = draw(machines(depth - 1, taken))
    if kind in ("Task", "Parallel", "Map") and draw(st.booleans()):
        found["Catch"] = [{"ErrorEquals": draw(ERRORS), "Next": draw(anywhere)}]
    return found


class Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def holds(self, other: Box) -> bool:
        across = self.left <= other.left and other.right <= self.right
        return across and self.top <= other.top and other.bottom <= self.bottom


def boxes(svg: str, kind: str) -> dict[str, tuple[Box, str]]:
    """By id, the box of each node or frame and the text in it, without spaces."""
    found = {}
    for group in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}g"):
        shapes = [shape for shape in group if shape.get("points") or shape.get("d")]
        if group.get("class") == kind and shapes:
            numbers = re.findall(r"-?[\d.]+", shapes[0].get("points") or shapes[0].get("d") or "")
            across, down = list(map(float, numbers[::2])), list(map(float, numbers[1::2]))
            words = "".join("".join(group.itertext()).split())
            found[str(group.get("id"))] = Box(min(across), min(down), max(across), max(down)), words
    return found


def check(definition: Definition) -> None:
    words = text.describe_machine("m", definition)
    svg = Picture(graph.source(definition), words).svg
    nodes, frames = boxes(svg, "node"), boxes(svg, "cluster")
    for (one, (box, _)), (other, (its, _)) in combinations(nodes.items(), 2):
        assert not box.meets(its), (one, other)
    for (one, (box, _)), (other, (its, _)) in combinations(frames.items(), 2):
        assert not box.meets(its) or box.holds(its) or its.holds(box), (one, other)
    for name, node in graph.ids(definition).items():
        assert name in words
        box, shown = nodes[node]
        assert "".join(name.split()) in shown
        around = {key for key, (frame, _) in frames.items() if frame.meets(box)}
        assert around == set(frames_around(definition, name))


def frames_around(definition: Definition, name: str) -> list[str]:
    """Ids of the frames that a state must be drawn in, its own included."""
    ids, found = graph.ids(definition), []
    if definition.frames_of(name):
        found.append(f"f{ids[name]}")
    frame = definition.states[name].frame
    while frame is not None:
        found += [f"f{ids[frame[0]]}_{frame[1]}", f"f{ids[frame[0]]}"]
        frame = definition.states[frame[0]].frame
    return found


@settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(machines())
def test_boxes_stay_apart(machine: dict[str, Any]) -> None:
    definition = parse(json.dumps(machine))
    check(definition)
    assert not [fault for fault in faults(definition) if not fault.hint]
