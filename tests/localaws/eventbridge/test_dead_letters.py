"""What happens to an event that cannot be delivered.

docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
"""

from __future__ import annotations

import itertools
import json
from typing import Any

import boto3
import pytest

from localaws import destinations
from localaws.destinations import UndeliverableError

NOBODY = "arn:aws:sqs:us-east-1:123456789012:nobody"
BUSY = UndeliverableError("THROTTLING", "Rate exceeded.", retry=True)


def told(message: dict[str, Any]) -> dict[str, str]:
    return {name: one["StringValue"] for name, one in message["MessageAttributes"].items()}


@pytest.mark.parametrize(
    ("arn", "problem"),
    [
        (NOBODY, "The specified queue does not exist."),
        (
            "arn:aws:lambda:us-east-1:123456789012:function:nobody",
            "Function not found: arn:aws:lambda:us-east-1:123456789012:function:nobody",
        ),
        ("arn:aws:sns:us-east-1:123456789012:nobody", "Topic does not exist"),
    ],
)
def test_a_target_that_is_not_there(bus: Any, mailbox: Any, arn: str, problem: str) -> None:
    bus.target(arn, DeadLetterConfig={"Arn": mailbox.arn})
    answer = bus.put({"orderId": "o-1"})
    [message] = mailbox.messages()
    assert json.loads(message["Body"])["id"] == answer["EventId"]
    assert told(message) == {
        "RULE_ARN": bus.rule_arn,
        "TARGET_ARN": arn,
        "ERROR_CODE": "NO_RESOURCE",
        "ERROR_MESSAGE": problem,
        "RETRY_ATTEMPTS": "0",
    }


def test_without_a_dead_letter_queue_the_event_is_lost(bus: Any) -> None:
    bus.target(NOBODY)
    assert "EventId" in bus.put()


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch, cloud: Any) -> list[float]:
    """Functions cannot be reached; the times at which it was tried."""
    tried: list[float] = []

    def invoke(*_: Any) -> None:
        tried.append(cloud.clock.now.timestamp())
        raise BUSY

    monkeypatch.setattr(destinations, "invoke", invoke)
    return tried


@pytest.mark.simulated_clock
def test_a_busy_target_is_tried_again(
    bus: Any, mailbox: Any, make_function: Any, busy: list[float], cloud: Any
) -> None:
    arn = "arn:aws:lambda:us-east-1:123456789012:function:busy"
    policy = {"MaximumRetryAttempts": 3}
    bus.target(arn, RetryPolicy=policy, DeadLetterConfig={"Arn": mailbox.arn})
    bus.put()
    assert len(busy) == 1
    cloud.clock.advance(minutes=5)
    assert len(busy) == 4
    pauses = [later - earlier for earlier, later in itertools.pairwise(busy)]
    assert all(least / 2 <= pause <= least for least, pause in zip((1, 2, 4), pauses, strict=True))
    [message] = mailbox.messages()
    assert told(message)["ERROR_CODE"] == "THROTTLING"
    assert told(message)["EXHAUSTED_RETRY_CONDITION"] == "MaximumRetryAttempts"
    assert told(message)["RETRY_ATTEMPTS"] == "3"


@pytest.mark.simulated_clock
def test_an_event_gets_too_old(bus: Any, mailbox: Any, busy: list[float], cloud: Any) -> None:
    arn = "arn:aws:lambda:us-east-1:123456789012:function:busy"
    policy = {"MaximumEventAgeInSeconds": 60}
    bus.target(arn, RetryPolicy=policy, DeadLetterConfig={"Arn": mailbox.arn})
    bus.put()
    cloud.clock.advance(minutes=5)
    [message] = mailbox.messages()
    assert told(message)["EXHAUSTED_RETRY_CONDITION"] == "MaximumEventAgeInSeconds"
    assert busy[-1] - busy[0] <= 60


@pytest.mark.simulated_clock
def test_a_target_that_recovers(
    bus: Any, mailbox: Any, monkeypatch: pytest.MonkeyPatch, cloud: Any
) -> None:
    send, failures = destinations.send, [BUSY, BUSY]

    def unsteady(*given: Any, **named: Any) -> None:
        if failures:
            raise failures.pop()
        send(*given, **named)

    monkeypatch.setattr(destinations, "send", unsteady)
    bus.target(mailbox.arn)
    bus.put({"orderId": "o-1"})
    assert mailbox.bodies() == []
    cloud.clock.advance(minutes=1)
    assert [event["detail"] for event in mailbox.documents()] == [{"orderId": "o-1"}]


def test_a_schedule_has_dead_letters_too(cloud: Any, mailbox: Any, role: str, until: Any) -> None:
    """docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html"""
    target = {"Arn": NOBODY, "RoleArn": role, "Input": "hello"}
    arn = boto3.client("scheduler").create_schedule(
        Name="to-nobody",
        ScheduleExpression="rate(1 days)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target=target | {"DeadLetterConfig": {"Arn": mailbox.arn}},
    )["ScheduleArn"]
    [message] = until(mailbox.messages, "the dead letter")
    assert message["Body"] == "hello"
    attributes = told(message)
    assert (attributes["SCHEDULE_ARN"], attributes["TARGET_ARN"]) == (arn, NOBODY)
    assert attributes["ERROR_CODE"] == "NO_RESOURCE"
    boto3.client("scheduler").delete_schedule(Name="to-nobody")
