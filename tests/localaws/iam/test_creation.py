"""Roles are looked at when a function, a mapping or a state machine is made."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

ACCOUNT = "123456789012"
NOWHERE = f"arn:aws:iam::{ACCOUNT}:role/nowhere"
DONE = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}
NOT_LAMBDA = "The role defined for the function cannot be assumed by Lambda."
NOT_STATES = (
    "Neither the global service principal states.amazonaws.com, nor the regional one is "
    "authorized to assume the provided role."
)
NO_LOG = "The state machine IAM Role is not authorized to access the Log Destination"


def allow(*actions: str, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}


def error(call: Callable[[], Any]) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call()
    found = caught.value.response["Error"]
    return found["Code"], found["Message"]


@pytest.mark.parametrize("trusted", [None, "states.amazonaws.com"])
def test_a_function_needs_a_role_that_trusts_lambda(
    roles: Callable[..., str], make_function: Any, trusted: str | None
) -> None:
    role = roles("of-others", {"Service": trusted}) if trusted else NOWHERE
    functions = boto3.client("lambda")
    made = make_function("def lambda_handler(e, c): pass")
    refused = ("InvalidParameterValueException", NOT_LAMBDA)
    code = functions.get_function(FunctionName=made)["Configuration"]["CodeSha256"]
    assert code
    given = {"Runtime": "python3.13", "Handler": "app.f", "Code": {"ZipFile": b"PK"}, "Role": role}
    assert error(lambda: functions.create_function(FunctionName="new", **given)) == refused
    changed = {"FunctionName": made, "Role": role}
    assert error(lambda: functions.update_function_configuration(**changed)) == refused


@pytest.mark.parametrize("trusted", [None, "lambda.amazonaws.com"])
def test_a_machine_needs_a_role_that_trusts_step_functions(
    roles: Callable[..., str], make_machine: Any, trusted: str | None
) -> None:
    role = roles("of-others", {"Service": trusted}) if trusted else NOWHERE
    client = boto3.client("stepfunctions")
    refused = ("AccessDeniedException", NOT_STATES)
    given = {"name": "new", "definition": json.dumps(DONE), "roleArn": role}
    assert error(lambda: client.create_state_machine(**given)) == refused
    made = make_machine(DONE)
    changed = {"stateMachineArn": made, "roleArn": role}
    assert error(lambda: client.update_state_machine(**changed)) == refused


@pytest.mark.parametrize("missing", ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"])
def test_a_mapping_needs_what_lambda_does_with_the_queue(asker: Any, missing: str) -> None:
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="mapped", Attributes={"VisibilityTimeout": "60"})["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:mapped"
    actions = {"ReceiveMessage", "DeleteMessage", "GetQueueAttributes"}
    asker.may(allow(*(f"sqs:{one}" for one in sorted(actions - {missing})), resource=arn))
    mappings = boto3.client("lambda")

    def create() -> Any:
        return mappings.create_event_source_mapping(FunctionName="asks", EventSourceArn=arn)

    words = f"The function execution role does not have permissions to call {missing} on SQS"
    assert error(create) == ("InvalidParameterValueException", words)
    asker.may(allow("sqs:*", resource=arn))
    mappings.delete_event_source_mapping(UUID=create()["UUID"])
    sqs.delete_queue(QueueUrl=url)


def test_a_machine_that_logs_needs_to_deliver_logs(make_role: Callable[..., str]) -> None:
    boto3.client("logs").create_log_group(logGroupName="/aws/states/delivered")
    arn = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/states/delivered:*"
    logging = {
        "level": "ALL",
        "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}}],
    }
    client = boto3.client("stepfunctions")

    def create(name: str, *statements: dict[str, Any], level: str = "ALL") -> Any:
        return client.create_state_machine(
            name=name,
            definition=json.dumps(DONE),
            roleArn=make_role(*statements),
            loggingConfiguration=logging | {"level": level},
        )

    nothing, some = allow("states:*"), allow("logs:CreateLogDelivery", "logs:DescribeLogGroups")
    assert error(lambda: create("silent", nothing)) == ("AccessDeniedException", NO_LOG)
    assert error(lambda: create("silent", some))[0] == "AccessDeniedException"
    assert create("silent", nothing, level="OFF")
    assert create("loud", allow("logs:*"))


def test_waiting_for_an_execution_needs_a_managed_rule(make_role: Callable[..., str]) -> None:
    """.../step-functions/latest/dg/connect-stepfunctions.html#stepfunctions-iam"""
    wait = {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2"}
    task = wait | {"Parameters": {"StateMachineArn": "a"}, "End": True}
    branch = {"StartAt": "T", "States": {"T": task}}
    parallel = {"Type": "Parallel", "Branches": [branch], "End": True}
    definition = json.dumps({"StartAt": "P", "States": {"P": parallel}})
    client = boto3.client("stepfunctions")
    role = make_role(allow("states:*"))
    given = {"name": "waits", "definition": definition}
    assert error(lambda: client.create_state_machine(**given, roleArn=role)) == (
        "AccessDeniedException",
        f"'{role}' is not authorized to create managed-rule.",
    )
    name = "StepFunctionsGetEventsForStepFunctionsExecutionRule"
    rule = f"arn:aws:events:us-east-1:{ACCOUNT}:rule/{name}"
    actions = ("events:PutTargets", "events:PutRule", "events:DescribeRule")
    managed = {"StringEquals": {"events:ManagedBy": "states.amazonaws.com"}}
    able = make_role(allow(*actions, resource=rule, Condition=managed))
    assert client.create_state_machine(**given, roleArn=able)


def test_a_policy_may_name_no_version(asker: Any) -> None:
    """The policy templates of SAM name none."""
    policy = json.dumps({"Statement": [allow("dynamodb:ListTables")]})
    iam = boto3.client("iam")
    iam.put_role_policy(RoleName="asks", PolicyName="p", PolicyDocument=policy)
    assert isinstance(asker.ask("dynamodb", "list_tables"), dict)
    found = iam.get_role_policy(RoleName="asks", PolicyName="p")["PolicyDocument"]
    assert found == json.loads(policy)
