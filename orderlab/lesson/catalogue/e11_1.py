"""11.1: a filter policy of two conditions, with a border."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3

from orderlab.lesson.exercises import Exercise, Finding
from orderlab.lesson.judging import notices

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

exercise = Exercise(
    id="11.1",
    title="A card for the large ones",
    level="core",
    task="""\
The packers put a card into every large parcel. Their filter policy `for_packers` lets all confirmed
orders through. Complete it: afterwards they hear of **confirmed orders of 500.00 or more** and of
nothing else. Notices carry the attributes `event` (String) and `amount` (Number).

Change `for_packers` in the cell below; `lesson.check("11.1", for_packers)` publishes notices.""",
    files=(),
    hints=(
        "One key is there, `event`. A second one, `amount`, must hold as well.",
        (
            "Several keys all have to match; of the values in one key's list, one suffices. For a "
            'number there is `{"numeric": [operator, number]}`, in that list.'
        ),
        (
            '`{"event": ["OrderConfirmed"], "amount": [{"numeric": [">=", 500]}]}`: 500.00 itself '
            "is large."
        ),
    ),
)


def _gets(shop: Shop, event: str, amount: str | None) -> Finding:
    """Whether the policy lets a notice through; expected are confirmed orders from 500 on."""
    topic = boto3.client("sns").create_topic(Name="notices-of-the-check")["TopicArn"]
    queue = notices.subscribe(topic, "packers", shop.answer)
    attributes = {"event": {"DataType": "String", "StringValue": event}}
    if amount is not None:
        attributes["amount"] = {"DataType": "Number", "StringValue": amount}
    boto3.client("sns").publish(TopicArn=topic, Message="A notice.", MessageAttributes=attributes)
    wanted = event == "OrderConfirmed" and amount is not None and float(amount) >= 500
    got = bool(notices.take(queue))
    words = {True: "heard of", False: "not heard of"}
    return Finding(words[wanted], words[got], got == wanted)


def _because(found: Finding, why: str) -> Finding:
    return Finding(found.expected, found.got, found.passed, why)


@exercise.scenario("A confirmed order of 59.98")
def _small(shop: Shop) -> Finding:
    found = _gets(shop, "OrderConfirmed", "59.98")
    return _because(found, "59.98 is no large order: the packers must not hear of it.")


@exercise.scenario("A confirmed order of 899.70")
def _large(shop: Shop) -> Finding:
    found = _gets(shop, "OrderConfirmed", "899.7")
    return _because(found, "899.70 is large and confirmed: its notice must come through.")


@exercise.scenario("A confirmed order of 500.00")
def _border(shop: Shop) -> Finding:
    found = _gets(shop, "OrderConfirmed", "500")
    return _because(found, "500.00 or more: 500.00 itself is large.")


@exercise.scenario("A rejected order of 899.70")
def _rejected(shop: Shop) -> Finding:
    found = _gets(shop, "OrderRejected", "899.7")
    return _because(found, "Nothing is packed for a rejected order, however large it was.")


@exercise.scenario("A confirmed order whose notice has no amount")
def _without(shop: Shop) -> Finding:
    found = _gets(shop, "OrderConfirmed", None)
    return _because(found, "Of this notice nobody can say that it is about a large order.")
