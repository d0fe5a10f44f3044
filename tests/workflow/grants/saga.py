"""The order saga and its undoing: what each of their actions is needed for."""

from __future__ import annotations

import json
from typing import Any

from localaws import clock, faults
from orderlab.lesson.hazards import Saga
from tests.workflow.privileges import Scenario, log_delivery


def _sent(shop: Any, order_id: str, **changes: Any) -> Any:
    saga = Saga(shop.stack.outputs)
    return shop.ended(saga.start(shop.order(order_id, **changes)))


def confirmed(shop: Any, order_id: str) -> bool:
    """An order is reserved, charged and confirmed, and its notice goes out."""
    return bool(_sent(shop, order_id).status == "SUCCEEDED")


def undone(shop: Any, order_id: str) -> bool:
    """An order that is paid and cannot be confirmed is undone, whole."""
    with faults.inject(service="dynamodb", state="ConfirmOrder", error="InternalServerError"):
        arn = _sent(shop, order_id).arn
    return _undoing_of(shop, arn) == "SUCCEEDED" and _is_refunded(shop, order_id)


def closed(shop: Any, order_id: str) -> bool:
    """The books are closed for an order that was never charged."""
    arn = _sent(shop, order_id, items=[]).arn
    return _undoing_of(shop, arn) == "SUCCEEDED"


def _is_refunded(shop: Any, order_id: str) -> bool:
    return Saga(shop.stack.outputs).status("MockPayments", order_id) == "REFUNDED"


def _undoing_of(shop: Any, arn: str) -> str:
    """How the undoing of an execution has ended."""
    clock.advance(minutes=8)
    machine = shop.output("UndoOrderWorkflowArn")
    for execution in shop.stepfunctions.list_executions(stateMachineArn=machine)["executions"]:
        told = shop.stepfunctions.describe_execution(executionArn=execution["executionArn"])
        if json.loads(told["input"])["executionArn"] == arn:
            return str(told["status"])
    return "not started"


GRANTS: dict[str, dict[str, Scenario]] = {
    "OrderSagaWorkflow": {
        "lambda:InvokeFunction on Validate": confirmed,
        "lambda:InvokeFunction on Charge": confirmed,
        "sns:Publish": confirmed,
        "dynamodb:UpdateItem": confirmed,
        "dynamodb:PutItem": confirmed,
        **log_delivery("OrderSagaWorkflow"),
    },
    "UndoOrderWorkflow": {
        "lambda:InvokeFunction": undone,
        "sns:Publish": undone,
        "dynamodb:UpdateItem": undone,
        "states:DescribeExecution": undone,
        **log_delivery("UndoOrderWorkflow"),
    },
    "ChargeOrderFunction": {"dynamodb:PutItem": confirmed},
    "RefundOrderFunction": {"dynamodb:UpdateItem": undone, "dynamodb:PutItem": closed},
    "UndoOrderWorkflowSagaNotSucceededRole": {"states:StartExecution": closed},
}
