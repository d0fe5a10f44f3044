"""18.2: a partial answer, and a mapping that reads it."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

import boto3

from localaws import clock
from orderlab.lesson.edits import Edit
from orderlab.lesson.exercises import Exercise, Finding
from orderlab.lesson.judging.intake import Intake

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

HANDLER, TEMPLATE = "lambdas/start_workflow_handler/app.py", "template.yaml"
MOUSE, NOTE = "prod-001", "two mice, please"
ORDERS, MOST_CALLS = 60, 12

exercise = Exercise(
    id="18.2",
    title="One note among nine orders",
    level="core",
    features="all",
    task=f"""\
In this stack `StartWorkflowFunction` goes through its batch and raises at the first message that
fails; the mapping knows of no partial answers. So one note drags good orders with it. Afterwards
**the neighbours of a bad message are started at the first try**, the bad message **is a dead letter
in the end**, and {ORDERS} orders that come together take at most {MOST_CALLS} invocations.

Edit `{HANDLER}` and `{TEMPLATE}` in `exercises/18_2`.""",
    files=(HANDLER, TEMPLATE),
    given=(
        Edit(
            TEMPLATE,
            """\
            BatchSize: 10
            FunctionResponseTypes: [ReportBatchItemFailures]
""",
            """\
            BatchSize: 10
""",
        ),
        Edit(
            HANDLER,
            """\
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools""",
            """\
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

if TYPE_CHECKING:
    from aws_lambda_powertools""",
        ),
        Edit(
            HANDLER,
            """\
# A batch of bad messages is no crash of this function: they are reported like any others.
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
""",
            "",
        ),
        Edit(
            HANDLER,
            '''\
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Entry point. The event is a batch from SQS; the answer names the messages that failed."""
    return process_partial_response(
        event=event, record_handler=handle_message, processor=processor, context=context
    )
''',
            '''\
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Entry point. The event is a batch from SQS."""
    for record in event["Records"]:
        handle_message(SQSRecord(record))
''',
        ),
    ),
    hints=(
        (
            "Two have to agree: the function, which says what failed, and the mapping, which has "
            "to read that. With one half alone, the bad message is lost or all come again."
        ),
        (
            "The answer is a dict with one key, `batchItemFailures`: a list of "
            '`{"itemIdentifier": <messageId>}`. An exception for one message must not end the '
            "loop."
        ),
        (
            '`failed.append({"itemIdentifier": record["messageId"]})` in an `except Exception`, '
            '`return {"batchItemFailures": failed}` at the end, and in the template '
            "`FunctionResponseTypes: [ReportBatchItemFailures]` below `BatchSize`."
        ),
    ),
)


@cache
def _batch(shop: Shop) -> Intake:
    """A note and nine orders, sent once."""
    intake = Intake(shop)
    intake.send(NOTE)
    for number in range(9):
        intake.send(json.dumps(shop.order(f"order-beside-{number}", [(MOUSE, 1)])))
    clock.advance(seconds=30)
    return intake


@exercise.scenario("Nine orders beside a note")
def _neighbours(shop: Shop) -> Finding:
    intake = _batch(shop)
    started = sum(bool(intake.executions(f"order-beside-{number}")) for number in range(9))
    return Finding(
        "9 started",
        f"{started} started",
        started == 9,
        f"The note {NOTE!r} came together with nine good orders. Half a minute later, {started} of "
        "them have an execution; the others were in the same batch, and wait with the note.",
    )


@exercise.scenario("The note")
def _note(shop: Shop) -> Finding:
    intake = _batch(shop)
    clock.advance(minutes=10)
    found = intake.letters(NOTE)
    return Finding(
        "1 dead letter",
        f"{found} dead letter" if found else "nowhere",
        found == 1,
        "An answer without a raised error means to Lambda that the batch went well, and all of it "
        "is deleted, unless the mapping reads the list of failures. The note is nowhere: nobody "
        "will ever learn that a customer wanted two mice.",
    )


@exercise.scenario("A known order with another basket")
def _conflict(shop: Shop) -> Finding:
    intake = _batch(shop)
    intake.send(json.dumps(shop.order("order-beside-0", [(MOUSE, 7)])))
    clock.advance(minutes=10)
    found = intake.letters('"quantity": 7')
    return Finding(
        "1 dead letter",
        f"{found} dead letter" if found else "nowhere",
        found == 1,
        "order-beside-0 came again, with seven mice. Not only what cannot be read is to be "
        "reported: any message that raises is.",
    )


@exercise.scenario(f"{ORDERS} orders at once")
def _calls(shop: Shop) -> Finding:
    intake = Intake(shop)
    began = clock.now
    for number in range(ORDERS):
        intake.send(json.dumps(shop.order(f"order-in-crowd-{number:02}", [(MOUSE, 1)])))
    clock.advance(minutes=2)
    logs = boto3.client("logs").get_paginator("filter_log_events")
    pages = logs.paginate(
        logGroupName=f"/aws/lambda/{intake.function}",
        filterPattern='"START RequestId"',
        startTime=int(began.timestamp() * 1000),
    )
    calls = sum(len(page["events"]) for page in pages)
    return Finding(
        f"at most {MOST_CALLS} invocations",
        f"{calls} invocations",
        0 < calls <= MOST_CALLS,
        f"{ORDERS} orders took {calls} invocations. A batch of one has no neighbours, and is paid "
        "for each message: keep the batches.",
    )
