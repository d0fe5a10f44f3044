"""Metric math: what an Expression of GetMetricData, of an alarm or of a dashboard comes to.

docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html. SEARCH, anomaly
detection and Metrics Insights (SELECT) are not there.
"""

from __future__ import annotations

import itertools
import math
import operator
import re
from collections.abc import Callable
from typing import Any

from moto.cloudwatch.exceptions import ValidationError

Points = dict[int, float]  # a time series: by the second at which a period begins
Value = Any  # a number, a time series, or a list of time series

TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)|(?P<text>\"[^\"]*\"|'[^']*')"
    r"|(?P<name>[A-Za-z_]\w*)|(?P<sign>&&|\|\||[<>=!]=|[-+*/^()<>,\[\]]))"
)
PRECEDENCE: list[dict[str, Callable[[float, float], float]]] = [
    {"OR": lambda a, b: float(bool(a) or bool(b)), "||": lambda a, b: float(bool(a) or bool(b))},
    {"AND": lambda a, b: float(bool(a) and bool(b)), "&&": lambda a, b: float(bool(a and b))},
    {"==": operator.eq, "!=": operator.ne, "<": operator.lt, ">": operator.gt}
    | {"<=": operator.le, ">=": operator.ge},
    {"+": operator.add, "-": operator.sub},
    {"*": operator.mul, "/": operator.truediv},
    {"^": operator.pow},
]


class Expression:
    """One expression, over the series of the other queries."""

    def __init__(
        self,
        text: str,
        series: dict[str, Points],
        slots: list[int],
        period: int,
        results: dict[str, Points] | None = None,
    ) -> None:
        """
        Args:
            text: the expression.
            series: those of metrics, by their Id.
            slots: the beginnings of the periods that are asked for.
            period: seconds.
            results: those of other expressions, which METRICS() leaves out.
        """
        self._named = {**series, **(results or {})}
        self._text, self._series, self._slots, self._seconds = text, series, slots, period
        self._tokens = self._split(text)
        self._at = 0

    def value(self) -> Points:
        """The series that it comes to; a number holds for each period.

        Raises:
            ValidationError: it is not an expression, or names what is not there.
        """
        value = self._binary(0)
        if self._at < len(self._tokens):
            raise self._error()
        if isinstance(value, list):
            raise self._error("It returns more than one time series.")
        return value if isinstance(value, dict) else dict.fromkeys(self._slots, float(value))

    def _split(self, text: str) -> list[str]:
        tokens, place = [], 0
        text = text.rstrip()
        while place < len(text):
            match = TOKEN.match(text, place)
            if not match:
                raise self._error()
            tokens.append(match[0].strip())
            place = match.end()
        return tokens

    def _error(self, why: str = "Unsupported or malformed expression.") -> ValidationError:
        return ValidationError(f"Error in expression '{self._text}': {why}")

    def _next(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self, wanted: str | None = None) -> str:
        token = self._next()
        if not token or (wanted is not None and token != wanted):
            raise self._error()
        self._at += 1
        return token

    def _binary(self, level: int) -> Value:
        if level == len(PRECEDENCE):
            return self._unary()
        left = self._binary(level + 1)
        while (sign := self._next()) in PRECEDENCE[level]:
            self._take()
            left = _pairwise(PRECEDENCE[level][sign], left, self._binary(level + 1))
        return left

    def _unary(self) -> Value:
        token = self._take()
        if token == "-":
            return _pairwise(operator.mul, -1.0, self._unary())
        if token == "(":
            value = self._binary(0)
            self._take(")")
            return value
        if token == "[":
            return self._rest_of_list("]")
        if token[0].isdigit() or token[0] == ".":
            return float(token)
        if self._next() == "(":
            self._take()
            return self._call(token)
        if token in self._named:
            return self._named[token]
        raise self._error(f"There is no metric or expression '{token}'.")

    def _rest_of_list(self, end: str) -> list[Value]:
        values: list[Value] = []
        while self._next() != end:
            values.append(self._argument())
            if self._next() != end:
                self._take(",")
        self._take(end)
        return values

    def _argument(self) -> Value:
        token = self._next()
        if token in ("REPEAT", "LINEAR") or token[:1] in "\"'":
            return self._take().strip("\"'")
        return self._binary(0)

    def _call(self, name: str) -> Value:
        function = getattr(self, f"_{name.lower()}", None) if name in FUNCTIONS else None
        if function is None:
            raise self._error(f"The function {name} is not supported.")
        try:
            return function(*self._rest_of_list(")"))
        except (ArithmeticError, AttributeError, TypeError, ValueError) as error:
            raise self._error() from error

    def _metrics(self, part: str = "") -> list[Points]:
        return [points for name, points in self._series.items() if part in name]

    def _over(self, values: Value, work: Callable[[list[float]], float]) -> Value:
        """One number for a series; one series for a list of them."""
        if isinstance(values, dict):
            return work(list(values.values())) if values else {}
        at: dict[int, list[float]] = {}
        for points in values:
            for slot, value in points.items():
                at.setdefault(slot, []).append(value)
        return {slot: work(at[slot]) for slot in sorted(at)}

    def _sum(self, values: Value) -> Value:
        return self._over(values, math.fsum)

    def _avg(self, values: Value) -> Value:
        return self._over(values, lambda seen: math.fsum(seen) / len(seen))

    def _min(self, values: Value) -> Value:
        return self._over(values, min)

    def _max(self, values: Value) -> Value:
        return self._over(values, max)

    def _fill(self, values: Value, filling: Value) -> Value:
        if isinstance(values, list):
            return [self._fill(points, filling) for points in values]
        if filling == "LINEAR":
            return self._interpolated(values)
        filled, last = {}, None
        for slot in self._slots:
            value = values.get(slot)
            if value is None:
                value = last if filling == "REPEAT" else _at(filling, slot)
            if value is not None:
                filled[slot] = last = value
        return filled

    def _interpolated(self, values: Points) -> Points:
        known = sorted(values)
        filled = dict(values)
        for before, after in itertools.pairwise(known):
            rise = (values[after] - values[before]) / (after - before)
            for slot in range(before + self._seconds, after, self._seconds):
                filled[slot] = values[before] + rise * (slot - before)
        return dict(sorted(filled.items()))

    def _if(self, condition: Value, then: Value, otherwise: Value = None) -> Value:
        series = [v for v in (condition, then, otherwise) if isinstance(v, dict)]
        if not series:
            return then if condition else otherwise
        chosen = {}
        for slot in sorted(set().union(*series)):
            held = _at(condition, slot)
            value = None if held is None else _at(then if held else otherwise, slot)
            if value is not None:
                chosen[slot] = value
        return chosen

    def _abs(self, values: Value) -> Value:
        return _each(abs, values)

    def _ceil(self, values: Value) -> Value:
        return _each(lambda value: float(math.ceil(value)), values)

    def _floor(self, values: Value) -> Value:
        return _each(lambda value: float(math.floor(value)), values)

    def _period(self, values: Points) -> float:
        return float(self._seconds)

    def _diff(self, values: Points) -> Points:
        known = sorted(values)
        pairs = itertools.pairwise(known)
        return {slot: values[slot] - values[before] for before, slot in pairs}

    def _rate(self, values: Points) -> Points:
        known = sorted(values)
        pairs = itertools.pairwise(known)
        return {now: (values[now] - values[was]) / (now - was) for was, now in pairs}

    def _running_sum(self, values: Points) -> Points:
        total, sums = 0.0, {}
        for slot in sorted(values):
            sums[slot] = total = total + values[slot]
        return sums

    def _metric_count(self, values: list[Points]) -> float:
        return float(len(values))

    def _time_series(self, value: float) -> Points:
        return dict.fromkeys(self._slots, float(value))


FUNCTIONS = frozenset(
    (
        *("ABS", "AVG", "CEIL", "DIFF", "FILL", "FLOOR", "IF", "MAX", "METRICS", "METRIC_COUNT"),
        *("MIN", "PERIOD", "RATE", "RUNNING_SUM", "SUM", "TIME_SERIES"),
    )
)


def _at(value: Value, slot: int) -> Any:
    return value.get(slot) if isinstance(value, dict) else value


def _each(work: Callable[[float], float], values: Value) -> Value:
    if isinstance(values, list):
        return [_each(work, points) for points in values]
    if isinstance(values, dict):
        return {slot: work(value) for slot, value in values.items()}
    return work(values)


def _pairwise(work: Callable[[float, float], float], left: Value, right: Value) -> Value:
    """Where either is missing, or the result is no number, there is no data."""
    if isinstance(left, list) or isinstance(right, list):
        if isinstance(left, list) and isinstance(right, list):
            return [_pairwise(work, a, b) for a, b in zip(left, right, strict=True)]
        if isinstance(left, list):
            return [_pairwise(work, points, right) for points in left]
        return [_pairwise(work, left, points) for points in right]
    if not isinstance(left, dict) and not isinstance(right, dict):
        value = _number(work, left, right)
        return math.nan if value is None else value
    slots = left if isinstance(left, dict) else right
    found = {}
    for slot in slots:
        a, b = _at(left, slot), _at(right, slot)
        value = None if a is None or b is None else _number(work, a, b)
        if value is not None:
            found[slot] = value
    return found


def _number(work: Callable[[float, float], float], left: float, right: float) -> float | None:
    try:
        value = float(work(left, right))
    except (ArithmeticError, TypeError, ValueError):
        return None
    return value if math.isfinite(value) else None
