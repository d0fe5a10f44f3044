"""Metrics, kept as CloudWatch keeps them: a distribution for each minute, not each value.

docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html: a metric is its
namespace, its name and its dimensions; the same name with other dimensions is another metric.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from moto.cloudwatch.models import CloudWatchBackend, cloudwatch_backends
from moto.core.utils import unix_time

from localaws.mending import Mends

MINUTE = 60
EXACT_VALUES = 100  # distinct values of a minute that are kept as they are
NO_UNIT = "None"


class Key(NamedTuple):
    """Which metric. The dimensions are pairs of name and value, in the order of their names."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...] = ()


class Datum:
    """What was measured in some time: count, sum, least and greatest, and how often which value.

    Where there are many distinct values, they are kept to three significant digits, so that a
    minute of ten thousand durations is no larger than one of a thousand.
    """

    __slots__ = ("coarse", "count", "high", "low", "total", "values")

    def __init__(self) -> None:
        self.count, self.total = 0.0, 0.0
        self.low, self.high = float("inf"), float("-inf")
        self.values: dict[float, float] = {}  # value: how often; none for a statistic set
        self.coarse = False

    def add(self, value: float, count: float = 1) -> None:
        self.count += count
        self.total += value * count
        if value < self.low:
            self.low = value
        if value > self.high:
            self.high = value
        if self.coarse:
            value = float(f"{value:.3g}")
        self.values[value] = self.values.get(value, 0) + count
        if len(self.values) > EXACT_VALUES and not self.coarse:
            self._coarsen()

    def merge(self, other: Datum) -> None:
        self.count += other.count
        self.total += other.total
        self.low, self.high = min(self.low, other.low), max(self.high, other.high)
        for value, count in other.values.items():
            self.values[value] = self.values.get(value, 0) + count

    def _coarsen(self) -> None:
        self.coarse = True
        exact, self.values = self.values, {}
        for value, count in exact.items():
            rounded = float(f"{value:.3g}")
            self.values[rounded] = self.values.get(rounded, 0) + count


class _Series(dict[int, Any]):
    """A metric in one unit: by the second at which a minute begins, a Datum or its only value."""

    resolution = MINUTE
    last = 0  # the latest of those seconds


class Store:
    """The metrics of one account in one Region."""

    def __init__(self) -> None:
        self._series: dict[Key, dict[str, _Series]] = {}
        self._lock = threading.Lock()
        self.watched: dict[Key, list[Callable[[int], None]]] = {}  # who is told when data are of

    def put(self, key: Key, value: float, unit: str, when: float, count: float = 1) -> None:
        """Add a value to the minute of `when`, in seconds since 1970."""
        slot = int(when) // MINUTE * MINUTE
        with self._lock:
            series = self._of(key, unit)
            if slot > series.last:
                series.last = slot
            known = series.get(slot)
            if known is None and count == 1:
                series[slot] = value
            else:
                _datum(series, slot, known).add(value, count)
        if key in self.watched:
            self._tell(key, slot)

    def put_datum(
        self, key: Key, datum: Datum, unit: str, when: float, resolution: int = MINUTE
    ) -> None:
        """Add what was measured elsewhere, as PutMetricData brings it."""
        slot = int(when) // resolution * resolution
        with self._lock:
            series = self._of(key, unit)
            series.resolution = min(series.resolution, resolution)
            series.last = max(series.last, slot)
            _datum(series, slot, series.get(slot)).merge(datum)
        self._tell(key, slot)

    def units(self, key: Key) -> list[str]:
        """The units in which a metric was measured."""
        return list(self._series.get(key, ()))

    def read(self, key: Key, start: int, end: int, unit: str | None = None) -> Datum | None:
        """What was measured from `start` to before `end`, in any unit or in one; None: nothing."""
        found = Datum()
        for name, series in self._series.get(key, {}).items():
            if unit is None or name == unit:
                for slot in _slots(series, start, end):
                    found.merge(_as_datum(series[slot]))
        return found if found.count else None

    def latest(self, key: Key) -> int | None:
        """When the last data of a metric begins; None without any."""
        return max((series.last for series in self._series.get(key, {}).values()), default=None)

    def listed(self) -> list[Key]:
        """Every metric, in the order of their first data."""
        return list(self._series)

    def _of(self, key: Key, unit: str) -> _Series:
        units = self._series.get(key)
        if units is None:
            units = self._series[key] = {}
        series = units.get(unit)
        if series is None:
            series = units[unit] = _Series()
        return series

    def _tell(self, key: Key, slot: int) -> None:
        for tell in self.watched.get(key, ()):
            tell(slot)


def _datum(series: _Series, slot: int, known: Any) -> Datum:
    if type(known) is Datum:
        return known
    datum = series[slot] = Datum()
    if known is not None:
        datum.add(known)
    return datum


def _as_datum(kept: Any) -> Datum:
    if type(kept) is Datum:
        return kept
    datum = Datum()
    datum.add(kept)
    return datum


def _slots(series: _Series, start: int, end: int) -> Iterable[int]:
    step = series.resolution
    if (end - start) // step > len(series):
        return sorted(slot for slot in series if start <= slot < end)
    return [slot for slot in range(-(-start // step) * step, end, step) if slot in series]


_stores: dict[tuple[str, str], Store] = {}  # moto takes its time to find a backend


def store(account_id: str, region: str) -> Store:
    """The metrics of an account in a Region."""
    kept = _stores.get((account_id, region))
    if kept is None:
        kept = _stores[account_id, region] = cloudwatch_backends[account_id][region].metric_data
    return kept


def put(
    place: tuple[str, str],
    namespace: str,
    name: str,
    value: float,
    unit: str = "Count",
    dimensions: tuple[tuple[str, str], ...] = (),
    when: float | None = None,
) -> None:
    """Publish a value of a metric, as an AWS service does.

    Args:
        place: account id and Region.
        dimensions: pairs of name and value, in the order of their names.
        when: seconds since 1970; now.
    """
    moment = unix_time() if when is None else when
    store(*place).put(Key(namespace, name, dimensions), value, unit, moment)


def put_all(
    place: tuple[str, str],
    namespace: str,
    values: dict[str, tuple[float, str]],
    dimension_sets: Iterable[tuple[tuple[str, str], ...]],
    when: float | None = None,
) -> None:
    """Publish several metrics at once, each under several sets of dimensions.

    Args:
        values: value and unit by the metric's name.
        dimension_sets: each as `put` takes it.
        when: seconds since 1970; now.
    """
    moment = unix_time() if when is None else when
    kept = store(*place)
    for dimensions in dimension_sets:
        for name, (value, unit) in values.items():
            kept.put(Key(namespace, name, dimensions), value, unit, moment)


def install(mends: Mends) -> None:
    _stores.clear()
    _mend_store(mends)


def _mend_store(mends: Mends) -> None:
    """moto keeps an object for each value and looks through all of them (models.py:416)."""

    def begin(self: CloudWatchBackend, region_name: str, account_id: str) -> None:
        create(self, region_name, account_id)
        self.metric_data = _stores[account_id, region_name] = Store()

    create: Callable[..., None] = mends.replace(CloudWatchBackend, "__init__", begin)
