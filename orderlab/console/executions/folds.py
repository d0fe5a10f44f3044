"""Detail that opens on a click: the events, and what went into and out of each state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from orderlab.console.definition.parsing import Definition
from orderlab.console.executions.tracing import Attempt, Execution, Visit
from orderlab.console.outputs.fold import Fold
from orderlab.console.style import LOOKS, WEB_SIGNS
from orderlab.console.text import error_line, pretty, shorten, visit_line

_MOST_EVENTS = 500  # rows of a table that a browser scrolls with ease
_MOST_STATES = 200
_LONGEST = 20_000  # characters of one input or output in a page
_LONGEST_TEXT = 200  # and in a terminal

_SUMMARY = "cursor:pointer;padding:2px 0"
_CELL = "text-align:left;vertical-align:top;padding:2px 10px 2px 0"
_JSON = (
    "margin:2px 0 8px 0;padding:6px 8px;max-height:22em;overflow:auto;white-space:pre-wrap;"
    "overflow-wrap:anywhere;border:1px solid #8888;border-radius:4px"
)


def events_fold(rows: Sequence[dict[str, Any]]) -> Fold:
    """The table of events; `rows` as `history` has them."""
    shown, left_out = list(rows), len(rows) - _MOST_EVENTS
    if left_out > 0:
        half = _MOST_EVENTS // 2
        shown = [*rows[:half], *rows[-half:]]
    head = "".join(
        f'<th style="{_CELL}">{name}</th>' for name in ("id", "time (s)", "type", "state", "detail")
    )
    body = "".join(_row(row) for row in shown)
    note = f"{left_out} events in the middle are left out; history(arn) has them all."
    more = f"<p>{note}</p>" if left_out > 0 else ""
    html = (
        f'<details class="mathjax_ignore" style="margin:2px 0"><summary style="{_SUMMARY}">'
        f"<b>Events</b> ({len(rows)})</summary>{more}"
        f'<table style="border-collapse:collapse"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></details>"
    )
    lines = [f"Events ({len(rows)}): id, seconds since start, type, state, detail"]
    lines += [note] if left_out > 0 else []
    for row in shown:
        line = f"  {row['id']:>4} {row['time']:9.3f}  {row['type']:<24} {row['state']:<20} "
        lines.append((line + shorten(row["detail"], 100)).rstrip())
    return Fold(html, "\n".join(lines))


def _row(row: dict[str, Any]) -> str:
    cells = (
        row["id"],
        f"{row['time']:.3f}",
        row["type"],
        row["state"],
        shorten(row["detail"], 160),
    )
    return "<tr>" + "".join(f'<td style="{_CELL}">{escape(str(c))}</td>' for c in cells) + "</tr>"


def states_fold(definition: Definition, execution: Execution) -> Fold:
    """One fold for each attempt of each visit, in the order of the history."""
    html, lines = [], ["States"]
    for visit in execution.visits[:_MOST_STATES]:
        html += [_attempt_html(visit, number) for number in range(max(1, len(visit.attempts)))]
        lines.append(f"  {visit_line(visit, definition)}")
        for title, value in _parts(visit, len(visit.attempts) - 1):
            lines.append(f"     {title}: {shorten(value, _LONGEST_TEXT)}")
    left_out = len(execution.visits) - _MOST_STATES
    if left_out > 0:
        note = f"{left_out} later states are left out; history(arn) has them all."
        html.append(f"<p>{note}</p>")
        lines.append(f"  {note}")
    return Fold(f'<div class="mathjax_ignore">{"".join(html)}</div>', "\n".join(lines))


def _attempt_html(visit: Visit, number: int) -> str:
    parts = "".join(
        f'<div>{title}</div><pre style="{_JSON}">{escape(_cut(value, _LONGEST))}</pre>'
        for title, value in _parts(visit, number)
    )
    last = number >= len(visit.attempts) - 1
    look = LOOKS[visit.status if last else "failed"]
    count = f", attempt {number + 1} of {len(visit.attempts)}" if len(visit.attempts) > 1 else ""
    item = "" if visit.iteration is None else f", item {visit.iteration}"
    error = _error(visit, number)
    outcome = f"{look.word} {error_line(error.error, error.cause)}" if error else look.word
    mark = WEB_SIGNS.get(look.sign, look.sign)
    sign = f'<span style="color:{look.border};font-weight:bold">{mark}</span>'
    return (
        f'<details class="mathjax_ignore" style="margin:2px 0"><summary style="{_SUMMARY}">{sign} '
        f"<b>{escape(visit.name)}</b>{item}{count}: {escape(shorten(outcome, 160))}</summary>"
        f'<div style="margin:4px 0 8px 1.2em">{parts}</div></details>'
    )


def _error(visit: Visit, number: int) -> Attempt | None:
    attempt = visit.attempts[number] if visit.attempts else None
    return attempt if attempt and attempt.failed else None


def _parts(visit: Visit, number: int) -> Iterator[tuple[str, str]]:
    """What one attempt shows: the state's input, what the service got and gave, and the output."""
    attempt = visit.attempts[number] if visit.attempts else Attempt()
    last = number >= len(visit.attempts) - 1
    yield "Input", pretty(visit.input)
    if attempt.parameters is not None and visit.type == "Task":
        yield "Sent to the service", pretty(attempt.parameters)
    if attempt.result is not None:
        yield "Answer of the service", pretty(attempt.result)
    if attempt.failed:
        yield "Error", attempt.error or ""
        yield "Cause", pretty(attempt.cause)
    if last and visit.assigned:
        lines = [f"${name} = {pretty(value)}" for name, value in visit.assigned.items()]
        yield "Variables assigned", "\n".join(lines)
    if last and visit.output is not None:
        yield "Output", pretty(visit.output)


def _cut(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    return f"{text[:longest]}\n... ({len(text) - longest} more characters)"
