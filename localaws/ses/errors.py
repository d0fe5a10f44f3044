"""How SES v2 refuses: docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from localaws.refusals import refusal

SERVICE = "sesv2"


class RefusedError(Exception):
    """A request that SES refuses; `code` is the error's name in its API reference."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def missing(kind: str, name: str) -> RefusedError:
    return RefusedError("NotFoundException", f"{kind} {name} does not exist.")


def taken(kind: str, name: str) -> RefusedError:
    return RefusedError("AlreadyExistsException", f"{kind} {name} already exists.")


def answering(operation: Callable[..., Any]) -> Callable[..., Any]:
    """An operation of moto's response class that answers as SES does when it is refused."""

    @functools.wraps(operation)
    def answer(*given: Any) -> Any:
        try:
            return operation(*given)
        except RefusedError as refused:
            status, headers, body = refusal(SERVICE, refused.code, refused.message).answer()
            return body, {**headers, "status": status}  # where moto looks for it

    return answer
