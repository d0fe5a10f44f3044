"""From end to end: the stack's alarms, through a run with declines and technical failures."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

pytestmark = pytest.mark.simulated_clock
MINUTE = timedelta(minutes=1)
ALARMS = ("dev-OrderTechnicalFailures", "dev-OrderDeclines", "dev-OrderTimeouts")


@pytest.fixture
def notices(shop: Any, mailbox: Any) -> Any:
    """Whoever is on call: a queue that is subscribed to the stack's AlarmsTopic."""
    topic = shop.stack.resources["AlarmsTopic"]
    made = shop.sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=mailbox.arn, ReturnSubscriptionArn=True
    )
    yield lambda: [document["Subject"] for document in mailbox.documents()]
    shop.sns.unsubscribe(SubscriptionArn=made["SubscriptionArn"])


def states(cloudwatch: Any) -> dict[str, str]:
    found = cloudwatch.describe_alarms(AlarmNames=list(ALARMS))["MetricAlarms"]
    return {alarm["AlarmName"]: alarm["StateValue"] for alarm in found}


def changes(cloudwatch: Any, alarm: str, since: Any) -> list[tuple[float, str]]:
    """When an alarm has changed, in minutes since then, and how."""
    items = cloudwatch.describe_alarm_history(
        AlarmName=alarm,
        HistoryItemType="StateUpdate",
        StartDate=since,
        ScanBy="TimestampAscending",
    )["AlarmHistoryItems"]
    return [((one["Timestamp"] - since) / MINUTE, one["HistorySummary"]) for one in items]


def ids(payment: Any, approved: bool, wanted: int, begin: str) -> list[str]:
    """Ids of orders that the mock gateway approves, or declines."""
    found: list[str] = []
    number = 0
    while len(found) < wanted:
        one = f"{begin}-{number}"
        number += 1
        if payment.is_approved(one) is approved:
            found.append(one)
    return found


def test_technical_failures_and_declines_are_told_apart(
    shop: Any, cloud: Any, cloudwatch: Any, payment: Any, notices: Any
) -> None:
    cloud.clock.advance(minutes=10)  # whatever other tests have raised is over
    cloud.clock.advance(seconds=60 - cloud.clock.now.timestamp() % 60)
    begun = cloud.clock.now
    assert set(states(cloudwatch).values()) == {"OK"}
    notices()
    with cloud.faults.inject(function="dev-ProcessPaymentFunction", error="GatewayBroken"):
        failed = [shop.start(shop.order(one), one) for one in ("alarm-1", "alarm-2")]
        cloud.clock.run_until(*failed)
    cloud.clock.advance(minutes=1)
    assert states(cloudwatch) == {**dict.fromkeys(ALARMS, "OK"), ALARMS[0]: "ALARM"}
    assert notices() == [f'ALARM: "{ALARMS[0]}" in US East (N. Virginia)']
    declined = ids(payment, approved=False, wanted=50, begin="alarm-declined")
    started = [shop.start(shop.order(one), one) for one in declined]
    cloud.clock.run_until(*started)
    cloud.clock.advance(minutes=1)
    assert states(cloudwatch)[ALARMS[1]] == "ALARM"
    assert notices() == [f'ALARM: "{ALARMS[1]}" in US East (N. Virginia)']
    cloud.clock.advance(minutes=30)
    assert set(states(cloudwatch).values()) == {"OK"}
    assert notices() == []  # the stack has no OKActions
    assert changes(cloudwatch, ALARMS[0], begun) == [
        (1.0, "Alarm updated from OK to ALARM"),
        (4.0, "Alarm updated from ALARM to OK"),
    ]
    raised, over = changes(cloudwatch, ALARMS[1], begun)
    assert raised == (2.0, "Alarm updated from OK to ALARM")
    assert over[1] == "Alarm updated from ALARM to OK"


def test_a_dead_letter(shop: Any, cloud: Any, cloudwatch: Any, notices: Any) -> None:
    """It is there at the end of a minute, and the alarm with it; until somebody takes it away."""
    cloud.clock.advance(minutes=10)
    cloud.clock.advance(seconds=60 - cloud.clock.now.timestamp() % 60)
    name, url = "dev-OrderDeadLetters", shop.output("OrderDeadLetterQueueUrl")
    notices()
    shop.sqs.send_message(QueueUrl=url, MessageBody="poison")
    cloud.clock.advance(minutes=1)

    def state() -> str:
        [alarm] = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        return str(alarm["StateValue"])

    assert state() == "ALARM"
    assert notices() == [f'ALARM: "{name}" in US East (N. Virginia)']
    cloud.clock.advance(hours=8)
    assert state() == "ALARM"
    [message] = shop.sqs.receive_message(QueueUrl=url)["Messages"]
    shop.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    cloud.clock.advance(minutes=1)
    assert state() == "OK"


def test_one_order_through_all_logs(shop: Any, logs: Any, payment: Any) -> None:
    """The id of an order finds it in the log of each function, and of the workflow."""
    [order] = ids(payment, approved=True, wanted=1, begin="alarm-traced")
    shop.run(shop.order(order), order)
    workflow = "/aws/states/dev-OrderProcessingWorkflow"
    functions = ("dev-ValidateOrderFunction", "dev-ProcessPaymentFunction")
    for group in (workflow, *(f"/aws/lambda/{function}" for function in functions)):
        found = logs.filter_log_events(logGroupName=group, filterPattern=f'"{order}"')
        assert found["events"], group
    history = logs.filter_log_events(
        logGroupName=workflow, filterPattern=f'{{ $.execution_arn = "*:{order}" }}'
    )["events"]
    kinds = [json.loads(event["message"])["type"] for event in history]
    assert (kinds[0], kinds[-1]) == ("ExecutionStarted", "ExecutionSucceeded")
