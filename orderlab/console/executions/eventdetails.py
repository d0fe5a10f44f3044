"""What every event of a history has: its type, its time, its details.

Event types: docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

Event = Mapping[str, Any]

# The status with which an event ends an execution.
ENDS = {
    "ExecutionSucceeded": "SUCCEEDED",
    "ExecutionFailed": "FAILED",
    "ExecutionAborted": "ABORTED",
    "ExecutionTimedOut": "TIMED_OUT",
}


def details(event: Event) -> Mapping[str, Any]:
    """The one `...EventDetails` structure an event carries, or an empty one."""
    for key, value in event.items():
        if key.endswith("EventDetails"):
            return dict(value)
    return {}


def previous(event: Event) -> int:
    """The id of the event that an event follows.

    MiniStack leaves it out, and tells nothing of branches: there it is the one before.
    """
    return int(event.get("previousEventId", event["id"] - 1))


def start_of(events: Iterable[Event]) -> datetime | None:
    """When the execution started; None without an event."""
    return next((event["timestamp"] for event in events), None)


def status_after(events: Sequence[Event]) -> str:
    """AWS's status of an execution whose last event is the last of these."""
    return ENDS.get(str(events[-1]["type"]), "RUNNING") if events else "RUNNING"
