"""Defects of moto's Lambda. Each function returns True while its defect is there."""

from __future__ import annotations

import json
from typing import Any

import boto3
from _aws import error_code, function
from moto.awslambda.utils import get_backend
from moto.core import DEFAULT_ACCOUNT_ID


def _client() -> Any:
    return boto3.client("lambda")


def lambda_qualifier() -> bool:
    """An alias that is not there would be an error."""
    return error_code(lambda: _client().invoke(FunctionName=function(), Qualifier="no")) is None


def lambda_request_id() -> bool:
    """An id of Lambda's is a UUID."""
    answer = _client().invoke(FunctionName=function())
    return "-" not in answer["ResponseMetadata"]["RequestId"]


def lambda_response_size() -> bool:
    name = function()
    backend: Any = get_backend(DEFAULT_ACCOUNT_ID, "us-east-1")
    backend.lambda_simple_results_queue.append("x" * 6_200_000)
    return "FunctionError" in _client().invoke(FunctionName=name)


def lambda_reserved_variables() -> bool:
    kept = _client().update_function_configuration(
        FunctionName=function(), Environment={"Variables": {"AWS_REGION": "here"}}
    )
    return bool(kept["Environment"]["Variables"] == {"AWS_REGION": "here"})


def lambda_dropped_settings() -> bool:
    kept = _client().update_function_configuration(
        FunctionName=function(),
        DeadLetterConfig={"TargetArn": "arn:aws:sqs:us-east-1:123456789012:letters"},
        LoggingConfig={"LogFormat": "JSON"},
    )
    return "DeadLetterConfig" not in kept and "LoggingConfig" not in kept


def lambda_event_invoke_config() -> bool:
    name = function()
    for number in (0, 1):
        _client().put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=number)
    kept = _client().get_function_event_invoke_config(FunctionName=name)
    return bool(kept["MaximumRetryAttempts"] == 0)


def lambda_overbooked() -> bool:
    kept = _client().put_function_concurrency(
        FunctionName=function(), ReservedConcurrentExecutions=5000
    )
    return bool(kept["ReservedConcurrentExecutions"] == 5000)


def lambda_principal() -> bool:
    name, role = function(), "arn:aws:iam::123456789012:role/desk"
    _client().add_permission(
        FunctionName=name, StatementId="s", Action="lambda:InvokeFunction", Principal=role
    )
    policy = json.loads(_client().get_policy(FunctionName=name)["Policy"])
    return bool(policy["Statement"][0]["Principal"] == role)
