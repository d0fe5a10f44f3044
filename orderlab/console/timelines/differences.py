"""Where two executions differ: in what they did, in their data, in their definitions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from orderlab.console.definition.parsing import Definition
from orderlab.console.executions.execution import Visit
from orderlab.console.executions.reading import Recording
from orderlab.console.outputs.jsontext import LONG_WINDED, as_value, without_long_winded
from orderlab.console.text import error_line
from orderlab.console.timelines.alignment import Pair

# What AWS draws anew for every call, by its key.
_DRAWN = (*LONG_WINDED, "MessageId", "SequenceNumber", "requestId")
_REQUEST = re.compile(r"Request ID: [\w-]+")  # in the cause of a service's error
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?")
_INNER = ("Branches", "ItemProcessor", "Iterator")  # the states inside are compared themselves


_BEFORE = ("input", "variables", "output")
_AFTER = ("error", "cause", "first error", "answer of the service", *_BEFORE)


@dataclass(frozen=True)
class DataDifference:
    """A value that is not the same: which one, and both as JSON values or text."""

    what: str
    one: Any
    other: Any


def deeds(visit: Visit) -> tuple[object, ...]:
    """What a visit did, without its data and its times."""
    return (visit.status, *((attempt.failed, attempt.error) for attempt in visit.attempts))


def outcome(visit: Visit) -> str:
    """`succeeded`, `caught PaymentDeclined`, `failed E, then succeeded on attempt 2`."""
    words: str = visit.status
    failure = visit.failure
    if failure and visit.status in ("failed", "caught"):
        words = f"{words} {failure.error or error_line(None, failure.cause)}"
    failed = [attempt.error or "an error" for attempt in visit.attempts[:-1] if attempt.failed]
    if failed:
        errors = ", ".join(dict.fromkeys(failed))
        words = f"failed {errors}, then {words} on attempt {len(visit.attempts)}"
    return words


def data_differences(
    pairs: Sequence[Pair], parting: tuple[Visit, Visit] | None, one: Recording, other: Recording
) -> list[DataDifference]:
    """The values that tell most: the executions' inputs; or else, where these are the same, the
    first value of a state that is not; and one of the state at which they part.

    Times do not count, nor what AWS draws anew for every call, nor each execution's own ARN.
    """

    def compared(what: str, before: str | None, after: str | None) -> Iterator[DataDifference]:
        values = as_value(before), as_value(after)
        if _plain(values[0], one) != _plain(values[1], other):
            yield DataDifference(what, *(without_long_winded(value)[0] for value in values))

    def of(mine: Visit, theirs: Visit, order: Sequence[str]) -> Iterator[DataDifference]:
        here, there = _values(mine), _values(theirs)
        for what in order:
            yield from compared(f"{place(mine)}, {what}", here[what], there[what])

    found = list(compared("Input", one.execution.input, other.execution.input))
    if not found:
        both = ((mine, theirs) for mine, theirs in pairs if mine and theirs)
        found += islice((d for pair in both for d in of(*pair, list(_values(pair[0])))), 1)
    if parting:
        order = _BEFORE if deeds(parting[0]) == deeds(parting[1]) else _AFTER
        found += [d for d in islice(of(*parting, order), 1) if d not in found]
    return found


def place(visit: Visit) -> str:
    """`ReserveItem, item 3`."""
    return visit.name + "".join(f", item {item}" for item in visit.items)


def _values(visit: Visit) -> dict[str, str | None]:
    """What goes in and out of a visit, in the order in which it comes about."""
    last = visit.attempts[-1] if visit.attempts else None
    task = last if last and visit.type == "Task" else None
    first = next((attempt for attempt in visit.attempts if attempt.failed), last)
    return {
        "input": visit.input,
        "what the service was sent": task.parameters if task else None,
        "error": last.error if last else None,
        "cause": last.cause if last else None,
        "first error": first.error if first else None,
        "answer of the service": task.result if task else None,
        "variables": json.dumps({name: as_value(text) for name, text in visit.assigned.items()}),
        "output": visit.output,
    }


def _plain(value: Any, recording: Recording) -> Any:
    if isinstance(value, Mapping):
        kept = {key: one for key, one in value.items() if key not in _DRAWN}
        return {key: _plain(one, recording) for key, one in kept.items()}
    if isinstance(value, list):
        return [_plain(one, recording) for one in value]
    if isinstance(value, str):
        own = value.replace(str(recording.description["executionArn"]), "(the execution)")
        return _REQUEST.sub("(a request)", _TIME.sub("(a time)", own))
    return value


def changed_states(one: Definition, other: Definition) -> list[str]:
    """How the other definition differs, each in a line."""
    here, there = one.states, other.states
    changed = [
        name
        for name in here
        if name in there
        and (_own(here[name].raw), here[name].frame)
        != (
            _own(there[name].raw),
            there[name].frame,
        )
    ]
    lines = [
        ("changed", changed),
        ("only in the first", [name for name in here if name not in there]),
        ("only in the second", [name for name in there if name not in here]),
    ]
    found = [f"{word}: {', '.join(names)}" for word, names in lines if names]
    if one.starts.get(None) != other.starts.get(None):
        found.append(f"starts at {one.starts.get(None)}, and at {other.starts.get(None)}")
    return found


def _own(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in raw.items() if key not in _INNER}
