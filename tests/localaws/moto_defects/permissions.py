"""Roles, policies and permissions."""

from __future__ import annotations

import json
from typing import Any

import boto3
from _aws import DONE, NUMBERS, error_code, function, machine, role, run, sfn

NOWHERE = "arn:aws:iam::123456789012:role/nowhere"
SYNC = "arn:aws:states:::states:startExecution.sync:2"


def _queue(name: str) -> tuple[str, str]:
    """A queue's URL and ARN."""
    url = boto3.client("sqs").create_queue(QueueName=f"{name}-{next(NUMBERS)}")["QueueUrl"]
    return url, f"arn:aws:sqs:us-east-1:123456789012:{url.rpartition('/')[2]}"


def _ask(**task: Any) -> str:
    """How a Task ends that lists the tables, in a role that allows nothing."""
    resource = "arn:aws:states:::aws-sdk:dynamodb:listTables"
    return str(run({"Type": "Task", "Resource": resource, "End": True, **task})["status"])


def iam_enforcement() -> bool:
    return _ask(Parameters={}) == "SUCCEEDED"


def iam_task_credentials() -> bool:
    return _ask(Parameters={}, Credentials={"RoleArn": NOWHERE}) == "SUCCEEDED"


def iam_resource_policies() -> bool:
    url, arn = _queue("letters")
    sns = boto3.client("sns")
    topic = sns.create_topic(Name="letters")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    sns.publish(TopicArn=topic, Message="hello")
    return "Messages" in boto3.client("sqs").receive_message(QueueUrl=url)


def iam_function_trust() -> bool:
    """The role of this function trusts nobody."""
    return bool(function())


def iam_mapping_permissions() -> bool:
    _, arn = _queue("mapped")
    mappings = boto3.client("lambda")
    made = mappings.create_event_source_mapping(FunctionName=function(), EventSourceArn=arn)
    mappings.delete_event_source_mapping(UUID=made["UUID"])
    return True


def iam_machine_trust() -> bool:
    definition = json.dumps({"StartAt": "A", "States": {"A": DONE}})
    given = {"name": f"machine-{next(NUMBERS)}", "definition": definition}
    return error_code(lambda: sfn().create_state_machine(**given, roleArn=NOWHERE)) is None


def iam_machine_update() -> bool:
    given = {"stateMachineArn": machine(DONE), "roleArn": NOWHERE}
    return error_code(lambda: sfn().update_state_machine(**given)) is None


def iam_log_delivery() -> bool:
    boto3.client("logs").create_log_group(logGroupName="delivered")
    arn = "arn:aws:logs:us-east-1:123456789012:log-group:delivered:*"
    logging = {"level": "ALL", "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}}]}
    definition = json.dumps({"StartAt": "A", "States": {"A": DONE}})
    given = {"name": "logs", "definition": definition, "loggingConfiguration": logging}
    return error_code(lambda: sfn().create_state_machine(**given, roleArn=role())) is None


def iam_managed_rule() -> bool:
    task = {"Type": "Task", "Resource": SYNC, "Parameters": {"StateMachineArn": "a"}, "End": True}
    return bool(machine(task))


def iam_policies_of_aws() -> bool:
    name = role().rpartition("/")[2]
    arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    attach = boto3.client("iam").attach_role_policy
    return error_code(lambda: attach(RoleName=name, PolicyArn=arn)) == "NoSuchEntity"


def iam_policy_version() -> bool:
    name = role().rpartition("/")[2]
    allow = {"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    put = boto3.client("iam").put_role_policy
    given = {"RoleName": name, "PolicyName": "p", "PolicyDocument": json.dumps(allow)}
    return error_code(lambda: put(**given)) == "MalformedPolicyDocument"


def s3_policy_condition() -> bool:
    """The statement denies what is not HTTPS; boto3's request is."""
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="encrypted-alone")
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "arn:aws:s3:::encrypted-alone/*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    s3.put_bucket_policy(Bucket="encrypted-alone", Policy=policy)
    put = {"Bucket": "encrypted-alone", "Key": "order", "Body": b""}
    return error_code(lambda: s3.put_object(**put)) == "403"
