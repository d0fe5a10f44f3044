"""Order tracking: what each action of the machine and of the carrier's function is needed for."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import boto3
import requests

from localaws import clock
from tests.workflow.privileges import Scenario, log_delivery


def row(shop: Any, order_id: str) -> dict[str, Any]:
    """What the tracking table has of an order."""
    table = boto3.resource("dynamodb").Table(shop.output("TrackingTableName"))
    found: dict[str, Any] = table.get_item(Key={"orderId": order_id}).get("Item", {})
    return found


def begin(shop: Any, order_id: str) -> str:
    """Start what EventBridge starts."""
    event = {"detail": {"input": json.dumps({"orderId": order_id})}}
    arn: str = shop.start(event, order_id, shop.output("OrderTrackingArn"))
    clock.advance(minutes=2)
    return arn


def tell(shop: Any, order_id: str, kind: str) -> int:
    """What the carrier posts, signed; the response's status."""
    secrets = boto3.client("secretsmanager")
    secret = secrets.get_secret_value(SecretId=shop.output("CarrierSecretArn"))["SecretString"]
    now = clock.now
    event = {"eventId": f"{order_id}-{kind}", "orderId": order_id, "type": kind}
    body, at = json.dumps(event | {"at": f"{now:%Y-%m-%dT%H:%M:%SZ}"}), int(now.timestamp())
    digits = hmac.new(secret.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
    answer = requests.post(
        shop.output("CarrierEventsUrl"),
        data=body,
        headers={"X-Carrier-Signature": f"t={at},v1={digits}"},
        timeout=30,
    )
    clock.advance(minutes=2)
    return answer.status_code


def tracked(shop: Any, order_id: str) -> bool:
    """A confirmed order gets a row."""
    begin(shop, order_id)
    return bool(row(shop, order_id))


def started(shop: Any, order_id: str) -> bool:
    """The rule starts the tracking of an order that the workflow has confirmed."""
    assert shop.run(shop.order(order_id), order_id).status == "SUCCEEDED"
    clock.advance(minutes=2)
    return bool(row(shop, order_id))


def told(shop: Any, order_id: str) -> bool:
    """The customer hears that the order is prepared."""
    arrived = shop.inbox()
    begin(shop, order_id)
    return any(order_id in message["Message"] for message in arrived())


def shipped(shop: Any, order_id: str) -> bool:
    """The carrier's word moves the order on."""
    begin(shop, order_id)
    clock.advance(minutes=10)  # the function has forgotten the secret
    return tell(shop, order_id, "SHIPPED") == 200 and row(shop, order_id)["status"] == "SHIPPED"


def alive(shop: Any, order_id: str) -> bool:
    """A scan puts the reminder off."""
    arn = begin(shop, order_id)
    tell(shop, order_id, "SHIPPED")
    clock.advance(days=1)
    tell(shop, order_id, "IN_TRANSIT")
    clock.advance(days=1, hours=12)
    pages = shop.stepfunctions.get_paginator("get_execution_history").paginate(executionArn=arn)
    return not any(event["type"] == "TaskTimedOut" for page in pages for event in page["events"])


GRANTS: dict[str, dict[str, Scenario]] = {
    "OrderTracking": {
        "dynamodb:UpdateItem": tracked,
        "sns:Publish": told,
        **log_delivery("OrderTracking"),
    },
    "OrderTrackingOrderConfirmedRole": {"states:StartExecution": started},
    "CarrierEventFunction": {
        "dynamodb:UpdateItem": shipped,
        "states:SendTaskSuccess": shipped,
        "states:SendTaskHeartbeat": alive,
        "secretsmanager:GetSecretValue": shipped,
    },
}
