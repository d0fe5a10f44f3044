"""Fewer orders than exercises 07.2 and 07.3 ask for do not suffice: all ways are counted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import pytest

from orderlab.lesson.catalogue import e07_2, e07_3

ROOT = Path(__file__).resolve().parents[2]
DEFINITION = json.loads(
    (ROOT / "state-machines" / "order-workflow.asl.json").read_text(encoding="utf-8")
)


class Step(NamedTuple):
    state: str
    target: str
    by: str = ""  # the errors of a Catch; "" for a transition


def steps(name: str) -> Iterator[Step]:
    state = DEFINITION["States"][name]
    targets = [state.get("Next"), state.get("Default")]
    targets += [rule["Next"] for rule in state.get("Choices", [])]
    yield from (Step(name, target) for target in targets if target)
    for catcher in state.get("Catch", []):
        yield Step(name, catcher["Next"], "/".join(catcher["ErrorEquals"]))


def walks(name: str = DEFINITION["StartAt"]) -> Iterator[frozenset[Step]]:
    """What an execution can take, from a state to its end: every way there is."""
    onward = list(steps(name))
    if not onward:
        yield frozenset()
    for step in onward:
        for rest in walks(step.target):
            yield rest | {step}


@pytest.mark.parametrize(
    ("fewest", "fields"), [(e07_2.FEWEST, 2), (e07_3.FEWEST, 3)], ids=["arrows", "catches"]
)
def test_fewer_orders_do_not_suffice(fewest: int, fields: int) -> None:
    """An arrow is a step's states; with its third field, Catches are told apart."""
    ways = [frozenset(step[:fields] for step in walk) for walk in walks()]
    everything = frozenset().union(*ways)

    def suffice(count: int) -> bool:
        return any(everything == frozenset().union(*some) for some in combinations(ways, count))

    assert suffice(fewest)
    assert not suffice(fewest - 1)
