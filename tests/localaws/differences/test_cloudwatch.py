"""What CloudWatch does otherwise here. docs/differences.md says what AWS does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.simulated_clock


@pytest.fixture
def cloudwatch(cloud: Any) -> Any:
    return boto3.client("cloudwatch")


def test_an_alarm_comes_at_the_end_of_the_minute(cloudwatch: Any, cloud: Any) -> None:
    cloudwatch.put_metric_alarm(
        AlarmName="differs",
        Namespace="Differs",
        MetricName="M",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
    )
    cloudwatch.put_metric_data(Namespace="Differs", MetricData=[{"MetricName": "M", "Value": 1}])
    cloud.clock.advance(minutes=1)
    [alarm] = cloudwatch.describe_alarms(AlarmNames=["differs"])["MetricAlarms"]
    assert alarm["StateValue"] == "ALARM"
    assert alarm["StateUpdatedTimestamp"].timestamp() % 60 == 0


def test_minutes_are_kept_for_ever(cloudwatch: Any, cloud: Any) -> None:
    begun = cloud.clock.now
    cloudwatch.put_metric_data(Namespace="Kept", MetricData=[{"MetricName": "M", "Value": 1}])
    cloud.clock.advance(days=500)
    stat = {"Metric": {"Namespace": "Kept", "MetricName": "M"}, "Period": 60, "Stat": "Sum"}
    [found] = cloudwatch.get_metric_data(
        MetricDataQueries=[{"Id": "m", "MetricStat": stat}],
        StartTime=begun - timedelta(hours=2),
        EndTime=begun + timedelta(hours=1),
    )["MetricDataResults"]
    assert found["Values"] == [1.0]
    assert 0 <= (begun - found["Timestamps"][0]).total_seconds() < 60


def test_dynamodb_publishes_nothing(cloudwatch: Any, table: str) -> None:
    boto3.client("dynamodb").put_item(TableName=table, Item={"id": {"S": "a"}})
    assert cloudwatch.list_metrics(Namespace="AWS/DynamoDB")["Metrics"] == []


def test_what_is_refused(cloudwatch: Any, cloud: Any) -> None:
    now = cloud.clock.now
    with pytest.raises(ClientError, match="The function SEARCH is not supported"):
        cloudwatch.get_metric_data(
            MetricDataQueries=[{"Id": "e", "Expression": "SEARCH('M', 'Sum', 60)"}],
            StartTime=now - timedelta(hours=1),
            EndTime=now,
        )
    with pytest.raises(NotImplementedError):
        cloudwatch.put_composite_alarm(
            AlarmName="quiet", AlarmRule="FALSE", ActionsSuppressor="differs"
        )


@pytest.mark.parametrize("command", ["pattern @message", "diff", "anomaly", "unnest items"])
def test_commands_of_insights_that_are_not_there(cloud: Any, command: str) -> None:
    logs = boto3.client("logs")
    logs.create_log_group(logGroupName=f"asked-{command.split(maxsplit=1)[0]}")
    now = int(cloud.clock.now.timestamp())
    with pytest.raises(logs.exceptions.MalformedQueryException):
        logs.start_query(
            logGroupName=f"asked-{command.split(maxsplit=1)[0]}",
            startTime=now - 60,
            endTime=now,
            queryString=f"fields @message | {command}",
        )
