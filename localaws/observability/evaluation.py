"""What an alarm makes of its datapoints: its next state, and AWS's words for why.

docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html, and recordings
of StateReason and StateReasonData from real AWS.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

OK, ALARM, INSUFFICIENT_DATA = "OK", "ALARM", "INSUFFICIENT_DATA"
STATES = (OK, ALARM, INSUFFICIENT_DATA)
EXTRA_PERIODS = 2  # looked at beyond EvaluationPeriods: AWS's tables show 5 where these are 3
LISTED = 5  # datapoints that a reason names, where there are so many or more

COMPARISONS: dict[str, tuple[Callable[[float, float], bool], str]] = {
    "GreaterThanThreshold": (operator.gt, "greater than"),
    "GreaterThanOrEqualToThreshold": (operator.ge, "greater than or equal to"),
    "LessThanThreshold": (operator.lt, "less than"),
    "LessThanOrEqualToThreshold": (operator.le, "less than or equal to"),
}
TREATED = {"breaching": "Breaching", "notBreaching": "NonBreaching"}


class Point(NamedTuple):
    """One period: when it begins, in seconds since 1970, and its value, if there is one."""

    begun: int
    value: float | None
    samples: float = 0.0


@dataclass(frozen=True)
class Rule:
    """What an alarm compares. `datapoints` is None where the alarm was made without it.

    Attributes:
        statistic: as StateReasonData names it; None for an expression.
    """

    comparison: str
    threshold: float
    periods: int
    datapoints: int | None
    missing: str
    statistic: str | None
    period: int
    unit: str | None

    @property
    def needed(self) -> int:
        """How many breaching datapoints raise the alarm."""
        return self.datapoints or self.periods

    @property
    def range(self) -> int:
        """How many periods are looked at."""
        return self.periods + EXTRA_PERIODS

    def breaks(self, value: float) -> bool:
        return COMPARISONS[self.comparison][0](value, self.threshold)


class Verdict(NamedTuple):
    state: str
    reason: str
    data: dict[str, Any]


def evaluate(rule: Rule, points: list[Point], now: float) -> Verdict | None:
    """The state that an alarm should be in; None: the one that it is in.

    Args:
        rule: what is compared.
        points: the periods of the evaluation range, the most recent first.
        now: seconds since 1970.
    """
    real = [point for point in points if point.value is not None][: rule.periods]
    filled = rule.periods - len(real)
    breaching = [point for point in real if rule.breaks(point.value or 0.0)]
    if not filled or rule.missing in TREATED:
        bad = len(breaching) + (filled if rule.missing == "breaching" else 0)
        state = ALARM if bad >= rule.needed else OK
    elif len(breaching) >= rule.needed:
        state = ALARM
    elif len(breaching) < len(real):
        state = OK
    elif rule.missing == "ignore":
        return None
    else:
        state = ALARM if _is_old(rule, points, breaching) else INSUFFICIENT_DATA
    return Verdict(state, _reason(rule, state, real, filled), _data(rule, points, real, now))


def _is_old(rule: Rule, points: list[Point], breaching: list[Point]) -> bool:
    """ "Avoiding premature transitions to alarm state": all there is breaches, and long since."""
    return bool(breaching) and points.index(breaching[-1]) + 1 >= rule.needed


def _reason(rule: Rule, state: str, real: list[Point], filled: int) -> str:
    if state == INSUFFICIENT_DATA:
        return f"Insufficient Data: {_plural(rule.periods, 'was', 'were')} unknown."
    if not real:
        periods = "period" if rule.periods == 1 else "periods"
        received = f"no datapoints were received for {rule.periods} {periods}"
        return f"Threshold Crossed: {received}{_filling(rule, filled)}."
    shown = [point for point in real if rule.breaks(point.value or 0.0) == (state == ALARM)]
    count = len(shown)
    if rule.datapoints:
        counted = f"{count} out of the last {rule.periods} datapoints"
    else:
        counted = f"{count} datapoint" + ("" if count == 1 else "s")
    listed = ", ".join(_shown(point) for point in shown[:LISTED])
    was = ("was" if count == 1 else "were") + (" not" if state == OK else "")
    compared = f"{COMPARISONS[rule.comparison][1]} the threshold ({java(rule.threshold)})"
    if count < LISTED:
        text = f"{counted} [{listed}] {was} {compared}"
        text += _filling(rule, filled) + _minimum(rule, state)
    else:
        text = f"{counted} {was} {compared}{_filling(rule, filled)}. The most recent datapoints "
        text += f"which crossed the threshold: [{listed}]{_minimum(rule, state)}"
    return f"Threshold Crossed: {text}."


def _filling(rule: Rule, filled: int) -> str:
    if not filled or rule.missing not in TREATED:
        return ""
    missing = "missing datapoint was" if filled == 1 else "missing datapoints were"
    return f" and {filled} {missing} treated as [{TREATED[rule.missing]}]"


def _minimum(rule: Rule, state: str) -> str:
    if not rule.datapoints:
        return ""
    least = rule.needed if state == ALARM else rule.periods - rule.needed + 1
    change = "OK -> ALARM" if state == ALARM else "ALARM -> OK"
    datapoints = "datapoint" if least == 1 else "datapoints"
    return f" (minimum {least} {datapoints} for {change} transition)"


def _plural(count: int, one: str, more: str) -> str:
    return f"{count} datapoint {one}" if count == 1 else f"{count} datapoints {more}"


def _shown(point: Point) -> str:
    moment = datetime.fromtimestamp(point.begun, UTC)
    return f"{java(point.value or 0.0)} ({moment:%d/%m/%y %H:%M:%S})"


def _data(rule: Rule, points: list[Point], real: list[Point], now: float) -> dict[str, Any]:
    missing = [point for point in points if point.value is None][: rule.periods - len(real)]
    evaluated = sorted([*real, *missing], reverse=True)
    data: dict[str, Any] = {"version": "1.0", "queryDate": stamp(now)}
    if real:
        data["startDate"] = stamp(real[-1].begun)
    if rule.unit:
        data["unit"] = rule.unit
    if rule.statistic:
        data["statistic"] = rule.statistic
    data["period"] = rule.period
    data["recentDatapoints"] = [point.value for point in reversed(real)]
    data["threshold"] = rule.threshold
    data["evaluatedDatapoints"] = [_evaluated(point) for point in evaluated]
    return data


def _evaluated(point: Point) -> dict[str, Any]:
    told: dict[str, Any] = {"timestamp": stamp(point.begun)}
    if point.samples:
        told["sampleCount"] = point.samples
    return told if point.value is None else {**told, "value": point.value}


def stamp(seconds: float) -> str:
    """A moment as CloudWatch writes it into JSON: 2026-01-05T09:01:00.000+0000."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}+0000"


def java(value: float) -> str:
    """A number as Java writes a double, and so CloudWatch: 4800.0, 1.0E7."""
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(float(value))
    exact = Decimal(repr(float(value)))
    exponent = exact.adjusted()
    mantissa = f"{exact.scaleb(-exponent).normalize():f}"
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}E{exponent}"
