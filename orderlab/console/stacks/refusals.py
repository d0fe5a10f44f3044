"""What AWS refuses: said in one line, and the rest is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

T = TypeVar("T")

# A service that cannot be reached, refuses, or knows no such call (moto, where it has none).
REFUSED = (BotoCoreError, ClientError, NotImplementedError)


def reason(refusal: Exception) -> str:
    """The code of AWS's error, or the first line of what went wrong."""
    if isinstance(refusal, ClientError):
        return str(refusal.response.get("Error", {}).get("Code", refusal))
    return (str(refusal).splitlines() or [type(refusal).__name__])[0]


def asked(notes: list[str], what: str, call: Callable[[], T]) -> T | None:
    """The answer, or None where it is refused, which a note then says."""
    try:
        return call()
    except REFUSED as refusal:
        notes.append(f"Not read: {what} ({reason(refusal)})")
        return None


def unless(call: Callable[..., Any], *codes: str, **given: Any) -> Any:
    """The answer, or None where AWS gives one of these codes instead."""
    try:
        return call(**given)
    except ClientError as refusal:
        if reason(refusal) in codes:
            return None
        raise
