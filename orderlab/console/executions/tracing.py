"""The history of an execution read as visits of states, their attempts and transitions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from orderlab.console.definition.parsing import Definition
from orderlab.console.executions.attempts import AttemptNotes
from orderlab.console.executions.eventdetails import ENDS, Event, details, previous, start_of
from orderlab.console.executions.execution import Attempt, Execution, Transition, Visit
from orderlab.console.executions.places import FRAMES, TOP, Place, resumed, unwound


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
        input=next((details(event).get("input") for event in tracer.events), None),
        output=description.get("output"),
        stopped=tracer.ended,
        pauses=tracer.pauses,
        seen=tracer.now,
    )


def states_of(events: Iterable[Event]) -> dict[int, str]:
    """The name of the state that each event tells of, by the event's id; "" of the execution."""
    tracer = _Tracer(Definition({}, (), {}), list(events))
    for event in tracer.events:
        tracer.follow(event)
    return {number: visit.name if visit else "" for number, visit in tracer.told.items()}


class _Tracer(AttemptNotes):
    """Events form a tree by previousEventId: each branch and iteration is a chain of its own."""

    def __init__(self, definition: Definition, events: list[Event]) -> None:
        super().__init__()
        self.definition = definition
        self.events = events
        self.start = start_of(events)
        self.ended: float | None = None
        self.transitions: set[Transition] = set()
        self.aborted: set[int] = set()  # of those whose abortion was told of
        self.places: dict[int, Place] = {0: TOP}
        self.told: dict[int, Visit | None] = {}

    def follow(self, event: Event) -> None:
        assert self.start is not None  # there is an event
        self.now = (event["timestamp"] - self.start).total_seconds()
        kind, found = str(event["type"]), details(event)
        before = self.places.get(previous(event), TOP)
        if kind == "ExecutionRedriven":
            before = self._redrive()
        elif before.resumed and kind not in ENDS:
            before = resumed(before, kind, found, self.resumable(), len(self.pauses))
        if kind.endswith("StateEntered"):
            place = self._enter(event, kind.removesuffix("StateEntered"), found, before)
        elif kind.endswith("StateExited"):
            place = self._leave(event, found, before)
        else:
            place = self._within(event, kind, found, before)
        innermost = place.left or (place.stack[-1] if place.stack else None)
        self.told.setdefault(event["id"], None if kind.startswith("Execution") else innermost)
        if kind in ENDS:
            self.ended = self.now
        self.places[event["id"]] = place
        self.times[event["id"]] = self.now

    def close(self, running: bool) -> None:
        """Give the visits that never left their status."""
        for visit in self.visits:
            if visit.exited is not None:
                continue
            over = not running or visit.stopped is not None or id(visit) in self.gone
            if over or visit.type == "Fail":
                self.stop(visit, self.ended if self.ended is not None else self.now)
                visit.status = "failed" if visit.failure or visit.type == "Fail" else "stopped"

    # ---- a redrive

    def _redrive(self) -> Place:
        """What was not left goes on.

        docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
        """
        ended = self.now if self.ended is None else self.ended
        self.pauses.append((ended, self.now))
        self.ended = None
        for visit in self.resumable():
            self.stop(visit, ended)
            visit.stopped = None
            if visit.type not in ("Task", "Fail") and visit.attempts:  # those begin anew
                visit.attempts.append(Attempt(scheduled=self.now, redrive=len(self.pauses)))
        return Place(resumed=True)

    # ---- states

    def _enter(self, event: Event, type_: str, found: Mapping[str, Any], before: Place) -> Place:
        parent = before.stack[-1] if before.stack else None
        visit = Visit(
            name=found["name"],
            type=type_,
            input=found.get("input", ""),
            entered=self.now,
            entered_event=event["id"],
            parent=parent,
            iteration=before.iteration,
        )
        if type_ == "Fail" and visit.name in self.definition.states:
            failure = _failure_of(self.definition.states[visit.name].raw)
            failure.redrive, failure.first_event = len(self.pauses), event["id"]
            self.end(failure)
            visit.attempts.append(failure)
        self.visits.append(visit)
        if before.again is not None:
            self.gone.add(id(before.again))  # entered anew by a redrive: no step led there
        elif before.left is None:
            self.transitions.add(
                Transition(None, visit.name, inside=parent.name if parent else None)
            )
        else:
            kind = "catch" if before.left.status == "caught" else "next"
            self.transitions.add(Transition(before.left.name, visit.name, kind))  # type: ignore[arg-type]
        return Place((*before.stack, visit), before.iteration)

    def _leave(self, event: Event, found: Mapping[str, Any], before: Place) -> Place:
        stack = before.stack
        while stack and stack[-1].name != found["name"]:
            stack = stack[:-1]
        if not stack:
            return before
        visit = stack[-1]
        visit.output = found.get("output")
        visit.assigned = dict(found.get("assignedVariables") or {})
        visit.exited, visit.exited_event = self.now, event["id"]
        visit.status = "caught" if visit.failure else "succeeded"
        if visit.attempts and visit.attempts[-1].ended is None:
            self.end(visit.attempts[-1])
        return Place(stack[:-1], visit.iteration, left=visit)

    # ---- what happens within them

    def _within(self, event: Event, kind: str, found: Mapping[str, Any], before: Place) -> Place:
        """An event between entering and leaving: of the innermost visit, or of its frame."""
        place = Place(before.stack, before.iteration, resumed=before.resumed)
        for frame, starts in FRAMES.items():
            # A branch's or a state's own abortion is told of beside the chain that made it end.
            if kind.startswith(starts) and not kind.endswith("StateAborted"):
                place = unwound(place, frame)
        if kind == "MapIterationStarted":
            return Place(place.stack, found.get("index"), resumed=before.resumed)
        if kind in ("MapIterationFailed", "MapIterationAborted"):
            for visit in self.inside(place.stack[-1] if place.stack else None):
                if visit.items[len(place.stack[-1].items) :][:1] == (found.get("index"),):
                    self.stop(visit, self.now)
        elif kind.endswith("StateAborted"):
            self._abort(event, kind.removesuffix("StateAborted"), place)
        elif place.stack and not kind.startswith("MapIteration"):
            self.note(place.stack[-1], kind, event, found)
        return place

    def _abort(self, event: Event, type_: str, place: Place) -> None:
        """Such an event names no state: the first of its type beside the one that failed."""
        frame = place.stack[-2] if len(place.stack) > 1 else None
        for visit in reversed(list(self.inside(frame))):
            over = visit.exited is not None or visit.failure or id(visit) in self.gone
            if visit.type == type_ and not over and id(visit) not in self.aborted:
                self.aborted.add(id(visit))
                self.stop(visit, self.now)
                self.told[event["id"]] = visit
                return


def _failure_of(fail_state: Mapping[str, Any]) -> Attempt:
    """The error that a Fail state's definition names. ErrorPath and expressions come later, with
    the event that they end the execution with."""
    error, cause = (fail_state.get(key) for key in ("Error", "Cause"))
    written = not str(error).startswith("{%")
    return Attempt(error=error if written else None, cause=cause if written else None, failed=True)
