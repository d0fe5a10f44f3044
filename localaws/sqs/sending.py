"""SendMessage and SendMessageBatch.

docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html and
API_SendMessageBatch.html; quotas: .../SQSDeveloperGuide/quotas-messages.html
"""

from __future__ import annotations

import copy
import hashlib
import re
from collections.abc import Iterable
from typing import Any

from moto.sqs import models
from moto.sqs.exceptions import (
    BatchEntryIdsNotDistinct,
    BatchRequestTooLong,
    EmptyBatchRequest,
    InvalidBatchEntryId,
    InvalidParameterValue,
    MissingParameter,
    SQSException,
    TooManyEntriesInBatchRequest,
)
from moto.sqs.models import SQSBackend

from localaws import seeds
from localaws.mending import Mends
from localaws.sqs.errors import invalid
from localaws.sqs.queues import Queue
from localaws.sqs.store import Message

LONGEST_BATCH = 1_048_576  # bytes
MOST_ENTRIES = 10
MOST_ATTRIBUTES = 10
LONGEST_DELAY = 900  # seconds
BATCH_ID = re.compile(r"[\w-]{1,80}", re.ASCII)
ALLOWED = "#x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF"
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def install(mends: Mends) -> None:
    mends.replace(SQSBackend, "send_message", send_message)
    mends.replace(SQSBackend, "send_message_batch", send_message_batch)


def send_message(
    self: SQSBackend,
    queue_name: str,
    message_body: str,
    message_attributes: dict[str, Any] | None = None,
    delay_seconds: int | None = None,
    deduplication_id: str | None = None,
    group_id: str | None = None,
    system_attributes: dict[str, Any] | None = None,
    validate_group_id: bool = True,
) -> Message:
    """Put a message on a queue; moto computes all attributes of the queue for it, twice."""
    queue: Queue = self.get_queue(queue_name)
    attributes = message_attributes or {}
    delay = int(queue.delay_seconds if delay_seconds is None else delay_seconds)
    _check_content(queue, message_body, attributes)
    if not 0 <= delay <= LONGEST_DELAY:
        reason = "DelaySeconds must be >= 0 and <= 900."
        raise invalid("DelaySeconds", delay, reason)
    if queue.fifo_queue:
        deduplication_id = _check_fifo(
            queue, message_body, delay_seconds, deduplication_id, group_id
        )
    message: Message = models.Message(str(seeds.uuid4()), message_body, system_attributes)
    message.message_attributes = attributes
    message.deduplication_id, message.group_id = deduplication_id, group_id
    message.mark_sent()
    return queue.accept(message, delay)


def send_message_batch(
    self: SQSBackend, queue_name: str, entries: dict[str, dict[str, Any]]
) -> tuple[list[Message], list[dict[str, Any]]]:
    """Send each entry for itself: one that is refused keeps none of the others back."""
    self.get_queue(queue_name)
    check_batch((entry["Id"] for entry in entries.values()), "Send")
    length = sum(_size(e["MessageBody"], e["MessageAttributes"]) for e in entries.values())
    if length > LONGEST_BATCH:
        raise BatchRequestTooLong(length)
    sent: list[Message] = []
    failed: list[dict[str, Any]] = []
    for entry in entries.values():
        try:
            message = self.send_message(
                queue_name,
                entry["MessageBody"],
                message_attributes=entry["MessageAttributes"],
                delay_seconds=entry["DelaySeconds"],
                group_id=entry.get("MessageGroupId"),
                deduplication_id=entry.get("MessageDeduplicationId"),
                system_attributes=entry.get("MessageSystemAttributes"),
            )
        except MissingParameter as error:
            raise InvalidParameterValue(error.message) from error
        except SQSException as error:
            failed.append(failure(entry["Id"], error))
            continue
        told: Any = copy.copy(message)
        told.user_id = entry["Id"]
        sent.append(told)
    return sent, failed


def check_batch(ids: Iterable[str], action: str) -> None:
    """Refuse a batch as a whole for the ids of its entries.

    Args:
        action: "Send", "Delete" or "ChangeVisibility", for the words of the refusal.
    """
    entries = list(ids)
    if not entries:
        raise EmptyBatchRequest(action)
    if len(entries) > MOST_ENTRIES:
        raise TooManyEntriesInBatchRequest(len(entries))
    for index, entry in enumerate(entries):
        if not BATCH_ID.fullmatch(entry):
            raise InvalidBatchEntryId
        if entry in entries[:index]:
            raise BatchEntryIdsNotDistinct(entry)


def failure(entry_id: str, error: SQSException) -> dict[str, Any]:
    """A BatchResultErrorEntry."""
    return {"Id": entry_id, "SenderFault": True, "Code": error.code, "Message": error.message}


def _check_content(queue: Queue, body: str, attributes: dict[str, Any]) -> None:
    if not body:
        raise MissingParameter("MessageBody")
    if FORBIDDEN.search(body):
        message = f"Invalid characters found. Valid unicode characters are {ALLOWED}"
        raise SQSException("InvalidMessageContents", message)
    if len(attributes) > MOST_ATTRIBUTES:
        counted = f"Number of message attributes [{len(attributes)}]"
        raise InvalidParameterValue(f"{counted} exceeds the allowed maximum [{MOST_ATTRIBUTES}].")
    if _size(body, attributes) > queue.maximum_message_size:
        shorter = f"Message must be shorter than {queue.maximum_message_size} bytes."
        raise InvalidParameterValue(f"One or more parameters are invalid. Reason: {shorter}")


def _check_fifo(
    queue: Queue,
    body: str,
    delay: int | None,
    deduplication_id: str | None,
    group_id: str | None,
) -> str:
    """Refuse what a FIFO queue does not take; returns the deduplication id."""
    if not group_id:
        raise MissingParameter("MessageGroupId")
    if delay:
        reason = "The request include parameter that is not valid for this queue type."  # sic
        raise invalid("DelaySeconds", delay, reason)
    if deduplication_id:
        return deduplication_id
    if not queue.content_based_deduplication:
        raise InvalidParameterValue(
            "The queue should either have ContentBasedDeduplication enabled or "
            "MessageDeduplicationId provided explicitly"
        )
    return hashlib.sha256(body.encode()).hexdigest()


def _size(body: str, attributes: dict[str, Any] | None) -> int:
    """What counts for the quotas: the bytes of the body, and of all in the attributes."""
    size = len(body) if body.isascii() else len(body.encode())
    for name, value in (attributes or {}).items():
        content = value.get("BinaryValue") or (value.get("StringValue") or "").encode()
        size += len(name.encode()) + len(value["DataType"]) + len(content)
    return size
