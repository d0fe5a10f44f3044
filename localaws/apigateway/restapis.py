"""REST APIs: which method a request names, the event of its function, and what is answered.

docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html and
.../supported-gateway-response-types.html
"""

from __future__ import annotations

import base64
import json
import re
from typing import Any
from urllib.parse import parse_qs

from moto.apigateway.models import Integration, RestAPI

from localaws.apigateway import paths
from localaws.apigateway.messages import (
    SOURCE_IP,
    Answer,
    Call,
    NoAnswerError,
    Request,
    Target,
    plain,
    scalars,
    status_of,
)

ANY = "X-AMAZON-APIGATEWAY-ANY-METHOD"  # in an OpenAPI body, as moto keeps it
TIMEOUT = 29.0  # seconds: the quota "Integration timeout"

# What an event says of whoever has signed a request; nobody has.
NO_SIGNATURE = (
    *("accessKey", "accountId", "caller", "cognitoAuthenticationProvider"),
    *("cognitoAuthenticationType", "cognitoIdentityId", "cognitoIdentityPoolId"),
    *("principalOrgId", "user", "userArn"),
)

NO_STAGE = plain(403, "Forbidden", "ForbiddenException")
NO_METHOD = plain(403, "Missing Authentication Token", "MissingAuthenticationTokenException")
TOO_LONG = plain(413, "Request Too Long", "RequestTooLargeException")
TIMED_OUT = plain(504, "Endpoint request timed out", "InternalServerErrorException", spaced=True)
REFUSED = plain(500, "Internal server error", "InternalServerErrorException", spaced=True)
MALFORMED = plain(502, "Internal server error", "InternalServerErrorException", spaced=True)
NOT_LAMBDA = plain(501, "The local AWS knows Lambda proxy and mock integrations alone.")


def find(api: RestAPI, target: Target, request: Request) -> Call | Answer:
    """What a request to a stage asks for; an answer where that needs no function."""
    if target.stage not in api.stages:
        return NO_STAGE
    resources = {resource.get_path(): resource for resource in api.resources.values()}
    found = paths.best(resources, target.path)
    if found is None:
        return NO_METHOD
    template, parameters = found
    methods = resources[template].resource_methods
    method = methods.get(request.method) or methods.get(ANY) or methods.get("ANY")
    if method is None or method.method_integration is None:
        return NO_METHOD
    integration: Integration = method.method_integration
    kind = str(integration.integration_type).upper()
    if kind == "MOCK":
        return _mocked(integration)
    if kind != "AWS_PROXY":
        return NOT_LAMBDA
    event = _event(api, target, template, parameters, request)
    event["requestContext"]["resourceId"] = resources[template].id
    return Call(
        uri=str(integration.uri),
        credentials=integration.credentials,
        source=target.source(api.id, request.method + template),
        timeout=float(integration.timeout_in_millis or TIMEOUT * 1000) / 1000,
        event=event,
    )


def _event(
    api: RestAPI,
    target: Target,
    template: str,
    parameters: dict[str, str],
    request: Request,
) -> dict[str, Any]:
    """The event of a Lambda proxy integration; what is not there is null."""
    query = parse_qs(request.query, keep_blank_values=True)
    headers = dict(request.headers)
    binary = _is_binary(api, request.media_type)
    body = base64.b64encode(request.body) if binary else request.body
    return {
        "resource": template,
        "path": target.path,
        "httpMethod": request.method,
        "headers": headers or None,
        "multiValueHeaders": {name: [value] for name, value in headers.items()} or None,
        "queryStringParameters": {k: v[-1] for k, v in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": parameters or None,
        "stageVariables": dict(api.stages[target.stage].variables or {}) or None,
        "requestContext": {
            "resourcePath": template,
            "httpMethod": request.method,
            "requestTime": target.time,
            "path": f"/{target.stage}{target.path}",
            "accountId": target.account_id,
            "protocol": "HTTP/1.1",
            "stage": target.stage,
            "requestTimeEpoch": target.epoch,
            "requestId": target.request_id,
            "identity": {
                **dict.fromkeys(NO_SIGNATURE),
                "sourceIp": SOURCE_IP,
                "userAgent": request.header("User-Agent") or None,
            },
            **target.domain(api.id),
            "apiId": api.id,
        },
        "body": body.decode("utf-8", "replace") if request.body else None,
        "isBase64Encoded": bool(request.body) and binary,
    }


def shape(api: RestAPI, payload: str, failed: bool, request: Request) -> Answer:
    """What a function returned, as an HTTP answer; 502 where it cannot be one."""
    if failed:
        return MALFORMED
    try:
        return _shaped(api, json.loads(payload), request)
    except NoAnswerError:
        return MALFORMED


def _shaped(api: RestAPI, result: Any, request: Request) -> Answer:
    if not isinstance(result, dict):
        raise NoAnswerError("the result is no mapping")
    status = status_of(result)
    body = result.get("body")
    if body is not None and not isinstance(body, str):
        raise NoAnswerError("the body is no text")
    single = scalars(result.get("headers"))
    several = result.get("multiValueHeaders") or {}
    if not isinstance(several, dict) or not all(isinstance(v, list) for v in several.values()):
        raise NoAnswerError("multiValueHeaders are no lists")
    headers = [(name, str(value)) for name, values in several.items() for value in values]
    headers += [(name, value) for name, value in single.items() if name not in several]
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", "application/json"))
    content = (body or "").encode()
    accepted = request.header("Accept").partition(",")[0].partition(";")[0].strip().lower()
    if result.get("isBase64Encoded") and _is_binary(api, accepted):
        content = _decoded(content)
    return Answer(status, headers, content)


def _decoded(content: bytes) -> bytes:
    try:
        return base64.b64decode(content, validate=True)
    except ValueError as error:
        raise NoAnswerError("the body is not base64") from error


def _is_binary(api: RestAPI, media_type: str) -> bool:
    """Whether the API takes a media type for binary: .../api-gateway-payload-encodings.html"""
    patterns = (re.escape(one.lower()).replace(r"\*", ".*") for one in api.binaryMediaTypes)
    return bool(media_type) and any(re.fullmatch(pattern, media_type) for pattern in patterns)


def _mocked(integration: Integration) -> Answer:
    """The answer of a mock integration: its first response, with the headers that are literals."""
    responses = integration.integration_responses or {}
    for response in responses.values():
        named = response.response_parameters or {}
        headers = [
            (name.removeprefix("method.response.header."), value.strip("'"))
            for name, value in named.items()
            if value.startswith("'")
        ]
        templates = (response.response_templates or {}).values()
        body = next((text for text in templates if text), "")
        return Answer(int(response.status_code), headers, body.encode())
    return Answer(200, [("Content-Type", "application/json")], b"")
