"""What pages and what does not: the alarms of the grown stack, and its dashboard."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import boto3
import pytest

from orderlab import console
from orderlab.console.dashboards.body import log_query, series_of, widgets_of

pytestmark = pytest.mark.simulated_clock
TROUBLE = "grown-OrderTrouble"
PARTS = (
    "grown-OrderFailureRate",
    "grown-OrderLatency",
    "grown-OrderQueueAge",
    "grown-OrderThrottles",
)
PAYMENT, VALIDATION = "grown-ProcessPaymentFunction", "grown-ValidateOrderFunction"


@pytest.fixture
def quiet(grown: Any, cloud: Any) -> Iterator[datetime]:
    """Whatever other tests have raised is over; from which minute on."""
    cloud.clock.advance(minutes=20)
    cloud.clock.advance(seconds=60 - cloud.clock.now.timestamp() % 60)
    yield cloud.clock.now
    cloud.faults.clear()


@pytest.fixture
def order(grown: Any, cloud: Any) -> Callable[..., None]:
    """Orders, one after the other in the same minute, and the rest of that minute."""

    def begin(*names: str) -> None:
        until = cloud.clock.now.timestamp() // 60 * 60 + 60
        cloud.clock.run_until(*(grown.start(grown.order(name), name) for name in names))
        cloud.clock.advance(seconds=max(0, until - cloud.clock.now.timestamp()))

    return begin


@pytest.fixture
def pages(grown: Any) -> Iterator[Callable[[], list[str]]]:
    """The subjects of what has come to whoever is on call."""
    topic = grown.stack.resources["OrderPagesTopic"]
    grown.sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="on-call@example.com")
    letters = _letters(topic)
    token = next(one.token for one in reversed(letters) if one.token)
    made = grown.sns.confirm_subscription(TopicArn=topic, Token=token)
    yield lambda: [one.subject for one in _letters(topic)[len(letters) :]]
    grown.sns.unsubscribe(SubscriptionArn=made["SubscriptionArn"])


def _letters(topic: str) -> list[Any]:
    from localaws import outbox

    return outbox.letters(topic)


def rung(since: datetime) -> set[str]:
    """The new alarms that have been in ALARM since then."""
    items = boto3.client("cloudwatch").describe_alarm_history(
        AlarmTypes=["MetricAlarm", "CompositeAlarm"],
        HistoryItemType="StateUpdate",
        StartDate=since,
    )["AlarmHistoryItems"]
    names = {one["AlarmName"] for one in items if one["HistorySummary"].endswith("to ALARM")}
    return {name for name in names if name in PARTS or name == TROUBLE}


def test_one_failure_is_no_outage(cloud: Any, quiet: datetime, order: Any, pages: Any) -> None:
    with cloud.faults.inject(function=PAYMENT, error="GatewayBroken"):
        order("page-alone")
    order("page-well-1")
    cloud.clock.advance(minutes=3)
    assert rung(quiet) == set()
    assert pages() == []


def test_an_outage_pages_once_and_says_when_it_is_over(
    cloud: Any, quiet: datetime, order: Any, pages: Any
) -> None:
    with cloud.faults.inject(function=PAYMENT, error="GatewayBroken"):
        for number in range(3):
            order(f"page-outage-{number}")
    assert rung(quiet) == {"grown-OrderFailureRate", TROUBLE}
    assert pages() == [f'ALARM: "{TROUBLE}" in US East (N. Virginia)']
    cloud.clock.advance(minutes=5)
    assert pages()[1:] == [f'OK: "{TROUBLE}" in US East (N. Virginia)']


def test_declines_page_nobody(
    grown: Any, cloud: Any, quiet: datetime, order: Any, pages: Any, payment: Any
) -> None:
    ids = (f"page-declined-{number}" for number in range(1000))
    declined = [name for name in ids if not payment.is_approved(name)]
    for number in range(4):
        order(*declined[2 * number : 2 * number + 2])
        cloud.clock.advance(minutes=14)
    assert rung(quiet) == set()
    assert pages() == []
    [alarm] = boto3.client("cloudwatch").describe_alarms(AlarmNames=["grown-OrderDeclineRate"])[
        "MetricAlarms"
    ]
    assert alarm["StateValue"] == "ALARM"
    assert alarm["AlarmActions"] == [grown.stack.resources["AlarmsTopic"]]


def test_slow_orders_page(cloud: Any, quiet: datetime, order: Any, pages: Any) -> None:
    with (
        cloud.faults.inject(function=PAYMENT, latency=8),
        cloud.faults.inject(function=VALIDATION, latency=8),
    ):
        for number in range(3):
            order(f"page-slow-{number}")
    assert rung(quiet) == {"grown-OrderLatency", TROUBLE}
    assert len(pages()) == 1


def test_orders_that_wait_page_though_none_fails(
    grown: Any, cloud: Any, quiet: datetime, pages: Any
) -> None:
    throttled = "Lambda.TooManyRequestsException"
    with cloud.faults.inject(function="grown-StartWorkflowFunction", error=throttled):
        for number in range(5):
            body = json.dumps(grown.order(f"page-waits-{number}"))
            grown.sqs.send_message(QueueUrl=grown.output("OrderQueueUrl"), MessageBody=body)
            cloud.clock.advance(minutes=1)
    assert rung(quiet) == {"grown-OrderQueueAge", "grown-OrderThrottles", TROUBLE}
    assert len(pages()) == 1
    cloud.clock.advance(minutes=5)


# ---- the dashboard ---------------------------------------------------------------------------


@pytest.fixture
def widgets(grown: Any) -> list[Any]:
    answer = boto3.client("cloudwatch").get_dashboard(DashboardName="grown-Orders")
    return widgets_of(json.loads(answer["DashboardBody"]))


def test_the_dashboard_has_every_alarm(grown: Any, widgets: list[Any]) -> None:
    [alarms] = [widget.properties["alarms"] for widget in widgets if widget.kind == "alarm"]
    names = {arn.rpartition(":")[2] for arn in alarms}
    assert names >= {TROUBLE, *PARTS, "grown-OrderDeclineRate"}


def test_its_widgets_do_not_overlap(widgets: list[Any]) -> None:
    taken: set[tuple[int, int]] = set()
    for widget in widgets:
        assert widget.x + widget.width <= 24
        own = {
            (x, y)
            for x in range(widget.x, widget.x + widget.width)
            for y in range(widget.y, widget.y + widget.height)
        }
        assert not own & taken, widget.title
        taken |= own


def test_its_curves_are_those_of_the_alarms(widgets: list[Any]) -> None:
    """Whoever was paged must see there what the alarm has seen."""
    shown = {
        (space, name)
        for widget in widgets
        for series in series_of(widget.properties)
        if (metric := series.query.get("MetricStat", {}).get("Metric"))
        and (space := metric["Namespace"], name := metric["MetricName"])
    }
    alarms = boto3.client("cloudwatch").describe_alarms(AlarmNames=list(PARTS))["MetricAlarms"]
    for alarm in alarms:
        stats = [query["MetricStat"] for query in alarm.get("Metrics", []) if "MetricStat" in query]
        asked = [one["Metric"] for one in stats] or [alarm]
        assert {(one["Namespace"], one["MetricName"]) for one in asked} <= shown, alarm["AlarmName"]


def test_what_it_names_is_there(grown: Any, widgets: list[Any]) -> None:
    """A metric of nothing and a log group of nobody would be an empty chart for ever."""
    known = set(grown.stack.resources.values())
    groups = {g for w in widgets if w.kind == "log" for g in log_query(w.properties)[0]}
    metrics = [
        series.query["MetricStat"]["Metric"]
        for widget in widgets
        for series in series_of(widget.properties)
        if "MetricStat" in series.query
    ]
    dimensions = {
        pair["Value"]
        for metric in metrics
        if metric["Namespace"].startswith("AWS/")  # a dimension of ours need not be a resource
        for pair in metric["Dimensions"]
    }
    queues = {url.rpartition("/")[2] for url in known if re.match("https?://", url)}
    assert groups | dimensions <= known | queues


def test_it_is_drawn(grown: Any, cloud: Any, quiet: datetime, order: Any) -> None:
    order("page-drawn")
    found = console.dashboard("grown-Orders")
    assert re.search(r"succeeded: from 1 to \d, at", found.text)
    assert found.png.startswith(b"\x89PNG")
