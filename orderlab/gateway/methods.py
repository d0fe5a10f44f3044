"""Customers, payment methods and setup intents: cards, kept here so that the shop keeps none."""

from __future__ import annotations

from typing import Any

from orderlab.gateway import events
from orderlab.gateway.cards import BY_NUMBER, BY_PAYMENT_METHOD, Card
from orderlab.gateway.errors import Refusal, invalid
from orderlab.gateway.forms import flag
from orderlab.gateway.ledger import Ledger, Object


def create_customer(ledger: Ledger, params: dict[str, Any]) -> Object:
    return ledger.make("customer", email=params.get("email"), metadata=params.get("metadata", {}))


def create_method(ledger: Ledger, params: dict[str, Any]) -> Object:
    """Make a PaymentMethod of a card's number.

    Raises:
        Refusal: it is none of the test cards (docs.stripe.com/testing).
    """
    given = params.get("card", {})
    card = BY_NUMBER.get(str(given.get("number", "")).replace(" ", ""))
    if card is None:
        raise Refusal(
            402,
            "card_error",
            "Your card was declined. Your request was in test mode, but used a non test card. "
            "For a list of valid test cards, visit: https://stripe.com/docs/testing.",
            code="card_declined",
            decline_code="test_mode_live_card",
        )
    return _new_method(ledger, card)


def _new_method(ledger: Ledger, card: Card) -> Object:
    """What anybody may know of a card: its brand, its last four digits, when it expires."""
    shown = {"brand": "visa", "last4": card.number[-4:], "exp_month": 12, "exp_year": 2034}
    return ledger.make("payment_method", type="card", card=shown, customer=None, metadata={})


def usable(ledger: Ledger, identifier: str, customer: str | None) -> str:
    """The id of a PaymentMethod that can be charged for a customer.

    An id as pm_card_visa makes a new one each time it is used.

    Raises:
        Refusal: there is none, or it is another customer's.
    """
    if identifier in BY_PAYMENT_METHOD:
        return str(_new_method(ledger, BY_PAYMENT_METHOD[identifier])["id"])
    method = ledger.find("payment_method", identifier)
    if method["customer"] not in (None, customer):
        raise invalid(
            f"The provided PaymentMethod ({identifier}) was attached to a customer. Provide that "
            "customer in the 'customer' parameter.",
            param="payment_method",
        )
    return identifier


def card_of(ledger: Ledger, identifier: str) -> Card:
    """The test card behind a PaymentMethod: no two end alike."""
    last = ledger.find("payment_method", identifier)["card"]["last4"]
    (card,) = (card for card in BY_NUMBER.values() if card.number.endswith(last))
    return card


def attach(ledger: Ledger, identifier: str, params: dict[str, Any]) -> Object:
    """Give a PaymentMethod to a customer, so that it can be charged again."""
    customer = ledger.find("customer", params.get("customer", ""))
    method = ledger.find("payment_method", usable(ledger, identifier, customer["id"]))
    method["customer"] = customer["id"]
    ledger.keep(method)
    events.tell(ledger, "payment_method.attached", method)
    return method


def detach(ledger: Ledger, identifier: str, _: dict[str, Any]) -> Object:
    method = ledger.find("payment_method", identifier)
    method["customer"] = None
    ledger.keep(method)
    events.tell(ledger, "payment_method.detached", method)
    return method


def create_setup(ledger: Ledger, params: dict[str, Any]) -> Object:
    """Make a SetupIntent: a customer is about to store a card, without paying now."""
    made = ledger.make(
        "setup_intent",
        customer=params.get("customer"),
        metadata=params.get("metadata", {}),
        payment_method=None,
        payment_method_types=["card"],
        status="requires_payment_method",
        usage=params.get("usage", "off_session"),
    )
    made["client_secret"] = f"{made['id']}_secret_{made['id'][5:17]}"
    ledger.keep(made)
    return confirm_setup(ledger, made["id"], params) if flag(params, "confirm") else made


def confirm_setup(ledger: Ledger, identifier: str, params: dict[str, Any]) -> Object:
    """Store the card with the customer, and tell it.

    Raises:
        Refusal: it is stored already, or no card is given.
    """
    intent = ledger.find("setup_intent", identifier)
    if intent["status"] == "succeeded":
        raise invalid(
            "You cannot confirm this SetupIntent because it has already succeeded.",
            code="setup_intent_unexpected_state",
        )
    if not params.get("payment_method"):
        raise invalid(
            "You cannot confirm this SetupIntent because it's missing a payment method.",
            code="setup_intent_unexpected_state",
        )
    method = attach(ledger, params["payment_method"], {"customer": intent["customer"] or ""})
    intent |= {"payment_method": method["id"], "status": "succeeded"}
    ledger.keep(intent)
    events.tell(ledger, "setup_intent.succeeded", intent)
    return intent
