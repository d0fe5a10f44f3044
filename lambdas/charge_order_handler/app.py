"""Charges an order once, for the state ChargeOrder of the saga.

The gateway is a mock that draws from the order's id, as process_payment_handler's does, and keeps
books: one row for each order, which says whether its money was taken, given back, or may never be
taken. A charge writes its row on the condition that there is none. So a second charge of an order
finds the first one and returns it, and one that comes after the refund is refused.
"""

from __future__ import annotations

import hashlib
import json
import os
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

import boto3
from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.utilities.validation import SchemaValidationError, validate

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

BOOKS_TABLE = os.environ["BOOKS_TABLE"]
EVENT_SCHEMA = json.loads(Path(__file__).with_name("event.schema.json").read_text("utf-8"))

logger = Logger()
dynamodb = boto3.client("dynamodb")


# A class's name is the error name that the state machine's Retry and Catch match, hence no suffix.


class PaymentDeclined(Exception):
    """The gateway said no. Asking again would not change its mind."""


class PaymentGatewayTimeout(Exception):
    """The gateway did not answer. It may have charged, so a retry must not charge again."""


class PaymentClosed(Exception):
    """The order was undone before: its money may not be taken any more."""


class EventInvalid(Exception):
    """The state machine asked for something that is no charge."""


class ChargeResult(TypedDict):
    """What the state machine gets."""

    transactionId: str


# ---- The mock gateway's draws ----------------------------------------------------------------
# Repeated, line by line, from process_payment_handler: each function is packaged from its own
# folder, and these lines are not worth a layer. A test holds the two copies equal.

APPROVAL_RATE = 0.90
TIMEOUT_RATE = 0.05
SALT = "mock-gateway-8093621"


def digest(*parts: object) -> str:
    """A hash of the parts: the same everywhere and for ever, unlike Python's hash()."""
    return hashlib.sha256("/".join(map(str, (SALT, *parts))).encode("utf-8")).hexdigest()


def draw(*parts: object) -> float:
    """A number from 0 up to 1, uniform over ids and equal for equal parts."""
    return int(digest(*parts)[:13], 16) / 16**13  # 52 bits, which a float holds exactly


def is_approved(order_id: str) -> bool:
    """Whether the gateway approves an order, as it does for nine in ten."""
    return draw("approval", order_id) < APPROVAL_RATE


def times_out(order_id: str, retry_count: int) -> bool:
    """Whether the gateway leaves a call unanswered: one in twenty, drawn anew for each retry."""
    return draw("timeout", order_id, retry_count) < TIMEOUT_RATE


def transaction_id(order_id: str) -> str:
    """The charge's id. One order has one, so charging twice is the same charge (idempotent)."""
    return "txn_" + digest("transaction", order_id)[:24]


# ---- The charge ------------------------------------------------------------------------------


def utc_now() -> str:
    """The time as ISO 8601 with milliseconds, so that it sorts as a text."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def charge(order_id: str, user_id: str, amount: Decimal, retry_count: int, now: str) -> str:
    """Charges an order once. Returns the transaction's id.

    Raises:
        PaymentGatewayTimeout: no answer; worth a retry.
        PaymentDeclined: a final no.
        PaymentClosed: the order was undone before.
        botocore.exceptions.ClientError: the books did not answer.
    """
    if times_out(order_id, retry_count):
        raise PaymentGatewayTimeout(f"no answer from the gateway for order {order_id}")
    if not is_approved(order_id):
        raise PaymentDeclined(f"order {order_id}: {user_id} was declined a charge of {amount}")
    transaction = transaction_id(order_id)
    row = {
        "orderId": {"S": order_id},
        "status": {"S": "CHARGED"},
        "transactionId": {"S": transaction},
        "amount": {"N": str(amount)},
        "chargedAt": {"S": now},
    }
    try:
        dynamodb.put_item(
            TableName=BOOKS_TABLE,
            Item=row,
            ConditionExpression="attribute_not_exists(orderId)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except dynamodb.exceptions.ConditionalCheckFailedException as error:
        status = error.response["Item"]["status"]["S"]
        if status != "CHARGED":
            raise PaymentClosed(f"order {order_id} is {status}") from None
    return transaction


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> ChargeResult:
    """Entry point. The event is {"orderId", "userId", "amount", "retryCount"}."""
    try:
        validate(event=event, schema=EVENT_SCHEMA)
    except SchemaValidationError as error:
        raise EventInvalid(str(error)) from error
    order_id, retry_count = event["orderId"], event["retryCount"]
    logger.append_keys(orderId=order_id, retryCount=retry_count)
    amount = Decimal(str(event["amount"]))
    try:
        transaction = charge(order_id, event["userId"], amount, retry_count, utc_now())
    except (PaymentDeclined, PaymentGatewayTimeout, PaymentClosed) as error:
        logger.warning("Payment failed", extra={"error": type(error).__name__})
        raise
    logger.info("Payment approved", extra={"transactionId": transaction, "amount": str(amount)})
    return ChargeResult(transactionId=transaction)
