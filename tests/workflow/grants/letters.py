"""Dead letters: what each of the machine's and the function's actions is needed for."""

from __future__ import annotations

import json
from typing import Any

import boto3

from localaws import clock
from tests.workflow.privileges import Scenario, invoke, log_delivery


def _recovered(shop: Any, body: str) -> list[str]:
    """The states that the machine entered for one letter."""
    dead = shop.output("OrderDeadLetterQueueUrl")
    shop.sqs.send_message(QueueUrl=dead, MessageBody=body)
    machine = shop.output("DeadLetterWorkflowArn")
    arn = shop.stepfunctions.start_execution(stateMachineArn=machine, input="{}")["executionArn"]
    clock.run_until(arn)
    run = shop.ended(arn)
    return list(run.states) if run.status == "SUCCEEDED" else []


def sent_back(shop: Any, order_id: str) -> bool:
    """A good order's letter is back on the queue, and no dead letter any more."""
    states = _recovered(shop, json.dumps(shop.order(order_id)))
    return "SendBack" in states and "DeleteLetter" in states and "LeaveLetter" not in states


def quarantined(shop: Any, order_id: str) -> bool:
    """A letter that nobody can read lies in the table, and a person is told."""
    states = _recovered(shop, f"{order_id}, please")
    table = boto3.resource("dynamodb").Table(shop.output("QuarantineTableName"))
    bodies = [row["body"] for row in table.scan()["Items"]]
    return "TellPerson" in states and f"{order_id}, please" in bodies


def diagnosed(shop: Any, order_id: str) -> bool:
    """The function tells that an order has been started."""
    shop.run(shop.order(order_id), order_id)
    letter = {
        "MessageId": "1",
        "Body": json.dumps(shop.order(order_id)),
        "Attributes": {"SentTimestamp": "1767603600000"},
    }
    found = invoke(shop, "DiagnoseLetterFunction", letter)
    return bool(found and found["action"] == "DROP")


def repeated(shop: Any, order_id: str) -> bool:
    """The schedule starts the machine, once somebody has switched it on."""
    events, rule = boto3.client("events"), shop.stack.resources["DeadLetterWorkflowRegularly"]
    given = {"stateMachineArn": shop.output("DeadLetterWorkflowArn")}
    before = len(shop.stepfunctions.list_executions(**given)["executions"])
    events.enable_rule(Name=rule)
    clock.advance(minutes=16)
    events.disable_rule(Name=rule)
    return len(shop.stepfunctions.list_executions(**given)["executions"]) > before


GRANTS: dict[str, dict[str, Scenario]] = {
    "DeadLetterWorkflow": {
        "sqs:ReceiveMessage": sent_back,
        "sqs:DeleteMessage": sent_back,
        "sqs:SendMessage*": sent_back,
        "lambda:InvokeFunction": sent_back,
        "dynamodb:PutItem": quarantined,
        "sns:Publish": quarantined,
        **log_delivery("DeadLetterWorkflow"),
    },
    "DiagnoseLetterFunction": {"states:DescribeExecution": diagnosed},
    "DeadLetterWorkflowRegularlyRole": {"states:StartExecution": repeated},
}
