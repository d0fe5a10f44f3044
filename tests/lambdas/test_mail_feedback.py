"""What SES tells of an e-mail: written once, into the right rows, whenever it comes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import boto3
import pytest

HANDLER = "mail_feedback_handler"
FOLDER = Path(__file__).parents[2] / "lambdas" / HANDLER
ADDRESS = "bounce+ben@simulator.amazonses.com"
QUEUE = "https://sqs.us-east-1.amazonaws.com/123456789012/dev-MailDeadLetterQueue"
ENVIRONMENT = {
    "CUSTOMERS_TABLE": "dev-Customers",
    "ORDER_MAILS_TABLE": "dev-OrderMails",
    "MAIL_DEAD_LETTER_QUEUE_URL": QUEUE,
}


@pytest.fixture
def app(
    load: Callable[[str], ModuleType], shop: Callable[[], AbstractContextManager[None]]
) -> Iterator[ModuleType]:
    with mock.patch.dict(os.environ, ENVIRONMENT), shop():
        boto3.client("sqs").create_queue(QueueName="dev-MailDeadLetterQueue")
        put("dev-Customers", userId="ben", email=ADDRESS, mailStatus="OK")
        put("dev-OrderMails", orderId="order-of-ben", userId="ben", status="SENT")
        yield load(HANDLER)


def put(table: str, **row: str) -> None:
    boto3.resource("dynamodb").Table(table).put_item(Item=row)


def mail() -> dict[str, Any]:
    table = boto3.resource("dynamodb").Table("dev-OrderMails")
    return dict(table.get_item(Key={"orderId": "order-of-ben"})["Item"])


def mail_status() -> str:
    table = boto3.resource("dynamodb").Table("dev-Customers")
    return str(table.get_item(Key={"userId": "ben"})["Item"]["mailStatus"])


def dead_letters() -> list[dict[str, Any]]:
    found = boto3.client("sqs").receive_message(QueueUrl=QUEUE, MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in found.get("Messages", [])]


@pytest.mark.parametrize(
    ("name", "feedback", "status", "letters"),
    [
        ("bounce", "Bounce", "BOUNCED", 0),
        ("bounce-transient", "Bounce", "OK", 0),
        ("complaint", "Complaint", "COMPLAINED", 0),
        ("reject", "Reject", "OK", 1),
        ("rendering-failure", "Rendering Failure", "OK", 1),
        ("no-order", None, "OK", 0),
    ],
)
def test_sample_events(
    app: ModuleType,
    event: Any,
    context: Any,
    name: str,
    feedback: str | None,
    status: str,
    letters: int,
) -> None:
    assert app.lambda_handler(event(HANDLER, name), context) is None
    assert mail().get("feedback") == feedback
    assert mail()["status"] == "SENT"
    assert mail_status() == status
    assert len(dead_letters()) == letters


def test_a_second_time_changes_nothing(app: ModuleType, event: Any, context: Any) -> None:
    app.lambda_handler(event(HANDLER, "bounce"), context)
    before = mail()
    app.lambda_handler(event(HANDLER, "bounce"), context)
    assert mail() == before
    assert mail_status() == "BOUNCED"


def test_a_new_address_is_not_blamed_for_the_old_one(
    app: ModuleType, event: Any, context: Any, logs: Any
) -> None:
    put("dev-Customers", userId="ben", email="success+ben@example.com", mailStatus="OK")
    app.lambda_handler(event(HANDLER, "bounce"), context)
    assert mail_status() == "OK"
    assert mail()["feedbackReason"] == "Permanent/General"
    assert [line["marked"] for line in logs() if "marked" in line] == [False]


def test_a_mail_that_nobody_knows_leaves_no_row(app: ModuleType, event: Any, context: Any) -> None:
    boto3.resource("dynamodb").Table("dev-OrderMails").delete_item(Key={"orderId": "order-of-ben"})
    app.lambda_handler(event(HANDLER, "bounce"), context)
    assert boto3.resource("dynamodb").Table("dev-OrderMails").scan()["Count"] == 0


@pytest.mark.parametrize("message", ["Hello", "[]", '{"eventType": "Bounce", "mail": {}}'])
def test_what_is_no_event_is_refused_at_the_door(
    app: ModuleType, event: Any, context: Any, message: str
) -> None:
    given = event(HANDLER, "not-an-event")
    given["Records"][0]["Sns"]["Message"] = message
    with pytest.raises(app.InvalidEventError):
        app.lambda_handler(given, context)


def test_every_sample_event_is_used() -> None:
    named = {"bounce", "bounce-transient", "complaint", "reject", "rendering-failure"}
    named |= {"no-order", "not-an-event"}
    assert {path.stem for path in (FOLDER / "events").glob("*.json")} == named


def test_the_schema_is_the_documented_one() -> None:
    ours = FOLDER / "event.schema.json"
    assert ours.read_bytes() == (FOLDER.parents[1] / "schemas" / "mail-event.json").read_bytes()
