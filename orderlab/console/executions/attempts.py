"""What the events of a history tell of the attempts of a state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from orderlab.console.executions.eventdetails import ENDS, Event, previous
from orderlab.console.executions.execution import Attempt, Visit
from orderlab.console.executions.places import FRAMES

_BEGINS = (
    "TaskScheduled",
    "LambdaFunctionScheduled",
    "ActivityScheduled",
    "ParallelStateStarted",
    "MapStateStarted",
)
_STARTS = ("TaskStarted", "LambdaFunctionStarted", "ActivityStarted")
_SUCCEEDS = (
    "TaskSucceeded",
    "LambdaFunctionSucceeded",
    "ActivitySucceeded",
    "ParallelStateSucceeded",
    "MapStateSucceeded",
)
_FAILS = ("Failed", "TimedOut")  # ends of a type's name; what failed to be scheduled, too
# These end a state, and may tell again of an error that was told of already.
_FAILS_AGAIN = ("ExecutionFailed", "ParallelStateFailed", "MapStateFailed")


class AttemptNotes:
    """Notes the attempts of the visits, as one event after the other tells of them.

    Attributes:
        visits: all of them, in the order in which they were entered.
        now: seconds from the execution's start to the event that is read.
        times: the same of each event, by its id.
        pauses: from an end of the execution to the redrive that followed it.
        gone: id() of visits that no redrive goes on with.
    """

    def __init__(self) -> None:
        self.visits: list[Visit] = []
        self.now = 0.0
        self.times: dict[int, float] = {0: 0.0}
        self.pauses: list[tuple[float, float]] = []
        self.gone: set[int] = set()

    def note(self, visit: Visit, kind: str, event: Event, found: Mapping[str, Any]) -> None:
        """What an event tells of the visit it belongs to."""
        if kind in _BEGINS:
            self._begin(visit, event, found)
        elif kind in _STARTS and visit.attempts:
            visit.attempts[-1].began = self.now
        elif kind == "TaskSubmitted" and visit.attempts:
            visit.attempts[-1].submitted = self.now
        elif kind in _SUCCEEDS and visit.attempts:
            visit.attempts[-1].result = found.get("output")
            self.end(visit.attempts[-1])
        elif kind in ("MapRunStarted", "MapRunRedriven"):
            visit.map_run = found.get("mapRunArn")
        elif kind in _FAILS_AGAIN:
            self._fail(visit, found, event, again=True)
        elif kind.endswith(_FAILS) and kind not in ENDS:
            self._fail(visit, found, event, again=False)

    def _begin(self, visit: Visit, event: Event, found: Mapping[str, Any]) -> None:
        last = visit.attempts[-1] if visit.attempts else None
        if last and last.ended is None and last.first_event is not None:
            # No event tells that a Parallel or Map state failed which is then tried again.
            failed = self.times.get(previous(event), self.now)
            self._failed(visit, last, {}, failed)
            last.ended = failed
        self.gone.update(id(child) for child in self.inside(visit))
        if last is None or last.first_event is not None:
            last = Attempt(redrive=len(self.pauses))
            visit.attempts.append(last)
        last.parameters = found.get("parameters") or found.get("input")
        kinds = (found.get("resourceType"), found.get("resource"))
        last.resource = ":".join(part for part in kinds if part)
        last.scheduled, last.first_event = self.now, event["id"]

    def end(self, attempt: Attempt) -> None:
        attempt.ended = self.now

    def _fail(self, visit: Visit, found: Mapping[str, Any], event: Event, again: bool) -> None:
        """Note an error; `again`: as the state's or the execution's end, which repeats the last."""
        if not visit.attempts or (visit.failure and not again):
            # An expression can fail before the service is called.
            visit.attempts.append(Attempt(redrive=len(self.pauses), first_event=event["id"]))
        last = visit.attempts[-1]
        self._failed(visit, last, found, self.now)
        if event["type"] != "ExecutionFailed" or last.ended is None:
            self.end(last)

    def _failed(
        self, visit: Visit, attempt: Attempt, found: Mapping[str, Any], time: float
    ) -> None:
        error, cause = found.get("error"), found.get("cause")
        if error is None:
            inner = self._last_failure_inside(visit) or attempt
            error, cause = attempt.error or inner.error, attempt.cause or inner.cause
        elif cause is None and error == attempt.error:
            cause = attempt.cause
        attempt.failed, attempt.error, attempt.cause = True, error, cause
        for child in self.inside(visit):
            self.stop(child, time)

    def stop(self, visit: Visit, time: float) -> None:
        """Something else cut it off, and what it was about."""
        if visit.exited is not None or visit.stopped is not None:
            return
        visit.stopped = time
        last = visit.attempts[-1] if visit.attempts else None
        if last and last.ended is None and not last.failed:
            last.ended, last.cut = time, True

    def inside(self, visit: Visit | None) -> Iterator[Visit]:
        """The visits that a Parallel or Map visit encloses, newest first."""
        if visit is None or visit.type not in FRAMES:
            return
        for other in reversed(self.visits):
            if any(ancestor is visit for ancestor in other.ancestors):
                yield other

    def _last_failure_inside(self, visit: Visit) -> Attempt | None:
        inside = (v for v in self.inside(visit) if v.exited is None and id(v) not in self.gone)
        return next((v.failure for v in inside if v.failure), None)

    def resumable(self) -> list[Visit]:
        """What was entered and not left."""
        return [v for v in self.visits if v.exited is None and id(v) not in self.gone]
