"""The payment gateway: what each action of its function, machine and webhook is needed for."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import boto3
import requests

from localaws import clock, cloud
from orderlab.gateway.process import sign
from orderlab.lesson.judging.payments import provider
from tests.workflow.privileges import Scenario, invoke, log_delivery


def charge(shop: Any, order_id: str, name: str = "", **changes: Any) -> Any:
    """Charge an order of 59.98 through the workflow; returns the run."""
    provider(shop)  # so that there is one to ask
    given = {"orderId": order_id, "userId": "user-1", "amount": 59.98}
    order = {**given, "paymentMethod": "pm_card_visa", **changes}
    return shop.run(order, name or order_id, shop.output("ChargeWorkflowArn"))


def row(shop: Any, order_id: str) -> dict[str, Any]:
    table = boto3.resource("dynamodb").Table(shop.output("PaymentsTableName"))
    return dict(table.get_item(Key={"orderId": order_id}).get("Item", {}))


def webhook_secret(shop: Any) -> str:
    found = boto3.client("secretsmanager").get_secret_value(SecretId=shop.output("StripeSecretArn"))
    return str(json.loads(found["SecretString"])["webhookSecret"])


def now() -> datetime:
    return datetime.fromtimestamp(cloud.running().clock.time(), UTC)


def tell(shop: Any, kind: str, **subject: Any) -> int:
    """Post a genuine event to the webhook; the answer's status."""
    event = {"id": f"evt_{kind}_{subject['id']}", "object": "event", "type": kind, "created": 1}
    body, headers = sign(
        json.dumps({**event, "data": {"object": subject}}), webhook_secret(shop), now()
    )
    answer = requests.post(
        shop.output("PaymentWebhooksUrl"), data=body, headers=headers, timeout=30
    )
    return answer.status_code


def _invoked(shop: Any, order_id: str, **card: str) -> bool:
    provider(shop)
    clock.advance(minutes=10)  # the function has forgotten the secret
    event = {"orderId": order_id, "userId": "user-of-grants", "amount": 59.98, **card}
    return invoke(shop, "ChargePaymentFunction", event) is not None


def charged(shop: Any, order_id: str) -> bool:
    """An order is charged, with a key from the secret, and its payment intent is written down."""
    return _invoked(shop, order_id, paymentMethod="pm_card_visa")


def recorded(shop: Any, order_id: str) -> bool:
    """The machine charges an order and writes how that ended."""
    return charge(shop, order_id).status == "SUCCEEDED"


def told(shop: Any, order_id: str) -> bool:
    """What Stripe tells is written into the payment's row."""
    subject = {"id": order_id, "metadata": {"orderId": order_id}}
    tell(shop, "payment_intent.succeeded", **subject)
    return row(shop, order_id).get("status") == "PAID"


def stored(shop: Any, order_id: str) -> bool:
    """A card that was stored in the browser is written down as the user's."""
    subject = {"id": order_id, "customer": "cus_1", "payment_method": "pm_1"}
    clock.advance(minutes=10)  # the function has forgotten the secret
    tell(shop, "setup_intent.succeeded", **subject, metadata={"userId": order_id})
    table = boto3.resource("dynamodb").Table(shop.output("PaymentMethodsTableName"))
    return "Item" in table.get_item(Key={"userId": order_id})


GRANTS: dict[str, dict[str, Scenario]] = {
    "ChargePaymentFunction": {
        "dynamodb:GetItem on Payments": charged,
        "dynamodb:UpdateItem": charged,
        "dynamodb:GetItem on PaymentMethods": charged,
        "secretsmanager:GetSecretValue": charged,
    },
    "ChargeWorkflow": {
        "lambda:InvokeFunction": recorded,
        "dynamodb:UpdateItem": recorded,
        **log_delivery("ChargeWorkflow"),
    },
    "PaymentWebhookFunction": {
        "dynamodb:UpdateItem": told,
        "secretsmanager:GetSecretValue": stored,
    },
}
