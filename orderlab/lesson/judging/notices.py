"""Who hears of what: queues that are subscribed to a topic, and what lies in them."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3

from orderlab.lesson.answers import NotAnAnswerError

_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Notice:
    """A message as a queue got it.

    Attributes:
        attributes: the values of its message attributes, by their names.
    """

    subject: str
    message: str
    attributes: Mapping[str, str]


def subscribe(topic_arn: str, name: str, policy: Any = None, raw: bool = False) -> str:
    """Subscribe a new queue to a topic; the topic may send to it.

    Args:
        name: the beginning of the queue's.
        policy: the subscription's filter policy, as data; None for no filter.

    Returns:
        The queue's URL.

    Raises:
        NotAnAnswerError: SNS refuses the filter policy.
    """
    sqs, sns = boto3.client("sqs"), boto3.client("sns")
    url: str = sqs.create_queue(QueueName=f"{name}-{next(_NUMBERS)}")["QueueUrl"]
    asked = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    arn = asked["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
    }
    allowed = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": allowed})
    attributes = {"RawMessageDelivery": json.dumps(raw)}
    if policy is not None:
        attributes["FilterPolicy"] = json.dumps(policy)
    try:
        sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn, Attributes=attributes)
    except sns.exceptions.InvalidParameterException as error:
        why = error.response["Error"]["Message"]
        raise NotAnAnswerError(f"SNS refuses the filter policy: {why}") from error
    return url


def bodies(queue_url: str) -> list[str]:
    """Take every message out of a queue: their bodies, the first one first."""
    sqs = boto3.client("sqs")
    taken: list[str] = []
    while True:
        answer = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10)
        messages = answer.get("Messages", [])
        for message in messages:
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
            taken.append(message["Body"])
        if not messages:
            return taken


def take(queue_url: str) -> list[Notice]:
    """Take every notice out of a queue that gets SNS's envelope."""
    return [_notice(json.loads(body)) for body in bodies(queue_url)]


def _notice(envelope: Mapping[str, Any]) -> Notice:
    attributes = envelope.get("MessageAttributes", {})
    values = {name: str(one["Value"]) for name, one in attributes.items()}
    return Notice(envelope.get("Subject", ""), envelope["Message"], values)
