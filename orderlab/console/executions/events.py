"""The events of an execution as rows and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from orderlab.console.executions.eventdetails import Event, details, previous, start_of
from orderlab.console.executions.reading import read_events
from orderlab.console.executions.tracing import states_of

COLUMNS = ["id", "previous_id", "time", "type", "state", "detail"]


def history(arn: str) -> pd.DataFrame:
    """The event history of an execution.

    Columns: id, previous_id (int; the event that it follows, 0 for none), time (seconds since the
    execution started), type (AWS's name of the event), state (its state's name, else ""), detail
    (text, the most telling part: error and cause, output, input, or what is called).

    Raises:
        botocore.exceptions.ClientError: no such execution.
        LookupError: an Express one whose events were not logged; AWS keeps no other history of it.
    """
    return pd.DataFrame(rows(read_events(arn)), columns=COLUMNS)


def rows(events: Sequence[Event]) -> list[dict[str, Any]]:
    """One dict an event, keyed by COLUMNS."""
    start = start_of(events)
    states = states_of(events)
    table = []
    for event in events:
        found = details(event)
        table.append(
            {
                "id": event["id"],
                "previous_id": previous(event),
                "time": (event["timestamp"] - start).total_seconds() if start else 0.0,
                "type": str(event["type"]),
                "state": states[event["id"]],
                "detail": _detail(found),
            }
        )
    return table


def _detail(found: Any) -> str:
    """The part of an event that tells most: its error, its output, its input, or its call."""
    if found.get("error") or found.get("cause"):
        return ": ".join(str(found[key]) for key in ("error", "cause") if found.get(key))
    for key in ("output", "input", "parameters", "mapRunArn"):
        if found.get(key):
            return str(found[key])
    if "index" in found:
        return f"item {found['index']}"
    if "redriveCount" in found:
        return f"redrive {found['redriveCount']}"
    if "length" in found:
        return f"{found['length']} items"
    return " ".join(str(found[key]) for key in ("resourceType", "resource") if found.get(key))
