"""What one execution did, read from its history: visits, attempts, transitions.

Event types: docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from orderlab.console.definition.parsing import Definition

Status = Literal["succeeded", "failed", "caught", "running", "stopped"]
Event = Mapping[str, Any]

_BEGINS = (
    "TaskScheduled",
    "LambdaFunctionScheduled",
    "ActivityScheduled",
    "ParallelStateStarted",
    "MapStateStarted",
)
_STARTS = ("TaskStarted", "LambdaFunctionStarted", "ActivityStarted")
_SUCCEEDS = ("TaskSucceeded", "LambdaFunctionSucceeded", "ActivitySucceeded")
_FAILS = ("Failed", "TimedOut")


@dataclass
class Attempt:
    """One try of a state; `parameters` is what the service was sent, `result` what it answered.

    Times are seconds since the execution started: when the try was scheduled, when its work began
    (TaskStarted), and when it ended. `first_event` and `last_event` are ids of events.
    """

    parameters: str | None = None
    result: str | None = None
    error: str | None = None
    cause: str | None = None
    failed: bool = False
    scheduled: float | None = None
    began: float | None = None
    ended: float | None = None
    first_event: int | None = None
    last_event: int | None = None


@dataclass
class Visit:
    """One passage through a state. Input, output and variables are JSON text, as AWS keeps them.

    Times are seconds since the execution started; `iteration` counts from 0 inside a Map.
    `entered_event` and `exited_event` are ids of events.
    """

    name: str
    type: str
    input: str
    entered: float
    parent: Visit | None = field(default=None, repr=False)
    iteration: int | None = None
    output: str | None = None
    assigned: dict[str, str] = field(default_factory=dict)
    exited: float | None = None
    entered_event: int = 0
    exited_event: int | None = None
    attempts: list[Attempt] = field(default_factory=list)
    status: Status = "running"

    @property
    def retries(self) -> int:
        return max(0, len(self.attempts) - 1)

    @property
    def failure(self) -> Attempt | None:
        """The last attempt, if it failed."""
        return self.attempts[-1] if self.attempts and self.attempts[-1].failed else None


@dataclass(frozen=True)
class Transition:
    """A step taken. No source: the first state of the machine, or of the frame `inside`."""

    source: str | None
    target: str
    kind: Literal["next", "catch"] = "next"
    inside: str | None = None


@dataclass
class Execution:
    """An execution as the pictures need it; `status` is AWS's (RUNNING, SUCCEEDED, ...)."""

    name: str
    machine: str
    status: str
    visits: list[Visit]
    transitions: set[Transition]
    error: str | None = None
    cause: str | None = None

    def visits_of(self, name: str) -> list[Visit]:
        return [visit for visit in self.visits if visit.name == name]

    def status_of(self, name: str) -> Status | None:
        """The last visit's status; in a Map, the one that matters most. None: not visited."""
        visits = self.visits_of(name)
        if not visits:
            return None
        if visits[-1].iteration is None:
            return visits[-1].status
        found = {visit.status for visit in visits}
        order: tuple[Status, ...] = ("running", "failed", "stopped", "caught", "succeeded")
        return next(status for status in order if status in found)


def details(event: Event) -> Mapping[str, Any]:
    """The one `...EventDetails` structure an event carries, or an empty one."""
    for key, value in event.items():
        if key.endswith("EventDetails"):
            return dict(value)
    return {}


def start_of(events: Iterable[Event]) -> datetime | None:
    """When the execution started: the time of its first event."""
    return next((event["timestamp"] for event in events), None)


def trace(
    definition: Definition, description: Mapping[str, Any], events: Iterable[Event]
) -> Execution:
    """Follow an execution through its history.

    Args:
        definition: gives the error of a Fail state, which the history does not carry.
        description: the answer of DescribeExecution.
        events: the events of GetExecutionHistory, oldest first.
    """
    tracer = _Tracer(definition, list(events))
    for event in tracer.events:
        tracer.follow(event)
    status = str(description["status"])
    tracer.close(status == "RUNNING")
    return Execution(
        name=str(description["name"]),
        machine=str(description["stateMachineArn"]).split(":")[6],
        status=status,
        visits=tracer.visits,
        transitions=tracer.transitions,
        error=description.get("error"),
        cause=description.get("cause"),
    )


@dataclass(frozen=True)
class _Place:
    """Where an event stands: the visits it is inside (outermost first), the Map's iteration."""

    stack: tuple[Visit, ...] = ()
    iteration: int | None = None
    left: Visit | None = None  # the visit this very event left


class _Tracer:
    """Events form a tree by previousEventId: each branch and iteration is a chain of its own."""

    def __init__(self, definition: Definition, events: list[Event]) -> None:
        self.definition = definition
        self.events = events
        self.start = start_of(events)
        self.visits: list[Visit] = []
        self.transitions: set[Transition] = set()
        self.stopped: set[int] = set()  # id() of visits that were cut off before they left
        self.places: dict[int, _Place] = {0: _Place()}

    def follow(self, event: Event) -> None:
        before = self.places.get(event["previousEventId"], _Place())
        kind = str(event["type"])
        if kind.endswith("StateEntered"):
            place = self._enter(event, kind.removesuffix("StateEntered"), before)
        elif kind.endswith("StateExited"):
            place = self._leave(event, before)
        else:
            place = self._within(event, kind, _Place(before.stack, before.iteration))
        self.places[event["id"]] = place

    def close(self, running: bool) -> None:
        """Give the visits that never left their status."""
        for visit in self.visits:
            # A state that failed may still be waiting for its next attempt.
            over = not running or id(visit) in self.stopped
            if visit.exited is None and (over or visit.type == "Fail"):
                visit.status = "failed" if visit.failure or visit.type == "Fail" else "stopped"

    def _time(self, event: Event) -> float:
        assert self.start is not None  # there is an event
        return float((event["timestamp"] - self.start).total_seconds())

    def _enter(self, event: Event, type_: str, before: _Place) -> _Place:
        found = details(event)
        parent = before.stack[-1] if before.stack else None
        visit = Visit(
            name=found["name"],
            type=type_,
            input=found.get("input", ""),
            entered=self._time(event),
            entered_event=event["id"],
            parent=parent,
            iteration=before.iteration,
        )
        if type_ == "Fail" and visit.name in self.definition.states:
            visit.attempts.append(_failure_of(self.definition.states[visit.name].raw))
        self.visits.append(visit)
        if before.left is None:
            step = Transition(None, visit.name, inside=parent.name if parent else None)
        else:
            caught = before.left.status == "caught"
            step = Transition(before.left.name, visit.name, "catch" if caught else "next")
        self.transitions.add(step)
        return _Place((*before.stack, visit), before.iteration)

    def _leave(self, event: Event, before: _Place) -> _Place:
        found = details(event)
        stack = before.stack
        while stack and stack[-1].name != found["name"]:
            stack = stack[:-1]
        if not stack:
            return before
        visit = stack[-1]
        visit.output = found.get("output")
        visit.assigned = dict(found.get("assignedVariables") or {})
        visit.exited = self._time(event)
        visit.exited_event = event["id"]
        visit.status = "caught" if visit.failure else "succeeded"
        return _Place(stack[:-1], visit.iteration, left=visit)

    def _within(self, event: Event, kind: str, place: _Place) -> _Place:
        """An event between entering and leaving: of the innermost visit, or of its frame."""
        inside = place.stack
        for frame in ("Parallel", "Map"):
            if kind.startswith((f"{frame}State", f"{frame}Iteration", f"{frame}Run")):
                place = _unwind(place, frame)
        found = details(event)
        if kind == "MapIterationStarted":
            return _Place(place.stack, found.get("index"))
        if kind in ("MapIterationFailed", "MapIterationAborted"):
            self.stopped.update(id(visit) for visit in inside[len(place.stack) :])
        elif place.stack and not kind.startswith("MapIteration"):
            self._note(place.stack[-1], kind, event, found)
        return place

    def _note(self, visit: Visit, kind: str, event: Event, found: Mapping[str, Any]) -> None:
        """What an event tells of the visit it belongs to."""
        if kind in _BEGINS:
            sent = found.get("parameters") or found.get("input")
            attempt = Attempt(parameters=sent, scheduled=self._time(event), first_event=event["id"])
            visit.attempts.append(attempt)
        elif kind in _STARTS and visit.attempts:
            visit.attempts[-1].began = self._time(event)
        elif kind in _SUCCEEDS and visit.attempts:
            visit.attempts[-1].result = found.get("output")
            self._end(visit.attempts[-1], event)
        elif kind.endswith("StateAborted"):
            self._stop(visit)
        elif kind == "ExecutionFailed":
            self._fail(visit, found, again=True)
        elif kind.endswith(_FAILS) and not kind.startswith("Execution"):
            self._fail(visit, found, again=False)
            self._end(visit.attempts[-1], event)

    def _end(self, attempt: Attempt, event: Event) -> None:
        attempt.ended, attempt.last_event = self._time(event), event["id"]

    def _fail(self, visit: Visit, found: Mapping[str, Any], again: bool) -> None:
        """Note an error; `again`: as the end of the execution, which repeats the last one."""
        if not visit.attempts or (visit.failure and not again):
            # An expression can fail before the service is called.
            visit.attempts.append(Attempt())
        last = visit.attempts[-1]
        inner = self._last_failure_inside(visit)
        error, cause = found.get("error"), found.get("cause")
        if error is None and inner is not None:
            error, cause = inner.error, inner.cause
        last.failed, last.error, last.cause = True, error, cause
        for child in self._inside(visit):
            self._stop(child)

    def _stop(self, visit: Visit) -> None:
        self.stopped.add(id(visit))

    def _inside(self, visit: Visit) -> Iterator[Visit]:
        """The visits that a Parallel or Map visit encloses, newest first."""
        if visit.type not in ("Parallel", "Map"):
            return
        for other in reversed(self.visits):
            parent = other.parent
            while parent is not None and parent is not visit:
                parent = parent.parent
            if parent is visit:
                yield other

    def _last_failure_inside(self, visit: Visit) -> Attempt | None:
        return next((v.failure for v in self._inside(visit) if v.failure), None)


def _unwind(place: _Place, type_: str) -> _Place:
    """The place of the innermost visit of a Parallel or Map state."""
    stack = place.stack
    while stack and stack[-1].type != type_:
        stack = stack[:-1]
    return _Place(stack, stack[-1].iteration if stack else None)


def _failure_of(fail_state: Mapping[str, Any]) -> Attempt:
    """The error that a Fail state's definition names. ErrorPath and expressions come later, with
    the event that they end the execution with."""
    error, cause = (fail_state.get(key) for key in ("Error", "Cause"))
    written = not str(error).startswith("{%")
    return Attempt(error=error if written else None, cause=cause if written else None, failed=True)
