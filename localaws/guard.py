"""Fail closed: while the local AWS runs, botocore sends nothing to another host."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from botocore.httpsession import URLLib3Session

from localaws.mending import Mends


class CallRefusedError(ConnectionError):
    """A call would have left this machine."""


LOOPBACK = ("127.0.0.1", "localhost", "::1")


def install(mends: Mends) -> None:
    """moto lets through what it does not know, and clients made before it was loaded."""

    def send(self: URLLib3Session, request: Any) -> Any:
        if urlsplit(request.url).hostname not in LOOPBACK:
            raise CallRefusedError(
                f"The local AWS runs and lets no call leave this machine: {request.url}"
            )
        return original(self, request)

    original: Callable[..., Any] = mends.replace(URLLib3Session, "send", send)
