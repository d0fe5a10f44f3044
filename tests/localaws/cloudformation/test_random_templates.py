"""Random templates: each deploys, or is refused with words that name a place; none crashes."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from localaws.cloudformation import templates
from tests.localaws.mutations import BOUNDED, Place, any_json, mutated, places

ROOT = Path(__file__).resolve().parents[3]
NUMBERS = itertools.count()
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
ENDS = {"CREATE_COMPLETE", "ROLLBACK_COMPLETE"}


def packaged() -> dict[str, Any]:
    """The shop's template, its files as `sam package` names them."""
    found = templates.parse((ROOT / "template.yaml").read_text(encoding="utf-8"))
    for resource in found["Resources"].values():
        for key in ("CodeUri", "DefinitionUri"):
            if key in resource.get("Properties", {}):
                resource["Properties"][key] = "s3://bucket/key"
    return found


WHOLE = packaged()
PLACES = list(places(WHOLE))
SMALL: dict[str, Any] = {
    "Parameters": {"Env": {"Type": "String", "Default": "dev", "AllowedPattern": "[a-z]+"}},
    "Mappings": {"Map": {"dev": {"delay": 3}}},
    "Conditions": {"Dev": {"Fn::Equals": [{"Ref": "Env"}, "dev"]}},
    "Resources": {
        "Queue": {
            "Type": "AWS::SQS::Queue",
            "Condition": "Dev",
            "Properties": {
                "DelaySeconds": {"Fn::FindInMap": ["Map", {"Ref": "Env"}, "delay"]},
                "RedrivePolicy": {
                    "deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]},
                    "maxReceiveCount": 3,
                },
                "Tags": [{"Key": "a", "Value": {"Fn::Sub": "${Env}-${Dead.QueueName}"}}],
            },
        },
        "Dead": {"Type": "AWS::SQS::Queue", "Properties": {"MessageRetentionPeriod": 600}},
        "Topic": {"Type": "AWS::SNS::Topic", "DependsOn": ["Dead"]},
        "Subscription": {
            "Type": "AWS::SNS::Subscription",
            "Properties": {
                "TopicArn": {"Ref": "Topic"},
                "Protocol": "sqs",
                "Endpoint": {"Fn::GetAtt": ["Dead", "Arn"]},
                "FilterPolicy": {"kind": ["a"]},
            },
        },
        "Table": {
            "Type": "AWS::DynamoDB::Table",
            "DeletionPolicy": "Delete",
            "Properties": {
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "TimeToLiveSpecification": {"AttributeName": "end", "Enabled": True},
            },
        },
        "Rule": {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "EventPattern": {"source": ["shop"]},
                "State": "ENABLED",
                "Targets": [{"Id": "1", "Arn": {"Fn::GetAtt": ["Dead", "Arn"]}}],
            },
        },
        "Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 7}},
        "Alarm": {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "Namespace": "a",
                "MetricName": "b",
                "Statistic": "Sum",
                "Period": 60,
                "EvaluationPeriods": 1,
                "Threshold": 1,
                "ComparisonOperator": "GreaterThanThreshold",
                "AlarmActions": [{"Fn::If": ["Dev", {"Ref": "Topic"}, {"Ref": "AWS::NoValue"}]}],
            },
        },
    },
    "Outputs": {
        "Url": {"Value": {"Ref": "Dead"}},
        "Joined": {
            "Value": {"Fn::Join": ["-", [{"Ref": "Env"}, {"Fn::GetAtt": ["Topic", "TopicName"]}]]}
        },
    },
}
SMALL_PLACES = list(places(SMALL))

odd_values: st.SearchStrategy[Any] = (
    st.sampled_from(
        [
            *(
                None,
                True,
                0,
                -1,
                10**12,
                1.5,
                "",
                "a",
                "arn:aws:sqs:us-east-1:1:q",
                "${",
                "${}",
                "ü",
            ),
            *([], {}, [None], [[]], {"a": 1}, "x" * 3000),
            *({"Ref": "Nobody"}, {"Ref": "Dead"}, {"Ref": ["Dead"]}, {"Ref": "AWS::NoValue"}),
            *(
                {"Fn::GetAtt": ["Dead", "Arn"]},
                {"Fn::GetAtt": ["Dead", "No"]},
                {"Fn::GetAtt": "Dead"},
            ),
            *({"Fn::GetAtt": ["Queue", "Arn"]}, {"Fn::Sub": "${Nobody.Arn}"}, {"Fn::Sub": []}),
            *({"Fn::Join": ["-", "a"]}, {"Fn::Join": [1, [{"a": 1}]]}, {"Fn::Select": [9, ["a"]]}),
            *(
                {"Fn::If": ["Dev", 1]},
                {"Fn::If": ["No", 1, 2]},
                {"Fn::FindInMap": ["Map", "a", "b"]},
            ),
            *({"Fn::Nothing": 1}, {"Fn::Base64": {"Ref": "Queue"}}, {"Fn::ImportValue": "none"}),
            *({"Fn::Split": ["", "a"]}, {"Fn::Equals": [1, 2]}, {"Fn::Transform": {"Name": "a"}}),
            *({"Condition": "Dev"}, "AWS::SQS::Queue", "AWS::IAM::Role", "AWS::No::Type"),
        ]
    )
    | any_json
)


RENAMES = st.sampled_from(["Odd", "Name", "Type", "Ref", "", "Äh"])
ADDITIONS = st.sampled_from(["Odd", "Condition", "DependsOn", "Fn::Sub"])


def random_one(original: dict[str, Any], where: list[Place]) -> st.SearchStrategy[Any]:
    return mutated(original, where, odd_values, RENAMES, ADDITIONS)


def is_refused(call: Any, template: dict[str, Any], name: str, **given: Any) -> bool:
    """Whether a template is; any other failure is one of the test."""
    body = json.dumps(template)
    try:
        call(StackName=name, TemplateBody=body, Capabilities=CAPABILITIES, **given)
    except ClientError as error:
        said = error.response["Error"]
        if said["Code"] != "ValidationError" or len(said["Message"]) < 16:
            raise
        return True
    return False


def deploy(client: Any, template: dict[str, Any], name: str) -> None:
    """Deploy and delete; whatever happens must be in CloudFormation's words."""
    if is_refused(client.create_stack, template, name):
        return
    [stack] = client.describe_stacks(StackName=name)["Stacks"]
    assert stack["StackStatus"] in ENDS
    if stack["StackStatus"] == "ROLLBACK_COMPLETE":
        _check_reason(client, name)
    client.delete_stack(StackName=name)
    with pytest.raises(ClientError, match="does not exist"):
        client.describe_stacks(StackName=name)


def _check_reason(client: Any, name: str) -> None:
    events = client.describe_stack_events(StackName=name)["StackEvents"]
    failed = [e for e in events if e["ResourceStatus"] == "CREATE_FAILED"]
    [rolled] = [e for e in events if e["ResourceStatus"] == "ROLLBACK_IN_PROGRESS"]
    for event in failed:
        assert event["LogicalResourceId"] in rolled["ResourceStatusReason"]
        assert "InternalFailure" not in event["ResourceStatusReason"], event
    assert failed or "Output" in rolled["ResourceStatusReason"]


def names_a_place(words: str) -> bool:
    return "Resource with id [" in words or "'Globals' section is invalid" in words


@settings(BOUNDED, max_examples=80)
@given(template=random_one(SMALL, SMALL_PLACES))
def test_a_random_template_deploys_or_is_refused(cloud: Any, template: dict[str, Any]) -> None:
    deploy(boto3.client("cloudformation"), template, f"random-{next(NUMBERS)}")


@settings(BOUNDED, max_examples=30)
@given(template=random_one(WHOLE, PLACES))
def test_the_shops_template_changed_at_random_is_read_or_refused(
    cloud: Any, template: dict[str, Any]
) -> None:
    """As a change set, which runs the transform and every check, and makes nothing."""
    client, name = boto3.client("cloudformation"), f"proposal-{next(NUMBERS)}"
    given = {"ChangeSetName": "random", "ChangeSetType": "CREATE"}
    if is_refused(client.create_change_set, template, name, **given):
        return
    found = client.describe_change_set(StackName=name, ChangeSetName="random")
    assert found["Status"] == "CREATE_COMPLETE" or names_a_place(found["StatusReason"]), found
    client.delete_stack(StackName=name)
