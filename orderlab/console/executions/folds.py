"""Detail that opens on a click: the events, and what went into and out of each state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from orderlab.console.definition.parsing import Definition
from orderlab.console.durations import short
from orderlab.console.executions.eventdetails import Event, details
from orderlab.console.executions.execution import Attempt, Execution, Visit
from orderlab.console.outputs.fold import Fold
from orderlab.console.outputs.jsontext import as_value, json_html, json_text
from orderlab.console.style import FAILURE, LOOKS, WEB_SIGNS
from orderlab.console.text import error_line, shorten, visit_line

_MOST_EVENTS = 500  # rows of a table that a browser scrolls with ease
_MOST_STATES = 200
_LONGEST = 20_000  # characters of one input or output in a page
_LONGEST_TEXT = 200  # and in a terminal
_MOST_DETAILS = 400_000  # characters of all events' details in a page
_DATA = ("input", "output", "parameters", "cause")  # JSON texts in an event's details
_TRIFLES = ("inputDetails", "outputDetails", "assignedVariablesDetails")

# With widths, as JupyterLab makes columns equal. The longest type is MapIterationSucceeded.
_COLUMNS = {"id": "2.5em", "time (s)": "7em", "type": "13em", "state": "9em", "details": "auto"}
_SUMMARY = "cursor:pointer;padding:2px 0"
_CELL = "text-align:left;vertical-align:top;padding:2px 12px 2px 0"
_LINE = "border-top:1px solid #8884"


def events_fold(rows: Sequence[dict[str, Any]], events: Sequence[Event]) -> Fold:
    """The table of events, the details of each below it; `rows` as `history` has them."""
    both = list(zip(rows, events, strict=True))
    left_out = len(both) - _MOST_EVENTS
    if left_out > 0:
        half = _MOST_EVENTS // 2
        both = [*both[:half], *both[-half:]]
    head = "".join(
        f'<th style="{_CELL};width:{width}">{name}</th>' for name, width in _COLUMNS.items()
    )
    longest = min(_LONGEST, _MOST_DETAILS // max(1, len(both)))
    body = "".join(_row(row, event, longest) for row, event in both)
    note = f"{left_out} events in the middle are left out; history(arn) has them all."
    more = f"<p>{note}</p>" if left_out > 0 else ""
    html = (
        f'<details class="mathjax_ignore" style="margin:2px 0"><summary style="{_SUMMARY}">'
        f"<b>Events</b> ({len(rows)})</summary>{more}"
        '<table style="border-collapse:collapse;table-layout:fixed;width:100%">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></details>"
    )
    lines = [f"Events ({len(rows)}): id, seconds since start, type, state, detail"]
    lines += [note] if left_out > 0 else []
    for row, _ in both:
        line = f"  {row['id']:>4} {row['time']:9.3f}  {row['type']:<24} {row['state']:<20} "
        lines.append((line + shorten(row["detail"], 100)).rstrip())
    return Fold(html, "\n".join(lines))


def _row(row: dict[str, Any], event: Event, longest: int) -> str:
    """One event; a line above it where a state is entered, and a sign where something failed."""
    kind = escape(row["type"])
    if kind.endswith(("Failed", "TimedOut")):
        sign = WEB_SIGNS[LOOKS["failed"].sign]
        kind = f'<span style="color:{FAILURE};font-weight:bold">{sign} {kind}</span>'
    cells = (str(row["id"]), f"{row['time']:.3f}", kind, f"<b>{escape(row['state'])}</b>")
    found = {key: value for key, value in details(event).items() if key not in _TRIFLES}
    opens = _event_details(row["detail"], found, longest) if found else ""
    line = _LINE if row["type"].endswith("Entered") or row["id"] == 1 else ""
    inner = "".join(f'<td style="{_CELL};overflow-wrap:anywhere">{cell}</td>' for cell in cells)
    return f'<tr style="{line}">{inner}<td style="{_CELL};overflow-wrap:anywhere">{opens}</td></tr>'


def _event_details(line: str, found: dict[str, Any], longest: int) -> str:
    values = {key: as_value(one) if key in _DATA else one for key, one in found.items()}
    if isinstance(found.get("assignedVariables"), dict):
        assigned = found["assignedVariables"].items()
        values["assignedVariables"] = {name: as_value(text) for name, text in assigned}
    said = escape(shorten(line, 48) or ", ".join(found))
    return (
        f'<details><summary style="cursor:pointer">{said}</summary>{json_html(values, longest)}'
        "</details>"
    )


def states_fold(definition: Definition, execution: Execution) -> Fold:
    """One fold for each attempt of each visit, in the order of the history."""
    html, lines = [], ["States"]
    for visit in execution.visits[:_MOST_STATES]:
        html += [_attempt_html(visit, number) for number in range(max(1, len(visit.attempts)))]
        lines.append(f"  {visit_line(visit, definition)}")
        for title, value in _parts(visit, len(visit.attempts) - 1):
            lines.append(f"     {title}: {shorten(json_text(value), _LONGEST_TEXT)}")
    left_out = len(execution.visits) - _MOST_STATES
    if left_out > 0:
        note = f"{left_out} later states are left out; history(arn) has them all."
        html.append(f"<p>{note}</p>")
        lines.append(f"  {note}")
    return Fold(f'<div class="mathjax_ignore">{"".join(html)}</div>', "\n".join(lines))


def _attempt_html(visit: Visit, number: int) -> str:
    parts = "".join(
        f"<div>{title}</div>{json_html(value, _LONGEST)}" for title, value in _parts(visit, number)
    )
    attempt = visit.attempts[number] if visit.attempts else None
    last = number >= len(visit.attempts) - 1
    status = visit.status if last else "stopped" if attempt and attempt.cut else "failed"
    look = LOOKS[status]
    item = "".join(f", item {item}" for item in visit.items)
    count = f", attempt {number + 1} of {len(visit.attempts)}" if len(visit.attempts) > 1 else ""
    redriven = " (redriven)" if attempt and attempt.redrive and len(visit.attempts) > 1 else ""
    failed = attempt if attempt and attempt.failed else None
    outcome = f"{look.word} {error_line(failed.error, failed.cause)}" if failed else look.word
    seconds = _seconds(visit, attempt)
    lasts = f' <span style="opacity:0.65">{short(seconds)}</span>' if seconds else ""
    mark = WEB_SIGNS.get(look.sign, look.sign)
    sign = f'<span style="color:{look.border};font-weight:bold">{mark}</span>'
    indent = f"margin:2px 0 2px {18 * len(visit.ancestors)}px"
    return (
        f'<details class="mathjax_ignore" style="{indent}"><summary style="{_SUMMARY}">{sign} '
        f"<b>{escape(visit.name)}</b>{item}{count}{redriven}: {escape(shorten(outcome, 120))}"
        f'{lasts}</summary><div style="margin-left:18px">{parts}</div></details>'
    )


def _seconds(visit: Visit, attempt: Attempt | None) -> float | None:
    """How long an attempt took; without one, how long the state was passed through."""
    if attempt is not None and len(visit.attempts) > 1:
        start, end = attempt.scheduled, attempt.ended
    else:
        start = visit.entered
        end = visit.exited if visit.exited is not None else visit.stopped
    return None if start is None or end is None else end - start


def _parts(visit: Visit, number: int) -> Iterator[tuple[str, Any]]:
    """What one attempt shows: the state's input, what the service got and gave, and the output."""
    attempt = visit.attempts[number] if visit.attempts else Attempt()
    last = number >= len(visit.attempts) - 1
    yield "Input", as_value(visit.input)
    if attempt.parameters is not None and visit.type == "Task":
        yield "Sent to the service", as_value(attempt.parameters)
    if attempt.result is not None:
        yield "Answer of the service", as_value(attempt.result)
    if attempt.failed:
        yield "Error", attempt.error or ""
        yield "Cause", as_value(attempt.cause) or ""
    if last and visit.assigned:
        yield (
            "Variables assigned",
            {f"${name}": as_value(text) for name, text in visit.assigned.items()},
        )
    if last and visit.map_run:
        yield "Map Run, its child executions listed by ListExecutions(mapRunArn)", visit.map_run
    if last and visit.output is not None:
        yield "Output", as_value(visit.output)
