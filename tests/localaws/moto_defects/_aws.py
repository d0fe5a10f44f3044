"""What the reproductions share: a state machine, a function, a queue, and how to wait."""

from __future__ import annotations

import io
import itertools
import json
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import boto3
from botocore.exceptions import ClientError
from moto.awslambda_simple.models import LambdaSimpleBackend
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser

NUMBERS = itertools.count(1)
INVOKE = "arn:aws:states:::lambda:invoke"
DONE: dict[str, Any] = {"Type": "Succeed"}
HOLD: dict[str, Any] = {"Type": "Wait", "Seconds": 60, "End": True}
FAILING: dict[str, Any] = {
    "Type": "Task",
    "Resource": "arn:aws:states:::dynamodb:getItem",
    "Parameters": {"TableName": "not-there", "Key": {"id": {"S": "a"}}},
    "End": True,
}


def sfn() -> Any:
    return boto3.client("stepfunctions")


def until(condition: Callable[[], Any], what: str) -> Any:
    end = time.monotonic() + 10
    while not (value := condition()):
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.005)
    return value


def error_code(call: Callable[[], Any]) -> str | None:
    """The code of the error that a call ends with (moto leaves some empty); None without one."""
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return None


def role() -> str:
    answer = boto3.client("iam").create_role(
        RoleName=f"role-{next(NUMBERS)}",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": []}),
    )
    return str(answer["Role"]["Arn"])


def machine(*states: dict[str, Any], **fields: Any) -> str:
    """A state machine of states "A", "B" and so on; returns its ARN."""
    named = {chr(ord("A") + index): state for index, state in enumerate(states)}
    answer = sfn().create_state_machine(
        name=f"machine-{next(NUMBERS)}",
        definition=json.dumps({"StartAt": "A", "States": named, **fields}),
        roleArn=role(),
    )
    return str(answer["stateMachineArn"])


def start(machine_arn: str, payload: Any = None) -> str:
    answer = sfn().start_execution(
        stateMachineArn=machine_arn,
        name=f"execution-{next(NUMBERS)}",
        input=json.dumps(payload or {}),
    )
    return str(answer["executionArn"])


def describe(execution_arn: str) -> dict[str, Any]:
    return dict(sfn().describe_execution(executionArn=execution_arn))


def ended(execution_arn: str) -> dict[str, Any]:
    until(lambda: describe(execution_arn)["status"] != "RUNNING", f"the end of {execution_arn}")
    return describe(execution_arn)


def run(*states: dict[str, Any], payload: Any = None, **fields: Any) -> dict[str, Any]:
    """Run a machine of these states to its end; returns DescribeExecution's answer."""
    return ended(start(machine(*states, **fields), payload))


def still_running(execution_arn: str) -> bool:
    """Whether an execution that was stopped runs on for longer than it would take to stop it."""
    end = time.monotonic() + 0.3
    while time.monotonic() < end and describe(execution_arn)["status"] == "RUNNING":
        time.sleep(0.01)
    return bool(describe(execution_arn)["status"] == "RUNNING")


def history(execution_arn: str) -> list[dict[str, Any]]:
    return list(sfn().get_execution_history(executionArn=execution_arn)["events"])


def event_types(execution_arn: str) -> list[str]:
    return [event["type"] for event in history(execution_arn)]


def function() -> str:
    """A function, of which plain moto runs nothing; returns its name."""
    name = f"function-{next(NUMBERS)}"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as package:
        package.writestr("app.py", "def lambda_handler(event, context):\n    return 'done'\n")
    boto3.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role(),
        Handler="app.lambda_handler",
        Code={"ZipFile": archive.getvalue()},
    )
    return name


def call(function_name: str, **fields: Any) -> dict[str, Any]:
    """A Task that invokes a function."""
    parameters = {"FunctionName": function_name, "Payload": {}}
    task = {"Type": "Task", "Resource": INVOKE, "Parameters": parameters, "End": True}
    return {**task, **fields}


@contextmanager
def slow_functions() -> Iterator[threading.Event]:
    """Every function returns when the event is set, and not before."""
    returns = threading.Event()

    def invoke(*_: Any, **__: Any) -> bytes:
        returns.wait(10)
        return b"{}"

    with patch.object(LambdaSimpleBackend, "invoke", invoke):
        try:
            yield returns
        finally:
            returns.set()


@contextmanager
def late_starts() -> Iterator[threading.Event]:
    """Executions that are started begin when the event is set, and not before."""
    parse, go_on = AmazonStateLanguageParser.parse, threading.Event()

    def parse_late(text: str) -> Any:
        go_on.wait(10)
        return parse(text)

    with patch.object(AmazonStateLanguageParser, "parse", parse_late):
        try:
            yield go_on
        finally:
            go_on.set()


@contextmanager
def invocations(*, failing: bool = False, answer: Any = None) -> Iterator[list[dict[str, Any]]]:
    """The events that functions are invoked with meanwhile."""
    events: list[dict[str, Any]] = []

    def invoke(*_: Any, body: str, response_headers: dict[str, str], **__: Any) -> bytes:
        events.append(json.loads(body))
        if failing:
            response_headers["x-amz-function-error"] = "Unhandled"
        return json.dumps(answer).encode()

    with patch.object(LambdaSimpleBackend, "invoke", invoke):
        yield events


def queue() -> tuple[str, str]:
    """A queue; returns its URL and its ARN."""
    client = boto3.client("sqs")
    url = client.create_queue(QueueName=f"queue-{next(NUMBERS)}")["QueueUrl"]
    attributes = client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return url, attributes["Attributes"]["QueueArn"]


def awaiting_answer() -> tuple[str, str]:
    """An execution whose only task waits for an answer: its ARN, and the token."""
    url, _ = queue()
    arn = start(
        machine(
            {
                "Type": "Task",
                "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                "Parameters": {"QueueUrl": url, "MessageBody.$": "$$.Task.Token"},
                "End": True,
            }
        )
    )
    sqs = boto3.client("sqs")
    [message] = until(lambda: sqs.receive_message(QueueUrl=url).get("Messages"), "the token")
    return arn, message["Body"]


def table() -> str:
    name = f"table-{next(NUMBERS)}"
    boto3.client("dynamodb").create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return name
