"""Permissions at the door: who comes with a role's credentials is asked for them there, too."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from typing import Any

from botocore.awsrequest import AWSPreparedRequest

from localaws.iam.permissions import Permissions

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Doorway:
    """A WSGI application in front of moto's."""

    def __init__(
        self,
        permissions: Permissions,
        hear: Callable[[AWSPreparedRequest], None],
        behind: Application,
    ) -> None:
        self._permissions = permissions
        self._hear = hear
        self._behind = behind

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        if "HTTP_AUTHORIZATION" not in environ:
            return self._behind(environ, start_response)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        request = _request(environ, body)
        self._hear(request)
        refused = self._permissions.refuse(request)
        if refused is None:
            return self._behind(environ, start_response)
        status, headers, content = refused
        start_response(f"{status} ", [*headers.items(), ("Content-Length", str(len(content)))])
        return [content]


def _request(environ: dict[str, Any], body: bytes) -> AWSPreparedRequest:
    headers = {
        "Authorization": environ["HTTP_AUTHORIZATION"],
        "Content-Type": environ.get("CONTENT_TYPE", ""),
        "X-Amz-Target": environ.get("HTTP_X_AMZ_TARGET", ""),
    }
    query = environ.get("QUERY_STRING", "")
    path = environ["PATH_INFO"] + (f"?{query}" if query else "")
    url = f"https://{environ.get('HTTP_HOST', 'localhost')}{path}"
    return AWSPreparedRequest(environ["REQUEST_METHOD"], url, headers, body, False)
