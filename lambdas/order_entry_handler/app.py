"""POST /orders: checks the shape of an order and puts it on the order queue.

Whether its products exist, cost that much and are in stock is the workflow's business: the customer
gets an answer at once, and an order is not lost when the product table has a bad minute.
"""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypedDict, TypeGuard

import boto3
from aws_lambda_powertools.logging import Logger
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

ORDER_QUEUE_URL = os.environ["ORDER_QUEUE_URL"]
SUMMARY_LENGTH = 1000
# An order of 100 lines needs about 15 KB; a state of an execution carries at most 256 KiB.
MAX_BODY_LENGTH = 100_000

logger = Logger()
sqs = boto3.client("sqs")


# ---- The shape of an order -------------------------------------------------------------------
# Repeated, line by line, in validate_order_handler: each function is packaged from its own folder,
# and these lines are not worth a layer. A test holds the two copies equal.


class Fault(TypedDict):
    """One fault: a code for programs, a field such as "items[0].price", a message for people."""

    code: str
    field: str
    message: str


def is_id(value: object) -> TypeGuard[str]:
    """Whether a value can be an id. An order's id also names its execution, hence the rule."""
    return isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9_-]{1,80}", value) is not None


def is_user_id(value: object) -> bool:
    """Whether a value can be a user's id, which another system chose."""
    return isinstance(value, str) and 0 < len(value) <= 128 and value.isprintable()


def is_quantity(value: object) -> TypeGuard[int]:
    """Whether a value counts pieces: JSON's true would pass for 1 in Python."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= 1_000_000


def is_amount(value: object) -> TypeGuard[float]:
    """Whether a value is a price: a positive JSON number with at most two decimals."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return 0 < value <= 1_000_000_000 and round(to_money(value), 2) == to_money(value)


def is_items(value: object) -> TypeGuard[list[Any]]:
    """Whether a value is a list of lines. BatchGetItem takes 100 keys, so an order has no more."""
    return isinstance(value, list) and 0 < len(value) <= 100


def to_money(value: float) -> Decimal:
    """The number as it was written: Decimal(29.99) would be 29.989999999999998436805981327..."""
    return Decimal(str(value))


Rules = Mapping[str, tuple[Callable[[object], bool], str]]
ID_RULE = "1 to 80 of the characters A-Z a-z 0-9 - _"
AMOUNT_RULE = "a positive number with at most two decimals"
ORDER_RULES: Rules = {
    "orderId": (is_id, ID_RULE),
    "userId": (is_user_id, "a printable string of 1 to 128 characters"),
    "items": (is_items, "a list of 1 to 100 lines"),
    "totalAmount": (is_amount, AMOUNT_RULE),
}
LINE_RULES: Rules = {
    "productId": (is_id, ID_RULE),
    "quantity": (is_quantity, "a whole number from 1 to 1000000"),
    "price": (is_amount, AMOUNT_RULE),
}


def validate_required_fields(order: Mapping[str, Any], rules: Rules = ORDER_RULES) -> list[str]:
    """The names of the required fields that are missing."""
    return [name for name in rules if name not in order]


def field_faults(record: object, rules: Rules, path: str = "") -> list[Fault]:
    """Every field of one JSON object that is missing or has a wrong value."""
    if not isinstance(record, dict):
        message = f"must be a JSON object, not {shown(record)}"
        return [Fault(code="INVALID_VALUE", field=path or "order", message=message)]
    prefix = f"{path}." if path else ""
    missing = validate_required_fields(record, rules)
    faults = [
        Fault(code="MISSING_FIELD", field=prefix + name, message="is required") for name in missing
    ]
    for name, (is_good, rule) in rules.items():
        if name in record and not is_good(record[name]):
            message = f"must be {rule}, not {shown(record[name])}"
            faults.append(Fault(code="INVALID_VALUE", field=prefix + name, message=message))
    return faults


def shape_faults(order: object) -> list[Fault]:
    """Every fault that can be seen without looking anything up. Takes any JSON value."""
    faults = field_faults(order, ORDER_RULES)
    if isinstance(order, dict) and is_items(order.get("items")):
        for index, line in enumerate(order["items"]):
            faults += field_faults(line, LINE_RULES, f"items[{index}]")
    return faults


def shown(value: object) -> str:
    """A value in words short enough for a message."""
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else f"a list of {len(value)}"
    text = json.dumps(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def summarise(faults: list[Fault]) -> str:
    """All faults in one line of at most SUMMARY_LENGTH characters; "" when there are none."""
    if not faults:
        return ""
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    text = f"{count}: " + "; ".join(f"{fault['field']}: {fault['message']}" for fault in faults)
    return text if len(text) <= SUMMARY_LENGTH else f"{text[: SUMMARY_LENGTH - 3]}..."


# ---- The API ---------------------------------------------------------------------------------


def read_body(event: Mapping[str, Any]) -> Any:
    """The JSON value in the body of an API Gateway proxy event.

    Raises:
        ValueError: the body is missing, too long, or not JSON.
        RecursionError: the body is nested thousands of brackets deep.
    """
    body = event.get("body") or ""
    if event.get("isBase64Encoded"):
        body = base64.b64decode(body, validate=True).decode("utf-8")
    if len(body) > MAX_BODY_LENGTH:
        raise ValueError(f"longer than {MAX_BODY_LENGTH} characters")
    return json.loads(body)


def canonical_json(order: Any) -> str:
    """The order as JSON in which equal orders are equal strings: keys sorted, no spaces.

    Raises:
        ValueError: a number is NaN or infinite, which Python reads and JSON does not have.
    """
    return json.dumps(order, sort_keys=True, separators=(",", ":"), allow_nan=False)


def response(status: HTTPStatus, body: Mapping[str, Any]) -> dict[str, Any]:
    """A response in the shape that API Gateway's Lambda proxy integration expects."""
    return {
        "statusCode": int(status),
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(body),
    }


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Entry point. The event is an API Gateway REST proxy event; the answer is 202, 400 or 503."""
    try:
        order = read_body(event)
        message_body = canonical_json(order)
    except (ValueError, RecursionError) as error:
        logger.warning("Body refused", extra={"reason": str(error)})
        message = f"the body is not JSON that can be read: {error}"
        return response(HTTPStatus.BAD_REQUEST, {"message": message})
    faults = shape_faults(order)
    if faults:
        logger.warning("Order refused", extra={"faults": faults})
        return response(HTTPStatus.BAD_REQUEST, {"message": summarise(faults), "faults": faults})
    logger.append_keys(orderId=order["orderId"])
    try:
        sent = sqs.send_message(QueueUrl=ORDER_QUEUE_URL, MessageBody=message_body)
    except (BotoCoreError, ClientError):
        # The details are for our log; the customer learns that trying again is safe.
        logger.exception("Queue refused the order")
        message = "the order could not be taken just now; please send it again"
        return response(HTTPStatus.SERVICE_UNAVAILABLE, {"message": message})
    logger.info("Order accepted", extra={"messageId": sent["MessageId"]})
    return response(HTTPStatus.ACCEPTED, {"orderId": order["orderId"], "status": "ACCEPTED"})
