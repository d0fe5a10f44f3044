"""CloudWatch as a test uses it: names of its own, and times that are whole minutes."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest

NUMBERS = itertools.count()


@pytest.fixture
def cloudwatch(cloud: Any) -> Any:
    return boto3.client("cloudwatch")


@pytest.fixture
def logs(cloud: Any) -> Any:
    return boto3.client("logs")


@pytest.fixture
def name() -> Callable[[str], str]:
    """A name that no other test has."""
    return lambda begin: f"{begin}-{next(NUMBERS)}"


@pytest.fixture
def minute(cloud: Any) -> datetime:
    """Let time pass to the next whole minute; which that is."""
    now: datetime = cloud.clock.now
    cloud.clock.advance(seconds=60 - now.timestamp() % 60)
    now = cloud.clock.now
    return now.replace(microsecond=0) + timedelta(seconds=round(now.microsecond / 1e6))


class Log:
    """A log group with one stream, or more."""

    def __init__(self, group: str, cloud: Any) -> None:
        self._client, self._cloud, self.group = boto3.client("logs"), cloud, group
        self._client.create_log_group(logGroupName=group)
        self._streams: set[str] = set()

    def put(self, message: Any, stream: str = "stream", age: float = 0.0) -> None:
        """Put an event of so many seconds ago; what is no text as JSON."""
        if stream not in self._streams:
            self._client.create_log_stream(logGroupName=self.group, logStreamName=stream)
            self._streams.add(stream)
        moment = self._cloud.clock.now.timestamp() - age
        text = message if isinstance(message, str) else json.dumps(message)
        self._client.put_log_events(
            logGroupName=self.group,
            logStreamName=stream,
            logEvents=[{"timestamp": int(moment * 1000), "message": text}],
        )


@pytest.fixture
def log(cloud: Any, name: Any) -> Log:
    return Log(name("group"), cloud)


@pytest.fixture
def put(cloudwatch: Any) -> Callable[..., None]:
    """PutMetricData: one value."""

    def put(namespace: str, metric: str, value: float, **more: Any) -> None:
        datum = {"MetricName": metric, "Value": value, **more}
        cloudwatch.put_metric_data(Namespace=namespace, MetricData=[datum])

    return put


@pytest.fixture
def total(cloudwatch: Any, cloud: Any) -> Callable[..., float]:
    """The sum of a metric over the last hours, or another statistic of it."""

    def total(
        namespace: str,
        metric: str,
        dimensions: dict[str, str] | None = None,
        statistic: str = "Sum",
        hours: float = 3,
    ) -> float:
        pairs = [{"Name": key, "Value": value} for key, value in (dimensions or {}).items()]
        now = cloud.clock.now
        points = cloudwatch.get_metric_statistics(
            Namespace=namespace,
            MetricName=metric,
            Dimensions=pairs,
            StartTime=now - timedelta(hours=hours),
            EndTime=now + timedelta(minutes=1),
            Period=86400,
            Statistics=[statistic],
        )["Datapoints"]
        assert points, f"{namespace} {metric} {dimensions}: nothing was published"
        return float(points[0][statistic])

    return total
