"""How much one JSONata expression may take: depth, memory and time.

Depth and memory were measured on AWS by others (floci-io/floci, issue 2737): nesting of 100 and
`[1..873782]` are let through, 101 and `[1..873783]` are not; nor is a text of 2^23 characters. How
long an expression may take there is not known.
"""

from __future__ import annotations

import time
from typing import Any

from jsonata import Jsonata
from jsonata.utils import Utils

from localaws.stepfunctions.jsonataerrors import LimitError

DEEPEST = 100
SIZE_OF_ELEMENT = 8
MOST_BYTES = 873_782 * SIZE_OF_ELEMENT  # of one value; of a text, characters
LONGEST = 5.0  # seconds of the wall clock

TOO_DEEP = (
    "Stack overflow error: Check for non-terminating recursive function. "
    "Consider rewriting as tail-recursive"
)
TOO_MUCH = "Expression evaluation memory limit exceeded: Check for excessive memory usage"
TOO_LONG = "Expression evaluation timeout: Check for infinite loop"


class _Limits:
    """Sees every step of one evaluation begin and end; each raises LimitError."""

    def __init__(self) -> None:
        self._depth = 0
        self._ends = time.monotonic() + LONGEST

    def enter(self, *_: Any) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise LimitError(TOO_DEEP)
        if time.monotonic() > self._ends:
            raise LimitError(TOO_LONG)

    def leave(self, _expression: Any, _input: Any, _frame: Any, result: Any) -> None:
        self._depth -= 1
        check_size(result)


def check_size(value: Any) -> None:
    """Raise LimitError where a value takes too much memory; what it holds is not looked into."""
    if isinstance(value, str):
        size = len(value)
    elif isinstance(value, Utils.RangeList):  # whose length is one too many
        size = (value.b - value.a) * SIZE_OF_ELEMENT
    elif isinstance(value, list):
        size = len(value) * SIZE_OF_ELEMENT
    else:
        return
    if size > MOST_BYTES:
        raise LimitError(TOO_MUCH)


def bind(compiled: Jsonata) -> None:
    """Let the next evaluation of an expression keep within the limits."""
    limits = _Limits()
    compiled.environment.set_evaluate_entry_callback(limits.enter)
    compiled.environment.set_evaluate_exit_callback(limits.leave)
