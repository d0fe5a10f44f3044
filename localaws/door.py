"""The HTTP endpoint on 127.0.0.1 for `aws`, `sam`, curl and other programs.

It shares the backends of this process, so that a terminal sees what a cell has made. An API is
reached at `/restapis/<api id>/<stage>/_user_request_/<path>`.
"""

from __future__ import annotations

import logging
import re
import socket
import threading
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote, urlsplit

from botocore.awsrequest import AWSPreparedRequest
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

from localaws import terminal, wheels
from localaws.apigateway.gateway import Gateway
from localaws.apigateway.messages import Request
from localaws.iam.doorway import Doorway
from localaws.iam.permissions import Permissions
from localaws.timing.timekeeping import Clock

PATIENCE = 5.0  # seconds that another local AWS is given to leave a port
API_PATH = re.compile(r"/restapis/([^/]+)/([^/]+)/_user_request_(/.*)?$")
API_HOST = re.compile(r"([^.]+)\.execute-api\.")


class _Handler(MotoRequestHandler):
    protocol_version = "HTTP/1.1"  # keeps a client's connection open between calls

    def log_request(self, *_: Any) -> None:
        """Nothing: a terminal or a cell is not the place for an access log."""


class Door:
    """A server in a thread of this process."""

    def __init__(
        self,
        clock: Clock,
        gateway: Gateway,
        permissions: Permissions,
        hear: Callable[[AWSPreparedRequest], None],
        port: int = 0,
    ) -> None:
        """Open the door.

        Args:
            clock: gives each request its turn.
            gateway: answers requests to deployed APIs.
            permissions: asked for who comes with a role's credentials.
            hear: told of each signed request.
            port: the port to listen on; 0 takes a free one. Another door leaves it to this one.

        Raises:
            OSError: another program has the port.
        """
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self.closed = False
        self._clock = clock
        self._gateway = gateway
        self._moto = Doorway(permissions, hear, DomainDispatcherApplication(create_backend_app))
        with _listening(port) as listener:
            self._server = make_server(
                terminal.HOST,
                listener.getsockname()[1],
                self._application,
                threaded=True,
                request_handler=_Handler,
                fd=listener.fileno(),
            )
        self.url = terminal.address(self._server.port)
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="localaws-door", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        self.closed = True
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _application(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        if environ["PATH_INFO"] == terminal.SIGN:
            return self._answer_another(environ["REQUEST_METHOD"], start_response)
        if _is_web_page(environ) and _api_target(environ) is None:
            start_response("403 Forbidden", [("Content-Length", "0")])
            return []
        if environ["PATH_INFO"].startswith(terminal.WHEELS):
            return _wheels(environ["PATH_INFO"].removeprefix(terminal.WHEELS), start_response)
        with self._clock.turn():
            return self._answer(environ, start_response)

    def _answer_another(self, method: str, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Say that this is a door; and close it, where another one asks for the port."""
        if method == "DELETE":
            threading.Thread(target=self.close, daemon=True).start()  # it waits for this answer
        start_response("204 No Content", [])
        return []

    def _answer(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        target = _api_target(environ)
        if target is None:
            answer: Iterable[bytes] = self._moto(environ, start_response)
            return answer
        api_id, stage, path = target
        length = int(environ.get("CONTENT_LENGTH") or 0)
        answered = self._gateway.answer(
            api_id,
            Request(
                method=environ["REQUEST_METHOD"],
                path=path,
                query=environ.get("QUERY_STRING", ""),
                headers=_headers(environ),
                body=environ["wsgi.input"].read(length),
            ),
            stage,
        )
        status = answered.status
        phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else ""
        length_header = ("Content-Length", str(len(answered.body)))
        start_response(f"{status} {phrase}", [*answered.headers, length_header])
        return [answered.body]


def _wheels(file_name: str, start_response: Callable[..., Any]) -> Iterable[bytes]:
    """What pip asks for: a wheel, or the page that names them."""
    found = wheels.wheel(file_name) if file_name else wheels.page().encode()
    kind = "application/octet-stream" if file_name else "text/html; charset=utf-8"
    content = found or b""
    headers = [("Content-Type", kind), ("Content-Length", str(len(content)))]
    start_response("404 Not Found" if found is None else "200 OK", headers)
    return [content]


def _listening(port: int) -> socket.socket:
    """A socket that listens on a port of this machine alone."""
    end = time.monotonic() + PATIENCE
    left = False
    while True:
        try:
            return socket.create_server((terminal.HOST, port))
        except OSError:
            left = left or terminal.leave(port)
            if not left or time.monotonic() > end:
                raise
            time.sleep(0.05)


def _is_web_page(environ: dict[str, Any]) -> bool:
    """Whether a browser asks, for a page of somebody's: no page may use the local AWS.

    Fetch Metadata, w3.org/TR/fetch-metadata: browsers say so with each request to this machine.
    """
    return "HTTP_ORIGIN" in environ or "HTTP_SEC_FETCH_SITE" in environ


def _api_target(environ: dict[str, Any]) -> tuple[str, str | None, str] | None:
    """API id, stage and path of a request to a deployed API, by its path or by its Host.

    By its Host, as AWS has it, the path still begins with the stage.
    """
    raw = urlsplit(environ.get("REQUEST_URI") or environ["PATH_INFO"]).path  # percent-encoded
    by_path = API_PATH.match(raw)
    if by_path:
        return by_path[1], unquote(by_path[2]), by_path[3] or "/"
    by_host = API_HOST.match(environ.get("HTTP_HOST", ""))
    return (by_host[1], None, raw) if by_host else None


def _headers(environ: dict[str, Any]) -> dict[str, str]:
    headers = {
        key[5:].replace("_", "-").title(): str(value)
        for key, value in environ.items()
        if key.startswith("HTTP_")
    }
    if environ.get("CONTENT_TYPE"):
        headers["Content-Type"] = environ["CONTENT_TYPE"]
    return headers
