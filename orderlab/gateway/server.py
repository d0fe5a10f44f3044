"""The gateway's HTTP: keys, routes, idempotency, and failing on purpose."""

from __future__ import annotations

import base64
import json
import os
import re
import threading
from collections.abc import Callable
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from orderlab.gateway import forms, methods, payments
from orderlab.gateway.errors import Refusal, invalid, missing, unauthorized
from orderlab.gateway.ledger import Ledger, Object

HOST = "127.0.0.1"
OURS = "/_gateway/"  # not Stripe's: what a lesson tells the gateway itself
CRASHED = 70  # the exit status of a process that died on purpose

Act = Callable[[dict[str, Any]], Object]


class Request(NamedTuple):
    """One request: what is asked for, by whom, and under which idempotency key."""

    method: str
    path: str
    params: dict[str, Any]
    key: str  # the API key
    idempotency_key: str

    @property
    def is_charging(self) -> bool:
        """Whether it asks for money."""
        intent = self.path.startswith("/v1/payment_intents")
        return intent and (self.path.endswith("/confirm") or forms.flag(self.params, "confirm"))

    @property
    def asked(self) -> str:
        """What a second request under the same key must equal."""
        return json.dumps([self.path, self.params], sort_keys=True)


class Answer(NamedTuple):
    status: int
    text: str
    replayed: bool = False


class Api:
    """Carries out one request after the other."""

    def __init__(self, ledger: Ledger, die: Callable[[], None]) -> None:
        """`die` ends this process at once."""
        self._ledger = ledger
        self._die = die
        self._lock = threading.Lock()
        self._faults: list[str] = []

    def answer(self, request: Request) -> Answer | None:
        """What to answer; None to hang up without a word. What was done is on disk by then."""
        with self._lock:
            answered = self._once(request)
            if not (request.is_charging and self._faults):
                return answered
            if self._faults.pop(0) == "crash":
                self._die()
            return None

    def _once(self, request: Request) -> Answer:
        """docs.stripe.com/api/idempotent_requests: the first answer under a key is every answer."""
        key = request.idempotency_key if request.method == "POST" else ""
        known = self._ledger.answer(key) if key else None
        if known is None:
            return self._carry_out(request, key)
        asked, status, text = known
        if asked != request.asked:
            return _refused(
                Refusal(
                    400,
                    "idempotency_error",
                    "Keys for idempotent requests can only be used with the same parameters they "
                    f"were first used with. Try using a key other than '{key}' if you meant to "
                    "execute a different request.",
                )
            )
        return Answer(status, text, replayed=True)

    def _carry_out(self, request: Request, key: str) -> Answer:
        try:
            done = Answer(200, json.dumps(self._act(request)(request.params), indent=2))
        except Refusal as refusal:
            done = _refused(refusal)
            if not refusal.is_an_outcome:
                self._ledger.rollback()
                return done  # nothing was carried out, so nothing is kept under the key
        if key:
            self._ledger.keep_answer(key, request.asked, done.status, done.text)
        self._ledger.commit()
        return done

    def _act(self, request: Request) -> Act:
        """What carries out a request.

        Raises:
            Refusal: the key does not allow it, or there is no such address.
        """
        for method, pattern, is_public, act in self._routes():
            found = re.fullmatch(pattern, request.path)
            if found and method == request.method:
                self._admit(request, found.groups(), is_public=is_public)
                return partial(act, *found.groups())
        raise Refusal(
            404,
            "invalid_request_error",
            f"Unrecognized request URL ({request.method}: {request.path}).",
        )

    def _routes(self) -> list[tuple[str, str, bool, Callable[..., Object]]]:
        """Method, path, whether a publishable key is enough, and what to do."""
        ledger = self._ledger
        intents, setups = "/v1/payment_intents", "/v1/setup_intents"
        found: list[tuple[str, str, bool, Callable[..., Object]]] = [
            ("POST", intents, False, partial(payments.create, ledger)),
            ("POST", intents + "/([^/]+)/confirm", True, partial(payments.confirm, ledger)),
            ("POST", "/v1/refunds", False, partial(payments.refund, ledger)),
            ("POST", "/v1/customers", False, partial(methods.create_customer, ledger)),
            ("POST", "/v1/payment_methods", True, partial(methods.create_method, ledger)),
            ("POST", "/v1/payment_methods/([^/]+)/attach", False, partial(methods.attach, ledger)),
            ("POST", "/v1/payment_methods/([^/]+)/detach", False, partial(methods.detach, ledger)),
            ("POST", setups, False, partial(methods.create_setup, ledger)),
            ("POST", setups + "/([^/]+)/confirm", True, partial(methods.confirm_setup, ledger)),
            ("POST", OURS + "faults", False, self._fail),
            ("POST", OURS + "authentications/([^/]+)", False, self._authenticate),
            ("POST", OURS + "forget", False, self._forget),
        ]
        for kind in KINDS:
            found.append(("GET", f"/v1/{kind}s", False, partial(self._list, kind)))
            found.append(("GET", f"/v1/{kind}s/([^/]+)", False, partial(self._get, kind)))
        return found

    def _admit(self, request: Request, names: tuple[str, ...], *, is_public: bool) -> None:
        """docs.stripe.com/keys: what a secret key may do, and what a publishable one."""
        if not request.key:
            raise unauthorized("You did not provide an API key.")
        if request.key.startswith("sk_test_"):
            if request.path == "/v1/payment_methods" and "card" in request.params:
                # Stripe refuses numbers from a server, too, unless an account is allowed to.
                raise Refusal(
                    402,
                    "card_error",
                    "Sending credit card numbers directly to the Stripe API is generally unsafe. "
                    "Send them from the customer's browser, with a publishable key.",
                )
            return
        if not request.key.startswith("pk_test_"):
            raise unauthorized(
                "Invalid API Key provided. This gateway is no Stripe: it takes keys that begin "
                "with sk_test_ or pk_test_, and no others."
            )
        if not is_public:
            raise unauthorized(
                "This API call cannot be made with a publishable API key. Please use a secret API "
                "key.",
                code="secret_key_required",
            )
        kind = request.path.split("/")[2].removesuffix("s")
        if names and request.params.get("client_secret") != self._ledger.find(kind, names[0]).get(
            "client_secret"
        ):
            raise missing(kind, names[0])  # whoever has no client_secret learns nothing of it

    # ---- Reading ------------------------------------------------------------------------------

    def _get(self, kind: str, identifier: str, _: dict[str, Any]) -> Object:
        return self._ledger.find(kind, identifier)

    def _list(self, kind: str, params: dict[str, Any]) -> Object:
        """docs.stripe.com/api/pagination: the newest first, `limit` at a time."""
        found = self._ledger.every(kind)
        for name in ("customer", "payment_intent", "type"):
            if name in params and not (kind == "payment_method" and name == "type"):
                found = [one for one in found if one.get(name) == params[name]]
        if after := params.get("starting_after"):
            ids = [one["id"] for one in found]
            if after not in ids:
                raise missing(kind, after)
            found = found[ids.index(after) + 1 :]
        limit = int(params.get("limit", 10))
        page = {"object": "list", "url": f"/v1/{kind}s", "data": found[:limit]}
        return {**page, "has_more": len(found) > limit}

    # ---- Not Stripe's -------------------------------------------------------------------------

    def _fail(self, params: dict[str, Any]) -> Object:
        """From now on, so many charges are carried out and their answers never sent."""
        if params.get("how") not in ("crash", "silence"):
            raise invalid("A fault is a crash or a silence.")
        self._faults += [params["how"]] * int(params["times"])
        return {"faults": self._faults}

    def _authenticate(self, intent: str, params: dict[str, Any]) -> Object:
        return payments.authenticated(self._ledger, intent, agreed=forms.flag(params, "agreed"))

    def _forget(self, _: dict[str, Any]) -> Object:
        self._ledger.forget_answers()
        return {}


KINDS = (
    *("charge", "customer", "event", "payment_intent"),
    *("payment_method", "refund", "setup_intent"),
)


def _refused(refusal: Refusal) -> Answer:
    return Answer(refusal.status, json.dumps({"error": refusal.error}, indent=2))


class Handler(BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body leave together; else the client's acknowledgement is waited for
    disable_nagle_algorithm = True
    api: Api

    def do_GET(self) -> None:
        self._respond(forms.parse(urlsplit(self.path).query))

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        self._respond(forms.parse(self.rfile.read(size).decode("utf-8")))

    def _respond(self, params: dict[str, Any]) -> None:
        request = Request(
            self.command,
            urlsplit(self.path).path,
            params,
            _api_key(self.headers.get("Authorization", "")),
            self.headers.get("Idempotency-Key", ""),
        )
        answer = self.api.answer(request)
        if answer is None:
            self.close_connection = True
            return
        body = answer.text.encode("utf-8")
        self.send_response(answer.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if answer.replayed:
            self.send_header("Idempotent-Replayed", "true")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  its name there
        """Nothing: a request may hold a card's number."""


def _api_key(header: str) -> str:
    """The key in an Authorization header: Bearer, or Basic with the key as the user."""
    scheme, _, text = header.partition(" ")
    if scheme == "Basic":
        return base64.b64decode(text).decode("utf-8").partition(":")[0]
    return text


def serve(path: Path, port: int) -> ThreadingHTTPServer:
    """A server that listens, with its ledger in a file; port 0 takes a free one."""
    bound = type("Bound", (Handler,), {})
    listening = ThreadingHTTPServer((HOST, port), bound)

    def die() -> None:
        # First of all nobody can connect any more: who is hung up on may look at once.
        listening.socket.close()
        os._exit(CRASHED)

    bound.api = Api(Ledger(path), die)  # type: ignore[attr-defined]
    return listening
