"""Gives an order's money back once, for the state RefundPayment, which undoes ChargeOrder.

Whoever undoes a step does not know whether it was done: its answer may have been lost, or it may
still be under way. So a refund has to be right in every case:
  the order was charged: the money goes back, once, however often it is asked for;
  it was not: the books are closed for it, and a charge that comes later is refused.
"""

from __future__ import annotations

import hashlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

import boto3
from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.utilities.validation import SchemaValidationError, validate

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

BOOKS_TABLE = os.environ["BOOKS_TABLE"]
EVENT_SCHEMA = json.loads(Path(__file__).with_name("event.schema.json").read_text("utf-8"))

logger = Logger()
dynamodb = boto3.client("dynamodb")


class EventInvalid(Exception):
    """The state machine asked for something that is no refund."""


class BooksBusy(Exception):
    """The order's row changed between two looks; worth a retry."""


class RefundResult(TypedDict):
    """What the state machine gets: REFUNDED with the refund's id, or CLOSED."""

    status: str
    refundId: NotRequired[str]


def utc_now() -> str:
    """The time as ISO 8601 with milliseconds, so that it sorts as a text."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def refund_id(order_id: str) -> str:
    """The refund's id: one order has one."""
    return "re_" + hashlib.sha256(f"refund/{order_id}".encode()).hexdigest()[:24]


def give_back(order_id: str, now: str) -> str:
    """Gives back what was charged. Returns the row's status, "" where there is no row.

    Raises:
        botocore.exceptions.ClientError: the books did not answer.
    """
    try:
        dynamodb.update_item(
            TableName=BOOKS_TABLE,
            Key={"orderId": {"S": order_id}},
            UpdateExpression="SET #status = :refunded, refundId = :refund, refundedAt = :now",
            ConditionExpression="#status = :charged",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={
                ":charged": {"S": "CHARGED"},
                ":refunded": {"S": "REFUNDED"},
                ":refund": {"S": refund_id(order_id)},
                ":now": {"S": now},
            },
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except dynamodb.exceptions.ConditionalCheckFailedException as error:
        return str(error.response.get("Item", {}).get("status", {}).get("S", ""))
    return "REFUNDED"


def close(order_id: str, now: str) -> None:
    """Sees to it that an order without a charge is never charged.

    Raises:
        BooksBusy: it has been charged since we looked.
        botocore.exceptions.ClientError: the books did not answer.
    """
    try:
        dynamodb.put_item(
            TableName=BOOKS_TABLE,
            Item={
                "orderId": {"S": order_id},
                "status": {"S": "CLOSED"},
                "closedAt": {"S": now},
            },
            ConditionExpression="attribute_not_exists(orderId)",
        )
    except dynamodb.exceptions.ConditionalCheckFailedException as error:
        raise BooksBusy(order_id) from error


def refund(order_id: str, now: str) -> RefundResult:
    """Gives an order's money back, or closes the books for it. Raises what the two steps raise."""
    status = give_back(order_id, now)
    if status == "REFUNDED":
        return RefundResult(status=status, refundId=refund_id(order_id))
    if status != "CLOSED":
        close(order_id, now)
    return RefundResult(status="CLOSED")


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> RefundResult:
    """Entry point. The event is {"orderId"}."""
    try:
        validate(event=event, schema=EVENT_SCHEMA)
    except SchemaValidationError as error:
        raise EventInvalid(str(error)) from error
    logger.append_keys(orderId=event["orderId"])
    result = refund(event["orderId"], utc_now())
    logger.info("Payment undone", extra={"status": result["status"]})
    return result
