"""What the deployed stack writes has the shapes of schemas/."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
import requests

from tests import shapes


@pytest.fixture
def row(shop: Any) -> Any:
    """An order's row as JSON would have it; its shape is checked on the way."""
    table = boto3.resource("dynamodb").Table(shop.output("OrdersTableName"))

    def read(order_id: str) -> dict[str, Any]:
        found: dict[str, Any] = table.get_item(Key={"orderId": order_id})["Item"]
        shapes.check("order-row", found)
        return found

    return read


def task(execution: Any, state: str) -> dict[str, Any]:
    """What went into a Task of an execution and what came out, as its history has it."""
    scheduled = [e for e in execution.events if e["type"] == "TaskScheduled"]
    succeeded = [e for e in execution.events if e["type"] == "TaskSucceeded"]
    number = [name for name in execution.states if name != "IsOrderValid"].index(state)
    parameters = json.loads(scheduled[number]["taskScheduledEventDetails"]["parameters"])
    output = json.loads(succeeded[number]["taskSucceededEventDetails"]["output"])
    return {"Payload": parameters["Payload"], "answer": output["Payload"]}


def test_of_a_confirmed_order(shop: Any, row: Any) -> None:
    arrived = shop.inbox()
    execution = shop.run(shop.order("test-order-shapes"), "test-order-shapes")
    assert row("test-order-shapes")["status"] == "CONFIRMED"
    [message] = arrived()
    shapes.check("notification", message)
    shapes.check("order", json.loads(execution.description["input"]))
    shapes.check("confirmed-order", json.loads(execution.description["output"]))
    validation, payment = task(execution, "ValidateOrder"), task(execution, "ProcessPayment")
    shapes.check("order", validation["Payload"])
    shapes.check("validation-result", validation["answer"])
    shapes.check("payment-request", payment["Payload"])
    shapes.check("payment-result", payment["answer"])


@pytest.mark.parametrize(
    ("order_id", "error"), [("order-declined", "PaymentDeclined"), ("no id", "OrderInvalid")]
)
def test_of_a_rejected_order(shop: Any, row: Any, order_id: str, error: str) -> None:
    """Before and after the repair function has added how the execution ended."""
    arrived = shop.inbox()
    execution = shop.run(shop.order(order_id), f"shapes-{error}")
    assert row(order_id)["failureError"] == error
    [message] = arrived()
    shapes.check("notification", message)
    shapes.check("validation-result", task(execution, "ValidateOrder")["answer"])
    shop.repaired(order_id)
    assert row(order_id)["executionStatus"] == "FAILED"


def test_of_an_order_that_was_stopped(shop: Any, row: Any) -> None:
    arn = shop.start(shop.order("shapes-stopped"), "shapes-stopped")
    shop.stepfunctions.stop_execution(executionArn=arn)
    shop.repaired("shapes-stopped")
    assert row("shapes-stopped")["status"] == "ABORTED"


def test_of_the_apis_answers(shop: Any) -> None:
    url = shop.output("OrdersApiUrl")
    taken = requests.post(url, json=shop.order("shapes-taken"), timeout=10)
    shapes.check("order-accepted", taken.json())
    for body in ('{"orderId": "shapes-refused"}', "no JSON"):
        refused = requests.post(url, data=body, timeout=10)
        assert refused.status_code == 400
        shapes.check("order-refused", refused.json())


@pytest.fixture
def told(shop: Any) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What EventBridge has told since about executions of the order workflow that have ended."""
    queue = shop.sqs.create_queue(QueueName="shapes-told")["QueueUrl"]
    asked = shop.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    arn = asked["Attributes"]["QueueArn"]
    allowed = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": allowed})
    shop.sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    events = boto3.client("events")
    statuses = shapes.schema("execution-status-change")["properties"]["detail"]["properties"][
        "status"
    ]["enum"]
    machine = shop.output("OrderWorkflowArn")
    detail = {"stateMachineArn": [machine], "status": statuses}
    events.put_rule(Name="shapes", EventPattern=json.dumps({"detail": detail}))
    events.put_targets(Rule="shapes", Targets=[{"Id": "1", "Arn": arn}])

    def read() -> list[dict[str, Any]]:
        answer = shop.sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
        return [json.loads(message["Body"]) for message in answer.get("Messages", [])]

    yield read
    events.remove_targets(Rule="shapes", Ids=["1"])
    events.delete_rule(Name="shapes")
    shop.sqs.delete_queue(QueueUrl=queue)


def test_of_what_eventbridge_tells(shop: Any, told: Any, until: Any) -> None:
    shop.run(shop.order("shapes-told", items=[]), "shapes-told")
    shop.run(shop.order("test-order-001"), "shapes-told-too")
    wanted = {"shapes-told": "FAILED", "shapes-told-too": "SUCCEEDED"}
    heard: dict[str, str] = {}

    def hear() -> bool:
        for event in told():
            shapes.check("execution-status-change", event)
            heard[event["detail"]["name"]] = event["detail"]["status"]
        return wanted.items() <= heard.items()

    until(hear, "both events")
