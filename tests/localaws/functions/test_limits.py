"""What Lambda refuses: lambda/latest/dg/gettingstarted-limits.html, .../lambda-concurrency.html"""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

CODE = "def lambda_handler(event, context): return len(event)"


@pytest.fixture
def client(cloud: Any) -> Any:
    """Lambda, without boto3's own retries."""
    return boto3.client("lambda", config=Config(retries={"max_attempts": 0}))


def error_of(call: Any, **given: Any) -> dict[str, Any]:
    with pytest.raises(ClientError) as refused:
        call(**given)
    response: dict[str, Any] = refused.value.response
    return response


@pytest.mark.parametrize(("kind", "limit"), [("RequestResponse", 6 << 20), ("Event", 1 << 20)])
def test_an_event_that_is_too_large(make_function: Any, client: Any, kind: str, limit: int) -> None:
    name = make_function(CODE)
    given = {"FunctionName": name, "InvocationType": kind}
    refused = error_of(client.invoke, **given, Payload=b'"' + b"x" * (limit - 1) + b'"')
    assert refused["ResponseMetadata"]["HTTPStatusCode"] == 413
    assert refused["Error"] == {
        "Code": "RequestEntityTooLargeException",
        "Message": f"Request must be smaller than {limit} bytes for the InvokeFunction operation",
    }
    assert client.invoke(**given, Payload=b'"' + b"x" * (limit - 2) + b'"')["StatusCode"] < 300


def test_an_event_that_is_no_json(make_function: Any, client: Any) -> None:
    name = make_function(CODE)
    for payload in (b"{", b"NaN"):
        refused = error_of(client.invoke, FunctionName=name, Payload=payload)
        assert refused["Error"]["Code"] == "InvalidRequestContentException"
        assert refused["Error"]["Message"].startswith("Could not parse request body into json: ")


def test_a_result_that_is_too_large(make_function: Any, client: Any) -> None:
    name = make_function("def lambda_handler(event, context): return 'x' * event", Timeout=30)
    assert len(client.invoke(FunctionName=name, Payload=b"6291554")["Payload"].read()) == 6291556
    answer = client.invoke(FunctionName=name, Payload=b"6291555")
    assert answer["FunctionError"] == "Unhandled"
    assert json.loads(answer["Payload"].read()) == {
        "errorType": "Function.ResponseSizeTooLarge",
        "errorMessage": "Response payload size exceeded maximum allowed payload size "
        "(6291556 bytes).",
    }


def test_reserved_concurrency(make_function: Any, client: Any, cloud: Any) -> None:
    name = make_function(CODE)
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    refused = error_of(client.invoke, FunctionName=name, Payload=b"[]")
    assert refused["ResponseMetadata"]["HTTPStatusCode"] == 429
    assert refused["Error"]["Code"] == "TooManyRequestsException"
    assert refused["Error"]["Message"] == "Rate Exceeded."
    assert refused["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    assert client.invoke(FunctionName=name, Payload=b"[]")["StatusCode"] == 200
    client.delete_function_concurrency(FunctionName=name)
    assert client.invoke(FunctionName=name, Payload=b"[]")["StatusCode"] == 200


def test_the_account_keeps_a_hundred(make_function: Any, client: Any) -> None:
    one, other = make_function(CODE), make_function(CODE)
    client.put_function_concurrency(FunctionName=one, ReservedConcurrentExecutions=800)
    refused = error_of(
        client.put_function_concurrency, FunctionName=other, ReservedConcurrentExecutions=101
    )
    assert refused["Error"]["Message"] == (
        "Specified ReservedConcurrentExecutions for function decreases account's "
        "UnreservedConcurrentExecution below its minimum value of [100]."
    )
    client.delete_function_concurrency(FunctionName=one)


@pytest.mark.simulated_clock
@pytest.mark.parametrize(
    ("reserved", "reason", "number"),
    [
        (2, "ReservedFunctionConcurrentInvocationLimitExceeded", 3),
        (None, "ConcurrentInvocationLimitExceeded", 101),
    ],
)
def test_more_at_one_time_than_are_allowed(
    make_function: Any, client: Any, cloud: Any, reserved: int | None, reason: str, number: int
) -> None:
    """Each call holds an environment of its own; one too many is throttled, and tried again."""
    code = "import time\ndef lambda_handler(event, context): time.sleep(30)"
    name = make_function(code, Timeout=60)
    other = make_function(CODE)
    if reserved is None:
        client.put_function_concurrency(FunctionName=other, ReservedConcurrentExecutions=900)
    else:
        client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=reserved)
    for _ in range(number):
        client.invoke(FunctionName=name, InvocationType="Event")
    cloud.clock.advance(seconds=10)
    refused = error_of(client.invoke, FunctionName=name)
    assert refused["Reason"] == reason
    assert client.invoke(FunctionName=other, Payload=b"[]")["StatusCode"] == 200
    cloud.clock.advance(minutes=20)
    found = boto3.client("logs").get_paginator("filter_log_events")
    pages = found.paginate(logGroupName=f"/aws/lambda/{name}")
    messages = [event["message"] for page in pages for event in page["events"]]
    assert len([m for m in messages if m.startswith("REPORT")]) == number
    for function in (name, other):
        client.delete_function_concurrency(FunctionName=function)
