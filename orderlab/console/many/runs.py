"""What one of many executions did: where it went, where it ended, where its error came from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from orderlab.console.definition.parsing import Definition
from orderlab.console.executions.eventdetails import Event, details, previous
from orderlab.console.executions.execution import Execution, Visit
from orderlab.console.executions.tracing import trace
from orderlab.console.many.listing import Listed

Kind = Literal["next", "catch"]


@dataclass(frozen=True)
class Step:
    """A way from a state to another. No source: into the machine or a frame; no target: its end."""

    source: Visit | None
    target: Visit | None
    kind: Kind

    @property
    def names(self) -> tuple[str | None, str | None, Kind]:
        """The arrow of the state machine's graph that it went along."""
        source, target = (visit.name if visit else None for visit in (self.source, self.target))
        return source, target, self.kind


@dataclass(frozen=True)
class Run:
    """An execution that has ended, with its steps in their order."""

    execution: Execution
    steps: Sequence[Step]

    @property
    def last(self) -> Visit | None:
        """The state that it entered last, not counting those inside Parallel and Map."""
        outer = [visit for visit in self.execution.visits if visit.parent is None]
        return outer[-1] if outer else None

    @property
    def failed_in(self) -> str | None:
        """The state that the execution's error came from.

        That is the last state that failed with it, even if a Catch then led to a Fail state that
        passes it on; otherwise the state that the execution was last in.
        """
        if self.execution.status == "SUCCEEDED":
            return None
        error = self.execution.error
        for visit in reversed(self.execution.visits):
            failed = visit.failure and visit.type not in ("Fail", "Parallel", "Map")
            if failed and error and error == visit.failure.error:  # type: ignore[union-attr]
                return visit.name
        return self.last.name if self.last else None


def run_of(definition: Definition, listed: Listed, events: Sequence[Event]) -> Run:
    """Follow an execution through its history, which need not have inputs and outputs."""
    end = details(events[-1]) if events else {}
    description = {
        "name": listed.name,
        "stateMachineArn": listed.arn,  # has the machine's name at the same place
        "status": listed.status,
        "error": end.get("error"),
        "cause": end.get("cause"),
    }
    execution = trace(definition, description, events)
    return Run(execution, list(_steps(execution, events)))


def _steps(execution: Execution, events: Sequence[Event]) -> Iterator[Step]:
    before = {event["id"]: previous(event) for event in events}
    left = {visit.exited_event: visit for visit in execution.visits if visit.exited_event}
    followed = set()
    for visit in execution.visits:
        source = left.get(before[visit.entered_event])
        followed.add(id(source))
        yield Step(source, visit, "catch" if source and source.status == "caught" else "next")
    for visit in execution.visits:
        if id(visit) not in followed and _ended(visit):
            yield Step(visit, None, "next")


def _ended(visit: Visit) -> bool:
    """Whether it was left, to where its definition leads. One that broke in it was not."""
    return visit.status == ("failed" if visit.type == "Fail" else "succeeded")
