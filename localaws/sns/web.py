"""HTTP endpoints: a POST to this machine. Nothing leaves it."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

from localaws.guard import LOOPBACK

# docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.prepare.html: 15 seconds to answer.
TIMEOUT = 15.0
AGENT = "Amazon Simple Notification Service Agent"


class FailedPostError(Exception):
    """A POST that did not succeed.

    Attributes:
        status: of HTTP; None where there was no answer.
        again: whether SNS tries it again: after no answer, 429 and 5xx.
    """

    def __init__(self, message: str, status: int | None, again: bool) -> None:
        super().__init__(message)
        self.status, self.again = status, again


def post(url: str, headers: dict[str, str], body: str) -> None:
    """Post a message to an endpoint.

    Raises:
        FailedPostError: the endpoint did not take it, or is not on this machine.
    """
    parts = urlsplit(url)
    if parts.hostname not in LOOPBACK:
        problem = f"The local AWS runs and lets no message leave this machine: {url}"
        raise FailedPostError(problem, None, again=False)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=TIMEOUT)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    fixed = {"Content-Type": "text/plain; charset=UTF-8", "User-Agent": AGENT}
    try:
        connection.request("POST", path, body.encode(), fixed | headers)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise FailedPostError(f"{type(error).__name__}: {error}", None, again=True) from error
    finally:
        connection.close()
    if not 200 <= status < 300:
        again = status == 429 or status >= 500
        raise FailedPostError(f"The endpoint answered with status {status}.", status, again)
