"""Which of moto's responses answers an address: looked for once.

moto tries some two hundred patterns for every request, one after the other, and builds the list of
a backend's own addresses anew each time (botocore_stubber.py:83, base_backend.py:65).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest
from moto import backend_index, backends
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.base_backend import BackendDict
from moto.core.exceptions import HTTPException
from moto.core.models import botocore_stubber
from moto.core.request import normalize_request

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
            return respond(normalized, normalized.raw_url, normalized.headers)
        except HTTPException as error:
            return error.code, error.get_headers(), error.get_body()


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
