"""Idempotency keys, API keys, and a process that fails on purpose."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
import stripe

from orderlab import gateway
from orderlab.gateway import Gateway
from orderlab.gateway.cards import CARDS

ROOT = Path(__file__).resolve().parents[3]


def pay(client: stripe.StripeClient, order_id: str, key: str = "", **more: Any) -> Any:
    given = {
        "amount": 5998,
        "currency": "eur",
        "payment_method": "pm_card_visa",
        "confirm": True,
        "metadata": {"orderId": order_id},
    }
    options: Any = {"idempotency_key": key} if key else {}
    return client.v1.payment_intents.create({**given, **more}, options)  # type: ignore[typeddict-item]


# ---- docs.stripe.com/api/idempotent_requests --------------------------------------------------


def test_the_first_answer_is_every_answer(client: stripe.StripeClient, provider: Gateway) -> None:
    first, second = (pay(client, "order-twice", "key-twice") for _ in range(2))
    assert first.id == second.id
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert len(provider.charges("order-twice")) == 1


def test_a_decline_is_an_answer_too(client: stripe.StripeClient) -> None:
    seen = []
    for _ in range(2):
        with pytest.raises(stripe.CardError) as raised:
            pay(client, "order-no", "key-no", payment_method="pm_card_visa_chargeDeclined")
        seen.append(raised.value.error.payment_intent.id)  # type: ignore[union-attr]
    assert seen[0] == seen[1]


def test_other_parameters_under_a_key_are_refused(
    client: stripe.StripeClient, provider: Gateway
) -> None:
    pay(client, "order-other", "key-other")
    with pytest.raises(stripe.IdempotencyError):
        pay(client, "order-other", "key-other", amount=1)
    with pytest.raises(stripe.IdempotencyError):
        client.v1.customers.create({}, {"idempotency_key": "key-other"})
    assert len(provider.charges("order-other")) == 1


def test_nothing_is_kept_of_a_request_that_made_no_sense(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        pay(client, "order-mended", "key-mended", currency="")
    assert pay(client, "order-mended", "key-mended").status == "succeeded"


def test_a_key_that_was_forgotten_is_new(client: stripe.StripeClient, provider: Gateway) -> None:
    pay(client, "order-monday", "key-monday")
    provider.forget_keys()
    pay(client, "order-monday", "key-monday")
    assert len(provider.charges("order-monday")) == 2


# ---- Failing on purpose -----------------------------------------------------------------------


def test_silence_after_the_charge(client: stripe.StripeClient, provider: Gateway) -> None:
    provider.fail("silence")
    with pytest.raises(stripe.APIConnectionError):
        pay(client, "order-silent", "key-silent")
    assert provider.is_running
    assert len(provider.charges("order-silent")) == 1
    assert pay(client, "order-silent", "key-silent").status == "succeeded"
    assert len(provider.charges("order-silent")) == 1


def test_a_crash_after_the_charge(client: stripe.StripeClient, provider: Gateway) -> None:
    provider.fail("crash")
    with pytest.raises(stripe.APIConnectionError):
        pay(client, "order-crash", "key-crash")
    assert not provider.is_running
    with pytest.raises(stripe.APIConnectionError):
        pay(client, "order-crash", "key-crash")
    with pytest.raises(RuntimeError, match="restart"):
        provider.charges()
    provider.restart()
    assert len(provider.charges("order-crash")) == 1
    assert pay(client, "order-crash", "key-crash").status == "succeeded"
    assert len(provider.charges("order-crash")) == 1


def test_ids_repeat_in_a_new_gateway() -> None:
    drawn = []
    for _ in range(2):
        fresh = Gateway()
        drawn.append(pay(fresh.client(), "order-first").id)
        fresh.stop()
    assert drawn[0] == drawn[1]


def test_a_cell_that_runs_again_finds_the_same_gateway() -> None:
    found = gateway.start()
    pay(found.client(), "order-again")
    assert gateway.start() is found
    found.stop()
    again = gateway.start()
    assert again.is_running
    assert len(again.charges("order-again")) == 1
    again.stop()


def test_it_ends_with_whoever_started_it() -> None:
    """However that ends: here it is killed."""
    program = (
        "import time; from orderlab import gateway; "
        "print(gateway.start()._process.pid, flush=True); time.sleep(600)"
    )
    starter = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE)
    assert starter.stdout is not None
    pid = int(starter.stdout.readline())
    assert psutil.pid_exists(pid)
    starter.kill()
    starter.communicate()
    end = time.monotonic() + 60
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < end
        time.sleep(0.05)


# ---- docs.stripe.com/keys ---------------------------------------------------------------------


@pytest.mark.parametrize("key", ["sk_live_1", "nonsense"])
def test_other_keys_are_refused(provider: Gateway, key: str) -> None:
    with pytest.raises(stripe.AuthenticationError, match="no Stripe"):
        pay(provider.client(key), "order-key")


def test_a_browser_may_not_charge_nor_see(
    client: stripe.StripeClient, browser: stripe.StripeClient
) -> None:
    paid = pay(client, "order-private")
    with pytest.raises(stripe.AuthenticationError):
        pay(browser, "order-browser")
    with pytest.raises(stripe.AuthenticationError):
        browser.v1.charges.list()
    with pytest.raises(stripe.InvalidRequestError, match="No such"):
        browser.v1.payment_intents.confirm(paid.id, {"payment_method": "pm_card_visa"})


def test_a_server_may_not_send_a_number(client: stripe.StripeClient) -> None:
    number: Any = {"number": CARDS[0].number}
    with pytest.raises(stripe.CardError, match="unsafe"):
        client.v1.payment_methods.create({"type": "card", "card": number})


def test_a_number_that_is_no_test_card_is_refused(browser: stripe.StripeClient) -> None:
    number: Any = {"number": "4111111111111111"}
    with pytest.raises(stripe.CardError) as raised:
        browser.v1.payment_methods.create({"type": "card", "card": number})
    assert raised.value.error.decline_code == "test_mode_live_card"  # type: ignore[union-attr]


# ---- docs.stripe.com/webhooks/signature -------------------------------------------------------


def test_letters_are_signed(client: stripe.StripeClient, provider: Gateway) -> None:
    paid = pay(client, "order-letter")
    now = datetime.now(UTC)
    body, headers = provider.letters("whsec_1", now, ["payment_intent.succeeded"])[-1]
    event = stripe.Webhook.construct_event(body, headers["Stripe-Signature"], "whsec_1")
    assert event.data.object["id"] == paid.id
    for text, secret in ((body + " ", "whsec_1"), (body, "whsec_2")):
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(text, headers["Stripe-Signature"], secret)
    old = provider.letters("whsec_1", now - timedelta(minutes=6))[-1]
    with pytest.raises(stripe.SignatureVerificationError, match="tolerance"):
        stripe.Webhook.construct_event(old[0], old[1]["Stripe-Signature"], "whsec_1")
