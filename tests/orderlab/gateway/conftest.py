"""A gateway, and Stripe's own client for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import stripe

from orderlab.gateway import Gateway


@pytest.fixture(scope="package")
def provider() -> Iterator[Gateway]:
    started = Gateway()
    yield started
    started.stop()


@pytest.fixture
def client(provider: Gateway) -> stripe.StripeClient:
    return provider.client()


@pytest.fixture
def browser(provider: Gateway) -> stripe.StripeClient:
    return provider.browser()
