"""Two JSON values side by side: the lines that a step added, took away, or left as they were."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any, Literal

from orderlab.console.outputs.jsontext import LONG_WINDED

Sign = Literal[" ", "+", "-"]

_SHORT = 56  # characters of an object or array that stays on one line
_NEAR = 2  # unchanged lines that are shown beside a change
_FEW = 14  # lines of one kind in a row that are shown whole
_BRACKETS = ("{", "}", "[", "]")
_MANY = 2_000  # lines from which difflib may guess, to be done in time


@dataclass(frozen=True)
class Line:
    """One line of indented JSON; `hidden` are those that a long-winded value has inside."""

    text: str
    hidden: tuple[str, ...] = ()

    @property
    def core(self) -> tuple[str, tuple[str, ...]]:
        """What must be equal for a line to be unchanged: neither its depth nor its comma."""
        return self.text.strip().rstrip(","), tuple(one.strip() for one in self.hidden)


@dataclass(frozen=True)
class Run:
    """Lines of one sign; `folded` ones open on a click."""

    sign: Sign
    lines: tuple[Line, ...]
    folded: bool = False


def lines_of(value: Any) -> list[Line]:
    """Indented JSON; what is short stays on one line, but for the outermost."""
    return list(_lines(value, "", "", "", outermost=True))


def shown(value: Any, few: int = _FEW) -> list[Run]:
    """A value by itself; all but its first lines are folded."""
    return list(_runs([(" ", line) for line in lines_of(value)], few, around=False))


def diff(before: Any, after: Any) -> list[Run]:
    """What became of a value; long parts are folded, and of what did not change nearly all."""
    return list(_runs(_compared(lines_of(before), lines_of(after)), _FEW, around=True))


def counts(runs: list[Run]) -> tuple[int, int]:
    """Lines added and removed."""
    added, removed = (
        sum(len(run.lines) for run in runs if run.sign == sign) for sign in ("+", "-")
    )
    return added, removed


def _compared(before: list[Line], after: list[Line]) -> list[tuple[Sign, Line]]:
    old, new = [line.core for line in before], [line.core for line in after]
    guess = len(old) + len(new) > _MANY
    # Brackets say nothing by themselves: matched on their own, they would tear things apart.
    matcher = SequenceMatcher(lambda core: core[0] in _BRACKETS, old, new, autojunk=guess)
    found: list[tuple[Sign, Line]] = []
    low = start = 0
    for at, to, size in matcher.get_matching_blocks():
        found += _hunk(before[low:at], after[start:to])
        found += [(" ", line) for line in after[to : to + size]]
        low, start = at + size, to + size
    return found


def _hunk(gone: list[Line], come: list[Line]) -> list[tuple[Sign, Line]]:
    """Lines between two matches, but for those at both ends that are equal: brackets."""
    head = tail = 0
    most = min(len(gone), len(come))
    while head < most and gone[head].core == come[head].core:
        head += 1
    while tail < most - head and gone[-1 - tail].core == come[-1 - tail].core:
        tail += 1
    middle: list[tuple[Sign, Line]] = [("-", line) for line in gone[head : len(gone) - tail]]
    middle += [("+", line) for line in come[head : len(come) - tail]]
    first: list[tuple[Sign, Line]] = [(" ", line) for line in come[:head]]
    return first + middle + [(" ", line) for line in come[len(come) - tail :]]


def _runs(entries: list[tuple[Sign, Line]], few: int, around: bool) -> Iterator[Run]:
    """Group by sign and fold; `around`: of unchanged lines, keep those beside a change."""
    by_sign = groupby(entries, lambda entry: entry[0])
    groups = [(sign, tuple(line for _, line in group)) for sign, group in by_sign]
    for at, (sign, lines) in enumerate(groups):
        first = few if sign != " " or not around else _NEAR * (at > 0)
        last = _NEAR * (at < len(groups) - 1) if sign == " " and around else 0
        if len(lines) <= first + last + 2:
            yield Run(sign, lines)
            continue
        if first:
            yield Run(sign, lines[:first])
        yield Run(sign, lines[first : len(lines) - last], folded=True)
        if last:
            yield Run(sign, lines[-last:])


def _lines(
    value: Any, indent: str, prefix: str, comma: str, outermost: bool = False
) -> Iterator[Line]:
    flat = json.dumps(value, ensure_ascii=False)
    nested = isinstance(value, dict | list)
    # An object at the outside has its lines always, so that a field more is one line more.
    spread = outermost and isinstance(value, dict)
    if not nested or (not spread and (not value or len(flat) <= _SHORT)):
        yield Line(f"{indent}{prefix}{flat}{comma}")
        return
    opens, closes = ("{", "}") if isinstance(value, dict) else ("[", "]")
    yield Line(f"{indent}{prefix}{opens}")
    members = value.items() if isinstance(value, dict) else ((None, one) for one in value)
    for number, (key, one) in enumerate(members, 1):
        name = "" if key is None else f"{json.dumps(key, ensure_ascii=False)}: "
        end = "," if number < len(value) else ""
        inner = list(_lines(one, f"{indent}  ", name, end))
        if key in LONG_WINDED and len(inner) > 1:
            yield Line(inner[0].text, tuple(line.text for line in inner[1:]))
        else:
            yield from inner
    yield Line(f"{indent}{closes}{comma}")
