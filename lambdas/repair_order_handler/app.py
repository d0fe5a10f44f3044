"""Makes an order's row say how its execution ended when the workflow could not say so itself.

No Catch sees an execution that timed out or was aborted, nor States.Runtime. EventBridge tells of
those, and of every other failure, with "Step Functions Execution Status Change":
docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html

Events may come late, twice or in any order, and an order may have been replayed by another
execution. So each write carries its own condition:
  CONFIRMED is final; PAID yields to CONFIRMED alone; of the rest, the later end counts.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import boto3
from aws_lambda_powertools.logging import Logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

ORDERS_TABLE = os.environ["ORDERS_TABLE"]
PAYMENT_STATE = "ProcessPayment"  # its name in the state machine
ENDS = {"ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted"}

# The workflow has written the row itself and it stands; only how the execution ended is new.
ROW_STANDS = "executionArn = :arn AND #status IN (:confirmed, :failed)"
# Money was taken, whatever else was written since, unless the order was confirmed after all.
IF_PAID = (
    "attribute_not_exists(#status) OR NOT #status IN (:confirmed, :paid)"
    " OR (#status = :paid AND updatedAt <= :updatedAt)"
)
IF_NOT_PAID = (
    "attribute_not_exists(#status)"
    " OR (NOT #status IN (:confirmed, :paid) AND updatedAt <= :updatedAt)"
)

logger = Logger()
dynamodb = boto3.client("dynamodb")
sfn = boto3.client("stepfunctions")


class Ending(NamedTuple):
    """How an execution ended. Error and cause are None when AWS names none, as for an abort."""

    order_id: str
    arn: str
    status: str  # FAILED, TIMED_OUT or ABORTED
    at: str  # ISO 8601 in UTC, so that it sorts with the workflow's own updatedAt
    error: str | None
    cause: str | None

    @property
    def failure(self) -> dict[str, str]:
        """The row's attributes for error and cause, as far as AWS names them."""
        attributes = {"failureError": self.error, "failureCause": self.cause}
        return {name: text for name, text in attributes.items() if text}


class HistoryIncompleteError(Exception):
    """The history lacks its end: it is eventually consistent. Lambda will try the event again."""


def read_ending(detail: dict[str, Any]) -> Ending | None:
    """How the execution in an event ended, or None when its input names no order.

    The event leaves a large input out and does not tell the error, so the execution is asked.
    """
    execution = sfn.describe_execution(executionArn=detail["executionArn"])
    order = json.loads(execution["input"])
    order_id = order.get("orderId") if isinstance(order, dict) else None
    if not isinstance(order_id, str) or not 0 < len(order_id.encode("utf-8")) <= 2048:
        return None  # what cannot be a table's key has no row
    stopped = datetime.fromtimestamp(detail["stopDate"] / 1000, UTC)
    return Ending(
        order_id=order_id,
        arn=detail["executionArn"],
        status=detail["status"],
        at=stopped.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        error=execution.get("error"),
        cause=execution.get("cause"),
    )


def find_payment(arn: str) -> dict[str, Any] | None:
    """The payment function's answer, or None when it never gave one.

    TaskStateExited would not tell: a payment that was declined and caught leaves its state as well.
    TaskSucceeded names no state; that is found by following previousEventId to TaskStateEntered.

    Raises:
        HistoryIncompleteError: the execution's end is not in its history yet.
    """
    pages = sfn.get_paginator("get_execution_history").paginate(executionArn=arn)
    states: dict[int, str | None] = {}
    payment: dict[str, Any] | None = None
    ended = False
    for event in (event for page in pages for event in page["events"]):
        entered = event.get("stateEnteredEventDetails", {}).get("name")
        states[event["id"]] = entered or states.get(event.get("previousEventId", 0))
        if event["type"] == "TaskSucceeded" and states[event["id"]] == PAYMENT_STATE:
            payment = json.loads(event["taskSucceededEventDetails"]["output"])["Payload"]
        ended = ended or event["type"] in ENDS
    if not ended:
        raise HistoryIncompleteError(arn)
    return payment


def update_row(ending: Ending, update: str, condition: str, values: dict[str, str]) -> bool:
    """Updates the order's row if the condition holds. Returns whether it did."""
    try:
        dynamodb.update_item(
            TableName=ORDERS_TABLE,
            Key={"orderId": {"S": ending.order_id}},
            UpdateExpression=update,
            ConditionExpression=condition,
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={f":{name}": {"S": text} for name, text in values.items()},
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return False
    return True


def note_end(ending: Ending) -> bool:
    """Adds the end to a row that this execution wrote itself, and changes nothing in it."""
    sets = ["executionStatus = :end"]
    sets += [f"{name} = if_not_exists({name}, :{name})" for name in ending.failure]
    values = {"end": ending.status, "arn": ending.arn, "confirmed": "CONFIRMED", "failed": "FAILED"}
    return update_row(ending, "SET " + ", ".join(sets), ROW_STANDS, values | ending.failure)


def write_end(ending: Ending, payment: dict[str, Any] | None) -> bool:
    """Writes the end as the order's status, unless the row knows something that weighs more."""
    row = {"executionStatus": ending.status, "executionArn": ending.arn, "updatedAt": ending.at}
    row |= ending.failure
    if payment is not None:
        row["transactionId"] = payment["transactionId"]
    update = "SET #status = :status, " + ", ".join(f"{name} = :{name}" for name in row)
    # Another execution may have left its own failure there.
    stale = [name for name in ("failureError", "failureCause") if name not in row]
    if stale:
        update += " REMOVE " + ", ".join(stale)
    values = row | {
        "status": ending.status if payment is None else "PAID",
        "confirmed": "CONFIRMED",
        "paid": "PAID",
    }
    return update_row(ending, update, IF_NOT_PAID if payment is None else IF_PAID, values)


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Entry point. The event is an EventBridge event about one execution that did not succeed."""
    detail = event["detail"]
    logger.append_keys(executionArn=detail["executionArn"], executionStatus=detail["status"])
    ending = read_ending(detail)
    if ending is None:
        logger.warning("Nothing to repair: the execution's input names no order")
        return
    logger.append_keys(orderId=ending.order_id)
    if note_end(ending):
        logger.info("The workflow's own row stands; the execution's end was added")
    elif write_end(ending, find_payment(ending.arn)):
        logger.warning("The row was repaired")
    else:
        logger.info("The row was left as it is: it is confirmed, paid, or newer")
