"""MiniStack on this machine, as boto3 finds it by AWS_ENDPOINT_URL, and a small shop in it.

It runs as its users run it, as a server in an environment of its own, and knows nothing of ours.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import psutil
import pytest

from starter import extras

HOST = "127.0.0.1"
PATIENCE = 120  # seconds
SETTINGS = {
    "BIND_HOST": HOST,
    "LAMBDA_EXECUTOR": "local",
    "LOG_LEVEL": "ERROR",
    "SFN_WAIT_SCALE": "0.01",  # of a second of a Wait state
}

STACK = "shop"
GROUP = "/shop/greetings"
WORKFLOW = {
    "StartAt": "AddCurrency",
    "States": {
        "AddCurrency": {
            "Type": "Pass",
            "Result": "EUR",
            "ResultPath": "$.currency",
            "Next": "IsLarge",
        },
        "IsLarge": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Pause"}],
            "Default": "WriteOrder",
        },
        "Pause": {"Type": "Wait", "Seconds": 1, "Next": "WriteOrder"},
        "WriteOrder": {
            "Type": "Task",
            "Resource": "arn:aws:states:::dynamodb:putItem",
            "Parameters": {
                "TableName": "Orders",
                "Item": {"orderId": {"S.$": "$.orderId"}},
                "ConditionExpression": "attribute_not_exists(orderId)",
            },
            "ResultPath": "$.written",
            "Catch": [
                {
                    "ErrorEquals": ["DynamoDB.ConditionalCheckFailedException"],
                    "ResultPath": "$.error",
                    "Next": "OrderedTwice",
                }
            ],
            "End": True,
        },
        "OrderedTwice": {"Type": "Fail", "Error": "OrderedTwice", "Cause": "It is there."},
    },
}
TEMPLATE = {
    "Resources": {
        "Orders": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "TableName": "Orders",
                "BillingMode": "PAY_PER_REQUEST",
                "KeySchema": [{"AttributeName": "orderId", "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": "orderId", "AttributeType": "S"}],
            },
        },
        "News": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "News"}},
        "Inbox": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "Inbox"}},
        "Subscription": {
            "Type": "AWS::SNS::Subscription",
            "Properties": {
                "TopicArn": {"Ref": "News"},
                "Protocol": "sqs",
                "Endpoint": {"Fn::GetAtt": ["Inbox", "Arn"]},
            },
        },
        "Workflow": {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {
                "StateMachineName": "Workflow",
                "DefinitionString": json.dumps(WORKFLOW),
                "RoleArn": "arn:aws:iam::000000000000:role/any",
            },
        },
    },
    "Outputs": {"WorkflowArn": {"Value": {"Ref": "Workflow"}}},
}


@pytest.fixture(scope="session")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a MiniStack that has just been started."""
    try:
        begin = extras.command("ministack", apart=True)
    except extras.Unavailable as unavailable:
        pytest.exit(str(unavailable), returncode=extras.SKIPPED)
    folder = tmp_path_factory.mktemp("ministack")
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    log = folder / "said.log"
    environ = {**os.environ, **SETTINGS, "GATEWAY_PORT": str(port), "TMPDIR": str(folder)}
    with log.open("wb") as said:
        server = subprocess.Popen(
            [*begin, "ministack"], cwd=folder, env=environ, stdout=said, stderr=said
        )
    try:
        _wait_for(port, server, log)
        yield f"http://{HOST}:{port}"
    finally:
        _end(server)


def _end(server: subprocess.Popen[bytes]) -> None:
    """End uv and what it runs, which on Windows would outlive it."""
    uv = psutil.Process(server.pid)
    for process in [*uv.children(recursive=True), uv]:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    server.wait()


def _wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.poll() is None:
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection((HOST, port)).close()
            return
        time.sleep(0.05)
    pytest.fail(f"MiniStack does not answer:\n{log.read_text('utf-8', errors='replace')}")


@dataclass(frozen=True)
class Shop:
    """A stack on MiniStack, and two executions: the same order twice."""

    machine: str
    first: str
    second: str


@pytest.fixture(scope="module")  # where lessons run, MiniStack is made to forget
def shop(ministack: str) -> Iterator[Shop]:
    """boto3 finds MiniStack by the variables that AWS's tools know."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", ministack)
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        patch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        patch.setenv("AWS_CONFIG_FILE", os.devnull)
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        cloudformation = boto3.client("cloudformation")
        cloudformation.create_stack(StackName=STACK, TemplateBody=json.dumps(TEMPLATE))
        [stack] = _once(
            lambda: cloudformation.describe_stacks(StackName=STACK)["Stacks"],
            lambda stacks: stacks[0]["StackStatus"] == "CREATE_COMPLETE",
        )
        [output] = stack["Outputs"]
        executions = [
            execute(output["OutputValue"], name, {"orderId": "order-1", "total": total})
            for name, total in (("first", 150), ("second", 50))
        ]
        _greet()
        yield Shop(output["OutputValue"], *executions)


def execute(machine: str, name: str, value: Any) -> str:
    """Run an execution to its end; its ARN."""
    sfn = boto3.client("stepfunctions")
    started = sfn.start_execution(stateMachineArn=machine, name=name, input=json.dumps(value))
    arn = str(started["executionArn"])
    _once(
        lambda: sfn.describe_execution(executionArn=arn),
        lambda execution: execution["status"] != "RUNNING",
    )
    return arn


def _greet() -> None:
    """A message in the queue, and a line in a log group."""
    sqs, logs = boto3.client("sqs"), boto3.client("logs")
    url = sqs.get_queue_url(QueueName="Inbox")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="Good morning.")
    stream = {"logGroupName": GROUP, "logStreamName": "all"}
    logs.create_log_group(logGroupName=GROUP)
    logs.create_log_stream(**stream)
    line = {"timestamp": int(time.time() * 1000), "message": "Good morning."}
    logs.put_log_events(**stream, logEvents=[line])


def _once(ask: Callable[[], Any], holds: Callable[[Any], bool]) -> Any:
    """The answer, as soon as it is as it should be."""
    until = time.monotonic() + PATIENCE
    while not holds(answer := ask()):
        assert time.monotonic() < until, answer
        time.sleep(0.05)
    return answer
