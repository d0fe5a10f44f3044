"""CloudWatch's API of metrics: PutMetricData, GetMetricData, GetMetricStatistics, ListMetrics."""

from __future__ import annotations

import itertools
import re
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.exceptions import (
    InvalidParameterCombination,
    InvalidParameterValue,
    ValidationError,
)
from moto.cloudwatch.models import CloudWatchBackend
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult
from moto.core.utils import unix_time

from localaws.mending import Mends
from localaws.observability import metrics, statistics
from localaws.observability.metricmath import Expression, Points
from localaws.observability.metrics import NO_UNIT, Datum, Key, Store

MOST_DATAPOINTS = 1440
METRICS_A_PAGE = 500
TWO_WEEKS, THREE_HOURS = 14 * 86400, 3 * 3600


def install(mends: Mends) -> None:
    _mend_put(mends)
    _mend_statistics(mends)
    _mend_data(mends)
    _mend_list(mends)


def key_of(metric: dict[str, Any]) -> Key:
    """The metric that the API names by Namespace, MetricName and Dimensions."""
    pairs = [(one["Name"], one.get("Value", "")) for one in metric.get("Dimensions") or ()]
    return Key(metric["Namespace"], metric["MetricName"], tuple(sorted(pairs)))


def seconds(moment: Any) -> int:
    """Whole seconds since 1970; moto hands on some times without their zone."""
    if isinstance(moment, datetime):
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    return int(moment)


def data(
    store: Store, queries: list[dict[str, Any]], start: int, end: int
) -> dict[str, tuple[str, Points]]:
    """Label and series of each query of GetMetricData, by its Id.

    Raises:
        ValidationError: an expression cannot be reckoned.
    """
    found: dict[str, tuple[str, Points]] = {}
    for query in queries:
        if "MetricStat" in query:
            found[query["Id"]] = _series(store, query, start, end)
    series = {name: points for name, (_, points) in found.items()}
    results: dict[str, Points] = {}
    waiting = [query for query in queries if "MetricStat" not in query]
    periods = {q["Id"]: int(q["MetricStat"]["Period"]) for q in queries if "MetricStat" in q}
    while waiting:  # an expression may name another one that follows
        query = next((q for q in waiting if not _awaits(q, waiting)), waiting[0])
        waiting.remove(query)
        period = periods[query["Id"]] = _period(query, periods)
        slots = list(range(start, end, period))
        points = Expression(query["Expression"], series, slots, period, results).value()
        results[query["Id"]] = points
        found[query["Id"]] = query.get("Label") or query["Id"], points
    return found


def keys_of(queries: list[dict[str, Any]]) -> list[Key]:
    """The metrics that queries read."""
    return [key_of(query["MetricStat"]["Metric"]) for query in queries if "MetricStat" in query]


def _awaits(query: dict[str, Any], waiting: list[dict[str, Any]]) -> bool:
    return any(one["Id"] in query["Expression"] for one in waiting if one is not query)


def _period(query: dict[str, Any], periods: dict[str, int]) -> int:
    """An expression's: that of what it names, the longest of several; of all, if it names none.

    Args:
        periods: seconds, by the Ids of the queries that have been reckoned.
    """
    names = re.findall(r"[a-z]\w*", query["Expression"])
    named = [periods[name] for name in names if name in periods]
    return max(named or periods.values(), default=int(query.get("Period") or metrics.MINUTE))


def _series(store: Store, query: dict[str, Any], start: int, end: int) -> tuple[str, Points]:
    asked = query["MetricStat"]
    statistic = asked["Stat"]
    statistics.check(statistic)
    key = key_of(asked["Metric"])
    points = {}
    for begun, datum in statistics.periods(
        store, key, start, end, int(asked["Period"]), asked.get("Unit")
    ):
        value = statistics.reckon(datum, statistic)
        if value is not None:
            points[begun] = value
    return query.get("Label") or key.name, points


def _moment(begun: int) -> datetime:
    return datetime.fromtimestamp(begun, UTC)


def _mend_put(mends: Mends) -> None:
    """moto takes metrics of AWS's own namespaces, and an object for each value (models.py:630)."""

    def put_metric_data(
        self: CloudWatchBackend, namespace: str, metric_data: list[dict[str, Any]]
    ) -> None:
        if namespace.startswith("AWS/"):
            raise InvalidParameterValue("The value AWS/ for parameter Namespace is invalid.")
        for number, given in enumerate(metric_data):
            self._validate_parameters_put_metric_data(given, number + 1)
        for given in metric_data:
            key = key_of({**given, "Namespace": namespace})
            moment = given.get("Timestamp")
            when = unix_time() if moment is None else seconds(moment)
            resolution = int(given.get("StorageResolution") or metrics.MINUTE)
            unit = given.get("Unit") or NO_UNIT
            self.metric_data.put_datum(key, _given(given), unit, when, resolution)

    mends.replace(CloudWatchBackend, "put_metric_data", put_metric_data)


def _given(given: dict[str, Any]) -> Datum:
    datum = Datum()
    if given.get("Values"):
        values = given["Values"]
        counts = given.get("Counts") or itertools.repeat(1)
        for value, count in zip(values, counts, strict=False):
            datum.add(float(value), float(count))
    elif given.get("StatisticValues"):
        sample = given["StatisticValues"]
        datum.count, datum.total = float(sample["SampleCount"]), float(sample["Sum"])
        datum.low, datum.high = float(sample["Minimum"]), float(sample["Maximum"])
    else:
        datum.add(float(given.get("Value", 0)))
    return datum


def _mend_statistics(mends: Mends) -> None:
    """moto's periods begin at the first value, any dimension will do, and there is no percentile.

    (cloudwatch/models.py:912, 896; responses.py:200)
    """

    def get_metric_statistics(self: CloudWatchResponse) -> ActionResult:
        asked = self._get_params()
        wanted = asked.get("Statistics") or []
        extended = asked.get("ExtendedStatistics") or []
        if not wanted and not extended:
            raise InvalidParameterCombination(
                "Must specify either Statistics or ExtendedStatistics"
            )
        now, period = int(unix_time()), int(asked["Period"])
        begun, end = seconds(asked["StartTime"]), seconds(asked["EndTime"])
        if begun >= end:
            raise InvalidParameterValue(
                "The parameter StartTime must be less than the parameter EndTime."
            )
        start = statistics.rounded_start(begun, now)
        count = (end - start) // period
        if count > MOST_DATAPOINTS:
            raise InvalidParameterCombination(
                f"You have requested up to {count:,} datapoints, which exceeds the limit of "
                f"{MOST_DATAPOINTS:,}. You may reduce the datapoints requested by increasing "
                "Period, or decreasing the time range."
            )
        for statistic in extended:
            statistics.check(statistic)
        store, key = self.cloudwatch_backend.metric_data, key_of(asked)
        units = [asked["Unit"]] if asked.get("Unit") else store.units(key)
        points = [
            _datapoint(begun, datum, unit, wanted, extended)
            for unit in units
            for begun, datum in statistics.periods(store, key, start, end, period, unit)
        ]
        return ActionResult({"Label": key.name, "Datapoints": points})

    mends.replace(CloudWatchResponse, "get_metric_statistics", get_metric_statistics)


def _datapoint(
    begun: int, datum: Datum, unit: str, wanted: list[str], extended: list[str]
) -> dict[str, Any]:
    point: dict[str, Any] = {"Timestamp": _moment(begun), "Unit": unit}
    point |= {name: statistics.reckon(datum, name) for name in wanted}
    if extended:
        reckoned = {name: statistics.reckon(datum, name) for name in extended}
        point["ExtendedStatistics"] = {k: v for k, v in reckoned.items() if v is not None}
    return point


def _mend_data(mends: Mends) -> None:
    """moto knows no metric math but the name of a query, and no percentile; it forgets a namespace
    where there are dimensions, and answers an expression that is not to be returned
    (cloudwatch/models.py:700, metric_data_expression_parser.py:5)."""

    def get_metric_data(self: CloudWatchResponse) -> ActionResult:
        asked = self._get_params()
        start, end = seconds(asked["StartTime"]), seconds(asked["EndTime"])
        if start > end:
            raise ValidationError("The parameter EndTime must be greater than StartTime.")
        if start == end:
            raise ValidationError("The parameter StartTime must not equal parameter EndTime.")
        queries = asked.get("MetricDataQueries") or []
        for number, query in enumerate(queries, 1):
            if "MetricStat" not in query and "Expression" not in query:
                raise ValidationError(
                    f"The parameter MetricDataQueries.member.{number}.MetricStat is required.\n"
                )
        start = statistics.rounded_start(start, int(unix_time()))
        found = data(self.cloudwatch_backend.metric_data, queries, start, end)
        ascending = asked.get("ScanBy") == "TimestampAscending"
        results = []
        for query in queries:
            if query.get("ReturnData", True) in (True, "true", None):
                label, points = found[query["Id"]]
                slots = sorted(points, reverse=not ascending)
                results.append(
                    {
                        "Id": query["Id"],
                        "Label": label,
                        "Timestamps": [_moment(slot) for slot in slots],
                        "Values": [points[slot] for slot in slots],
                        "StatusCode": "Complete",
                    }
                )
        return ActionResult({"MetricDataResults": results})

    mends.replace(CloudWatchResponse, "get_metric_data", get_metric_data)


def _mend_list(mends: Mends) -> None:
    """moto lists a metric without dimensions once for each of its values (models.py:239)."""

    def list_metrics(self: CloudWatchResponse) -> ActionResult:
        asked = self._get_params()
        store, now = self.cloudwatch_backend.metric_data, unix_time()
        age = THREE_HOURS if asked.get("RecentlyActive") else TWO_WEEKS
        wanted = [
            key
            for key in store.listed()
            if _is_wanted(key, asked) and now - (store.latest(key) or 0) <= age
        ]
        first = int(asked.get("NextToken") or 0)
        page = wanted[first : first + METRICS_A_PAGE]
        listed = [
            {
                "Namespace": key.namespace,
                "MetricName": key.name,
                "Dimensions": [{"Name": name, "Value": value} for name, value in key.dimensions],
            }
            for key in page
        ]
        more = first + METRICS_A_PAGE < len(wanted)
        token = str(first + METRICS_A_PAGE) if more else None
        return ActionResult({"Metrics": listed, "NextToken": token})

    mends.replace(CloudWatchResponse, "list_metrics", list_metrics)


def _is_wanted(key: Key, asked: dict[str, Any]) -> bool:
    if asked.get("Namespace") not in (None, key.namespace):
        return False
    if asked.get("MetricName") not in (None, key.name):
        return False
    own = dict(key.dimensions)
    return all(
        one["Name"] in own and one.get("Value") in (None, own[one["Name"]])
        for one in asked.get("Dimensions") or ()
    )
