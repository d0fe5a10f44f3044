"""The HTTP endpoint on 127.0.0.1 for `aws`, `sam`, curl and other programs.

It shares the backends of this process, so that a terminal sees what a cell has made. An API is
reached at `/restapis/<api id>/<stage>/_user_request_/<path>`.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote, urlsplit

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

from localaws.apigateway.gateway import Gateway
from localaws.apigateway.messages import Request
from localaws.iam.doorway import Doorway
from localaws.iam.permissions import Permissions
from localaws.timing.timekeeping import Clock

HOST = "127.0.0.1"
API_PATH = re.compile(r"/restapis/([^/]+)/([^/]+)/_user_request_(/.*)?$")
API_HOST = re.compile(r"([^.]+)\.execute-api\.")


class _Handler(MotoRequestHandler):
    protocol_version = "HTTP/1.1"  # keeps a client's connection open between calls

    def log_request(self, *_: Any) -> None:
        """Nothing: a terminal or a cell is not the place for an access log."""


class Door:
    """A server in a thread of this process."""

    def __init__(
        self, clock: Clock, gateway: Gateway, permissions: Permissions, port: int = 0
    ) -> None:
        """Open the door.

        Args:
            clock: gives each request its turn.
            gateway: answers requests to deployed APIs.
            permissions: asked for who comes with a role's credentials.
            port: the port to listen on; 0 takes a free one.

        Raises:
            OSError: the port is taken.
        """
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._clock = clock
        self._gateway = gateway
        self._moto = Doorway(permissions, DomainDispatcherApplication(create_backend_app))
        self._server = make_server(
            HOST, port, self._application, threaded=True, request_handler=_Handler
        )
        self.url = f"http://{HOST}:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="localaws-door", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _application(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        with self._clock.turn():
            return self._answer(environ, start_response)

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


def api_url(door_url: str, aws_url: str) -> str:
    """The address at the door of a REST API that AWS would serve at `aws_url`."""
    host, _, path = aws_url.removeprefix("https://").partition("/")
    stage, _, rest = path.partition("/")
    return f"{door_url}/restapis/{host.split('.')[0]}/{stage}/_user_request_/{rest}"


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
