"""The gateway as a lesson holds it: a process that is started, stopped, and made to fail."""

from __future__ import annotations

import atexit
import json
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import requests
import stripe

from orderlab.gateway import server

ROOT = Path(__file__).resolve().parents[2]
SECRET_KEY = "sk_test_of_this_machine"
PUBLISHABLE_KEY = "pk_test_of_this_machine"
PATIENCE = 60  # seconds for an answer, on a machine that is busy


@cache
def _own() -> Gateway:
    return Gateway()


def start() -> Gateway:
    """This process's gateway: started, or found running; started again where it had stopped."""
    found = _own()
    if not found.is_running:
        found.restart()
    return found


class Gateway:
    """A process that answers Stripe's SDK on this machine. It ends with whoever has started it.

    Attributes:
        url: the base address, for the SDK's `base_addresses={"api": url}`.
    """

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(
            prefix="payment-gateway-", ignore_cleanup_errors=True
        )
        self._port = "0"
        self._process: subprocess.Popen[str] | None = None
        atexit.register(self.stop)
        self.restart()
        self.url = f"http://{server.HOST}:{self._port}"

    def __repr__(self) -> str:
        return f"the payment gateway: {'running' if self.is_running else 'not running'}"

    @property
    def is_running(self) -> bool:
        """Whether it takes calls."""
        try:
            socket.create_connection((server.HOST, int(self._port)), PATIENCE).close()
        except OSError:
            return False
        return True

    def restart(self) -> None:
        """Start it again where it was, with what it has done so far."""
        self.stop()
        ledger = str(Path(self._folder.name) / "ledger.sqlite")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "orderlab.gateway", ledger, self._port],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            **_apart(),
        )
        assert self._process.stdout is not None
        self._port = self._process.stdout.readline().strip()
        if not self._port:
            raise RuntimeError("The payment gateway did not start.")

    def stop(self) -> None:
        """End the process, if it has not crashed already. Its ledger stays."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def client(self, key: str = SECRET_KEY) -> stripe.StripeClient:
        """Stripe's own client, for this address. It repeats nothing by itself."""
        return stripe.StripeClient(key, base_addresses={"api": self.url}, max_network_retries=0)

    def browser(self) -> stripe.StripeClient:
        """The client as a customer's browser has it: it alone may send a card's number."""
        return self.client(PUBLISHABLE_KEY)

    def charges(self, order_id: str | None = None) -> list[dict[str, Any]]:
        """What it has charged, successfully, oldest first: of an order, or of all."""
        charged = [one for one in self._every("charges") if one["paid"]]
        return [one for one in charged if order_id in (None, one["metadata"].get("orderId"))]

    def fail(self, how: Literal["crash", "silence"], times: int = 1) -> None:
        """The next charges are carried out, and no answer comes.

        Args:
            how: "crash": the process dies; "silence": it hangs up and lives on.
        """
        self._ours("faults", how=how, times=times)

    def authenticate(self, payment_intent: str, *, agreed: bool = True) -> None:
        """The customer's bank has asked them (3-D Secure), and they said yes or no."""
        self._ours(f"authentications/{payment_intent}", agreed=str(agreed).lower())

    def forget_keys(self) -> None:
        """A day has passed: idempotency keys are forgotten, as Stripe may after 24 hours."""
        self._ours("forget")

    def letters(
        self, secret: str, at: datetime, kinds: Iterable[str] = ()
    ) -> list[tuple[str, dict[str, str]]]:
        """The webhooks that Stripe would send: each a body and its headers, oldest first.

        Args:
            secret: the endpoint's signing secret.
            at: when they are sent, on the receiver's clock; a signature holds for five minutes.
            kinds: only events of these types, as `charge.refunded`.
        """
        wanted = set(kinds)
        told = [one for one in self._every("events") if not wanted or one["type"] in wanted]
        return [sign(json.dumps(event, indent=2), secret, at) for event in told]

    def _every(self, what: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        more = True
        while more:
            after = {"starting_after": found[-1]["id"]} if found else {}
            page = self._ask(requests.get, f"/v1/{what}", params={"limit": 100, **after})
            found += page["data"]
            more = page["has_more"]
        return found[::-1]

    def _ours(self, what: str, **params: object) -> None:
        self._ask(requests.post, f"/_gateway/{what}", data=params)

    def _ask(self, how: Callable[..., requests.Response], path: str, **given: Any) -> Any:
        if not self.is_running:
            raise RuntimeError("The payment gateway is not running. Its restart() starts it again.")
        answer = how(self.url + path, auth=(SECRET_KEY, ""), timeout=PATIENCE, **given)
        answer.raise_for_status()
        return answer.json()


def _apart() -> dict[str, Any]:
    """Ctrl-C in the notebook is for the notebook."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def sign(body: str, secret: str, at: datetime) -> tuple[str, dict[str, str]]:
    """A webhook's body and headers: docs.stripe.com/webhooks/signature."""
    header = stripe.WebhookSignature.generate_signature_header(body, secret, int(at.timestamp()))
    return body, {"Stripe-Signature": header, "Content-Type": "application/json; charset=utf-8"}
