"""The pictures in words: what a person would say on the phone."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence

from orderlab.console.definition.faults import faults
from orderlab.console.definition.parsing import Definition, State
from orderlab.console.executions.execution import Attempt, Execution, Status, Visit

_OTHER_OUTCOMES: tuple[Status, ...] = ("failed", "running", "stopped")
_LONGEST = 300  # characters of an error's cause or a JSON value in one line


def describe_machine(name: str, definition: Definition) -> str:
    """Every state with where it leads, in the definition's order; then what is wrong with it."""
    start = definition.starts.get(None)
    lines = [f"State machine {name}, starts at {start}" if start else f"State machine {name}"]
    for state in definition.states.values():
        leads = [*_leads(definition, state), *(["ends"] if state.ends else [])]
        inside = f" in {_frame(definition, state)}" if state.frame else ""
        lines.append(
            f"  {state.name} ({state.sign}{inside}): {'; '.join(leads) or 'leads nowhere'}"
        )
    for fault in faults(definition):
        lines += [f"  {'Hint' if fault.hint else 'Fault'}: {fault.message}"]
    return "\n".join(lines)


def describe_execution(definition: Definition, execution: Execution) -> str:
    """Status, then the states in the order passed with outcome, retries, error and cause."""
    lines = [f"{execution.machine}, execution {execution.name}: {execution.status}"]
    if execution.error:
        lines.append(f"  {error_line(execution.error, execution.cause)}")
    for number, visit in enumerate(execution.visits, 1):
        items = items_line(execution, [visit])
        lines.append(f"  {number}. {visit_line(visit, definition)}{f', {items}' if items else ''}")
    seen = {visit.name for visit in execution.visits}
    missed = [name for name in definition.states if name not in seen]
    if missed:
        lines.append(f"  Not visited: {', '.join(missed)}")
    if untold := dict.fromkeys(visit.name for visit in execution.visits if visit.untold):
        lines.append(f"  The history does not tell what {', '.join(untold)} ran.")
    return "\n".join(lines)


def items_line(execution: Execution, visits: Sequence[Visit]) -> str:
    """What became of the items of a Map: `3 items, 1 failed`. Empty for what is no Map."""
    last: dict[tuple[int, ...], Visit] = {}
    for visit in visits:
        if visit.type == "Map":
            found = (other for other in execution.visits if other.parent is visit)
            last |= {(visit.entered_event, *other.items): other for other in found}
    if not last:
        return ""
    outcomes = Counter(visit.status for visit in last.values())
    others = [f"{outcomes[word]} {word}" for word in _OTHER_OUTCOMES if outcomes[word]]
    return ", ".join([counted(len(last), "item", "items"), *others])


def counted(count: int, one: str, many: str) -> str:
    """`1 retry`, `2 retries`."""
    return f"{count} {one if count == 1 else many}"


def visit_line(visit: Visit, definition: Definition) -> str:
    """`ProcessPayment (λ Lambda invoke): caught PaymentDeclined: ..., 1 retry`."""
    state = definition.states.get(visit.name)
    sign = state.sign if state else visit.type
    line = f"{visit.name}{_where(visit)} ({sign}): {visit.status}"
    if visit.failure:
        line += ", to be retried after" if visit.status == "running" else ""
        line += f" {error_line(visit.failure.error, visit.failure.cause)}"
    if visit.retries:
        line += f", {counted(visit.retries, 'retry', 'retries')}"
        line += f" after {', '.join(_errors(visit.attempts[:-1]))}"
    if visit.redrives:
        line += ", redriven" + ("" if visit.redrives == 1 else f" {visit.redrives} times")
    return line


def error_line(error: str | None, cause: str | None) -> str:
    """Error and cause on one line, cut where they are long."""
    parts = [part for part in (error, _message(cause)) if part]
    return shorten(": ".join(parts), _LONGEST) if parts else "without an error name"


def _message(cause: str | None) -> str | None:
    """A function's own message: Lambda wraps it in JSON with type, request id and stack trace."""
    try:
        found = json.loads(cause or "")
    except ValueError:
        return cause
    return (
        str(found["errorMessage"]) if isinstance(found, dict) and "errorMessage" in found else cause
    )


def shorten(text: str, longest: int = _LONGEST) -> str:
    """One line of at most `longest` characters."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 3]}..."


def pretty(text: str | None) -> str:
    """JSON text indented as a person reads it; any other text as it is."""
    if text is None:
        return ""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text


def _where(visit: Visit) -> str:
    if visit.parent is None:
        return ""
    item = "" if visit.iteration is None else f", item {visit.iteration}"
    return f" in {visit.parent.name}{item}"


def _errors(attempts: list[Attempt]) -> list[str]:
    return list(dict.fromkeys(attempt.error or "an error" for attempt in attempts))


def _frame(definition: Definition, state: State) -> str:
    """The frame that a state is in: of a Parallel, with its branch."""
    assert state.frame is not None  # asked only of states inside
    outer, branch = state.frame
    several = len(definition.frames_of(outer)) > 1
    return f"branch {branch + 1} of {outer}" if several else outer


def _leads(definition: Definition, state: State) -> Iterator[str]:
    for edge in definition.edges:
        if edge.source != state.name:
            continue
        if edge.kind == "next":
            yield f"then {edge.target}"
        elif edge.kind == "choice":
            rules = [label for label in edge.labels if label != "default"]
            when = [f"if {' or '.join(rules)}"] if rules else []
            when += ["by default"] if len(rules) < len(edge.labels) else []
            yield f"{edge.target} {' or '.join(when)}"
        else:
            yield f"{edge.target} on {' or '.join(edge.labels)}"
