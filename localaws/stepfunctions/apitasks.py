"""apigateway:invoke: a Task that calls a deployed API.

moto drops all parameters but two, has its own URLs, and fails at every call
(state_task_service_api_gateway.py:102, :241, :272).

Rules: docs.aws.amazon.com/step-functions/latest/dg/connect-api-gateway.html. Who is authorised by
AuthType is not looked at.
"""

from __future__ import annotations

import http
from typing import Any
from urllib.parse import urlencode

import requests
from botocore.model import ShapeResolver
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_api_gateway,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment

from localaws.apigateway.gateway import HOST
from localaws.mending import Mends
from localaws.stepfunctions.jsontext import written

TASK = state_task_service_api_gateway.StateTaskServiceApiGateway
# What it may be given, in the form of botocore's models.
SHAPES = ShapeResolver(
    {
        "Text": {"type": "string"},
        "Texts": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Anything"}},
        "Anything": {"type": "structure", "members": {}, "document": True},
        "Invoke": {
            "type": "structure",
            "required": ["ApiEndpoint", "Method"],
            "members": {
                **{name: {"shape": "Text"} for name in ("ApiEndpoint", "Method", "Stage", "Path")},
                **{name: {"shape": "Texts"} for name in ("Headers", "QueryParameters")},
                **{name: {"shape": "Anything"} for name in ("RequestBody", "AllowNullValues")},
                "AuthType": {"shape": "Text"},
            },
        },
    }
)
PARAMETERS = SHAPES.get_shape_by_name("Invoke")


class ApiError(Exception):
    """An API has answered with an error, or there is none; `name` is that of the error."""

    def __init__(self, kind: str, cause: str) -> None:
        super().__init__(cause)
        self.name = f"ApiGateway.{kind}"


def install(mends: Mends) -> None:
    def call(self: Any, env: Environment, **given: Any) -> None:
        env.stack.append(_answer(given["normalised_parameters"]))

    mends.replace(TASK, "_SUPPORTED_API_PARAM_BINDINGS", {"invoke": {*PARAMETERS.members}})
    mends.replace(TASK, "_eval_service_task", call)


def _answer(given: dict[str, Any]) -> dict[str, Any]:
    path = "/".join(given[part].strip("/") for part in ("Stage", "Path") if given.get(part))
    query = urlencode(given.get("QueryParameters") or {}, doseq=True)
    headers = {name: _joined(each) for name, each in (given.get("Headers") or {}).items()}
    body = given.get("RequestBody")
    if body is not None and not isinstance(body, str):
        headers.setdefault("Content-Type", "application/json")
        body = written(body)
    url = f"https://{given['ApiEndpoint']}/{path}" + (f"?{query}" if query else "")
    data = body.encode() if body is not None else None
    if not HOST.match(url):  # another address would leave this machine
        raise ApiError("SdkClientException", f"Unable to execute HTTP request: {url}")
    # For as long as the Task's TimeoutSeconds allow.
    answer = requests.request(given["Method"], url, headers=headers, data=data, timeout=None)
    if answer.status_code >= http.HTTPStatus.BAD_REQUEST:
        raise ApiError(str(answer.status_code), answer.text)
    return {
        "Headers": {name: [text] for name, text in answer.headers.items()},
        "ResponseBody": _body(answer),
        "StatusCode": answer.status_code,
        "StatusText": http.HTTPStatus(answer.status_code).phrase,
    }


def _joined(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _body(answer: requests.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return answer.text
