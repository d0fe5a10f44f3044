"""charge_payment_handler: one charge an order, whatever is lost, repeated or replayed.

The gateway is ours, in a process of its own (tests/orderlab/gateway holds it to Stripe's
documentation); what it has charged is counted there.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any
from unittest import mock

import boto3
import pytest
import stripe

from orderlab.gateway import Gateway

HANDLER = "charge_payment_handler"
NUMBER = "4242424242424242"


@pytest.fixture(scope="module")
def provider() -> Iterator[Gateway]:
    started = Gateway()
    yield started
    started.stop()


@pytest.fixture(scope="module")
def app(provider: Gateway, load: Callable[[str], ModuleType]) -> Iterator[ModuleType]:
    environment = {
        "PAYMENTS_TABLE": "dev-Payments",
        "PAYMENT_METHODS_TABLE": "dev-PaymentMethods",
        "STRIPE_SECRET_ID": "dev-StripeSecret",
        "STRIPE_API_BASE": provider.url,
    }
    with mock.patch.dict(os.environ, environment):
        yield load(HANDLER)


@pytest.fixture(scope="module")
def aws(shop: Any) -> Iterator[None]:
    """One AWS for all tests; each has an order of its own."""
    with shop():
        secret = json.dumps({"apiKey": "sk_test_1", "webhookSecret": "whsec_1"})
        boto3.client("secretsmanager").create_secret(Name="dev-StripeSecret", SecretString=secret)
        yield


@pytest.fixture
def charge(app: ModuleType, aws: None, context: Any) -> Callable[..., Any]:
    """Charges an order of 59.98."""

    def call(order_id: str, **changes: Any) -> Any:
        given = {"orderId": order_id, "userId": "user-2", "amount": 59.98}
        event = {**given, "paymentMethod": "pm_card_visa", **changes}
        return app.lambda_handler(event, context)

    return call


def row(order_id: str) -> dict[str, Any]:
    table = boto3.resource("dynamodb").Table("dev-Payments")
    return dict(table.get_item(Key={"orderId": order_id}).get("Item", {}))


def test_an_order_is_charged(charge: Any, provider: Gateway) -> None:
    result = charge("order-good")
    [charged] = provider.charges("order-good")
    assert charged["amount"] == 5998
    assert charged["metadata"] == {"orderId": "order-good", "userId": "user-2"}
    assert result == {
        "transactionId": charged["payment_intent"],
        "orderId": "order-good",
        "amount": 59.98,
        "status": "APPROVED",
    }
    assert row("order-good") == {
        "orderId": "order-good",
        "paymentIntentId": charged["payment_intent"],
        "cents": 5998,
        "status": "BEGUN",  # the state machine writes how it ended
    }


def test_cents_are_exact(charge: Any, provider: Gateway) -> None:
    charge("order-cents", amount=19.99)
    assert provider.charges("order-cents")[0]["amount"] == 1999


def test_an_answer_that_was_lost(charge: Any, app: ModuleType, provider: Gateway) -> None:
    provider.fail("silence")
    with pytest.raises(app.PaymentGatewayTimeout):
        charge("order-lost")
    assert charge("order-lost")["status"] == "APPROVED"
    assert len(provider.charges("order-lost")) == 1


def test_replays_while_keys_are_known_and_when_they_are_forgotten(
    charge: Any, provider: Gateway
) -> None:
    first = charge("order-replayed")
    assert charge("order-replayed") == first
    provider.forget_keys()
    assert charge("order-replayed") == first
    assert len(provider.charges("order-replayed")) == 1


def test_a_gateway_that_dies_during_the_charge(
    charge: Any, app: ModuleType, provider: Gateway
) -> None:
    provider.fail("crash")
    for _ in range(2):
        with pytest.raises(app.PaymentGatewayTimeout):
            charge("order-died")
    provider.restart()
    provider.forget_keys()
    charge("order-died")
    assert len(provider.charges("order-died")) == 1


@pytest.mark.parametrize("moment", ["begin_intent", "confirm", "checked"])
def test_a_function_that_dies_between_two_steps(
    charge: Any, app: ModuleType, provider: Gateway, monkeypatch: Any, moment: str
) -> None:
    """`checked` comes after the row was written."""
    with monkeypatch.context() as patch:
        patch.setattr(app, moment, mock.Mock(side_effect=MemoryError))
        with pytest.raises(MemoryError):
            charge(f"order-dies-in-{moment}")
    charge(f"order-dies-in-{moment}")
    assert len(provider.charges(f"order-dies-in-{moment}")) == 1


def test_two_at_once_confirm_the_same_intent(
    charge: Any, app: ModuleType, provider: Gateway, monkeypatch: Any
) -> None:
    """Neither has seen the other's row, and the keys are forgotten in between."""
    first = charge("order-race")
    provider.forget_keys()
    monkeypatch.setattr(app, "find_intent", lambda charge: None)
    assert charge("order-race") == first
    assert len(provider.charges("order-race")) == 1


@pytest.mark.parametrize("forgotten", [False, True])
def test_another_amount_is_a_conflict(
    charge: Any, app: ModuleType, provider: Gateway, monkeypatch: Any, forgotten: bool
) -> None:
    order_id = f"order-amount-{forgotten}"
    charge(order_id)
    if not forgotten:  # it is the gateway that sees it
        monkeypatch.setattr(app, "find_intent", lambda charge: None)
    with pytest.raises(app.PaymentConflict):
        charge(order_id, amount=29.99)
    assert [one["amount"] for one in provider.charges(order_id)] == [5998]


def test_a_row_in_which_no_intent_stands_yet(charge: Any, provider: Gateway) -> None:
    """The first try could not write; the state machine wrote that nobody knows."""
    table = boto3.resource("dynamodb").Table("dev-Payments")
    table.put_item(Item={"orderId": "order-unwritten", "status": "UNKNOWN"})
    charge("order-unwritten")
    assert len(provider.charges("order-unwritten")) == 1
    assert row("order-unwritten")["cents"] == 5998


def test_another_card_after_a_decline(charge: Any, app: ModuleType, provider: Gateway) -> None:
    declined = {"paymentMethod": "pm_card_visa_chargeDeclinedInsufficientFunds"}
    for _ in range(2):
        with pytest.raises(app.PaymentDeclined, match="insufficient_funds"):
            charge("order-second-card", **declined)
    charge("order-second-card")
    assert len(provider.charges("order-second-card")) == 1


def test_what_the_customer_has_paid_in_the_browser_is_paid(
    charge: Any, app: ModuleType, provider: Gateway
) -> None:
    asks = {"paymentMethod": "pm_card_authenticationRequired"}
    with pytest.raises(app.CustomerActionRequired):
        charge("order-secure", **asks)
    intent = provider.client().v1.payment_intents.retrieve(row("order-secure")["paymentIntentId"])
    given: Any = {"payment_method": asks["paymentMethod"], "client_secret": intent.client_secret}
    provider.browser().v1.payment_intents.confirm(intent.id, given)
    provider.authenticate(intent.id)
    assert charge("order-secure", **asks)["transactionId"] == intent.id
    assert len(provider.charges("order-secure")) == 1


def test_paid_between_the_look_and_the_charge(
    charge: Any, app: ModuleType, provider: Gateway, monkeypatch: Any
) -> None:
    charge("order-overtaken")
    looks = iter([False, True])
    monkeypatch.setattr(app, "is_paid", lambda client, intent_id: next(looks))
    charge("order-overtaken", paymentMethod="pm_card_visa_chargeDeclined")
    assert len(provider.charges("order-overtaken")) == 1


def test_an_intent_that_can_be_paid_no_more(charge: Any, app: ModuleType, monkeypatch: Any) -> None:
    """Somebody has canceled it in Stripe's dashboard."""
    charge("order-canceled")
    monkeypatch.setattr(app, "is_paid", lambda client, intent_id: False)
    with pytest.raises(app.PaymentConflict):
        charge("order-canceled", paymentMethod="pm_card_visa_chargeDeclined")


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (stripe.IdempotencyError("in use", http_status=409), "PaymentGatewayTimeout"),
        (stripe.RateLimitError("too many", http_status=429), "PaymentGatewayTimeout"),
        (stripe.APIError("trouble", http_status=500), "PaymentGatewayTimeout"),
        (stripe.AuthenticationError("wrong key", http_status=401), "AuthenticationError"),
    ],
)
def test_stripes_other_errors(app: ModuleType, error: Exception, name: str) -> None:
    """docs.stripe.com/error-handling; a wrong key is the shop's own mistake, and no answer."""
    expected = getattr(app, name, stripe.AuthenticationError)
    assert type(app.our_error(error, "order-1")) is expected


def test_the_key_is_read_anew(charge: Any, app: ModuleType) -> None:
    """Powertools keeps a secret for as long as it is told, and no longer."""
    client = boto3.client("secretsmanager")
    before = client.get_secret_value(SecretId="dev-StripeSecret")["SecretString"]
    for text in (json.dumps({"apiKey": "sk_live_1"}), before):
        client.put_secret_value(SecretId="dev-StripeSecret", SecretString=text)
        app.parameters.clear_caches()
        if text == before:
            charge("order-key")
        else:
            with pytest.raises(stripe.AuthenticationError):
                charge("order-key")


# ---- The door ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"orderId": "not an id"},
        {"amount": 0},
        {"amount": "59.98"},
        {"paymentMethod": NUMBER},
        {"card": {"number": NUMBER}},
    ],
)
def test_what_the_schema_does_not_allow(
    charge: Any, app: ModuleType, provider: Gateway, logs: Any, changes: dict[str, Any]
) -> None:
    before = len(provider.charges())
    with pytest.raises(app.PaymentRequestInvalid) as raised:
        charge("order-door", **changes)
    assert NUMBER not in str(raised.value)
    assert raised.value.__suppress_context__  # the validator's own words would quote the event
    assert NUMBER not in json.dumps(logs())
    assert len(provider.charges()) == before


# ---- Sample events ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("approved", "APPROVED"),
        ("declined", "PaymentDeclined"),
        ("authentication-required", "CustomerActionRequired"),
        ("stored-card", "APPROVED"),
        ("no-card", "PaymentRequestInvalid"),
        ("card-number", "PaymentRequestInvalid"),
    ],
)
def test_sample_events(
    app: ModuleType,
    aws: None,
    provider: Gateway,
    event: Any,
    context: Any,
    logs: Any,
    name: str,
    expected: str,
) -> None:
    client = provider.client()
    customer = client.v1.customers.create({})
    card = client.v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    boto3.resource("dynamodb").Table("dev-PaymentMethods").put_item(
        Item={"userId": "user-1", "customerId": customer.id, "paymentMethodId": card.id}
    )
    sample = event(HANDLER, name)
    if expected == "APPROVED":
        assert app.lambda_handler(sample, context)["status"] == expected
    else:
        with pytest.raises(getattr(app, expected)):
            app.lambda_handler(sample, context)
    ids = {line.get("orderId") for line in logs()}
    assert ids <= {sample["orderId"]}
    charged = len(provider.charges(sample["orderId"]))
    assert charged == (1 if expected == "APPROVED" else 0)
