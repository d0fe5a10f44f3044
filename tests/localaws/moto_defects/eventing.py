"""Defects of moto's EventBridge and Scheduler. Each returns True while its defect is there."""

from __future__ import annotations

import itertools
import json
from typing import Any

import boto3
from _aws import DONE, error_code, function, machine, queue

NUMBERS = itertools.count()
SHOP = {"source": ["shop"]}


class _Bus:
    """A bus with one rule."""

    def __init__(self, pattern: Any = SHOP, **settings: Any) -> None:
        self.client = boto3.client("events")
        self.name = f"bus-{next(NUMBERS)}"
        self.client.create_event_bus(Name=self.name)
        self.client.put_rule(
            Name="rule", EventBusName=self.name, EventPattern=json.dumps(pattern), **settings
        )

    def target(self, arn: str, **settings: Any) -> None:
        targets = [{"Id": "target", "Arn": arn, **settings}]
        self.client.put_targets(Rule="rule", EventBusName=self.name, Targets=targets)

    def put(self, detail: Any = None, **fields: Any) -> Any:
        entry = {"Source": "shop", "DetailType": "Order", "EventBusName": self.name}
        entry |= {"Detail": json.dumps(detail or {})} | fields
        return self.client.put_events(Entries=[entry])["Entries"][0]


def _received(url: str) -> list[str]:
    answer = boto3.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [message["Body"] for message in answer.get("Messages", [])]


def _cannot_reach(arn: str, **settings: Any) -> bool:
    bus = _Bus()
    bus.target(arn, **settings)
    try:
        bus.put()
    except NotImplementedError:
        return True
    return False


def events_lambda_target() -> bool:
    return _cannot_reach(f"arn:aws:lambda:us-east-1:123456789012:function:{function()}")


def events_topic_target() -> bool:
    return _cannot_reach(boto3.client("sns").create_topic(Name="target")["TopicArn"])


def events_machine_target() -> bool:
    return _cannot_reach(machine(DONE), RoleArn="arn:aws:iam::123456789012:role/any")


def events_target_without_role() -> bool:
    bus, arn = _Bus(), machine(DONE)
    return error_code(lambda: bus.target(arn)) is None


def events_disabled_rule() -> bool:
    bus, (url, arn) = _Bus(State="DISABLED"), queue()
    bus.target(arn)
    bus.put()
    return bool(_received(url))


def events_input() -> bool:
    bus, (url, arn) = _Bus(), queue()
    bus.target(arn, Input='{"fixed": true}')
    bus.put()
    return bool(_received(url) != ['{"fixed": true}'])


def events_dead_letters() -> bool:
    bus, (url, arn) = _Bus(), queue()
    nobody = "arn:aws:sqs:us-east-1:123456789012:nobody"
    bus.target(nobody, DeadLetterConfig={"Arn": arn})
    error_code(bus.put)
    return not _received(url)


def events_pattern_checks() -> bool:
    bus = _Bus()
    pattern = '{"source": [{"numeric": ["<", "x"]}]}'
    put = bus.client.put_rule
    return error_code(lambda: put(Name="r", EventBusName=bus.name, EventPattern=pattern)) is None


def events_pattern_arrays() -> bool:
    bus, (url, arn) = _Bus({"detail": {"items": {"id": [1]}}}), queue()
    bus.target(arn)
    bus.put({"items": [{"id": 1}]})
    return not _received(url)


def events_test_pattern() -> bool:
    event = {"id": "1", "account": "1", "source": "shop", "time": "2026-01-05T09:00:00Z"}
    event |= {"region": "us-east-1", "resources": [], "detail-type": "Order"}
    try:
        answer = boto3.client("events").test_event_pattern(
            EventPattern=json.dumps(SHOP), Event=json.dumps(event)
        )
    except TypeError:
        return True
    return "Result" not in answer


def events_schedule_matches() -> bool:
    client, (url, arn) = boto3.client("events"), queue()
    client.put_rule(Name="daily", ScheduleExpression="rate(1 day)")
    client.put_targets(Rule="daily", Targets=[{"Id": "target", "Arn": arn}])
    entry = {"Source": "shop", "DetailType": "Order", "Detail": "{}"}
    client.put_events(Entries=[entry])
    client.remove_targets(Rule="daily", Ids=["target"])
    return bool(_received(url))


def events_any_schedule() -> bool:
    put = boto3.client("events").put_rule
    return error_code(lambda: put(Name="never", ScheduleExpression="cron(never)")) is None


def events_unknown_bus() -> bool:
    bus = _Bus()
    return error_code(lambda: bus.put(EventBusName="nobody")) is not None


def events_aws_source() -> bool:
    return "ErrorCode" not in _Bus().put(Source="aws.shop")


def events_size() -> bool:
    bus = _Bus()
    return error_code(lambda: bus.put({"text": "x" * 1024 * 1024})) is None


def _schedule(**given: Any) -> Any:
    target = {"Arn": "arn:aws:sqs:us-east-1:123456789012:q", "RoleArn": "arn:aws:iam::1:role/r"}
    fixed = {"Name": f"schedule-{next(NUMBERS)}", "ScheduleExpression": "rate(1 days)"}
    fixed |= {"FlexibleTimeWindow": {"Mode": "OFF"}, "Target": target}
    return fixed | given


def scheduler_any_expression() -> bool:
    given = _schedule(ScheduleExpression="cron(never)")
    return error_code(lambda: boto3.client("scheduler").create_schedule(**given)) is None


def scheduler_any_role() -> bool:
    return error_code(lambda: boto3.client("scheduler").create_schedule(**_schedule())) is None


def scheduler_unknown_group() -> bool:
    try:
        boto3.client("scheduler").create_schedule(**_schedule(GroupName="nobody"))
    except KeyError:
        return True
    return False


def scheduler_update_drops() -> bool:
    client, given = boto3.client("scheduler"), _schedule()
    client.create_schedule(**given)
    client.update_schedule(**given, ActionAfterCompletion="DELETE")
    return client.get_schedule(Name=given["Name"]).get("ActionAfterCompletion") != "DELETE"
