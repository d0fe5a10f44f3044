"""The functions that Step Functions adds to JSONata, and those that depend on clock and chance.

docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html, "JSONata functions provided by
Step Functions"; how they treat odd arguments was measured on AWS.
"""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Callable
from typing import Any

from jsonata import Jsonata
from jsonata.jexception import JException
from jsonata.utils import Utils

from localaws import seeds
from localaws.stepfunctions.intrinsicfunctions import HASHES
from localaws.stepfunctions.jsonataerrors import LimitError
from localaws.stepfunctions.jsonatalibrary import is_long
from localaws.stepfunctions.jsonatalimits import TOO_MUCH
from localaws.timing.timekeeping import Clock

MOST_ELEMENTS = 360_145  # of a range
HASH_NAMES = "SHA-1, SHA-384, SHA-256, SHA-512, MD5"


class _Function(Jsonata.JLambda):
    """A function that may be called with fewer arguments than it takes: those are undefined."""

    def __init__(self, function: Any, most: int) -> None:
        super().__init__(function)
        self._most = most

    def call(self, _: Any, args: Any) -> Any:
        given = list(args or [])
        if len(given) > self._most:
            raise _mismatch(self._most + 1)
        return self.function(*given, *[None] * (self._most - len(given)))

    def get_number_of_args(self) -> int:
        return self._most


def _mismatch(argument: int) -> JException:
    """What an argument of a wrong type, or one too many, is refused with."""
    return JException("T0410", -1, argument)


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

        for argument, given in enumerate((picture, zone), 1):
            if given is not None and not isinstance(given, str):
                raise _mismatch(argument)
        return Functions.datetime_from_millis(millis(), picture, zone)

    FUNCTIONS["millis"] = _Function(millis, 0)
    FUNCTIONS["now"] = _Function(now, 2)


def _partition(array: Any, size: Any) -> Any:
    if array is None:
        return None
    if not isinstance(array, list):
        raise JException('Argument 1 of function "partition" must be an array of undefined')
    if not array:
        return None
    size = len(array) if size is None else _whole(size, 2)
    if size < 0:
        raise JException("D3137", -1, "Second argument must be zero or greater")
    items = [array[index] for index in range(len(array))]
    return [items[at : at + size] for at in range(0, len(items), size)] if size else None


def _range(first: Any, last: Any, step: Any) -> Any:
    first, last = _whole(first, 1), _whole(last, 2)
    if step is None:
        return None
    step = _whole(step, 3)
    if not step:
        return None
    numbers = range(first, last + (1 if step > 0 else -1), step)
    if len(numbers) > MOST_ELEMENTS:
        raise LimitError(TOO_MUCH)
    if not numbers:
        return None
    return numbers[0] if len(numbers) == 1 else list(numbers)


def _whole(value: Any, argument: int) -> int:
    """A number is cut off behind its point."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise _mismatch(argument)
    return int(value)


def _hash(text: Any, algorithm: Any) -> Any:
    if not isinstance(text, str):
        raise _mismatch(1)
    if algorithm is None:
        return None
    if not isinstance(algorithm, str):
        raise _mismatch(2)
    if algorithm not in HASHES:
        words = f"Hash algorithm '{algorithm}' must be one of {HASH_NAMES}"
        raise JException("D3137", -1, words)
    return hashlib.new(HASHES[algorithm], text.encode()).hexdigest()


def _random(seed: Any) -> float:
    return float(seeds.chance.now.random()) if seed is None else _java_random(_whole(seed, 1))


def _java_random(seed: int) -> float:
    """What java.util.Random gives first: $random(42) was measured to be 0.7275636800328681.

    docs.oracle.com/javase/8/docs/api/java/util/Random.html: next, nextDouble
    """
    state = (seed ^ 0x5DEECE66D) % (1 << 48)
    drawn = []
    for bits in (26, 27):
        state = (state * 0x5DEECE66D + 0xB) % (1 << 48)
        drawn.append(state >> (48 - bits))
    return float((drawn[0] << 27) + drawn[1]) / (1 << 53)


def _uuid() -> str:
    return str(seeds.uuid4())


def _parse(text: Any) -> Any:
    if text is None:
        return None
    if not isinstance(text, str):
        raise _mismatch(1)
    try:
        value = json.loads(
            text, object_pairs_hook=_fields, parse_float=_float, parse_constant=_float
        )
        return with_nulls(value)
    except (ValueError, RecursionError) as error:
        raise JException("D3137", -1, "Invalid JSON") from error


def _fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a field stands there twice")
    return fields


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is not JSON")
    return number


def with_nulls(value: Any) -> Any:
    """JSON for jsonata-python, to which None is undefined, and null a value of its own.

    A whole number is one of Java's longs, and a double beyond them.
    """
    if value is None:
        return Utils.NULL_VALUE
    if isinstance(value, dict):
        return {key: with_nulls(each) for key, each in value.items()}
    if isinstance(value, list):
        return [with_nulls(each) for each in value]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return int(value) if is_long(value) and value == int(value) else float(value)
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
