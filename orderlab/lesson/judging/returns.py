"""Returns on a learner's stack: who asks for them, what the warehouse tells, and what comes of it.

Nothing here knows how the learner's part is built. It is told by two events, and looked at from
outside: a row's status, the books, the shelf, what customers and persons were told.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import boto3

from localaws import clock
from orderlab.lesson import places
from orderlab.lesson.judging import notices
from orderlab.lesson.judging.shop import Shop

FORTNIGHT = "1209600"  # seconds, the longest that SQS keeps a message
PART = re.compile(r"^  (\w+):\n    Type: AWS::Serverless::(?:StateMachine|Function)$", re.MULTILINE)
Lines = Sequence[tuple[str, int]]


@dataclass(frozen=True)
class Walk:
    """The executions of a learner's Standard state machine.

    Attributes:
        states: the names of all of its states.
        entered: those that an execution has entered.
        transitions: how many states each execution entered, with its input.
    """

    name: str
    states: frozenset[str]
    entered: frozenset[str]
    transitions: tuple[tuple[str, int], ...]

    def transitions_of(self, return_id: str) -> int:
        """How many states the executions entered whose input names a return."""
        return sum(count for given, count in self.transitions if _names(given, return_id))


def of_the_course() -> frozenset[str]:
    """The logical ids of the course's own functions and state machines."""
    text = (places.COURSE / "template.yaml").read_text(encoding="utf-8")
    return frozenset(PART.findall(text))


class Returns:
    """Orders that are confirmed and paid, and their returns."""

    def __init__(self, shop: Shop) -> None:
        self._shop, outputs = shop, shop.stack.outputs
        tables = boto3.resource("dynamodb")
        self._orders = tables.Table(outputs["OrdersTableName"])
        self._reservations = tables.Table(outputs["ReservationsTableName"])
        self._books = tables.Table(outputs["MockPaymentsTableName"])
        self._products = tables.Table(outputs["ProductsTableName"])
        self._rows = tables.Table(outputs["ReturnsTableName"])
        self._inbox = notices.subscribe(outputs["NotificationsTopicArn"], "customers")
        boto3.client("sqs").set_queue_attributes(
            QueueUrl=self._inbox, Attributes={"MessageRetentionPeriod": FORTNIGHT}
        )
        self._events = boto3.client("events")
        self._told: list[notices.Notice] = []
        self._letters: list[str] = []
        self._shelf = {name: self._stock(name) for name in shop.prices}

    # ---- What happens ------------------------------------------------------------------------

    def bought(
        self, order_id: str, lines: Lines, days_ago: float = 3, status: str = "CONFIRMED"
    ) -> None:
        """An order that the saga has confirmed and charged some days ago."""
        at = _text(clock.now - timedelta(days=days_ago))
        pieces: dict[str, int] = defaultdict(int)
        for product, quantity in lines:
            pieces[product] += quantity
        total = self._worth(lines)
        row = {"reservationId": order_id, "status": status, "pieces": pieces}
        self._reservations.put_item(Item={**row, "reservedAt": at, "confirmedAt": at})
        self._books.put_item(
            Item={"orderId": order_id, "status": "CHARGED", "amount": total, "chargedAt": at}
        )
        order = {"orderId": order_id, "userId": "user-1", "totalAmount": total}
        self._orders.put_item(Item={**order, "status": status, "confirmedAt": at})

    def ask(self, return_id: str, order_id: str, lines: Lines) -> None:
        """The returns desk's event."""
        items = [
            {"productId": name, "quantity": count, "price": float(self._shop.prices[name])}
            for name, count in lines
        ]
        detail = {"returnId": return_id, "orderId": order_id, "lines": items}
        self._put("shop.returns", "Return requested", detail)

    def arrive(self, return_id: str) -> None:
        """The warehouse's event."""
        self._put("shop.warehouse", "Return arrived", {"returnId": return_id})

    def _put(self, source: str, kind: str, detail: dict[str, Any]) -> None:
        entry = {"Source": source, "DetailType": kind, "Detail": json.dumps(detail)}
        self._events.put_events(Entries=[entry])

    def read_mail(self) -> None:
        """Take what customers and persons were told, before a queue forgets it."""
        self._told += notices.take(self._inbox)
        self._letters += notices.bodies(self._shop.stack.outputs["NeedsAttentionQueueUrl"])

    # ---- What came of it ---------------------------------------------------------------------

    def status(self, return_id: str) -> str:
        """What the return's row says; "no row" if there is none."""
        row: dict[str, Any] = self._rows.get_item(Key={"returnId": return_id}).get("Item", {})
        return str(row.get("status", "no row"))

    def refunded(self, order_id: str) -> Decimal:
        """How much of an order's money has gone back."""
        row: dict[str, Any] = self._books.get_item(Key={"orderId": order_id}).get("Item", {})
        if row.get("status") == "REFUNDED":
            return Decimal(row["amount"])
        return Decimal(row["amount"] - row["left"]) if "left" in row else Decimal(0)

    def back(self, product: str) -> int:
        """How many pieces of a product have come back to the shelf."""
        return self._stock(product) - self._shelf[product]

    def mails(self, return_id: str) -> list[str]:
        """The events that the customer was told of a return, as `ReturnRefunded`."""
        self.read_mail()
        named = (one for one in self._told if _names(one.message, return_id))
        return [one.attributes.get("event", "") for one in named]

    def calls(self, return_id: str) -> int:
        """How many letters to a person name a return."""
        self.read_mail()
        return sum(_names(letter, return_id) for letter in self._letters)

    def became(self, return_id: str, order_id: str, product: str) -> str:
        """`REFUNDED; 59.98 and 2 pieces back; told ReturnRefunded`, and whether a person was."""
        told = ", ".join(self.mails(return_id)) or "nothing"
        person = "; a person was called" if self.calls(return_id) else ""
        money, pieces = self.refunded(order_id).quantize(Decimal("0.01")), self.back(product)
        return f"{self.status(return_id)}; {money} and {pieces} back; told {told}{person}"

    def walks(self) -> list[Walk]:
        """The learner's Standard state machines, and what their executions did."""
        known, client = of_the_course(), boto3.client("stepfunctions")
        resources = boto3.client("cloudformation").describe_stack_resources(
            StackName=self._shop.stack.name
        )["StackResources"]
        arns = [
            one["PhysicalResourceId"]
            for one in resources
            if one["ResourceType"] == "AWS::StepFunctions::StateMachine"
            and one["LogicalResourceId"] not in known
        ]
        found = [client.describe_state_machine(stateMachineArn=arn) for arn in arns]
        return [_walk(client, one) for one in found if one["type"] == "STANDARD"]

    def _stock(self, product: str) -> int:
        return int(self._products.get_item(Key={"productId": product})["Item"]["stock"])

    def _worth(self, lines: Lines) -> Decimal:
        return sum((self._shop.prices[name] * count for name, count in lines), Decimal(0))


def _walk(client: Any, machine: dict[str, Any]) -> Walk:
    entered: set[str] = set()
    transitions = []
    pages = client.get_paginator("list_executions").paginate(
        stateMachineArn=machine["stateMachineArn"]
    )
    for one in (one for page in pages for one in page["executions"]):
        given = client.describe_execution(executionArn=one["executionArn"])["input"]
        names = list(_entered(client, one["executionArn"]))
        entered |= set(names)
        transitions.append((given, len(names)))
    states = frozenset(_states(json.loads(machine["definition"])))
    return Walk(machine["name"], states, frozenset(entered), tuple(transitions))


def _entered(client: Any, arn: str) -> Iterator[str]:
    pages = client.get_paginator("get_execution_history").paginate(executionArn=arn)
    for event in (event for page in pages for event in page["events"]):
        if "stateEnteredEventDetails" in event:
            yield event["stateEnteredEventDetails"]["name"]


def _states(definition: dict[str, Any]) -> Iterator[str]:
    """The names of a definition's states, with those inside of a Map or a Parallel."""
    for name, state in definition["States"].items():
        yield name
        processor = state.get("ItemProcessor") or state.get("Iterator")
        for inner in (*state.get("Branches", ()), *([processor] if processor else ())):
            yield from _states(inner)


def _names(text: str, return_id: str) -> bool:
    """Whether a text names a return, and not another one whose name begins alike."""
    return re.search(rf"(?<![\w-]){re.escape(return_id)}(?![\w-])", text) is not None


def _text(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
