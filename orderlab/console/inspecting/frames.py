"""What went into the branches of a Parallel state or the iterations of a Map, and what came out.

The history has no event with a Parallel's or Map's result: it follows from its last states.
"""

from __future__ import annotations

from typing import Any

from orderlab.console.executions.execution import Visit
from orderlab.console.executions.reading import Recording
from orderlab.console.inspecting.choosing import Chosen
from orderlab.console.inspecting.values import UNKNOWN, load


def result_of_frame(recording: Recording, chosen: Chosen) -> Any:
    """The array of outputs, in the order of branches or items; UNKNOWN, where one is missing."""
    parts = _parts(recording, chosen)
    if parts is None:
        return UNKNOWN
    outputs = [_output(recording, visits) for visits in parts]
    return UNKNOWN if any(one is UNKNOWN for one in outputs) else outputs


def inputs_of_frame(recording: Recording, chosen: Chosen) -> Any:
    """The array of what each branch or iteration began with; UNKNOWN, where one has not begun."""
    parts = _parts(recording, chosen)
    if parts is None or not all(parts):
        return UNKNOWN
    return [load(visits[0].input) for visits in parts]


def _parts(recording: Recording, chosen: Chosen) -> list[list[Visit]] | None:
    """The visits of each branch or iteration; None: the history does not have them."""
    visit, first = chosen.visit, chosen.attempt.first_event
    if visit is None or first is None or visit.map_run is not None:
        return None
    if chosen.attempt.scheduled is None:  # it failed before it began
        return None
    later = [one.first_event for one in visit.attempts[chosen.attempt_number :]]
    end = next((event for event in later if event is not None), None)
    inside = [
        child
        for child in recording.execution.visits
        if child.parent is visit
        and child.entered_event > first
        and (end is None or child.entered_event < end)
    ]
    if visit.type == "Map":
        count = _length(recording, first)
        return [[child for child in inside if child.iteration == at] for at in range(count)]
    count = len(recording.definition.states[visit.name].raw.get("Branches", []))
    return [[child for child in inside if _branch(recording, child) == at] for at in range(count)]


def _length(recording: Recording, started: int) -> int:
    event = next(one for one in recording.events if one["id"] == started)
    return int(event.get("mapStateStartedEventDetails", {}).get("length", 0))


def _branch(recording: Recording, visit: Visit) -> int | None:
    state = recording.definition.states.get(visit.name)
    return state.frame[1] if state and state.frame else None


def _output(recording: Recording, visits: list[Visit]) -> Any:
    """Of the last state that was left, if the branch ended with it."""
    if not visits:
        return UNKNOWN
    last = visits[-1]
    state = recording.definition.states.get(last.name)
    return load(last.output) if state and state.ends else UNKNOWN
