"""What colleagues change past the template: a table, a function, a role."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime

import boto3

from localaws import faults
from orderlab.oncall.incidents.incident import Incident
from orderlab.oncall.shop import Shop

UNITS = 5  # write capacity units that the shop's rushes need
MEMORY = 256  # megabytes that a function of the shop needs


class ThrottledTable(Incident):
    """Somebody has provisioned the orders' table, with one unit."""

    kind = "throttled table"
    broke = "To save money, somebody gave the orders' table one unit of write capacity."
    mend = (
        "UpdateTable: on demand again, or enough units. Those who paid and were not confirmed: "
        "redrive their executions, which go on where they failed, after the payment."
    )

    def begin(self, shop: Shop) -> None:
        name = shop.output("OrdersTableName")
        boto3.client("dynamodb").update_table(
            TableName=name,
            BillingMode="PROVISIONED",
            ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
        )
        self.struck = faults.inject(
            table=name,
            operations=["PutItem", "UpdateItem", "TransactWriteItems"],
            error="ProvisionedThroughputExceededException",
            rate=0.9,
            name=self.kind,
            hidden=True,
        )

    def is_over(self, shop: Shop, now: datetime) -> bool:
        table = boto3.client("dynamodb").describe_table(TableName=shop.output("OrdersTableName"))
        mode = table["Table"].get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED")
        units = table["Table"].get("ProvisionedThroughput", {}).get("WriteCapacityUnits", 0)
        return bool(mode == "PAY_PER_REQUEST" or units >= UNITS)

    def parts(self, shop: Shop) -> Collection[str]:
        return (shop.output("OrdersTableName"), shop.name("OrderWorkflowArn"))


class SlowFunction(Incident):
    """Somebody has taken memory from the function that validates, and processor with it."""

    kind = "slow function"
    broke = "To save money, somebody gave the function that validates orders half its memory."
    mend = (
        "UpdateFunctionConfiguration: its memory as in the template. Nobody had paid yet: replay "
        "the orders that ran into the function's timeout."
    )

    def begin(self, shop: Shop) -> None:
        name = shop.resource("ValidateOrderFunction")
        boto3.client("lambda").update_function_configuration(
            FunctionName=name, MemorySize=MEMORY // 2
        )
        self.struck = faults.inject(
            function=name, latency=12, rate=0.6, name=self.kind, hidden=True
        )

    def is_over(self, shop: Shop, now: datetime) -> bool:
        name = shop.resource("ValidateOrderFunction")
        found = boto3.client("lambda").get_function_configuration(FunctionName=name)
        return bool(found["MemorySize"] >= MEMORY)

    def parts(self, shop: Shop) -> Collection[str]:
        workflow = shop.name("OrderWorkflowArn")
        return (shop.resource("ValidateOrderFunction"), workflow)


class MissingPermission(Incident):
    """Somebody has taken a permission from the function that starts executions."""

    kind = "missing permission"
    broke = "Somebody tidied up roles: the function that starts executions may no longer do so."
    mend = (
        "PutRolePolicy: states:StartExecution on the order workflow, as the template says. The "
        "orders wait in the dead-letter queue: move them back."
    )
    ACTION = "states:StartExecution"

    def begin(self, shop: Shop) -> None:
        iam, role = boto3.client("iam"), self._role(shop)
        for name in self._policies(role):
            iam.delete_role_policy(RoleName=role, PolicyName=name)

    def is_over(self, shop: Shop, now: datetime) -> bool:
        return bool(self._policies(self._role(shop)))

    def _role(self, shop: Shop) -> str:
        return shop.resource("StartWorkflowFunctionRole")

    def _policies(self, role: str) -> list[str]:
        """The role's policies that allow it."""
        iam = boto3.client("iam")
        found = []
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            policy = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            if self.ACTION in json.dumps(policy):
                found.append(name)
        return found

    def parts(self, shop: Shop) -> Collection[str]:
        letters = shop.name("OrderDeadLetterQueueUrl")
        return (self._role(shop), shop.resource("StartWorkflowFunction"), letters)
