"""What one execution did: visits of states, their attempts, the transitions between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal, NamedTuple

from orderlab.console.durations import short

Status = Literal["succeeded", "failed", "caught", "running", "stopped"]


@dataclass
class Attempt:
    """One try of a state; `parameters` is what the service was sent, `result` what it answered.

    Times are seconds since the execution started: when the try was scheduled, when its work began
    (TaskStarted), when a service that is waited for accepted it (TaskSubmitted), and when it ended.
    `first_event` is an event's id. `resource` is what is called, as
    `sqs:sendMessage.waitForTaskToken`; `redrive` counts the execution's redrives until then; `cut`
    is whether something else ended it.
    """

    parameters: str | None = None
    result: str | None = None
    error: str | None = None
    cause: str | None = None
    failed: bool = False
    scheduled: float | None = None
    began: float | None = None
    submitted: float | None = None
    ended: float | None = None
    first_event: int | None = None
    resource: str = ""
    redrive: int = 0
    cut: bool = False

    @property
    def waits_for_token(self) -> bool:
        """Whether it ends by an answer to its task token: SendTaskSuccess or SendTaskFailure."""
        return self.resource.endswith(".waitForTaskToken")


class Backoff(NamedTuple):
    """The wait before a retry, in seconds since the execution started.

    `before` is the number of the attempt that follows it, counted from 1; `end` is None while it
    lasts.
    """

    before: int
    start: float
    end: float | None


@dataclass
class Visit:
    """One passage through a state. Input, output and variables are JSON text, as AWS keeps them.

    Times are seconds since the execution started; `iteration` counts from 0 inside a Map.
    `entered_event` and `exited_event` are ids of events. `stopped` is when something else cut it
    off before it was left, `map_run` the ARN of a distributed Map's run.
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
    stopped: float | None = None
    map_run: str | None = None

    @property
    def untold(self) -> bool:
        """Whether its history tells nothing of its branches or items, as on MiniStack."""
        framing = self.type in ("Parallel", "Map")
        return framing and self.status == "succeeded" and not self.attempts

    @property
    def retries(self) -> int:
        """How often its Retry had it tried again; a redrive, which begins anew, does not count."""
        return sum(one.redrive == other.redrive for one, other in pairwise(self.attempts))

    @property
    def redrives(self) -> int:
        """In how many redrives of the execution it was tried."""
        return len({attempt.redrive for attempt in self.attempts if attempt.redrive})

    @property
    def failure(self) -> Attempt | None:
        """The last attempt, if it failed."""
        return self.attempts[-1] if self.attempts and self.attempts[-1].failed else None

    @property
    def backoffs(self) -> list[Backoff]:
        """The waits between its attempts, from the end of one to the schedule of the next."""
        found = [
            Backoff(number, one.ended, _first(other.scheduled, other.ended))
            for number, (one, other) in enumerate(pairwise(self.attempts), 2)
            if one.redrive == other.redrive and one.ended is not None
        ]
        if self.status == "running" and self.failure and self.failure.ended is not None:
            found.append(Backoff(len(self.attempts) + 1, self.failure.ended, None))
        return found

    @property
    def ancestors(self) -> list[Visit]:
        """The Parallel and Map visits it is inside, the outermost first."""
        return [] if self.parent is None else [*self.parent.ancestors, self.parent]

    @property
    def items(self) -> tuple[int, ...]:
        """The indexes of the Map iterations it is inside, the outermost first."""
        if self.parent is None:
            return ()
        own = self.parent.type == "Map" and self.iteration is not None
        return (*self.parent.items, self.iteration) if own else self.parent.items  # type: ignore[arg-type]


def _first(*times: float | None) -> float | None:
    return next((time for time in times if time is not None), None)


@dataclass(frozen=True)
class Transition:
    """A step taken. No source: the first state of the machine, or of the frame `inside`."""

    source: str | None
    target: str
    kind: Literal["next", "catch"] = "next"
    inside: str | None = None


@dataclass
class Execution:
    """An execution as the pictures need it; `status` is AWS's (RUNNING, SUCCEEDED, ...).

    Times are seconds since it started: `stopped` its end, `pauses` the times between an end and
    the redrive that followed, `seen` its last event.
    """

    name: str
    machine: str
    status: str
    visits: list[Visit]
    transitions: set[Transition]
    error: str | None = None
    cause: str | None = None
    input: str | None = None
    output: str | None = None
    stopped: float | None = None
    pauses: list[tuple[float, float]] = field(default_factory=list)
    seen: float = 0.0

    @property
    def title(self) -> str:
        """`Machine, execution e1: FAILED after 2.1 s`."""
        after = f" after {short(self.stopped)}" if self.stopped is not None else ""
        return f"{self.machine}, execution {self.name}: {self.status}{after}"

    def visits_of(self, name: str) -> list[Visit]:
        return [visit for visit in self.visits if visit.name == name]

    def status_of(self, name: str) -> Status | None:
        """The last visit's status; in a Map, the one that matters most. None: not visited."""
        last = {visit.items: visit.status for visit in self.visits_of(name)}
        order: tuple[Status, ...] = ("running", "failed", "stopped", "caught", "succeeded")
        return next((status for status in order if status in last.values()), None)
