"""17.1: a share that has a zero where nothing was declined, and nothing where nothing was tried."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from localaws import clock
from orderlab.lesson.answers import NotAnAnswerError
from orderlab.lesson.exercises import Exercise, Finding

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

NAMESPACE = "check/Orders"
MINUTE = timedelta(minutes=1)

exercise = Exercise(
    id="17.1",
    title="The share of declines",
    level="core",
    task="""\
The owner wants to see how many orders in a hundred are declined, minute by minute. In the
expression, `declined` and `started` are sums of a minute. As it is, the curve is only there where
somebody was declined. Afterwards a minute in which orders came and **none was declined is 0**, and
a minute in which **no order came has no value**: there, nobody knows.

Change `share_of_declines` in the cell below; `lesson.check("17.1", …)` reckons it.""",
    files=(),
    hints=(
        "Which of the two metrics has no datapoint in a good minute, and which in a quiet one?",
        (
            "`FILL(metric, 0)` puts a zero where a metric has no data. It may stand around a part "
            "of the expression."
        ),
        (
            "`FILL` around `declined` alone: `100 * FILL(declined, 0) / started`. What is divided "
            "by nothing stays nothing."
        ),
    ),
)


def _share(shop: Shop, started: int | None, declined: int | None) -> float | None:
    """What the expression comes to in a minute of so many orders; None where it has no value.

    Raises:
        NotAnAnswerError: it is no expression, or CloudWatch refuses it.
    """
    expression = shop.answer
    if not isinstance(expression, str):
        raise NotAnAnswerError("An expression of metric math is a text, as 'm1 + m2'.")
    cloudwatch = boto3.client("cloudwatch")
    minute = clock.now.replace(second=0, microsecond=0)
    counts = {"started": [2, started, 2], "declined": [1, declined, 1]}
    for name, values in counts.items():
        for number, value in enumerate(values):
            if value is not None:
                data = {"MetricName": name, "Value": value, "Timestamp": minute + number * MINUTE}
                cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=[data])
    queries = [_query(name) for name in counts]
    try:
        [result] = cloudwatch.get_metric_data(
            MetricDataQueries=[*queries, {"Id": "share", "Expression": expression}],
            StartTime=minute,
            EndTime=minute + 3 * MINUTE,
        )["MetricDataResults"]
    except ClientError as error:
        why = error.response["Error"]["Message"]
        raise NotAnAnswerError(f"CloudWatch refuses the expression: {why}") from error
    clock.advance(minutes=4)  # so that the next scenario has minutes of its own
    found = dict(zip(result["Timestamps"], result["Values"], strict=True))
    return found.get(minute + MINUTE)


def _query(name: str) -> dict[str, object]:
    metric = {"Namespace": NAMESPACE, "MetricName": name}
    stat = {"Metric": metric, "Period": 60, "Stat": "Sum"}
    return {"Id": name, "MetricStat": stat, "ReturnData": False}


def _finding(expected: float | None, got: float | None, because: str) -> Finding:
    words = {value: "no value" if value is None else f"{value:g} %" for value in (expected, got)}
    same = got is expected if None in (expected, got) else abs(got - expected) < 1e-6  # type: ignore[operator]
    return Finding(words[expected], words[got], same, because)


@exercise.scenario("Ten orders, none declined")
def _good(shop: Shop) -> Finding:
    return _finding(
        0.0,
        _share(shop, 10, None),
        "In this minute ten orders came and nobody was declined: `declined` has no datapoint, and "
        "the share is 0 all the same.",
    )


@exercise.scenario("Ten orders, one declined")
def _usual(shop: Shop) -> Finding:
    return _finding(10.0, _share(shop, 10, 1), "One of ten is 10 %.")


@exercise.scenario("Four orders, all declined")
def _bad(shop: Shop) -> Finding:
    return _finding(100.0, _share(shop, 4, 4), "Four of four are 100 %.")


@exercise.scenario("A minute without an order")
def _quiet(shop: Shop) -> Finding:
    return _finding(
        None,
        _share(shop, None, None),
        "No order came, so there is no share. A 0 here says that all was well, and nobody knows "
        "that.",
    )
