"""Orders through the API and the queue: each runs once, whatever is posted."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
import requests


@pytest.fixture
def impatient(shop: Any) -> Any:
    """The order queue hands a failed message out again at once, not after a minute."""
    url = shop.output("OrderQueueUrl")
    shop.sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "0"})
    yield
    shop.sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "60"})


def post(shop: Any, order: dict[str, Any]) -> None:
    answer = requests.post(shop.output("OrdersApiUrl"), json=order, timeout=10)
    assert answer.status_code == 202, answer.text


def executions(shop: Any, prefix: str) -> dict[str, str]:
    """Status by name of the executions whose name begins so."""
    pages = shop.stepfunctions.get_paginator("list_executions").paginate(
        stateMachineArn=shop.output("OrderWorkflowArn")
    )
    return {
        e["name"]: e["status"]
        for page in pages
        for e in page["executions"]
        if e["name"].startswith(prefix)
    }


def test_orders_end_as_their_ids_say(shop: Any, payment: Any, until: Any) -> None:
    """Some posted twice, some with an unknown product, some declined: one execution each."""
    orders = []
    for number in range(40):
        order = shop.order(f"many-{number}")
        if number % 10 == 3:
            order["items"] = [{"productId": "prod-999", "quantity": 2, "price": 29.99}]
        orders += [order, order] if number % 4 == 0 else [order]
    for order in orders:
        post(shop, order)
    until(
        lambda: len(ended := executions(shop, "many-")) == 40 and "RUNNING" not in ended.values(),
        "the end of every order",
        seconds=90,
    )
    for number in range(40):
        order_id = f"many-{number}"
        good = number % 10 != 3 and payment.is_approved(order_id)
        assert shop.row(order_id)["status"] == ("CONFIRMED" if good else "FAILED"), order_id


def test_another_basket_under_a_known_id_is_neither_lost_nor_run(
    shop: Any, until: Any, impatient: Any
) -> None:
    post(shop, shop.order("basket"))
    until(lambda: shop.row("basket").get("status") == "CONFIRMED", "the first basket")
    other = shop.order(
        "basket",
        items=[{"productId": "prod-001", "quantity": 1, "price": 29.99}],
        totalAmount=29.99,
    )
    post(shop, other)
    dead = shop.output("OrderDeadLetterQueueUrl")

    def letters() -> list[dict[str, Any]]:
        answer = shop.sqs.receive_message(QueueUrl=dead, VisibilityTimeout=0)
        return [json.loads(m["Body"]) for m in answer.get("Messages", [])]

    assert until(letters, "the dead letter") == [other]
    assert list(executions(shop, "basket")) == ["basket"]
    assert shop.row("basket")["totalAmount"] == "59.98"
    shop.sqs.purge_queue(QueueUrl=dead)


def test_an_orders_id_leads_through_all_logs(shop: Any, until: Any) -> None:
    post(shop, shop.order("logged"))
    until(lambda: shop.row("logged").get("status") == "CONFIRMED", "the order")
    logs = boto3.client("logs")
    for name in (
        "/aws/lambda/dev-OrderEntryFunction",
        "/aws/lambda/dev-StartWorkflowFunction",
        "/aws/lambda/dev-ValidateOrderFunction",
        "/aws/lambda/dev-ProcessPaymentFunction",
        "/aws/states/dev-OrderProcessingWorkflow",
    ):
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=name, filterPattern='"logged"'
        )
        messages = [e["message"] for page in pages for e in page["events"]]
        assert any(json.loads(m) for m in messages if m.startswith("{")), name


def test_the_repair_leaves_a_rejected_row_as_it_is(shop: Any) -> None:
    shop.run(shop.order("rejected-then-told", items=[]), "rejected-then-told")
    row = shop.repaired("rejected-then-told")
    assert (row["status"], row["executionStatus"]) == ("FAILED", "FAILED")
    assert row["failureError"] == "OrderInvalid"
