"""What an execution's history tells: the attempts of its Task states, and its state transitions.

Events: docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Event = Mapping[str, Any]

TASK_BEGINS = ("TaskScheduled", "LambdaFunctionScheduled", "ActivityScheduled")
FRAME_BEGINS = ("ParallelStateStarted", "MapStateStarted")
FRAMES = ("Parallel", "Map")


@dataclass(slots=True)
class Attempt:
    """One try of a Task state.

    Attributes:
        iteration: index of the Map state's item that it is part of, if any.
        number: 1 for the first try, 2 for the first retry.
        resource: what is called, as `lambda:invoke`.
        parameters: JSON text that it was called with.
        outcome: SUCCEEDED, FAILED, TIMED_OUT; RUNNING; ABORTED where something else ended it.
    """

    state: str
    iteration: int | None
    number: int
    resource: str
    parameters: str
    started: datetime
    stopped: datetime | None = None
    outcome: str = "RUNNING"
    error: str | None = None
    cause: str | None = None


@dataclass(slots=True)
class Trace:
    """What one execution did.

    Attributes:
        last_state: the state that it entered last, not counting those inside Parallel or Map.
        transitions: state transitions as AWS bills them: one for each step that is executed, and
            one for each retry: aws.amazon.com/step-functions/pricing. So each state entered,
            inside Parallel and inline Map too, and each retry of any of them; also each redrive,
            but no iteration as such:
            docs.aws.amazon.com/step-functions/latest/dg/concepts-transitions.html. The children
            of a distributed Map are executions of their own, and not in here.
        nested: how many of the states entered are inside a Parallel or Map state.
    """

    attempts: list[Attempt] = field(default_factory=list)
    last_state: str | None = None
    transitions: int = 0
    nested: int = 0


def trace(events: Iterable[Event], running: bool) -> Trace:
    """Follow an execution through its history.

    Args:
        events: of GetExecutionHistory, oldest first.
        running: whether the execution still runs.
    """
    tracer = _Tracer()
    for event in events:
        tracer.follow(event)
    if not running:
        for attempt in tracer.trace.attempts:
            if attempt.outcome == "RUNNING":
                attempt.outcome = "ABORTED"
    return tracer.trace


@dataclass(slots=True, eq=False)
class _Visit:
    """One passage through a state."""

    name: str
    kind: str
    parent: _Visit | None
    iteration: int | None
    begun: int = 0
    attempt: Attempt | None = None


_Place = tuple[_Visit | None, int | None]  # the innermost state, and the Map's iteration


class _Tracer:
    """Events form a tree by previousEventId: each branch and iteration is a chain of its own."""

    def __init__(self) -> None:
        self.trace = Trace()
        self._places: dict[int, _Place] = {}

    def follow(self, event: Event) -> None:
        kind = str(event["type"].value if hasattr(event["type"], "value") else event["type"])
        place = self._places.get(event["previousEventId"], (None, None))
        details: Mapping[str, Any] = next(
            (value for key, value in event.items() if key.endswith("EventDetails")), {}
        )
        if kind.endswith("StateEntered"):
            place = self._enter(kind.removesuffix("StateEntered"), details["name"], place)
        elif kind.endswith("StateExited"):
            place = _leave(details["name"], place)
        else:
            place = self._within(kind, event, details, place)
        self._places[event["id"]] = place

    def _enter(self, kind: str, name: str, place: _Place) -> _Place:
        parent, iteration = place
        self.trace.transitions += 1
        if parent is None:
            self.trace.last_state = name
        else:
            self.trace.nested += 1
        return _Visit(name, kind, parent, iteration), iteration

    def _within(self, kind: str, event: Event, details: Mapping[str, Any], place: _Place) -> _Place:
        if kind == "ExecutionRedriven":
            self.trace.transitions += 1
        for frame in FRAMES:
            if kind.startswith(frame):
                place = _frame(frame, place)
        visit, iteration = place
        if kind == "MapIterationStarted":
            return visit, details["index"]
        if visit is not None:
            if kind in TASK_BEGINS or kind in FRAME_BEGINS:
                self._begin(kind, event, details, visit)
            elif visit.attempt is not None:
                _note_end(visit.attempt, kind, event, details)
        return visit, iteration

    def _begin(self, kind: str, event: Event, details: Mapping[str, Any], visit: _Visit) -> None:
        visit.begun += 1
        if visit.begun > 1:
            self.trace.transitions += 1
        if kind in FRAME_BEGINS:
            return
        resource = kind.removesuffix("Scheduled").removesuffix("Function").lower()
        if kind == "TaskScheduled":
            resource = f"{details['resourceType']}:{details['resource']}"
        visit.attempt = Attempt(
            state=visit.name,
            iteration=visit.iteration,
            number=visit.begun,
            resource=resource,
            parameters=details.get("parameters") or details.get("input") or "",
            started=_moment(event),
        )
        self.trace.attempts.append(visit.attempt)


def _leave(name: str, place: _Place) -> _Place:
    visit = place[0]
    while visit is not None and visit.name != name:
        visit = visit.parent
    return (visit.parent, visit.iteration) if visit is not None else (None, None)


def _frame(kind: str, place: _Place) -> _Place:
    """The place of the innermost Parallel or Map state."""
    visit = place[0]
    while visit is not None and visit.kind != kind:
        visit = visit.parent
    return visit, visit.iteration if visit is not None else None


def _note_end(attempt: Attempt, kind: str, event: Event, details: Mapping[str, Any]) -> None:
    """Note what an event of a Task state says of its attempt, if that is over with it."""
    if kind.startswith("Execution") or attempt.outcome != "RUNNING":
        return
    if kind.endswith("Succeeded"):
        attempt.outcome = "SUCCEEDED"
    elif kind.endswith("TimedOut"):
        attempt.outcome = "TIMED_OUT"
    elif kind.endswith("Failed"):
        attempt.outcome = "FAILED"
    elif kind.endswith("Aborted"):
        attempt.outcome = "ABORTED"
    else:
        return
    attempt.stopped = _moment(event)
    attempt.error, attempt.cause = details.get("error"), details.get("cause")


def _moment(event: Event) -> datetime:
    when = event["timestamp"]  # text inside moto, a datetime from boto3
    return when if isinstance(when, datetime) else datetime.fromisoformat(when)
