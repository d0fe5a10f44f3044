"""What AWS's own evaluator makes of a state's data, step by step: the TestState API.

docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlparse

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from orderlab.console.executions.reading import client
from orderlab.console.inspecting.standins import CONTEXT, mentions_context
from orderlab.console.inspecting.values import UNKNOWN, load

MANY = 99_999_999  # AWS's largest MaxAttempts: no Retrier goes on after so many retries


@dataclass(frozen=True)
class Evaluation:
    """An answer of TestState with its JSON read; without one, `refusal` says why.

    Attributes:
        fields: inspectionData (afterInputPath, afterParameters, ...).
        output: UNKNOWN, where the state failed.
        retrier, catcher: which one of Retry and Catch fits the error, counted from 0.
    """

    status: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    output: Any = UNKNOWN
    error: str | None = None
    cause: str | None = None
    next_state: str | None = None
    retrier: int | None = None
    catcher: int | None = None
    refusal: str = ""

    def get(self, name: str) -> Any:
        return self.fields.get(name, UNKNOWN)


def result_of(value: Any) -> dict[str, Any]:
    """A mock: the service answers."""
    return {"result": json.dumps(value), "fieldValidationMode": "NONE"}


def error_of(error: str | None, cause: str | None) -> dict[str, Any]:
    """A mock: the service fails."""
    return {"errorOutput": {"error": error or "States.TaskFailed", "cause": cause or ""}}


def evaluate(
    tester: Any,
    state: dict[str, Any],
    data: str,
    scope: Mapping[str, Any],
    context: Mapping[str, Any],
    mock: dict[str, Any] | None = None,
    retries: int = 0,
) -> Evaluation:
    """Ask TestState about a stand-in.

    Args:
        tester: see `tester_of`.
        data: the state's input, JSON text.
        scope: the variables before it.
        mock: see `result_of` and `error_of`. A Task must have one: without, it would be called.
        retries: how often the Retrier that fits has retried before.
    """
    assert state["Type"] != "Task" or mock is not None, "a service would be called"
    needed = {CONTEXT: context} if mentions_context(state) else {}
    request: dict[str, Any] = {
        "definition": json.dumps(state),
        "input": data,
        "inspectionLevel": "DEBUG",
        "variables": json.dumps({**scope, **needed}),
    }
    if mock is not None:
        request |= {"mock": mock, "stateConfiguration": {"retrierRetryCount": retries}}
    try:
        answer = tester.test_state(**request)
    except (ClientError, BotoCoreError) as error:
        return Evaluation(refusal=" ".join(str(error).split()))
    return _read(answer)


def tester_of(arn: str) -> Any:
    """The client to ask, in the execution's region."""
    plain = client(arn)
    host = urlparse(plain.meta.endpoint_url).hostname or ""
    if host.endswith((".amazonaws.com", ".amazonaws.com.cn")):
        return plain
    # TestState's host is "sync-" and the service's, which another endpoint does not have.
    config = Config(inject_host_prefix=False)
    return boto3.client("stepfunctions", region_name=plain.meta.region_name, config=config)


def _read(answer: Mapping[str, Any]) -> Evaluation:
    found = answer.get("inspectionData", {})
    fields = {name: load(one) if isinstance(one, str) else one for name, one in found.items()}
    if isinstance(fields.get("variables"), dict):
        fields["variables"].pop(CONTEXT, None)
    handled = found.get("errorDetails", {})
    return Evaluation(
        status=answer["status"],
        fields=fields,
        output=load(answer.get("output")),
        error=answer.get("error"),
        cause=answer.get("cause"),
        next_state=answer.get("nextState"),
        retrier=handled.get("retryIndex"),
        catcher=handled.get("catchIndex"),
    )
