"""The line above a watched execution: how it stands, since when, after how many events."""

from __future__ import annotations

from datetime import datetime
from html import escape

from orderlab.console.executions.eventdetails import start_of
from orderlab.console.executions.reading import Recording
from orderlab.console.outputs.fold import Fold
from orderlab.console.style import LOOKS, WEB_SIGNS

_LOOKS = {
    "SUCCEEDED": LOOKS["succeeded"],
    "FAILED": LOOKS["failed"],
    "TIMED_OUT": LOOKS["failed"],
    "ABORTED": LOOKS["stopped"],
}


def headline(recording: Recording, note: str = "", clock: datetime | None = None) -> Fold:
    """`SUCCEEDED after 3.204 s, 24 events: OrderWorkflow, execution order-1`, and a note.

    Args:
        recording: the execution.
        note: what else there is to say, as sentences.
        clock: what time it is where it runs, if it is to be seen passing.
    """
    execution, status = recording.execution, str(recording.description["status"])
    when = _when(recording, clock)
    who = f"{execution.machine}, execution {execution.name}"
    look = _LOOKS.get(status, LOOKS["running"])
    sign = WEB_SIGNS.get(look.sign, look.sign)
    pill = (
        f'<span style="background:{look.fill};color:{look.note};border:1px solid {look.border};'
        f'border-radius:10px;padding:1px 9px;font-weight:bold">{sign} {escape(status)}</span>'
    )
    more = f'<div style="margin-top:3px">{escape(note)}</div>' if note else ""
    html = (
        f'<div class="mathjax_ignore" style="margin:2px 0">{pill} {when}'
        f'<span style="opacity:0.7">: {escape(who)}</span>{more}</div>'
    )
    return Fold(html, "\n".join([f"{status} {when}: {who}", *([note] if note else [])]))


def _when(recording: Recording, clock: datetime | None) -> str:
    """How long it took, or takes, on its own clock, and how many events that were."""
    count = len(recording.events)
    events = "1 event" if count == 1 else f"{count:,} events"
    begun = start_of(recording.events)
    if begun is None:
        return "with no event yet"
    ended, last = recording.description.get("stopDate"), recording.events[-1]["timestamp"]
    if ended is not None:
        return f"after {(ended - begun).total_seconds():,.3f} s, {events}"
    if clock is not None and (clock - last).total_seconds() >= 1:
        return f"for {(clock - begun).total_seconds():,.0f} s, {events}"
    return f"with {events} in {(last - begun).total_seconds():,.3f} s"
