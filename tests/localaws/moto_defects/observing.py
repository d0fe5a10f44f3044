"""Defects of moto's CloudWatch and CloudWatch Logs. Each returns True while its defect is there."""

from __future__ import annotations

import itertools
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from _aws import DONE, error_code, queue, run
from botocore.exceptions import ClientError
from moto.cloudwatch.models import cloudwatch_backends

NUMBERS = itertools.count(1)
MINUTE = timedelta(minutes=1)


def _cloudwatch() -> Any:
    return boto3.client("cloudwatch")


def _logs() -> Any:
    return boto3.client("logs")


def _put(space: str, value: float, **more: Any) -> None:
    datum = {"MetricName": "M", "Value": value, **more}
    _cloudwatch().put_metric_data(Namespace=space, MetricData=[datum])


def _space() -> str:
    return f"Space{next(NUMBERS)}"


def _noon() -> datetime:
    return datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)


def _statistics(space: str, start: datetime, **more: Any) -> list[dict[str, Any]]:
    asked = {"MetricName": "M", "Period": 300, "Statistics": ["Sum"], **more}
    return list(
        _cloudwatch().get_metric_statistics(
            Namespace=space, StartTime=start, EndTime=start + 60 * MINUTE, **asked
        )["Datapoints"]
    )


def cloudwatch_values_kept() -> bool:
    backend = cloudwatch_backends["123456789012"]["us-east-1"]
    before = len(backend.metric_data)
    data = [{"MetricName": "M", "Values": [1.0], "Counts": [1000]}]
    _cloudwatch().put_metric_data(Namespace=_space(), MetricData=data)
    return len(backend.metric_data) == before + 1000


def cloudwatch_aws_namespace() -> bool:
    return error_code(lambda: _put("AWS/Lambda", 1)) is None


def cloudwatch_periods() -> bool:
    space, start = _space(), _noon()
    _put(space, 1, Timestamp=start + 2 * MINUTE)
    [point] = _statistics(space, start)
    return bool(point["Timestamp"] != start)


def cloudwatch_some_dimensions() -> bool:
    space, start = _space(), _noon()
    both = [{"Name": "A", "Value": "1"}, {"Name": "B", "Value": "2"}]
    _put(space, 1, Timestamp=start, Dimensions=both)
    return bool(_statistics(space, start, Dimensions=both[:1]))


def cloudwatch_percentiles() -> bool:
    space, start = _space(), _noon()
    _put(space, 1, Timestamp=start)
    [point] = _statistics(space, start, ExtendedStatistics=["p90"])
    return "ExtendedStatistics" not in point


def _query(space: str, **more: Any) -> dict[str, Any]:
    metric = {"Namespace": space, "MetricName": "M", **more}
    return {"Id": "m", "MetricStat": {"Metric": metric, "Period": 300, "Stat": "Sum"}}


def _data(*queries: dict[str, Any]) -> dict[str, list[float]]:
    results = _cloudwatch().get_metric_data(
        MetricDataQueries=list(queries), StartTime=_noon(), EndTime=_noon() + 60 * MINUTE
    )
    return {one["Id"]: one["Values"] for one in results["MetricDataResults"]}


def cloudwatch_math() -> bool:
    space = _space()
    _put(space, 1, Timestamp=_noon())
    return _data(_query(space), {"Id": "e", "Expression": "m * 2"})["e"] == []


def cloudwatch_data_namespace() -> bool:
    own, other = _space(), _space()
    dimensions = [{"Name": "A", "Value": "1"}]
    for space in (own, other):
        _put(space, 1, Timestamp=_noon(), Dimensions=dimensions)
    return _data(_query(own, Dimensions=dimensions))["m"] == [2.0]


def cloudwatch_data_unasked() -> bool:
    hidden = {"Id": "e", "Expression": "m", "ReturnData": False}
    return "e" in _data(_query(_space()), hidden)


def cloudwatch_listed_twice() -> bool:
    space = _space()
    _put(space, 1)
    _put(space, 2)
    return len(_cloudwatch().list_metrics(Namespace=space)["Metrics"]) == 2


def _alarm(space: str = "Space", **more: Any) -> str:
    name = f"alarm-{next(NUMBERS)}"
    alarm = {
        "AlarmName": name,
        "Namespace": space,
        "MetricName": "M",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        **more,
    }
    _cloudwatch().put_metric_alarm(**alarm)
    return name


def cloudwatch_alarm_asleep() -> bool:
    """A new one is OK, and one that is changed forgets its state."""
    name = _alarm()
    [new] = _cloudwatch().describe_alarms(AlarmNames=[name])["MetricAlarms"]
    _cloudwatch().set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="r")
    _alarm(AlarmName=name)
    [changed] = _cloudwatch().describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return bool(new["StateValue"] == changed["StateValue"] == "OK")


def cloudwatch_no_composite() -> bool:
    try:
        _cloudwatch().put_composite_alarm(AlarmName="c", AlarmRule="FALSE")
    except NotImplementedError:
        return True
    return False


def cloudwatch_set_state() -> bool:
    url, arn = queue()
    sns = boto3.client("sns")
    topic = sns.create_topic(Name="alarms")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    name = _alarm(AlarmActions=[topic])
    _cloudwatch().set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="r")
    return "Messages" not in boto3.client("sqs").receive_message(QueueUrl=url)


def cloudwatch_alarm_filters() -> bool:
    name = _alarm()
    found = _cloudwatch().describe_alarms(AlarmNames=[name], StateValue="INSUFFICIENT_DATA")
    return bool(found["MetricAlarms"])


def cloudwatch_alarms_for_metric() -> bool:
    space = _space()
    _alarm(space)
    found = _cloudwatch().describe_alarms_for_metric(
        Namespace=space, MetricName="M", Dimensions=[{"Name": "A", "Value": "1"}]
    )
    return bool(found["MetricAlarms"])


def cloudwatch_no_history() -> bool:
    try:
        _cloudwatch().describe_alarm_history()
    except NotImplementedError:
        return True
    return False


def cloudwatch_dashboard_body() -> bool:
    body = json.dumps({"widgets": [{"type": "pie"}]})
    put = _cloudwatch().put_dashboard
    return error_code(lambda: put(DashboardName="d", DashboardBody=body)) is None


def _message(call: Any) -> str:
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Message"])
    return ""


def cloudwatch_dashboard_missing() -> bool:
    get = _cloudwatch().get_dashboard
    return "nowhere" not in _message(lambda: get(DashboardName="nowhere"))


def cloudwatch_dashboards_unordered() -> bool:
    names = [f"nowhere-{number:02d}" for number in range(20)]
    delete = _cloudwatch().delete_dashboards
    return ", ".join(names) not in _message(lambda: delete(DashboardNames=names))


def _group(*messages: str, age: timedelta = timedelta()) -> str:
    name = f"group-{next(NUMBERS)}"
    _logs().create_log_group(logGroupName=name)
    for number, message in enumerate(messages):
        stream = {"logGroupName": name, "logStreamName": f"stream-{number}"}
        _logs().create_log_stream(**stream)
        when = int((time.time() - age.total_seconds()) * 1000) - number
        _logs().put_log_events(**stream, logEvents=[{"timestamp": when, "message": message}])
    return name


def _filter(group: str, pattern: str, space: str) -> None:
    transformation = {"metricName": "M", "metricNamespace": space, "metricValue": "1"}
    _logs().put_metric_filter(
        logGroupName=group,
        filterName="filter",
        filterPattern=pattern,
        metricTransformations=[transformation],
    )


def logs_filters_asleep() -> bool:
    space, group = _space(), _group()
    _filter(group, "", space)
    stream = {"logGroupName": group, "logStreamName": "s"}
    _logs().create_log_stream(**stream)
    event = {"timestamp": int(time.time() * 1000), "message": "m"}
    _logs().put_log_events(**stream, logEvents=[event])
    return not _cloudwatch().list_metrics(Namespace=space)["Metrics"]


def logs_filter_twice() -> bool:
    group = _group()
    _filter(group, "a", "S")
    _filter(group, "b", "S")
    return len(_logs().describe_metric_filters(logGroupName=group)["metricFilters"]) == 2


def logs_no_test_filter() -> bool:
    try:
        _logs().test_metric_filter(filterPattern="a", logEventMessages=["a"])
    except NotImplementedError:
        return True
    return False


def logs_filter_count() -> bool:
    group = _group()
    _filter(group, "a", "S")
    [told] = _logs().describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    return bool(told["metricFilterCount"] == 0)


def logs_patterns() -> bool:
    found = _logs().filter_log_events(logGroupName=_group('{"a": 1}'), filterPattern="{ $.a = 2 }")
    return bool(found["events"])


def logs_by_stream() -> bool:
    """The second stream has the earlier event."""
    found = _logs().filter_log_events(logGroupName=_group("late", "early"))["events"]
    return [event["message"] for event in found] == ["late", "early"]


def logs_end_time() -> bool:
    group = _group("m")
    [event] = _logs().filter_log_events(logGroupName=group)["events"]
    found = _logs().get_log_events(
        logGroupName=group, logStreamName="stream-0", endTime=event["timestamp"]
    )
    return bool(found["events"])


def logs_retention() -> bool:
    group = _group("m", age=timedelta(days=3))
    _logs().put_retention_policy(logGroupName=group, retentionInDays=1)
    return bool(_logs().filter_log_events(logGroupName=group)["events"])


def logs_insights() -> bool:
    group, now = _group("m"), int(time.time())
    query = _logs().start_query(
        logGroupName=group, startTime=now - 60, endTime=now + 60, queryString="stats count(*) as n"
    )
    [row] = _logs().get_query_results(queryId=query["queryId"])["results"]
    return "n" not in [one["field"] for one in row]


def sfn_no_metrics() -> bool:
    run(DONE)
    return not _cloudwatch().list_metrics(Namespace="AWS/States")["Metrics"]
