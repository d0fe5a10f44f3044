"""Where an event of a history stands: inside which visits, in which iteration of a Map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orderlab.console.executions.execution import Visit

# How the events of a Parallel or Map state itself begin.
FRAMES = {"Parallel": ("ParallelState",), "Map": ("MapState", "MapIteration", "MapRun")}


@dataclass(frozen=True)
class Place:
    """The visits that an event is inside, the outermost first, and the Map's iteration.

    Attributes:
        left: the visit that this very event left.
        resumed: after a redrive, where nothing links an event to the state that goes on.
        again: the visit of a state that a redrive has entered anew.
    """

    stack: tuple[Visit, ...] = ()
    iteration: int | None = None
    left: Visit | None = None
    resumed: bool = False
    again: Visit | None = None


TOP = Place()


def unwound(place: Place, type_: str) -> Place:
    """The place of the innermost visit of a Parallel or Map state."""
    stack = place.stack
    while stack and stack[-1].type != type_:
        stack = stack[:-1]
    return Place(stack, stack[-1].iteration if stack else None)


def resumed(
    place: Place, kind: str, found: Mapping[str, Any], open_visits: Sequence[Visit], redrive: int
) -> Place:
    """Where an event after a redrive belongs: its chain begins with the redrive, not its state.

    Args:
        place: where its chain stands.
        kind: the event's type.
        found: its details.
        open_visits: what was entered and never left.
        redrive: how many redrives there have been.
    """
    inside = [visit for visit in open_visits if _is_in(visit, place)]
    if "name" in found or "state" in found:
        name = found.get("name") or found.get("state")
        visit = next((visit for visit in reversed(inside) if visit.name == name), None)
        if visit and kind.endswith("StateEntered"):
            return Place(tuple(visit.ancestors), visit.iteration, again=visit)
    elif kind.startswith(tuple(start for starts in FRAMES.values() for start in starts)):
        frame = "Parallel" if kind.startswith("Parallel") else "Map"
        visit = next((visit for visit in reversed(inside) if visit.type == frame), None)
    else:
        visit = _task(inside, found, redrive)
    if visit is None:
        return place
    on = kind == "MapIterationStarted"  # what it had begun goes on
    return Place((*visit.ancestors, visit), visit.iteration, resumed=on)


def _is_in(visit: Visit, place: Place) -> bool:
    if not place.stack:
        return True
    frame = place.stack[-1]
    if not any(ancestor is frame for ancestor in visit.ancestors):
        return visit is frame
    if place.iteration is None or frame.type != "Map":
        return True
    return visit.items[len(frame.items) :][:1] == (place.iteration,)


def _task(inside: Sequence[Visit], found: Mapping[str, Any], redrive: int) -> Visit | None:
    """The task that is scheduled anew; of several, the first that calls the same."""
    tasks = [visit for visit in inside if visit.type == "Task"]
    waiting = [v for v in tasks if not v.attempts or v.attempts[-1].redrive < redrive]
    called = ":".join(str(found[key]) for key in ("resourceType", "resource") if found.get(key))
    alike = [v for v in waiting if v.attempts and v.attempts[-1].resource == called]
    return next(iter(alike or waiting or tasks or inside[::-1]), None)
