"""The way into the workflow: the API, the queue, the function between, and the dead letters."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import boto3
import requests

from localaws import clock
from orderlab.lesson.judging.shop import Shop

FUNCTION = "StartWorkflowFunction"  # in the template


class Intake:
    """What customers, the queue and whoever looks after it do to a learner's stack."""

    def __init__(self, shop: Shop) -> None:
        self._outputs = shop.stack.outputs
        self.function = shop.stack.resources[FUNCTION]
        self._sqs = boto3.client("sqs")
        self._stepfunctions = boto3.client("stepfunctions")
        self._letters: list[str] = []

    def post(self, order: Mapping[str, Any]) -> requests.Response:
        """Send an order to the API, as a customer does."""
        return requests.post(self._outputs["OrdersApiUrl"], json=order, timeout=30)

    def send(self, body: str) -> None:
        """Put a message on the queue, past the API."""
        self._sqs.send_message(QueueUrl=self._outputs["OrderQueueUrl"], MessageBody=body)

    def deliver(self, order: Mapping[str, Any], times: int) -> None:
        """Hand one message to the function, again and again, as SQS may."""
        record = {
            "messageId": "11111111-1111-4111-8111-111111111111",
            "receiptHandle": "receipt",
            "body": json.dumps(order),
            "attributes": {"ApproximateReceiveCount": "1"},
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:order-queue",
            "awsRegion": "us-east-1",
        }
        event = json.dumps({"Records": [record]})
        for _ in range(times):
            boto3.client("lambda").invoke(FunctionName=self.function, Payload=event)

    def executions(self, order_id: str) -> list[Mapping[str, Any]]:
        """Those that were started with an order of this id, the oldest first."""
        pages = self._stepfunctions.get_paginator("list_executions").paginate(
            stateMachineArn=self._outputs["OrderWorkflowArn"]
        )
        arns = [one["executionArn"] for page in pages for one in page["executions"]]
        found = [self._stepfunctions.describe_execution(executionArn=arn) for arn in arns]
        own = [one for one in found if json.loads(one["input"]).get("orderId") == order_id]
        return sorted(own, key=lambda one: one["startDate"])

    def letters(self, text: str) -> int:
        """How many of the dead letters so far hold a text. They are taken out of their queue."""
        url = self._outputs["OrderDeadLetterQueueUrl"]
        while messages := self._sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for message in messages:
                self._letters.append(message["Body"])
                self._sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return sum(text in letter for letter in self._letters)

    def became(self, order_id: str, minutes: float = 10) -> str:
        """What has become of an order after some time: `1 execution, no dead letter`."""
        clock.advance(minutes=minutes)
        started, dead = len(self.executions(order_id)), self.letters(order_id)
        return f"{_counted(started, 'execution')}, {_counted(dead, 'dead letter')}"


def _counted(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 or not number else 's'}"
