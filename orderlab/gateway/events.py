"""Events: what Stripe tells the shop by webhooks, docs.stripe.com/webhooks."""

from __future__ import annotations

from orderlab.gateway.ledger import Ledger, Object


def tell(ledger: Ledger, kind: str, subject: Object) -> None:
    """Make an event with the object as it is now."""
    ledger.make("event", type=kind, data={"object": subject}, pending_webhooks=1)
