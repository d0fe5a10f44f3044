"""Faults of functions, when faults strike, and how they are told of."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from localaws import clock, faults

pytestmark = pytest.mark.usefixtures("no_faults_left")
SECOND = timedelta(seconds=1)
QUIET = "def lambda_handler(event, context): return 'done'"
# A retrier that waits 10, 20 and 40 seconds.
PATIENT = {
    "ErrorEquals": ["GatewayTimeout", "Lambda.TooManyRequestsException"],
    "IntervalSeconds": 10,
    "BackoffRate": 2,
    "MaxAttempts": 3,
}


@pytest.fixture
def no_faults_left(cloud: Any) -> Iterator[None]:
    yield
    faults.clear()


def retrying(function: str) -> dict[str, Any]:
    """A state machine of one Task that is tried again."""
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": function},
        "Retry": [PATIENT],
        "End": True,
    }
    return {"StartAt": "Call", "States": {"Call": task}}


def failures(run: Any) -> list[str]:
    """The errors of an execution's failed tasks."""
    details = [event.get("taskFailedEventDetails") for event in run.events]
    return [detail["error"] for detail in details if detail]


def log_messages(function: str) -> list[str]:
    answer = boto3.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{function}")
    return [event["message"] for event in answer["events"]]


def invoke_once(function: str) -> Any:
    """Invoke, without boto3's own retries."""
    client = boto3.client("lambda", config=Config(retries={"max_attempts": 0}))
    return client.invoke(FunctionName=function)


def test_a_function_raises_what_its_handler_does_not(
    make_function: Any, invoke: Any, run_task: Any
) -> None:
    name = make_function("def lambda_handler(event, context): print('the handler runs')")
    faults.inject(function=name, error="GatewayTimeout", message="no answer")

    answer = invoke(name)
    error = answer["payload"]
    assert answer["error"] == "Unhandled"
    assert list(error) == ["errorMessage", "errorType", "requestId", "stackTrace"]
    assert (error["errorType"], error["errorMessage"]) == ("GatewayTimeout", "no answer")
    lines = answer["log"].splitlines()
    assert [line.split(" ")[0] for line in lines] == ["START", "[ERROR]", "END", "REPORT"]
    assert lines[1] == "[ERROR] GatewayTimeout: no answer"
    assert lines[0] == f"START RequestId: {error['requestId']} Version: $LATEST"
    assert log_messages(name)[1:] == lines  # behind INIT_START

    run = run_task(name)
    assert run.description["error"] == "GatewayTimeout"
    assert json.loads(run.description["cause"])["errorMessage"] == "no answer"
    assert failures(run) == ["GatewayTimeout"]


def test_a_spike_makes_an_invocation_longer(make_function: Any, invoke: Any) -> None:
    name = make_function(QUIET)
    faults.inject(function=name, latency=1.5)
    answer = invoke(name)
    assert answer["payload"] == "done"
    milliseconds = float(answer["log"].split("\tDuration: ")[1].split(" ms")[0])
    assert 1500 <= milliseconds < 2900


@pytest.mark.parametrize("error", [None, "GatewayTimeout"])
def test_a_spike_beyond_the_timeout_is_a_timeout(
    make_function: Any, invoke: Any, run_task: Any, error: str | None
) -> None:
    name = make_function(QUIET, Timeout=1)
    faults.inject(function=name, latency=5, error=error)
    answer = invoke(name)
    assert answer["payload"]["errorType"] == "Sandbox.Timedout"
    assert answer["log"].endswith("\tStatus: timeout\n")
    assert "Duration: 1000.00 ms" in answer["log"]
    assert run_task(name).description["error"] == "Sandbox.Timedout"


def test_a_throttled_function_answers_429(make_function: Any, run_task: Any) -> None:
    """The fields: docs.aws.amazon.com/lambda/latest/api/API_Invoke.html"""
    name = make_function(QUIET)
    faults.inject(function=name, error="Lambda.TooManyRequestsException")
    with pytest.raises(ClientError) as caught:
        invoke_once(name)
    answer = caught.value.response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 429
    assert answer["Error"] == {"Code": "TooManyRequestsException", "Message": "Rate Exceeded."}
    assert answer["Type"] == "User"
    assert answer["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"

    run = run_task(name)
    assert run.description["error"] == "Lambda.TooManyRequestsException"
    assert run.description["cause"].startswith(
        "Rate Exceeded. (Service: AWSLambda; Status Code: 429; "
        "Error Code: TooManyRequestsException; Request ID: "
    )
    groups = boto3.client("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")
    assert groups["logGroups"] == []  # no code has run


def test_an_error_of_lambdas_own(make_function: Any, run_task: Any) -> None:
    name = make_function(QUIET)
    faults.inject(function=name, error="Lambda.ServiceException")
    assert run_task(name).description["error"] == "Lambda.ServiceException"


@pytest.mark.simulated_clock
def test_a_throttled_asynchronous_invocation_is_tried_again(make_function: Any) -> None:
    """After 1, 2, 4, … seconds: lambda/latest/dg/invocation-async-error-handling.html"""
    name = make_function(QUIET)
    fault = faults.inject(
        function=name, error="Lambda.TooManyRequestsException", until=clock.now + 5 * SECOND
    )
    boto3.client("lambda").invoke(FunctionName=name, InvocationType="Event")
    clock.advance(seconds=30)
    assert fault.struck == 3  # at once, after 1 and after 3 seconds
    words = [line.split(" ")[0] for line in log_messages(name)]
    assert words == ["INIT_START", "START", "END", "REPORT"]


@pytest.mark.simulated_clock
def test_a_throttled_function_leaves_its_messages_on_the_queue(make_function: Any) -> None:
    """They come again after the visibility timeout: lambda/latest/dg/services-sqs-configure.html"""
    name = make_function(QUIET)
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName=f"for-{name}", Attributes={"VisibilityTimeout": "30"})
    arn = f"arn:aws:sqs:us-east-1:123456789012:for-{name}"
    boto3.client("lambda").create_event_source_mapping(EventSourceArn=arn, FunctionName=name)
    fault = faults.inject(
        function=name, error="Lambda.TooManyRequestsException", until=clock.now + 50 * SECOND
    )
    sqs.send_message(QueueUrl=url["QueueUrl"], MessageBody="order")
    clock.advance(seconds=55)
    assert fault.struck == 10  # after pauses of 1, 2, 4 and 8 seconds while it is hidden; twice
    clock.advance(seconds=10)
    words = [line.split(" ")[0] for line in log_messages(name)]
    assert words == ["INIT_START", "START", "END", "REPORT"]


@pytest.mark.simulated_clock
def test_retry_outlasts_a_window(make_function: Any, make_machine: Any, shop: Any) -> None:
    """The waits of 10 and 20 seconds lead past the end of the fault, at 25 seconds."""
    name = make_function(QUIET)
    began = clock.now
    fault = faults.inject(function=name, error="GatewayTimeout", until=began + 25 * SECOND)
    run = shop.run({}, "outlasts", make_machine(retrying(name)))
    assert run.status == "SUCCEEDED"
    assert failures(run) == ["GatewayTimeout"] * 2
    assert fault.struck == 2
    assert 30 * SECOND <= run.description["stopDate"] - began < 33 * SECOND


@pytest.mark.simulated_clock
def test_nothing_strikes_outside_its_window(make_function: Any, invoke: Any) -> None:
    name = make_function(QUIET)
    invoke(name)  # a cold start would take the window's time
    opens, closes = clock.now + 60 * SECOND, clock.now + 120 * SECOND
    fault = faults.inject(function=name, error="Late", from_=opens, until=closes)
    outcomes = []
    for moment in (opens - SECOND, opens, closes - SECOND, closes):
        clock.advance(seconds=(moment - clock.now).total_seconds())
        outcomes.append(invoke(name)["error"])
    assert outcomes == [None, "Unhandled", "Unhandled", None]
    assert fault.struck == 2


def test_a_fault_ends_with_its_block_or_its_removal(make_function: Any, invoke: Any) -> None:
    name = make_function(QUIET)
    with faults.inject(function=name, error="Bad", name="mine") as fault:
        assert invoke(name)["error"] == "Unhandled"
        assert faults.active() == [fault]
    assert faults.active() == []
    faults.inject(function=name, error="Bad", name="mine")
    faults.remove("mine")
    assert invoke(name)["error"] is None


def test_a_hidden_fault_strikes_and_is_not_told_of(make_function: Any, invoke: Any) -> None:
    name = make_function(QUIET)
    with faults.inject(function=name, error="Secret", name="hidden one", hidden=True):
        told = faults.inject(function=name, latency=1)
        assert list(faults.active()) == [told]
        faults.clear()
        with pytest.raises(ValueError, match="There are: none"):
            faults.remove("hidden one")
        assert invoke(name)["payload"]["errorType"] == "Secret"
    assert invoke(name)["payload"] == "done"


def test_faults_read_as_a_table(make_function: Any, invoke: Any) -> None:
    name = make_function(QUIET)
    assert repr(faults.active()) == "No faults."
    fault = faults.inject(function=name, error="Bad<er>", latency=0.25, rate=1, name="mine")
    invoke(name)
    heading, row = repr(faults.active()).splitlines()
    assert " ".join(heading.split()) == "name target what it does rate from until struck"
    effect = "takes 0.25 s longer and raises Bad<er>"
    cells = ["mine", f"function {name}", effect, "1", f"{fault.from_:%Y-%m-%d %H:%M:%S}", "1"]
    assert [cell.strip() for cell in row.split("  ") if cell.strip()] == cells
    assert "raises Bad&lt;er&gt;" in faults.active()._repr_html_()


def test_a_name_without_one_given(make_function: Any) -> None:
    name = make_function(QUIET)
    assert faults.inject(function=name, error="Bad").name == f"{name} raises Bad"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"error": "X"}, "A fault has one target: one of function, table, queue, topic, service"),
        ({"function": "f", "table": "t", "error": "X"}, "A fault has one target"),
        ({"table": "dev-Order", "error": "X"}, "There is no table 'dev-Order'. Did you mean 'dev-"),
        ({"service": "dynamo", "error": "X"}, "boto3 knows no service 'dynamo'"),
        ({"service": "dynamodb"}, "A fault has an error, a latency, or both"),
        ({"service": "dynamodb", "latency": 1, "message": "m"}, "Only an error has a message"),
        ({"service": "dynamodb", "latency": -1}, "latency is a number of seconds, 0 or more"),
        ({"service": "dynamodb", "error": "Oops"}, "dynamodb has no error 'Oops'. It has: Access"),
        ({"service": "cloudwatch", "latency": 1, "rate": 1.1}, "rate is a part of all, from 0"),
        (
            {"service": "sns", "operations": ["PublishMessage"], "latency": 1},
            "sns has no API action 'PublishMessage'. Did you mean 'Publish'?",
        ),
        ({"service": "sns", "operations": "Publish", "latency": 1}, "is a list of API actions"),
        (
            {"function": "dev-ProcessPaymentFunction", "operations": ["Invoke"], "error": "X"},
            "A function has no operations",
        ),
        (
            {
                "function": "dev-ProcessPaymentFunction",
                "error": "Lambda.ServiceException",
                "latency": 1,
            },
            "What Lambda refuses, it refuses at once",
        ),
        (
            {"function": "dev-ProcessPaymentFunction", "error": "Lambda.Oops"},
            "lambda has no error 'Oops'",
        ),
    ],
)
def test_nonsense_is_refused(shop: Any, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        faults.inject(**arguments)
    assert faults.active() == []


def test_a_window_must_make_sense(shop: Any) -> None:
    def inject(**window: datetime) -> None:
        faults.inject(service="sns", latency=1, **window)

    now = clock.now
    with pytest.raises(ValueError, match=r"would be over .* before it begins"):
        inject(from_=now + 2 * SECOND, until=now + SECOND)
    with pytest.raises(ValueError, match="would be over already"):
        inject(from_=now - 9 * SECOND, until=now - SECOND)
    with pytest.raises(ValueError, match="until needs a time zone"):
        inject(until=now.replace(tzinfo=None))


def test_a_name_is_taken_once(shop: Any) -> None:
    faults.inject(service="sns", latency=1, name="slow")
    with pytest.raises(ValueError, match=r"There is a fault named 'slow'. Remove it first"):
        faults.inject(service="sqs", latency=1, name="slow")
    with pytest.raises(ValueError, match=r"There is no fault named 'slo'. There are: 'slow'"):
        faults.remove("slo")
