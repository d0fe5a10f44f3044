"""Dead letters that a learner's program recovers, and what became of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import boto3

from localaws import clock
from orderlab.lesson.judging.shop import Shop

PAYMENT_LOG = "/aws/lambda/dev-ProcessPaymentFunction"


@dataclass(frozen=True)
class Recovered:
    """What is there after a program has gone through dead letters.

    Attributes:
        executions: how many orders have one, by their own name or as a replay.
        quarantined: bodies in the quarantine table.
        left: bodies of the dead letters.
        charges: how often each order's money was taken since the begin.
        error: what the program raised, "" where it raised nothing.
    """

    executions: int
    quarantined: tuple[str, ...]
    left: tuple[str, ...]
    charges: Counter[str]
    error: str

    @property
    def words(self) -> str:
        """`37 recovered, 3 in quarantine, 0 left`."""
        told = f"{self.executions} recovered, {len(self.quarantined)} in quarantine, "
        told += f"{len(self.left)} left"
        return f"{told} ({self.error})" if self.error else told


def recover(shop: Shop, letters: Sequence[str], orders: Sequence[str], since: Any) -> Recovered:
    """Put letters into the dead-letter queue, run the learner's program, and look after a while.

    Args:
        orders: ids of the orders that are to be recovered.
        since: from when on charges are counted.
    """
    sqs, outputs = boto3.client("sqs"), shop.stack.outputs
    dead, queue = outputs["OrderDeadLetterQueueUrl"], outputs["OrderQueueUrl"]
    table = boto3.resource("dynamodb").Table(outputs["QuarantineTableName"])
    for row in table.scan()["Items"]:
        table.delete_item(Key={"letterId": row["letterId"]})
    for body in letters:
        sqs.send_message(QueueUrl=dead, MessageBody=body)
    try:
        shop.answer(dead, queue, outputs["OrderWorkflowArn"], outputs["QuarantineTableName"])
        error = ""
    except Exception as raised:  # noqa: BLE001 - the learner's own
        error = f"{type(raised).__name__}: {raised}"
    # Whatever was sent back in vain is a dead letter again, and what was hidden can be seen.
    clock.advance(minutes=30)
    quarantined = tuple(str(row.get("body", "")) for row in table.scan()["Items"])
    started = sum(_is_started(outputs["OrderWorkflowArn"], order_id) for order_id in orders)
    return Recovered(started, quarantined, tuple(_emptied(dead)), _charges(since), error)


def _is_started(machine: str, order_id: str) -> bool:
    client = boto3.client("stepfunctions")
    for name in (order_id, f"{order_id}-r1"):
        arn = machine.replace(":stateMachine:", ":execution:") + f":{name}"
        try:
            client.describe_execution(executionArn=arn)
        except client.exceptions.ExecutionDoesNotExist:
            continue
        return True
    return False


def _emptied(url: str) -> list[str]:
    """The bodies of what lies in a queue, which is empty then."""
    sqs, bodies = boto3.client("sqs"), []
    while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in found:
            bodies.append(str(message["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return bodies


def _charges(since: Any) -> Counter[str]:
    """How often the gateway has taken each order's money: the payment function logs it."""
    logs = boto3.client("logs").get_paginator("filter_log_events")
    pages = logs.paginate(
        logGroupName=PAYMENT_LOG,
        filterPattern='"Payment approved"',
        startTime=int(since.timestamp() * 1000),
    )
    lines = [json.loads(event["message"]) for page in pages for event in page["events"]]
    return Counter(line["orderId"] for line in lines)
