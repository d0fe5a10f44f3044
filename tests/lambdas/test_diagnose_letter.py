"""diagnose_letter_handler: what is to be done with a dead letter, and nobody charged twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest

from tests import shapes

HANDLER = "diagnose_letter_handler"
EVENTS = Path(__file__).parents[2] / "lambdas" / HANDLER / "events"
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:dev-OrderProcessingWorkflow"
ORDER = {
    "orderId": "test-order-001",
    "userId": "test-user-123",
    "items": [{"productId": "prod-001", "quantity": 2, "price": 29.99}],
    "totalAmount": 59.98,
}


@pytest.fixture(scope="module")
def app(load: Callable[[str], ModuleType]) -> ModuleType:
    return load(HANDLER)


@pytest.fixture
def ask(app: ModuleType, aws: None, context: Any) -> Callable[[Any], dict[str, Any]]:
    """What the handler says of a letter; every answer has its documented shape."""

    def diagnose(letter: Any) -> dict[str, Any]:
        shapes.check("dead-letter", letter)
        diagnosis: dict[str, Any] = app.lambda_handler(letter, context)
        shapes.check("diagnosis", diagnosis)
        return diagnosis

    return diagnose


def start(name: str, **changes: Any) -> None:
    boto3.client("stepfunctions").start_execution(
        stateMachineArn=MACHINE, name=name, input=json.dumps(ORDER | changes)
    )


def letter(body: Any) -> dict[str, Any]:
    text = body if isinstance(body, str) else json.dumps(body)
    sent = {"SentTimestamp": "1767603600000"}
    return {"MessageId": "1", "ReceiptHandle": "receipt", "Body": text, "Attributes": sent}


@pytest.mark.parametrize(
    ("name", "action", "cause"),
    [
        ("good-order", "SEND_BACK", "TECHNICAL"),
        ("sent-back-once", "SEND_BACK", "TECHNICAL"),
        ("sent-back-three-times", "QUARANTINE", "TRIED_TOO_OFTEN"),
        ("unreadable", "QUARANTINE", "UNREADABLE"),
        ("no-order-id", "QUARANTINE", "UNREADABLE"),
        ("other-basket", "SEND_BACK", "TECHNICAL"),  # nothing has its id yet
    ],
)
def test_before_anything_was_started(
    name: str, action: str, cause: str, ask: Any, event: Any
) -> None:
    diagnosis = ask(event(HANDLER, name))
    assert (diagnosis["action"], diagnosis["cause"]) == (action, cause)


def test_every_sample_event_is_used() -> None:
    [mark] = test_before_anything_was_started.pytestmark
    assert {row[0] for row in mark.args[1]} == {path.stem for path in EVENTS.iterdir()}


def test_another_basket_is_for_a_person(ask: Any, event: Any) -> None:
    start("test-order-001")
    diagnosis = ask(event(HANDLER, "other-basket"))
    assert (diagnosis["action"], diagnosis["cause"]) == ("QUARANTINE", "OTHER_BASKET")
    assert (diagnosis["orderId"], diagnosis["amount"]) == ("test-order-001", "29.99")


@pytest.mark.parametrize("name", ["test-order-001", "test-order-001-r1"])
def test_what_has_been_started_is_dropped(name: str, ask: Any) -> None:
    start(name)
    same = json.dumps(dict(reversed(ORDER.items())), indent=2)
    diagnosis = ask(letter(same))
    assert (diagnosis["action"], diagnosis["cause"]) == ("DROP", "ALREADY_STARTED")


def test_another_order_may_be_named_like_a_replay(ask: Any) -> None:
    start("test-order-001-r1", orderId="test-order-001-r1")
    assert ask(letter(ORDER))["action"] == "SEND_BACK"


def test_an_id_too_long_for_a_replay(ask: Any) -> None:
    assert ask(letter(ORDER | {"orderId": "x" * 80}))["action"] == "SEND_BACK"


def test_the_delay_grows_with_the_count(ask: Any, event: Any) -> None:
    first, second = ask(event(HANDLER, "good-order")), ask(event(HANDLER, "sent-back-once"))
    assert (first["recoveries"], first["delaySeconds"]) == (0, 60)
    assert (second["recoveries"], second["delaySeconds"]) == (1, 300)


def test_since_when_survives_being_sent_back(ask: Any, event: Any) -> None:
    assert ask(event(HANDLER, "good-order"))["since"] == "2026-01-05T09:00:00.000Z"
    assert ask(event(HANDLER, "sent-back-once"))["since"] == "2026-01-03T02:00:00.000Z"


@pytest.mark.parametrize(
    ("total", "amount"),
    [(59.98, "59.98"), (True, None), ("59.98", None), (-1, None), (float("nan"), None)],
)
def test_the_amount_at_stake(total: Any, amount: str | None, ask: Any) -> None:
    assert ask(letter(ORDER | {"totalAmount": total}))["amount"] == amount


@pytest.mark.parametrize("body", ["[1, 2]", "null", '"mice"', '{"orderId": 7}', ""])
def test_json_that_is_no_order(body: str, ask: Any) -> None:
    assert ask(letter(body))["cause"] == "UNREADABLE"


def test_true_is_not_one(app: ModuleType) -> None:
    assert not app.same_json({"a": [True]}, app.parse('{"a": [1]}'))
    assert app.same_json(app.parse('{"a": [1.0]}'), app.parse('{"a": [1]}'))


def test_what_is_no_message_is_refused(app: ModuleType, aws: None, context: Any) -> None:
    with pytest.raises(app.EventInvalid):
        app.lambda_handler({"orderId": "test-order-001"}, context)


def test_the_metrics(ask: Any, event: Any, logs: Any) -> None:
    """One line in the Embedded Metric Format; EMF's own names, hence _aws."""
    ask(event(HANDLER, "good-order"))
    [line] = [line for line in logs() if "_aws" in line]
    [directive] = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "dev/DeadLetters"
    assert [set(names) for names in directive["Dimensions"]] == [{"service", "Cause"}]
    assert (line["Cause"], line["Letters"], line["AmountAtStake"]) == ("TECHNICAL", [1], [59.98])
