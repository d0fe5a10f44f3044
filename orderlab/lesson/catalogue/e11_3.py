"""11.3: a reader of events that expects no more than it needs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3

from orderlab.lesson.exercises import Exercise, Finding
from orderlab.lesson.judging import notices

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

exercise = Exercise(
    id="11.3",
    title="A reader that bends",
    level="extra",
    task="""\
The desk's program reads events from its queue. Write `read(body)`: from a message's body, a text,
it gives back `{"order": …, "amount": …}` of the event. It must read events of version 1 as they are
delivered, **in the envelope and raw**, and with fields that come on top. At **any other version**
it must not guess: it raises `ValueError`.

Write `read` in the cell below, with its imports inside; `lesson.check("11.3", read)` runs it.""",
    files=(),
    hints=(
        "What distinguishes the envelope from an event? And which fields do you need?",
        (
            "The envelope is JSON with `Type`, `Message` and more; its `Message` is the event, as "
            "text, to be read by `json.loads` once more. Look at `version` before anything else."
        ),
        (
            '`found = json.loads(body)`, `if found.get("Type") == "Notification": found = '
            'json.loads(found["Message"])`, `if found.get("version") != 1: raise ValueError(…)`, '
            "and a dictionary of the two fields."
        ),
    ),
)

EVENT = {"version": 1, "order": "order-declined", "amount": 149.95}


def _read(shop: Shop, event: dict[str, Any], raw: bool) -> str:
    """What the learner's function makes of an event that SNS has delivered."""
    sns = boto3.client("sns")
    topic = sns.create_topic(Name="events-of-the-check")["TopicArn"]
    queue = notices.subscribe(topic, "desk", raw=raw)
    sns.publish(TopicArn=topic, Message=json.dumps(event))
    [body] = notices.bodies(queue)
    try:
        return json.dumps(shop.answer(body))
    except Exception as error:  # noqa: BLE001 - the learner's own
        return f"{type(error).__name__}: {error}"


def _reads(shop: Shop, event: dict[str, Any], raw: bool, because: str) -> Finding:
    expected = json.dumps({"order": event["order"], "amount": event["amount"]})
    got = _read(shop, event, raw)
    return Finding(expected, got, got == expected, because)


@exercise.scenario("In the envelope")
def _envelope(shop: Shop) -> Finding:
    because = "The body is SNS's envelope, and the event is the text under its Message."
    return _reads(shop, EVENT, False, because)


@exercise.scenario("Raw")
def _raw(shop: Shop) -> Finding:
    because = "With raw delivery the body is the event itself, without an envelope."
    return _reads(shop, {**EVENT, "order": "order-raw", "amount": 250}, True, because)


@exercise.scenario("With fields that nobody knew")
def _more(shop: Shop) -> Finding:
    event = {**EVENT, "currency": "EUR", "customer": {"id": "ana"}}
    because = "Two fields are new. Whoever does not need them must not mind them."
    return _reads(shop, event, False, because)


def _refuses(shop: Shop, event: dict[str, Any], because: str) -> Finding:
    got = _read(shop, event, True)
    if not got.startswith(("{", "ValueError")):
        because = "The program waits for a ValueError: another error would pass for a bug of yours."
    return Finding("ValueError", got, got.startswith("ValueError"), because)


@exercise.scenario("Version 2")
def _version(shop: Shop) -> Finding:
    because = (
        "In version 2 the amount counts cents. Whoever reads on as if it were version 1 is wrong "
        "by a factor of 100, and nobody notices."
    )
    return _refuses(shop, {**EVENT, "version": 2, "amount": 14995}, because)


@exercise.scenario("Version 3, of which nobody has heard")
def _unheard_of(shop: Shop) -> Finding:
    because = "Whoever lists the versions that they refuse reads on at the next one."
    return _refuses(shop, {**EVENT, "version": 3}, because)
