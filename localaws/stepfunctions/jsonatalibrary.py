"""Where jsonata-python is not JSONata: each replacement names what it mends.

Rules: docs.jsonata.org, and github.com/jsonata-js/jsonata v2.0.6, which AWS names as its version.
"""

from __future__ import annotations

import cmath
import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from jsonata import Jsonata
from jsonata.constants import Constants
from jsonata.datetimeutils import DateTimeUtils
from jsonata.functions import Functions
from jsonata.jexception import JException
from jsonata.signature import Signature
from jsonata.utils import Utils

from localaws.mending import Mends
from localaws.stepfunctions import jsonatapictures
from localaws.stepfunctions.jsontext import javascript, spelled

LONG = 2**63
NUMBER = re.compile(
    r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?|0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+"
)
TIME = re.compile(
    r"(?P<year>\d{4})(?P<month>-[01]\d)?(?P<day>-[0-3]\d)?(?P<rest>T[0-2]\d:[0-5]\d:[0-5]\d)?"
    r"(?P<fraction>\.\d+)?(?P<zone>[-+][0-2]\d:?[0-5]\d|Z)?"
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": float.__add__,
    "-": float.__sub__,
    "*": float.__mul__,
    "/": lambda left, right: left / right if right else _by_zero(left, right),
    "%": lambda left, right: math.fmod(left, right) if right and math.isfinite(left) else math.nan,
}


def install(mends: Mends) -> None:
    _mend_null(mends)
    _mend_arithmetic(mends)
    _mend_names(mends)
    _mend_text(mends)
    _mend_words(mends)
    for name, function in FUNCTIONS.items():
        mends.replace(Jsonata.static_frame.lookup(name), "method", function)


def is_long(value: float) -> bool:
    """Whether a number fits into Java's long."""
    return -LONG <= value < LONG


def _mend_null(mends: Mends) -> None:
    """null passes for a missing argument (signature.py:131)."""

    def symbol(self: Signature, value: Any) -> str:
        return "l" if value is Utils.NULL_VALUE else str(of(self, value))

    of: Callable[..., Any] = mends.replace(Signature, "get_symbol", symbol)


def _mend_arithmetic(mends: Mends) -> None:
    """A remainder has no fraction (jsonata.py:794), and a division by zero is Python's error.

    Measured on AWS: 1/0 is Infinity, and 0/0 NaN, which `number` writes as texts.
    """

    def compute(_: Any, left: Any, right: Any, sign: str) -> Any:
        for code, value in (("T2001", left), ("T2002", right)):
            if value is not None and not Utils.is_numeric(value):
                raise JException(code, -1, sign, value)
        if left is None or right is None:
            return None
        result = ARITHMETIC[sign](float(left), float(right))
        return int(result) if math.isfinite(result) and result.is_integer() else result

    mends.replace(Jsonata, "evaluate_numeric_expression", compute)


def _by_zero(left: float, right: float) -> float:
    if not left or math.isnan(left):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1, right)


def _mend_names(mends: Mends) -> None:
    """Functions that check their own arguments do not say who they are (functions.py:228)."""

    def call(self: Jsonata, expression: Any, *given: Any) -> Any:
        try:
            return evaluate(self, expression, *given)
        except JException as error:
            if not hasattr(error, "function"):
                error.function = expression.procedure.value
            raise

    evaluate: Callable[..., Any] = mends.replace(Jsonata, "evaluate_function", call)


def _mend_words(mends: Mends) -> None:
    """Some messages leave out a value, or blame another argument (signature.py:234)."""

    def refuse(self: Signature, _: Any, given: str, name: str) -> None:
        pattern, fits = "", 0
        for parameter in self._params:
            pattern += parameter.regex
            match = re.match(pattern, given)
            if match is None:
                break
            fits = match.end()
        raise JException("T0410", -1, fits + 1, name)

    mends.replace(Signature, "throw_validation_error", refuse)
    modifiers = DateTimeUtils._default_presentation_modifiers  # a KeyError, where there is none
    mends.replace(DateTimeUtils, "_default_presentation_modifiers", _Known(modifiers))
    for name, text in list(vars(Constants).items()):
        if name.startswith("ERR_MSG"):
            mends.replace(Constants, name, text.replace("%s", '"{}"'))


class _Known(dict[str, str]):
    def __missing__(self, _: str) -> None:
        return None


def _mend_text(mends: Mends) -> None:
    """$string and & write large numbers, and those within others, as Python does.

    Measured on AWS: a whole number is written in full below 1e21, another one with 15 digits.
    """

    def text(value: Any, prettify: bool) -> str:
        if isinstance(value, float) and not math.isfinite(value):
            raise JException("D3001", -1)
        plain = _without_functions(value)
        return spelled(plain, _number, "  " if prettify else "") if plain != "" else ""

    mends.replace(Functions, "_string", staticmethod(text))


def _without_functions(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_functions(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_without_functions(value[index]) for index in range(len(value))]
    if value is None or value is Utils.NULL_VALUE:
        return None
    if isinstance(value, int) and not is_long(value):
        return float(value)
    return value if isinstance(value, (str, int, float)) else ""


def _number(value: float) -> str:
    Utils.is_numeric(value)  # raises, where it is infinite
    return javascript(value if value.is_integer() else float(f"{value:.15g}"))


def _cast(value: Any) -> Any:
    """$number takes all that Python's float does."""
    if value is None:
        return None
    if not isinstance(value, str):
        return int(value) if isinstance(value, bool) else value
    if not NUMBER.fullmatch(value):
        raise JException("D3030", -1, value)
    number = int(value, 0) if value[1:2].lower() in ("x", "o", "b") else float(value)
    if not math.isfinite(number):
        raise JException("D3030", -1, value)
    return number


def _power(base: Any, exponent: Any) -> Any:
    """$power lets OverflowError through, and returns complex numbers."""
    if base is None or exponent is None:
        return None
    try:
        result = float(base) ** float(exponent)
    except (OverflowError, ZeroDivisionError):
        result = math.inf
    if isinstance(result, complex) or not cmath.isfinite(result):
        raise JException("D3061", -1, base, exponent)
    return result


def _to_millis(timestamp: Any, picture: Any) -> Any:
    """$toMillis lets ValueError through, and loses a millisecond as floats do."""
    if timestamp is None or picture is not None:
        return to_millis_by_picture(timestamp, picture)
    parts = TIME.fullmatch(timestamp)
    try:
        if not parts:
            raise ValueError(timestamp)
        day = f"{parts['year']}{parts['month'] or '-01'}{parts['day'] or '-01'}"
        time = f"{parts['rest'] or 'T00:00:00'}{(parts['fraction'] or '')[:7]}"
        moment = datetime.fromisoformat(day + time + (parts["zone"] or "Z"))
    except ValueError as error:
        raise JException("D3110", -1, timestamp) from error
    return (moment - EPOCH) // timedelta(milliseconds=1)


def _sort(array: Any, comes_after: Any) -> Any:
    """$sort turns around what is equal, and lets TypeError through."""
    if array is None or len(array) < 2:
        return array
    items = [array[index] for index in range(len(array))]
    if comes_after is None:
        if not (Utils.is_array_of_numbers(items) or Utils.is_array_of_strings(items)):
            raise JException("D3070", -1)
        return sorted(items)
    return _merged(items, comes_after)


def _merged(items: list[Any], comes_after: Any) -> list[Any]:
    if len(items) < 2:
        return items
    half = len(items) // 2
    left, right = _merged(items[:half], comes_after), _merged(items[half:], comes_after)
    merged = []
    while left and right:
        after = Functions.func_apply(comes_after, [left[0], right[0]])
        merged.append((right if Functions.to_boolean(after) else left).pop(0))
    return [*merged, *left, *right]


def _parse_integer(value: Any, picture: Any) -> Any:
    """Measured on AWS: what a picture cannot read is NaN."""
    if value is None:
        return None
    try:
        read = parse_integer(value, picture)
    except (ValueError, KeyError):
        return math.nan
    return math.nan if read is None else read


def _format_number(value: Any, picture: Any, options: Any) -> Any:
    """$formatNumber takes pictures that name no number (functions.py:991)."""
    if value is None:
        return None
    jsonatapictures.check(picture, options)
    return format_number(value, picture, options)


format_number = Functions.format_number
to_millis_by_picture = Functions.datetime_to_millis
parse_integer = Functions.parse_integer
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "formatNumber": _format_number,
    "number": _cast,
    "sort": _sort,
    "power": _power,
    "toMillis": _to_millis,
    "parseInteger": _parse_integer,
}
