"""Change sets, and the calls that `sam deploy` makes.

docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets.html
"""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, WaiterError

QUEUE: dict[str, Any] = {"Type": "AWS::SQS::Queue"}
TABLE: dict[str, Any] = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}],
    },
}
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]


def queue(**properties: Any) -> dict[str, Any]:
    return {**QUEUE, "Properties": properties}


def propose(stack: Any, resources: Any, kind: str = "UPDATE", **parts: Any) -> dict[str, Any]:
    """Create a change set; returns it described."""
    values, name = parts.pop("values", {}), "proposal"
    stack.client.create_change_set(
        StackName=stack.name,
        ChangeSetName=name,
        ChangeSetType=kind,
        TemplateBody=json.dumps({"Resources": resources, **parts}),
        Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in values.items()],
        Capabilities=CAPABILITIES,
    )
    return dict(stack.client.describe_change_set(StackName=stack.name, ChangeSetName=name))


def changes(change_set: Any) -> dict[str, Any]:
    found = [one["ResourceChange"] for one in change_set["Changes"]]
    return {one["LogicalResourceId"]: one for one in found}


def test_a_stack_is_made_by_a_change_set(stack: Any) -> None:
    proposal = propose(
        stack, {"Queue": QUEUE}, "CREATE", Outputs={"Url": {"Value": {"Ref": "Queue"}}}
    )
    assert stack.status == "REVIEW_IN_PROGRESS"
    assert (proposal["Status"], proposal["ExecutionStatus"]) == ("CREATE_COMPLETE", "AVAILABLE")
    assert changes(proposal)["Queue"] == {
        "Action": "Add",
        "LogicalResourceId": "Queue",
        "ResourceType": "AWS::SQS::Queue",
        "Scope": [],
        "Details": [],
    }
    assert stack.ids() == {}
    stack.client.execute_change_set(StackName=stack.name, ChangeSetName="proposal")
    assert stack.status == "CREATE_COMPLETE"
    assert stack.outputs == {"Url": stack.ids()["Queue"]}
    done = stack.client.describe_change_set(ChangeSetName=proposal["ChangeSetId"])
    assert done["ExecutionStatus"] == "EXECUTE_COMPLETE"
    assert stack.described["ChangeSetId"] == proposal["ChangeSetId"]


def test_what_a_change_set_shows(stack: Any) -> None:
    before = {
        "Changed": queue(DelaySeconds=1),
        "Renamed": queue(QueueName=f"{stack.name}-a"),
        "Follower": queue(Tags=[{"Key": "of", "Value": {"Fn::GetAtt": ["Renamed", "QueueName"]}}]),
        "Rekeyed": TABLE,
        "Removed": QUEUE,
        "Same": QUEUE,
    }
    stack.create(before)
    rekeyed = json.loads(json.dumps(TABLE).replace('"a"', '"b"'))
    after = {
        **before,
        "Changed": queue(DelaySeconds=2),
        "Renamed": queue(QueueName=f"{stack.name}-b"),
        "Rekeyed": rekeyed,
        "New": QUEUE,
    }
    del after["Removed"]
    found = changes(propose(stack, after))
    assert {name: (c["Action"], c.get("Replacement")) for name, c in found.items()} == {
        "New": ("Add", None),
        "Changed": ("Modify", "False"),
        "Renamed": ("Modify", "True"),
        "Follower": ("Modify", "False"),
        "Rekeyed": ("Modify", "True"),
        "Removed": ("Remove", None),
    }
    assert found["Changed"]["Scope"] == ["Properties"]
    assert found["Changed"]["PhysicalResourceId"] == stack.ids()["Changed"]
    assert found["Changed"]["Details"] == [
        {
            "Target": {
                "Attribute": "Properties",
                "Name": "DelaySeconds",
                "RequiresRecreation": "Never",
            },
            "Evaluation": "Static",
            "ChangeSource": "DirectModification",
        }
    ]
    [cause] = found["Follower"]["Details"]
    assert (cause["Evaluation"], cause["ChangeSource"], cause["CausingEntity"]) == (
        "Dynamic",
        "ResourceAttribute",
        "Renamed.QueueName",
    )
    assert stack.ids().keys() == before.keys()


@pytest.mark.parametrize(
    ("policy", "told"),
    [(None, "Delete"), ("Delete", "Delete"), ("Retain", "Retain")],
)
def test_what_becomes_of_a_resource_that_goes(stack: Any, policy: str | None, told: str) -> None:
    """docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html"""
    kept = {"DeletionPolicy": policy, "UpdateReplacePolicy": policy} if policy else {}

    def named(name: str) -> dict[str, Any]:
        return {**queue(QueueName=f"{stack.name}-{name}"), **kept}

    changed = {**queue(DelaySeconds=1), **kept}
    stack.create({"Renamed": named("a"), "Removed": named("c"), "Changed": changed, "Same": QUEUE})
    after = {"Renamed": named("b"), "Changed": {**queue(DelaySeconds=2), **kept}, "Same": QUEUE}
    found = changes(propose(stack, after))
    assert {name: one.get("PolicyAction") for name, one in found.items()} == {
        "Renamed": f"ReplaceAnd{told}",
        "Removed": told,
        "Changed": None,
    }


def test_a_change_that_a_parameter_makes(stack: Any) -> None:
    declared: dict[str, Any] = {"Parameters": {"Delay": {"Type": "Number", "Default": 1}}}
    resources = {"Queue": queue(DelaySeconds={"Ref": "Delay"})}
    stack.create(resources, **declared)
    found = changes(propose(stack, resources, values={"Delay": "5"}, **declared))
    [cause] = found["Queue"]["Details"]
    assert (cause["ChangeSource"], cause["CausingEntity"]) == ("ParameterReference", "Delay")


@pytest.mark.parametrize(
    "follows",
    [
        {"Fn::Sub": ["${a}-x", {"a": {"Fn::GetAtt": ["First", "QueueName"]}}]},
        {"Fn::Sub": "${First.QueueName}-x"},
    ],
)
def test_a_replacement_that_depends(stack: Any, follows: Any) -> None:
    def named(name: str) -> Any:
        return {"First": queue(QueueName=name), "Second": queue(QueueName=follows)}

    stack.create(named(f"{stack.name}-a"))
    found = changes(propose(stack, named(f"{stack.name}-b")))
    [cause] = found["Second"]["Details"]
    assert (cause["ChangeSource"], cause["CausingEntity"]) == (
        "ResourceAttribute",
        "First.QueueName",
    )
    assert found["Second"]["Replacement"] == "Conditional"
    assert found["Second"]["PolicyAction"] == "ReplaceAndDelete"


def test_a_change_set_without_changes(stack: Any) -> None:
    stack.create({"Queue": QUEUE})
    proposal = propose(stack, {"Queue": QUEUE})
    assert (proposal["Status"], proposal["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert proposal["StatusReason"] == (
        "The submitted information didn't contain changes. Submit different information to create "
        "a change set."
    )
    with pytest.raises(ClientError) as refused:
        stack.client.execute_change_set(StackName=stack.name, ChangeSetName="proposal")
    assert refused.value.response["Error"]["Code"] == "InvalidChangeSetStatus"
    stack.client.delete_change_set(StackName=stack.name, ChangeSetName="proposal")
    with pytest.raises(ClientError) as gone:
        stack.client.describe_change_set(StackName=stack.name, ChangeSetName="proposal")
    assert gone.value.response["Error"]["Code"] == "ChangeSetNotFound"


def test_an_update_by_a_change_set(stack: Any) -> None:
    stack.create({"Queue": QUEUE}, Outputs={"A": {"Value": "old"}})
    propose(stack, {"Queue": queue(DelaySeconds=4)}, Outputs={"A": {"Value": "new"}})
    names = stack.client.list_change_sets(StackName=stack.name)["Summaries"]
    assert [one["ChangeSetName"] for one in names] == ["proposal"]
    stack.client.execute_change_set(StackName=stack.name, ChangeSetName="proposal")
    stack.client.get_waiter("stack_update_complete").wait(StackName=stack.name)
    assert stack.outputs == {"A": "new"}


def test_names_of_change_sets(stack: Any) -> None:
    with pytest.raises(ClientError, match=rf"Stack \[{stack.name}\] does not exist"):
        propose(stack, {"Queue": QUEUE})
    stack.create({"Queue": QUEUE})
    with pytest.raises(ClientError, match="already exists and cannot be created again"):
        propose(stack, {"Queue": QUEUE}, "CREATE")
    propose(stack, {"Queue": QUEUE})
    with pytest.raises(ClientError) as taken:
        propose(stack, {"Queue": QUEUE})
    assert taken.value.response["Error"]["Code"] == "AlreadyExistsException"


SAM = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Description: greets
Parameters:
  Size: {Type: Number, Default: 128, Description: megabytes}
Resources:
  Greeter:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      MemorySize: !Ref Size
      InlineCode: "def handler(event, context): return 'hello'"
"""


def test_the_calls_of_sam_deploy(stack: Any, invoke: Any) -> None:
    s3, client = boto3.client("s3"), stack.client
    bucket = f"{stack.name}-templates"
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="a/b.template", Body=SAM.encode())
    address = f"https://s3.us-east-1.amazonaws.com/{bucket}/a/b.template"

    summary = client.get_template_summary(TemplateBody=SAM)
    assert summary["ResourceTypes"] == ["AWS::Serverless::Function"]
    assert summary["Parameters"] == [
        {
            "ParameterKey": "Size",
            "DefaultValue": "128",
            "ParameterType": "Number",
            "NoEcho": False,
            "Description": "megabytes",
            "ParameterConstraints": {},
        }
    ]
    valid = client.validate_template(TemplateURL=address)
    assert valid["Description"] == "greets"
    assert valid["Capabilities"] == ["CAPABILITY_AUTO_EXPAND"]
    assert valid["DeclaredTransforms"] == ["AWS::Serverless-2016-10-31"]

    def deploy(name: str, kind: str, size: str) -> Any:
        client.create_change_set(
            StackName=stack.name,
            ChangeSetName=name,
            ChangeSetType=kind,
            TemplateURL=address,
            Parameters=[{"ParameterKey": "Size", "ParameterValue": size}],
            Capabilities=CAPABILITIES,
            Tags=[{"Key": "by", "Value": "sam"}],
        )
        waiter = client.get_waiter("change_set_create_complete")
        waiter.wait(ChangeSetName=name, StackName=stack.name)
        client.execute_change_set(ChangeSetName=name, StackName=stack.name, DisableRollback=False)

    deploy("samcli-deploy1", "CREATE", "128")
    client.get_waiter("stack_create_complete").wait(StackName=stack.name)
    assert set(stack.ids()) == {"Greeter", "GreeterRole"}
    assert invoke(stack.ids()["Greeter"])["payload"] == "hello"
    with pytest.raises(WaiterError) as nothing:
        deploy("samcli-deploy2", "UPDATE", "128")
    assert nothing.value.last_response["StatusReason"] == "No updates are to be performed."
    deploy("samcli-deploy3", "UPDATE", "256")
    client.get_waiter("stack_update_complete").wait(StackName=stack.name)
    function = boto3.client("lambda").get_function_configuration(
        FunctionName=stack.ids()["Greeter"]
    )
    assert function["MemorySize"] == 256
    processed = client.get_template(StackName=stack.name, TemplateStage="Processed")
    assert "AWS::Lambda::Function" in json.dumps(processed["TemplateBody"])
    assert client.get_template(StackName=stack.name)["TemplateBody"] == SAM


def test_a_template_that_sam_refuses_fails_its_change_set(stack: Any) -> None:
    faulty = {"Greeter": {"Type": "AWS::Serverless::Function", "Properties": {"Runtime": "a"}}}
    proposal = propose(stack, faulty, "CREATE", Transform="AWS::Serverless-2016-10-31")
    assert proposal["Status"] == "FAILED"
    assert "Resource with id [Greeter] is invalid." in proposal["StatusReason"]


def test_a_template_that_is_not_there(stack: Any) -> None:
    address = "https://s3.us-east-1.amazonaws.com/nowhere/template"
    with pytest.raises(ClientError, match="S3 error: The specified key does not exist"):
        stack.client.validate_template(TemplateURL=address)
