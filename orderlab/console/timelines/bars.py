"""What happened when: one bar for each attempt of a state, for each wait, and before each retry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from orderlab.console.executions.execution import Attempt, Execution, Visit

Kind = Literal["attempt", "wait", "backoff"]
COLUMNS = [
    "state", "iteration", "attempt", "kind", "start", "end", "seconds", "outcome", "error",
]  # fmt: skip


@dataclass(frozen=True)
class Bar:
    """A span of time of one visit, in seconds since the execution started.

    Attributes:
        attempt: its number, counted from 1; of a backoff, that of the attempt that follows.
        end: None while it lasts.
        outcome: succeeded, failed, caught, stopped or running; "" of a backoff that is over and
            of the first of two parts of an attempt.
        error: its own; of a backoff, that of the attempt before.
    """

    visit: Visit
    kind: Kind
    attempt: int
    start: float
    end: float | None
    outcome: str = ""
    error: str | None = None


def bars_of(execution: Execution) -> list[Bar]:
    """Every bar, in the order in which the states were visited."""
    return [bar for visit in execution.visits for bar in _bars(visit, execution)]


def frame_of(bars: list[Bar]) -> pd.DataFrame:
    """One row for each bar, keyed by COLUMNS; times in seconds."""
    table = pd.DataFrame(
        [
            (
                bar.visit.name,
                bar.visit.items[-1] if bar.visit.items else None,
                bar.attempt,
                bar.kind,
                bar.start,
                bar.end,
                None if bar.end is None else bar.end - bar.start,
                bar.outcome,
                bar.error or "",
            )
            for bar in bars
        ],
        columns=COLUMNS,
    )
    return table.astype(
        {"iteration": "Int64", "start": "float64", "end": "float64", "seconds": "float64"}
    )


def _bars(visit: Visit, execution: Execution) -> Iterator[Bar]:
    left = visit.exited if visit.exited is not None else visit.stopped
    if not visit.attempts:
        yield from _without_attempts(visit, execution, left)
        return
    backoffs = {backoff.before: backoff for backoff in visit.backoffs}
    for number, attempt in enumerate(visit.attempts, 1):
        if number in backoffs:
            before = visit.attempts[number - 2].error
            yield Bar(visit, "backoff", number, *backoffs[number][1:], error=before)
        yield from _attempt(visit, number, attempt)
    if len(visit.attempts) + 1 in backoffs:
        lasts = backoffs[len(visit.attempts) + 1]
        before = visit.attempts[-1].error
        yield Bar(visit, "backoff", lasts.before, lasts.start, lasts.end, "running", before)


def _without_attempts(visit: Visit, execution: Execution, left: float | None) -> Iterator[Bar]:
    """A state that calls nothing; one that a redrive went on with has a bar for each run."""
    kind: Kind = "wait" if visit.type == "Wait" else "attempt"
    start, number = visit.entered, 1
    for ended, redriven in execution.pauses:
        # The very moment of an end may be that of the entry.
        if visit.entered_event and start <= ended and (left is None or left >= redriven > ended):
            yield Bar(visit, kind, number, start, ended, "stopped")
            start, number = redriven, number + 1
    yield Bar(visit, kind, number, start, left, visit.status)


def _attempt(visit: Visit, number: int, attempt: Attempt) -> Iterator[Bar]:
    """An attempt, and apart from it what of it was waiting: for an answer, or for a worker."""
    outcome = _outcome(visit, number, attempt)
    ended = attempt.ended
    start = attempt.scheduled
    if start is None:
        start = visit.entered if number == 1 else ended if ended is not None else visit.entered
    whole = (outcome, attempt.error)
    if attempt.waits_for_token and attempt.submitted is not None:
        yield Bar(visit, "attempt", number, start, attempt.submitted)
        yield Bar(visit, "wait", number, attempt.submitted, ended, *whole)
        return
    if ":activity:" in attempt.resource:
        taken = attempt.began
        if taken is None:
            yield Bar(visit, "wait", number, start, ended, *whole)
            return
        yield Bar(visit, "wait", number, start, taken)
        start = taken
    yield Bar(visit, "attempt", number, start, ended, *whole)


def _outcome(visit: Visit, number: int, attempt: Attempt) -> str:
    last = number == len(visit.attempts)
    if attempt.cut:
        return "stopped"
    if attempt.failed:
        return "caught" if last and visit.status == "caught" else "failed"
    if attempt.ended is None:
        return "running"
    return "succeeded"
