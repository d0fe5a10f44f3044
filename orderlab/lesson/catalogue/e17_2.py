"""17.2: an alarm that rings in an outage and lets the declined cards pass."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from localaws import clock, load
from orderlab.lesson.answers import NotAnAnswerError
from orderlab.lesson.exercises import Exercise, Finding
from orderlab.lesson.judging import notices, recorded

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

WITHIN = 5  # minutes
LIVE, RECORDED = "check-live", "check-recorded"  # what the learner's alarm is called here
A_MINUTE = 4  # orders
GATEWAY = {"function": "dev-ProcessPaymentFunction", "error": "PaymentGatewayTimeout"}
TABLE = {"function": "dev-ValidateOrderFunction", "error": "ProductsUnavailable"}

exercise = Exercise(
    id="17.2",
    title="Quiet through a day of declines",
    level="core",
    task=f"""\
`outage_alarm` holds the arguments of `put_metric_alarm`. Afterwards it **pages within {WITHIN}
minutes** of an outage of any part (four orders a minute, all fail) and is in `OK` ten minutes
later. It is **quiet through an ordinary day**: one card in ten declined, timeouts that are retried,
one order now and then that fails technically, a rush at noon, hours of the night without an order.

Change `outage_alarm` in the cell below; `lesson.check("17.2", outage_alarm)` tries it.""",
    files=(),
    hints=(
        (
            "Two questions: which metric tells the shop's trouble from the customers'? And how "
            "does one single failure differ from an outage in it, minute by minute?"
        ),
        (
            "Technical failures, by the minute, and more than one minute of the last few: "
            "`EvaluationPeriods` with `DatapointsToAlarm`. A night without data must count as good."
        ),
        (
            '`"Namespace": "dev/Orders", "MetricName": "TechnicalFailures"` without dimensions, '
            "`Period` 60, `EvaluationPeriods` 3, `DatapointsToAlarm` 2, `Threshold` 1, "
            "`TreatMissingData` `notBreaching`. As a rate it is "
            "`100 * FILL(technical, 0) / started` in `Metrics`."
        ),
    ),
)


def _make(given: Any, name: str) -> None:
    """Make the learner's alarm, anew: one of this name that is changed would keep its state.

    Raises:
        NotAnAnswerError: it is no alarm, or CloudWatch refuses it.
    """
    if not isinstance(given, Mapping):
        raise NotAnAnswerError("outage_alarm is a dictionary: the arguments of put_metric_alarm.")
    cloudwatch = boto3.client("cloudwatch")
    if cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]:
        cloudwatch.delete_alarms(AlarmNames=[name])
    try:
        cloudwatch.put_metric_alarm(**{**given, "AlarmName": name})
    except (ClientError, BotoCoreError) as error:
        raise NotAnAnswerError(f"CloudWatch refuses the alarm: {error}") from error


def _on_call() -> str:
    """Somebody who listens to the topic that pages: the URL of their queue."""
    topic = boto3.client("sns").create_topic(Name="dev-OrderPages")["TopicArn"]
    return notices.subscribe(topic, "on-call")


def _paged(on_call: str) -> list[datetime]:
    """When somebody was paged by the learner's alarm, since they were asked last."""
    told = [json.loads(notice.message) for notice in notices.take(on_call)]
    return [
        datetime.fromisoformat(one["StateChangeTime"])
        for one in told
        if one["AlarmName"] in (LIVE, RECORDED) and one["NewStateValue"] == "ALARM"
    ]


def _outage(shop: Shop, story: str, fault: Mapping[str, Any]) -> str:
    """Some minutes of an outage, with real orders; when the first page came, in words."""
    clock.advance(minutes=20)  # what other scenarios have left is over
    clock.advance(seconds=60 - clock.now.timestamp() % 60)
    _make(shop.answer, LIVE)
    on_call = _on_call()
    began = clock.now
    many = A_MINUTE * (WITHIN + 1)
    load.run(
        shop.stack.outputs["OrderWorkflowArn"],
        [shop.order(f"{story}-{number:02}", [("prod-001", 1)]) for number in range(many)],
        per_second=A_MINUTE / 60,
        seed=17,
        faults=[{**fault, "until": began + timedelta(minutes=WITHIN + 3)}],
    )
    clock.advance(minutes=1)
    return _words(_paged(on_call), began)


def _words(paged: Sequence[datetime], began: datetime) -> str:
    if not paged:
        return "nobody was paged"
    late = (paged[0] - began) / timedelta(minutes=1)
    return f"paged after {late:.0f} minute{'' if round(late) == 1 else 's'}"


def _in_time(got: str, because: str) -> Finding:
    passed = got != "nobody was paged" and int(got.split()[2]) <= WITHIN
    return Finding(f"paged within {WITHIN} minutes", got, passed, because)


@exercise.scenario("The gateway is gone")
def _gateway(shop: Shop) -> Finding:
    return _in_time(
        _outage(shop, "order-no-gateway", GATEWAY),
        f"From the first minute on no payment goes through, and {A_MINUTE} orders a minute fail. "
        f"Within {WITHIN} minutes somebody must be called; periods that are long, and many, and an "
        "alarm without AlarmActions, keep it from that.",
    )


@exercise.scenario("And when it is over")
def _over(shop: Shop) -> Finding:
    """Follows upon the first scenario, whose alarm is still there."""
    orders = [shop.order(f"order-after-{number:02}", [("prod-001", 1)]) for number in range(8)]
    clock.advance(minutes=3)
    load.run(shop.stack.outputs["OrderWorkflowArn"], orders, per_second=1 / 15, seed=3)
    clock.advance(minutes=10)
    [alarm] = boto3.client("cloudwatch").describe_alarms(AlarmNames=[LIVE])["MetricAlarms"]
    return Finding(
        "OK",
        alarm["StateValue"],
        alarm["StateValue"] == "OK",
        "Ten minutes after the outage, with good orders in between, the alarm must be in OK: from "
        f"any other state it cannot ring again. It says: {alarm['StateReason']}",
    )


@exercise.scenario("An ordinary day")
def _day(shop: Shop) -> Finding:
    workflow, alarm = shop.stack.outputs["OrderWorkflowArn"], shop.answer
    known = recorded.recorded_metrics(workflow)
    for space, name, dimensions in recorded.metrics_of(alarm):
        if (space, name, dimensions) not in known:
            return Finding(
                "a metric of the recording",
                f"{space} {name}",
                False,
                f"The recorded day has nothing of {space} {name} with these dimensions. It has "
                "what AWS/States tells of the workflow, AWS/Lambda of its two functions, and "
                "dev/Orders.",
            )
    _make(recorded.alarm_on_recording(alarm), RECORDED)
    on_call = _on_call()
    begun = recorded.play(workflow, recorded.ordinary_day())
    paged = _paged(on_call)
    boto3.client("cloudwatch").delete_alarms(AlarmNames=[RECORDED])
    got = f"{len(paged)} page{'' if len(paged) == 1 else 's'}" if paged else "no page"
    midnight = begun.replace(hour=0, minute=0, second=0)
    times = ", ".join(f"{midnight + (moment - begun):%H:%M}" for moment in paged[:3])
    return Finding(
        "no page",
        got,
        not paged,
        "Nothing was broken on this day: cards were declined, payments tried again, and six single "
        f"orders failed for reasons of ours, hours apart. By the day's own time, pages at {times}.",
    )


@exercise.scenario("Another part is gone")
def _table(shop: Shop) -> Finding:
    return _in_time(
        _outage(shop, "order-no-products", TABLE),
        "This time the validation fails, at once and without a retry, and no payment is tried. An "
        "outage is an outage, whichever part it is.",
    )
