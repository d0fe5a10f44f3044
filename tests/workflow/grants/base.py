"""The order workflow and its handlers: what each of their actions is needed for."""

from __future__ import annotations

import json
from typing import Any

import requests

from tests.workflow.privileges import Scenario, invoke, log_delivery


def confirmed(shop: Any, order_id: str) -> bool:
    """A good order is confirmed, and its notice goes out."""
    status: str = shop.run(shop.order(order_id), order_id).status
    return status == "SUCCEEDED"


def accepted(shop: Any, order_id: str) -> bool:
    """POST /orders puts an order on the queue."""
    answer = requests.post(shop.output("OrdersApiUrl"), json=shop.order(order_id), timeout=10)
    return answer.status_code == 202


def started(shop: Any, order_id: str) -> bool:
    """A message on the queue starts its order's execution."""
    return _is_handled(shop, order_id)


def known(shop: Any, order_id: str) -> bool:
    """A message that comes again, once its order has ended, is no failure."""
    shop.run(shop.order(order_id), order_id)
    return _is_handled(shop, order_id)


def _is_handled(shop: Any, order_id: str) -> bool:
    body = json.dumps(shop.order(order_id))
    record = {"messageId": "1", "body": body, "eventSource": "aws:sqs"}
    return bool(
        invoke(shop, "StartWorkflowFunction", {"Records": [record]}) == {"batchItemFailures": []}
    )


def repaired(shop: Any, order_id: str) -> bool:
    """The row of an execution that was aborted says so."""
    arn = shop.start(shop.order(order_id), order_id)
    shop.stepfunctions.stop_execution(executionArn=arn)
    stopped = shop.ended(arn).description["stopDate"]
    detail = {"executionArn": arn, "status": "ABORTED", "stopDate": stopped.timestamp() * 1000}
    invoke(shop, "RepairOrderFunction", {"detail": detail})
    return bool(shop.row(order_id).get("status") == "ABORTED")


GRANTS: dict[str, dict[str, Scenario]] = {
    "OrderEntryFunction": {"sqs:SendMessage*": accepted},
    "StartWorkflowFunction": {
        "states:StartExecution": started,
        "states:DescribeExecution": known,
    },
    "OrderWorkflow": {
        "lambda:InvokeFunction on ValidateOrderFunction": confirmed,
        "lambda:InvokeFunction on ProcessPaymentFunction": confirmed,
        "dynamodb:UpdateItem": confirmed,
        "sns:Publish": confirmed,
        **log_delivery("OrderWorkflow"),
    },
    "ValidateOrderFunction": {"dynamodb:BatchGetItem": confirmed},
    "RepairOrderFunction": {
        "states:DescribeExecution": repaired,
        "states:GetExecutionHistory": repaired,
        "dynamodb:UpdateItem": repaired,
    },
}

# SAM's DynamoDBReadPolicy grants more than ValidateOrder's one BatchGetItem. It stays: finding that
# out, and writing the narrow statement, is exercise 05.2.
SPARE: dict[str, dict[str, Scenario]] = {
    "ValidateOrderFunction": dict.fromkeys(
        ("dynamodb:GetItem", "dynamodb:Scan", "dynamodb:Query", "dynamodb:DescribeTable"), confirmed
    )
}
