"""Which of moto's responses answers an address: looked for once.

moto tries some two hundred patterns for every request, one after the other, and builds the list of
a backend's own addresses anew each time (botocore_stubber.py:83, base_backend.py:65).
"""

from __future__ import annotations

import functools
import io
import re
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

from botocore.awsrequest import AWSPreparedRequest
from moto import backend_index, backends
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.base_backend import BackendDict
from moto.core.exceptions import HTTPException
from moto.core.models import botocore_stubber
from moto.core.request import (
    PRESERVED_HEADER_NAMES_ENVIRON_KEY,
    Request,
    environ_key_for_header,
    normalize_request,
    should_preserve_original_header_name,
)
from werkzeug.datastructures import ImmutableMultiDict

from localaws.mending import Mends

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
NO_FORM: ImmutableMultiDict[str, Any] = ImmutableMultiDict()
ADDRESSES = 4096  # remembered; queues, APIs and functions have addresses of their own


class Routes:
    """Passes requests on to moto's responses."""

    def __init__(self) -> None:
        self._ask_moto: Callable[[AWSPreparedRequest], Any] = botocore_stubber.process_request
        self._find = functools.lru_cache(ADDRESSES)(_find)

    def answer(self, request: AWSPreparedRequest) -> Any:
        """Status, headers and body; None where the address is none of AWS's."""
        parts = urlsplit(request.url)
        respond = None
        if parts.netloc.endswith(".amazonaws.com"):
            respond = self._find(f"{parts.scheme}://{parts.netloc}{parts.path}")
        if respond is None:
            return self._ask_moto(request)
        normalized = normalize_request(request)
        try:
            return respond(normalized, request.url, normalized.headers)
        except HTTPException as error:
            return error.code, error.get_headers(), error.get_body()


def install(mends: Mends) -> None:
    """moto has werkzeug's client for tests make each request anew (core/request.py:77)."""
    mends.replace(Request, "from_primitives", classmethod(_read))


def _read(cls: type[Request], method: str, url: str, headers: Any, body: Any = None) -> Request:
    if hasattr(body, "read"):
        body = body.read()
    content = body.encode() if isinstance(body, str) else bytes(body or b"")
    parts = urlsplit(url)
    names = [name for name in headers if should_preserve_original_header_name(name)]
    path = parts.path or "/"
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(path).encode().decode("latin-1"),  # as WSGI has it
        "QUERY_STRING": parts.query,
        "REQUEST_URI": path,
        "RAW_URI": path,
        "SERVER_NAME": parts.hostname,
        "SERVER_PORT": str(parts.port or (443 if parts.scheme == "https" else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": parts.netloc,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input": io.BytesIO(content),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **_as_wsgi(headers),
        "CONTENT_LENGTH": str(len(content)),
        PRESERVED_HEADER_NAMES_ENVIRON_KEY: {environ_key_for_header(name): name for name in names},
    }
    request = cls(environ)
    if request.mimetype not in FORMS:  # or werkzeug asks its parser of forms
        vars(request).update(stream=io.BytesIO(content), form=NO_FORM, files=NO_FORM)
    return request


def _as_wsgi(headers: Any) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for name, value in headers.items():
        if name.lower() != "transfer-encoding":
            text = value.decode() if isinstance(value, bytes) else value
            found.setdefault(environ_key_for_header(name), []).append(text)
    return {name: ", ".join(values) for name, values in found.items()}


def _find(address: str) -> Callable[..., Any] | None:
    for service, pattern in backend_index.backend_url_patterns:
        if pattern.match(address):
            known: BackendDict[Any] = backends.get_backend(service)
            regions = known[DEFAULT_ACCOUNT_ID]
            backend = regions["us-east-1" if "us-east-1" in regions else "aws"]
            for url, respond in backend.urls.items():
                if re.match(url, address):
                    found: Callable[..., Any] = respond
                    return found
    return None
