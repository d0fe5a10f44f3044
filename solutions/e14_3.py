"""14.3: the signature first, over the body as it came; then what the row says already."""

from collections.abc import Callable
from typing import Any

from orderlab.lesson.solutions import Attempt, WrongAnswer

Mail = Callable[[str], None]


def receive(
    body: str, headers: dict[str, Any], secret: str, rows: dict[str, str], mail: Mail
) -> int:
    """Take a webhook. Returns the HTTP status."""
    import stripe

    try:
        event = stripe.Webhook.construct_event(body, headers.get("Stripe-Signature"), secret)
    except stripe.SignatureVerificationError:
        return 400
    told = event.to_dict()
    order_id = told["data"]["object"]["metadata"]["orderId"]
    if rows.get(order_id) == "PAID":
        return 200
    if told["type"] == "payment_intent.succeeded":
        rows[order_id] = "PAID"
        mail(order_id)
    elif told["type"] == "payment_intent.payment_failed":
        rows[order_id] = "DECLINED"
    return 200


def believes(
    body: str, headers: dict[str, str], secret: str, rows: dict[str, str], mail: Mail
) -> int:
    import json

    told = json.loads(body)
    order_id = told["data"]["object"]["metadata"]["orderId"]
    if "Stripe-Signature" not in headers:
        return 400
    if told["type"] == "payment_intent.succeeded" and rows.get(order_id) != "PAID":
        rows[order_id] = "PAID"
        mail(order_id)
    elif told["type"] == "payment_intent.payment_failed":
        rows.setdefault(order_id, "DECLINED")
    return 200


def never_too_old(
    body: str, headers: dict[str, Any], secret: str, rows: dict[str, str], mail: Mail
) -> int:
    import stripe

    try:
        signature = headers.get("Stripe-Signature")
        event = stripe.Webhook.construct_event(body, signature, secret, tolerance=0)
    except stripe.SignatureVerificationError:
        return 400
    order_id = event.data.object["metadata"]["orderId"]
    if event.type == "payment_intent.succeeded" and rows.get(order_id) != "PAID":
        rows[order_id] = "PAID"
        mail(order_id)
    elif event.type == "payment_intent.payment_failed":
        rows.setdefault(order_id, "DECLINED")
    return 200


def refuses_the_second(
    body: str, headers: dict[str, Any], secret: str, rows: dict[str, str], mail: Mail
) -> int:
    import stripe

    try:
        event = stripe.Webhook.construct_event(body, headers.get("Stripe-Signature"), secret)
    except stripe.SignatureVerificationError:
        return 400
    order_id = event.data.object["metadata"]["orderId"]
    if rows.get(order_id) == "PAID":
        return 409
    if event.type == "payment_intent.succeeded":
        rows[order_id] = "PAID"
        mail(order_id)
    elif event.type == "payment_intent.payment_failed":
        rows[order_id] = "DECLINED"
    return 200


def last_one_wins(
    body: str, headers: dict[str, Any], secret: str, rows: dict[str, str], mail: Mail
) -> int:
    import stripe

    try:
        event = stripe.Webhook.construct_event(body, headers.get("Stripe-Signature"), secret)
    except stripe.SignatureVerificationError:
        return 400
    order_id = event.data.object["metadata"]["orderId"]
    if event.type == "payment_intent.succeeded" and rows.get(order_id) != "PAID":
        rows[order_id] = "PAID"
        mail(order_id)
    elif event.type == "payment_intent.payment_failed":
        rows[order_id] = "DECLINED"
    return 200


TOLD = "What happened: 501, row none, no mail."
SOLUTION = Attempt(answer=receive)
WRONG = [
    WrongAnswer(
        "looks whether there is a signature",
        Attempt(answer=believes),
        "Forged",
        "200, row PAID, 1 mail",
    ),
    WrongAnswer(
        "checks the signature and not its age",
        Attempt(answer=never_too_old),
        "Recorded yesterday",
        "200, row PAID, 1 mail",
    ),
    WrongAnswer(
        "refuses what it knows already",
        Attempt(answer=refuses_the_second),
        "Twice",
        "200, 409, row PAID, 1 mail",
    ),
    WrongAnswer(
        "the last letter wins",
        Attempt(answer=last_one_wins),
        "The failed try comes last",
        "200, 200, row DECLINED, 1 mail",
    ),
]
