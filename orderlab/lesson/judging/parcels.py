"""Parcels of a learner's stack: what the carrier tells of them, and what comes of it."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
from collections import defaultdict
from typing import Any

import boto3
import requests

from localaws import clock
from orderlab.lesson.judging import notices
from orderlab.lesson.judging.shop import Shop

_NUMBERS = itertools.count(1)


class Parcels:
    """Tracked orders, their carrier and their customers."""

    def __init__(self, shop: Shop) -> None:
        outputs = shop.stack.outputs
        self.machine = outputs["OrderTrackingArn"]
        self._url = outputs["CarrierEventsUrl"]
        self._table = boto3.resource("dynamodb").Table(outputs["TrackingTableName"])
        self._inbox = notices.subscribe(outputs["NotificationsTopicArn"], "customers")
        fortnight = {"MessageRetentionPeriod": "1209600"}
        boto3.client("sqs").set_queue_attributes(QueueUrl=self._inbox, Attributes=fortnight)
        self._told: dict[str, list[str]] = defaultdict(list)
        secrets = boto3.client("secretsmanager")
        found = secrets.get_secret_value(SecretId=outputs["CarrierSecretArn"])
        self._secret = found["SecretString"]
        self._stepfunctions = boto3.client("stepfunctions")

    def new(self, name: str) -> str:
        """An order's id that no check has used before on this stack."""
        return f"{name}-{next(_NUMBERS)}"

    def begin(self, order_id: str, machine: str = "") -> str:
        """Start what EventBridge starts when an order is confirmed; returns the execution's ARN."""
        event = {"detail": {"input": json.dumps({"orderId": order_id})}}
        started = self._stepfunctions.start_execution(
            stateMachineArn=machine or self.machine, input=json.dumps(event)
        )
        return str(started["executionArn"])

    def tell(self, order_id: str, kind: str, event_id: str = "") -> int:
        """What the carrier posts, signed; the response's status.

        Args:
            event_id: the event's own; a new one if it is not given.
        """
        now = clock.now
        event = {
            "eventId": event_id or f"event-{next(_NUMBERS)}",
            "orderId": order_id,
            "type": kind,
            "at": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        }
        body, at = json.dumps(event), int(now.timestamp())
        digits = hmac.new(self._secret.encode(), f"{at}.{body}".encode(), hashlib.sha256)
        headers = {"X-Carrier-Signature": f"t={at},v1={digits.hexdigest()}"}
        status = requests.post(self._url, data=body, headers=headers, timeout=30).status_code
        clock.advance(minutes=1)
        return status

    def status(self, order_id: str) -> str:
        """What the row says; "no row" if there is none."""
        row: dict[str, Any] = self._table.get_item(Key={"orderId": order_id}).get("Item", {})
        return str(row.get("status", "no row"))

    def mails(self, order_id: str) -> list[str]:
        """The events that the order's customer was told so far, as `OrderShipped`."""
        for notice in notices.take(self._inbox):
            for word in notice.message.replace(".", " ").split():
                self._told[word].append(notice.attributes.get("event", ""))
        return self._told[order_id]

    def became(self, order_id: str) -> str:
        """The row's status and the customer's mails: `SHIPPED; OrderPreparing, OrderShipped`."""
        return f"{self.status(order_id)}; {', '.join(self.mails(order_id)) or 'no mail'}"

    def variant(self, **changes: Any) -> str:
        """A copy of the machine, some fields of its definition changed; returns its ARN."""
        found = self._stepfunctions.describe_state_machine(stateMachineArn=self.machine)
        made = self._stepfunctions.create_state_machine(
            name=f"tracking-{next(_NUMBERS)}",
            definition=json.dumps(json.loads(found["definition"]) | changes),
            roleArn=found["roleArn"],
        )
        return str(made["stateMachineArn"])
