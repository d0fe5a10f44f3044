"""Payment intents, charges and refunds: docs.stripe.com/payments/paymentintents/lifecycle."""

from __future__ import annotations

from typing import Any

from orderlab.gateway import events, methods
from orderlab.gateway.cards import Card
from orderlab.gateway.errors import Refusal, invalid
from orderlab.gateway.forms import flag
from orderlab.gateway.ledger import Ledger, Object

CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")


def create(ledger: Ledger, params: dict[str, Any]) -> Object:
    """Make a PaymentIntent, and confirm it where `confirm` is true.

    Raises:
        Refusal: the amount or the currency is missing or wrong, or what `confirm` raises.
    """
    for name in ("amount", "currency"):
        if not params.get(name):
            raise invalid(f"Missing required param: {name}.", code="parameter_missing", param=name)
    amount = _amount(params["amount"])
    chosen = params.get("payment_method")
    if params.get("customer"):
        ledger.find("customer", params["customer"])
    intent = ledger.make(
        "payment_intent",
        amount=amount,
        amount_received=0,
        currency=params["currency"].lower(),
        customer=params.get("customer"),
        last_payment_error=None,
        latest_charge=None,
        metadata=params.get("metadata", {}),
        next_action=None,
        payment_method=methods.usable(ledger, chosen, params.get("customer")) if chosen else None,
        payment_method_types=["card"],
        status="requires_confirmation" if chosen else "requires_payment_method",
    )
    intent["client_secret"] = f"{intent['id']}_secret_{intent['id'][3:15]}"
    ledger.keep(intent)
    events.tell(ledger, "payment_intent.created", intent)
    return confirm(ledger, intent["id"], params) if flag(params, "confirm") else intent


def confirm(ledger: Ledger, identifier: str, params: dict[str, Any]) -> Object:
    """Try to charge the card of a PaymentIntent.

    Raises:
        Refusal: the card was declined (402), or the intent cannot be confirmed any more (400).
    """
    intent = ledger.find("payment_intent", identifier)
    if intent["status"] not in CONFIRMABLE:
        raise invalid(
            f"You cannot confirm this PaymentIntent because it has a status of {intent['status']}.",
            code="payment_intent_unexpected_state",
            payment_intent=intent,
        )
    chosen = params.get("payment_method")
    if chosen and not flag(params, "confirm"):
        intent["payment_method"] = methods.usable(ledger, chosen, intent["customer"])
    if intent["payment_method"] is None:
        raise invalid(
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
            code="payment_intent_unexpected_state",
            payment_intent=intent,
        )
    card = methods.card_of(ledger, intent["payment_method"])
    if card.authenticates and flag(params, "off_session"):
        message = "Your card was declined. This transaction requires authentication."
        raise _declined(ledger, intent, "authentication_required", message, None)
    if card.authenticates:
        return _ask_bank(ledger, intent)
    return _charge(ledger, intent, card)


def authenticated(ledger: Ledger, identifier: str, *, agreed: bool) -> Object:
    """What the customer's bank tells after 3-D Secure: that they were asked, and what they said."""
    intent = ledger.find("payment_intent", identifier)
    if intent["status"] != "requires_action":
        raise invalid("This PaymentIntent waits for no authentication.")
    intent["next_action"] = None
    card = methods.card_of(ledger, intent["payment_method"])
    if agreed:
        return _charge(ledger, intent, card)
    message = "The provided PaymentMethod has failed authentication."
    refusal = _declined(
        ledger, intent, "payment_intent_authentication_failure", message, None, charged=False
    )
    declined: Object = refusal.error["payment_intent"]
    return declined


def refund(ledger: Ledger, params: dict[str, Any]) -> Object:
    """Give money back, all that is left or a part of it.

    Raises:
        Refusal: nothing was charged, or less is left.
    """
    charge = _charged(ledger, params)
    left = charge["amount"] - charge["amount_refunded"]
    if left == 0:
        raise invalid(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
        )
    amount = _amount(params["amount"]) if "amount" in params else left
    if amount > left:
        raise invalid(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})",
            param="amount",
        )
    made = ledger.make(
        "refund",
        amount=amount,
        charge=charge["id"],
        currency=charge["currency"],
        metadata=params.get("metadata", {}),
        payment_intent=charge["payment_intent"],
        reason=params.get("reason"),
        status="succeeded",
    )
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    ledger.keep(charge)
    events.tell(ledger, "refund.created", made)
    events.tell(ledger, "charge.refunded", charge)
    return made


def _amount(text: str) -> int:
    """An amount in the currency's smallest unit, as cents."""
    if not text.isdecimal() or int(text) < 1:
        raise invalid(f"Invalid integer: {text}", code="parameter_invalid_integer", param="amount")
    return int(text)


def _charged(ledger: Ledger, params: dict[str, Any]) -> Object:
    if "charge" in params:
        return ledger.find("charge", params["charge"])
    intent = ledger.find("payment_intent", params.get("payment_intent", ""))
    if intent["status"] != "succeeded":
        raise invalid(f"This PaymentIntent ({intent['id']}) does not have a successful charge.")
    return ledger.find("charge", intent["latest_charge"])


def _ask_bank(ledger: Ledger, intent: Object) -> Object:
    """3-D Secure: the browser leads the customer to their bank."""
    intent |= {"status": "requires_action", "next_action": {"type": "use_stripe_sdk"}}
    ledger.keep(intent)
    events.tell(ledger, "payment_intent.requires_action", intent)
    return intent


def _charge(ledger: Ledger, intent: Object, card: Card) -> Object:
    if card.code:
        raise _declined(ledger, intent, card.code, card.message, card.decline_code)
    charge = _new_charge(ledger, intent, status="succeeded", paid=True)
    intent |= {
        "amount_received": intent["amount"],
        "last_payment_error": None,
        "latest_charge": charge["id"],
        "status": "succeeded",
    }
    ledger.keep(intent)
    events.tell(ledger, "charge.succeeded", charge)
    events.tell(ledger, "payment_intent.succeeded", intent)
    return intent


def _declined(
    ledger: Ledger,
    intent: Object,
    code: str,
    message: str,
    decline_code: str | None,
    *,
    charged: bool = True,
) -> Refusal:
    """Write down that the bank said no; the refusal that tells it."""
    error = {"type": "card_error", "code": code, "message": message}
    if decline_code:
        error["decline_code"] = decline_code
    intent |= {
        "last_payment_error": error,
        "payment_method": None,
        "status": "requires_payment_method",
    }
    if charged:
        charge = _new_charge(ledger, intent, status="failed", paid=False, failure_code=code)
        intent["latest_charge"] = charge["id"]
        events.tell(ledger, "charge.failed", charge)
    ledger.keep(intent)
    events.tell(ledger, "payment_intent.payment_failed", intent)
    more = {name: value for name, value in error.items() if name not in ("type", "message")}
    return Refusal(402, "card_error", message, payment_intent=intent, **more)


def _new_charge(ledger: Ledger, intent: Object, **fields: Any) -> Object:
    """Metadata is that of the intent: docs.stripe.com/metadata says what is copied where."""
    return ledger.make(
        "charge",
        amount=intent["amount"],
        amount_refunded=0,
        currency=intent["currency"],
        customer=intent["customer"],
        metadata=intent["metadata"],
        payment_intent=intent["id"],
        payment_method=intent["payment_method"],
        refunded=False,
        **fields,
    )
