"""Says of one dead letter why it lies there, and what is to be done with it.

The state machine around it (state-machines/dead-letters.asl.json) does what is said, and may ask
about one letter more than once: nothing is changed here. What must never happen is that an order is
charged twice. A message sent back starts the execution `<order id>`; an operator's replay is named
`<order id>-r1` and is unknown to the message. So both are looked for before a letter is sent back.
"""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypedDict

import boto3
from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit
from aws_lambda_powertools.utilities.validation import SchemaValidationError, validate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

STATE_MACHINE_ARN = os.environ["STATE_MACHINE_ARN"]
SCHEMA = json.loads(Path(__file__).with_name("event.schema.json").read_text(encoding="utf-8"))
# Seconds until a letter that is sent back comes to be worked on, at the first, second and third
# time. SQS delays a message by 900 at most; after the last one a person has to look.
DELAYS = (60, 300, 900)
LONGEST_NAME = 80  # of an execution

logger = Logger()
metrics = Metrics(namespace=os.environ["METRICS_NAMESPACE"])
sfn = boto3.client("stepfunctions")


class EventInvalid(Exception):
    """The state machine asked about something that is no message of a queue."""


class Verdict(NamedTuple):
    """What is to be done with a letter, why, and what was found, in words for a person."""

    action: Literal["SEND_BACK", "QUARANTINE", "DROP"]
    cause: str
    detail: str


class Diagnosis(TypedDict):
    """What the state machine gets (schemas/diagnosis.json)."""

    action: str
    cause: str
    detail: str
    orderId: str | None
    amount: str | None  # decimal digits, as DynamoDB takes them
    since: str  # ISO 8601
    recoveries: int  # how often it has been sent back so far
    delaySeconds: int


# ---- What stands in the letter ---------------------------------------------------------------


def parse(text: str) -> Any:
    """JSON whose numbers are Decimal. Raises ValueError where it is none."""
    return json.loads(text, parse_int=Decimal, parse_float=Decimal)


def same_json(left: Any, right: Any) -> bool:
    """Whether two parsed values are the same JSON. Python's own == takes true for 1."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same_json(left[k], right[k]) for k in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same_json, left, right))
    return type(left) is type(right) and bool(left == right)


def read_order(body: str) -> dict[str, Any] | None:
    """The order in a message's body; None where nobody could start an execution for it."""
    try:
        order = parse(body)
    except ValueError:
        return None
    order_id = order.get("orderId") if isinstance(order, dict) else None
    if not isinstance(order_id, str) or not re.fullmatch(r"[A-Za-z0-9_-]{1,80}", order_id):
        return None
    return dict(order)


def amount_at_stake(order: Mapping[str, Any] | None) -> Decimal | None:
    """The order's total; None where the letter does not say."""
    total = order.get("totalAmount") if order else None
    return total if isinstance(total, Decimal) and total.is_finite() and total > 0 else None


def attribute(letter: Mapping[str, Any], name: str) -> str | None:
    """A message attribute that the state machine gave the message when it sent it back."""
    found = (letter.get("MessageAttributes") or {}).get(name)
    return str(found["StringValue"]) if found else None


def waiting_since(letter: Mapping[str, Any]) -> str:
    """When the letter was first sent. SQS keeps that time on the way to the dead-letter queue, but
    a message that is sent back is a new one."""
    first = attribute(letter, "since")
    if first:
        return first
    sent = datetime.fromtimestamp(int(letter["Attributes"]["SentTimestamp"]) / 1000, UTC)
    return sent.isoformat(timespec="milliseconds").replace("+00:00", "Z")


# ---- What became of the order ----------------------------------------------------------------


def find_inputs(order_id: str) -> dict[str, Any]:
    """The input of each execution that has this order: its own, and an operator's replay."""
    names = [name for name in (order_id, f"{order_id}-r1") if len(name) <= LONGEST_NAME]
    found = {name: find_input(name) for name in names}
    # Another order may be called <id>-r1; of this one's own execution, only the basket counts.
    return {
        name: known
        for name, known in found.items()
        if known is not None and (name == order_id or known.get("orderId") == order_id)
    }


def find_input(name: str) -> Any:
    """The input of the order workflow's execution of a name; None where there is none."""
    arn = STATE_MACHINE_ARN.replace(":stateMachine:", ":execution:") + f":{name}"
    try:
        return parse(sfn.describe_execution(executionArn=arn)["input"])
    except sfn.exceptions.ExecutionDoesNotExist:
        return None


def judge(order: Mapping[str, Any] | None, inputs: Mapping[str, Any], recoveries: int) -> Verdict:
    """What is to be done with a letter.

    Args:
        order: what stands in it; None where it cannot be read.
        inputs: of the executions that have its order, by their names.
        recoveries: how often it has been sent back.
    """
    if order is None:
        return Verdict("QUARANTINE", "UNREADABLE", "no orderId that can name an execution")
    for name, known in inputs.items():
        if not same_json(known, order):
            return Verdict("QUARANTINE", "OTHER_BASKET", f"execution {name} has another basket")
    if inputs:
        names = " and ".join(inputs)
        return Verdict("DROP", "ALREADY_STARTED", f"execution {names} has the order")
    if recoveries >= len(DELAYS):
        detail = f"sent back {recoveries} times, and it came again"
        return Verdict("QUARANTINE", "TRIED_TOO_OFTEN", detail)
    return Verdict("SEND_BACK", "TECHNICAL", "nothing is wrong with the letter")


def diagnose(letter: Mapping[str, Any]) -> Diagnosis:
    """All that the state machine has to know about a letter.

    Raises:
        botocore.exceptions.ClientError: Step Functions refused to tell of an execution.
    """
    order = read_order(letter["Body"])
    recoveries = int(attribute(letter, "recoveries") or 0)
    verdict = judge(order, find_inputs(order["orderId"]) if order else {}, recoveries)
    amount = amount_at_stake(order)
    return Diagnosis(
        action=verdict.action,
        cause=verdict.cause,
        detail=verdict.detail,
        orderId=order["orderId"] if order else None,
        amount=None if amount is None else str(amount),
        since=waiting_since(letter),
        recoveries=recoveries,
        delaySeconds=DELAYS[recoveries] if verdict.action == "SEND_BACK" else 0,
    )


def count(diagnosis: Diagnosis) -> None:
    """Writes the line of the log that CloudWatch makes metrics of (Embedded Metric Format)."""
    metrics.add_dimension("Cause", diagnosis["cause"])
    metrics.add_metric("Letters", MetricUnit.Count, 1)
    metrics.add_metric("AmountAtStake", MetricUnit.NoUnit, float(diagnosis["amount"] or 0))
    metrics.flush_metrics()


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> Diagnosis:
    """Entry point. The event is one message, as ReceiveMessage gives it."""
    try:
        validate(event=event, schema=SCHEMA)
    except SchemaValidationError as error:
        raise EventInvalid(str(error)) from error
    diagnosis = diagnose(event)
    logger.append_keys(messageId=event["MessageId"], orderId=diagnosis["orderId"])
    logger.info("Letter diagnosed", extra={"diagnosis": diagnosis})
    count(diagnosis)
    return diagnosis
