"""What a branch works on: tables as they stood, and nobody who hears what it publishes."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import boto3
import pytest

from localaws import branching, clock
from localaws.branching import worlds

pytestmark = pytest.mark.simulated_clock

NOTHING = branching.definition(lambda machine: machine.update(Comment="the same, but for this"))


@pytest.fixture
def rows(cloud: Any, request: Any) -> Any:
    """A table whose items have an `id` and an `at`."""
    name = f"rows-{request.node.name[:30]}"
    return boto3.resource("dynamodb").create_table(
        TableName=name,
        AttributeDefinitions=[
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "at", "AttributeType": "S"},
        ],
        KeySchema=[
            {"AttributeName": "id", "KeyType": "HASH"},
            {"AttributeName": "at", "KeyType": "RANGE"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )


def waits_then_scans(table: str) -> dict[str, Any]:
    scan = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:dynamodb:scan",
        "Parameters": {"TableName": table},
        "ResultSelector": {"items.$": "$.Items"},
        "End": True,
    }
    return {"Wait": {"Type": "Wait", "Seconds": 10, "Next": "Scan"}, "Scan": scan}


def found(branch: Any) -> list[dict[str, Any]]:
    items = json.loads(branch.description["output"])["items"]
    return sorted(items, key=lambda item: [item["id"]["S"], item["at"]["S"]])


def item(id_: str, at: str, number: int) -> dict[str, Any]:
    return {"id": {"S": id_}, "at": {"S": at}, "n": {"N": str(number)}}


def test_tables_are_as_they_stood(execute: Any, look: Any, rows: Any) -> None:
    for id_, at, number in (("a", "1", 1), ("a", "2", 2), ("b", "1", 3), ("c", "1", 4)):
        rows.put_item(Item={"id": id_, "at": at, "n": number})
    original = look(execute(waits_then_scans(rows.name)))
    then = found(original)
    assert len(then) == 4
    clock.advance(seconds=1)
    rows.put_item(Item={"id": "a", "at": "1", "n": 100})
    rows.update_item(
        Key={"id": "a", "at": "2"},
        UpdateExpression="SET n = :n",
        ExpressionAttributeValues={":n": 9},
    )
    rows.delete_item(Key={"id": "b", "at": "1"})
    rows.update_item(
        Key={"id": "new", "at": "1"},
        UpdateExpression="SET n = :n",
        ExpressionAttributeValues={":n": 9},
    )
    boto3.client("dynamodb").transact_write_items(
        TransactItems=[
            {"Delete": {"TableName": rows.name, "Key": {"id": {"S": "c"}, "at": {"S": "1"}}}},
            {"Put": {"TableName": rows.name, "Item": item("d", "1", 5)}},
        ]
    )
    with rows.batch_writer() as batch:
        batch.put_item(Item={"id": "e", "at": "1", "n": 6})
    now = rows.scan()["Items"]
    branch = look(NOTHING.apply(original.arn, original.find("Scan")).arn)
    assert found(branch) == then
    assert rows.scan()["Items"] == now
    assert len(now) == 5


def test_its_functions_write_on_the_copies(
    execute: Any, look: Any, make_function: Callable[..., str], table: str
) -> None:
    write = make_function(
        f"""
        import boto3
        def lambda_handler(event, context):
            table = boto3.resource("dynamodb").Table({table!r})
            before = table.scan()["Count"]
            table.put_item(Item={{"id": context.aws_request_id}})
            return [before, table.scan()["Count"]]
        """,
        Timeout=30,
    )
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": write},
        "OutputPath": "$.Payload",
        "End": True,
    }
    original = look(execute({"Write": task}))
    assert original.description["output"] == "[0,1]"
    for _ in range(2):
        branch = look(NOTHING.apply(original.arn, 2).arn)
        assert branch.description["output"] == "[0,1]"
    assert boto3.client("dynamodb").scan(TableName=table)["Count"] == 1


def test_what_is_too_long_ago(
    execute: Any, look: Any, rows: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = look(execute(waits_then_scans(rows.name)))
    clock.advance(seconds=1)
    rows.put_item(Item={"id": "a", "at": "1"})
    monkeypatch.setattr(worlds.Journal, "reaches", lambda self, when: False)
    made = NOTHING.apply(original.arn, original.find("Scan"))
    assert len(found(look(made.arn))) == 1
    assert "as they stand now, since too much has been written since" in made.note


def test_a_journal_remembers_the_last_writes() -> None:
    times = iter([1.0, 2.0, 3.0, 4.0])
    journal = worlds.Journal(cast(Any, SimpleNamespace(time=lambda: next(times))), most=3)
    table, row = SimpleNamespace(table_arn="t"), SimpleNamespace(hash_key="k", range_key=None)
    for _ in range(4):
        journal.note(cast(Any, table), None, row)
    assert [write.when for write in journal.since(1.5)] == [4.0, 3.0, 2.0]
    assert (journal.reaches(1.0), journal.reaches(0.9)) == (True, False)


def test_what_it_publishes_reaches_nobody(execute: Any, look: Any, mailbox: Any) -> None:
    sns, events = boto3.client("sns"), boto3.client("events")
    topic = sns.create_topic(Name="branch-topic")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=mailbox.arn)
    events.put_rule(Name="branch-rule", EventPattern='{"source": ["branches"]}')
    events.put_targets(Rule="branch-rule", Targets=[{"Id": "mailbox", "Arn": mailbox.arn}])
    publish = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sns:publish",
        "Parameters": {"TopicArn": topic, "Message": "published"},
        "Next": "Put",
    }
    entry = {"Source": "branches", "DetailType": "t", "Detail": {}, "EventBusName": "default"}
    put = {
        "Type": "Task",
        "Resource": "arn:aws:states:::events:putEvents",
        "Parameters": {"Entries": [entry]},
        "Next": "Send",
    }
    send = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl": mailbox.url, "MessageBody": "sent"},
        "End": True,
    }
    original = look(execute({"Publish": publish, "Put": put, "Send": send}))
    clock.advance(minutes=1)
    assert len(mailbox.messages()) == 3
    branch = look(NOTHING.apply(original.arn, 1).arn)
    assert branch.types == original.types
    clock.advance(minutes=1)
    assert mailbox.bodies() == ["sent"]  # a queue takes what it is sent
    look(execute({"Publish": publish, "Put": put, "Send": send}))
    clock.advance(minutes=1)
    assert len(mailbox.messages()) == 3
