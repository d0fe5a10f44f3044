"""Gives a part of an order's money back, for a return of some of its pieces.

A return is refunded once, however often it is asked for: the books keep the ids of those that were.
All of an order's refunds together are never more than was charged.
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


class EventInvalid(Exception):
    """The state machine asked for something that is no refund."""


class RefundRefused(Exception):
    """More than there is to give back, or nothing was charged: a repetition changes nothing."""


class RefundResult(TypedDict):
    """What the state machine gets."""

    status: str
    refundId: str


def utc_now() -> str:
    """The time as ISO 8601 with milliseconds, so that it sorts as a text."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def refund_id(return_id: str) -> str:
    """The refund's id: one return has one."""
    return "re_" + hashlib.sha256(f"refund/return/{return_id}".encode()).hexdigest()[:24]


def give_back(order_id: str, return_id: str, amount: Decimal, now: str) -> None:
    """Gives back a part of what was charged, unless it has been given for this return.

    Raises:
        RefundRefused: the order was not charged, or less of it is left than the amount.
        botocore.exceptions.ClientError: the books did not answer.
    """
    try:
        dynamodb.update_item(
            TableName=BOOKS_TABLE,
            Key={"orderId": {"S": order_id}},
            UpdateExpression="SET #left = if_not_exists(#left, amount) - :amount, "
            "#status = :partly, refundedAt = :now ADD refundedReturns :returns",
            ConditionExpression="#status IN (:charged, :partly) AND NOT "
            "contains(refundedReturns, :return) AND (#left >= :amount "
            "OR (attribute_not_exists(#left) AND amount >= :amount))",
            ExpressionAttributeNames={"#status": "status", "#left": "left"},
            ExpressionAttributeValues={
                ":amount": {"N": str(amount)},
                ":charged": {"S": "CHARGED"},
                ":partly": {"S": "PARTLY_REFUNDED"},
                ":return": {"S": return_id},
                ":returns": {"SS": [return_id]},
                ":now": {"S": now},
            },
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except dynamodb.exceptions.ConditionalCheckFailedException as error:
        row = error.response.get("Item", {})
        if return_id in row.get("refundedReturns", {}).get("SS", ()):
            return
        status = row.get("status", {}).get("S", "not charged")
        raise RefundRefused(
            f"order {order_id} is {status}: {amount} cannot be given back"
        ) from None


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> RefundResult:
    """Entry point. The event is {"orderId", "returnId", "amount"}."""
    try:
        validate(event=event, schema=EVENT_SCHEMA)
    except SchemaValidationError as error:
        raise EventInvalid(str(error)) from error
    logger.append_keys(orderId=event["orderId"], returnId=event["returnId"])
    amount = Decimal(str(event["amount"]))
    give_back(event["orderId"], event["returnId"], amount, utc_now())
    logger.info("Return refunded", extra={"amount": str(amount)})
    return RefundResult(status="REFUNDED", refundId=refund_id(event["returnId"]))
