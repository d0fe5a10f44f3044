"""What the tests of the order workflow share: the deployed stack, and how an order is placed.

The stack is found by its name, so the same tests run against the local AWS and against a real one,
where AWS_SAM_STACK_NAME says which.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

STACK = os.environ.get("AWS_SAM_STACK_NAME", "dev-ecommerce-backend")
# Seconds between two looks at an execution. The local AWS lets time pass when somebody looks.
PAUSE = 1 if "AWS_SAM_STACK_NAME" in os.environ else 0


@dataclass(frozen=True)
class Placed:
    """What became of an order.

    Attributes:
        status: the execution's, as "SUCCEEDED".
        error: the name of the execution's error; "" where there is none.
        tries: how often each Task was tried, by its state's name.
        row: the order's row; {} where there is none.
        subject, notice: what the customer was told; "" where nothing was.
    """

    status: str
    error: str
    tries: Counter[str]
    row: dict[str, Any]
    subject: str
    notice: str


@pytest.fixture(scope="session")
def outputs() -> dict[str, str]:
    """The outputs of the deployed stack."""
    [stack] = boto3.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


@pytest.fixture(scope="session")
def inbox(outputs: dict[str, str]) -> Iterator[str]:
    """A queue that gets every notice, for as long as the tests run; its URL."""
    sqs, sns = boto3.client("sqs"), boto3.client("sns")
    topic = outputs["NotificationsTopicArn"]
    queue = sqs.create_queue(QueueName="order-tests-inbox")["QueueUrl"]
    asked = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    arn = asked["Attributes"]["QueueArn"]
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)["SubscriptionArn"]
    yield queue
    sns.unsubscribe(SubscriptionArn=subscription)
    sqs.delete_queue(QueueUrl=queue)


@pytest.fixture
def place(outputs: dict[str, str], inbox: str) -> Callable[..., Placed]:
    """Places an order of two mice, to its end: `place("order-good")`.

    Fields of the order are given by name: `place("order-wrong-total", totalAmount=1.0)`.
    """
    stepfunctions, table = boto3.client("stepfunctions"), boto3.resource("dynamodb").Table

    def place(order_id: str, **changes: Any) -> Placed:
        items = [{"productId": "prod-001", "quantity": 2, "price": 29.99}]
        order = {"orderId": order_id, "userId": "ana", "items": items, "totalAmount": 59.98}
        arn = stepfunctions.start_execution(
            stateMachineArn=outputs["OrderWorkflowArn"], input=json.dumps(order | changes)
        )["executionArn"]
        while (ended := stepfunctions.describe_execution(executionArn=arn))["status"] == "RUNNING":
            time.sleep(PAUSE)
        asked = {"Key": {"orderId": order_id}, "ConsistentRead": True}
        row = table(outputs["OrdersTableName"]).get_item(**asked).get("Item", {})
        return Placed(ended["status"], ended.get("error", ""), _tries(arn), row, *_notice(inbox))

    return place


def _tries(arn: str) -> Counter[str]:
    """How often each Task of an execution was tried."""
    pages = boto3.client("stepfunctions").get_paginator("get_execution_history")
    tries, state = Counter[str](), ""
    for page in pages.paginate(executionArn=arn):
        for event in page["events"]:
            state = event.get("stateEnteredEventDetails", {}).get("name", state)
            tries[state] += event["type"] == "TaskScheduled"
    return tries


def _notice(inbox: str) -> tuple[str, str]:
    """The subject and the text of the last notice; empty where there is none."""
    sqs, subject, text = boto3.client("sqs"), "", ""
    while found := sqs.receive_message(QueueUrl=inbox, WaitTimeSeconds=2).get("Messages"):
        for message in found:
            body = json.loads(message["Body"])
            subject, text = body.get("Subject", ""), body["Message"]
            sqs.delete_message(QueueUrl=inbox, ReceiptHandle=message["ReceiptHandle"])
    return subject, text
