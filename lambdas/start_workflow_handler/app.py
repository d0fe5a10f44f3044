"""Takes orders from the queue and starts one execution of the order workflow for each.

The queue delivers at least once, so the same order can come twice. The execution is named by the
order's id, and a name is taken only once in 90 days: whatever comes again starts nothing.

A message cannot ask for a replay: an operator starts one with StartExecution under the name
`<id>-r1`, so that no message, however often it is delivered, ever charges an order again.
"""

from __future__ import annotations

import json
import os
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext

STATE_MACHINE_ARN = os.environ["STATE_MACHINE_ARN"]

logger = Logger()
sfn = boto3.client("stepfunctions")
# A batch of bad messages is no crash of this function: they are reported like any others.
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


class OrderConflictError(Exception):
    """The order's id is taken by another basket. Nobody but a person can tell which is right."""


def read_order_id(body: str) -> str:
    """The order's id in a message's body.

    Raises:
        ValueError: the body is not JSON, or has no orderId that can name an execution.
    """
    order = json.loads(body)
    order_id = order.get("orderId") if isinstance(order, dict) else None
    if not isinstance(order_id, str) or not re.fullmatch(r"[A-Za-z0-9_-]{1,80}", order_id):
        raise ValueError("the message has no orderId that can name an execution")
    return order_id


def same_json(left: str, right: str) -> bool:
    """Whether two texts hold the same JSON: spaces and the order of keys do not matter.

    Python's own comparison takes true for 1, hence the numbers marked as such; 1 and 1.0 are equal.
    """

    def parse(text: str) -> Any:
        def number(digits: str) -> tuple[str, Decimal]:
            return "number", Decimal(digits)

        return json.loads(text, parse_int=number, parse_float=number)

    return bool(parse(left) == parse(right))


def start_once(order_id: str, body: str) -> str:
    """Starts the order's execution unless it was started before. Returns the execution's ARN.

    StartExecution answers an equal call with the execution that is still running, and with
    ExecutionAlreadyExists when it has ended or the input differs:
    docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html

    Raises:
        OrderConflictError: the order was started before with another input.
        botocore.exceptions.ClientError: Step Functions refused; the message will come again.
    """
    try:
        started = sfn.start_execution(stateMachineArn=STATE_MACHINE_ARN, name=order_id, input=body)
    except sfn.exceptions.ExecutionAlreadyExists:
        arn = STATE_MACHINE_ARN.replace(":stateMachine:", ":execution:") + f":{order_id}"
        known = sfn.describe_execution(executionArn=arn)
        if not same_json(known["input"], body):
            raise OrderConflictError(f"{arn} was started with another basket") from None
        logger.info("Order was started before", extra={"executionArn": arn})
        return arn
    logger.info("Execution started", extra={"executionArn": started["executionArn"]})
    return str(started["executionArn"])


def handle_message(record: SQSRecord) -> str:
    """Handles one message. When it raises, the message comes again, and ends as a dead letter."""
    with logger.append_context_keys(messageId=record.message_id, orderId=None):
        try:
            order_id = read_order_id(record.body)
            logger.append_keys(orderId=order_id)
            return start_once(order_id, record.body)
        except Exception:
            logger.exception("Message failed")
            raise


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Entry point. The event is a batch from SQS; the answer names the messages that failed."""
    return process_partial_response(
        event=event, record_handler=handle_message, processor=processor, context=context
    )
