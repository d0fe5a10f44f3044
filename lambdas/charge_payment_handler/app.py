"""Charges an order once, at Stripe, whatever is repeated.

One order has one PaymentIntent, and a PaymentIntent can succeed only once:
docs.stripe.com/payments/paymentintents/lifecycle. So the function
  1. makes the order's PaymentIntent, which takes no money, with the order's id as idempotency key;
  2. writes its id into the order's payment row, before any money is taken;
  3. confirms that PaymentIntent and no other. That takes the money.
Stripe may forget a key after 24 hours (docs.stripe.com/api/idempotent_requests); the row does not.

The card itself is never seen here: the browser hands its number to Stripe, and gets an id for it.
"""

from __future__ import annotations

import json
import os
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

import boto3
import stripe
from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.utilities.validation import SchemaValidationError, validate

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

PAYMENTS_TABLE = os.environ["PAYMENTS_TABLE"]
PAYMENT_METHODS_TABLE = os.environ["PAYMENT_METHODS_TABLE"]
SECRET_ID = os.environ["STRIPE_SECRET_ID"]
API_BASE = os.environ["STRIPE_API_BASE"]
CURRENCY = "eur"
PATIENCE = 5  # seconds that Stripe has for an answer, less than the function's own timeout
SCHEMA = json.loads(Path(__file__).with_name("event.schema.json").read_text(encoding="utf-8"))

logger = Logger()
dynamodb = boto3.client("dynamodb")


# A class's name is the error name that the state machine's Retry and Catch match, hence no suffix.


class PaymentDeclined(Exception):
    """The bank said no, and would say it again. Another card may do."""


class CustomerActionRequired(Exception):
    """The bank wants to ask the customer (3-D Secure), who has to come back for that."""


class PaymentGatewayTimeout(Exception):
    """No answer, or one that says nothing. The order may have been charged: ask again."""


class PaymentConflict(Exception):
    """The order was begun with another amount, or its PaymentIntent was canceled."""


class PaymentRequestInvalid(Exception):
    """The event is not what this function takes, or there is no card to charge."""


class Charge(NamedTuple):
    """What to charge: `cents` of an order, on a card that Stripe knows by an id."""

    order_id: str
    user_id: str
    cents: int
    payment_method: str
    customer: str | None


class PaymentResult(TypedDict):
    """What the state machine gets: the same as from the mock gateway."""

    transactionId: str
    orderId: str
    amount: float
    status: str


@lru_cache(maxsize=1)
def client_for(api_key: str) -> stripe.StripeClient:
    """Stripe's client. It repeats nothing by itself: the state machine does, and shows it."""
    return stripe.StripeClient(
        api_key,
        base_addresses={"api": API_BASE},
        http_client=stripe.RequestsClient(timeout=PATIENCE),
        max_network_retries=0,
    )


def gateway() -> stripe.StripeClient:
    """The client with the key that the secret holds now; the secret is read every five minutes."""
    secret = parameters.get_secret(SECRET_ID, transform="json", max_age=300)
    return client_for(secret["apiKey"])


def our_error(error: stripe.StripeError, order_id: str) -> Exception:
    """Stripe's error under a name that the state machine knows: docs.stripe.com/error-handling.

    To be raised `from None`: the original may quote what was sent.
    """
    if isinstance(error, stripe.CardError):
        if error.code == "authentication_required":
            return CustomerActionRequired(f"order {order_id}: the bank asks its owner")
        reason = error.error.decline_code if error.error else None
        return PaymentDeclined(f"order {order_id}: {reason or error.code}")
    if isinstance(error, stripe.IdempotencyError):
        if error.http_status == 409:  # the same request is being carried out at this moment
            return PaymentGatewayTimeout(f"order {order_id} is being charged")
        return PaymentConflict(f"order {order_id} was begun otherwise")
    if isinstance(error, (stripe.APIConnectionError, stripe.APIError, stripe.RateLimitError)):
        return PaymentGatewayTimeout(f"no answer from the gateway for order {order_id}")
    return error


def read_charge(event: dict[str, Any]) -> Charge:
    """What an event asks for.

    Raises:
        PaymentRequestInvalid: not what the schema allows, or no card is named and none is stored.
    """
    try:
        validate(event=event, schema=SCHEMA)
    except SchemaValidationError as error:
        # The validator's own message quotes the event, which may hold a card's number.
        raise PaymentRequestInvalid(f"{error.path} of the event: {error.rule}") from None
    stored = dynamodb.get_item(
        TableName=PAYMENT_METHODS_TABLE, Key={"userId": {"S": event["userId"]}}
    ).get("Item", {})
    card = event.get("paymentMethod") or stored.get("paymentMethodId", {}).get("S")
    if card is None:
        raise PaymentRequestInvalid(f"order {event['orderId']} names no card, and none is stored")
    cents = int(Decimal(str(event["amount"])) * 100)
    customer = stored.get("customerId", {}).get("S")
    return Charge(event["orderId"], event["userId"], cents, card, customer)


def find_intent(charge: Charge) -> str | None:
    """The id of the order's PaymentIntent, if one was begun before.

    A row without one is there where only the state machine or a webhook has written so far.

    Raises:
        PaymentConflict: it was begun with another amount.
    """
    row = dynamodb.get_item(
        TableName=PAYMENTS_TABLE, Key={"orderId": {"S": charge.order_id}}, ConsistentRead=True
    ).get("Item", {})
    return checked(row, charge) if "paymentIntentId" in row else None


def checked(row: dict[str, Any], charge: Charge) -> str:
    """The PaymentIntent in a payment row, once the amount is known to be the same."""
    if int(row["cents"]["N"]) != charge.cents:
        raise PaymentConflict(f"order {charge.order_id} was begun with another amount")
    return str(row["paymentIntentId"]["S"])


def begin_intent(client: stripe.StripeClient, charge: Charge) -> str:
    """Makes the order's PaymentIntent and keeps its id. Whoever comes second gets the first one's.

    Raises:
        PaymentConflict: another amount came first.
    """
    made = client.v1.payment_intents.create(
        {
            "amount": charge.cents,
            "currency": CURRENCY,
            "payment_method_types": ["card"],
            "metadata": {"orderId": charge.order_id, "userId": charge.user_id},
            **({"customer": charge.customer} if charge.customer else {}),
        },
        {"idempotency_key": charge.order_id},
    )
    row = dynamodb.update_item(
        TableName=PAYMENTS_TABLE,
        Key={"orderId": {"S": charge.order_id}},
        UpdateExpression="SET paymentIntentId = if_not_exists(paymentIntentId, :intent), "
        "cents = if_not_exists(cents, :cents), #status = if_not_exists(#status, :begun)",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={
            ":intent": {"S": made.id},
            ":cents": {"N": str(charge.cents)},
            ":begun": {"S": "BEGUN"},
        },
        ReturnValues="ALL_NEW",
    )["Attributes"]
    return checked(row, charge)


def confirm(client: stripe.StripeClient, intent_id: str, charge: Charge) -> None:
    """Takes the money of a PaymentIntent, unless it has been taken.

    Raises:
        PaymentConflict: it can be neither paid nor said to be paid.
    """
    try:
        client.v1.payment_intents.confirm(
            intent_id,
            {"payment_method": charge.payment_method, "off_session": True},
            {"idempotency_key": f"{charge.order_id}/{charge.payment_method}"},
        )
    except stripe.InvalidRequestError as error:
        if error.code != "payment_intent_unexpected_state":
            raise
        if not is_paid(client, intent_id):
            raise PaymentConflict(f"order {charge.order_id} cannot be paid any more") from None


def is_paid(client: stripe.StripeClient, intent_id: str) -> bool:
    return client.v1.payment_intents.retrieve(intent_id).status == "succeeded"


def charge_once(charge: Charge) -> str:
    """Charges an order unless it is paid. Returns the PaymentIntent's id.

    Raises:
        PaymentDeclined, CustomerActionRequired: an answer that a repetition does not change.
        PaymentGatewayTimeout: no answer; worth a repetition.
        PaymentConflict: the order was begun otherwise.
    """
    client = gateway()
    try:
        intent_id = find_intent(charge)
        if intent_id is None:
            intent_id = begin_intent(client, charge)
        elif is_paid(client, intent_id):
            return intent_id
        confirm(client, intent_id, charge)
    except stripe.StripeError as error:
        raise our_error(error, charge.order_id) from None
    return intent_id


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PaymentResult:
    """Entry point. The event is {"orderId", "userId", "amount"}, and may have "paymentMethod"."""
    charge = read_charge(event)
    logger.append_keys(orderId=charge.order_id)
    try:
        intent_id = charge_once(charge)
    except (PaymentDeclined, CustomerActionRequired, PaymentGatewayTimeout) as error:
        logger.warning("Payment failed", extra={"error": type(error).__name__})
        raise
    logger.info("Payment approved", extra={"transactionId": intent_id, "cents": charge.cents})
    return PaymentResult(
        transactionId=intent_id,
        orderId=charge.order_id,
        amount=event["amount"],
        status="APPROVED",
    )
