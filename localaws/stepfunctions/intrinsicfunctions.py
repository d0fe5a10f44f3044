"""The eighteen intrinsic functions, with the limits that AWS documents.

docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import inspect
import json
import math
import random
from collections.abc import Callable
from typing import Any

from moto.moto_api._internal import mock_random

from localaws import seeds
from localaws.stepfunctions.jsontext import written

LONGEST_RANGE = 1000  # elements of an array
LONGEST_TEXT = 10_000  # characters to be hashed, encoded or decoded
HASHES = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384"} | {
    "SHA-512": "sha512"
}
# What stands for an escaped brace in a template: characters of private use, which no text has.
BRACES = {"{": "\ue07b", "}": "\ue07d"}


class IntrinsicError(Exception):
    """A function cannot do what it is asked to."""


def check_count(name: str, count: int) -> None:
    """Raises:
    ValueError: a function does not take so many arguments.
    """
    try:
        inspect.signature(FUNCTIONS[name]).bind(*range(count))
    except TypeError as error:
        raise ValueError(f"'{name}' does not take {count} arguments") from error


def _require(holds: object, problem: str) -> None:
    if not holds:
        raise IntrinsicError(problem)


def _integer(value: Any) -> int:
    """A number is rounded to the nearest integer."""
    _require(_is_number(value), f"{written(value)} is not a number")
    rounded: int = math.floor(value + 0.5)
    return rounded


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _list(value: Any) -> list[Any]:
    _require(isinstance(value, list), f"{written(value)} is not an array")
    return list(value)


def _text(value: Any) -> str:
    _require(isinstance(value, str), f"{written(value)} is not a string")
    return str(value)


def _short_text(value: Any) -> str:
    text = _text(value)
    _require(len(text) <= LONGEST_TEXT, f"a string is longer than {LONGEST_TEXT:,} characters")
    return text


def _array(*values: Any) -> list[Any]:
    return list(values)


def _array_partition(array: Any, size: Any) -> list[Any]:
    values, size = _list(array), _integer(size)
    _require(size > 0, "the size of a chunk is a positive integer")
    return [values[first : first + size] for first in range(0, len(values), size)]


def _array_contains(array: Any, value: Any) -> bool:
    return _key(value) in map(_key, _list(array))


def _array_range(first: Any, last: Any, step: Any) -> list[int]:
    first, last, step = _integer(first), _integer(last), _integer(step)
    _require(step, "the increment is not zero")
    values = range(first, last + (1 if step > 0 else -1), step)
    _require(len(values) <= LONGEST_RANGE, f"an array has at most {LONGEST_RANGE:,} elements")
    return list(values)


def _array_get_item(array: Any, index: Any) -> Any:
    values, index = _list(array), _integer(index)
    _require(0 <= index < len(values), f"the index {index} is out of bounds")
    return values[index]


def _array_length(array: Any) -> int:
    return len(_list(array))


def _array_unique(array: Any) -> list[Any]:
    return list({_key(value): value for value in reversed(_list(array))}.values())[::-1]


def _key(value: Any) -> str:
    """Equal values have equal keys, whatever the order of their fields."""
    return json.dumps(value, sort_keys=True)


def _base64_encode(text: Any) -> str:
    return base64.b64encode(_short_text(text).encode()).decode()


def _base64_decode(text: Any) -> str:
    try:
        return base64.b64decode(_short_text(text), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise IntrinsicError("a string is not in Base64") from error


def _hash(data: Any, algorithm: Any) -> str:
    _require(algorithm in HASHES, f"{written(algorithm)} is not a hash algorithm")
    text = data if isinstance(data, str) else written(data)
    return hashlib.new(HASHES[algorithm], _short_text(text).encode()).hexdigest()


def _json_merge(first: Any, second: Any, deep: Any) -> dict[str, Any]:
    _require(deep is False, "only shallow merging is supported: the third argument is false")
    for value in (first, second):
        _require(isinstance(value, dict), f"{written(value)} is not an object")
    return {**first, **second}


def _string_to_json(text: Any) -> Any:
    try:
        return json.loads(_text(text))
    except json.JSONDecodeError as error:
        raise IntrinsicError("a string is not JSON") from error


def _json_to_string(value: Any) -> str:
    return written(value)


def _math_random(first: Any, last: Any, seed: Any = None) -> int:
    first, last = _integer(first), _integer(last)
    _require(first < last, "the first number is smaller than the second")
    source = mock_random if seed is None else random.Random(_integer(seed))
    return int(source.randrange(first, last))


def _math_add(first: Any, second: Any) -> int:
    return _integer(first) + _integer(second)


def _string_split(text: Any, delimiters: Any) -> list[str]:
    """Each character of the delimiters is one; nothing stands for an empty piece."""
    pieces = [_text(text)]
    for delimiter in _text(delimiters):
        pieces = [part for piece in pieces for part in piece.split(delimiter)]
    return [piece for piece in pieces if piece]


def _uuid() -> str:
    return str(seeds.uuid4())


def _format(template: Any, *values: Any) -> str:
    pieces = _text(template).split("{}")
    _require(
        len(pieces) == len(values) + 1,
        f"the template has {len(pieces) - 1} places for {len(values)} values",
    )
    written = [pieces[0]]
    for value, piece in zip(values, pieces[1:], strict=True):
        written += [_written(value), piece]
    text = "".join(written)
    return text.replace(BRACES["{"], "{").replace(BRACES["}"], "}")


def _written(value: Any) -> str:
    """Recorded from AWS: an object and an array are written as Java writes them."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}={_written(each)}' for key, each in value.items())}}}"
    return written(value)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "States.Array": _array,
    "States.ArrayPartition": _array_partition,
    "States.ArrayContains": _array_contains,
    "States.ArrayRange": _array_range,
    "States.ArrayGetItem": _array_get_item,
    "States.ArrayLength": _array_length,
    "States.ArrayUnique": _array_unique,
    "States.Base64Encode": _base64_encode,
    "States.Base64Decode": _base64_decode,
    "States.Hash": _hash,
    "States.JsonMerge": _json_merge,
    "States.StringToJson": _string_to_json,
    "States.JsonToString": _json_to_string,
    "States.MathRandom": _math_random,
    "States.MathAdd": _math_add,
    "States.StringSplit": _string_split,
    "States.UUID": _uuid,
    "States.Format": _format,
}
