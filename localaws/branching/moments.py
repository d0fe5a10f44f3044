"""The events at which an execution can be branched, and what one of them brings in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localaws.stepfunctions.executions import LAST_EVENTS

if TYPE_CHECKING:
    from localaws.branching.changes import Change
    from localaws.stepfunctions.past import Past

Event = dict[str, Any]
HANDED_OVER = ("TaskSubmitted", "ActivityStarted")
NOT_AGAIN = {
    "MapRunStarted": "the run of a distributed Map, whose child executions have gone their own way",
    "ExecutionRedriven": "a redrive",
}


def check(original: Any, events: list[Event], at: int, change: Change) -> None:
    """Raises ValueError where an execution cannot be branched at an event."""
    if isinstance(at, bool) or not isinstance(at, int):
        raise ValueError(f"at is the id of an event, a whole number, not {at!r}.")
    if not 1 <= at <= len(events):
        raise ValueError(
            f"{original.name} has no event {at}: its events are numbered from 1 to {len(events)}."
        )
    if events[at - 1]["type"] in LAST_EVENTS:
        raise ValueError(
            f"With event {at}, {_kind(events[at - 1])}, the execution has ended. "
            "Branch it at an event before."
        )
    for event in events[:at]:
        if (what := NOT_AGAIN.get(event["type"])) is not None:
            raise ValueError(
                f"Event {at} comes after the begin of {what} (event {event['id']}), and what comes "
                f"after cannot be gone through again. Branch at an event before {event['id']}."
            )
    _check_handed_over(events, at)
    if change.brings_in is not None:
        _check_brings_in(events[at - 1])


def _check_handed_over(events: list[Event], at: int) -> None:
    """A task that somebody else is at work on cannot be handed over a second time."""
    answered = {event["previousEventId"] for event in events[:at]}
    for event in events[:at]:
        if event["type"] in HANDED_OVER and event["id"] not in answered:
            raise ValueError(
                f"At event {at}, a task has been handed over (event {event['id']}, "
                f"{_kind(event)}), and its answer is not there yet. Branch before it was, or "
                "after its answer."
            )


def _check_brings_in(event: Event) -> None:
    if not event["type"].endswith(("ExecutionStarted", "StateEntered")):
        raise ValueError(
            f"Event {event['id']}, {_kind(event)}, brings no input in. Choose 1 (that of the "
            "execution), or the event of a state's entry."
        )


def with_input(events: list[Event], at: int, change: Change) -> list[Event]:
    """The events, of which `at` brings in what the change says."""
    if change.brings_in is None:
        return events
    field = "executionStartedEventDetails" if at == 1 else "stateEnteredEventDetails"
    event = events[at - 1]
    brings_in = {**event, field: {**event[field], "input": change.brings_in}}
    return [*events[: at - 1], brings_in, *events[at:]]


def departure(past: Past) -> str:
    """Says where a definition leads elsewhere than the past went."""
    event = past.next_event
    found = event.get("stateEnteredEventDetails") or event.get("stateExitedEventDetails") or {}
    of = f" of {found['name']}" if "name" in found else ""
    return (
        f"With this change, the execution would not come to event {past.at}: it departs at event "
        f"{past.next}, {_kind(event)}{of}. Branch at an event before that."
    )


def _kind(event: Event) -> str:
    return str(getattr(event["type"], "value", event["type"]))
