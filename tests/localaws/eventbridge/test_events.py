"""PutEvents, patterns, and what targets get."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

ORDER = {"orderId": "o-1", "total": 42, "note": 'say "hi"', "items": [{"id": "p-1"}]}


def test_the_event(bus: Any, mailbox: Any) -> None:
    """docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html"""
    bus.target(mailbox.arn)
    when = datetime(2026, 3, 1, 12, 30, 5, tzinfo=UTC)
    answer = bus.put(ORDER, Time=when, Resources=["arn:aws:s3:::orders"])
    [body] = mailbox.bodies()
    assert json.loads(body) == {
        "version": "0",
        "id": answer["EventId"],
        "detail-type": "Order Placed",
        "source": "shop",
        "account": "123456789012",
        "time": "2026-03-01T12:30:05Z",
        "region": "us-east-1",
        "resources": ["arn:aws:s3:::orders"],
        "detail": ORDER,
    }
    assert body.startswith('{"version":"0","id":"')


def test_only_what_matches(bus: Any, mailbox: Any) -> None:
    bus.put_rule({"detail": {"total": [{"numeric": [">", 40]}]}})
    bus.target(mailbox.arn)
    for total in (40, 41):
        bus.put({"total": total})
    assert [event["detail"]["total"] for event in mailbox.documents()] == [41]


def test_a_disabled_rule(bus: Any, mailbox: Any) -> None:
    bus.target(mailbox.arn)
    bus.client.disable_rule(Name=bus.rule, EventBusName=bus.name)
    bus.put()
    assert mailbox.bodies() == []
    bus.client.enable_rule(Name=bus.rule, EventBusName=bus.name)
    bus.put()
    assert len(mailbox.bodies()) == 1


@pytest.mark.parametrize(
    ("pattern", "result"),
    [({"source": [{"prefix": "sh"}]}, True), ({"detail": {"total": [1]}}, False)],
)
def test_testing_a_pattern(cloud: Any, pattern: Any, result: bool) -> None:
    event = {
        "id": "1",
        "account": "123456789012",
        "source": "shop",
        "time": "2026-01-05T09:00:00Z",
        "region": "us-east-1",
        "detail-type": "Order Placed",
    }
    answer = boto3.client("events").test_event_pattern(
        EventPattern=json.dumps(pattern), Event=json.dumps(event | {"detail": ORDER})
    )
    assert answer["Result"] is result


@pytest.mark.parametrize("event", ["plain text", '{"source": "shop"}', "[]"])
def test_testing_a_pattern_with_no_event(cloud: Any, event: str) -> None:
    """Recorded from AWS: localstack/localstack, test_events_patterns.snapshot.json."""
    client = boto3.client("events")
    with pytest.raises(client.exceptions.ClientError) as error:
        client.test_event_pattern(EventPattern='{"source": ["shop"]}', Event=event)
    assert error.value.response["Error"] == {
        "Code": "ValidationException",
        "Message": "Parameter Event is not valid.",
    }


def test_a_pattern_that_is_refused(bus: Any) -> None:
    with pytest.raises(bus.client.exceptions.InvalidEventPatternException) as error:
        bus.put_rule({"resources": []})
    assert error.value.response["Error"]["Message"] == (
        "Event pattern is not valid. Reason: Empty arrays are not allowed\n"
        ' at [Source: (String)"{"resources": []}"; line: 1, column: 17]'
    )


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"Source": "aws.shop"}, "NotAuthorizedForSourceException"),
        ({"Detail": "{"}, "MalformedDetail"),
        ({"Detail": "[1]"}, "MalformedDetail"),
        ({"Source": ""}, "InvalidArgument"),
    ],
)
def test_an_entry_that_is_refused(bus: Any, mailbox: Any, fields: Any, code: str) -> None:
    bus.target(mailbox.arn)
    assert bus.put(**fields)["ErrorCode"] == code
    assert mailbox.bodies() == []


def test_a_bus_that_is_not_there(bus: Any) -> None:
    assert "EventId" in bus.put(EventBusName="nobody")


def test_a_megabyte_at_most(bus: Any, mailbox: Any) -> None:
    bus.target(mailbox.arn)
    with pytest.raises(bus.client.exceptions.ClientError) as error:
        bus.put({"text": "x" * 1024 * 1024})
    assert error.value.response["Error"]["Code"] == "ValidationException"
    assert "EventId" in bus.put({"text": "x" * 1000 * 1000})


def test_a_function(bus: Any, mailbox: Any, make_reporter: Any, until: Any) -> None:
    bus.target(make_reporter(mailbox, "events"))
    bus.put(ORDER)
    [event] = until(mailbox.documents, "the function's event")
    assert (event["source"], event["detail"]) == ("shop", ORDER)


def test_from_a_handler(bus: Any, mailbox: Any, make_function: Any, invoke: Any) -> None:
    bus.target(mailbox.arn)
    name = make_function(
        f"""
        import boto3
        def lambda_handler(event, context):
            entry = {{"Source": "shop", "DetailType": "Order Placed", "Detail": '{{"from": 1}}'}}
            entry["EventBusName"] = {bus.name!r}
            return boto3.client("events").put_events(Entries=[entry])["FailedEntryCount"]
        """
    )
    assert invoke(name)["payload"] == 0
    assert [event["detail"] for event in mailbox.documents()] == [{"from": 1}]


def test_a_topic(bus: Any, mailbox: Any) -> None:
    sns = boto3.client("sns")
    let_in = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}}
    statement = let_in | {"Action": "sns:Publish", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    topic = sns.create_topic(Name=bus.name, Attributes={"Policy": policy})["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=mailbox.arn)
    bus.target(topic)
    bus.put(ORDER)
    [envelope] = mailbox.documents()
    assert json.loads(envelope["Message"])["detail"] == ORDER


def test_a_state_machine(bus: Any, role: str, make_machine: Any, until: Any) -> None:
    machine = make_machine({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
    bus.target(machine, RoleArn=role, InputPath="$.detail")
    bus.put(ORDER)
    client = boto3.client("stepfunctions")

    def ended() -> Any:
        return client.list_executions(stateMachineArn=machine, statusFilter="SUCCEEDED")[
            "executions"
        ]

    [execution] = until(ended, "the execution")
    found = client.describe_execution(executionArn=execution["executionArn"])
    assert json.loads(found["input"]) == ORDER


def test_a_state_machine_needs_a_role(bus: Any, make_machine: Any) -> None:
    machine = make_machine({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
    with pytest.raises(bus.client.exceptions.ClientError) as error:
        bus.target(machine)
    assert error.value.response["Error"] == {
        "Code": "ValidationException",
        "Message": f"RoleArn is required for target {machine}.",
    }


def test_another_bus(bus: Any, mailbox: Any, role: str) -> None:
    client = bus.client
    other = client.create_event_bus(Name=f"other-{bus.name}")["EventBusArn"]
    place = {"EventBusName": f"other-{bus.name}"}
    client.put_rule(Name="all", EventPattern='{"source": ["shop"]}', **place)
    client.put_targets(Rule="all", Targets=[{"Id": "queue", "Arn": mailbox.arn}], **place)
    bus.target(other, RoleArn=role)
    answer = bus.put(ORDER)
    [event] = mailbox.documents()
    assert (event["id"], event["detail"]) == (answer["EventId"], ORDER)


def test_a_log_group(bus: Any) -> None:
    logs, group = boto3.client("logs"), f"/aws/events/{bus.name}"
    logs.create_log_group(logGroupName=group)
    bus.target(f"arn:aws:logs:us-east-1:123456789012:log-group:{group}")
    bus.put(ORDER)
    [line] = logs.filter_log_events(logGroupName=group)["events"]
    assert json.loads(line["message"])["detail"] == ORDER


def test_the_status_of_an_execution(bus: Any, make_machine: Any, mailbox: Any, shop: Any) -> None:
    """docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html"""
    machine = make_machine(
        {"StartAt": "Bad", "States": {"Bad": {"Type": "Fail", "Error": "E", "Cause": "why"}}}
    )
    pattern = {"source": ["aws.states"], "detail": {"stateMachineArn": [machine]}}
    client = bus.client
    client.put_rule(Name=bus.name, EventPattern=json.dumps(pattern))
    client.put_targets(Rule=bus.name, Targets=[{"Id": "queue", "Arn": mailbox.arn}])
    run = shop.run({"a": 1}, bus.name, machine)
    found = mailbox.documents()
    began, ended = sorted(found, key=lambda event: event["detail"]["status"], reverse=True)
    assert began["detail-type"] == "Step Functions Execution Status Change"
    assert began["resources"] == [run.arn]
    assert (began["detail"]["status"], began["detail"]["stopDate"]) == ("RUNNING", None)
    detail = ended["detail"]
    assert (detail["executionArn"], detail["name"]) == (run.arn, bus.name)
    assert (detail["status"], detail["error"], detail["cause"]) == ("FAILED", "E", "why")
    assert (json.loads(detail["input"]), detail["output"]) == ({"a": 1}, None)
    assert detail["stopDate"] >= detail["startDate"]
    assert detail["inputDetails"] == {"included": True}


def test_an_archive_still_works(bus: Any, mailbox: Any) -> None:
    client = bus.client
    arn = client.describe_event_bus(Name=bus.name)["Arn"]
    archive = client.create_archive(ArchiveName=bus.name, EventSourceArn=arn)["ArchiveArn"]
    bus.put(ORDER)
    assert client.describe_archive(ArchiveName=bus.name)["EventCount"] == 1
    bus.target(mailbox.arn)
    client.start_replay(
        ReplayName=bus.name,
        EventSourceArn=archive,
        EventStartTime=datetime(2020, 1, 1, tzinfo=UTC),
        EventEndTime=datetime(2030, 1, 1, tzinfo=UTC),
        Destination={"Arn": arn},
    )
    [event] = mailbox.documents()
    assert (event["replay-name"], event["detail"]) == (bus.name, ORDER)
