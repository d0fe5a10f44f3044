"""console.queue: attributes, event source mappings, and messages on request."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from orderlab import console


@pytest.fixture
def url(plain: None) -> str:
    sqs = boto3.client("sqs")
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]
    redrive = json.dumps({"deadLetterTargetArn": arn["QueueArn"], "maxReceiveCount": 3})
    attributes = {"RedrivePolicy": redrive, "DelaySeconds": "0", "VisibilityTimeout": "90"}
    return str(sqs.create_queue(QueueName="orders", Attributes=attributes)["QueueUrl"])


def test_attributes_without_receiving(url: str) -> None:
    sqs = boto3.client("sqs")
    sqs.send_message(QueueUrl=url, MessageBody="one")
    sqs.send_message(QueueUrl=url, MessageBody="later", DelaySeconds=60)
    found = console.queue("orders")
    assert found.facts == {
        "visible": "1",
        "in flight": "0",
        "delayed": "1",
        "visibility timeout": "90 s",
        "retention": "4 days",
        "dead letters": "after 3 receives to dead, which holds 0",
    }
    assert found.data.empty
    assert list(found.data.columns) == ["sent", "receives", "id", "body"]
    received = sqs.receive_message(QueueUrl=url, AttributeNames=["ApproximateReceiveCount"])
    assert received["Messages"][0]["Attributes"]["ApproximateReceiveCount"] == "1"


def test_by_name_url_and_arn(url: str) -> None:
    arn = "arn:aws:sqs:us-east-1:123456789012:orders"
    assert repr(console.queue("orders")) == repr(console.queue(url)) == repr(console.queue(arn))


def test_peek_gives_back_and_says_what_it_costs(url: str) -> None:
    sqs = boto3.client("sqs")
    for number in range(3):
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"number": number}))
    found = console.queue("orders", peek=True)
    assert sorted(found.data["body"]) == [f'{{"number": {number}}}' for number in range(3)]
    assert list(found.data["receives"]) == [1, 1, 1]
    [note] = found.notes
    assert "counts as a receive of it, of 3 that it may have" in note
    assert console.queue("orders").facts["visible"] == "3"
    assert console.queue("orders").facts["in flight"] == "0"
    assert list(console.queue("orders", peek=True).data["receives"]) == [2, 2, 2]


def test_peek_is_at_most_ten(url: str) -> None:
    sqs = boto3.client("sqs")
    for number in range(30):
        sqs.send_message(QueueUrl=url, MessageBody=str(number))
    assert len(console.queue("orders", peek=True).data) == 10


def test_peek_into_an_empty_queue(url: str) -> None:
    assert "no message could be received now" in repr(console.queue("orders", peek=True))


def test_a_dead_letter_queue_with_messages_stands_out(url: str) -> None:
    sqs = boto3.client("sqs")
    sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName="dead")["QueueUrl"], MessageBody="x")
    assert console.queue("dead").facts["visible"] == "! 1"
    assert console.queue("dead").facts["dead letters of"] == "orders"
    assert console.queue("orders").facts["dead letters"] == (
        "! after 3 receives to dead, which holds 1"
    )


@pytest.mark.parametrize("name", ["order", "https://sqs.us-east-1.amazonaws.com/1/order"])
def test_a_wrong_name(url: str, name: str) -> None:
    with pytest.raises(ValueError, match="no queue 'order': near names are orders"):
        console.queue(name)


def test_no_queue_at_all(plain: None) -> None:
    with pytest.raises(ValueError, match="there is no queue in this region"):
        console.queue("orders")


def test_what_is_refused_is_said(url: str, refusing: Callable[..., None]) -> None:
    refusing("ListEventSourceMappings")
    found = console.queue("orders")
    assert found.notes == ["Not read: event source mappings (AccessDenied)"]
    assert found.facts["visible"] == "0"


@pytest.mark.simulated_clock
def test_the_queues_of_a_shop(busy: Any, still: None) -> None:
    orders = console.queue(busy.outputs["OrderQueueUrl"])
    assert orders.facts["visible"] == "1"
    assert orders.facts["event source mapping"] == (
        "busy-StartWorkflowFunction, Enabled, batch of 10"
    )
    dead = console.queue(busy.outputs["OrderDeadLetterQueueUrl"], peek=True)
    assert list(dead.data["body"]) == ["this is not JSON"]
    sent = busy.begun  # on the simulated clock; AWS tells milliseconds
    assert dead.data["sent"][0] == f"{sent:%Y-%m-%d %H:%M:%S}.{sent.microsecond // 1000:03d}"
    assert console.queue("busy-OrderDeadLetterQueue").facts["visible"] == "! 1"
