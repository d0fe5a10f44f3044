"""The functions that Step Functions adds to JSONata, and those that depend on clock and chance.

docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html, "JSONata functions provided by
Step Functions"; how they treat odd arguments was measured on AWS.
"""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections.abc import Callable
from typing import Any

from jsonata import Jsonata
from jsonata.jexception import JException
from jsonata.utils import Utils

from localaws import seeds
from localaws.stepfunctions.intrinsicfunctions import HASHES
from localaws.timing.timekeeping import Clock

MOST_ELEMENTS = 360_145  # of a range
TOO_MUCH = "Expression evaluation memory limit exceeded: Check for excessive memory usage"


class _Function(Jsonata.JLambda):
    """A function that may be called with fewer arguments than it takes: those are undefined."""

    def __init__(self, function: Any, most: int) -> None:
        super().__init__(function)
        self._most = most

    def call(self, _: Any, args: Any) -> Any:
        given = list(args or [])[: self._most]
        return self.function(*given, *[None] * (self._most - len(given)))

    def get_number_of_args(self) -> int:
        return self._most


class Moment:
    """The time of one evaluation: wherever an expression asks for it, it is the same.

    docs.jsonata.org/date-time-functions
    """

    def __init__(self) -> None:
        self.millis = 0  # since 1970
        self.ask: Callable[[], float] = time.time

    def begin(self) -> None:
        """An evaluation begins."""
        self.millis = round(self.ask() * 1000)


moment = Moment()


def install(clock: Clock) -> None:
    """Let $now and $millis tell the clock's time."""
    moment.ask = clock.time

    def millis() -> int:
        return moment.millis

    def now(picture: Any, zone: Any) -> Any:
        from jsonata.functions import Functions

        return Functions.datetime_from_millis(millis(), picture, zone)

    FUNCTIONS["millis"] = _Function(millis, 0)
    FUNCTIONS["now"] = _Function(now, 2)


def _partition(array: Any, size: Any) -> Any:
    if not isinstance(array, list) or not array or not _whole(size):
        return None
    size = _whole(size)
    return [array[first : first + size] for first in range(0, len(array), size)]


def _range(first: Any, last: Any, step: Any) -> Any:
    if None in (first, last, step) or not _whole(step):
        return None
    first, last, step = _whole(first), _whole(last), _whole(step)
    numbers = range(first, last + (1 if step > 0 else -1), step)
    if len(numbers) > MOST_ELEMENTS:
        raise MemoryError(TOO_MUCH)
    if not numbers:
        return None
    return numbers[0] if len(numbers) == 1 else list(numbers)


def _whole(value: Any) -> int:
    """A number is cut off behind its point."""
    return int(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else 0


def _hash(text: Any, algorithm: Any) -> Any:
    if not isinstance(text, str) or algorithm is None:
        return None
    if algorithm not in HASHES:
        raise JException("D3141", -1, algorithm)
    return hashlib.new(HASHES[algorithm], text.encode()).hexdigest()


def _random(seed: Any) -> float:
    source = seeds.chance.now if seed is None else random.Random(_whole(seed))
    return float(source.random())


def _uuid() -> str:
    return str(seeds.uuid4())


def _parse(text: Any) -> Any:
    return with_nulls(json.loads(text)) if isinstance(text, str) else None


def with_nulls(value: Any) -> Any:
    """None stands for what is undefined in jsonata-python; null is a value of its own."""
    if value is None:
        return Utils.NULL_VALUE
    if isinstance(value, dict):
        return {key: with_nulls(each) for key, each in value.items()}
    if isinstance(value, list):
        return [with_nulls(each) for each in value]
    return value


def _eval(*_: Any) -> Any:
    """$eval is not supported."""
    raise JException("T1006", -1)


FUNCTIONS: dict[str, Any] = {
    "partition": _Function(_partition, 2),
    "range": _Function(_range, 3),
    "hash": _Function(_hash, 2),
    "random": _Function(_random, 1),
    "uuid": _Function(_uuid, 0),
    "parse": _Function(_parse, 1),
    "eval": _Function(_eval, 2),
}
