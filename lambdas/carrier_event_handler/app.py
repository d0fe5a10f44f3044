"""POST /carrier-events: what the carrier tells about a parcel, for the machine that waits for it.

The carrier may tell things twice, late and in any order. So what it tells is first kept in the
order's row, under `heard`, and then the machine is woken if it waits for something that was heard.
Who waits writes the token only while nothing was heard (state-machines/order-tracking.asl.json):
one of the two writes comes first, and whichever it is, the machine goes on.

Whoever knows the address can post here, so each request carries a signature: an HMAC-SHA256 of its
time and its body, made with a secret that the carrier and the shop share.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import time
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import boto3
from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.utilities.validation import SchemaValidationError, validate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

TRACKING_TABLE = os.environ["TRACKING_TABLE"]
CARRIER_SECRET_ARN = os.environ["CARRIER_SECRET_ARN"]
SIGNATURE_HEADER = "x-carrier-signature"  # t=<Unix seconds>,v1=<hex>
OLDEST = 300  # seconds that a signed request is good for
SECRET_AGE = 300  # seconds that the secret is kept, so that a rotated one is soon known
SCAN = "IN_TRANSIT"  # a sign of life; the others are steps
SCHEMA = json.loads(Path(__file__).with_name("event.schema.json").read_text(encoding="utf-8"))

# A step is kept once, whoever tells it how often; of scans, the latest counts.
NEW_STEP = "attribute_not_exists(heard.#type)"
NEW_SCAN = "attribute_not_exists(heard.#type) OR heard.#type.#at < :at"

logger = Logger()
dynamodb = boto3.client("dynamodb")
sfn = boto3.client("stepfunctions")


class ForgedError(Exception):
    """The request is not the carrier's, or is too old to be."""


class UnknownOrderError(Exception):
    """No parcel of this order is tracked, or not yet: the carrier may try again."""


class Heard(NamedTuple):
    """An order's row after an event, and whether the event was news."""

    row: Mapping[str, Any]  # as the DynamoDB API writes it
    is_new: bool


# ---- Is it the carrier? ----------------------------------------------------------------------


def signature(secret: str, at: str, body: str) -> str:
    """The signature of a body that was sent at a time, as hexadecimal digits."""
    return hmac.new(secret.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()


def verify(secret: str, header: str, body: str, now: float) -> None:
    """Let a request pass that the carrier signed within the last OLDEST seconds.

    Args:
        header: `t=<Unix seconds>,v1=<signature>`.
        now: Unix seconds.

    Raises:
        ForgedError: no signature, another one, or one of another time.
    """
    parts = re.fullmatch(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})", header)
    if parts is None:
        raise ForgedError("no signature")
    at, given = parts.groups()
    # In constant time: == would end at the first digit that differs, and its time would tell where.
    if not hmac.compare_digest(signature(secret, at, body), given):
        raise ForgedError("another signature")
    if abs(now - int(at)) > OLDEST:
        raise ForgedError(f"signed {now - int(at):.0f} seconds ago")


# ---- What it tells ---------------------------------------------------------------------------


def keep(event: Mapping[str, Any]) -> Heard:
    """Keep what was told in the order's row, unless it is there.

    Raises:
        UnknownOrderError: the order has no row.
    """
    heard = {"M": {"eventId": {"S": event["eventId"]}, "at": {"S": event["at"]}}}
    names, values = {"#type": event["type"]}, {":heard": heard}
    condition = NEW_STEP
    if event["type"] == SCAN:
        condition = NEW_SCAN
        names |= {"#at": "at"}
        values |= {":at": {"S": event["at"]}}
    try:
        kept = dynamodb.update_item(
            TableName=TRACKING_TABLE,
            Key={"orderId": {"S": event["orderId"]}},
            UpdateExpression="SET heard.#type = :heard",
            ConditionExpression=f"attribute_exists(orderId) AND ({condition})",
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
            ReturnValues="ALL_NEW",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except dynamodb.exceptions.ConditionalCheckFailedException as error:
        row = error.response.get("Item")
        if not row:
            raise UnknownOrderError(event["orderId"]) from None
        return Heard(row, is_new=False)
    return Heard(kept["Attributes"], is_new=True)


def wake(heard: Heard, event_type: str) -> str:
    """Send the machine what it waits for, or a sign of life. Returns what became of it.

    Also for an event that is no news: the last time, this function may have ended before it came
    here. A token is good for one answer; a second one is told TaskTimedOut or TaskDoesNotExist:
    docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
    """
    token = heard.row.get("taskToken", {}).get("S")
    if token is None:
        return "kept"
    told = heard.row["heard"]["M"].get(heard.row["waitingFor"]["S"])
    try:
        if told is not None:
            output = {name: value["S"] for name, value in told["M"].items()}
            sfn.send_task_success(taskToken=token, output=json.dumps(output))
            return "woken"
        if event_type == SCAN and heard.is_new:
            sfn.send_task_heartbeat(taskToken=token)
            return "alive"
    except (
        sfn.exceptions.TaskTimedOut,
        sfn.exceptions.TaskDoesNotExist,
        sfn.exceptions.InvalidToken,
    ) as error:
        # Answered before, or its wait is over. Nothing is lost: whoever waits next looks at what
        # was heard first, and so does an execution that is redriven.
        logger.warning("Nobody waits with this token", extra={"error": type(error).__name__})
        return "nobody waits"
    return "kept"


# ---- The API ---------------------------------------------------------------------------------


def read_body(event: Mapping[str, Any]) -> str:
    """The body of an API Gateway proxy event, as the carrier signed it.

    Raises:
        ValueError: it is no text.
    """
    body = event.get("body") or ""
    if event.get("isBase64Encoded"):
        return base64.b64decode(body, validate=True).decode("utf-8")
    return str(body)


def response(status: HTTPStatus, body: Mapping[str, Any]) -> dict[str, Any]:
    """A response in the shape that API Gateway's Lambda proxy integration expects."""
    return {
        "statusCode": int(status),
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(body),
    }


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Entry point. The event is an API Gateway REST proxy event; answers 200, 400, 401 or 404.

    Other errors are raised: API Gateway answers 502, and the carrier tries again.
    """
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    try:
        body = read_body(event)
        secret = str(parameters.get_secret(CARRIER_SECRET_ARN, max_age=SECRET_AGE))
        verify(secret, headers.get(SIGNATURE_HEADER, ""), body, time.time())
        told = json.loads(body)
        validate(told, SCHEMA)
    except ForgedError as error:
        logger.warning("Request refused", extra={"reason": str(error)})
        return response(HTTPStatus.UNAUTHORIZED, {"message": "the signature is not good"})
    except (ValueError, RecursionError, SchemaValidationError) as error:
        logger.warning("Event refused", extra={"reason": str(error)})
        return response(HTTPStatus.BAD_REQUEST, {"message": f"the event is not good: {error}"})
    logger.append_keys(orderId=told["orderId"], eventId=told["eventId"], type=told["type"])
    try:
        heard = keep(told)
    except UnknownOrderError:
        logger.warning("No such parcel")
        return response(HTTPStatus.NOT_FOUND, {"message": "no parcel of this order is tracked"})
    became = wake(heard, told["type"])
    logger.info("Event taken", extra={"isNew": heard.is_new, "became": became})
    return response(HTTPStatus.OK, {"orderId": told["orderId"], "isNew": heard.is_new})
