"""A recorded day of the shop's metrics, minute by minute, and an alarm that is held against it.

A day of real orders would take minutes of a laptop's time. What an alarm sees of one is a few
numbers a minute, so those are played to it: under a namespace of their own, since nobody can write
into one of AWS's.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import boto3

from localaws import clock

PREFIX = "recorded/"
HOUR = 60
DAY = 24 * HOUR
DECLINED, TIMED_OUT = 0.10, 0.05  # the gateway's usual shares
RUSH = range(12 * HOUR, 12 * HOUR + 20)  # the newsletter: many orders at noon
ACCIDENTS = (130, 395, 641, 725, 1030, 1290)  # minutes in which one order fails technically


@dataclass(frozen=True)
class Minute:
    """What came of the orders of one minute; `retried` of them needed a second attempt."""

    succeeded: int
    declined: int
    technical: int
    retried: int

    @property
    def started(self) -> int:
        return self.succeeded + self.declined + self.technical


def ordinary_day(seed: int = 17) -> list[Minute]:
    """A day, of which one order in ten is declined and six in all fail for other reasons."""
    source = random.Random(f"day {seed}")
    return [_minute(source, number) for number in range(DAY)]


def _minute(source: random.Random, number: int) -> Minute:
    hour = number // HOUR
    usual = 40.0 if number in RUSH else 6.0 if 8 <= hour < 22 else 0.5
    orders = sum(source.random() < usual / 100 for _ in range(100))
    declined = sum(source.random() < DECLINED for _ in range(orders))
    retried = sum(source.random() < TIMED_OUT for _ in range(orders))
    accident = int(number in ACCIDENTS)
    return Minute(orders - declined, declined, accident, retried)


def alarm_on_recording(given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of PutMetricAlarm, for the same alarm on the recorded metrics."""
    alarm = copy.deepcopy(dict(given))
    if "Namespace" in alarm:
        alarm["Namespace"] = PREFIX + alarm["Namespace"]
    for query in alarm.get("Metrics", []):
        if "MetricStat" in query:
            metric = query["MetricStat"]["Metric"]
            metric["Namespace"] = PREFIX + metric["Namespace"]
    return alarm


def metrics_of(alarm: Mapping[str, Any]) -> list[tuple[str, str, tuple[tuple[str, str], ...]]]:
    """The metrics that an alarm reads: namespace, name and dimensions."""
    stats = [
        query["MetricStat"]["Metric"] for query in alarm.get("Metrics", []) if "MetricStat" in query
    ]
    if "MetricName" in alarm:
        stats.append(alarm)
    return [
        (
            str(one.get("Namespace")),
            str(one.get("MetricName")),
            tuple(sorted((d["Name"], d["Value"]) for d in one.get("Dimensions", []))),
        )
        for one in stats
    ]


def recorded_metrics(workflow: str) -> list[tuple[str, str, tuple[tuple[str, str], ...]]]:
    """What there is in a recording, as `metrics_of` names it."""
    return [(space, name, pairs) for space, name, pairs, _ in _data(workflow, Minute(1, 1, 1, 1))]


def play(workflow: str, minutes: Sequence[Minute]) -> datetime:
    """Let the minutes pass, each with its numbers, from the next whole one on; which that was."""
    cloudwatch = boto3.client("cloudwatch")
    begun = clock.advance(seconds=60 - clock.now.timestamp() % 60)
    for first in range(0, len(minutes), HOUR):
        hour = minutes[first : first + HOUR]
        for space, data in _by_namespace(workflow, clock.now, hour).items():
            for at in range(0, len(data), 1000):  # PutMetricData takes no more
                cloudwatch.put_metric_data(Namespace=space, MetricData=data[at : at + 1000])
        clock.advance(minutes=len(hour))
    return begun


def _by_namespace(
    workflow: str, begun: datetime, minutes: Sequence[Minute]
) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for number, minute in enumerate(minutes):
        for space, name, pairs, values in _data(workflow, minute):
            if values:
                datum = {
                    "MetricName": name,
                    "Dimensions": [{"Name": key, "Value": value} for key, value in pairs],
                    "Timestamp": begun + timedelta(minutes=number),
                    "Values": list(values),
                    "Counts": list(values.values()),
                }
                found.setdefault(PREFIX + space, []).append(datum)
    return found


Data = tuple[str, str, tuple[tuple[str, str], ...], dict[float, float]]


def _data(workflow: str, minute: Minute) -> Iterator[Data]:
    """Each metric of a minute with its values and how often each came, as AWS would report it."""
    machine = (("StateMachineArn", workflow),)
    payment = (("FunctionName", "dev-ProcessPaymentFunction"),)
    validation = (("FunctionName", "dev-ValidateOrderFunction"),)
    failed = minute.declined + minute.technical
    calls = minute.started + minute.retried + 3 * minute.technical
    errors = failed + minute.retried + 3 * minute.technical
    yield "AWS/States", "ExecutionsStarted", machine, _ones(minute.started)
    yield "AWS/States", "ExecutionsSucceeded", machine, _ones(minute.succeeded)
    yield "AWS/States", "ExecutionsFailed", machine, _ones(failed)
    yield "AWS/States", "ExecutionsTimedOut", machine, {}
    yield "AWS/States", "ExecutionsAborted", machine, {}
    yield "AWS/States", "ExecutionTime", machine, _durations(minute)
    yield "dev/Orders", "Declines", (), _ones(minute.declined)
    yield "dev/Orders", "TechnicalFailures", (), _ones(minute.technical)
    for function, invoked, wrong in ((payment, calls, errors), (validation, minute.started, 0)):
        yield "AWS/Lambda", "Invocations", function, _ones(invoked)
        yield "AWS/Lambda", "Errors", function, _ones(wrong) | _times(0.0, invoked - wrong)
        yield "AWS/Lambda", "Throttles", function, _times(0.0, invoked)


def _ones(count: int) -> dict[float, float]:
    return _times(1.0, count)


def _times(value: float, count: int) -> dict[float, float]:
    return {value: float(count)} if count else {}


def _durations(minute: Minute) -> dict[float, float]:
    """Milliseconds: a second attempt comes about half a second later, the fourth after four."""
    quick = minute.started - minute.retried - minute.technical
    return (
        _times(65.0, max(quick, 0))
        | _times(640.0, minute.retried)
        | _times(4200.0, minute.technical)
    )
