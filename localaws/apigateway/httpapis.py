"""HTTP APIs: which route a request meets, the event of its function, and what is answered.

docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html and
.../http-api-develop-routes.html
"""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qs, unquote

from moto.apigatewayv2.models import Api, Route

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

DEFAULT = "$default"
IMPORTED_ANY = "X-AMAZON-APIGATEWAY-ANY-METHOD"  # as moto keeps the routes of an OpenAPI body
TIMEOUT = 30.0  # seconds: the quota "Maximum integration timeout"
TEXT = ("application/json", "application/xml", "application/javascript")

NOT_FOUND = plain(404, "Not Found")
TOO_LONG = plain(413, "Request Entity Too Large")
TIMED_OUT = plain(503, "Service Unavailable")
REFUSED = plain(500, "Internal Server Error")
MALFORMED = REFUSED
NOT_LAMBDA = plain(501, "The local AWS knows Lambda proxy integrations alone.")


def find(api: Api, target: Target, request: Request) -> Call | Answer:
    """What a request to a stage asks for; an answer where that needs no function."""
    if target.stage not in api.stages:
        return NOT_FOUND
    found = _route(api, request.method, target.path)
    if found is None:
        return _preflight(api, request) or NOT_FOUND
    route, key, parameters = found
    integration = api.get_integration(route.target.rpartition("/")[2])
    if str(integration.integration_type).upper() != "AWS_PROXY":
        return NOT_LAMBDA
    make = _event if integration.payload_format_version == "2.0" else _event_of_format_1
    method, _, template = key.replace("ANY", "*", 1).partition(" ")
    return Call(
        uri=str(integration.integration_uri),
        credentials=integration.credentials_arn,
        source=target.source(api.api_id, method + template),
        timeout=float(integration.timeout_in_millis or TIMEOUT * 1000) / 1000,
        event=make(api, target, key, parameters, request),
    )


def _route(api: Api, method: str, path: str) -> tuple[Route, str, dict[str, str]] | None:
    """The most specific route; a route of the method itself is more so than one of ANY."""
    found = []
    default = None
    for route in api.routes.values():
        key = _key(route.route_key)
        if key == DEFAULT:
            default = (route, key, dict[str, str]())
            continue
        wanted, _, template = key.partition(" ")
        met = paths.match(template, path) if wanted in (method, "ANY") else None
        if met:
            found.append((met[0], wanted == "ANY", key, route, met[1]))
    if not found:
        return default
    _, _, key, route, parameters = min(found, key=lambda one: one[:3])
    return route, key, parameters


def _key(kept: str) -> str:
    """A route's key as AWS writes it."""
    method, _, path = kept.partition(" ")
    if path.lstrip("/") == DEFAULT or kept == DEFAULT:
        return DEFAULT
    return f"{method.upper().replace(IMPORTED_ANY, 'ANY')} {path}"


def _preflight(api: Api, request: Request) -> Answer | None:
    """The answer to a browser's OPTIONS, where the API has CORS and no route for it."""
    cors = api.cors_configuration
    if not cors or request.method != "OPTIONS":
        return None
    return Answer(204, [], b"")


def cors_headers(api: Api, request: Request) -> list[tuple[str, str]]:
    """What an HTTP API with CORS adds to an answer: .../http-api-cors.html"""
    cors = {name.lower(): value for name, value in (api.cors_configuration or {}).items()}
    origin = request.header("Origin")
    allowed = cors.get("alloworigins") or []
    if not origin or not ("*" in allowed or origin in allowed):
        return []
    headers = [("access-control-allow-origin", "*" if "*" in allowed else origin)]
    if request.method == "OPTIONS":
        lists = [name for name in ("methods", "headers") if cors.get(f"allow{name}")]
        headers += [(f"access-control-allow-{n}", ",".join(cors[f"allow{n}"])) for n in lists]
        if cors.get("maxage") is not None:
            headers.append(("access-control-max-age", str(cors["maxage"])))
    if cors.get("allowcredentials"):
        headers.append(("access-control-allow-credentials", "true"))
    return headers


def _event(
    api: Api, target: Target, key: str, parameters: dict[str, str], request: Request
) -> dict[str, Any]:
    """Payload format 2.0: what is not there is left out."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    cookies = [one.strip() for one in headers.pop("cookie", "").split(";") if one.strip()]
    query = parse_qs(request.query, keep_blank_values=True)
    body, encoded = _body(request)
    given = {
        "cookies": cookies,
        "queryStringParameters": {name: ",".join(values) for name, values in query.items()},
        "pathParameters": parameters,
        "stageVariables": dict(api.stages[target.stage].stage_variables or {}),
        "body": body,
    }
    path = unquote(request.path)
    return {
        "version": "2.0",
        "routeKey": key,
        "rawPath": path,
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": {
            "accountId": target.account_id,
            "apiId": api.api_id,
            **target.domain(api.api_id),
            "http": {
                "method": request.method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": SOURCE_IP,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": target.request_id,
            "routeKey": key,
            "stage": target.stage,
            "time": target.time,
            "timeEpoch": target.epoch,
        },
        **{name: value for name, value in given.items() if value},
        "isBase64Encoded": encoded,
    }


def _event_of_format_1(
    api: Api, target: Target, key: str, parameters: dict[str, str], request: Request
) -> dict[str, Any]:
    """Payload format 1.0: a REST API's event, with a version."""
    headers = dict(request.headers)
    query = parse_qs(request.query, keep_blank_values=True)
    body, encoded = _body(request)
    template = key.partition(" ")[2] or DEFAULT
    return {
        "version": "1.0",
        "resource": template,
        "path": unquote(request.path),
        "httpMethod": request.method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "requestContext": {
            "accountId": target.account_id,
            "apiId": api.api_id,
            **target.domain(api.api_id),
            "httpMethod": request.method,
            "identity": {"sourceIp": SOURCE_IP, "userAgent": request.header("User-Agent")},
            "path": unquote(request.path),
            "protocol": "HTTP/1.1",
            "requestId": target.request_id,
            "requestTime": target.time,
            "requestTimeEpoch": target.epoch,
            "resourceId": key,
            "resourcePath": template,
            "stage": target.stage,
        },
        "pathParameters": parameters or None,
        "stageVariables": dict(api.stages[target.stage].stage_variables or {}) or None,
        "body": body or None,
        "isBase64Encoded": encoded,
    }


def _body(request: Request) -> tuple[str, bool]:
    """The body, and whether it is base64: everything that is no text is."""
    if not request.body:
        return "", False
    kind = request.media_type
    if kind.startswith("text/") or kind in TEXT:
        try:
            return request.body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(request.body).decode(), True


def shape(payload: str, failed: bool, format_version: str) -> Answer:
    """What a function returned, as an HTTP answer; 500 where it cannot be one."""
    if failed:
        return MALFORMED
    try:
        return _shaped(json.loads(payload), payload, format_version)
    except NoAnswerError:
        return MALFORMED


def _shaped(result: Any, payload: str, format_version: str) -> Answer:
    whole = isinstance(result, dict) and "statusCode" in result
    if not whole:
        if format_version != "2.0":
            raise NoAnswerError("no statusCode")
        # Format 2.0 takes any other result for the body.
        text = result if isinstance(result, str) else payload
        return Answer(200, [("content-type", "application/json")], text.encode())
    headers = {name.lower(): value for name, value in scalars(result.get("headers")).items()}
    headers.setdefault("content-type", "text/plain;charset=UTF-8")
    body = result.get("body")
    if body is not None and not isinstance(body, str):
        body = json.dumps(body)
    content = (body or "").encode()
    if result.get("isBase64Encoded"):
        try:
            content = base64.b64decode(content, validate=True)
        except ValueError as error:
            raise NoAnswerError("the body is not base64") from error
    cookies = [("set-cookie", str(one)) for one in result.get("cookies") or []]
    return Answer(status_of(result), [*headers.items(), *cookies], content)
