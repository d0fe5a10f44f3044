"""Rules and schedules that come at their time."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest

pytestmark = pytest.mark.simulated_clock

NUMBERS = itertools.count()
OFF = {"Mode": "OFF"}


class Tomorrow:
    """A moment of the local AWS's clock, and those that follow."""

    def __init__(self, cloud: Any) -> None:
        self._clock = cloud.clock

    def until(self, hour: int, minute: int = 0) -> datetime:
        """Let time pass until the next such time of a day, in UTC; returns it."""
        now: datetime = self._clock.now
        when = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
        when += timedelta(days=0 if when > now else 1)
        self._clock.advance(seconds=(when - now).total_seconds())
        return when


@pytest.fixture
def day(cloud: Any) -> Tomorrow:
    return Tomorrow(cloud)


@pytest.fixture
def rule(cloud: Any) -> Iterator[Callable[..., str]]:
    """Put a rule with a schedule and a target; returns its ARN. It is removed afterwards."""
    client, names = boto3.client("events"), []

    def put(expression: str, target: str, **settings: Any) -> str:
        names.append(name := f"scheduled-{next(NUMBERS)}")
        arn = client.put_rule(Name=name, ScheduleExpression=expression)["RuleArn"]
        client.put_targets(Rule=name, Targets=[{"Id": "target", "Arn": target, **settings}])
        return str(arn)

    yield put
    there = {one["Name"] for one in client.list_rules()["Rules"]}
    for name in there.intersection(names):
        client.remove_targets(Rule=name, Ids=["target"])
        client.delete_rule(Name=name)


def times(mailbox: Any) -> list[str]:
    return [event["time"] for event in mailbox.documents()]


def test_a_rate(rule: Any, mailbox: Any, day: Tomorrow, cloud: Any) -> None:
    """Counted from when the rule was made: .../userguide/eb-create-rule-schedule.html"""
    when = day.until(12)
    arn = rule("rate(5 minutes)", mailbox.arn)
    cloud.clock.advance(minutes=11)
    first, second = mailbox.documents()
    assert first == {
        "version": "0",
        "id": first["id"],
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": f"{when:%Y-%m-%d}T12:05:00Z",
        "region": "us-east-1",
        "resources": [arn],
        "detail": {},
    }
    assert second["time"] == f"{when:%Y-%m-%d}T12:10:00Z"


def test_a_cron(rule: Any, mailbox: Any, day: Tomorrow, cloud: Any) -> None:
    when = day.until(12)
    rule("cron(30 14 * * ? *)", mailbox.arn)
    cloud.clock.advance(days=2)
    following = when + timedelta(days=1)
    assert times(mailbox) == [f"{one:%Y-%m-%d}T14:30:00Z" for one in (when, following)]


def test_nothing_waits_for_a_schedule(
    rule: Any, mailbox: Any, make_machine: Any, cloud: Any
) -> None:
    """An execution that waits for an answer from outside waits for ever, schedules or not."""
    rule("rate(1 minute)", mailbox.arn)
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": mailbox.url, "MessageBody.$": "$$.Task.Token"},
        "End": True,
    }
    machine = make_machine({"StartAt": "Ask", "States": {"Ask": task}})
    client = boto3.client("stepfunctions")
    arn = client.start_execution(stateMachineArn=machine)["executionArn"]
    with pytest.raises(RuntimeError, match="Nothing is left"):
        cloud.clock.run_until(arn)
    client.stop_execution(executionArn=arn)


def test_a_schedule_comes_while_an_execution_waits(
    rule: Any, mailbox: Any, make_machine: Any, cloud: Any
) -> None:
    rule("rate(1 minute)", mailbox.arn)
    wait = {"Type": "Wait", "Seconds": 600, "End": True}
    machine = make_machine({"StartAt": "Wait", "States": {"Wait": wait}})
    client = boto3.client("stepfunctions")
    cloud.clock.run_until(client.start_execution(stateMachineArn=machine)["executionArn"])
    assert len(mailbox.bodies()) in (9, 10)


def test_a_rule_that_is_disabled_or_deleted(rule: Any, mailbox: Any, cloud: Any) -> None:
    arn = rule("rate(1 minute)", mailbox.arn)
    client, name = boto3.client("events"), arn.rpartition("/")[2]
    client.disable_rule(Name=name)
    cloud.clock.advance(minutes=5)
    assert mailbox.bodies() == []
    client.enable_rule(Name=name)
    cloud.clock.advance(minutes=2)
    assert len(mailbox.bodies()) == 2
    client.remove_targets(Rule=name, Ids=["target"])
    client.delete_rule(Name=name)
    cloud.clock.advance(minutes=5)
    assert mailbox.bodies() == []


def test_a_schedule_matches_no_event(rule: Any, mailbox: Any) -> None:
    rule("rate(1 day)", mailbox.arn)
    entry = {"Source": "shop", "DetailType": "Order", "Detail": "{}"}
    boto3.client("events").put_events(Entries=[entry])
    assert mailbox.bodies() == []


def test_an_input(rule: Any, mailbox: Any, cloud: Any) -> None:
    rule("rate(1 minute)", mailbox.arn, Input='{"job": "clean"}')
    cloud.clock.advance(minutes=1)
    assert mailbox.bodies() == ['{"job": "clean"}']


@pytest.mark.parametrize("expression", ["rate(1 minutes)", "cron(0 0 * * * *)", "at(2030-01-01)"])
def test_a_rule_that_is_refused(cloud: Any, expression: str) -> None:
    client = boto3.client("events")
    with pytest.raises(client.exceptions.ClientError) as error:
        client.put_rule(Name="wrong", ScheduleExpression=expression)
    assert error.value.response["Error"] == {
        "Code": "ValidationException",
        "Message": "Parameter ScheduleExpression is not valid.",
    }


@pytest.fixture
def schedule(cloud: Any, role: str, mailbox: Any) -> Iterator[Callable[..., str]]:
    """Create a schedule that sends to the mailbox; returns its name. It is removed afterwards."""
    client, names = boto3.client("scheduler"), []

    def create(expression: str, target: Any = None, **settings: Any) -> str:
        names.append(name := f"schedule-{next(NUMBERS)}")
        given = {"Arn": mailbox.arn, "Input": "<aws.scheduler.scheduled-time>"} | (target or {})
        client.create_schedule(
            Name=name,
            ScheduleExpression=expression,
            Target={"RoleArn": role} | given,
            **{"FlexibleTimeWindow": OFF, **settings},
        )
        return name

    yield create
    there = {one["Name"] for one in client.list_schedules()["Schedules"]}
    for name in there.intersection(names):
        client.delete_schedule(Name=name)


def test_a_rate_begins_at_once(schedule: Any, mailbox: Any, day: Tomorrow, cloud: Any) -> None:
    """Without a StartDate: docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html"""
    when = day.until(12)
    schedule("rate(5 minutes)")
    cloud.clock.advance(minutes=11)
    assert mailbox.bodies() == [f"{when:%Y-%m-%d}T12:{minute}:00Z" for minute in ("00", "05", "10")]


def test_from_a_date_to_a_date(schedule: Any, mailbox: Any, day: Tomorrow, cloud: Any) -> None:
    when = day.until(12)
    begin, end = when + timedelta(minutes=30), when + timedelta(minutes=50)
    schedule("rate(10 minutes)", StartDate=begin, EndDate=end)
    cloud.clock.advance(hours=3)
    assert mailbox.bodies() == [f"{when:%Y-%m-%d}T12:{minute}:00Z" for minute in (30, 40, 50)]


def test_by_the_clocks_of_a_zone(schedule: Any, mailbox: Any, day: Tomorrow, cloud: Any) -> None:
    when = day.until(0, 30)
    schedule("cron(0 9 * * ? *)", ScheduleExpressionTimezone="Asia/Tokyo")
    cloud.clock.advance(days=1)
    following = when + timedelta(days=1)
    assert mailbox.bodies() == [f"{following:%Y-%m-%d}T00:00:00Z"]


def test_once_and_then_deleted(schedule: Any, mailbox: Any, day: Tomorrow, cloud: Any) -> None:
    when = day.until(12)
    kept = schedule(f"at({when:%Y-%m-%d}T12:30:00)")
    gone = schedule(f"at({when:%Y-%m-%d}T12:31:00)", ActionAfterCompletion="DELETE")
    cloud.clock.advance(hours=1)
    assert mailbox.bodies() == [f"{when:%Y-%m-%d}T12:{minute}:00Z" for minute in (30, 31)]
    client = boto3.client("scheduler")
    assert client.get_schedule(Name=kept)["State"] == "ENABLED"
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_schedule(Name=gone)


def test_within_a_window(schedule: Any, mailbox: Any, day: Tomorrow, cloud: Any) -> None:
    when = day.until(12)
    window = {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 30}
    schedule(f"at({when:%Y-%m-%d}T12:10:00)", FlexibleTimeWindow=window)
    cloud.clock.advance(minutes=10)
    assert mailbox.bodies() == []
    cloud.clock.advance(minutes=30)
    assert mailbox.bodies() == [f"{when:%Y-%m-%d}T12:10:00Z"]


def test_context(schedule: Any, mailbox: Any, cloud: Any) -> None:
    """docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html"""
    names = ("schedule-arn", "attempt-number", "execution-id")
    text = " ".join(f"<aws.scheduler.{name}>" for name in names)
    name = schedule("rate(1 days)", {"Input": text})
    cloud.clock.advance(minutes=1)
    [body] = mailbox.bodies()
    arn, attempt, execution = body.split()
    assert arn == f"arn:aws:scheduler:us-east-1:123456789012:schedule/default/{name}"
    assert attempt == "1"
    assert len(execution) == 16


def test_without_an_input(schedule: Any, mailbox: Any, cloud: Any) -> None:
    name = schedule("rate(1 days)", {"Input": "x"})
    client = boto3.client("scheduler")
    found = client.get_schedule(Name=name)
    target = {key: found["Target"][key] for key in ("Arn", "RoleArn")}
    client.update_schedule(
        Name=name, ScheduleExpression="rate(1 days)", FlexibleTimeWindow=OFF, Target=target
    )
    cloud.clock.advance(minutes=1)
    event = mailbox.documents()[-1]
    assert (event["detail-type"], event["source"]) == ("Scheduled Event", "aws.scheduler")
    assert event["resources"] == [found["Arn"]]
    assert event["detail"] == "{}"


def test_disabled_and_updated(schedule: Any, mailbox: Any, role: str, cloud: Any) -> None:
    name = schedule("rate(1 minutes)", State="DISABLED")
    cloud.clock.advance(minutes=5)
    assert mailbox.bodies() == []
    boto3.client("scheduler").update_schedule(
        Name=name,
        ScheduleExpression="rate(2 minutes)",
        FlexibleTimeWindow=OFF,
        Target={"Arn": mailbox.arn, "RoleArn": role, "Input": "x"},
    )
    cloud.clock.advance(minutes=5)
    assert len(mailbox.bodies()) == 3


def test_a_state_machine(schedule: Any, make_machine: Any, cloud: Any) -> None:
    machine = make_machine({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
    schedule("rate(1 days)", {"Arn": machine, "Input": '{"orderId": "o-1"}'})
    cloud.clock.advance(minutes=1)
    client = boto3.client("stepfunctions")
    [execution] = client.list_executions(stateMachineArn=machine)["executions"]
    found = client.describe_execution(executionArn=execution["executionArn"])
    assert json.loads(found["input"]) == {"orderId": "o-1"}


def test_a_function(schedule: Any, make_reporter: Any, mailbox: Any, cloud: Any) -> None:
    function = make_reporter(mailbox, "scheduler")
    schedule("rate(1 days)", {"Arn": function, "Input": '{"job": "clean"}'})
    cloud.clock.advance(minutes=1)
    assert mailbox.documents() == [{"job": "clean"}]


def test_a_bus(schedule: Any, bus: Any, mailbox: Any, cloud: Any) -> None:
    bus.target(mailbox.arn, InputPath="$.detail")
    told = {"DetailType": "Job", "Source": "shop"}
    arn = f"arn:aws:events:us-east-1:123456789012:event-bus/{bus.name}"
    target = {"Arn": arn, "Input": '{"job": 1}', "EventBridgeParameters": told}
    schedule("rate(1 days)", target)
    cloud.clock.advance(minutes=1)
    assert mailbox.documents() == [{"job": 1}]


def test_any_action(schedule: Any, mailbox: Any, cloud: Any) -> None:
    """The example of .../UserGuide/managing-schedule-context-attributes.html"""
    given = {"QueueUrl": mailbox.url, "MessageBody": "<aws.scheduler.attempt-number>"}
    arn = "arn:aws:scheduler:::aws-sdk:sqs:sendMessage"
    schedule("rate(1 days)", {"Arn": arn, "Input": json.dumps(given)})
    cloud.clock.advance(minutes=1)
    assert mailbox.bodies() == ["1"]


@pytest.mark.parametrize("expression", ["cron(71 8 1 * ? *)", "rate(10 seconds)", "at(2030-01-01)"])
def test_a_schedule_that_is_refused(schedule: Any, expression: str) -> None:
    client = boto3.client("scheduler")
    with pytest.raises(client.exceptions.ValidationException) as error:
        schedule(expression)
    problem = f"Invalid Schedule Expression {expression}."
    assert error.value.response["Error"]["Message"] == problem


def test_a_role_that_scheduler_may_not_assume(schedule: Any) -> None:
    client = boto3.client("scheduler")
    with pytest.raises(client.exceptions.ValidationException) as error:
        schedule("rate(1 days)", {"RoleArn": "arn:aws:iam::123456789012:role/nobody"})
    assert error.value.response["Error"]["Message"] == (
        "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."
    )


def test_a_group_that_is_not_there(schedule: Any) -> None:
    client = boto3.client("scheduler")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        schedule("rate(1 days)", GroupName="nobody")


def test_the_schedules_of_a_group_go_with_it(schedule: Any, mailbox: Any, cloud: Any) -> None:
    client = boto3.client("scheduler")
    client.create_schedule_group(Name="jobs")
    schedule("rate(1 minutes)", GroupName="jobs", StartDate=cloud.clock.now + timedelta(minutes=1))
    client.delete_schedule_group(Name="jobs")
    cloud.clock.advance(minutes=5)
    assert mailbox.bodies() == []
