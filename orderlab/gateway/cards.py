"""The test cards: docs.stripe.com/testing lists their numbers, their ids and what comes of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Card:
    """A test card.

    Attributes:
        payment_method: the id that stands for a PaymentMethod made of it.
        code: of the error, where the bank says no; empty where it approves.
        decline_code: why, in the bank's words.
        authenticates: whether the bank asks its owner first (3-D Secure).
    """

    number: str
    payment_method: str
    code: str = ""
    decline_code: str = ""
    authenticates: bool = False

    @property
    def message(self) -> str:
        """What Stripe says to the customer: docs.stripe.com/error-codes."""
        return MESSAGES.get(self.decline_code) or MESSAGES[self.code]


MESSAGES = {
    "card_declined": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
}

CARDS = (
    Card("4242424242424242", "pm_card_visa"),
    Card("4000000000000002", "pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
    Card(
        "4000000000009995",
        "pm_card_visa_chargeDeclinedInsufficientFunds",
        "card_declined",
        "insufficient_funds",
    ),
    Card("4000000000009987", "pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card"),
    Card("4000000000000069", "pm_card_chargeDeclinedExpiredCard", "expired_card"),
    Card("4000002760003184", "pm_card_authenticationRequired", authenticates=True),
)
BY_NUMBER = {card.number: card for card in CARDS}
BY_PAYMENT_METHOD = {card.payment_method: card for card in CARDS}
