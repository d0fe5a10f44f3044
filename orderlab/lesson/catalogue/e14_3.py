"""14.3: a function that takes webhooks: forged, old, twice, and in the wrong order."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from orderlab.gateway.process import sign
from orderlab.lesson.exercises import Exercise, Finding

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

SECRET = "whsec_of_the_check"

exercise = Exercise(
    id="14.3",
    title="Letters from a stranger",
    level="extra",
    task="""\
Write `receive(body, headers, secret, rows, mail)`, which takes a webhook and returns its status.
`payment_intent.succeeded` makes `rows[order_id]` `"PAID"` and calls `mail(order_id)`;
`payment_intent.payment_failed` makes it `"DECLINED"`. The order's id is in the metadata of the
event's object. **What is forged, unsigned or recorded gets 400 and changes nothing; what is
genuine gets 200**, of whatever type. It may come twice, and a failed try after the successful one.
A customer gets one mail. Write it in the cell below.""",
    files=(),
    features="all",
    hints=(
        (
            "`stripe.Webhook.construct_event` takes the body as it came, the header "
            "`Stripe-Signature` and the secret. What does it raise, and for what?"
        ),
        (
            "`stripe.SignatureVerificationError` is for a wrong signature, a missing one and one "
            "that is too old. Then ask what the row says already, before you write or send."
        ),
        (
            'A row that is `"PAID"` stays so, and gets no second mail: `if rows.get(order_id) != '
            '"PAID"` around both. Import `stripe` inside of the function.'
        ),
    ),
)


def _letter(kind: str, order_id: str, sent: timedelta = timedelta()) -> tuple[str, dict[str, str]]:
    """An event as Stripe posts it, signed some time ago."""
    subject = {"id": "pi_1", "object": "payment_intent", "metadata": {"orderId": order_id}}
    event = {"id": f"evt_{order_id}", "object": "event", "type": kind, "data": {"object": subject}}
    return sign(json.dumps(event, indent=2), SECRET, datetime.now(UTC) - sent)


class _Desk:
    """Rows and mails, and what the learner's function does with letters."""

    def __init__(self, shop: Shop) -> None:
        self._receive: Callable[..., Any] = shop.answer
        self.rows: dict[str, str] = {}
        self.mails: list[str] = []

    def take(self, letter: tuple[str, dict[str, str]]) -> str:
        """The status, or the error that came of it."""
        body, headers = letter
        try:
            return str(self._receive(body, headers, SECRET, self.rows, self.mails.append))
        except Exception as error:  # noqa: BLE001  whatever it raises, Stripe gets a 502
            return type(error).__name__

    def after(self, *statuses: str) -> str:
        """`200, row PAID, 1 mail`."""
        row = next(iter(self.rows.values()), "none")
        count = f"{len(self.mails) or 'no'} mail{'s' if len(self.mails) > 1 else ''}"
        return f"{', '.join(statuses)}, row {row}, {count}"


def _found(expected: str, got: str, why: str) -> Finding:
    return Finding(expected, got, got == expected, f"{why} What happened: {got}.")


@exercise.scenario("Paid")
def _paid(shop: Shop) -> Finding:
    desk = _Desk(shop)
    status = desk.take(_letter("payment_intent.succeeded", "order-paid"))
    return _found("200, row PAID, 1 mail", desk.after(status), "Stripe tells that order-paid is.")


@exercise.scenario("Declined")
def _declined(shop: Shop) -> Finding:
    desk = _Desk(shop)
    status = desk.take(_letter("payment_intent.payment_failed", "order-declined"))
    return _found(
        "200, row DECLINED, no mail", desk.after(status), "The card of order-declined was declined."
    )


@exercise.scenario("Forged")
def _forged(shop: Shop) -> Finding:
    desk = _Desk(shop)
    body, headers = _letter("payment_intent.succeeded", "order-paid")
    status = desk.take((body.replace("order-paid", "order-stolen"), headers))
    return _found(
        "400, row none, no mail",
        desk.after(status),
        "Somebody took a genuine letter and wrote another order's id into it.",
    )


@exercise.scenario("Unsigned")
def _unsigned(shop: Shop) -> Finding:
    desk = _Desk(shop)
    body, _ = _letter("payment_intent.succeeded", "order-unsigned")
    return _found(
        "400, row none, no mail",
        desk.after(desk.take((body, {}))),
        "Whoever finds the address can post to it; this letter has no signature at all.",
    )


@exercise.scenario("Recorded yesterday")
def _recorded(shop: Shop) -> Finding:
    desk = _Desk(shop)
    status = desk.take(_letter("payment_intent.succeeded", "order-old", timedelta(days=1)))
    return _found(
        "400, row none, no mail",
        desk.after(status),
        "The letter is genuine, and a day old: somebody recorded it and sends it again.",
    )


@exercise.scenario("Twice")
def _twice(shop: Shop) -> Finding:
    desk = _Desk(shop)
    letter = _letter("payment_intent.succeeded", "order-told-twice")
    return _found(
        "200, 200, row PAID, 1 mail",
        desk.after(desk.take(letter), desk.take(letter)),
        "Stripe sent the letter twice, as it may. With anything but 200 it would go on sending.",
    )


@exercise.scenario("The failed try comes last")
def _late(shop: Shop) -> Finding:
    desk = _Desk(shop)
    paid = desk.take(_letter("payment_intent.succeeded", "order-second-card"))
    failed = desk.take(_letter("payment_intent.payment_failed", "order-second-card"))
    return _found(
        "200, 200, row PAID, 1 mail",
        desk.after(paid, failed),
        "The first card was declined, the second one paid, and the letters came in the wrong "
        "order. A payment that succeeded stays so.",
    )


@exercise.scenario("Of a type that nobody asked for")
def _other(shop: Shop) -> Finding:
    desk = _Desk(shop)
    status = desk.take(_letter("payment_intent.created", "order-created"))
    return _found(
        "200, row none, no mail",
        desk.after(status),
        "Stripe knows hundreds of types. What is none of ours is taken, and changes nothing.",
    )
