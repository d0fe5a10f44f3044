"""An HTTP request to a deployed API, and the answer to it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

SOURCE_IP = "127.0.0.1"
BODY_LIMIT = 10 * 1024 * 1024  # bytes of a request: API Gateway's quota "payload size"


@dataclass(frozen=True)
class Request:
    """One HTTP request.

    Attributes:
        path: the whole path, percent-encoded, the stage's name included.
        query: the query string without its question mark.
        headers: a header that was sent several times has its values joined by commas.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    def header(self, name: str) -> str:
        """A header's value, whatever the case of its name; empty without one."""
        wanted = name.lower()
        return next((v for k, v in self.headers.items() if k.lower() == wanted), "")

    @property
    def media_type(self) -> str:
        """The content type without its parameters."""
        return self.header("Content-Type").partition(";")[0].strip().lower()


@dataclass(frozen=True)
class Target:
    """Where a request has arrived, and when.

    Attributes:
        path: what follows the stage's name, percent-encoded.
        request_id: API Gateway's name for the request.
    """

    account_id: str
    region: str
    stage: str
    path: str
    now: datetime
    request_id: str

    def domain(self, api_id: str) -> dict[str, str]:
        """What an event's requestContext says of the host."""
        name = f"{api_id}.execute-api.{self.region}.amazonaws.com"
        return {"domainName": name, "domainPrefix": api_id}

    def source(self, api_id: str, route: str) -> str:
        """The ARN of a method and path, as a function's policy names it."""
        stage = f"{self.account_id}:{api_id}/{self.stage}"
        return f"arn:aws:execute-api:{self.region}:{stage}/{route}"

    @property
    def time(self) -> str:
        return f"{self.now:%d/%b/%Y:%H:%M:%S +0000}"

    @property
    def epoch(self) -> int:
        """Milliseconds since 1970."""
        return int(self.now.timestamp() * 1000)


@dataclass(frozen=True)
class Answer:
    """One HTTP answer; a header may come several times, as Set-Cookie does."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


@dataclass(frozen=True)
class Call:
    """What a request asks of a function.

    Attributes:
        uri: the integration's URI, which holds the function's ARN.
        credentials: ARN of the role with which API Gateway invokes it, instead of its own right.
        source: the ARN of method and path, as a function's policy may name it (SourceArn).
        timeout: seconds that API Gateway waits.
        event: what the function gets.
    """

    uri: str
    credentials: str | None
    source: str
    timeout: float
    event: dict[str, Any]

    @property
    def function_arn(self) -> str:
        found = re.search(r"/functions/(.+)/invocations$", self.uri)
        return found[1] if found else self.uri


class NoAnswerError(ValueError):
    """What a function returned cannot be made an HTTP answer."""


def plain(status: int, message: str, kind: str = "", *, spaced: bool = False) -> Answer:
    """An answer of API Gateway's own.

    Args:
        kind: the value of x-amzn-ErrorType, where it has that header.
        spaced: REST APIs put a space behind the colon in some of their messages.
    """
    headers = [("Content-Type", "application/json")]
    if kind:
        headers.append(("x-amzn-ErrorType", kind))
    separators = (", ", ": ") if spaced else (",", ":")
    return Answer(status, headers, json.dumps({"message": message}, separators=separators).encode())


def status_of(answer: dict[str, Any]) -> int:
    """The status code of a function's result.

    Raises:
        NoAnswerError: it has none.
    """
    status = answer.get("statusCode")
    if isinstance(status, bool) or not re.fullmatch(r"[1-5]\d\d", str(status)):
        raise NoAnswerError("statusCode is not an HTTP status")
    return int(status)  # type: ignore[arg-type]  # it is three digits


def scalars(values: Any) -> dict[str, str]:
    """Headers of a function's result as text.

    Raises:
        NoAnswerError: they are no mapping, or one of them is a list or a mapping.
    """
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise NoAnswerError("headers are no mapping")
    if any(isinstance(value, (dict, list)) or value is None for value in values.values()):
        raise NoAnswerError("a header is no text")
    return {name: _text(value) for name, value in values.items()}


def _text(value: object) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)
