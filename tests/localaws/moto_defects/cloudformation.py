"""Defects of moto's CloudFormation. Each function returns True while its defect is there."""

from __future__ import annotations

import json
import warnings
from typing import Any

import boto3
from _aws import DONE, NUMBERS, error_code, role, run, sfn
from moto.core.common_models import CloudFormationModel
import moto.cloudformation.parsing as parsing
from unittest.mock import patch

BUCKET = "templates"
DEFINITION = json.dumps({"StartAt": "A", "States": {"A": DONE}})


def _create(name: str, resources: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """Create a stack; returns it, and its resources by their logical ids."""
    client = boto3.client("cloudformation")
    body = json.dumps({"Resources": resources, **parts})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        client.create_stack(StackName=name, TemplateBody=body)
    return _stack(name)


def _stack(name: str) -> dict[str, Any]:
    client = boto3.client("cloudformation")
    [stack] = client.describe_stacks(StackName=name)["Stacks"]
    found = client.describe_stack_resources(StackName=name)["StackResources"]
    return {**stack, "Resources": {one["LogicalResourceId"]: one for one in found}}


def _is_skipped(kind: str, **properties: Any) -> bool:
    stack = _create(f"skips-{next(NUMBERS)}", {"A": {"Type": kind, "Properties": properties}})
    return stack["StackStatus"] == "CREATE_COMPLETE" and not stack["Resources"]


def cfn_transform() -> bool:
    return _is_skipped("AWS::Serverless::SimpleTable")


def cfn_unknown_type() -> bool:
    return _is_skipped("AWS::No::Such")


def cfn_alarm_type() -> bool:
    return _is_skipped("AWS::CloudWatch::Alarm")


def cfn_metric_filter_type() -> bool:
    return _is_skipped("AWS::Logs::MetricFilter")


def cfn_api_stage_type() -> bool:
    return _is_skipped("AWS::ApiGateway::Stage")


def cfn_create_rollback() -> bool:
    queue = {"Type": "AWS::SQS::Queue"}
    function = {"Type": "AWS::Lambda::Function", "DependsOn": "Queue", "Properties": {}}
    try:
        _create("half", {"Queue": queue, "Function": function})
    except Exception:
        return bool(_stack("half")["StackStatus"] == "CREATE_IN_PROGRESS")
    return False


def cfn_update_rollback() -> bool:
    queue = {"Type": "AWS::SQS::Queue"}
    function = {"Type": "AWS::Lambda::Function", "Properties": {}}
    _create("updated", {"Queue": queue})
    client = boto3.client("cloudformation")
    body = json.dumps({"Resources": {"Queue": queue, "Function": function}})
    try:
        client.update_stack(StackName="updated", TemplateBody=body)
    except Exception:
        return client.get_template(StackName="updated")["TemplateBody"] == json.loads(body)
    return False


def cfn_name_of_first_class() -> bool:
    class First(CloudFormationModel):
        @staticmethod
        def cloudformation_type() -> str:
            return "Test::Both"

        @staticmethod
        def cloudformation_name_type() -> str:
            return "FirstName"

    class Second(First):
        @staticmethod
        def cloudformation_name_type() -> str:
            return "SecondName"

    models = [First, Second]
    with patch.object(parsing, "get_model_list", lambda: models):
        parsing.get_model_map.cache_clear()
        built = parsing.get_model_map()["Test::Both"].cloudformation_name_type()
        asked = parsing.resource_name_property_from_type("Test::Both")
    parsing.get_model_map.cache_clear()
    return (built, asked) == ("SecondName", "FirstName")


def _machine(**properties: Any) -> dict[str, Any]:
    given = {"RoleArn": role(), "DefinitionString": DEFINITION, **properties}
    return {"Type": "AWS::StepFunctions::StateMachine", "Properties": given}


def _created_machine(**properties: Any) -> Any:
    """What moto's own class makes of a state machine's properties, in whichever backend."""
    from moto.stepfunctions.models import StateMachine, stepfunctions_backends

    name = f"made-{next(NUMBERS)}"
    return StateMachine.create_from_cloudformation_json(
        name, _machine(**properties), "123456789012", "us-east-1"
    )


def cfn_machine_backend() -> bool:
    stack = _create("machine-backend", {"A": _machine()})
    arn = stack["Resources"]["A"]["PhysicalResourceId"]
    return error_code(lambda: sfn().describe_state_machine(stateMachineArn=arn)) != ""


def cfn_machine_substitutions() -> bool:
    text = DEFINITION.replace("{", '{"Comment": "${Word}", ', 1)
    made = _created_machine(DefinitionString=text, DefinitionSubstitutions={"Word": "b"})
    return "${Word}" in made.definition


def cfn_machine_s3_location() -> bool:
    return not _created_machine(DefinitionString="", DefinitionS3Location={"Bucket": "b", "Key": "k"}).definition


def cfn_machine_type() -> bool:
    return bool(_created_machine(StateMachineType="EXPRESS").type == "STANDARD")


def cfn_machine_logging() -> bool:
    made = _created_machine(LoggingConfiguration={"Level": "ALL"})
    return bool(made.loggingConfiguration["level"] == "OFF")


def cfn_machine_arn() -> bool:
    outputs = {"Arn": {"Value": {"Fn::GetAtt": ["A", "Arn"]}}}
    return error_code(lambda: _create("machine-arn", {"A": _machine()}, Outputs=outputs)) != ""


def cfn_machine_name() -> bool:
    kind = "AWS::StepFunctions::StateMachine"
    return parsing.resource_name_property_from_type(kind) == "StateMachine"


def cfn_rest_api_body() -> bool:
    body = {"openapi": "3.0.1", "info": {"title": "orders"}, "paths": {"/orders": {"get": {}}}}
    api = {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "orders", "Body": body}}
    stack = _create("api-body", {"A": api})
    api_id = stack["Resources"]["A"]["PhysicalResourceId"]
    items = boto3.client("apigateway").get_resources(restApiId=api_id)["items"]
    return [one["path"] for one in items] == ["/"]


def cfn_rest_api_name() -> bool:
    api = {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Body": {"openapi": "3.0.1"}}}
    try:
        _create("api-name", {"A": api})
    except KeyError:
        return True
    return False
