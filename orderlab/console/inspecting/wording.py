"""A state's steps in words: what the page says, for a terminal and a screen reader."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from orderlab.console.definition.signs import sign_of
from orderlab.console.executions.execution import Attempt
from orderlab.console.executions.reading import Recording
from orderlab.console.inspecting.case import Case
from orderlab.console.inspecting.causes import read_cause
from orderlab.console.inspecting.diffs import Run, counts, diff, shown
from orderlab.console.inspecting.logs import Log, parts
from orderlab.console.inspecting.step import Rule, Step
from orderlab.console.inspecting.values import UNKNOWN, dump
from orderlab.console.outputs.fold import Fold
from orderlab.console.text import error_line, shorten

MOST_LOG_LINES = 100
_WIDEST = 160


def text(case: Case, steps: list[Step], log: Log | None) -> str:
    """All of it, line by line."""
    lines = [f"{case.visit.name} ({sign_of(case.visit.type, case.raw)}): {status_of(case)}"]
    lines += [f"  {fact}" for fact in facts(case)]
    lines += [f"  {line}" for line in attempt_lines(case)]
    lines += ["Input", *_block(shown(case.input))]
    for number, step in enumerate(steps, 1):
        lines += _step(number, step)
    lines += [f"Note: {note}" for note in notes(case, steps)]
    if case.output is not UNKNOWN and case.output == case.input:
        lines.append("Output: equal to the input")
    elif case.output is not UNKNOWN:
        lines += ["Output", *_block(shown(case.output))]
    lines += _log(log)
    return "\n".join(line.rstrip() for line in lines)


def not_visited(recording: Recording, name: str) -> Fold:
    """A state of the definition that the execution did not come to."""
    state = recording.definition.states[name]
    names = list(dict.fromkeys(visit.name for visit in recording.execution.visits))
    said = f"{name} ({state.sign}): not visited by execution {recording.execution.name}."
    passed = f"Visited: {', '.join(names) or 'none yet'}."
    html = (
        f'<div class="mathjax_ignore"><b>{escape(name)}</b> '
        f"({escape(state.sign)}): not visited by execution "
        f"{escape(recording.execution.name)}.<br>{escape(passed)}</div>"
    )
    return Fold(html, f"{said}\n{passed}")


def status_of(case: Case) -> str:
    """Of this attempt: a word of `style.LOOKS`."""
    return case.visit.status if case.chosen.is_last else "failed"


def facts(case: Case) -> list[str]:
    """Where and when: which attempt, visit and item of how many, the times, the next state."""
    chosen, visit = case.chosen, case.visit
    found = []
    if chosen.attempts > 1:
        found.append(f"attempt {chosen.attempt_number} of {chosen.attempts}")
    if visit.items:
        found.append(f"item {', '.join(map(str, visit.items))} of {visit.ancestors[-1].name}")
    elif visit.parent:
        found.append(f"in a branch of {visit.parent.name}")
    if chosen.visits > 1:
        found.append(f"visit {chosen.number} of {chosen.visits}")
    begin, end = _times(case)
    until = f"from {begin:.3f} s to {end:.3f} s" if end is not None else f"since {begin:.3f} s"
    found.append(until)
    if case.next_state:
        found.append(f"then {case.next_state}")
    return found


def _times(case: Case) -> tuple[float, float | None]:
    attempt, visit = case.attempt, case.visit
    if case.chosen.attempts == 1:
        return visit.entered, visit.exited if visit.exited is not None else attempt.ended
    begin = attempt.scheduled if attempt.scheduled is not None else visit.entered
    return begin, attempt.ended


def attempt_lines(case: Case) -> list[str]:
    """One line an attempt, if there were several, with the wait before the next one."""
    attempts = case.visit.attempts
    if len(attempts) < 2:
        return []
    waits = {one.before - 1: one for one in case.visit.backoffs}
    found = []
    for number, one in enumerate(attempts, 1):
        mark = "this one" if one is case.attempt else ""
        wait = waits.get(number)
        then = f"; then {wait.end - wait.start:.3f} s of waiting" if wait and wait.end else ""
        shown_here = f" ({mark})" if mark else ""
        found.append(f"Attempt {number}{shown_here}: {_outcome(one)}{then}")
    return found


def _outcome(attempt: Attempt) -> str:
    when = f"at {attempt.scheduled:.3f} s " if attempt.scheduled is not None else ""
    if attempt.failed:
        return f"{when}failed, {error_line(attempt.error, attempt.cause)}"
    return f"{when}{'succeeded' if attempt.ended is not None and not attempt.cut else 'not ended'}"


def notes(case: Case, steps: list[Step]) -> list[str]:
    """Why steps between are missing, if some are."""
    reason = case.evaluation.refusal
    if not reason:
        return []
    lacking = any(" + " in step.name for step in steps)
    lacking = lacking or any(rule.matched is None for step in steps for rule in step.rules)
    if not lacking and case.visit.exited is not None:
        return []
    if case.visit.exited is None and not case.failed:
        return ["The state has not ended: the steps after its work are still to come."]
    return [f"What each step did between is not shown, only what the history tells: {reason}."]


def field_text(step: Step) -> str:
    """The definition's field in one line; empty, where it has none."""
    return dump(step.field) if step.given and step.name not in ("Task", "Parallel", "Map") else ""


def changes(step: Step) -> list[Run]:
    """The lines that a step shows: a change, or a value of its own."""
    if step.after is UNKNOWN:
        return []
    if step.fresh or step.before is UNKNOWN:
        return shown(step.after)
    return diff(step.before, step.after) if step.changed else []


def counted(runs: list[Run]) -> str:
    """`4 lines added, 1 removed`."""
    added, removed = counts(runs)
    parts_ = [f"{added} added"] * bool(added) + [f"{removed} removed"] * bool(removed)
    return ", ".join(parts_)


def _step(number: int, step: Step) -> Iterator[str]:
    runs = changes(step)
    told = f" ({counted(runs)})" if counted(runs) else ""
    unchanged = "" if step.changed or step.fresh or step.error or step.rules else " [unchanged]"
    yield f"{number}. {step.name}: {step.words}{told}{unchanged}"
    if field_text(step) and not step.rules:
        yield f"     as written: {shorten(field_text(step), _WIDEST)}"
    for rule in step.rules:
        yield f"     {rule_line(rule)}"
    if step.error:
        yield from (f"     {line}" for line in cause_lines(step.error))
    yield from _block(runs)


def rule_line(rule: Rule, arrow: str = "->") -> str:
    """`1. validation.isValid is true -> ProcessPayment: matched ($.validation.isValid is true)`."""
    said = {True: "matched", False: "did not match", None: "not tried"}[rule.matched]
    values = "; ".join(f"{path} is {value}" for path, value in rule.values.items())
    where = f" ({values})" if values else ""
    return f"{rule.number}. {rule.label} {arrow} {rule.target}: {said}{where}"


def cause_lines(cause: str) -> list[str]:
    """Message, trace, and what else is in it."""
    found = read_cause(cause)
    lines = [*found.message.splitlines(), *found.trace, *found.rest.splitlines()]
    return [line for line in lines if line.strip()]


def fold_words(run: Run) -> str:
    """What is folded away."""
    kind = {" ": "", "+": " added", "-": " removed"}[run.sign]
    return f"{len(run.lines)} more{kind} lines" if kind else f"{len(run.lines)} lines as before"


def _block(runs: list[Run]) -> Iterator[str]:
    for run in runs:
        if run.folded:
            alone = {one.sign for one in runs} == {" "}
            said = f"{len(run.lines)} more lines" if alone else fold_words(run)
            yield f"     {run.sign} ... {said}"
            continue
        for line in run.lines:
            more = f"... {len(line.hidden)} more lines" if line.hidden else ""
            yield f"     {run.sign} {shorten_line(line.text)}{more}"


def shorten_line(line: str) -> str:
    """One line, cut where it is long; its indentation stays."""
    return line if len(line) <= _WIDEST else f"{line[: _WIDEST - 3]}..."


def _log(log: Log | None) -> Iterator[str]:
    if log is None:
        return
    yield f"Log of this invocation: {log_title(log)}"
    for line in log.lines[:MOST_LOG_LINES]:
        level, message, rest = parts(line.message)
        first, *others = message.splitlines() or [""]
        told = " ".join(part for part in (level, first, fields_text(rest)) if part)
        yield shorten_line(f"  {line.time:9.3f}  {told}")
        yield from (shorten_line(f"             {other}") for other in others)
    if len(log.lines) > MOST_LOG_LINES:
        yield f"  ... {len(log.lines) - MOST_LOG_LINES} more lines, in .log"


def fields_text(fields: dict[str, Any]) -> str:
    """The other fields of a line of structured JSON: `orderId=order-1 retryCount=0`."""
    return " ".join(
        f"{key}={one if isinstance(one, str) else dump(one)}" for key, one in fields.items()
    )


def log_title(log: Log) -> str:
    """How many lines, of which request, from where; or why there are none."""
    if not log.lines:
        return log.note
    count = "1 line" if len(log.lines) == 1 else f"{len(log.lines)} lines"
    more = f" ({log.note})" if log.note else ""
    return f"{count} of request {log.request_id} in {log.group}{more}"
