"""What is drawn onto a definition: how each state and each arrow looks, and what is noted there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Literal

from orderlab.console.executions.execution import Execution, Status, Visit
from orderlab.console.graphs.labels import pieces
from orderlab.console.style import CATCH, FAILURE, LOOKS, NOT_VISITED, PATH, RUNNING_AROUND, Look
from orderlab.console.text import counted, items_line

# An arrow: from a state to a state. No source: the arrow to the first state of the machine or of
# a frame. No target: the arrow to the end. A Choice's arrows are "next", too.
Step = tuple[str | None, str | None, Literal["next", "catch"]]


@dataclass(frozen=True)
class StateMark:
    """How a state is drawn; `notes` are lines below what it is."""

    look: Look
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class EdgeMark:
    """How an arrow is drawn: its `width` in points, and `notes`, bold lines below its own label.

    A note that says the same as one of the arrow's labels makes that label bold instead.
    """

    colour: str
    width: float = 3
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Overlay:
    """States by name and arrows by step. A state that is not in it has the look `rest`.

    `legend` are the looks that are explained below the picture; beneath a `title`, above it.
    """

    states: Mapping[str, StateMark] = field(default_factory=dict)
    edges: Mapping[Step, EdgeMark] = field(default_factory=dict)
    rest: Look = NOT_VISITED
    legend: tuple[Look, ...] = ()
    title: str = ""


def room_of(overlays: Iterable[Overlay]) -> Overlay:
    """An overlay as large as each of these, to keep a picture that is stepped through in place."""
    states: dict[str, StateMark] = {}
    edges: dict[Step, EdgeMark] = {}
    legend: dict[Look, None] = {}
    for overlay in overlays:
        legend |= dict.fromkeys(overlay.legend)
        for name, state in overlay.states.items():
            before = states.get(name, StateMark(NOT_VISITED))
            states[name] = StateMark(state.look, _larger(before.notes, state.notes))
        for step, edge in overlay.edges.items():
            wide = edges.get(step, EdgeMark(edge.colour, 0))
            notes = tuple(dict.fromkeys((*wide.notes, *edge.notes)))
            edges[step] = EdgeMark(edge.colour, max(wide.width, edge.width), notes)
    return Overlay(states, edges, legend=tuple(legend))


def _larger(some: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    pairs = zip_longest(some, others, fillvalue="")
    return tuple(max(pair, key=lambda note: (len(pieces(note)), len(note))) for pair in pairs)


def overlay_of(execution: Execution) -> Overlay:
    """What one execution did: outcomes, retries, the path, the errors that were caught."""
    states = {}
    for visit in {visit.name: visit for visit in execution.visits}.values():
        name, status = visit.name, execution.status_of(visit.name)
        assert status is not None  # it was visited
        around = status == "running" and visit.type in ("Parallel", "Map")
        look = RUNNING_AROUND if around else LOOKS[status]
        untold = ["what it ran is not told"] if visit.untold else []
        states[name] = StateMark(look, (*_notes(execution, name, status), *untold))
    edges: dict[Step, EdgeMark] = {}
    caught = _caught(execution)
    for transition in execution.transitions:
        step = (transition.source, transition.target, transition.kind)
        colour = CATCH if transition.kind == "catch" else PATH
        edges[step] = EdgeMark(colour, notes=tuple(caught.get(step, ())))
    for visit in execution.visits:
        if _ended(visit):
            colour = FAILURE if visit.type == "Fail" else PATH
            edges[visit.name, None, "next"] = EdgeMark(colour)
    words = {mark.look.word for mark in states.values()}
    legend = tuple(look for look in LOOKS.values() if look.word in words)
    return Overlay(states, edges, legend=(*legend, NOT_VISITED))


def _caught(execution: Execution) -> dict[Step, list[str]]:
    """The errors that led along each Catch."""
    found: dict[Step, list[str]] = {}
    for visit in execution.visits:
        if visit.status == "caught" and visit.failure and visit.exited_event is not None:
            after = next((other for other in execution.visits if _follows(visit, other)), None)
            if after:
                errors = found.setdefault((visit.name, after.name, "catch"), [])
                if visit.failure.error and visit.failure.error not in errors:
                    errors.append(visit.failure.error)
    return found


def _follows(visit: Visit, other: Visit) -> bool:
    """Whether `other` was entered in the same branch or iteration after `visit` had been left."""
    same = other.parent is visit.parent and other.iteration == visit.iteration
    return same and other.entered_event > (visit.exited_event or 0)


def _ended(visit: Visit) -> bool:
    """Whether it was left, to where its definition leads. One that broke in it was not."""
    return visit.status == ("failed" if visit.type == "Fail" else "succeeded")


def _notes(execution: Execution, name: str, status: Status) -> Iterator[str]:
    """What is worth saying of a state beside that it ran: error, retries, items, visits."""
    visits = execution.visits_of(name)
    those = (visit.failure for visit in reversed(visits) if visit.status == status)
    failure = next((found for found in those if found), None)
    if failure and status in ("failed", "caught"):
        yield f"{LOOKS[status].word} {failure.error or ''}".strip()
    elif failure and status == "running":
        yield f"to be retried after {failure.error or 'an error'}"
    elif status == "running":
        yield LOOKS[status].word
    elif status == "stopped":
        ended = {"TIMED_OUT": ": execution timed out", "ABORTED": ": execution aborted"}
        yield f"{LOOKS[status].word}{ended.get(execution.status, '')}"
    if any(visit.map_run for visit in visits):
        yield "items are executions of their own"
    if items := items_line(execution, visits):
        yield items
    if retries := sum(visit.retries for visit in visits):
        yield counted(retries, "retry", "retries")
    if redrives := sum(visit.redrives for visit in visits):
        yield counted(redrives, "redrive", "redrives")
    if len(visits) > 1:
        outcomes = Counter(visit.status for visit in visits)
        mixed = visits[-1].items and len(outcomes) > 1
        each = [f"{count} {word}" for word, count in sorted(outcomes.items())]
        yield ", ".join(each) if mixed else f"{len(visits)} times"
