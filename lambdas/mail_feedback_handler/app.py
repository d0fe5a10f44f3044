"""Writes down what SES tells of an e-mail after it has been accepted.

SES answers SendEmail before it has tried: that an address does not exist, that the reader took the
e-mail for spam, or that the template could not be filled in, comes later, as an event by way of a
configuration set and a topic:
docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html

An event may come twice, and before the workflow has written that the mail was sent. So it gets
attributes of its own, and each write carries its own condition.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import boto3
from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.utilities.validation import SchemaValidationError, validate

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

CUSTOMERS_TABLE = os.environ["CUSTOMERS_TABLE"]
ORDER_MAILS_TABLE = os.environ["ORDER_MAILS_TABLE"]
MAIL_DEAD_LETTER_QUEUE_URL = os.environ["MAIL_DEAD_LETTER_QUEUE_URL"]
SCHEMA = json.loads(Path(__file__).with_name("event.schema.json").read_text(encoding="utf-8"))

logger = Logger()
dynamodb = boto3.client("dynamodb")
sqs = boto3.client("sqs")


class InvalidEventError(Exception):
    """The message is no event of SES. Lambda tries it twice again; it will not be another one."""


class Feedback(NamedTuple):
    """What SES tells of one e-mail.

    Attributes:
        kind: the event's type, as "Bounce".
        address: to which nobody should write any more; None where it may be written to again.
        mail_status: what the customer's row then says.
        is_ours: whether the shop has to mend something, so that a person must hear of it.
    """

    order_id: str
    kind: str
    reason: str
    at: str
    address: str | None = None
    mail_status: str = "OK"
    is_ours: bool = False


def read_event(message: str) -> dict[str, Any]:
    """The event in a message of the topic.

    Raises:
        InvalidEventError: it is none.
    """
    try:
        event: dict[str, Any] = json.loads(message)
        validate(event=event, schema=SCHEMA)
    except (ValueError, SchemaValidationError) as error:
        raise InvalidEventError(str(error)) from error
    return event


def read_feedback(event: dict[str, Any]) -> Feedback | None:
    """What an event says of an order's e-mail; None where the e-mail was not an order's."""
    tagged = event["mail"].get("tags", {}).get("orderId")
    if not tagged:
        return None
    kind, order_id, at = event["eventType"], tagged[0], event["mail"]["timestamp"]
    if kind == "Bounce":
        bounce = event["bounce"]
        reason = f"{bounce['bounceType']}/{bounce['bounceSubType']}"
        # A full mailbox, or an answer that nobody is in: another day it may be read.
        is_final = bounce["bounceType"] == "Permanent"
        address = bounce["bouncedRecipients"][0]["emailAddress"] if is_final else None
        return Feedback(order_id, kind, reason, at, address, "BOUNCED")
    if kind == "Complaint":
        complaint = event["complaint"]
        address = complaint["complainedRecipients"][0]["emailAddress"]
        reason = complaint.get("complaintFeedbackType", "not told")
        return Feedback(order_id, kind, reason, at, address, "COMPLAINED")
    if kind == "Rendering Failure":
        return Feedback(order_id, kind, event["failure"]["errorMessage"], at, is_ours=True)
    return Feedback(order_id, kind, event["reject"]["reason"], at, is_ours=True)


def record(feedback: Feedback) -> str | None:
    """Write it into the row of the mail; returns the customer, None where there is no row."""
    try:
        written = dynamodb.update_item(
            TableName=ORDER_MAILS_TABLE,
            Key={"orderId": {"S": feedback.order_id}},
            UpdateExpression="SET feedback = :kind, feedbackReason = :reason, feedbackAt = :at",
            ConditionExpression="attribute_exists(orderId)",
            ExpressionAttributeValues={
                ":kind": {"S": feedback.kind},
                ":reason": {"S": feedback.reason},
                ":at": {"S": feedback.at},
            },
            ReturnValues="ALL_NEW",
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return None
    return str(written["Attributes"]["userId"]["S"])


def write_no_more(user_id: str, address: str, mail_status: str) -> bool:
    """Mark a customer's address; False where the customer has another one by now."""
    try:
        dynamodb.update_item(
            TableName=CUSTOMERS_TABLE,
            Key={"userId": {"S": user_id}},
            UpdateExpression="SET mailStatus = :status",
            ConditionExpression="email = :address",
            ExpressionAttributeValues={":status": {"S": mail_status}, ":address": {"S": address}},
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return False
    return True


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Entry point. The event is SNS's, with one record; its message is an event of SES.

    Raises:
        InvalidEventError: the message is none.
        botocore.exceptions.ClientError: AWS refused a call; Lambda will try the event again.
    """
    told = read_event(event["Records"][0]["Sns"]["Message"])
    feedback = read_feedback(told)
    if feedback is None:
        logger.warning("Feedback about no order", extra={"messageId": told["mail"]["messageId"]})
        return
    logger.append_keys(orderId=feedback.order_id)
    if feedback.is_ours:
        # Before the row: a second message to a person is better than none.
        body = {"error": feedback.kind, "cause": feedback.reason, "orderId": feedback.order_id}
        sqs.send_message(QueueUrl=MAIL_DEAD_LETTER_QUEUE_URL, MessageBody=json.dumps(body))
    user_id = record(feedback)
    extra = {"kind": feedback.kind, "reason": feedback.reason}
    if user_id is None:
        logger.warning("Feedback about an order without a mail", extra=extra)
        return
    marked = bool(feedback.address) and write_no_more(
        user_id, str(feedback.address), feedback.mail_status
    )
    logger.info("Feedback written", extra={**extra, "userId": user_id, "marked": marked})
