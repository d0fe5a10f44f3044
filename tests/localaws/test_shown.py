"""What a cell of a lesson returns shows itself: in words, with nothing of this process in them."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pandas as pd
import pytest

pytestmark = pytest.mark.simulated_clock

PASS = {"StartAt": "Only", "States": {"Only": {"Type": "Pass", "End": True}}}
MODULES = ("clock", "faults", "load", "outbox", "branching")
# What shows itself without any help of ours.
PLAIN = (type(None), str, datetime, pd.DataFrame)
CALLS: dict[str, Callable[[Any], Any]] = {
    "deploy": lambda lesson: lesson.stack,
    "deploy, outputs": lambda lesson: lesson.stack.outputs,
    "deploy, resources": lambda lesson: lesson.stack.resources,
    "clock.advance": lambda lesson: lesson.clock.advance(seconds=0),
    "clock.pause": lambda lesson: lesson.clock.pause(),
    "clock.resume": lambda lesson: lesson.clock.resume(),
    "clock.run_until": lambda lesson: lesson.clock.run_until(),
    "clock.every": lambda lesson: None,  # so it does; it would go on after this test
    "faults.inject": lambda lesson: lesson.faults.inject(service="sqs", latency=1, name="shown"),
    "faults.active": lambda lesson: lesson.faults.active(),
    "faults.remove": lambda lesson: lesson.faults.remove("shown"),
    "faults.active, none": lambda lesson: lesson.faults.active(),
    "faults.clear": lambda lesson: lesson.faults.clear(),
    "load.run": lambda lesson: lesson.run(),
    "load.run, executions": lambda lesson: lesson.run().executions,
    "load.run, attempts": lambda lesson: lesson.run().attempts,
    "load.run, refused": lambda lesson: lesson.run().refused,
    "load.run, cost": lambda lesson: lesson.run().cost(),
    "outbox.letters": lambda lesson: lesson.outbox.letters(lesson.topic),
    "outbox.letters, one": lambda lesson: lesson.outbox.letters(lesson.topic)[0],
    "outbox.letters, none": lambda lesson: lesson.outbox.letters(to="nobody@example.com"),
    "branching.definition": lambda lesson: lesson.branching.definition(lambda machine: None),
    "branching.fault": lambda lesson: lesson.branching.fault(service="sqs", latency=1),
    "branching.input": lambda lesson: lesson.branching.input({}),
    "branching.retry": lambda lesson: lesson.branching.retry("Only", {"ErrorEquals": ["Any"]}),
    "branching.state": lambda lesson: lesson.branching.state("Only", Comment="other"),
}


class Lesson:
    """What the cells of a lesson have."""

    def __init__(self, stack: Any, machine: str, topic: str) -> None:
        self.stack = stack
        self.topic = topic
        self.machine = machine
        for name in MODULES:
            setattr(self, name, importlib.import_module(f"localaws.{name}"))

    def run(self) -> Any:
        return self.load.run(self.machine, [{}, {}])  # type: ignore[attr-defined]


@pytest.fixture
def lesson(shop: Any, make_machine: Callable[..., str]) -> Iterator[Lesson]:
    import boto3

    sns = boto3.client("sns")
    topic = sns.create_topic(Name="shown")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="ann@example.com")
    found = Lesson(shop.stack, make_machine(PASS), topic)
    yield found
    found.faults.clear()  # type: ignore[attr-defined]
    sns.delete_topic(TopicArn=topic)


def test_all_that_a_cell_can_return_shows_itself(lesson: Lesson) -> None:
    for name, call in CALLS.items():
        given = call(lesson)
        words = repr(given)
        assert not re.search(r" at 0x|<function|<lambda>", words), name
        if isinstance(given, PLAIN):
            continue
        assert words.strip(), name
        assert not words.startswith(("{", "[")), f"{name} is Python's own: {words}"
        html = getattr(given, "_repr_html_", lambda: None)()
        if html:
            assert set(re.findall(r"[\w-]{3,}", words)) <= set(re.findall(r"[\w-]{3,}", html)), name


def test_it_tells_what_is_looked_for(lesson: Lesson) -> None:
    stack = lesson.stack
    first, *rest = repr(stack).splitlines()
    assert first == f"Stack dev-ecommerce-backend: {len(stack.resources)} resources"
    assert rest[0].split() == ["output", "value"]
    assert ["OrdersTableName", "dev-Orders"] in [line.split() for line in rest]
    assert "<td>OrdersTableName</td><td>dev-Orders</td>" in stack._repr_html_()
    assert dict(stack.outputs) == stack.outputs, "a dictionary for all else"


def test_every_call_of_localaws_is_tried() -> None:
    public = {
        f"{module}.{name}"
        for module in MODULES
        for name, value in vars(importlib.import_module(f"localaws.{module}")).items()
        if callable(value) and not isinstance(value, type) and not name.startswith("_")
        if value.__module__.startswith(f"localaws.{module}")
    }
    assert public <= set(CALLS)
    assert public >= {name.partition(",")[0] for name in CALLS} - {"deploy"}
