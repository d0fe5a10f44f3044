"""Which operation of which service a request asks for, and with which parameters.

The forms are those of smithy.io/2.0/aws/protocols.
"""

from __future__ import annotations

import functools
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from botocore.awsrequest import AWSPreparedRequest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.request import normalize_request
from moto.core.routing import get_service_router
from werkzeug.exceptions import HTTPException

from localaws.iam import services
from localaws.iam.actions.needs import Ask
from localaws.iam.principals import Signer

FORM = "application/x-www-form-urlencoded"
ADDRESSES = 1024  # whose operations are remembered


def read(request: AWSPreparedRequest, signed: Signer) -> Ask:
    """What a request asks for; its operation is empty where that is unknown."""
    ask = functools.partial(Ask, region=signed.region, account=DEFAULT_ACCOUNT_ID)
    body = request.body or b""
    target = _header(request, "X-Amz-Target")
    if target:
        return ask(signed.service, target.rpartition(".")[2], body=body)
    path = urlsplit(request.url).path
    if "/operation/" in path and path.startswith("/service/"):  # CBOR
        return ask(signed.service, path.rpartition("/")[2])
    if _header(request, "Content-Type").startswith(FORM):
        form = dict(parse_qsl(_text(body)))
        return ask(signed.service, form.get("Action", ""), given=form)
    service = "sesv2" if signed.service == "ses" else signed.service
    operation, given = _route(request, service)
    return ask(service, operation, given=given, body=body)


def _route(request: AWSPreparedRequest, service: str) -> tuple[str, dict[str, Any]]:
    """The operation of an address, and the parameters in it."""
    known = services.of(service)
    if known is None:
        return "", {}
    if service == "s3":  # headers count, too
        return _match(known.model, request.method, _with_bucket(request.url), request)
    return _matched(known.model, request.method, request.url)


@functools.lru_cache(ADDRESSES)
def _matched(model: str, method: str, url: str) -> tuple[str, dict[str, Any]]:
    return _match(model, method, url, None)


def _match(
    model: str, method: str, url: str, request: AWSPreparedRequest | None
) -> tuple[str, dict[str, Any]]:
    headers = request.headers if request is not None else {}
    asked = normalize_request(AWSPreparedRequest(method, url, headers, b"", False))
    try:
        found, parameters = get_service_router(model).match(asked)
    except HTTPException:
        return "", {}
    copied = asked.headers.get("x-amz-copy-source")
    given = {**dict(asked.args), **parameters, **({"CopySource": copied} if copied else {})}
    return str(found.name), given


def _with_bucket(url: str) -> str:
    """A bucket may stand in the host's name: orders.s3.amazonaws.com/a is /orders/a."""
    parts = urlsplit(url)
    bucket, found, _ = parts.netloc.partition(".s3.")
    if not found:
        return url
    return urlunsplit(parts._replace(netloc="s3.amazonaws.com", path=f"/{bucket}{parts.path}"))


def _header(request: AWSPreparedRequest, name: str) -> str:
    return _text(request.headers.get(name) or "")


def _text(value: bytes | str) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
