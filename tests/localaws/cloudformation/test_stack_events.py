"""Events, rollback and deletion of stacks.

docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html,
stack-failure-options.html
"""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

QUEUE: dict[str, Any] = {"Type": "AWS::SQS::Queue"}
# CloudFormation's schema takes any text here; SQS does not.
REFUSED: dict[str, Any] = {
    "Type": "AWS::SQS::Queue",
    "Properties": {"RedriveAllowPolicy": "none"},
    "DependsOn": "Good",
}
BUCKET: dict[str, Any] = {"Type": "AWS::S3::Bucket"}


def queue(**properties: Any) -> dict[str, Any]:
    return {**QUEUE, "Properties": properties}


def steps(stack: Any, logical_id: str) -> list[str]:
    return [e["ResourceStatus"] for e in stack.events if e["LogicalResourceId"] == logical_id]


def exists(url: str) -> bool:
    return url in boto3.client("sqs").list_queues().get("QueueUrls", [])


def test_each_resource_has_its_events(stack: Any) -> None:
    stack.create({"Queue": QUEUE})
    told = [(e["LogicalResourceId"], e["ResourceStatus"]) for e in stack.events]
    assert told == [
        (stack.name, "CREATE_IN_PROGRESS"),
        ("Queue", "CREATE_IN_PROGRESS"),
        ("Queue", "CREATE_IN_PROGRESS"),
        ("Queue", "CREATE_COMPLETE"),
        (stack.name, "CREATE_COMPLETE"),
    ]
    first, second, third = stack.events[1:4]
    assert first["PhysicalResourceId"] == ""
    assert second["ResourceStatusReason"] == "Resource creation Initiated"
    assert third["PhysicalResourceId"] == stack.ids()["Queue"]
    assert third["ResourceType"] == "AWS::SQS::Queue"
    assert stack.events[0]["ResourceStatusReason"] == "User Initiated"


def test_an_operation_begins_later_than_the_one_before_has_ended(stack: Any) -> None:
    """`sam deploy` shows the events that are later than the last one, and waits for them."""
    stack.create({"Queue": QUEUE})
    created = stack.events
    stack.update({"Queue": queue(DelaySeconds=1)})
    updated = stack.events[len(created) :]
    assert updated[0]["ResourceStatusReason"] == "User Initiated"
    assert min(e["Timestamp"] for e in updated) > max(e["Timestamp"] for e in created)


def test_a_stack_is_done_when_its_call_returns(stack: Any) -> None:
    stack.create({"Queue": QUEUE})
    assert stack.status == "CREATE_COMPLETE"


def test_events_come_newest_first_and_in_pages(stack: Any) -> None:
    stack.create({f"Queue{n}": QUEUE for n in range(40)})
    first = stack.client.describe_stack_events(StackName=stack.name)
    assert first["StackEvents"][0]["ResourceStatus"] == "CREATE_COMPLETE"
    assert len(first["StackEvents"]) == 100
    assert "NextToken" in first
    assert len(stack.events) == 2 + 3 * 40


def test_a_failed_creation_rolls_back(stack: Any) -> None:
    stack.create({"Good": QUEUE, "Bad": REFUSED})
    assert stack.status == "ROLLBACK_COMPLETE"
    assert steps(stack, "Bad") == ["CREATE_IN_PROGRESS", "CREATE_FAILED"]
    assert steps(stack, "Good")[-2:] == ["DELETE_IN_PROGRESS", "DELETE_COMPLETE"]
    [why] = [e for e in stack.events if e["ResourceStatus"] == "ROLLBACK_IN_PROGRESS"]
    assert why["ResourceStatusReason"] == (
        "The following resource(s) failed to create: [Bad]. Rollback requested by user."
    )
    assert "HandlerErrorCode: InvalidRequest" in stack.reason("Bad")
    assert not exists(stack.ids()["Good"])


def test_a_stack_that_was_rolled_back_can_only_be_deleted(stack: Any) -> None:
    stack.create({"Good": QUEUE, "Bad": REFUSED})
    with pytest.raises(ClientError) as refused:
        stack.update({"Good": QUEUE})
    stack_id = stack.described["StackId"]
    assert refused.value.response["Error"] == {
        "Type": "Sender",
        "Code": "ValidationError",
        "Message": f"Stack:{stack_id} is in ROLLBACK_COMPLETE state and can not be updated.",
    }
    stack.delete()
    stack.create({"Good": QUEUE})
    assert stack.status == "CREATE_COMPLETE"


def test_what_failed_may_be_left(stack: Any, another: Any) -> None:
    stack.create({"Good": QUEUE, "Bad": REFUSED}, OnFailure="DO_NOTHING")
    assert stack.status == "CREATE_FAILED"
    assert exists(stack.ids()["Good"])
    stack.update({"Good": QUEUE, "Bad": {**REFUSED, "Properties": {}}})
    assert stack.status == "UPDATE_COMPLETE"
    another.create({"Good": QUEUE, "Bad": REFUSED}, OnFailure="DELETE")
    with pytest.raises(ClientError, match=f"Stack with id {another.name} does not exist"):
        _ = another.status


def test_a_failed_update_leaves_everything_as_before(stack: Any) -> None:
    stack.create({"Good": queue(DelaySeconds=1), "Named": queue(QueueName=f"{stack.name}-a")})
    before = stack.ids()
    renamed = queue(QueueName=f"{stack.name}-b")
    stack.update({"Good": queue(DelaySeconds=9), "Named": renamed, "More": QUEUE, "Bad": REFUSED})
    assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
    assert stack.ids() == before
    read = boto3.client("sqs").get_queue_attributes(
        QueueUrl=before["Good"], AttributeNames=["DelaySeconds"]
    )
    assert read["Attributes"] == {"DelaySeconds": "1"}
    assert not exists(before["Named"].replace("-a", "-b"))
    assert exists(before["Named"])
    stack_steps = steps(stack, stack.name)
    assert stack_steps[-3:] == [
        "UPDATE_ROLLBACK_IN_PROGRESS",
        "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
        "UPDATE_ROLLBACK_COMPLETE",
    ]
    assert steps(stack, "More")[-1] == "DELETE_COMPLETE"


def test_replacement_deletes_the_old_one_last(stack: Any) -> None:
    stack.create({"Queue": queue(QueueName=f"{stack.name}-a")})
    old = stack.ids()["Queue"]
    stack.update({"Queue": queue(QueueName=f"{stack.name}-b")})
    new = stack.ids()["Queue"]
    assert new != old
    assert exists(new)
    assert not exists(old)
    told = [(e["LogicalResourceId"], e["ResourceStatus"]) for e in stack.events]
    cleanup = told.index((stack.name, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"))
    assert told.index(("Queue", "DELETE_COMPLETE")) > cleanup
    reasons = [e.get("ResourceStatusReason") for e in stack.events]
    assert (
        "Requested update requires the creation of a new physical resource; hence creating one."
        in reasons
    )


def test_a_name_of_ones_own_forbids_replacement(stack: Any) -> None:
    def table(key: str) -> dict[str, Any]:
        keys = {
            "TableName": f"{stack.name}-table",
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
        }
        return {"Type": "AWS::DynamoDB::Table", "Properties": keys}

    stack.create({"Table": table("a")})
    stack.update({"Table": table("b")})
    assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
    assert stack.reason("Table") == (
        "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
        f"Rename {stack.name}-table and update the stack again."
    )


def test_what_has_not_changed_is_not_touched(stack: Any) -> None:
    stack.create({"Same": QUEUE, "Other": QUEUE})
    stack.update({"Same": QUEUE, "Other": queue(DelaySeconds=3)})
    assert steps(stack, "Same")[-1] == "CREATE_COMPLETE"
    assert steps(stack, "Other")[-1] == "UPDATE_COMPLETE"


def test_nothing_to_update(stack: Any) -> None:
    stack.create({"Queue": QUEUE})
    with pytest.raises(ClientError, match=r"No updates are to be performed\.") as refused:
        stack.update({"Queue": {**QUEUE, "Properties": {}}}, Description="words alone")
    assert refused.value.response["Error"]["Code"] == "ValidationError"
    assert stack.status == "CREATE_COMPLETE"


def test_a_resource_that_is_retained(stack: Any) -> None:
    stack.create({"Kept": {**QUEUE, "DeletionPolicy": "Retain"}, "Gone": QUEUE})
    ids, stack_id = stack.ids(), stack.described["StackId"]
    stack.delete()
    assert exists(ids["Kept"])
    assert not exists(ids["Gone"])
    events = stack.client.describe_stack_events(StackName=stack_id)["StackEvents"]
    assert ("Kept", "DELETE_SKIPPED") in [
        (e["LogicalResourceId"], e["ResourceStatus"]) for e in events
    ]


def test_a_replaced_resource_that_is_retained(stack: Any) -> None:
    def kept(name: str) -> dict[str, Any]:
        return {**queue(QueueName=f"{stack.name}-{name}"), "UpdateReplacePolicy": "Retain"}

    stack.create({"Queue": kept("a")})
    old = stack.ids()["Queue"]
    stack.update({"Queue": kept("b")})
    assert exists(old)


def test_a_bucket_with_something_in_it(stack: Any) -> None:
    stack.create({"Bucket": BUCKET, "Queue": QUEUE})
    bucket, s3 = stack.ids()["Bucket"], boto3.client("s3")
    s3.put_object(Bucket=bucket, Key="a", Body=b"")
    stack.delete()
    assert stack.status == "DELETE_FAILED"
    assert stack.described["StackStatusReason"] == (
        "The following resource(s) failed to delete: [Bucket]. "
    )
    assert "The bucket you tried to delete is not empty" in stack.reason("Bucket")
    assert steps(stack, "Queue")[-1] == "DELETE_COMPLETE"
    s3.delete_object(Bucket=bucket, Key="a")
    stack_id = stack.described["StackId"]
    stack.delete()
    [gone] = stack.client.describe_stacks(StackName=stack_id)["Stacks"]
    assert gone["StackStatus"] == "DELETE_COMPLETE"


def test_a_deleted_stack_is_known_by_its_id_alone(stack: Any) -> None:
    stack.create({"Queue": QUEUE})
    stack_id = stack.described["StackId"]
    stack.delete()
    [gone] = stack.client.describe_stacks(StackName=stack_id)["Stacks"]
    assert gone["StackStatus"] == "DELETE_COMPLETE"
    assert gone["DeletionTime"] >= gone["CreationTime"]
    with pytest.raises(ClientError, match=f"Stack with id {stack.name} does not exist"):
        stack.client.describe_stacks(StackName=stack.name)
    with pytest.raises(ClientError, match=rf"Stack \[{stack.name}\] does not exist"):
        stack.client.describe_stack_events(StackName=stack.name)
    assert stack_id not in [one["StackId"] for one in stack.client.describe_stacks()["Stacks"]]
    stack.delete()  # no error


def test_waiters_end(stack: Any) -> None:
    client = stack.client
    stack.create({"Queue": QUEUE})
    client.get_waiter("stack_create_complete").wait(StackName=stack.name)
    stack.update({"Queue": queue(DelaySeconds=3)})
    client.get_waiter("stack_update_complete").wait(StackName=stack.name)
    client.get_waiter("stack_exists").wait(StackName=stack.name)
    stack.delete()
    client.get_waiter("stack_delete_complete").wait(StackName=stack.name)


def test_a_protected_stack(stack: Any) -> None:
    stack.create({"Queue": QUEUE}, EnableTerminationProtection=True)
    with pytest.raises(ClientError, match="while TerminationProtection is enabled"):
        stack.delete()
    stack.client.update_termination_protection(
        StackName=stack.name, EnableTerminationProtection=False
    )
    stack.delete()
    with pytest.raises(ClientError, match="does not exist"):
        _ = stack.status


def test_a_topic_hears_of_a_stack(stack: Any, until: Any) -> None:
    sns, sqs = boto3.client("sns"), boto3.client("sqs")
    topic = sns.create_topic(Name=f"{stack.name}-news")["TopicArn"]
    inbox = sqs.create_queue(QueueName=f"{stack.name}-inbox")["QueueUrl"]
    read = sqs.get_queue_attributes(QueueUrl=inbox, AttributeNames=["QueueArn"])
    allowed = {"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    sqs.set_queue_attributes(QueueUrl=inbox, Attributes={"Policy": policy})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=read["Attributes"]["QueueArn"])
    stack.create({"Queue": QUEUE}, NotificationARNs=[topic])
    got: list[Any] = []

    def five() -> bool:
        answer = sqs.receive_message(QueueUrl=inbox, MaxNumberOfMessages=10)
        got.extend(answer.get("Messages", []))
        return len(got) == 5

    until(five, "five notices")
    assert f"StackName='{stack.name}'" in got[0]["Body"]


def test_an_export_in_use(stack: Any, another: Any) -> None:
    export = f"{stack.name}-queue"
    outputs = {"Url": {"Value": {"Ref": "Queue"}, "Export": {"Name": export}}}
    stack.create({"Queue": QUEUE}, Outputs=outputs)
    used = {"Fn::Join": ["", [{"Fn::ImportValue": export}]]}
    another.create(
        {
            "Parameter": {
                "Type": "AWS::SSM::Parameter",
                "Properties": {"Type": "String", "Value": used},
            }
        }
    )
    assert stack.client.list_imports(ExportName=export)["Imports"] == [another.name]
    stack.delete()
    words = f"Export {export} cannot be deleted as it is in use by {another.name}"
    assert stack.described["StackStatusReason"] == words
    assert stack.status == "CREATE_COMPLETE"
    stack.update({"Queue": QUEUE})
    assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
    another.delete()
    stack.update({"Queue": QUEUE})
    assert stack.status == "UPDATE_COMPLETE"


def test_an_export_that_is_not_there_or_taken(stack: Any, another: Any) -> None:
    outputs = {"Url": {"Value": "a", "Export": {"Name": f"{stack.name}-taken"}}}
    stack.create({"Queue": QUEUE}, Outputs=outputs)
    another.create({"Queue": QUEUE}, Outputs=outputs)
    assert another.status == "ROLLBACK_COMPLETE"
    another.delete()
    missing = queue(QueueName={"Fn::ImportValue": "nothing"})
    another.create({"Queue": missing})
    assert another.reason("Queue") == "No export named nothing found."


def test_nothing_is_left_of_a_resource_made_in_part(stack: Any) -> None:
    name = f"{stack.name}-topic"
    wrong = [{"Protocol": "carrier-pigeon", "Endpoint": "roof"}]
    topic = {
        "Type": "AWS::SNS::Topic",
        "Properties": {"TopicName": name, "Subscription": wrong},
    }
    stack.create({"Topic": topic})
    assert stack.status == "ROLLBACK_COMPLETE"
    arns = [one["TopicArn"] for one in boto3.client("sns").list_topics()["Topics"]]
    assert not [arn for arn in arns if arn.endswith(name)]
