"""How much is in each resource of a stack: one or two calls each, none of which lets time pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3

from orderlab.console.stacks.kinds import ALARM, DEAD_LETTER_QUEUE
from orderlab.console.stacks.refusals import REFUSED, reason, unless
from orderlab.console.stacks.template import Resource
from orderlab.console.style import LOOKS, PLAIN, Look

MOST = 1000  # executions of a status, and items of a table, that are counted one by one

_TROUBLE = Look("to look at", "!", LOOKS["failed"].border, LOOKS["failed"].fill, "bold")
_STATUSES = {
    "RUNNING": LOOKS["running"],
    "SUCCEEDED": LOOKS["succeeded"],
    "FAILED": LOOKS["failed"],
    "TIMED_OUT": LOOKS["failed"],
    "ABORTED": LOOKS["stopped"],
    "PENDING_REDRIVE": LOOKS["stopped"],
}


@dataclass(frozen=True)
class Count:
    """What is in a box: lines, each with its look, or None where there is nothing; `trouble` where
    a person should look."""

    lines: tuple[tuple[str, Look | None], ...]
    trouble: bool = False


@dataclass
class Counts:
    """By the resource's key, and what could not be counted: name and reason."""

    found: dict[str, Count] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


def count(resources: Mapping[str, Resource]) -> Counts:
    """Count what is in the resources; what is refused is left out and named."""
    counts = Counts()
    for key, resource in resources.items():
        try:
            found = _counted(resource)
        except REFUSED as refusal:
            counts.missing.append(f"{resource.name}: {reason(refusal)}")
            continue
        if found is not None:
            counts.found[key] = found
    return counts


def _counted(resource: Resource) -> Count | None:
    if resource.type == ALARM:
        return _alarms(resource.parts)
    if not resource.physical:
        return None
    counter = _COUNTERS.get(resource.kind.word)
    return counter(resource.physical) if counter else None


def _messages(url: str) -> Count:
    names = {
        "ApproximateNumberOfMessages": "visible",
        "ApproximateNumberOfMessagesNotVisible": "in flight",
        "ApproximateNumberOfMessagesDelayed": "delayed",
    }
    answer = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=list(names))
    numbers = {words: int(answer["Attributes"].get(name, 0)) for name, words in names.items()}
    if not any(numbers.values()):
        return Count((("empty", None),))
    text = ", ".join(f"{number} {words}" for words, number in numbers.items() if number)
    return Count(((text, PLAIN),))


def _dead_letters(url: str) -> Count:
    [(text, look)] = _messages(url).lines
    return Count(((text, look and _TROUBLE),), trouble=look is not None)


def _items(table: str) -> Count:
    """Counted, since DescribeTable's ItemCount may be six hours old."""
    answer = boto3.client("dynamodb").scan(TableName=table, Select="COUNT", Limit=MOST)
    more = "+" if "LastEvaluatedKey" in answer else ""
    return Count((_line(counted(answer["Count"], "item", more)),))


def counted(number: int, word: str, more: str = "") -> str:
    """`1 item`, `2 items`, `1000+ items`, `no items`."""
    if not number and not more:
        return f"no {word}s"
    return f"{number}{more} {word}{'' if number == 1 and not more else 's'}"


def _line(text: str) -> tuple[str, Look | None]:
    return text, None if text.startswith("no ") else PLAIN


def _executions(arn: str) -> Count:
    client = boto3.client("stepfunctions")
    given = {"stateMachineArn": arn, "maxResults": MOST}
    page = unless(client.list_executions, "StateMachineTypeNotSupported", **given)
    if page is None:
        return Count((("Express: see its log", None),))
    found = [execution["status"] for execution in page["executions"]]
    numbers = {status: (found.count(status), "") for status in _STATUSES}
    if "nextToken" in page:
        numbers = {status: _of_status(client, arn, status) for status in _STATUSES}
    lines: list[tuple[str, Look | None]] = [
        (f"{number}{more} {status.lower().replace('_', ' ')}", _STATUSES[status])
        for status, (number, more) in numbers.items()
        if number
    ]
    return Count(tuple(lines or [("no executions", None)]))


def _of_status(client: Any, arn: str, status: str) -> tuple[int, str]:
    page = client.list_executions(stateMachineArn=arn, maxResults=MOST, statusFilter=status)
    return len(page["executions"]), "+" if "nextToken" in page else ""


def _subscriptions(arn: str) -> Count:
    found = boto3.client("sns").get_topic_attributes(TopicArn=arn)["Attributes"]
    lines = [_line(counted(int(found.get("SubscriptionsConfirmed", 0)), "subscription"))]
    pending = int(found.get("SubscriptionsPending", 0))
    if pending:
        lines.append((f"{pending} to be confirmed", PLAIN))
    return Count(tuple(lines))


def _alarms(names: tuple[str, ...]) -> Count:
    client, states = boto3.client("cloudwatch"), []
    for start in range(0, len(names), 100):  # DescribeAlarms takes no more names
        answer = client.describe_alarms(
            AlarmNames=list(names[start : start + 100]),
            AlarmTypes=["MetricAlarm", "CompositeAlarm"],
        )
        alarms = answer.get("MetricAlarms", []) + answer.get("CompositeAlarms", [])
        states += [(alarm["AlarmName"], alarm["StateValue"]) for alarm in alarms]
    ringing = sorted(name for name, state in states if state == "ALARM")
    lines: list[tuple[str, Look | None]] = [(f"ALARM {name}", _TROUBLE) for name in ringing]
    for state, words in (("OK", "OK"), ("INSUFFICIENT_DATA", "insufficient data")):
        number = sum(found == state for _, found in states)
        lines += [(f"{number} {words}", PLAIN)] if number else []
    return Count(tuple(lines), trouble=bool(ringing))


_COUNTERS: dict[str, Callable[[str], Count]] = {
    "SQS queue": _messages,
    DEAD_LETTER_QUEUE.word: _dead_letters,
    "DynamoDB table": _items,
    "State machine": _executions,
    "SNS topic": _subscriptions,
}
