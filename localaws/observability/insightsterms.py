"""Expressions of CloudWatch Logs Insights: what stands in `filter`, `stats` and `fields`.

docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from moto.core.exceptions import JsonRESTError

Record = dict[str, Any]
Term = Callable[[Record], Any]

TOKEN = re.compile(
    r"\s*(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|`[^`]+`"
    r"|\d+(?:\.\d+)?(?:ms|min|mo|[smhdwqy])?\b|=~|[<>!]=|[@A-Za-z_][\w@.]*|[-+*/%^()<>=,\[\]])"
)
REGULAR = re.compile(r"\s*(/(?:[^/\\]|\\.)+/[a-z]*)")
UNITS = {"ms": 0.001, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 604800}
PERIOD = re.compile(r"(\d+)(ms|min|[smhdw])")
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
ARITHMETIC: list[dict[str, Callable[[float, float], float]]] = [
    {"+": operator.add, "-": operator.sub},
    {"*": operator.mul, "/": operator.truediv, "%": operator.mod},
    {"^": operator.pow},
]
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": lambda value: _numeric(abs, value),
    "ceil": lambda value: _numeric(math.ceil, value),
    "floor": lambda value: _numeric(math.floor, value),
    "strlen": lambda text: len(_text(text)),
    "toupper": lambda text: _text(text).upper(),
    "tolower": lambda text: _text(text).lower(),
    "trim": lambda text: _text(text).strip(),
    "concat": lambda *texts: "".join(map(_text, texts)),
    "strcontains": lambda text, part: int(_text(part) in _text(text)),
    "replace": lambda text, old, new: _text(text).replace(_text(old), _text(new)),
    "substr": lambda text, start, *n: _text(text)[int(start) :][: int(n[0]) if n else None],
    "ispresent": lambda value: value is not None,
    "isempty": lambda value: value in (None, ""),
    "isblank": lambda value: not _text(value).strip(),
    "coalesce": lambda *values: next((v for v in values if v is not None), None),
    "tomillis": lambda value: value,
}


class MalformedQueryError(JsonRESTError):
    """The words are AWS's exception, and ours where it goes wrong."""

    code = 400

    def __init__(self, why: str) -> None:
        super().__init__("MalformedQueryException", why)


class Terms:
    """Reads expressions from a text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[str] = []
        place, stripped = 0, text.rstrip()
        while place < len(stripped):
            after_like = self._tokens and self._tokens[-1].lower() in ("like", "=~")
            match = (after_like and REGULAR.match(stripped, place)) or TOKEN.match(stripped, place)
            if match is None:
                raise MalformedQueryError(f"unexpected symbol found {stripped[place:].strip()!r}")
            self._tokens.append(match[1])
            place = match.end()
        self._tokens.reverse()

    def error(self) -> MalformedQueryError:
        return MalformedQueryError(f"unexpected symbol found in {self._text.strip()!r}")

    def end(self) -> bool:
        return not self._tokens

    def next(self) -> str:
        """The token that comes, in lower case; empty at the end."""
        return self._tokens[-1].lower() if self._tokens else ""

    def take(self, *wanted: str) -> str:
        if not self._tokens or (wanted and self.next() not in wanted):
            raise self.error()
        return self._tokens.pop()

    def whole(self) -> Term:
        """An expression that is all there is."""
        term = self.either()
        if not self.end():
            raise self.error()
        return term

    def either(self) -> Term:
        terms = [self._both()]
        while self.next() == "or":
            self.take()
            terms.append(self._both())
        return terms[0] if len(terms) == 1 else lambda record: any(t(record) for t in terms)

    def _both(self) -> Term:
        terms = [self._negated()]
        while self.next() == "and":
            self.take()
            terms.append(self._negated())
        return terms[0] if len(terms) == 1 else lambda record: all(t(record) for t in terms)

    def _negated(self) -> Term:
        if self.next() == "not":
            self.take()
            term = self._negated()
            return lambda record: not term(record)
        return self._compared()

    def _compared(self) -> Term:
        left = self._sum(0)
        sign = self.next()
        if sign in COMPARISONS:
            self.take()
            return _comparison(COMPARISONS[sign], left, self._sum(0), sign)
        if sign not in ("like", "=~", "in", "not"):
            return left
        self.take()
        negated = sign == "not"
        if negated:
            sign = self.take("like", "in").lower()
        holds = self._listed(left) if sign == "in" else self._like(left)
        return (lambda record: not holds(record)) if negated else holds

    def _like(self, left: Term) -> Term:
        token = self.take()
        if token.startswith("/"):
            body, _, flags = token[1:].rpartition("/")
            pattern = _compiled(body, re.IGNORECASE if "i" in flags else 0)
            return lambda record: pattern.search(_text(left(record))) is not None
        part = unquoted(token)
        return lambda record: part in _text(left(record))

    def _listed(self, left: Term) -> Term:
        self.take("[")
        values = [self._sum(0)]
        while self.take(",", "]") == ",":
            values.append(self._sum(0))
        return lambda record: any(_equal(left(record), value(record)) for value in values)

    def _sum(self, level: int) -> Term:
        if level == len(ARITHMETIC):
            return self._one()
        left = self._sum(level + 1)
        while self.next() in ARITHMETIC[level]:
            work = ARITHMETIC[level][self.take()]
            left = _arithmetic(work, left, self._sum(level + 1))
        return left

    def _one(self) -> Term:
        token = self.take()
        if token == "(":
            term = self.either()
            self.take(")")
            return term
        if token == "-":
            term = self._one()
            return lambda record: _numeric(operator.neg, term(record))
        if token[0] in "\"'":
            text = unquoted(token)
            return lambda _: text
        if token[0].isdigit():
            number = float(token) if PERIOD.fullmatch(token) is None else token
            return lambda _: number
        name = token.strip("`")
        if self.next() == "(":
            return self._call(name.lower())
        if not (name[0].isalpha() or name[0] in "@_"):
            raise self.error()
        return lambda record: record.get(name)

    def _call(self, name: str) -> Term:
        self.take("(")
        if name == "bin":
            seconds = period(self.take())
            self.take(")")
            return lambda record: stamp(int(record["@millis"] / 1000 // seconds * seconds * 1000))
        if name not in FUNCTIONS:
            raise MalformedQueryError(f"unknown function {name}")
        work, terms = FUNCTIONS[name], []
        while self.next() != ")":
            terms.append(self.either())
            if self.next() != ")":
                self.take(",")
        self.take(")")
        return lambda record: work(*(term(record) for term in terms))


def period(token: str) -> float:
    """Seconds of `5m`."""
    match = PERIOD.fullmatch(token)
    if match is None or float(match[1]) == 0:
        raise MalformedQueryError(f"invalid period {token}")
    return float(match[1]) * UNITS[match[2]]


def stamp(milliseconds: int) -> str:
    """A moment as Insights writes it: 2026-01-05 09:00:00.000"""
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{milliseconds % 1000:03d}"


def number(value: Any) -> float | None:
    """A number, or a text that is one."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def unquoted(token: str) -> str:
    """The text of a token that stands in quotes."""
    return re.sub(r"\\(.)", r"\1", token[1:-1]) if token[:1] in "\"'" else token


def _compiled(body: str, flags: int) -> re.Pattern[str]:
    try:
        return re.compile(re.sub(r"\(\?<(?![=!])", "(?P<", body), flags)
    except re.error as error:
        raise MalformedQueryError(f"invalid regular expression /{body}/: {error}") from None


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _equal(left: Any, right: Any) -> bool:
    a, b = number(left), number(right)
    return a == b if a is not None and b is not None else _text(left) == _text(right)


def _comparison(compare: Callable[[Any, Any], bool], left: Term, right: Term, sign: str) -> Term:
    def holds(record: Record) -> bool:
        a, b = left(record), right(record)
        if a is None or b is None:
            return sign == "!=" and a is not b
        x, y = number(a), number(b)
        return compare(x, y) if x is not None and y is not None else compare(_text(a), _text(b))

    return holds


def _arithmetic(work: Callable[[float, float], float], left: Term, right: Term) -> Term:
    def reckon(record: Record) -> float | None:
        a, b = number(left(record)), number(right(record))
        if a is None or b is None:
            return None
        try:
            return work(a, b)
        except ArithmeticError:
            return None

    return reckon


def _numeric(work: Callable[[float], float], value: Any) -> float | None:
    known = number(value)
    return None if known is None else work(known)
