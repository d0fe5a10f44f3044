"""A payment gateway for this machine: the part of Stripe's API that lesson 14 needs.

It is no Stripe, and moves no money. It answers Stripe's official SDK, unchanged, as Stripe's API
reference documents it (docs.stripe.com/api), for payment intents, charges, refunds, customers,
payment methods, setup intents and events; with idempotency keys, test cards, 3-D Secure and signed
webhooks. It runs in a process of its own, on 127.0.0.1, and keeps what it did in a file, so that it
can be stopped, can crash in the middle of a charge, and knows afterwards what it did::

    from orderlab import gateway

    stripe_here = gateway.start()
    stripe_here.url             # "http://127.0.0.1:…", the base address for the SDK
    stripe_here.fail("crash")   # the next charge is carried out, and the answer is never sent
    stripe_here.restart()

What Stripe does and this does not: anything not named above, and two requests at the same time.
Requests wait for each other, so no key is ever in use (409, `idempotency_key_in_use`).
"""

from __future__ import annotations

from orderlab.gateway.process import Gateway, start

__all__ = ["Gateway", "start"]
