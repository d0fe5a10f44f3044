"""What a function gets of a queue's messages, and which of them stay there afterwards.

docs.aws.amazon.com/lambda/latest/dg/with-sqs.html, services-sqs-errorhandling.html and
with-sqs-filtering.html
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

from moto.events.models import EventPattern

from localaws.sqs.queues import Queue
from localaws.sqs.store import Message

LARGEST_EVENT = 6 * 1024 * 1024  # bytes, the quota of a synchronous invocation


def record(message: Message, queue: Queue) -> dict[str, Any]:
    """A message as the function sees it."""
    told = {
        "messageId": message.id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": _system_attributes(message, queue.fifo_queue),
        "messageAttributes": {
            name: _attribute(value) for name, value in message.message_attributes.items()
        },
    }
    if message.message_attributes:
        told["md5OfMessageAttributes"] = message.attribute_md5
    return told | {
        "md5OfBody": message.body_md5,
        "eventSource": "aws:sqs",
        "eventSourceARN": queue.queue_arn,
        "awsRegion": queue.region,
    }


def _system_attributes(message: Message, fifo: bool) -> dict[str, str]:
    told = {"ApproximateReceiveCount": str(message.approximate_receive_count)}
    if trace := message.system_attributes.get("AWSTraceHeader"):
        told["AWSTraceHeader"] = trace["StringValue"]
    told["SentTimestamp"] = str(message.sent_timestamp)
    if fifo:
        told["SequenceNumber"] = str(message.sequence_number)
        told["MessageGroupId"] = str(message.group_id)
    told["SenderId"] = message.sender_id
    if fifo:
        told["MessageDeduplicationId"] = str(message.deduplication_id)
    if message.dead_letter_source:
        told["DeadLetterQueueSourceArn"] = message.dead_letter_source
    first = message.approximate_first_receive_timestamp
    return told | {"ApproximateFirstReceiveTimestamp": str(first)}


def _attribute(value: dict[str, Any]) -> dict[str, Any]:
    """A message attribute under Lambda's names."""
    if (binary := value.get("BinaryValue")) is not None:
        raw = binary.encode() if isinstance(binary, str) else binary
        content: dict[str, Any] = {"binaryValue": base64.b64encode(raw).decode()}
    else:
        content = {"stringValue": value.get("StringValue")}
    return content | {
        "stringListValues": [],
        "binaryListValues": [],
        "dataType": value["DataType"],
    }


def events(messages: list[Message], queue: Queue) -> Iterator[tuple[list[Message], str]]:
    """The messages as events (JSON text), more than one where they are too long for one."""
    part: list[Message] = []
    texts: list[str] = []
    size = 0
    for message in messages:
        text = json.dumps(record(message, queue))
        if part and size + len(text) > LARGEST_EVENT:
            yield part, _event(texts)
            part, texts, size = [], [], 0
        part.append(message)
        texts.append(text)
        size += len(text) + 2
    yield part, _event(texts)


def _event(texts: list[str]) -> str:
    return f'{{"Records": [{", ".join(texts)}]}}'


def failures(answer: str, messages: list[Message]) -> set[str]:
    """The ids of the messages that a function has reported as failed; all for a wrong report.

    Args:
        answer: what the function returned, as JSON text.
    """
    everything = {message.id for message in messages}
    answered = json.loads(answer)
    if not answered:
        return set()
    try:
        reported = {item["itemIdentifier"] for item in answered.get("batchItemFailures") or []}
    except (AttributeError, KeyError, TypeError):
        return everything
    return everything if reported - everything else reported


class Filters:
    """A mapping's FilterCriteria: a message has to match one of them."""

    def __init__(self, criteria: dict[str, Any] | None) -> None:
        """
        Raises:
            ValueError: a pattern is no event pattern.
        """
        given = (criteria or {}).get("Filters") or []
        self._patterns = [_pattern(one.get("Pattern")) for one in given]

    def match(self, message: Message, queue: Queue) -> bool:
        """Whether the function is to see a message."""
        if not self._patterns:
            return True
        told = record(message, queue)
        try:
            body = json.loads(message.body)
        except ValueError:
            body = message.body
        if isinstance(body, dict):
            told["body"] = body
        return any(pattern.matches_event(told) for pattern in self._patterns)


def _pattern(text: Any) -> Any:
    """docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html"""
    pattern = json.loads(text) if isinstance(text, str) else None
    if not isinstance(pattern, dict) or not _is_pattern(pattern):
        raise ValueError(text)
    return EventPattern(text, pattern)


def _is_pattern(pattern: Any) -> bool:
    """Whether each field has a list of what may be in it."""
    return all(
        bool(value) if isinstance(value, list) else isinstance(value, dict) and _is_pattern(value)
        for value in pattern.values()
    )
