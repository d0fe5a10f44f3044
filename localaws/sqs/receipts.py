"""Receipt handles: made of what they stand for, so that none has to be kept.

moto draws 185 random letters for each receive (sqs/utils.py:9), looks for a handle in every
message of the queue (sqs/models.py:619), and keeps those of all deleted ones for ever (:628).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import uuid
from typing import NamedTuple

PREFIX = "AQEB"
_ID, _COUNT = 16, 4  # bytes


class Receipt(NamedTuple):
    """One receive of a message: `receives` is its receive count by then."""

    message_id: str
    receives: int


def handle(queue_arn: str, receipt: Receipt) -> str:
    """The receipt handle that stands for a receive from a queue."""
    told = uuid.UUID(receipt.message_id).bytes + receipt.receives.to_bytes(_COUNT, "big")
    return PREFIX + base64.b64encode(told + _seal(queue_arn, told)).decode()


def read(queue_arn: str, text: str) -> Receipt | None:
    """What a receipt handle stands for; None where this queue never gave it out."""
    try:
        told = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return None
    told, seal = told[: _ID + _COUNT], told[_ID + _COUNT :]
    if len(told) < _ID + _COUNT or seal != _seal(queue_arn, told):
        return None
    return Receipt(str(uuid.UUID(bytes=told[:_ID])), int.from_bytes(told[_ID:], "big"))


def _seal(queue_arn: str, told: bytes) -> bytes:
    return hashlib.sha512(queue_arn.encode() + told).digest()
