"""payment_webhook_handler: what is genuine is written once; what is not, never."""

from __future__ import annotations

import base64
import itertools
import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any
from unittest import mock

import boto3
import pytest

from orderlab.gateway.process import sign

HANDLER = "payment_webhook_handler"
SECRET = "whsec_of_the_test"
ORDER = "test-order-001"  # of the sample events


@pytest.fixture(scope="module")
def app(load: Callable[[str], ModuleType]) -> Iterator[ModuleType]:
    environment = {
        "PAYMENTS_TABLE": "dev-Payments",
        "PAYMENT_METHODS_TABLE": "dev-PaymentMethods",
        "STRIPE_SECRET_ID": "dev-StripeSecret",
    }
    with mock.patch.dict(os.environ, environment):
        loaded = load(HANDLER)
        loaded.parameters.clear_caches()
        yield loaded


@pytest.fixture(scope="module")
def world(shop: Any) -> Iterator[None]:
    with shop():
        secret = json.dumps({"apiKey": "sk_test_1", "webhookSecret": SECRET})
        boto3.client("secretsmanager").create_secret(Name="dev-StripeSecret", SecretString=secret)
        yield


@pytest.fixture
def aws(world: None) -> None:
    """Each test begins without rows."""
    for name, key in (("dev-Payments", {"orderId": ORDER}), ("dev-PaymentMethods", USER)):
        boto3.resource("dynamodb").Table(name).delete_item(Key=key)


USER = {"userId": "user-1"}


def row() -> dict[str, Any]:
    table = boto3.resource("dynamodb").Table("dev-Payments")
    return dict(table.get_item(Key={"orderId": ORDER}).get("Item", {}))


def card() -> dict[str, Any]:
    table = boto3.resource("dynamodb").Table("dev-PaymentMethods")
    return dict(table.get_item(Key=USER).get("Item", {}))


def signed(sample: dict[str, Any], age: timedelta = timedelta()) -> dict[str, Any]:
    """A sample with a signature of some time ago."""
    _, headers = sign(sample["body"], SECRET, datetime.now(UTC) - age)
    return {**sample, "headers": headers}


@pytest.fixture
def post(app: ModuleType, aws: None, event: Any, context: Any) -> Callable[..., int]:
    """Posts a sample event, signed; its changes are made before or after that."""

    def send(name: str, age: timedelta = timedelta(), **changes: Any) -> int:
        sample = event(HANDLER, name)
        told = json.loads(sample["body"])
        told |= {key: value for key, value in changes.items() if key in told}
        told["data"]["object"] |= {k: v for k, v in changes.items() if k not in told}
        sample["body"] = json.dumps(told, indent=2)
        status: int = app.lambda_handler(signed(sample, age), context)["statusCode"]
        return status

    return send


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("paid", {"status": "PAID", "events": {"evt_paid"}}),
        ("declined", {"status": "DECLINED", "events": {"evt_declined"}}),
        ("refunded", {"status": "REFUNDED", "events": {"evt_refunded"}, "refundedCents": 5998}),
        ("refunded-in-part", {"status": "PAID", "events": {"evt_part"}, "refundedCents": 2999}),
        ("card-stored", {}),
        ("not-for-us", {}),
    ],
)
def test_sample_events(post: Any, logs: Any, name: str, expected: dict[str, Any]) -> None:
    assert post(name) == 200
    assert row() == ({"orderId": ORDER, **expected} if expected else {})
    [line] = logs()
    assert line.get("orderId") == (ORDER if expected else None)
    stored = {"customerId": "cus_1", "paymentMethodId": "pm_1", "storedAt": 1767603600}
    assert card() == ({**USER, **stored} if name == "card-stored" else {})


def test_what_comes_twice_is_written_once(post: Any, logs: Any) -> None:
    assert [post("paid"), post("paid")] == [200, 200]
    assert [line["outcome"] for line in logs()] == ["written", "known already"]


@pytest.mark.parametrize("order", [*itertools.permutations(["declined", "paid", "refunded"])])
def test_the_order_of_arrival_does_not_matter(post: Any, order: tuple[str, ...]) -> None:
    assert [post(name) for name in order] == [200, 200, 200]
    assert row()["status"] == "REFUNDED"


def test_a_late_decline_does_not_undo_a_payment(post: Any) -> None:
    post("paid")
    post("declined")
    assert row()["status"] == "PAID"


@pytest.mark.parametrize(
    "order", [["refunded-in-part", "refunded"], ["refunded", "refunded-in-part"]]
)
def test_parts_of_a_refund_in_any_order(post: Any, order: list[str]) -> None:
    for name in order:
        post(name)
    assert (row()["status"], row()["refundedCents"]) == ("REFUNDED", 5998)


def test_of_two_cards_the_later_one_counts(post: Any) -> None:
    for created, method in ((20, "pm_new"), (10, "pm_old"), (20, "pm_new")):
        assert post("card-stored", created=created, payment_method=method) == 200
    assert card()["paymentMethodId"] == "pm_new"


# ---- What is not believed ---------------------------------------------------------------------


def forged(sample: dict[str, Any]) -> dict[str, Any]:
    return {**sample, "body": sample["body"].replace("5998", "1")}


def of_a_stranger(sample: dict[str, Any]) -> dict[str, Any]:
    return {**sample, "headers": sign(sample["body"], "whsec_other", datetime.now(UTC))[1]}


def unsigned(sample: dict[str, Any]) -> dict[str, Any]:
    return {**sample, "headers": {}}


def written_anew(sample: dict[str, Any]) -> dict[str, Any]:
    return {**sample, "body": json.dumps(json.loads(sample["body"]))}


def recorded(sample: dict[str, Any]) -> dict[str, Any]:
    return signed(sample, timedelta(minutes=6))


def without_a_body(sample: dict[str, Any]) -> dict[str, Any]:
    return {**sample, "body": None}


def no_json(sample: dict[str, Any]) -> dict[str, Any]:
    return signed({**sample, "body": "no JSON"})


@pytest.mark.parametrize(
    "change",
    [forged, of_a_stranger, unsigned, written_anew, recorded, without_a_body, no_json],
)
def test_what_is_refused(
    app: ModuleType, aws: None, event: Any, context: Any, logs: Any, change: Any
) -> None:
    request = change(signed(event(HANDLER, "paid")))
    assert app.lambda_handler(request, context) == {"statusCode": 400, "body": ""}
    assert row() == {}
    assert [line["level"] for line in logs()] == ["WARNING"]


def test_headers_in_small_letters_and_a_body_in_base64(
    app: ModuleType, aws: None, event: Any, context: Any
) -> None:
    request = signed(event(HANDLER, "paid"))
    request["headers"] = {name.lower(): value for name, value in request["headers"].items()}
    request["body"] = base64.b64encode(request["body"].encode()).decode()
    request["isBase64Encoded"] = True
    assert app.lambda_handler(request, context)["statusCode"] == 200
    assert row()["status"] == "PAID"


def test_a_table_that_fails_makes_stripe_try_again(
    app: ModuleType, aws: None, event: Any, context: Any, monkeypatch: Any
) -> None:
    """API Gateway answers 502 to an error of the function, and Stripe repeats what is no 2xx."""
    trouble = mock.Mock(side_effect=TimeoutError)
    with monkeypatch.context() as patch:
        patch.setattr(app, "updated", trouble)
        with pytest.raises(TimeoutError):
            app.lambda_handler(signed(event(HANDLER, "paid")), context)
    assert app.lambda_handler(signed(event(HANDLER, "paid")), context)["statusCode"] == 200
    assert row()["status"] == "PAID"
