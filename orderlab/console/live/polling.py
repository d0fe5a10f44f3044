"""An execution read again and again: what is new, how long to wait, when waiting is useless.

Public boto3 alone tells. The Date header of an answer is the server's clock. Where it is hours
from this machine's, it is a simulated clock, which a read itself moves on (AWS refuses requests
that are more than five minutes off): no wall time need pass between two reads, and once many
reads have moved nothing, nothing but an answer from outside will.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from orderlab.console.executions import express
from orderlab.console.executions.eventdetails import Event, status_after
from orderlab.console.executions.reading import Recording, client, read, read_events
from orderlab.console.servertime import server_time

_GOING_ON = ("RUNNING", "PENDING_REDRIVE")
_SHORTEST, _LONGEST = 0.05, 1.0  # seconds between two reads on a real clock
_SIMULATED = timedelta(hours=1)  # so far from this machine's clock no real one is
# So many reads without any effect, and nothing more happens by itself. The timers of others, which
# a read moves on, may lie close together; a read takes a few milliseconds.
_STILL = 50


@dataclass(frozen=True)
class Reading:
    """What a read found: the recording, whether it has anything new, the server's time."""

    recording: Recording
    new: bool
    clock: datetime | None


def goes_on(recording: Recording) -> bool:
    """Whether it had not ended when it was read."""
    return recording.description["status"] in _GOING_ON


class Reader:
    """Reads one execution again and again. Making a client takes longer than a read."""

    def __init__(self, arn: str) -> None:
        self._arn = arn
        self._stepfunctions = client(arn)

    def read_on(self, before: Recording) -> Reading:
        """Read what has happened since."""
        if express.is_express(self._arn):  # has nothing but its log
            after = read(self._arn)
            return Reading(after, len(after.events) > len(before.events), None)
        newer, clock = self._newer(before.events[-1]["id"] if before.events else 0)
        events = [*before.events, *newer]
        description = before.description
        if not newer or status_after(events) != "RUNNING":
            description = self._stepfunctions.describe_execution(executionArn=self._arn)
            if description["status"] not in _GOING_ON and status_after(events) == "RUNNING":
                events = read_events(self._arn)  # it has gone on in between
        changed = description["status"] != before.description["status"]
        new = changed or len(events) > len(before.events)
        return Reading(replace(before, description=description, events=events), new, clock)

    def _newer(self, known: int) -> tuple[list[Event], datetime | None]:
        """The events after the one with the id `known`, oldest first, and the server's time."""
        newer: dict[int, Event] = {}
        clock = None
        pages = self._stepfunctions.get_paginator("get_execution_history")
        for page in pages.paginate(executionArn=self._arn, reverseOrder=True):
            clock = clock or server_time(page)
            # Not every local AWS turns the order round.
            newer |= {event["id"]: event for event in page["events"] if event["id"] > known}
            if any(event["id"] <= known for event in page["events"]):
                break
        return [newer[number] for number in sorted(newer)], clock


class Pace:
    """How long to wait between two reads, and when to give up."""

    def __init__(self, patience: float) -> None:
        """`patience`: seconds of wall time without anything new after which to give up."""
        self._patience = patience
        self.found_new()

    def found_new(self) -> None:
        self._since = time.monotonic()
        self._pause = _SHORTEST
        self._clock: datetime | None = None
        self._unchanged = 0

    def found_nothing(self, clock: datetime | None) -> str:
        """Wait a while; or tell at once why that is useless.

        Args:
            clock: the server's time.

        Returns:
            "" to read again; else the reason not to, as a sentence.
        """
        left = self._since + self._patience - time.monotonic()
        if left <= 0:
            return f"Nothing has changed for {self._patience:g} s."
        if clock is not None and abs(clock - datetime.now(UTC)) > _SIMULATED:
            self._unchanged = self._unchanged + 1 if clock == self._clock else 0
            self._clock = clock
            return "" if self._unchanged < _STILL else "Nothing more happens by itself."
        time.sleep(min(self._pause, left))
        self._pause = min(2 * self._pause, _LONGEST)
        return ""
