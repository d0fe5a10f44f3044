"""Stripe's SDK, unchanged, gets from our gateway what Stripe documents: docs.stripe.com/api."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from orderlab.gateway import Gateway
from orderlab.gateway.cards import CARDS

CARD = "pm_card_visa"


def make(client: stripe.StripeClient, order_id: str, **more: Any) -> Any:
    given = {"amount": 5998, "currency": "eur", "metadata": {"orderId": order_id}}
    return client.v1.payment_intents.create({**given, **more})  # type: ignore[typeddict-item]


def test_a_payment_intent_takes_money_once_it_is_confirmed(
    client: stripe.StripeClient, provider: Gateway
) -> None:
    made = make(client, "order-steps")
    assert (made.status, made.amount, made.currency) == ("requires_payment_method", 5998, "eur")
    assert provider.charges("order-steps") == []
    paid = client.v1.payment_intents.confirm(made.id, {"payment_method": CARD})
    assert (paid.status, paid.amount_received) == ("succeeded", 5998)
    [charge] = provider.charges("order-steps")
    assert charge["id"] == paid.latest_charge
    assert client.v1.payment_intents.retrieve(made.id).status == "succeeded"


def test_what_is_paid_cannot_be_paid_again(client: stripe.StripeClient) -> None:
    paid = make(client, "order-paid", payment_method=CARD, confirm=True)
    with pytest.raises(stripe.InvalidRequestError) as raised:
        client.v1.payment_intents.confirm(paid.id, {"payment_method": CARD})
    assert (raised.value.http_status, raised.value.code) == (400, "payment_intent_unexpected_state")


@pytest.mark.parametrize(
    ("card", "code", "reason"),
    [
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", None),
    ],
)
def test_a_card_is_declined_and_another_one_pays(
    client: stripe.StripeClient, provider: Gateway, card: str, code: str, reason: str | None
) -> None:
    made = make(client, f"order-{card}")
    with pytest.raises(stripe.CardError) as raised:
        client.v1.payment_intents.confirm(made.id, {"payment_method": card})
    error = raised.value.error
    assert error is not None
    assert (raised.value.http_status, error.code, error.decline_code) == (402, code, reason)
    assert error.payment_intent is not None
    assert error.payment_intent.status == "requires_payment_method"
    assert provider.charges(f"order-{card}") == []
    assert client.v1.payment_intents.confirm(made.id, {"payment_method": CARD}).status == (
        "succeeded"
    )


def test_a_bank_that_asks_declines_while_nobody_is_there(client: stripe.StripeClient) -> None:
    made = make(client, "order-off-session")
    card = "pm_card_authenticationRequired"
    with pytest.raises(stripe.CardError) as raised:
        client.v1.payment_intents.confirm(made.id, {"payment_method": card, "off_session": True})
    assert raised.value.code == "authentication_required"


@pytest.mark.parametrize(
    ("agreed", "status", "charges"),
    [(True, "succeeded", 1), (False, "requires_payment_method", 0)],
)
def test_3d_secure_in_the_browser(
    client: stripe.StripeClient,
    browser: stripe.StripeClient,
    provider: Gateway,
    agreed: bool,
    status: str,
    charges: int,
) -> None:
    made = make(client, f"order-secure-{agreed}")
    given: Any = {"client_secret": made.client_secret}
    asked = browser.v1.payment_intents.confirm(
        made.id, {"payment_method": "pm_card_authenticationRequired", **given}
    )
    assert asked.status == "requires_action"
    assert provider.charges(f"order-secure-{agreed}") == []
    provider.authenticate(made.id, agreed=agreed)
    assert client.v1.payment_intents.retrieve(made.id).status == status
    assert len(provider.charges(f"order-secure-{agreed}")) == charges


def test_money_is_given_back_in_parts_and_never_more_than_was_taken(
    client: stripe.StripeClient, provider: Gateway
) -> None:
    paid = make(client, "order-refunded", payment_method=CARD, confirm=True)
    client.v1.refunds.create({"payment_intent": paid.id, "amount": 2000})
    assert provider.charges("order-refunded")[0]["refunded"] is False
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
        client.v1.refunds.create({"payment_intent": paid.id, "amount": 4000})
    assert client.v1.refunds.create({"payment_intent": paid.id}).amount == 3998
    assert provider.charges("order-refunded")[0]["refunded"] is True
    with pytest.raises(stripe.InvalidRequestError) as raised:
        client.v1.refunds.create({"payment_intent": paid.id})
    assert raised.value.code == "charge_already_refunded"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"currency": "eur"}, "parameter_missing"),
        ({"amount": 5998}, "parameter_missing"),
        ({"amount": "59.98", "currency": "eur"}, "parameter_invalid_integer"),
        ({"amount": 1, "currency": "eur", "payment_method": "pm_of_nobody"}, "resource_missing"),
        ({"amount": 1, "currency": "eur", "confirm": True}, "payment_intent_unexpected_state"),
    ],
)
def test_requests_that_make_no_sense(client: stripe.StripeClient, given: Any, code: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as raised:
        client.v1.payment_intents.create(given)
    assert raised.value.code == code


def test_a_card_is_stored_and_charged_later(
    client: stripe.StripeClient, browser: stripe.StripeClient, provider: Gateway
) -> None:
    customer = client.v1.customers.create({"metadata": {"userId": "ana"}})
    setup = client.v1.setup_intents.create({"customer": customer.id})
    number: Any = {"number": CARDS[0].number, "exp_month": 12, "exp_year": 2034, "cvc": "123"}
    card = browser.v1.payment_methods.create({"type": "card", "card": number})
    assert card.card is not None
    assert (card.card.brand, card.card.last4) == ("visa", "4242")
    given: Any = {"payment_method": card.id, "client_secret": setup.client_secret}
    assert browser.v1.setup_intents.confirm(setup.id, given).status == "succeeded"
    with pytest.raises(stripe.InvalidRequestError, match="attached to a customer"):
        make(client, "order-of-another", payment_method=card.id, confirm=True)
    paid = make(client, "order-stored", payment_method=card.id, customer=customer.id, confirm=True)
    assert paid.status == "succeeded"
    assert len(provider.charges("order-stored")) == 1
    client.v1.payment_methods.detach(card.id)
    assert client.v1.payment_methods.retrieve(card.id).customer is None


def test_lists_are_read_page_by_page(client: stripe.StripeClient) -> None:
    made = [make(client, f"order-list-{number}").id for number in range(5)]
    first = client.v1.payment_intents.list({"limit": 2})
    assert [one.id for one in first.data] == made[:2:-1]
    assert first.has_more
    assert [one.id for one in first.auto_paging_iter()][:5] == made[::-1]


def test_what_was_asked_is_told_in_events(client: stripe.StripeClient) -> None:
    make(client, "order-told", payment_method=CARD, confirm=True)
    told = client.v1.events.list({"limit": 3}).data
    assert [one.type for one in told] == [
        "payment_intent.succeeded",
        "charge.succeeded",
        "payment_intent.created",
    ]
    assert told[0].data.object["metadata"]["orderId"] == "order-told"
