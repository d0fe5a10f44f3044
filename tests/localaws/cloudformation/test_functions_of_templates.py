"""Intrinsic functions, conditions, mappings and pseudo parameters."""

from __future__ import annotations

import base64
from typing import Any

import boto3
import pytest

QUEUE: dict[str, Any] = {"Type": "AWS::SQS::Queue"}
PARTS: dict[str, Any] = {
    "Parameters": {
        "Name": {"Type": "String", "Default": "name"},
        "List": {"Type": "CommaDelimitedList", "Default": "a, b,c"},
        "Count": {"Type": "Number", "Default": 3},
    },
    "Mappings": {"Sizes": {"us-east-1": {"small": "s", "large": ["l", "xl"]}}},
    "Conditions": {
        "Yes": {"Fn::Equals": [{"Ref": "Name"}, "name"]},
        "No": {"Fn::Not": [{"Condition": "Yes"}]},
        "Both": {"Fn::And": [{"Condition": "Yes"}, {"Fn::Equals": [{"Ref": "Count"}, 3]}]},
        "Either": {"Fn::Or": [{"Condition": "No"}, {"Condition": "Both"}]},
    },
}
REGION = {"Ref": "AWS::Region"}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ({"Ref": "Name"}, "name"),
        ({"Ref": "Count"}, "3"),
        ({"Ref": "AWS::AccountId"}, "123456789012"),
        ({"Fn::Join": ["-", {"Ref": "List"}]}, "a-b-c"),
        ({"Fn::Select": ["1", {"Ref": "List"}]}, "b"),
        ({"Fn::Select": [1, {"Fn::Split": ["|", "x|y|z"]}]}, "y"),
        ({"Fn::Sub": "${Name} in ${AWS::Region}"}, "name in us-east-1"),
        ({"Fn::Sub": ["${Name} and ${Other}", {"Other": {"Ref": "Count"}}]}, "name and 3"),
        ({"Fn::Sub": "${!Literal} stays"}, "${Literal} stays"),
        ({"Fn::Sub": "${Queue.QueueName}"}, "QUEUE"),
        ({"Fn::GetAtt": "Queue.QueueName"}, "QUEUE"),
        ({"Fn::FindInMap": ["Sizes", REGION, "small"]}, "s"),
        ({"Fn::Select": [1, {"Fn::FindInMap": ["Sizes", REGION, "large"]}]}, "xl"),
        ({"Fn::If": ["Yes", "yes", {"Ref": "AWS::NoValue"}]}, "yes"),
        ({"Fn::If": ["No", "yes", {"Fn::If": ["Either", "either", "none"]}]}, "either"),
        ({"Fn::Base64": {"Ref": "Name"}}, base64.b64encode(b"name").decode()),
        (True, "true"),
    ],
)
def test_values(stack: Any, expression: Any, value: str) -> None:
    named = {**QUEUE, "Properties": {"QueueName": f"{stack.name}-queue"}}
    stack.create({"Queue": named}, Outputs={"Value": {"Value": expression}}, **PARTS)
    wanted = f"{stack.name}-queue" if value == "QUEUE" else value
    assert stack.outputs == {"Value": wanted}


def test_no_value_leaves_a_property_out(stack: Any) -> None:
    left_out = {"Fn::If": ["No", "7", {"Ref": "AWS::NoValue"}]}
    stack.create({"Queue": {**QUEUE, "Properties": {"DelaySeconds": left_out}}}, **PARTS)
    read = boto3.client("sqs").get_queue_attributes(
        QueueUrl=stack.ids()["Queue"], AttributeNames=["DelaySeconds"]
    )
    assert read["Attributes"]["DelaySeconds"] == "0"


def test_conditions_of_resources_and_outputs(stack: Any) -> None:
    resources = {"Made": {**QUEUE, "Condition": "Yes"}, "Not": {**QUEUE, "Condition": "No"}}
    outputs = {
        "Made": {"Value": {"Fn::GetAtt": ["Made", "QueueName"]}, "Condition": "Yes"},
        "Not": {"Value": {"Ref": "Not"}, "Condition": "No"},
    }
    stack.create(resources, Outputs=outputs, **PARTS)
    assert set(stack.ids()) == {"Made"}
    assert set(stack.outputs) == {"Made"}
    stack.update(resources, Outputs=outputs, values={"Name": "other"}, **PARTS)
    assert set(stack.ids()) == {"Not"}


def test_things_are_made_in_the_order_of_their_need(stack: Any) -> None:
    stack.create(
        {
            "Last": {**QUEUE, "DependsOn": ["Middle"]},
            "Middle": {**QUEUE, "Properties": {"QueueName": {"Fn::Sub": "${First.QueueName}-m"}}},
            "First": QUEUE,
        }
    )
    done = [e["LogicalResourceId"] for e in stack.events if "_COMPLETE" in e["ResourceStatus"]]
    assert done == ["First", "Middle", "Last", stack.name]


def test_parameters_are_shown_and_hidden(stack: Any) -> None:
    declared = {
        "Open": {"Type": "String"},
        "Secret": {"Type": "String", "NoEcho": True},
        "Stored": {"Type": "AWS::SSM::Parameter::Value<String>"},
    }
    boto3.client("ssm").put_parameter(Name=f"{stack.name}-p", Value="found", Type="String")
    stack.create(
        {"Queue": QUEUE},
        Parameters=declared,
        Outputs={"Stored": {"Value": {"Ref": "Stored"}}, "Secret": {"Value": {"Ref": "Secret"}}},
        values={"Open": "a", "Secret": "b", "Stored": f"{stack.name}-p"},
    )
    assert stack.outputs == {"Stored": "found", "Secret": "b"}
    shown = {p["ParameterKey"]: p["ParameterValue"] for p in stack.described["Parameters"]}
    assert shown == {"Open": "a", "Secret": "****", "Stored": f"{stack.name}-p"}


def test_dynamic_references(stack: Any) -> None:
    boto3.client("ssm").put_parameter(Name=f"{stack.name}-p", Value="from-ssm", Type="String")
    secrets = boto3.client("secretsmanager")
    secrets.create_secret(Name=f"{stack.name}-s", SecretString='{"key": "from-secret"}')
    secret = f"{{{{resolve:secretsmanager:{stack.name}-s:SecretString:key}}}}"
    value = f"{{{{resolve:ssm:{stack.name}-p}}}} and {secret}"
    stack.create(
        {"P": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}}}
    )
    stored = boto3.client("ssm").get_parameter(Name=stack.ids()["P"])["Parameter"]["Value"]
    assert stored == "from-ssm and from-secret"


def test_tags_of_a_stack_reach_its_resources(stack: Any) -> None:
    own = {**QUEUE, "Properties": {"Tags": [{"Key": "own", "Value": "1"}]}}
    stack.create({"Queue": own}, Tags=[{"Key": "all", "Value": "2"}])
    tags = boto3.client("sqs").list_queue_tags(QueueUrl=stack.ids()["Queue"])["Tags"]
    assert tags == {"own": "1", "all": "2"}
