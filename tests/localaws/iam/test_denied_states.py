"""What a state fails with whose machine's role may not do what it asks for.

An optimised integration calls through the AWS SDK for Java, version 1: a code that the service's
model does not name has the service's base class. Lambda's is from
github.com/aws-samples/lambda-refarch-imagerecognition/issues/19, that of Step Functions from
github.com/localstack/localstack/pull/1869. An SDK integration calls through version 2.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import boto3
import pytest

ACCOUNT = "123456789012"
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:t"
QUEUE = f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/q"
MACHINE = f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:m"
KEY = {"id": {"S": "1"}}


def allow(*actions: str, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}


@pytest.fixture
def run(make_role: Callable[..., str], shop: Any) -> Callable[..., Any]:
    """Run one Task in a role of these statements."""
    client = boto3.client("stepfunctions")
    numbers = iter(range(1000))

    def start(task: dict[str, Any], *statements: dict[str, Any]) -> Any:
        definition = {"StartAt": "Ask", "States": {"Ask": {"Type": "Task", "End": True, **task}}}
        name = f"denied-{next(numbers)}-{id(start)}"
        role = make_role(*(statements or [allow("xray:PutTraceSegments")]))
        made = client.create_state_machine(
            name=name, definition=json.dumps(definition), roleArn=role
        )
        execution = shop.run({}, name, made["stateMachineArn"])
        client.delete_state_machine(stateMachineArn=made["stateMachineArn"])
        execution.role = role.rpartition("/")[2]
        return execution

    return start


@pytest.mark.parametrize(
    ("resource", "parameters", "error", "action", "told"),
    [
        (
            "lambda:invoke",
            {"FunctionName": "f"},
            "Lambda.AWSLambdaException",
            "lambda:InvokeFunction",
            "Service: AWSLambda; Status Code: 403; Error Code: AccessDeniedException; ",
        ),
        (
            "dynamodb:getItem",
            {"TableName": "T", "Key": KEY},
            "DynamoDB.AmazonDynamoDBException",
            "dynamodb:GetItem",
            "Service: AmazonDynamoDBv2; Status Code: 400; Error Code: AccessDeniedException; ",
        ),
        (
            "sns:publish",
            {"TopicArn": TOPIC, "Message": "hello"},
            "SNS.AuthorizationErrorException",
            "SNS:Publish",
            "Service: AmazonSNS; Status Code: 403; Error Code: AuthorizationError; ",
        ),
        (
            "sqs:sendMessage",
            {"QueueUrl": QUEUE, "MessageBody": "hello"},
            "SQS.AmazonSQSException",
            "sqs:sendmessage",
            "Service: AmazonSQS; Status Code: 403; Error Code: AccessDenied; ",
        ),
        (
            "states:startExecution",
            {"StateMachineArn": MACHINE},
            "StepFunctions.AWSStepFunctionsException",
            "states:StartExecution",
            "Service: AWSStepFunctions; Status Code: 400; Error Code: AccessDeniedException; ",
        ),
        (
            "aws-sdk:dynamodb:getItem",
            {"TableName": "T", "Key": KEY},
            "DynamoDb.DynamoDbException",
            "dynamodb:GetItem",
            "Service: DynamoDb, Status Code: 400, ",
        ),
        (
            "aws-sdk:sfn:startExecution",
            {"StateMachineArn": MACHINE},
            "Sfn.SfnException",
            "states:StartExecution",
            "Service: Sfn, Status Code: 400, ",
        ),
        (
            "aws-sdk:lambda:invoke",
            {"FunctionName": "f"},
            "Lambda.LambdaException",
            "lambda:InvokeFunction",
            "Service: Lambda, Status Code: 403, ",
        ),
    ],
)
def test_the_name_of_the_error(
    run: Callable[..., Any], resource: str, parameters: Any, error: str, action: str, told: str
) -> None:
    execution = run({"Resource": f"arn:aws:states:::{resource}", "Parameters": parameters})
    assert execution.status == "FAILED"
    cause = execution.description["cause"]
    assert execution.description["error"] == error, cause
    session = rf"arn:aws:sts::{ACCOUNT}:assumed-role/{execution.role}/[A-Za-z]{{32}}"
    begin = rf"User: {session} is not authorized to perform: {action} on resource: arn:aws:"
    reason = f"because no identity-based policy allows the {action} action"
    assert re.match(rf"{begin}\S+ {reason} \({told}Request ID: ", cause), cause


def test_a_retry_of_the_documented_errors_repeats_a_missing_permission(
    run: Callable[..., Any],
) -> None:
    """As AWS recommends it: .../step-functions/latest/dg/bp-lambda-serviceexception.html"""
    retry = {"ErrorEquals": ["Lambda.AWSLambdaException"], "MaxAttempts": 2, "IntervalSeconds": 1}
    task = {"Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}}
    execution = run(task | {"Retry": [retry]})
    assert [one["error"] for one in execution.failures()] == ["Lambda.AWSLambdaException"] * 3


def test_a_resource_policy_lets_a_machine_in(
    run: Callable[..., Any], make_function: Callable[..., str], make_role: Callable[..., str]
) -> None:
    """Within one account either policy is enough."""
    name = make_function("def lambda_handler(e, c): return 1")
    task = {"Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": name}}
    assert run(task).status == "FAILED"
    boto3.client("lambda").add_permission(
        FunctionName=name, StatementId="all", Action="lambda:InvokeFunction", Principal="*"
    )
    assert run(task).status == "SUCCEEDED"


def test_a_task_may_take_another_role(
    run: Callable[..., Any], make_role: Callable[..., str], table: str, roles: Any
) -> None:
    """.../step-functions/latest/dg/concepts-access-cross-acct-resources.html"""
    role = roles("other", {"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
    policy = {"Version": "2012-10-17", "Statement": [allow("dynamodb:GetItem")]}
    boto3.client("iam").put_role_policy(
        RoleName="other", PolicyName="p", PolicyDocument=json.dumps(policy)
    )
    task = {
        "Resource": "arn:aws:states:::dynamodb:getItem",
        "Parameters": {"TableName": table, "Key": KEY},
        "Credentials": {"RoleArn": role},
    }
    assert run(task, allow("sts:AssumeRole")).status == "SUCCEEDED"
    refused = run(task, allow("dynamodb:*"))
    assert refused.status == "FAILED"
    assert f"sts:AssumeRole on resource: {role}" in refused.description["cause"]


def test_a_callback_needs_the_permission_for_the_machine_that_waits(
    asker: Any, make_machine: Any, shop: Any
) -> None:
    """SAM's StepFunctionsCallbackPolicy names that machine."""
    url = boto3.client("sqs").create_queue(QueueName="waiting")["QueueUrl"]
    waiting = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": url, "MessageBody.$": "$$.Task.Token"},
        "End": True,
    }
    machine = make_machine({"StartAt": "Wait", "States": {"Wait": waiting}})
    execution = shop.start({}, "waiting", machine)
    shop.stepfunctions.get_execution_history(executionArn=execution)
    received = boto3.client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=1)
    given = {"taskToken": received["Messages"][0]["Body"], "output": "1"}
    asker.may(allow("states:SendTaskSuccess", resource=f"{machine}-2"))
    _, message, _ = asker.ask("stepfunctions", "send_task_success", **given)
    assert f"states:SendTaskSuccess on resource: {machine} because" in message
    asker.may(allow("states:SendTaskSuccess", resource=machine))
    assert isinstance(asker.ask("stepfunctions", "send_task_success", **given), dict)
    assert shop.ended(execution).status == "SUCCEEDED"
