"""The learner's own stack, with everything in it, as a week plays on it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import requests

import localaws
from localaws import clock
from localaws.refusals import short_name
from orderlab import customers, products
from orderlab.oncall.traffic import CHAIR, Arrival

# E-mail and parcels are another team's this week.
ELSEWHERE = ("ConfirmationMailWorkflowOrderConfirmed", "OrderTrackingOrderConfirmed")
TEMPLATE = "template.yaml"


class Shop:
    """A stack, and the folder that it was deployed from.

    Attributes:
        folder: the application's folder.
        stack: what was deployed, as it was in the beginning.
    """

    def __init__(self, folder: Path) -> None:
        """Deploy the application into the local AWS, which is started.

        Raises:
            localaws.DeployError: it cannot be deployed; the message says why.
            RuntimeError: it lacks a part that a week needs.
        """
        self.folder = folder
        self.stack = self.deploy(folder)
        products.load(folder, self.output("ProductsTableName"))
        customers.load(folder, self.output("CustomersTableName"))
        self.deliver_chairs(0)
        for rule in ELSEWHERE:
            boto3.client("events").disable_rule(Name=self.resource(rule))

    @staticmethod
    def deploy(folder: Path) -> localaws.Stack:
        """Deploy an application's folder: the stack, or a change of it."""
        return localaws.deploy(folder / TEMPLATE, parameters={"Features": "all"})

    def output(self, name: str) -> str:
        """An output of the stack.

        Raises:
            RuntimeError: it has none of this name any more.
        """
        return _found(self.stack.outputs, name, "output")

    def resource(self, logical_id: str) -> str:
        """The physical id of a resource of the template.

        Raises:
            RuntimeError: it has none of this name any more.
        """
        return _found(self.stack.resources, logical_id, "resource")

    def name(self, output: str) -> str:
        """The name at the end of an output that is an ARN or a queue's URL."""
        return short_name(self.output(output))

    def table(self, output: str) -> Any:
        """boto3's table of an output of the stack, as "OrdersTableName"."""
        return boto3.resource("dynamodb").Table(self.output(output))

    def rows(self, output: str) -> list[dict[str, Any]]:
        """All rows of a table."""
        table = self.table(output)
        pages = table.meta.client.get_paginator("scan").paginate(TableName=table.name)
        return [row for page in pages for row in page["Items"]]

    def deliver_chairs(self, count: int) -> None:
        """Chairs come: there are so many more of them."""
        self.table("ProductsTableName").update_item(
            Key={"productId": CHAIR["productId"]},
            UpdateExpression="SET #name = :name, price = :price ADD stock :count",
            ExpressionAttributeNames={"#name": "name"},
            ExpressionAttributeValues={
                ":name": CHAIR["name"],
                ":price": Decimal(str(CHAIR["price"])),
                ":count": count,
            },
        )

    def chairs(self) -> int:
        """How many chairs there are; below 0 are those that were sold and are not there."""
        key = {"productId": CHAIR["productId"]}
        return int(self.table("ProductsTableName").get_item(Key=key)["Item"]["stock"])

    def take(self, arrival: Arrival) -> bool:
        """An order reaches the shop; whether it took it."""
        if arrival.channel == "web":
            url = self.output("OrdersApiUrl")
            answer = requests.post(url, json=arrival.order, timeout=60)
            return answer.status_code < 300
        boto3.client("stepfunctions").start_execution(
            stateMachineArn=self.output("OrderSagaWorkflowArn"),
            name=arrival.order_id,
            input=json.dumps(arrival.order),
        )
        return True

    def executions(self, output: str = "OrderWorkflowArn") -> list[Mapping[str, Any]]:
        """What ListExecutions tells of a state machine's, the oldest first."""
        pages = boto3.client("stepfunctions").get_paginator("list_executions")
        found = pages.paginate(stateMachineArn=self.output(output))
        return [one for page in found for one in page["executions"]][::-1]

    def alarm_topics(self) -> list[str]:
        """The topics that alarms go to."""
        return [self.resource("AlarmsTopic"), self.resource("OrderPagesTopic")]


def _found(names: Mapping[str, str], name: str, what: str) -> str:
    if name not in names:
        raise RuntimeError(
            f"This template has no {what} {name} any more, and a week on call is played with it."
        )
    return names[name]


def order_of(execution: str) -> str:
    """The order's id in an execution's name; a replay is named after its order: week-7-012-r1."""
    return execution.rpartition("-r")[0] or execution


def begin(folder: Path, seed: int) -> Shop:
    """Start the local AWS afresh, and deploy an application's folder into it."""
    localaws.reset(seed=seed)
    shop = Shop(folder)
    clock.advance(minutes=1)
    return shop
