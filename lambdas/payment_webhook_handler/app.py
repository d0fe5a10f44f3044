"""Takes what Stripe tells by webhook, and writes it into the shop's tables.

Anybody can post to this address. What counts is the signature, over the body as it came:
docs.stripe.com/webhooks/signature. An event may come twice, late, or before an earlier one
(docs.stripe.com/webhooks), so every write carries its own condition:
  an event is written once, by its id; REFUNDED is final; PAID yields to REFUNDED alone.
"""

from __future__ import annotations

import base64
import os
from typing import TYPE_CHECKING, Any

import boto3
import stripe
from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.utilities import parameters

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

PAYMENTS_TABLE = os.environ["PAYMENTS_TABLE"]
PAYMENT_METHODS_TABLE = os.environ["PAYMENT_METHODS_TABLE"]
SECRET_ID = os.environ["STRIPE_SECRET_ID"]
# An event's type, the status that it gives, and those that it must not replace.
STATUSES = {
    "payment_intent.succeeded": ("PAID", {"REFUNDED"}),
    "payment_intent.payment_failed": ("DECLINED", {"PAID", "REFUNDED"}),
    "charge.refunded": ("REFUNDED", set()),
}

logger = Logger()
dynamodb = boto3.client("dynamodb")


def read_event(request: dict[str, Any]) -> dict[str, Any]:
    """The event in a request, once its signature is known to be Stripe's and young.

    Raises:
        stripe.SignatureVerificationError: it is forged, or older than five minutes.
        ValueError: the body is no JSON.
    """
    body = request.get("body") or ""
    if request.get("isBase64Encoded"):
        body = base64.b64decode(body).decode("utf-8")
    headers = {name.lower(): value for name, value in (request.get("headers") or {}).items()}
    secret = parameters.get_secret(SECRET_ID, transform="json", max_age=300)["webhookSecret"]
    event = stripe.Webhook.construct_event(body, headers.get("stripe-signature"), secret)
    found: dict[str, Any] = event.to_dict()
    return found


def write_payment(event: dict[str, Any]) -> bool:
    """Writes what became of an order's payment. Returns whether the row did not know it yet."""
    subject = event["data"]["object"]
    status, finals = STATUSES[event["type"]]
    values: dict[str, Any] = {
        ":event": {"S": event["id"]},
        ":events": {"SS": [event["id"]]},
        **{f":final{place}": {"S": final} for place, final in enumerate(sorted(finals))},
    }
    sets, conditions = ["#status = :status"], ["NOT contains(events, :event)"]
    if finals:
        names = ", ".join(name for name in values if name.startswith(":final"))
        conditions.append(f"(attribute_not_exists(#status) OR NOT #status IN ({names}))")
    if event["type"] == "charge.refunded":
        status = "REFUNDED" if subject["refunded"] else "PAID"  # a part of it, or all
        values[":refunded"] = {"N": str(subject["amount_refunded"])}
        sets.append("refundedCents = :refunded")
        conditions.append("(attribute_not_exists(refundedCents) OR refundedCents < :refunded)")
    values[":status"] = {"S": status}
    return updated(
        TableName=PAYMENTS_TABLE,
        Key={"orderId": {"S": subject["metadata"]["orderId"]}},
        UpdateExpression=f"SET {', '.join(sets)} ADD events :events",
        ConditionExpression=" AND ".join(conditions),
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues=values,
    )


def write_payment_method(event: dict[str, Any]) -> bool:
    """Writes which card a user has stored: Stripe's ids of it. Of two events, the later counts."""
    intent = event["data"]["object"]
    return updated(
        TableName=PAYMENT_METHODS_TABLE,
        Key={"userId": {"S": intent["metadata"]["userId"]}},
        UpdateExpression="SET customerId = :customer, paymentMethodId = :card, storedAt = :at",
        ConditionExpression="attribute_not_exists(storedAt) OR storedAt < :at",
        ExpressionAttributeValues={
            ":customer": {"S": intent["customer"]},
            ":card": {"S": intent["payment_method"]},
            ":at": {"N": str(event["created"])},
        },
    )


def updated(**request: Any) -> bool:
    """Updates a row if its condition holds. Returns whether it did."""
    try:
        dynamodb.update_item(**request)
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return False
    return True


def handle(event: dict[str, Any]) -> str:
    """Does what an event asks for, and says what that was."""
    named = event["data"]["object"].get("metadata") or {}
    if event["type"] in STATUSES and "orderId" in named:
        return "written" if write_payment(event) else "known already"
    if event["type"] == "setup_intent.succeeded" and "userId" in named:
        return "written" if write_payment_method(event) else "known already"
    return "not for us"


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Entry point. The event is a request from API Gateway; anything but a 2xx comes again."""
    try:
        told = read_event(event)
    except (stripe.SignatureVerificationError, ValueError) as error:
        logger.warning("Webhook refused", extra={"error": type(error).__name__})
        return {"statusCode": 400, "body": ""}
    logger.append_keys(eventId=told["id"], eventType=told["type"])
    order_id = (told["data"]["object"].get("metadata") or {}).get("orderId")
    if order_id:
        logger.append_keys(orderId=order_id)
    logger.info("Webhook taken", extra={"outcome": handle(told)})
    return {"statusCode": 200, "body": ""}
