"""An execution and what would have become of it, had one thing been otherwise: `console.branch`."""

from __future__ import annotations

from html import escape
from typing import Protocol, runtime_checkable

import pandas as pd

from orderlab.console.executions.eventdetails import details
from orderlab.console.executions.reading import Recording, read
from orderlab.console.outputs.fold import Fold
from orderlab.console.outputs.page import View
from orderlab.console.text import error_line
from orderlab.console.timelines.comparing import ComparisonView, compare_recordings


class Branched(Protocol):
    """A branch that has been made: its ARN, and a note of what it has worked on."""

    @property
    def arn(self) -> str: ...

    @property
    def note(self) -> str: ...


@runtime_checkable
class Change(Protocol):
    """One thing that is otherwise. Its text says what; it knows how to rewind where it runs."""

    def apply(self, execution: str, at: int) -> Branched:
        """Run an execution again to one of its events, and from there with this changed."""


class BranchView(View):
    """An execution and a branch of it.

    Attributes:
        arn: the ARN of the branch.
        original: the ARN of what it was branched from.
        at: id of the last event that both have in common.
        comparison: both side by side, as `console.compare` shows them.
        data: the comparison's table.
        text: all of it in words.
    """

    def __init__(
        self, original: str, at: int, branch: Branched, head: Fold, comparison: ComparisonView
    ) -> None:
        super().__init__(head, *comparison.parts)
        self.arn = branch.arn
        self.original = original
        self.at = at
        self.comparison = comparison
        self.data: pd.DataFrame = comparison.data
        self.text = f"{head.text}\n{comparison.text}"


def branch(execution: str, at: int | str, change: Change) -> BranchView:
    """Run an execution again to one of its events, then with one thing changed; show both.

    AWS cannot do this. The change knows how to: one of `localaws.branching`, for an execution of
    the local AWS. The branch is an execution of its own; the original stays as it is.

    Args:
        execution: its ARN.
        at: id of the last event that both have in common, counted from 1, as in
            `console.history`; or the name of a state, for the event of its last entry.
        change: what is otherwise after that event, as
            `branching.fault(function=…, error="PaymentDeclined")`.

    Raises:
        TypeError: `change` is none.
        ValueError: the execution never entered this state; or nothing can be branched there, as
            the change says.
        RuntimeError: nothing can be branched now, as the change says.
        botocore.exceptions.ClientError: no such execution.
    """
    if not isinstance(change, Change):
        raise TypeError(
            "change is an object that can rewind an execution: one with a method "
            "apply(execution, at), as localaws.branching.fault(…), .retry(…), .state(…), "
            f".definition(…) and .input(…) make them for the local AWS. This is {change!r}. "
            "AWS itself cannot rewind."
        )
    number = _entry(read(execution), at) if isinstance(at, str) else at
    made = change.apply(execution, number)
    original, branched = read(execution), read(made.arn)
    comparison = compare_recordings(original, branched, ("the original", "the branch"))
    head = _head(original, branched, number, str(change), made.note)
    return BranchView(execution, number, made, head, comparison)


def _entry(recording: Recording, state: str) -> int:
    visits = recording.execution.visits_of(state)
    if not visits:
        entered = ", ".join(dict.fromkeys(visit.name for visit in recording.execution.visits))
        raise ValueError(
            f"{recording.description['name']} never entered a state {state!r}. "
            f"It entered: {entered or 'none'}."
        )
    return visits[-1].entered_event


def _head(original: Recording, branched: Recording, at: int, change: str, note: str) -> Fold:
    """What was changed, where, and how both have ended."""
    event = next(event for event in original.events if event["id"] == at)
    where = f"event {at}, {event['type']}{_of(original, at)}"
    lines = [
        ("What if", f"{change}, after {where}"),
        ("As it was", _end(original)),
        ("As it would have been", _end(branched)),
    ]
    rows = "".join(
        '<tr><th style="text-align:left; padding:2px 12px 2px 0; white-space:nowrap; '
        f'vertical-align:top">{escape(word)}</th>'
        f'<td style="text-align:left; padding:2px 0">{escape(text)}</td></tr>'
        for word, text in lines
    )
    html = (
        '<div class="mathjax_ignore"><table style="border-collapse:collapse;margin:6px 0">'
        f"{rows}</table>"
        f'<p style="margin:4px 0"><small>{escape(note)}</small></p></div>'
    )
    words = [f"{word}: {text}" for word, text in lines]
    return Fold(html, "\n".join([*words, note]))


def _of(recording: Recording, at: int) -> str:
    """The state that an event belongs to: it is followed back to where that was entered."""
    events = {event["id"]: event for event in recording.events}
    event = events[at]
    while not str(event["type"]).endswith(("StateEntered", "StateExited")):
        if event["previousEventId"] not in events:
            return ""
        event = events[event["previousEventId"]]
    if event["id"] != at and str(event["type"]).endswith("StateExited"):
        return ""  # what follows it belongs to a state around it
    return f" of {details(event)['name']}"


def _end(recording: Recording) -> str:
    description = recording.description
    told = f"{description['name']} {description['status']}"
    if description.get("error"):
        told += f", {error_line(description['error'], description.get('cause'))}"
    return told
