"""What the gateway refuses, in the shape of docs.stripe.com/api/errors."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """An answer that is an error.

    Attributes:
        status: the HTTP status.
        error: the object under "error" in the body.
    """

    def __init__(self, status: int, kind: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.error = {"type": kind, "message": message, **more}

    @property
    def is_an_outcome(self) -> bool:
        """Whether the request was carried out, and this came of it: a card that was declined."""
        return self.status == 402


def invalid(message: str, **more: Any) -> Refusal:
    """A request that makes no sense; nothing was carried out."""
    return Refusal(400, "invalid_request_error", message, **more)


def missing(kind: str, identifier: str) -> Refusal:
    message = f"No such {kind.replace('_', '')}: '{identifier}'"
    return Refusal(404, "invalid_request_error", message, code="resource_missing", param="id")


def unauthorized(message: str, **more: Any) -> Refusal:
    return Refusal(401, "invalid_request_error", message, **more)
