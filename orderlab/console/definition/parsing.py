"""A state machine's definition as states and edges, ready to be drawn.

Reads the Amazon States Language (states-language.net/spec.html) without AWS. What is missing or
of the wrong kind is left out, so that a definition with faults is drawn as far as it can be;
`faults` tells them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from orderlab.console.definition.rules import rule_label
from orderlab.console.definition.signs import sign_of

EdgeKind = Literal["next", "choice", "catch"]
Frame = tuple[str, int]


@dataclass(frozen=True)
class State:
    """One state: `frame` is the (Parallel or Map state, branch number) it runs inside."""

    name: str
    type: str
    sign: str
    frame: Frame | None
    ends: bool
    raw: Mapping[str, Any] = field(compare=False, repr=False)


@dataclass(frozen=True)
class Edge:
    """A possible transition; `labels` are its rules or error names, in the definition's order."""

    source: str
    target: str
    kind: EdgeKind
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Definition:
    """States by name, edges, and the first state of the machine (None) and of each frame.

    A machine or branch without StartAt is missing in `starts`. An edge or a start may lead to a
    state that does not exist. `twice` are names that more than one state has: the first is kept.
    """

    states: dict[str, State]
    edges: tuple[Edge, ...]
    starts: dict[Frame | None, str]
    twice: tuple[str, ...] = ()

    def frames_of(self, name: str) -> list[Frame]:
        """The branches of a Parallel state, or the one frame of a Map."""
        raw = self.states[name].raw
        return [(name, number) for number, _ in enumerate(_inner(raw))]


def parse(text: str) -> Definition:
    """Read a definition.

    State names are unique in the whole machine, branches included (ASL, "States"), so a name
    is enough to tell a state.

    Raises:
        ValueError: the text is not JSON (json.JSONDecodeError, with line and column), or there is
            no state in it to draw.
    """
    machine = json.loads(text)
    if not _table(_table(machine).get("States")):
        raise ValueError("not a state machine definition: it has no States")
    states: dict[str, State] = {}
    starts: dict[Frame | None, str] = {}
    twice: dict[str, None] = {}
    found: dict[tuple[str, str, EdgeKind], list[str]] = {}
    for frame, part in _machines(machine, None):
        if isinstance(part.get("StartAt"), str):
            starts[frame] = part["StartAt"]
        for name, written in _table(part.get("States")).items():
            if name in states:
                twice[name] = None
                continue
            raw = _table(written)
            states[name] = _state(name, raw, frame)
            for target, kind, label in _transitions(raw):
                labels = found.setdefault((name, target, kind), [])
                if label and label not in labels:
                    labels.append(label)
    edges = tuple(
        Edge(source, target, kind, tuple(labels))
        for (source, target, kind), labels in found.items()
    )
    return Definition(states, edges, starts, tuple(twice))


def handlers(raw: Mapping[str, Any], key: Literal["Retry", "Catch"]) -> list[Mapping[str, Any]]:
    """The retriers or catchers of a state."""
    return [_table(one) for one in _list(raw.get(key))]


def error_names(handler: Mapping[str, Any]) -> list[str]:
    """The errors that a retrier or a catcher takes."""
    return [str(name) for name in _list(handler.get("ErrorEquals"))]


def _machines(
    machine: Mapping[str, Any], frame: Frame | None
) -> Iterator[tuple[Frame | None, Mapping[str, Any]]]:
    """The machine, then those inside its Parallel and Map states, outer before inner."""
    yield frame, machine
    for name, raw in _table(machine.get("States")).items():
        for number, part in enumerate(_inner(_table(raw))):
            yield from _machines(part, (name, number))


def _inner(raw: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The machines inside a state: branches of a Parallel, the processor of a Map."""
    if "Branches" in raw:
        return [_table(part) for part in _list(raw["Branches"])]
    processor = raw.get("ItemProcessor") or raw.get("Iterator")
    return [_table(processor)] if processor else []


def _state(name: str, raw: Mapping[str, Any], frame: Frame | None) -> State:
    type_ = str(raw.get("Type", ""))
    ends = raw.get("End") is True or type_ in ("Succeed", "Fail")
    return State(name, type_, sign_of(type_, raw), frame, ends, raw)


def _transitions(raw: Mapping[str, Any]) -> Iterator[tuple[str, EdgeKind, str]]:
    if isinstance(raw.get("Next"), str):
        yield raw["Next"], "next", ""
    for rule in map(_table, _list(raw.get("Choices"))):
        if isinstance(rule.get("Next"), str):
            yield rule["Next"], "choice", rule_label(rule)
    if isinstance(raw.get("Default"), str):
        yield raw["Default"], "choice", "default"
    for catcher in handlers(raw, "Catch"):
        if isinstance(catcher.get("Next"), str):
            for error in error_names(catcher) or [""]:
                yield catcher["Next"], "catch", error


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
