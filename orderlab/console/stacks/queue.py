"""A queue: what is in it, who takes from it, and where its dead letters go."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pandas as pd

from orderlab.console.stacks.listing import LONGEST, Listing
from orderlab.console.stacks.names import client, listed, moment, unknown
from orderlab.console.stacks.references import last_part
from orderlab.console.stacks.refusals import asked, unless
from orderlab.console.text import pretty

_COLUMNS = ["sent", "receives", "id", "body"]
_MOST_PEEKED = 10
_HELD = 10  # seconds that a message stays hidden, should giving it back fail
_GONE = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")
_COUNTS = {
    "visible": "ApproximateNumberOfMessages",
    "in flight": "ApproximateNumberOfMessagesNotVisible",
    "delayed": "ApproximateNumberOfMessagesDelayed",
}


def queue(name: str, peek: bool = False) -> Listing:
    """A queue's attributes, its event source mappings and, if asked for, up to ten messages.

    Args:
        name: of the queue, or its URL or ARN.
        peek: show messages. SQS cannot show one without handing it out: each counts as a receive
            towards maxReceiveCount, and is given back at once.

    Returns:
        `.facts`, and `.data` with a row for each message: sent, receives, id, body.

    Raises:
        ValueError: no such queue; the message has near names.
    """
    sqs = client("sqs", name)
    url, found = _find(sqs, name)
    notes: list[str] = []
    facts = {words: found.get(key, "0") for words, key in _COUNTS.items()}
    facts["visibility timeout"] = _span(found.get("VisibilityTimeout", "30"))
    facts["retention"] = _span(found.get("MessageRetentionPeriod", "345600"))
    if found.get("DelaySeconds", "0") != "0":
        facts["delay"] = _span(found["DelaySeconds"])
    if found.get("FifoQueue") == "true":
        facts["order"] = "FIFO"
    redrive = json.loads(found.get("RedrivePolicy") or "{}")
    if redrive:
        found_there = asked(notes, "the dead-letter queue", lambda: _dead_letters(redrive))
        facts["dead letters"] = found_there or _policy(redrive)
    else:
        _as_dead_letter_queue(sqs, url, facts, notes)
    _takers(found.get("QueueArn", ""), facts, notes)
    messages = _peeked(sqs, url) if peek else []
    if peek:
        most = f", of {redrive['maxReceiveCount']} that it may have" if redrive else ""
        notes.append(f"Looking at a message counts as a receive of it{most}; all were given back.")
    data = pd.DataFrame([_row(message) for message in messages], columns=_COLUMNS)
    return Listing(
        last_part(url),
        "SQS queue",
        facts,
        data,
        notes,
        folds=[_fold(message["Body"]) for message in messages],
        empty="no message could be received now" if peek else "",
    )


def _find(sqs: Any, name: str) -> tuple[str, Mapping[str, str]]:
    url = name
    if not name.startswith(("http:", "https:")):
        answer = unless(sqs.get_queue_url, *_GONE, QueueName=last_part(name))
        url = answer["QueueUrl"] if answer else ""
    found = url and unless(sqs.get_queue_attributes, *_GONE, QueueUrl=url, AttributeNames=["All"])
    if not found:
        known = [last_part(other) for other in listed(sqs, "list_queues", "QueueUrls")]
        raise unknown("queue", last_part(name), known)
    return url, found["Attributes"]


def _policy(redrive: Mapping[str, Any]) -> str:
    name = last_part(redrive["deadLetterTargetArn"])
    return f"after {redrive['maxReceiveCount']} receives to {name}"


def _dead_letters(redrive: Mapping[str, Any]) -> str:
    """Where they go, and how many are there."""
    arn = redrive["deadLetterTargetArn"]
    sqs = client("sqs", arn)
    url = sqs.get_queue_url(QueueName=last_part(arn))["QueueUrl"]
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(_COUNTS.values()))
    number = sum(int(answer["Attributes"].get(key, 0)) for key in _COUNTS.values())
    sign = "! " if number else ""
    return f"{sign}{_policy(redrive)}, which holds {number}"


def _as_dead_letter_queue(sqs: Any, url: str, facts: dict[str, str], notes: list[str]) -> None:
    def read() -> list[str]:
        found = listed(sqs, "list_dead_letter_source_queues", "queueUrls", QueueUrl=url)
        return [last_part(source) for source in found]

    sources = asked(notes, "the queues whose dead letters come here", read)
    if sources:
        facts["dead letters of"] = ", ".join(sorted(sources))
        if facts["visible"] != "0":
            facts["visible"] = f"! {facts['visible']}"


def _takers(arn: str, facts: dict[str, str], notes: list[str]) -> None:
    """The functions that Lambda hands its messages to."""

    def read() -> list[str]:
        functions = client("lambda", arn)
        found = listed(
            functions, "list_event_source_mappings", "EventSourceMappings", EventSourceArn=arn
        )
        return sorted(map(_taker, found))

    mappings = asked(notes, "event source mappings", read)
    if mappings:
        facts["event source mapping" if len(mappings) == 1 else "event source mappings"] = (
            "; ".join(mappings)
        )


def _taker(mapping: Mapping[str, Any]) -> str:
    window = mapping.get("MaximumBatchingWindowInSeconds") or 0
    wait = f" or {window} s" if window else ""
    function = last_part(mapping["FunctionArn"])
    return f"{function}, {mapping.get('State', '')}, batch of {mapping.get('BatchSize')}{wait}"


def _peeked(sqs: Any, url: str) -> list[dict[str, Any]]:
    """Up to ten messages, each given back at once."""
    answer = sqs.receive_message(
        QueueUrl=url,
        MaxNumberOfMessages=_MOST_PEEKED,
        VisibilityTimeout=_HELD,
        WaitTimeSeconds=0,
        MessageSystemAttributeNames=["SentTimestamp", "ApproximateReceiveCount"],
    )
    messages: list[dict[str, Any]] = answer.get("Messages", [])
    if messages:
        entries = [
            {
                "Id": str(number),
                "ReceiptHandle": message["ReceiptHandle"],
                "VisibilityTimeout": 0,
            }
            for number, message in enumerate(messages)
        ]
        sqs.change_message_visibility_batch(QueueUrl=url, Entries=entries)
    return sorted(messages, key=lambda message: (_sent(message), message["MessageId"]))


def _sent(message: Mapping[str, Any]) -> int:
    return int(message.get("Attributes", {}).get("SentTimestamp", 0))


def _row(message: Mapping[str, Any]) -> dict[str, Any]:
    receives = int(message.get("Attributes", {}).get("ApproximateReceiveCount", 1))
    return {
        "sent": moment(_sent(message)),
        "receives": receives,
        "id": message["MessageId"],
        "body": message["Body"],
    }


def _fold(body: str) -> str:
    """What opens below a body: nothing where the cell shows all of it."""
    whole = pretty(body)
    return whole if "\n" in whole or len(whole) > LONGEST else ""


def _span(seconds: str) -> str:
    """`30 s`, `5 min`, `4 days`."""
    number = timedelta(seconds=int(seconds)).total_seconds()
    for size, word in ((86_400, "day"), (3600, "h"), (60, "min")):
        if number >= size and number % size == 0:
            count = int(number // size)
            return f"{count} {word}{'s' if word == 'day' and count > 1 else ''}"
    return f"{int(number)} s"
