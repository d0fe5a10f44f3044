"""Branches of the shop's order workflow: what would have been, had one thing been otherwise."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from localaws import branching, clock, faults

pytestmark = pytest.mark.simulated_clock

BEGIN = ["ValidateOrder", "IsOrderValid", "ProcessPayment"]
CONFIRMED = [*BEGIN, "ConfirmOrder", "NotifyConfirmed"]
REJECTED = [*BEGIN, "RejectOrder", "NotifyRejected", "OrderFailed"]
PAYMENT = "dev-ProcessPaymentFunction"
DECLINED = branching.fault(function=PAYMENT, error="PaymentDeclined")


@pytest.mark.parametrize(
    ("event", "nth"), [("ProcessPayment", 0), ("TaskScheduled", 1), ("TaskStarted", 1)]
)
def test_the_payment_is_declined(
    shop: Any, look: Any, invocations: Any, event: str, nth: int
) -> None:
    name = f"order-b-{event}"
    original = look(shop.run(shop.order(name), name).arn)
    at = original.find(event, nth)
    before = invocations("dev-ValidateOrderFunction")
    branch = look(DECLINED.apply(original.arn, at).arn)
    assert branch.arn == f"{original.arn}-b1"
    assert (original.states, branch.states) == (CONFIRMED, REJECTED)
    assert branch.told(at) == original.told(at)
    assert branch.description["error"] == "PaymentDeclined"
    assert invocations("dev-ValidateOrderFunction") == before
    assert not faults.active()


def test_what_is_stays_as_it_is(shop: Any, look: Any) -> None:
    original = look(shop.run(shop.order("order-b-intact"), "order-b-intact").arn)
    inbox, row = shop.inbox(), shop.row("order-b-intact")
    made = DECLINED.apply(original.arn, original.find("TaskStarted", 1))
    # At that event the order was not confirmed, so that the branch could write it as failed.
    assert look(made.arn).errors == ["PaymentDeclined"] * 2
    topic = shop.output("NotificationsTopicArn")
    boto3.client("sns").publish(TopicArn=topic, Message="this one arrives")
    clock.advance(minutes=5)
    assert [message["Message"] for message in inbox()] == ["this one arrives"]
    assert shop.row("order-b-intact") == row
    assert row["status"] == "CONFIRMED"
    assert look(original.arn).events == original.events
    assert "copies of the tables, as they stood at event" in made.note


def test_a_declined_payment_is_tried_again(shop: Any, look: Any, invocations: Any) -> None:
    original = look(shop.run(shop.order("order-declined"), "order-b-declined").arn)
    assert original.status == "FAILED"
    payments = invocations(PAYMENT)
    again = {"ErrorEquals": ["PaymentDeclined"], "IntervalSeconds": 7, "MaxAttempts": 1}
    at = original.find("TaskFailed")
    branch = look(branching.retry("ProcessPayment", again).apply(original.arn, at).arn)
    assert branch.told(at) == original.told(at)
    assert branch.events[at]["type"] == "TaskScheduled"
    assert branch.seconds(at, at + 1) == 7
    assert json.loads(branch.details(at + 1)["parameters"])["Payload"]["retryCount"] == 1
    assert branch.states == REJECTED  # it is declined again
    assert invocations(PAYMENT) == payments + 1


def test_a_wait_before_a_retry_is_as_long_as_it_was(shop: Any, look: Any) -> None:
    original = look(shop.run(shop.order("order-gateway-timeout"), "order-b-timeout").arn)
    at = original.find("TaskFailed")
    branch = look(DECLINED.apply(original.arn, at).arn)
    assert branch.told(at + 2) == original.told(at + 2)  # with the jitter of then
    assert branch.states == REJECTED


def test_another_backoff(shop: Any, look: Any) -> None:
    original = look(shop.run(shop.order("order-gateway-timeout"), "order-b-backoff").arn)
    at = original.find("TaskFailed")
    slow = {"ErrorEquals": ["PaymentGatewayTimeout"], "IntervalSeconds": 90}
    branch = look(branching.retry("ProcessPayment", slow).apply(original.arn, at).arn)
    assert branch.seconds(at, at + 1) == 90
    assert branch.states == CONFIRMED


def test_another_input(shop: Any, look: Any) -> None:
    original = look(shop.run(shop.order("order-b-input"), "order-b-input").arn)
    other = shop.order("order-b-input", items=[])
    branch = look(branching.input(other).apply(original.arn, 1).arn)
    assert branch.states[:3] == ["ValidateOrder", "IsOrderValid", "RejectOrder"]
    assert json.loads(branch.description["input"]) == other
    assert branch.details(1)["input"] == branch.description["input"]
    assert shop.row("order-b-input")["status"] == "CONFIRMED"


@pytest.mark.parametrize("rate", [1.0, 0.8])
def test_the_same_twice(shop: Any, look: Any, rate: float) -> None:
    name = f"order-b-twice-{round(rate * 100)}"
    original = look(shop.run(shop.order(name), name).arn)
    at = original.find("TaskStarted", 1)
    throttled = "Lambda.TooManyRequestsException"
    change = branching.fault(function=PAYMENT, error=throttled, rate=rate)
    first = look(change.apply(original.arn, at).arn)
    shop.run(shop.order(f"{name}-between"), f"{name}-between")  # draws, too
    second = look(change.apply(original.arn, at).arn)
    assert second.arn == f"{original.arn}-b2"
    assert first.without_ids() == second.without_ids()
    assert throttled in first.errors


def test_a_branch_of_a_branch(shop: Any, look: Any) -> None:
    original = look(shop.run(shop.order("order-b-again"), "order-b-again").arn)
    declined = look(DECLINED.apply(original.arn, original.find("TaskStarted", 1)).arn)
    at = declined.find("TaskFailed")
    again = {"ErrorEquals": ["PaymentDeclined"], "IntervalSeconds": 1}
    branch = look(branching.retry("ProcessPayment", again).apply(declined.arn, at).arn)
    assert branch.arn == f"{declined.arn}-b1"
    assert branch.states == CONFIRMED
    assert branch.told(at) == declined.told(at)


def test_nobody_else_meets_its_fault(shop: Any, look: Any) -> None:
    original = look(shop.run(shop.order("order-b-lonely"), "order-b-lonely").arn)
    beside = shop.start(shop.order("order-b-beside"), "order-b-beside")
    slow = branching.fault(function=PAYMENT, error="PaymentDeclined", latency=5)
    assert look(slow.apply(original.arn, original.find("ProcessPayment")).arn).states == REJECTED
    assert shop.ended(beside).status == "SUCCEEDED"
    assert shop.row("order-b-beside")["status"] == "CONFIRMED"


def test_it_is_listed_but_in_no_metric_and_no_rule_hears_of_it(shop: Any, look: Any) -> None:
    original = look(shop.run(shop.order("order-b-quiet"), "order-b-quiet").arn)
    machine = shop.output("OrderWorkflowArn")
    clock.advance(minutes=10)
    begun = clock.now
    branch = DECLINED.apply(original.arn, original.find("ProcessPayment"))
    clock.advance(minutes=5)
    [newest, *_] = shop.stepfunctions.list_executions(stateMachineArn=machine)["executions"]
    assert newest["executionArn"] == branch.arn
    found = boto3.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/States",
        MetricName="ExecutionsFailed",
        Dimensions=[{"Name": "StateMachineArn", "Value": machine}],
        StartTime=begun,
        EndTime=clock.now,
        Period=60,
        Statistics=["Sum"],
    )
    assert sum(point["Sum"] for point in found["Datapoints"]) == 0
    assert "executionStatus" not in shop.row("order-b-quiet")  # nobody has repaired it
