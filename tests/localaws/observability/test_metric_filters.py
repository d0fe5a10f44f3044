"""Metrics out of log events: metric filters, and the Embedded Metric Format."""

from __future__ import annotations

import io
import textwrap
import zipfile
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.simulated_clock


def add(logs: Any, group: str, pattern: str, space: str, **transformation: Any) -> None:
    wanted = {"metricName": "Counted", "metricNamespace": space, "metricValue": "1"}
    logs.put_metric_filter(
        logGroupName=group,
        filterName="filter",
        filterPattern=pattern,
        metricTransformations=[wanted | transformation],
    )


def test_events_that_match_are_counted(logs: Any, log: Any, total: Any, name: Any) -> None:
    space = name("Filter")
    add(logs, log.group, '{ $.type = "ExecutionFailed" }', space)
    for kind in ("ExecutionFailed", "ExecutionSucceeded", "ExecutionFailed"):
        log.put({"type": kind})
    assert total(space, "Counted") == 2.0
    assert total(space, "Counted", None, "SampleCount") == 2.0


def test_a_value_a_unit_and_dimensions_from_the_event(
    logs: Any, log: Any, total: Any, name: Any
) -> None:
    space = name("Filter")
    transformation = {
        "metricValue": "$.ms",
        "unit": "Milliseconds",
        "dimensions": {"Shop": "$.shop"},
    }
    add(logs, log.group, "{ $.ms = * }", space, **transformation)
    for event in ({"ms": 120.5, "shop": "a"}, {"ms": "80", "shop": "a"}, {"ms": "?", "shop": "a"}):
        log.put(event)
    log.put({"ms": 1})  # has no shop
    assert total(space, "Counted", {"Shop": "a"}) == 200.5
    assert total(space, "Counted", {"Shop": "a"}, "SampleCount") == 2.0


def test_a_default_value_where_nothing_matches(logs: Any, log: Any, total: Any, name: Any) -> None:
    space = name("Filter")
    add(logs, log.group, "ERROR", space, defaultValue=0)
    log.put("INFO all is well")
    assert total(space, "Counted") == 0.0


def test_values_of_fields_between_spaces(logs: Any, log: Any, total: Any, name: Any) -> None:
    space = name("Filter")
    add(logs, log.group, "[what = sent, bytes]", space, metricValue="$bytes")
    log.put("sent 1534")
    log.put("received 7")
    assert total(space, "Counted") == 1534.0


def test_a_filter_that_is_put_again_replaces_the_first(logs: Any, log: Any, name: Any) -> None:
    add(logs, log.group, "ERROR", name("Filter"))
    add(logs, log.group, "WARN", name("Filter"))
    [found] = logs.describe_metric_filters(logGroupName=log.group)["metricFilters"]
    assert found["filterPattern"] == "WARN"
    assert found["creationTime"] > 0
    [group] = logs.describe_log_groups(logGroupNamePrefix=log.group)["logGroups"]
    assert group["metricFilterCount"] == 1
    logs.delete_metric_filter(logGroupName=log.group, filterName="filter")
    assert not logs.describe_metric_filters(logGroupName=log.group)["metricFilters"]


def test_filters_that_are_refused(logs: Any, log: Any, name: Any) -> None:
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        add(logs, name("nowhere"), "ERROR", "Filter")
    with pytest.raises(logs.exceptions.InvalidParameterException, match="Invalid filter pattern"):
        add(logs, log.group, "{ $.a }", "Filter")
    with pytest.raises(ClientError, match="mutually exclusive"):
        add(logs, log.group, "{ $.a = * }", "F", dimensions={"A": "$.a"}, defaultValue=0)


def test_a_pattern_can_be_tried(logs: Any) -> None:
    found = logs.test_metric_filter(
        filterPattern="[level = ERROR, code]", logEventMessages=["ERROR 7", "INFO 8"]
    )["matches"]
    assert found == [
        {
            "eventNumber": 1,
            "eventMessage": "ERROR 7",
            "extractedValues": {"$level": "ERROR", "$code": "7"},
        }
    ]


EMBEDDED = """
    import json
    def lambda_handler(event, context):
        print(json.dumps({
            "_aws": {
                "Timestamp": event["now"],
                "CloudWatchMetrics": [{
                    "Namespace": event["space"],
                    "Dimensions": [["service"], ["service", "shop"]],
                    "Metrics": [{"Name": "Orders", "Unit": "Count"}, {"Name": "Missing"}],
                }],
            },
            "service": "payment", "shop": "a", "Orders": [1, 2.5],
        }))
"""


def test_a_function_prints_metrics(
    make_function: Any, invoke: Any, total: Any, name: Any, cloud: Any, cloudwatch: Any
) -> None:
    """The Embedded Metric Format."""
    space = name("Embedded")
    now = int(cloud.clock.now.timestamp() * 1000)
    done = invoke(make_function(EMBEDDED), {"space": space, "now": now})
    assert done["error"] is None, done
    assert total(space, "Orders", {"service": "payment"}) == 3.5
    assert total(space, "Orders", {"service": "payment", "shop": "a"}, "SampleCount") == 2.0
    names = {one["MetricName"] for one in cloudwatch.list_metrics(Namespace=space)["Metrics"]}
    assert names == {"Orders"}


POWERTOOLS = """
    from aws_lambda_powertools import Metrics
    from aws_lambda_powertools.metrics import MetricUnit
    metrics = Metrics(namespace="Powertools", service="payment")

    @metrics.log_metrics
    def lambda_handler(event, context):
        metrics.add_metric(name="Charged", unit=MetricUnit.Count, value=3)
"""


def test_powertools_metrics_arrive(make_function: Any, invoke: Any, total: Any) -> None:
    function, buffer = make_function("def lambda_handler(event, context): pass"), io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("app.py", textwrap.dedent(POWERTOOLS))
        package.writestr("requirements.txt", "aws-lambda-powertools")
    boto3.client("lambda").update_function_code(FunctionName=function, ZipFile=buffer.getvalue())
    done = invoke(function)
    assert done["error"] is None, done
    assert total("Powertools", "Charged", {"service": "payment"}) == 3.0


@pytest.mark.parametrize(
    "about",
    [
        "1",
        '{"CloudWatchMetrics": {}}',
        '{"CloudWatchMetrics": [1]}',
        '{"CloudWatchMetrics": [{"Metrics": [{}]}]}',
        '{"CloudWatchMetrics": [{"Metrics": [{"Name": "a"}]}]}',
        '{"CloudWatchMetrics": [{"Namespace": "x", "Metrics": [{"Name": "a"}], "Dimensions": 1}]}',
        "",
    ],
)
def test_what_only_looks_embedded_is_a_line_like_others(logs: Any, log: Any, about: str) -> None:
    log.put(f'{{"a": 1, "_aws": {about}}}')
    assert len(logs.filter_log_events(logGroupName=log.group)["events"]) == 1


def test_a_value_that_is_no_field_counts_nothing(
    logs: Any, log: Any, name: Any, cloudwatch: Any
) -> None:
    space = name("Filter")
    add(logs, log.group, "{ $.a = 1 }", space, metricValue="$a")
    log.put({"a": 1})
    assert cloudwatch.list_metrics(Namespace=space)["Metrics"] == []
