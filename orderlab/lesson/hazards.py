"""Faults before, during and after every step of the order saga, and whether its books balance.

A trial sends one order through the saga while one fault strikes one step; what cannot be undone by
itself is then done by a person, who finds it in the queue. Afterwards the books must balance:
stock + reserved + sold of each product is what it was, nobody paid for what they do not get, and
nothing is set aside for an order that is over.
"""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import boto3

from localaws import clock, faults

FORWARD = ("ReserveStock", "ChargeOrder", "ConfirmOrder", "NotifyConfirmed")
BACK = ("CloseReservation", "RefundPayment", "ReleaseStock", "RejectOrder", "NotifyRejected")
STEPS = FORWARD + BACK
# before: the step is refused; during: its execution is stopped while the step is under way; after:
# the step is done, and its answer is lost. Once, so that a retry mends it, or every time.
MOMENTS = ("before", "during", "after", "before, each time", "after, each time")
ORDER_KEYS = {"Orders": "orderId", "Reservations": "reservationId", "MockPayments": "orderId"}
PATIENCE = 120.0  # seconds: more than all retries wait, less than an idle function lives
STEP = 0.005


class Hazard(NamedTuple):
    """One fault: where, when, and what is delivered twice.

    Attributes:
        is_twice: two executions are started for the order at once.
    """

    step: str
    moment: str
    is_twice: bool = False


@dataclass(frozen=True)
class Trial:
    """What came of one order.

    Attributes:
        ends: "confirmed" or "undone", as the tables say.
        letters: how many messages about it a person has found in the queue.
    """

    order_id: str
    hazard: Hazard
    ends: str
    letters: int

    @property
    def words(self) -> str:
        return f"{self.ends}, a person looks" if self.letters else self.ends


class Saga:
    """The deployed saga, and what its tables say."""

    def __init__(self, outputs: Mapping[str, str]) -> None:
        """`outputs` of the stack."""
        self._outputs = outputs
        self._sfn, self._sqs = boto3.client("stepfunctions"), boto3.client("sqs")
        self._tables = boto3.resource("dynamodb")
        self.prefix = outputs["ReservationsTableName"].partition("-")[0]

    def table(self, name: str) -> list[dict[str, Any]]:
        """All rows of a table, by the first word of its output's name, as "Orders"."""
        table = self._tables.Table(self._outputs[f"{name}TableName"])
        pages = self._tables.meta.client.get_paginator("scan").paginate(TableName=table.name)
        return [row for page in pages for row in page["Items"]]

    def shelf(self) -> dict[str, int]:
        """The pieces of each product: on the shelf, set aside, and sold."""
        return {
            row["productId"]: int(row["stock"] + row.get("reserved", 0) + row.get("sold", 0))
            for row in self.table("Products")
        }

    def status(self, table: str, order_id: str) -> str:
        """The status in an order's row of a table; "" where it has none."""
        found = self._tables.Table(self._outputs[f"{table}TableName"]).get_item(
            Key={ORDER_KEYS[table]: order_id}, ConsistentRead=True
        )
        return str(found.get("Item", {}).get("status", ""))

    def forget(self, order_id: str) -> None:
        """Delete an order's rows, so that it can be sent again."""
        for table, key in ORDER_KEYS.items():
            self._tables.Table(self._outputs[f"{table}TableName"]).delete_item(Key={key: order_id})

    def start(self, order: Mapping[str, Any]) -> str:
        """Start the saga for an order; returns the execution's ARN."""
        started = self._sfn.start_execution(
            stateMachineArn=self._outputs["OrderSagaWorkflowArn"], input=json.dumps(order)
        )
        return str(started["executionArn"])

    def undo(self, request: str) -> None:
        """Start an undoing; `request` is the input of one."""
        self._sfn.start_execution(
            stateMachineArn=self._outputs["UndoOrderWorkflowArn"], input=request
        )

    def stop_what_runs(self) -> None:
        """Stop the executions that run now; what their ends start goes on."""
        running = [
            execution["executionArn"]
            for name in ("OrderSagaWorkflowArn", "UndoOrderWorkflowArn")
            for execution in self._sfn.list_executions(
                stateMachineArn=self._outputs[name], statusFilter="RUNNING"
            )["executions"]
        ]
        for arn in running:
            self._sfn.stop_execution(executionArn=arn)

    def letters(self) -> Iterator[dict[str, Any]]:
        """What waits for a person, taken out of the queue."""
        url = self._outputs["NeedsAttentionQueueUrl"]
        while found := self._sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10):
            if "Messages" not in found:
                return
            for message in found["Messages"]:
                self._sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                yield json.loads(message["Body"])


def strike(saga: Saga, step: str, moment: str) -> Any:
    """The fault of one step at one moment, as `localaws.faults.inject` makes it."""
    functions = {"ChargeOrder": "ChargeOrderFunction", "RefundPayment": "RefundOrderFunction"}
    times = None if "each time" in moment else 1
    late = moment == "during"
    when: Literal["before", "after"] = "after" if moment.startswith("after") else "before"
    if step in functions and late:
        writes = ["PutItem"] if step == "ChargeOrder" else ["UpdateItem"]
        table = f"{saga.prefix}-MockPayments"
        return faults.inject(table=table, operations=writes, latency=5, times=1)
    if step in functions:
        name = f"{saga.prefix}-{functions[step]}"
        return faults.inject(function=name, error="ConnectionLost", when=when, times=times)
    if step.startswith("Notify"):
        where: dict[str, Any] = {"topic": f"{saga.prefix}-OrderNotifications"}
        error = "InternalError"
    else:
        where, error = {"service": "dynamodb"}, "InternalServerError"
    how: dict[str, Any] = {"latency": 5} if late else {"error": error, "when": when}
    return faults.inject(**where, state=step, times=times, **how)


@contextmanager
def _made_to_fail(saga: Saga, step: str) -> Iterator[None]:
    """To see a step of the undoing, the saga has to fail: here, with all of it to be undone."""
    if step in FORWARD:
        yield
        return
    with faults.inject(service="dynamodb", state="ConfirmOrder", error="InternalServerError"):
        yield


def attempt(saga: Saga, order: Mapping[str, Any], hazard: Hazard) -> Trial:
    """Send one order through the saga while a fault strikes, and let a person do what is left.

    Whatever the tables have of an order of this id is deleted before.
    """
    name = str(order["orderId"])
    saga.forget(name)
    with _made_to_fail(saga, hazard.step), strike(saga, hazard.step, hazard.moment) as fault:
        for _ in range(1 + hazard.is_twice):
            saga.start(order)
        if hazard.moment == "during":
            _wait_until_struck(fault)
            saga.stop_what_runs()
        clock.advance(seconds=PATIENCE)
    letters = _work_off(saga)
    status = saga.status("Orders", name)
    ends = {"CONFIRMED": "confirmed", "FAILED": "undone"}.get(status, status or "no row")
    return Trial(name, hazard, ends, letters)


def _wait_until_struck(fault: Any) -> None:
    for _ in range(int(PATIENCE / STEP)):
        if fault.struck:
            return
        clock.advance(seconds=STEP)
    raise RuntimeError(f"{fault.name} has struck nobody")


def _work_off(saga: Saga) -> int:
    """What a person does who reads the queue: starts the undoing of an order again, unless the
    order is confirmed. Tells how many messages there were."""
    requests = [letter["detail"]["input"] for letter in saga.letters()]
    for request in requests:
        name = json.loads(json.loads(request)["input"])["orderId"]
        if saga.status("Reservations", name) != "CONFIRMED":
            saga.undo(request)
    if requests:
        clock.advance(seconds=PATIENCE)
    return len(requests)


def faults_of_books(saga: Saga, before: Mapping[str, int]) -> list[str]:
    """What does not balance, in words; empty where the books are in order.

    Args:
        before: what `Saga.shelf` said before the first order.
    """
    now, orders = saga.shelf(), {row["orderId"]: row["status"] for row in saga.table("Orders")}
    found = [
        f"{name}: {now[name]} pieces, not {count}"
        for name, count in before.items()
        if now[name] != count
    ]
    found += [
        f"{row['productId']}: {row['reserved']} set aside for nobody"
        for row in saga.table("Products")
        if row.get("reserved", 0) != 0
    ]
    found += [
        f"{row['orderId']}: {row['status']}, order {orders.get(row['orderId'])}"
        for row in saga.table("MockPayments")
        if (row["status"] == "CHARGED") != (orders.get(row["orderId"]) == "CONFIRMED")
    ]
    confirmed = {name for name, status in orders.items() if status == "CONFIRMED"}
    reserved = {row["reservationId"]: row["status"] for row in saga.table("Reservations")}
    found += [
        f"{name}: reservation {status}, order {orders.get(name)}"
        for name, status in reserved.items()
        if (status == "CONFIRMED") != (name in confirmed) or status == "RESERVED"
    ]
    return found


def matrix() -> Iterator[Hazard]:
    """Every step at every moment."""
    return (Hazard(step, moment) for step, moment in itertools.product(STEPS, MOMENTS))


def drawn(count: int, seed: int) -> Iterator[Hazard]:
    """So many hazards, drawn at random; equal for equal seeds."""
    source = random.Random(seed)
    for _ in range(count):
        yield Hazard(source.choice(STEPS), source.choice(MOMENTS), source.random() < 0.2)
