"""What an alarm of moto's reads and compares, and what it does."""

from __future__ import annotations

from typing import Any

from moto.cloudwatch.models import Alarm

from localaws.observability import metricsapi, statistics
from localaws.observability.evaluation import ALARM, INSUFFICIENT_DATA, OK, Point, Rule
from localaws.observability.metrics import MINUTE, Store


def queries_of(alarm: Alarm) -> list[dict[str, Any]]:
    """What an alarm reads, as queries of GetMetricData; one of them returns data."""
    if alarm.metric_data_queries:
        return list(alarm.metric_data_queries)
    metric = {
        "Namespace": alarm.namespace,
        "MetricName": alarm.metric_name,
        "Dimensions": [{"Name": one.name, "Value": one.value} for one in alarm.dimensions],
    }
    stat = {
        "Metric": metric,
        "Period": alarm.period,
        "Stat": alarm.extended_statistic or alarm.statistic,
        "Unit": alarm.unit,
    }
    return [{"Id": "m1", "MetricStat": stat}]


def rule_of(alarm: Alarm) -> Rule:
    """What an alarm compares."""
    missing = alarm.treat_missing_data
    if missing is None:
        missing = "ignore" if alarm.namespace == "AWS/DynamoDB" else "missing"
    periods = [q["MetricStat"]["Period"] for q in queries_of(alarm) if "MetricStat" in q]
    expression = bool(alarm.metric_data_queries)
    return Rule(
        comparison=alarm.comparison_operator,
        threshold=float(alarm.threshold),
        periods=int(alarm.evaluation_periods),
        datapoints=int(alarm.datapoints_to_alarm) if alarm.datapoints_to_alarm else None,
        missing=missing,
        statistic=None if expression else alarm.extended_statistic or alarm.statistic,
        period=int(max(periods or [alarm.period or MINUTE])),
        unit=alarm.unit,
    )


def has_few_samples(alarm: Alarm, points: list[Point]) -> bool:
    """Whether a percentile is not to be judged, of so few samples, and the alarm wants that.

    .../monitoring/percentiles-with-low-samples.html
    """
    if not alarm.extended_statistic or alarm.evaluate_low_sample_count_percentile != "ignore":
        return False
    part = float(alarm.extended_statistic[1:]) / 100
    outside = min(part, 1 - part)
    needed = round(10 / outside, 6) if outside else 0.0
    return sum(point.samples for point in points) < needed


def actions_of(alarm: Alarm, state: str) -> list[str]:
    """The ARNs of what an alarm does when it comes into a state."""
    actions: list[str] = {
        OK: alarm.ok_actions,
        ALARM: alarm.alarm_actions,
        INSUFFICIENT_DATA: alarm.insufficient_data_actions,
    }[state]
    return actions


def points_of(alarm: Alarm, rule: Rule, store: Store, end: int) -> list[Point]:
    """The periods of the evaluation range, which ends with the last whole minute."""
    slots = [end - number * rule.period for number in range(1, rule.range + 1)]
    queries = queries_of(alarm)
    if len(queries) == 1 and "MetricStat" in queries[0]:
        stat = queries[0]["MetricStat"]
        key = metricsapi.key_of(stat["Metric"])
        points = []
        for slot in slots:
            datum = store.read(key, slot, slot + rule.period, stat.get("Unit"))
            value = None if datum is None else statistics.reckon(datum, stat["Stat"])
            points.append(Point(slot, value, datum.count if datum else 0.0))
        return points
    [asked] = [query["Id"] for query in queries if query.get("ReturnData", True)]
    _, series = metricsapi.data(store, queries, slots[-1], end)[asked]
    return [Point(slot, series.get(slot)) for slot in slots]
