"""The e-mail of a confirmed order: what each of its actions is needed for."""

from __future__ import annotations

import json
from typing import Any

import boto3

from localaws import clock, faults
from tests.workflow.privileges import Scenario, invoke, log_delivery


def _run(shop: Any, order_id: str, **changes: Any) -> Any:
    order = shop.order(order_id, **{"userId": "user-1", **changes})
    event = {"detail": {"input": json.dumps(order)}}
    arn = shop.start(event, order_id, shop.output("ConfirmationMailArn"))
    clock.run_until(arn)
    return shop.ended(arn)


def sent(shop: Any, order_id: str) -> bool:
    """A confirmed order's mail is sent, and its row says so."""
    return bool(_run(shop, order_id).states[-1] == "RecordSent")


def kept(shop: Any, order_id: str) -> bool:
    """A mail that SES refuses waits for a person."""
    with faults.inject(service="sesv2", operations=["SendEmail"], error="MessageRejected"):
        return bool(_run(shop, order_id).states[-1] == "MailFailed")


def begun(shop: Any, order_id: str) -> bool:
    """The rule starts the mail of an order that the workflow has confirmed."""
    shop.run(shop.order(order_id, userId="user-1"), order_id)
    clock.advance(minutes=2)
    table = boto3.resource("dynamodb").Table(shop.output("OrderMailsTableName"))
    return "Item" in table.get_item(Key={"orderId": order_id})


def _told(shop: Any, order_id: str, kind: str, **detail: Any) -> bool:
    table = boto3.resource("dynamodb").Table(shop.output("OrderMailsTableName"))
    table.put_item(Item={"orderId": order_id, "userId": "user-1"})
    told = {"timestamp": "2026-01-05T09:00:00.000Z", "messageId": "1"}
    message = {"eventType": kind, "mail": {**told, "tags": {"orderId": [order_id]}}, **detail}
    record = {"Sns": {"Message": json.dumps(message)}}
    # The function answers null, and None as well where it raised an error: so the row is asked.
    invoke(shop, "MailFeedbackFunction", {"Records": [record]})
    return "feedback" in table.get_item(Key={"orderId": order_id})["Item"]


def written_down(shop: Any, order_id: str) -> bool:
    """What SES tells of a mail stands in the mail's row."""
    recipients = [{"emailAddress": "nobody@example.com"}]
    bounce = {"bounceType": "Permanent", "bounceSubType": "General"}
    return _told(shop, order_id, "Bounce", bounce={**bounce, "bouncedRecipients": recipients})


def reported(shop: Any, order_id: str) -> bool:
    """A mail that could not be filled in is a person's business."""
    failure = {"errorMessage": "Attribute 'name' is not present in the rendering data."}
    return _told(shop, order_id, "Rendering Failure", failure=failure)


GRANTS: dict[str, dict[str, Scenario]] = {
    "ConfirmationMailWorkflow": {
        "dynamodb:GetItem": sent,
        "dynamodb:UpdateItem": sent,
        "ses:SendEmail": sent,
        "sqs:SendMessage*": kept,
        **log_delivery("ConfirmationMailWorkflow"),
    },
    "MailFeedbackFunction": {
        "dynamodb:UpdateItem": written_down,
        "sqs:SendMessage*": reported,
    },
    "ConfirmationMailWorkflowOrderConfirmedRole": {"states:StartExecution": begun},
}
