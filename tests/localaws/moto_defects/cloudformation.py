"""Defects of moto's CloudFormation. Each function returns True while its defect is there."""

from __future__ import annotations

import json
from contextlib import suppress
from functools import partial
from typing import Any

import boto3
import moto.cloudformation.parsing as parsing
from _aws import DONE, NUMBERS, error_code, role, sfn
from moto.stepfunctions.models import stepfunctions_backends
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

KEY = "PhysicalResourceId"
ACCOUNT, REGION = "123456789012", "us-east-1"
DEFINITION = json.dumps({"StartAt": "A", "States": {"A": DONE}})


def _create(resources: dict[str, Any], name: str = "", **parts: Any) -> str:
    """Create a stack; returns its name."""
    name = name or f"stack-{next(NUMBERS)}"
    body = json.dumps({"Resources": resources, **parts})
    boto3.client("cloudformation").create_stack(StackName=name, TemplateBody=body)
    return name


def _status(name: str) -> str:
    [stack] = boto3.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    return str(stack["StackStatus"])


def _physical_ids(name: str) -> list[str]:
    found = boto3.client("cloudformation").describe_stack_resources(StackName=name)
    return [one[KEY] for one in found["StackResources"] if KEY in one]


def _is_skipped(kind: str, **parts: Any) -> bool:
    name = _create({"A": {"Type": kind, "Properties": {}}}, **parts)
    return _status(name) == "CREATE_COMPLETE" and not _physical_ids(name)


def cfn_transform() -> bool:
    return _is_skipped("AWS::Serverless::SimpleTable", Transform="AWS::Serverless-2016-10-31")


def cfn_unknown_type() -> bool:
    return _is_skipped("AWS::No::Such")


def cfn_alarm_type() -> bool:
    return _is_skipped("AWS::CloudWatch::Alarm")


def cfn_metric_filter_type() -> bool:
    return _is_skipped("AWS::Logs::MetricFilter")


def cfn_api_stage_type() -> bool:
    return _is_skipped("AWS::ApiGateway::Stage")


QUEUE: dict[str, Any] = {"Type": "AWS::SQS::Queue"}
# moto cannot make a function without code, nor can AWS.
CODELESS: dict[str, Any] = {"Type": "AWS::Lambda::Function", "Properties": {}}


def cfn_create_rollback() -> bool:
    with suppress(KeyError):
        _create({"Queue": QUEUE, "Function": {**CODELESS, "DependsOn": "Queue"}}, name="half")
    return _status("half") == "CREATE_IN_PROGRESS"


def cfn_update_rollback() -> bool:
    name = _create({"Queue": QUEUE})
    client = boto3.client("cloudformation")
    body = json.dumps({"Resources": {"Queue": QUEUE, "Function": CODELESS}})
    with suppress(KeyError):
        client.update_stack(StackName=name, TemplateBody=body)
    return "ROLLBACK" not in _status(name)


def _machine(**properties: Any) -> dict[str, Any]:
    given = {"RoleArn": role(), "DefinitionString": DEFINITION, **properties}
    given = {key: value for key, value in given.items() if value is not None}
    return {"Type": "AWS::StepFunctions::StateMachine", "Properties": given}


def _made(**properties: Any) -> Any:
    """The state machine that a stack has made, in whichever of moto's two backends it is."""
    [arn] = _physical_ids(_create({"A": _machine(**properties)}))
    backends = (stepfunctions_parser_backends, stepfunctions_backends)
    machines = [one for backend in backends for one in backend[ACCOUNT][REGION].state_machines]
    return next(one for one in machines if one.arn == arn)


def cfn_machine_backend() -> bool:
    [arn] = _physical_ids(_create({"A": _machine()}))
    return error_code(lambda: sfn().describe_state_machine(stateMachineArn=arn)) is not None


def cfn_machine_substitutions() -> bool:
    text = DEFINITION.replace("{", '{"Comment": "${Word}", ', 1)
    made = _made(DefinitionString=text, DefinitionSubstitutions={"Word": "b"})
    return "${Word}" in made.definition


def cfn_machine_s3_location() -> bool:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="templates")
    s3.put_object(Bucket="templates", Key="machine", Body=DEFINITION.encode())
    location = {"Bucket": "templates", "Key": "machine"}
    return bool(_made(DefinitionString=None, DefinitionS3Location=location).definition == "")


def cfn_machine_type() -> bool:
    return bool(_made(StateMachineType="EXPRESS").type == "STANDARD")


def cfn_machine_logging() -> bool:
    return bool(_made(LoggingConfiguration={"Level": "ALL"}).loggingConfiguration["level"] == "OFF")


def cfn_machine_arn() -> bool:
    outputs = {"Arn": {"Value": {"Fn::GetAtt": ["A", "Arn"]}}}
    return error_code(lambda: _create({"A": _machine()}, Outputs=outputs)) is not None


def cfn_machine_name() -> bool:
    kind = "AWS::StepFunctions::StateMachine"
    return parsing.resource_name_property_from_type(kind) == "StateMachine"


def cfn_rest_api_body() -> bool:
    body = {"openapi": "3.0.1", "info": {"title": "orders"}, "paths": {"/orders": {"get": {}}}}
    api = {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "orders", "Body": body}}
    [api_id] = _physical_ids(_create({"A": api}))
    items = boto3.client("apigateway").get_resources(restApiId=api_id)["items"]
    return [one["path"] for one in items] == ["/"]


def cfn_rest_api_name() -> bool:
    body = {"openapi": "3.0.1", "info": {"title": "orders"}, "paths": {}}
    try:
        _create({"A": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Body": body}}})
    except KeyError:
        return True
    return False


def _client() -> Any:
    return boto3.client("cloudformation")


def cfn_resource_events() -> bool:
    events = _client().describe_stack_events(StackName=_create({"Queue": QUEUE}))["StackEvents"]
    return {one["ResourceType"] for one in events} == {"AWS::CloudFormation::Stack"}


def cfn_resource_times() -> bool:
    found = _client().describe_stack_resources(StackName=_create({"Queue": QUEUE}))
    return bool(found["StackResources"][0]["Timestamp"].year == 2010)


def cfn_policy_version() -> bool:
    iam, name = boto3.client("iam"), role().rpartition("/")[2]
    statement = {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}
    document = json.dumps({"Statement": [statement]})
    put = partial(iam.put_role_policy, RoleName=name, PolicyName="a", PolicyDocument=document)
    return error_code(put) == "MalformedPolicyDocument"


def cfn_parameter_constraints() -> bool:
    declared = {"P": {"Type": "String", "Default": "b", "AllowedValues": ["a"]}}
    return _status(_create({"Queue": QUEUE}, Parameters=declared)) == "CREATE_COMPLETE"


def cfn_circle() -> bool:
    def named(other: str) -> dict[str, Any]:
        return {**QUEUE, "Properties": {"QueueName": {"Fn::GetAtt": [other, "QueueName"]}}}

    try:
        _create({"A": named("B"), "B": named("A")})
    except RecursionError:
        return True
    return False


def cfn_unknown_property() -> bool:
    odd = {**QUEUE, "Properties": {"Colour": "red"}}
    return _status(_create({"Queue": odd})) == "CREATE_COMPLETE"


def cfn_capabilities() -> bool:
    trust = {"Version": "2012-10-17", "Statement": []}
    made = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}}
    return _status(_create({"Role": made})) == "CREATE_COMPLETE"


def cfn_no_updates() -> bool:
    name = _create({"Queue": QUEUE})
    body = json.dumps({"Resources": {"Queue": QUEUE}})
    _client().update_stack(StackName=name, TemplateBody=body)
    return _status(name) == "UPDATE_COMPLETE"


def cfn_export_in_use() -> bool:
    outputs = {"A": {"Value": "a", "Export": {"Name": "in-use"}}}
    name = _create({"Queue": QUEUE}, Outputs=outputs)
    named = {**QUEUE, "Properties": {"QueueName": {"Fn::ImportValue": "in-use"}}}
    _create({"Queue": named})
    _client().delete_stack(StackName=name)
    return error_code(lambda: _status(name)) is not None


def cfn_protection() -> bool:
    body = json.dumps({"Resources": {"Queue": QUEUE}})
    _client().create_stack(
        StackName="protected", TemplateBody=body, EnableTerminationProtection=True
    )
    _client().delete_stack(StackName="protected")
    return error_code(lambda: _status("protected")) is not None


def _proposed(resources: dict[str, Any], **parts: Any) -> tuple[str, str]:
    """A stack with a queue, and a change set for it."""
    name = _create({"Queue": QUEUE}, Outputs={"A": {"Value": "old"}})
    body = json.dumps({"Resources": resources, **parts})
    made = _client().create_change_set(
        StackName=name, ChangeSetName="proposal", ChangeSetType="UPDATE", TemplateBody=body
    )
    return name, str(made["Id"])


def cfn_change_set_outputs() -> bool:
    changed = {**QUEUE, "Properties": {"DelaySeconds": 1}}
    name, change_set = _proposed({"Queue": changed}, Outputs={"A": {"Value": "new"}})
    _client().execute_change_set(ChangeSetName=change_set)
    [stack] = _client().describe_stacks(StackName=name)["Stacks"]
    return [one["OutputValue"] for one in stack["Outputs"]] == ["old"]


def cfn_change_set_replacement() -> bool:
    renamed = {**QUEUE, "Properties": {"QueueName": "renamed"}}
    _, change_set = _proposed({"Queue": renamed})
    [change] = _client().describe_change_set(ChangeSetName=change_set)["Changes"]
    return "Replacement" not in change["ResourceChange"]


def cfn_removed_property() -> bool:
    name = _create({"Queue": {**QUEUE, "Properties": {"DelaySeconds": 5}}})
    body = json.dumps({"Resources": {"Queue": QUEUE}})
    _client().update_stack(StackName=name, TemplateBody=body)
    [url] = _physical_ids(name)
    read = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["DelaySeconds"])
    return bool(read["Attributes"]["DelaySeconds"] == "5")
