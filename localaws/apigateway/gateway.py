"""API Gateway REST APIs with Lambda proxy integration, in the kernel and through the door.

moto knows no AWS_PROXY (integration_parsers/unknown_parser.py:16) and drops an answer's headers
(apigateway/models.py:1232).
The event and the answer are those of
docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import responses
from moto.apigateway.models import RestAPI, apigateway_backends
from moto.awslambda.utils import get_backend
from moto.core.models import responses_mock

from localaws import seeds
from localaws.functions.service import Functions
from localaws.mending import Mends
from localaws.timing.timekeeping import Clock

ANY = "X-AMAZON-APIGATEWAY-ANY-METHOD"  # in an OpenAPI body, as moto keeps it
METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
JSON = {"Content-Type": "application/json"}
Answer = tuple[int, dict[str, str], bytes]


@dataclass(frozen=True)
class Request:
    """One HTTP request to a stage; `path` is what follows the stage's name."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


class Gateway:
    """Answers requests to deployed REST APIs."""

    def __init__(self, clock: Clock, functions: Functions, account_id: str, region: str) -> None:
        self._clock = clock
        self._functions = functions
        self._account_id = account_id
        self._region = region

    def answer(self, api_id: str, stage: str, request: Request) -> Answer:
        """Find the method that a request names, invoke its function, and shape the answer."""
        api = apigateway_backends[self._account_id][self._region].apis.get(api_id)
        if api is None or stage not in api.stages:
            return 403, JSON, b'{"message":"Forbidden"}'
        found = _find(api, request)
        if found is None:
            return 403, JSON, b'{"message":"Missing Authentication Token"}'
        template, parameters, uri = found
        arn = uri.split("/functions/")[1].removesuffix("/invocations")
        function = get_backend(self._account_id, self._region).get_function(arn)
        event = self._event(api_id, stage, template, parameters, request)
        done = self._functions.invoke(function, json.dumps(event))
        return _shape(done.payload, done.failed)

    def _event(
        self,
        api_id: str,
        stage: str,
        template: str,
        parameters: dict[str, str] | None,
        request: Request,
    ) -> dict[str, Any]:
        query = parse_qs(request.query, keep_blank_values=True)
        headers = dict(request.headers)
        try:
            body, encoded = request.body.decode("utf-8"), False
        except UnicodeDecodeError:
            body, encoded = base64.b64encode(request.body).decode(), True
        now = self._clock.now()
        return {
            "resource": template,
            "path": request.path,
            "httpMethod": request.method,
            "headers": headers,
            "multiValueHeaders": {name: [value] for name, value in headers.items()},
            "queryStringParameters": {k: v[-1] for k, v in query.items()} or None,
            "multiValueQueryStringParameters": query or None,
            "pathParameters": parameters,
            "stageVariables": None,
            "requestContext": {
                "accountId": self._account_id,
                "apiId": api_id,
                "stage": stage,
                "resourcePath": template,
                "path": f"/{stage}{request.path}",
                "httpMethod": request.method,
                "protocol": "HTTP/1.1",
                "requestId": str(seeds.uuid4()),
                "requestTime": f"{now:%d/%b/%Y:%H:%M:%S +0000}",
                "requestTimeEpoch": int(now.timestamp() * 1000),
                "identity": {"sourceIp": "127.0.0.1", "userAgent": headers.get("User-Agent")},
            },
            "body": body or None,
            "isBase64Encoded": encoded,
        }


def _find(api: RestAPI, request: Request) -> tuple[str, dict[str, str] | None, str] | None:
    """The resource's path, the values of its parameters, and the integration's URI."""
    wanted = request.path.strip("/").split("/")
    for resource in api.resources.values():
        template = resource.get_path()
        parts = template.strip("/").split("/")
        methods = resource.resource_methods
        method = methods.get(request.method) or methods.get(ANY)
        if method is None or method.method_integration is None or len(parts) != len(wanted):
            continue
        parameters = {p[1:-1]: w for p, w in zip(parts, wanted, strict=True) if p.startswith("{")}
        if all(p.startswith("{") or p == w for p, w in zip(parts, wanted, strict=True)):
            return template, parameters or None, str(method.method_integration.uri)
    return None


def _shape(payload: str, failed: bool) -> Answer:
    """What the function returned as an HTTP answer; 502 where it is none, as on AWS."""
    answer = json.loads(payload)
    if failed or not isinstance(answer, dict) or "statusCode" not in answer:
        return 502, JSON, b'{"message": "Internal server error"}'
    body = answer.get("body") or ""
    content = base64.b64decode(body) if answer.get("isBase64Encoded") else str(body).encode()
    headers = {str(k): str(v) for k, v in (answer.get("headers") or {}).items()}
    for name, values in (answer.get("multiValueHeaders") or {}).items():
        headers[str(name)] = ", ".join(str(value) for value in values)
    return int(answer["statusCode"]), JSON | headers, content


def install(mends: Mends, gateway: Gateway) -> None:
    def resource_callback(self: RestAPI, request: Any) -> Answer:
        address = urlsplit(request.url)
        stage, _, path = address.path.lstrip("/").partition("/")
        body = request.body or b""
        return gateway.answer(
            self.id,
            stage,
            Request(
                method=request.method,
                path="/" + path,
                query=address.query,
                headers={k: str(v) for k, v in request.headers.items()},
                body=body.encode() if isinstance(body, str) else body,
            ),
        )

    def update_integration_mocks(self: RestAPI, stage_name: str | None) -> None:
        """moto mocks each path as a fixed address, so that one with a parameter is never met."""
        if stage_name is None:
            return
        host = rf"https://{self.id}\.execute-api\.{self.region_name}\.amazonaws\.com"
        address = re.compile(rf"{host}/{re.escape(stage_name)}(/.*)?$", re.IGNORECASE)
        for method in METHODS:
            responses_mock.upsert(
                responses.CallbackResponse(
                    url=address, method=method, callback=self.resource_callback
                )
            )

    mends.replace(RestAPI, "resource_callback", resource_callback)
    mends.replace(RestAPI, "update_integration_mocks", update_integration_mocks)
