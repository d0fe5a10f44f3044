"""JSON patterns: `{ ($.latency > 500) && ($.user.id = 1 || $.user NOT EXISTS) }`.

docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html#matching-terms-json
"""

from __future__ import annotations

import functools
import json
import math
import operator
import re
from collections.abc import Callable
from typing import Any

from moto.logs.exceptions import InvalidParameterException

MISSING = object()
Holds = Callable[[Any], bool]

TOKEN = re.compile(
    r"\s*(\(|\)|&&|\|\||<=|>=|!=|=|<|>|\"(?:[^\"\\]|\\.)*\"|%[^%]*%"
    r"|\$(?:\.(?:[\w-]+|\*)|\[(?:\d+|\*|'[^']*'|\"[^\"]*\")\])+|[^\s()&|<>=!\"%]+)"
)
STEP = re.compile(r"\.([\w-]+|\*)|\[(\d+|\*)\]|\['([^']*)'\]|\[\"([^\"]*)\"\]")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
REGULAR = re.compile(r"[A-Za-z0-9_#=@/;,\-:\s^$?\[\]{}|\\*+.]*")
NUMERIC: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
PLAIN_WORD = re.compile(r"[A-Za-z0-9_.]+")  # written in JSON as it is


def expression(text: str) -> tuple[Holds, list[str]]:
    """What a document has to be, and words that its text has to hold for it.

    Raises:
        InvalidParameterException: it is no pattern.
    """
    if not text.endswith("}"):
        raise invalid()
    parser = _Parser(text[1:-1])
    holds, words = parser.either()
    parser.end()
    return holds, words


def invalid() -> InvalidParameterException:
    return InvalidParameterException("Invalid filter pattern")


class _Parser:
    """Each rule returns what has to hold, and words without which it cannot."""

    def __init__(self, text: str) -> None:
        self._tokens: list[str] = []
        place, text = 0, text.rstrip()
        while place < len(text):
            match = TOKEN.match(text, place)
            if match is None:
                raise invalid()
            self._tokens.append(match[1])
            place = match.end()
        self._tokens.reverse()

    def end(self) -> None:
        if self._tokens:
            raise invalid()

    def _next(self) -> str:
        return self._tokens[-1] if self._tokens else ""

    def _take(self) -> str:
        if not self._tokens:
            raise invalid()
        return self._tokens.pop()

    def either(self) -> tuple[Holds, list[str]]:
        parts = [self._both()]
        while self._next() == "||":
            self._take()
            parts.append(self._both())
        if len(parts) == 1:
            return parts[0]
        return lambda document: any(holds(document) for holds, _ in parts), []

    def _both(self) -> tuple[Holds, list[str]]:
        parts = [self._one()]
        while self._next() == "&&":
            self._take()
            parts.append(self._one())
        words = [word for _, own in parts for word in own]
        return lambda document: all(holds(document) for holds, _ in parts), words

    def _one(self) -> tuple[Holds, list[str]]:
        token = self._take()
        if token == "(":
            inner = self.either()
            if self._take() != ")":
                raise invalid()
            return inner
        if not token.startswith("$"):
            raise invalid()
        return self._about(selector(token))

    def _about(self, select: Callable[[Any], Any]) -> tuple[Holds, list[str]]:
        sign = self._take()
        word = sign.upper()
        if word == "EXISTS":
            return lambda document: select(document) is not MISSING, []
        if word == "NOT":
            if self._take().upper() != "EXISTS":
                raise invalid()
            return lambda document: select(document) is MISSING, []
        if word == "IS":
            wanted = {"NULL": None, "TRUE": True, "FALSE": False}
            name = self._take().upper()
            if name not in wanted:
                raise invalid()
            return lambda document: select(document) is wanted[name], []
        value = self._take()
        holds = comparison(sign, value)
        plain = value.strip('"')
        needed = [plain] if sign == "=" and PLAIN_WORD.fullmatch(plain) else []
        if needed and NUMBER.fullmatch(plain):
            needed = []  # 1e3 is 1000
        return lambda document: holds(select(document)), needed


@functools.lru_cache(256)
def selector(text: str) -> Callable[[Any], Any]:
    """What finds `$.users[0].id` in a document; it answers MISSING where there is none."""
    if not text.startswith("$"):
        raise invalid()
    steps: list[str | int] = []
    place = 1
    while place < len(text):
        match = STEP.match(text, place)
        if match is None:
            raise invalid()
        name, index, *quoted = match.groups()
        step = next(part for part in (name, index, *quoted) if part is not None)
        steps.append(int(step) if index is not None and step.isdigit() else step)
        place = match.end()
    return lambda document: _find(document, steps)


def _find(document: Any, steps: list[str | int]) -> Any:
    for number, step in enumerate(steps):
        if step == "*":
            inner = document.values() if isinstance(document, dict) else document
            if not isinstance(document, (dict, list)):
                return MISSING
            found = (_find(one, steps[number + 1 :]) for one in inner)
            return _Any([one for one in found if one is not MISSING]) if inner else MISSING
        if isinstance(step, int):
            if not isinstance(document, list) or step >= len(document):
                return MISSING
            document = document[step]
        elif isinstance(document, dict) and step in document:
            document = document[step]
        else:
            return MISSING
    return document


class _Any(list[Any]):
    """What a wildcard found: one of these has to do."""


def comparison(sign: str, literal: str) -> Holds:
    """Whether a value compares so to a literal as it is written in a pattern.

    A value that is missing, null, an object or an array compares to nothing.
    """
    if sign in NUMERIC:
        if not NUMBER.fullmatch(literal):
            raise invalid()
        return _over_all(functools.partial(_numeric, NUMERIC[sign], float(literal)))
    if sign not in ("=", "!="):
        raise invalid()
    equal = _equality(literal)
    return _over_all(equal if sign == "=" else lambda value: not equal(value))


def _over_all(holds: Holds) -> Holds:
    def ask(value: Any) -> bool:
        if isinstance(value, _Any):
            return any(ask(one) for one in value)
        if value is MISSING or value is None or isinstance(value, (dict, list)):
            return False
        return holds(value)

    return ask


def _numeric(compare: Callable[[float, float], bool], wanted: float, value: Any) -> bool:
    number = as_number(value)
    return number is not None and compare(number, wanted)


def _equality(literal: str) -> Holds:
    if literal.startswith("%"):
        expression = regular_expression(literal)
        return lambda value: expression.search(_text(value)) is not None
    quoted = literal.startswith('"')
    text = json.loads(literal) if quoted else literal
    if "*" in text:
        wild = re.compile(".*".join(map(re.escape, text.split("*"))), re.DOTALL)
        return lambda value: wild.fullmatch(_text(value)) is not None
    if not quoted and NUMBER.fullmatch(text):
        wanted = float(text)
        return lambda value: as_number(value) == wanted
    return lambda value: _text(value) == text


def as_number(value: Any) -> float | None:
    """A number, or a text that is one."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, str) and NUMBER.fullmatch(value):
        return float(value)
    return None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def regular_expression(text: str) -> re.Pattern[str]:
    """What stands between two %, of the characters that CloudWatch Logs supports."""
    inner = text[1:-1]
    if not inner or not REGULAR.fullmatch(inner):
        raise InvalidParameterException(f"Invalid regular expression: {inner}")
    try:
        return re.compile(inner)
    except re.error:
        raise InvalidParameterException(f"Invalid regular expression: {inner}") from None
