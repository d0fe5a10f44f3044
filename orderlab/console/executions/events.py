"""The events of an execution as rows and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from orderlab.console.executions.reading import read_events
from orderlab.console.executions.tracing import Event, details, start_of

COLUMNS = ["id", "previous_id", "time", "type", "state", "detail"]


def history(arn: str) -> pd.DataFrame:
    """The event history of an execution.

    Columns: id, previous_id (int), time (seconds since the execution started), type (AWS's name
    of the event), state (its state's name, else ""), detail (the most telling part, text).

    Raises:
        botocore.exceptions.ClientError: no such execution, or an Express one (AWS keeps no
            history of those to read).
    """
    return pd.DataFrame(rows(read_events(arn)), columns=COLUMNS)


def rows(events: Sequence[Event]) -> list[dict[str, Any]]:
    """One dict an event, keyed by COLUMNS."""
    start = start_of(events)
    states: dict[int, str] = {}
    frames: list[str] = []  # Parallel and Map states that were entered and not yet left
    table = []
    for event in events:
        found = details(event)
        kind = str(event["type"])
        state = states.get(event["previousEventId"], "")
        if kind.endswith(("StateEntered", "StateExited")):
            state = str(found.get("name", ""))
            if kind in ("ParallelStateEntered", "MapStateEntered"):
                frames.append(state)
            elif state in frames:
                frames.remove(state)
        elif kind.startswith(("ParallelState", "MapState")) and frames:
            state = frames[-1]  # what came before it is the last state of a branch
        states[event["id"]] = state
        table.append(
            {
                "id": event["id"],
                "previous_id": event["previousEventId"],
                "time": (event["timestamp"] - start).total_seconds() if start else 0.0,
                "type": kind,
                "state": "" if kind.startswith("Execution") else state,
                "detail": _detail(found),
            }
        )
    return table


def _detail(found: Any) -> str:
    """The part of an event that tells most: its error, its output, its input, or its call."""
    if found.get("error") or found.get("cause"):
        return ": ".join(str(found[key]) for key in ("error", "cause") if found.get(key))
    for key in ("output", "input", "parameters"):
        if found.get(key):
            return str(found[key])
    if "index" in found:
        return f"item {found['index']}"
    if "length" in found:
        return f"{found['length']} items"
    return " ".join(str(found[key]) for key in ("resourceType", "resource") if found.get(key))
