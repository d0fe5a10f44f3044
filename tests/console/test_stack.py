"""A stack's picture, from the project's template as written and as transformed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from samtranslator.yaml_helper import yaml_parse

from orderlab import console
from orderlab.console.stacks.template import Arrow, read, references

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
PLAIN = """
Resources:
  Orders: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub "${AWS::StackName}-Orders",
    RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3}}}
  Dead: {Type: AWS::SQS::Queue}
"""


def test_project_template_as_written() -> None:
    template = yaml_parse(TEMPLATE.read_text(encoding="utf-8"))
    queue = "https://sqs.us-east-1.amazonaws.com/123456789012/dev-OrderQueue"
    resources, arrows = read(template, {"OrderQueue": queue})
    assert resources["OrderQueue"].name == "dev-OrderQueue"
    flow = {(arrow.source, arrow.target) for arrow in arrows}
    assert flow >= {
        ("OrdersApi", "OrderEntryFunction"),
        ("OrderEntryFunction", "OrderQueue"),
        ("OrderQueue", "StartWorkflowFunction"),
        ("OrderQueue", "OrderDeadLetterQueue"),
        ("StartWorkflowFunction", "OrderWorkflow"),
        ("OrderWorkflow", "ValidateOrderFunction"),
        ("OrderWorkflow", "ProcessPaymentFunction"),
        ("OrderWorkflow", "OrdersTable"),
        ("OrderWorkflow", "NotificationsTopic"),
        ("OrderWorkflow", "RepairOrderFunctionWorkflowCutOff"),
        ("RepairOrderFunctionWorkflowCutOff", "RepairOrderFunction"),
        ("ValidateOrderFunction", "ProductsTable"),
    }
    assert ("RepairOrderFunction", "OrderWorkflow") not in flow  # a permission only
    assert Arrow("OrdersApi", "OrderEntryFunction", "POST /orders") in arrows
    kinds = {resource.kind for resource in resources.values()}
    assert not any("Log" in kind or "Role" in kind for kind in kinds)


def test_after_the_transform() -> None:
    function = {"Type": "AWS::Lambda::Function", "Properties": {"Role": {"Ref": "Role"}}}
    uri = {"Fn::Sub": "arn:aws:apigateway:path/functions/${Entry.Arn}/invocations"}
    operation = {"x-amazon-apigateway-integration": {"uri": uri}}
    template = {
        "Resources": {
            "Role": {"Type": "AWS::IAM::Role"},
            "Entry": function,
            "Worker": function,
            "Queue": {"Type": "AWS::SQS::Queue"},
            "Api": {
                "Type": "AWS::ApiGateway::RestApi",
                "Properties": {"Body": {"paths": {"/orders": {"post": operation}}}},
            },
            "Mapping": {
                "Type": "AWS::Lambda::EventSourceMapping",
                "Properties": {
                    "EventSourceArn": {"Fn::GetAtt": ["Queue", "Arn"]},
                    "FunctionName": {"Ref": "Worker"},
                },
            },
            "Machine": {
                "Type": "AWS::StepFunctions::StateMachine",
                "Properties": {
                    "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
                    "DefinitionSubstitutions": {"F": {"Fn::GetAtt": "Worker.Arn"}},
                },
            },
            "Rule": {
                "Type": "AWS::Events::Rule",
                "Properties": {
                    "EventPattern": {"detail": {"stateMachineArn": [{"Ref": "Machine"}]}},
                    "Targets": [{"Arn": {"Fn::GetAtt": ["Entry", "Arn"]}}],
                },
            },
            "Alarm": {
                "Type": "AWS::CloudWatch::Alarm",
                "Properties": {"AlarmActions": [{"Ref": "Topic"}]},
            },
            "Topic": {"Type": "AWS::SNS::Topic"},
            "Subscription": {
                "Type": "AWS::SNS::Subscription",
                "Properties": {
                    "TopicArn": {"Ref": "Topic"},
                    "Endpoint": {"Fn::GetAtt": ["Queue", "Arn"]},
                },
            },
        }
    }
    resources, arrows = read(template, {})
    assert "Role" not in resources
    assert [(arrow.source, arrow.target, arrow.label) for arrow in arrows] == [
        ("AWS::CloudWatch::Alarm", "Topic", ""),
        ("Api", "Entry", "POST /orders"),
        ("Machine", "Rule", ""),
        ("Machine", "Worker", ""),
        ("Queue", "Worker", ""),
        ("Rule", "Entry", ""),
        ("Topic", "Queue", ""),
    ]
    shuffled = {"Resources": dict(reversed(template["Resources"].items()))}
    assert read(shuffled, {}) == (resources, arrows)
    assert list(read(shuffled, {})[0]) == list(resources)


def test_references() -> None:
    value = [
        {"Fn::Sub": ["${A}-${B.Arn}-${AWS::Region}", {"C": {"Ref": "D"}}]},
        {"x": [{"Ref": "E"}]},
    ]
    assert list(references(value)) == ["A", "B", "D", "E"]


@pytest.mark.parametrize("body", [PLAIN, json.dumps(yaml_parse(PLAIN))], ids=["YAML", "JSON"])
def test_a_deployed_stack(
    body: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[Any]
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        boto3.client("cloudformation").create_stack(StackName="shop", TemplateBody=body)
        console.stack("shop")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Stack shop"
    [dead] = [line.split()[0] for line in lines if "Dead" in line and "->" not in line]
    assert f"  shop-Orders (SQS queue) -> {dead} (dead letters)" in lines
