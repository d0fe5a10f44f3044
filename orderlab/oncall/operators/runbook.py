"""What a good operator does by hand: a procedure for each matter, by boto3 alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import boto3

from orderlab.oncall.shop import Shop, order_of
from orderlab.oncall.traffic import CHAIR

FUNCTIONS = ("OrderEntryFunction", "StartWorkflowFunction", "ValidateOrderFunction")
ROLES = ("StartWorkflowFunctionRole", "OrderWorkflowRole", "ValidateOrderFunctionRole")
MACHINES = ("OrderWorkflowArn", "OrderSagaWorkflowArn")
DECLINED = "PaymentDeclined"
INVALID = "OrderInvalid"  # the customer's error as well, unless the definition was wrong


class Settings:
    """How the stack was set when all was well, and what differs now."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._lambda, self._iam = boto3.client("lambda"), boto3.client("iam")
        self._stepfunctions = boto3.client("stepfunctions")
        self._memory = {name: self._memory_of(shop.resource(name)) for name in FUNCTIONS}
        self._policies = {shop.resource(role): self._policies_of(role) for role in ROLES}
        self._definitions = [self._definition(name) for name in MACHINES]

    def put_back(self) -> None:
        """Set tables, functions and roles as they were, past the template: so they were changed."""
        dynamodb = boto3.client("dynamodb")
        name = self._shop.output("OrdersTableName")
        mode = dynamodb.describe_table(TableName=name)["Table"]["BillingModeSummary"]["BillingMode"]
        if mode != "PAY_PER_REQUEST":
            dynamodb.update_table(TableName=name, BillingMode="PAY_PER_REQUEST")
        for function, memory in self._memory.items():
            if self._memory_of(self._shop.resource(function)) != memory:
                self._lambda.update_function_configuration(
                    FunctionName=self._shop.resource(function), MemorySize=memory
                )
        for role, policies in self._policies.items():
            there = self._iam.list_role_policies(RoleName=role)["PolicyNames"]
            for policy in policies.keys() - set(there):
                self._iam.put_role_policy(
                    RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(policies[policy])
                )

    def deploy_again(self) -> bool:
        """Deploy the application where a definition is another one; whether one was."""
        is_other = [self._definition(name) for name in MACHINES] != self._definitions
        if is_other:
            self._shop.deploy(self._shop.folder)
        return is_other

    def _memory_of(self, function: str) -> int:
        return int(self._lambda.get_function_configuration(FunctionName=function)["MemorySize"])

    def _policies_of(self, logical_id: str) -> dict[str, Any]:
        role = self._shop.resource(logical_id)
        names = self._iam.list_role_policies(RoleName=role)["PolicyNames"]
        return {
            name: self._iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            for name in names
        }

    def _definition(self, output: str) -> str:
        arn = self._shop.output(output)
        return str(self._stepfunctions.describe_state_machine(stateMachineArn=arn)["definition"])


class Intake:
    """The event source mapping between the queue and the workflow: a tap."""

    def __init__(self, shop: Shop) -> None:
        self._lambda = boto3.client("lambda")
        [mapping] = self._lambda.list_event_source_mappings(
            FunctionName=shop.resource("StartWorkflowFunction")
        )["EventSourceMappings"]
        self._uuid = mapping["UUID"]
        self.is_open = True

    def set(self, is_open: bool) -> None:
        """Let orders through, or let them wait in their queue."""
        if is_open != self.is_open:
            self._lambda.update_event_source_mapping(UUID=self._uuid, Enabled=is_open)
            self.is_open = is_open


def send_letters_again(shop: Shop) -> None:
    """Read each dead letter; take the order out of its envelope, and send it as the API would."""
    sqs = boto3.client("sqs")
    letters = shop.output("OrderDeadLetterQueueUrl")
    while found := sqs.receive_message(QueueUrl=letters, MaxNumberOfMessages=10).get("Messages"):
        for message in found:
            body = json.loads(message["Body"])
            order = body.get("order", body)
            text = json.dumps(order, sort_keys=True, separators=(",", ":"))
            sqs.send_message(QueueUrl=shop.output("OrderQueueUrl"), MessageBody=text)
            sqs.delete_message(QueueUrl=letters, ReceiptHandle=message["ReceiptHandle"])


def unfinished(shop: Shop, was_wrong: bool) -> Iterator[Mapping[str, Any]]:
    """Executions that failed through no fault of the customer's, and were not replayed.

    Args:
        was_wrong: whether the definition was; then an order that was called invalid may be sound.
    """
    stepfunctions = boto3.client("stepfunctions")
    known = shop.executions()
    ended = {one["name"]: one["status"] for one in known}
    for one in known:
        order = order_of(one["name"])
        replays = [name for name in ended if name.startswith(f"{order}-r")]
        last = one["name"] == (replays[-1] if replays else order)
        if one["status"] == "FAILED" and last:
            found = stepfunctions.describe_execution(executionArn=one["executionArn"])
            error = found.get("error")
            if error != DECLINED and (was_wrong or error != INVALID):
                yield {**found, "order": order, "replay": f"{order}-r{len(replays) + 1}"}


def finish(execution: Mapping[str, Any], may_redrive: bool) -> None:
    """Redrive an execution that failed after the payment, with the definition that it began with;
    replay any other, from the beginning."""
    stepfunctions = boto3.client("stepfunctions")
    events = stepfunctions.get_execution_history(
        executionArn=execution["executionArn"], reverseOrder=True, maxResults=10
    )["events"]
    failed_in_a_task = any("taskFailedEventDetails" in event for event in events[:2])
    if may_redrive and failed_in_a_task:
        stepfunctions.redrive_execution(executionArn=execution["executionArn"])
        return
    stepfunctions.start_execution(
        stateMachineArn=execution["stateMachineArn"],
        name=execution["replay"],
        input=execution["input"],
    )


def pay_back(shop: Shop) -> None:
    """Give the money back to those who bought a chair that is not there; count the shelf anew."""
    missing = -shop.chairs()
    if missing <= 0:
        return
    paid = [
        row["orderId"] for row in shop.rows("MockPaymentsTableName") if row["status"] == "CHARGED"
    ]
    sales = [one for one in shop.executions("OrderSagaWorkflowArn") if one["name"] in paid]
    for one in sales[-missing:]:
        boto3.client("lambda").invoke(
            FunctionName=shop.resource("RefundOrderFunction"),
            Payload=json.dumps({"orderId": one["name"]}),
        )
    shop.table("ProductsTableName").update_item(
        Key={"productId": CHAIR["productId"]},
        UpdateExpression="SET stock = :none",
        ExpressionAttributeValues={":none": 0},
    )
