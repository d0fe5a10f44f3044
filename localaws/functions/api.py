"""Lambda's API, where it runs functions: Invoke, and what an invocation is refused for.

docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

from __future__ import annotations

import base64
import binascii
import json
import sys
from collections.abc import Callable
from typing import Any

from moto.awslambda import responses
from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import LambdaBackend, LambdaFunction
from moto.awslambda_simple.models import LambdaSimpleBackend

from localaws.functions.service import Functions
from localaws.mending import Mends, variant
from localaws.refusals import RefusedInvocation

# docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, "Invocation payload"
LARGEST_EVENT = 6 * 1024 * 1024
LARGEST_QUEUED_EVENT = 1024 * 1024
REQUEST_ID = "x-amzn-requestid"  # as moto spells the header


class TooLargeError(LambdaClientError):
    """The code that the service answers with; its model calls it RequestTooLargeException."""

    code = 413

    def __init__(self, limit: int) -> None:
        super().__init__(
            "RequestEntityTooLargeException",
            f"Request must be smaller than {limit} bytes for the InvokeFunction operation",
        )


def install(mends: Mends, functions: Functions) -> None:
    def invoke(
        self: LambdaBackend,
        function_name: str,
        qualifier: str | None,
        body: Any,
        headers: Any,
        response_headers: Any,
    ) -> bytes:
        function = self.get_function(function_name, qualifier)
        content = body if isinstance(body, bytes) else (body or "").encode()
        kind = headers.get("X-Amz-Invocation-Type")
        event = _event(content, kind)
        arn = _arn(self, function, function_name, qualifier)
        if kind == "DryRun":
            return b""
        if kind == "Event":
            response_headers[REQUEST_ID] = functions.invoke_in_background(function, event, arn)
            return b""
        context = _client_context(headers.get("X-Amz-Client-Context"))
        done = functions.invoke(function, event, arn, context)
        if isinstance(done, RefusedInvocation):
            raise done.error()
        if done.failed:
            response_headers["x-amz-function-error"] = "Unhandled"
        response_headers[REQUEST_ID] = done.request_id
        response_headers["x-amz-executed-version"] = str(function.version)
        response_headers["x-amz-log-result"] = base64.b64encode(done.log.encode()[-4096:]).decode()
        return done.payload.encode()

    def delete_function(
        self: LambdaBackend, function_name: str, qualifier: str | None = None
    ) -> None:
        delete(self, function_name, qualifier)
        functions.forget(function_name.rsplit(":", maxsplit=1)[-1])

    # Echoes the event instead of running the handler.
    mends.replace(LambdaSimpleBackend, "invoke", invoke)
    delete: Callable[..., None] = mends.replace(LambdaBackend, "delete_function", delete_function)
    _mend_response_limit(mends)
    _mend_qualifier(mends)
    _mend_request_id(mends)


def _mend_request_id(mends: Mends) -> None:
    """moto makes up an id for every answer (core/responses.py:505). Lambda's is the invocation's,
    by which its log lines are found."""

    def enrich(headers: dict[str, str], body: Any) -> tuple[dict[str, str], Any]:
        own = headers.get(REQUEST_ID)
        headers, body = add_made_up(headers, body)
        return headers | ({REQUEST_ID: own} if own else {}), body

    ours = staticmethod(enrich)
    add_made_up: Callable[..., Any] = mends.replace(
        responses.LambdaResponse, "_enrich_response", ours
    )


def _mend_qualifier(mends: Mends) -> None:
    """moto looks for the Qualifier of Invoke under another name (awslambda/responses.py:56), and
    runs $LATEST."""

    def invoke(self: responses.LambdaResponse) -> Any:
        if "Qualifier" in self.querystring:
            self.querystring["qualifier"] = self.querystring["Qualifier"]
        return run(self)

    run: Callable[..., Any] = mends.replace(responses.LambdaResponse, "invoke", invoke)


def _mend_response_limit(mends: Mends) -> None:
    """moto measures a Python object instead of the response (awslambda/responses.py:67), against
    6,000,000. `reports` keeps Lambda's own limit."""
    mends.replace(responses, "sys", variant(sys, getsizeof=lambda _: 0))


def _event(content: bytes, kind: str | None) -> str:
    limit = LARGEST_QUEUED_EVENT if kind == "Event" else LARGEST_EVENT
    if len(content) > limit:
        raise TooLargeError(limit)
    try:
        text = content.decode() or "{}"
        json.loads(text, parse_constant=_refuse_constant)
    except ValueError as error:
        raise LambdaClientError(
            "InvalidRequestContentException",
            f"Could not parse request body into json: Could not parse payload into json: {error}",
        ) from error
    return text


def _refuse_constant(name: str) -> None:
    raise ValueError(f"Non-standard token '{name}'")


def _arn(
    backend: LambdaBackend, function: LambdaFunction, named: str, qualifier: str | None
) -> str:
    """The function's ARN as the caller has named it: with the version or alias, if with any."""
    name = named.rpartition(":function:")[2]
    _, _, own = name.partition(":")
    suffix = own or qualifier
    arn = str(function.function_arn)
    plain = ":".join(arn.split(":")[:7])
    return f"{plain}:{suffix}" if suffix else plain


def _client_context(header: str | None) -> Any:
    if not header:
        return None
    try:
        return json.loads(base64.b64decode(header))
    except (ValueError, binascii.Error) as error:
        message = "Client context must be a valid Base64-encoded JSON object."
        raise LambdaClientError("InvalidRequestContentException", message) from error
