"""PutMetricData and what is read of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.simulated_clock
MINUTE = timedelta(minutes=1)


def test_periods_begin_at_the_start_time(
    cloudwatch: Any, cloud: Any, put: Any, name: Any, minute: Any
) -> None:
    """Those without a value are left out."""
    space = name("Shop")
    for value in (1, 5):
        put(space, "Orders", value, Unit="Count")
    cloud.clock.advance(seconds=130)
    put(space, "Orders", 3, Unit="Count")
    points = cloudwatch.get_metric_statistics(
        Namespace=space,
        MetricName="Orders",
        StartTime=minute - MINUTE,
        EndTime=minute + 4 * MINUTE,
        Period=60,
        Statistics=["Sum", "Average", "Minimum", "Maximum", "SampleCount"],
    )["Datapoints"]
    assert [(p["Timestamp"], p["Sum"], p["SampleCount"]) for p in points] == [
        (minute, 6.0, 2.0),
        (minute + 2 * MINUTE, 3.0, 1.0),
    ]
    first = points[0]
    assert (first["Average"], first["Minimum"], first["Maximum"]) == (3.0, 1.0, 5.0)
    assert first["Unit"] == "Count"


def test_percentiles(cloudwatch: Any, put: Any, name: Any, minute: Any) -> None:
    space = name("Shop")
    for value in range(1, 101):
        put(space, "Duration", value, Unit="Milliseconds")
    [point] = cloudwatch.get_metric_statistics(
        Namespace=space,
        MetricName="Duration",
        StartTime=minute,
        EndTime=minute + MINUTE,
        Period=60,
        ExtendedStatistics=["p50", "p99", "p99.9"],
    )["Datapoints"]
    assert point["ExtendedStatistics"] == {"p50": 50.0, "p99": 99.0, "p99.9": 100.0}


def test_values_with_counts_and_statistic_sets(cloudwatch: Any, name: Any, total: Any) -> None:
    space = name("Shop")
    data = [
        {"MetricName": "A", "Values": [1, 10], "Counts": [3, 1]},
        {
            "MetricName": "A",
            "StatisticValues": {"SampleCount": 2, "Sum": 30, "Minimum": 5, "Maximum": 25},
        },
    ]
    cloudwatch.put_metric_data(Namespace=space, MetricData=data)
    found = {s: total(space, "A", None, s) for s in ("Sum", "SampleCount", "Minimum", "Maximum")}
    assert found == {"Sum": 43.0, "SampleCount": 6.0, "Minimum": 1.0, "Maximum": 25.0}


def test_other_dimensions_are_another_metric(
    cloudwatch: Any, put: Any, name: Any, total: Any
) -> None:
    space = name("Shop")
    put(space, "Orders", 1, Dimensions=[{"Name": "Shop", "Value": "a"}])
    both = [{"Name": "Till", "Value": "1"}, {"Name": "Shop", "Value": "a"}]
    put(space, "Orders", 2, Dimensions=both)
    put(space, "Orders", 4)
    assert total(space, "Orders", {"Shop": "a"}) == 1.0
    assert total(space, "Orders", {"Shop": "a", "Till": "1"}) == 2.0
    assert total(space, "Orders") == 4.0
    listed = cloudwatch.list_metrics(Namespace=space, Dimensions=[{"Name": "Shop"}])["Metrics"]
    assert sorted(len(metric["Dimensions"]) for metric in listed) == [1, 2]
    assert len(cloudwatch.list_metrics(Namespace=space)["Metrics"]) == 3


def test_metrics_without_data_for_two_weeks_are_not_listed(
    cloudwatch: Any, cloud: Any, put: Any, name: Any
) -> None:
    space = name("Shop")
    put(space, "Orders", 1)
    cloud.clock.advance(hours=4)
    assert cloudwatch.list_metrics(Namespace=space)["Metrics"]
    assert not cloudwatch.list_metrics(Namespace=space, RecentlyActive="PT3H")["Metrics"]
    cloud.clock.advance(days=14)
    assert not cloudwatch.list_metrics(Namespace=space)["Metrics"]


def test_metric_data_with_math(
    cloudwatch: Any, cloud: Any, put: Any, name: Any, minute: Any
) -> None:
    space = name("Shop")
    for errors, calls in ((1, 4), (None, 2), (3, 6)):
        put(space, "Calls", calls)
        if errors:
            put(space, "Errors", errors)
        cloud.clock.advance(minutes=1)

    def query(metric: str, returned: bool) -> dict[str, Any]:
        stat = {"Metric": {"Namespace": space, "MetricName": metric}, "Period": 60, "Stat": "Sum"}
        return {"Id": metric.lower(), "MetricStat": stat, "ReturnData": returned}

    results = cloudwatch.get_metric_data(
        MetricDataQueries=[
            {"Id": "rate", "Expression": "filled / calls * 100", "Label": "Error rate"},
            {"Id": "filled", "Expression": "FILL(errors, 0)", "ReturnData": False},
            query("Errors", returned=False),
            query("Calls", returned=True),
        ],
        StartTime=minute,
        EndTime=minute + 3 * MINUTE,
        ScanBy="TimestampAscending",
    )["MetricDataResults"]
    assert [(one["Id"], one["Label"], one["Values"]) for one in results] == [
        ("rate", "Error rate", [25.0, 0.0, 50.0]),
        ("calls", "Calls", [4.0, 2.0, 6.0]),
    ]
    assert results[0]["Timestamps"] == [minute, minute + MINUTE, minute + 2 * MINUTE]


def test_the_newest_first_unless_asked_otherwise(
    cloudwatch: Any, cloud: Any, put: Any, name: Any, minute: Any
) -> None:
    space = name("Shop")
    for value in (1, 2):
        put(space, "Orders", value)
        cloud.clock.advance(minutes=1)
    metric = {"Namespace": space, "MetricName": "Orders"}
    stat = {"Metric": metric, "Period": 60, "Stat": "Maximum"}
    [result] = cloudwatch.get_metric_data(
        MetricDataQueries=[{"Id": "m", "MetricStat": stat}],
        StartTime=minute,
        EndTime=minute + 3 * MINUTE,
    )["MetricDataResults"]
    assert result["Values"] == [2.0, 1.0]


@pytest.mark.parametrize(
    ("expression", "message"),
    [("m1 +", "Unsupported or malformed"), ("m1 * m9", "no metric or expression 'm9'")],
)
def test_expressions_that_are_none(
    cloudwatch: Any, cloud: Any, expression: str, message: str
) -> None:
    metric = {"Namespace": "Shop", "MetricName": "Orders"}
    stat = {"Metric": metric, "Period": 60, "Stat": "Sum"}
    queries = [{"Id": "m1", "MetricStat": stat}, {"Id": "e1", "Expression": expression}]
    now = cloud.clock.now
    with pytest.raises(ClientError, match=message):
        cloudwatch.get_metric_data(MetricDataQueries=queries, StartTime=now - MINUTE, EndTime=now)


def test_what_is_refused(cloudwatch: Any, cloud: Any, put: Any) -> None:
    now = cloud.clock.now
    with pytest.raises(ClientError, match="AWS/ for parameter Namespace is invalid"):
        put("AWS/Lambda", "Errors", 1)
    asked = {"Namespace": "Shop", "MetricName": "Orders", "Statistics": ["Sum"]}
    with pytest.raises(ClientError, match="exceeds the limit of 1,440"):
        cloudwatch.get_metric_statistics(
            **asked, StartTime=now - timedelta(days=2), EndTime=now, Period=60
        )
    late = now.replace(second=30)  # not the beginning of a period
    with pytest.raises(ClientError, match="StartTime must be less than"):
        cloudwatch.get_metric_statistics(**asked, StartTime=late, EndTime=late, Period=60)


def test_many_values_of_a_minute_stay_few(cloud: Any) -> None:
    """Ten thousand durations are kept as a distribution, whose percentiles are right to 1 %."""
    from localaws.observability import statistics
    from localaws.observability.metrics import Datum

    datum = Datum()
    for number in range(10_000):
        datum.add(100 + number * 0.0317)
    assert len(datum.values) < 1000
    assert datum.count == 10_000
    assert statistics.reckon(datum, "p90") == pytest.approx(100 + 9000 * 0.0317, rel=0.01)
    assert statistics.reckon(datum, "Maximum") == 100 + 9999 * 0.0317


def test_an_expression_has_the_period_of_what_it_names(
    cloudwatch: Any, put: Any, cloud: Any, name: Any, minute: Any
) -> None:
    space = name("Shop")
    put(space, "Orders", 1)
    cloud.clock.advance(minutes=1)
    put(space, "Orders", 2)

    def query(id_: str, period: int) -> dict[str, Any]:
        metric = {"Namespace": space, "MetricName": "Orders"}
        return {"Id": id_, "MetricStat": {"Metric": metric, "Period": period, "Stat": "Sum"}}

    expressions = {"e1": "often * 10", "e2": "seldom * 10", "e3": "e1 + 1"}
    found = cloudwatch.get_metric_data(
        MetricDataQueries=[
            query("often", 60),
            query("seldom", 300),
            *({"Id": id_, "Expression": text} for id_, text in expressions.items()),
        ],
        StartTime=minute,
        EndTime=minute + 5 * MINUTE,
        ScanBy="TimestampAscending",
    )["MetricDataResults"]
    values = {one["Id"]: one["Values"] for one in found}
    assert values == {
        "often": [1.0, 2.0],
        "seldom": [3.0],
        "e1": [10.0, 20.0],
        "e2": [30.0],
        "e3": [11.0, 21.0],
    }
