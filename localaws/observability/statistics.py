"""Statistics of a metric, period by period.

docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from moto.cloudwatch.exceptions import InvalidParameterValue

from localaws.observability.metrics import MINUTE, Datum, Key, Store

DAY = 86400
PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d{1,10})?|100)")
STATISTICS = {
    "Sum": lambda datum: datum.total,
    "Average": lambda datum: datum.total / datum.count,
    "Minimum": lambda datum: datum.low,
    "Maximum": lambda datum: datum.high,
    "SampleCount": lambda datum: datum.count,
}


def check(statistic: str) -> None:
    """Raises InvalidParameterValue where it is no statistic that is reckoned here."""
    if statistic not in STATISTICS and not PERCENTILE.fullmatch(statistic):
        raise InvalidParameterValue(f"The value {statistic} for parameter Stat is not supported.")


def reckon(datum: Datum, statistic: str) -> float | None:
    """A statistic of what was measured; None where a statistic set does not tell it."""
    if statistic in STATISTICS:
        return float(STATISTICS[statistic](datum))
    return _percentile(datum, float(statistic[1:]))


def _percentile(datum: Datum, part: float) -> float | None:
    """The least value that is not below `part` percent of all.

    Of a statistic set there is one only where it has one sample, or its samples are all equal.
    """
    if datum.low == datum.high:
        return datum.low
    if sum(datum.values.values()) != datum.count:
        return None
    rest = datum.count * part / 100
    for value in sorted(datum.values):
        rest -= datum.values[value]
        if rest <= 1e-9:
            return min(max(value, datum.low), datum.high)
    return datum.high


def rounded_start(start: int, now: int) -> int:
    """A start time as GetMetricData rounds it: the older, the coarser.

    docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
    """
    age = now - start
    step = MINUTE if age < 15 * DAY else 5 * MINUTE if age <= 63 * DAY else 60 * MINUTE
    return start // step * step


def periods(
    store: Store, key: Key, start: int, end: int, period: int, unit: str | None
) -> Iterator[tuple[int, Datum]]:
    """The periods from `start` on that have data, the oldest first."""
    latest = store.latest(key)
    if latest is None:
        return
    for begun in range(start, min(end, latest + 1), period):
        datum = store.read(key, begun, min(begun + period, end), unit)
        if datum is not None:
            yield begun, datum
