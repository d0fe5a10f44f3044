"""order_entry_handler: what POST /orders answers and what it puts on the queue."""

from __future__ import annotations

import base64
import inspect
import json
from collections.abc import Callable
from types import ModuleType
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError

HANDLER = "order_entry_handler"
ORDER = {
    "orderId": "test-order-001",
    "userId": "test-user-123",
    "items": [{"productId": "prod-001", "quantity": 2, "price": 29.99}],
    "totalAmount": 59.98,
}
CANONICAL = (
    '{"items":[{"price":29.99,"productId":"prod-001","quantity":2}],'
    '"orderId":"test-order-001","totalAmount":59.98,"userId":"test-user-123"}'
)


@pytest.fixture(scope="module")
def app(load: Callable[[str], ModuleType]) -> ModuleType:
    return load(HANDLER)


@pytest.fixture
def post(app: ModuleType, aws: None, context: Any) -> Callable[..., tuple[int, Any]]:
    """Posts a body; returns the status and the answer."""

    def send(body: Any, **changes: Any) -> tuple[int, Any]:
        event = {"httpMethod": "POST", "body": body, "isBase64Encoded": False} | changes
        answer = app.lambda_handler(event, context)
        assert answer["headers"] == {"Content-Type": "application/json"}
        return answer["statusCode"], json.loads(answer["body"])

    return send


def queued() -> list[str]:
    """The bodies of all messages on the queue."""
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName="dev-OrderQueue")["QueueUrl"]
    answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [message["Body"] for message in answer.get("Messages", [])]


def test_an_order_is_accepted_and_queued(post: Any) -> None:
    assert post(json.dumps(ORDER)) == (202, {"orderId": "test-order-001", "status": "ACCEPTED"})
    assert queued() == [CANONICAL]


def test_equal_orders_are_equal_messages(post: Any) -> None:
    post(json.dumps(dict(reversed(ORDER.items())), indent=4))
    post(json.dumps(ORDER).replace("59.98", "5.9980e1"))
    assert queued() == [CANONICAL] * 2


def test_an_order_that_the_workflow_will_refuse_is_accepted(post: Any) -> None:
    """Products, prices, stock and the total are the workflow's business."""
    items = [{"productId": "prod-999", "quantity": 999, "price": 0.01}]
    status, _ = post(json.dumps(ORDER | {"items": items}))
    assert status == 202


@pytest.mark.parametrize(
    ("name", "status", "fields"),
    [
        ("accepted", 202, None),
        ("accepted-base64", 202, None),
        ("not-json", 400, None),
        ("empty-body", 400, None),
        ("not-an-object", 400, ["order"]),
        ("missing-fields", 400, ["userId", "items", "totalAmount"]),
        ("wrong-types", 400, ["userId", "totalAmount", "items[0].quantity", "items[0].price"]),
        ("unusable-id", 400, ["orderId"]),
    ],
)
def test_sample_events(
    app: ModuleType, aws: None, event: Any, context: Any, name: str, status: int, fields: Any
) -> None:
    answer = app.lambda_handler(event(HANDLER, name), context)
    body = json.loads(answer["body"])
    assert answer["statusCode"] == status
    assert [fault["field"] for fault in body.get("faults", [])] == (fields or [])
    assert queued() == ([CANONICAL] if status == 202 else [])
    if fields:
        assert all(field in body["message"] for field in fields)


@pytest.mark.parametrize(
    "body",
    [
        "",
        None,
        "{",
        json.dumps(ORDER)[:-1],
        json.dumps(ORDER | {"note": float("nan")}),
        json.dumps(ORDER).replace("59.98", "1e999"),
        json.dumps(ORDER).replace("59.98", "9" * 5000),
        "[" * 50_000,
        json.dumps(ORDER | {"note": "x" * 100_000}),
    ],
)
def test_a_body_that_is_no_order(post: Any, body: Any) -> None:
    status, answer = post(body)
    assert status == 400
    assert answer["message"].startswith("the body is not JSON that can be read: ")
    assert queued() == []


BROKEN = base64.b64encode(json.dumps(ORDER).encode()).decode().replace("b", "!b", 1)


@pytest.mark.parametrize("body", ["not base64", BROKEN, "/w=="])  # the last is no UTF-8
def test_a_body_that_is_badly_encoded(post: Any, body: str) -> None:
    status, _ = post(body, isBase64Encoded=True)
    assert status == 400


def test_a_queue_that_refuses(post: Any, app: ModuleType, monkeypatch: Any, logs: Any) -> None:
    monkeypatch.setattr(app, "ORDER_QUEUE_URL", app.ORDER_QUEUE_URL + "-missing")
    status, answer = post(json.dumps(ORDER))
    assert (status, list(answer)) == (503, ["message"])
    assert "Queue" not in answer["message"]
    (line,) = logs()
    assert (line["orderId"], line["level"]) == ("test-order-001", "ERROR")
    assert "QueueDoesNotExist" in line["exception_name"]


def test_a_queue_that_cannot_be_reached(post: Any, app: ModuleType, monkeypatch: Any) -> None:
    def fail(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url=app.ORDER_QUEUE_URL)

    monkeypatch.setattr(app.sqs, "send_message", fail)
    status, answer = post(json.dumps(ORDER))
    assert status == 503
    assert app.ORDER_QUEUE_URL not in json.dumps(answer)


def test_the_shape_check_is_the_workflows_own(load: Any, app: ModuleType) -> None:
    """The block is repeated in both handlers; whoever changes one changes the other."""
    blocks = []
    for module in (app, load("validate_order_handler")):
        lines = inspect.getsource(module).split("# ---- ")[1].splitlines()
        assert lines[0].startswith("The shape of an order")
        blocks.append([line for line in lines if not line.startswith("# Repeated, line by line")])
    assert len(blocks[0]) > 50
    assert blocks[0] == blocks[1]
