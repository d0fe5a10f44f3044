"""API Gateway: deployed APIs whose methods invoke functions, in the kernel and through the door.

moto knows no AWS_PROXY (integration_parsers/unknown_parser.py:16), drops an answer's headers
(apigateway/models.py:1232), and serves no HTTP API.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import responses
from moto.apigateway.models import APIGatewayBackend, RestAPI, apigateway_backends
from moto.apigateway.responses import APIGatewayResponse
from moto.apigatewayv2.models import Api, apigatewayv2_backends
from moto.awslambda.utils import get_backend
from moto.core.models import responses_mock

from localaws import seeds
from localaws.apigateway import httpapis, restapis
from localaws.apigateway.messages import BODY_LIMIT, Answer, Call, Request, Target
from localaws.functions.reports import Invocation
from localaws.functions.service import Functions
from localaws.iam import deliveries
from localaws.mending import Mends
from localaws.observability import eventmetrics
from localaws.refusals import RefusedInvocation
from localaws.timing.timekeeping import Clock

METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
HOST = re.compile(r"https://(?P<api>[a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com(/.*)?$")


class _Kind(NamedTuple):
    """REST or HTTP: its rules, and the header that carries a request's id."""

    rules: ModuleType
    request_id: str


REST = _Kind(restapis, "x-amzn-RequestId")
HTTP = _Kind(httpapis, "apigw-requestid")


class Gateway:
    """Answers requests to deployed APIs."""

    def __init__(self, clock: Clock, functions: Functions, account_id: str, region: str) -> None:
        self._clock = clock
        self._functions = functions
        self._account_id = account_id
        self._region = region

    def answer(self, api_id: str, request: Request, stage: str | None = None) -> Answer:
        """Find what a request names, invoke its function, and shape the answer.

        Args:
            stage: the stage's name, where the request's path does not begin with it.
        """
        rest = apigateway_backends[self._account_id][self._region].apis.get(api_id)
        http = apigatewayv2_backends[self._account_id][self._region].apis.get(api_id)
        if rest is not None:
            return self._answer(rest, REST, _target_of_rest(request, stage), request)
        if http is not None:
            return self._answer(http, HTTP, _target_of_http(http, request, stage), request)
        return restapis.NO_STAGE

    def _answer(
        self, api: RestAPI | Api, kind: _Kind, place: tuple[str, str], request: Request
    ) -> Answer:
        target = Target(
            self._account_id, self._region, *place, self._clock.now(), str(seeds.uuid4())
        )
        begun, taken = self._clock.time(), None
        found: Call | Answer = kind.rules.TOO_LONG
        if len(request.body) <= BODY_LIMIT:
            found = kind.rules.find(api, target, request)
        if isinstance(found, Call):
            called = self._clock.time()
            answer = self._call(api, kind, found, request)
            taken = (self._clock.time() - called) * 1000
        else:
            answer = found
        told = (place[0], answer.status, (self._clock.time() - begun) * 1000, taken)
        if isinstance(api, RestAPI):
            eventmetrics.rest_answered((self._account_id, self._region), api.name, *told)
        else:
            eventmetrics.http_answered((self._account_id, self._region), api.api_id, *told)
        headers = [(kind.request_id, target.request_id), *answer.headers]
        if isinstance(api, Api):
            headers += httpapis.cors_headers(api, request)
        return Answer(answer.status, headers, answer.body)

    def _call(self, api: RestAPI | Api, kind: _Kind, call: Call, request: Request) -> Answer:
        who = ("apigateway.amazonaws.com", call.source, call.function_arn, call.credentials)
        if deliveries.refusal(*who) is not None:
            refused: Answer = kind.rules.REFUSED
            return refused
        done = self._invoke(call)
        if done is None or isinstance(done, RefusedInvocation):
            answer: Answer = kind.rules.REFUSED if done else kind.rules.TIMED_OUT
            return answer
        if isinstance(api, RestAPI):
            return restapis.shape(api, done.payload, done.failed, request)
        return httpapis.shape(done.payload, done.failed, call.event["version"])

    def _invoke(self, call: Call) -> Invocation | None:
        """Invoke a function; None where it takes longer than API Gateway waits."""
        function = get_backend(self._account_id, self._region).get_function(call.function_arn)
        done: list[Invocation] = []

        def invoke() -> None:
            done.append(self._functions.invoke(function, json.dumps(call.event)))

        self._clock.run(lambda: self._clock.within(call.timeout, invoke))
        return done[0] if done else None


def _target_of_rest(request: Request, stage: str | None) -> tuple[str, str]:
    """Stage and path of a request to a REST API, whose URLs all begin with the stage's name."""
    if stage is not None:
        return stage, request.path
    stage, _, path = request.path.lstrip("/").partition("/")
    return stage, "/" + path


def _target_of_http(api: Api, request: Request, stage: str | None) -> tuple[str, str]:
    """Stage and path of a request to an HTTP API; `$default` has no name in the URL."""
    if stage is not None:
        return stage, request.path
    first, _, path = request.path.lstrip("/").partition("/")
    if first in api.stages and first != httpapis.DEFAULT:
        return first, "/" + path
    return httpapis.DEFAULT, request.path or "/"


def install(mends: Mends, gateway: Gateway) -> None:
    _answer_in_kernel(gateway)

    def update_integration_mocks(self: RestAPI, stage_name: str | None) -> None:
        """moto mocks each path as a fixed address; here one pattern stands for every API."""

    mends.replace(RestAPI, "update_integration_mocks", update_integration_mocks)
    _mend_binary_types(mends)


def _mend_binary_types(mends: Mends) -> None:
    """moto drops the binary media types of CreateRestApi and of a body (models.py:1651, 1740)."""

    def create_rest_api(self: APIGatewayResponse) -> Any:
        answer = create(self)
        types = self._get_param("binaryMediaTypes")
        if not types:
            return answer
        api = self.backend.apis[json.loads(answer[2])["id"]]
        api.binaryMediaTypes = list(types)
        return answer[0], answer[1], json.dumps(api.to_dict())

    def put_rest_api(
        self: APIGatewayBackend, function_id: str, api_doc: dict[str, Any], **given: Any
    ) -> RestAPI:
        api = put(self, function_id, api_doc, **given)
        api.binaryMediaTypes = list(api_doc.get("x-amazon-apigateway-binary-media-types") or [])
        return api

    create: Callable[..., Any] = mends.replace(
        APIGatewayResponse, "create_rest_api", create_rest_api
    )
    put: Callable[..., RestAPI] = mends.replace(APIGatewayBackend, "put_rest_api", put_rest_api)


def _answer_in_kernel(gateway: Gateway) -> None:
    """Answer what `requests` sends from this process to an API's address.

    moto forgets the answer when it is stopped.
    """

    def respond(request: Any) -> tuple[int, list[tuple[str, str]], bytes]:
        address = urlsplit(request.url)
        body = request.body or b""
        found = HOST.match(request.url)
        assert found
        answer = gateway.answer(
            found["api"],
            Request(
                method=request.method,
                path=address.path,
                query=address.query,
                headers={k: str(v) for k, v in request.headers.items()},
                body=body.encode() if isinstance(body, str) else body,
            ),
        )
        return answer.status, answer.headers, answer.body

    for method in METHODS:
        callback = responses.CallbackResponse(
            url=HOST, method=method, callback=respond, content_type=None
        )
        responses_mock.upsert(callback)
