"""Event source mappings of queues: the poller that Lambda runs for them.

moto fires inside SendMessage alone, one message an invocation, and after a failure not before the
next SendMessage (sqs/models.py:577, awslambda/models.py:2291). Here a thread receives batches
as Lambda does: docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from typing import Any

from moto.awslambda.models import EventSourceMapping, LambdaBackend
from moto.awslambda.utils import get_backend
from moto.core import DEFAULT_ACCOUNT_ID
from moto.sqs.models import Message, Queue, SQSBackend, sqs_backends

from localaws.functions import Functions
from localaws.mending import Mends

log = logging.getLogger(__name__)


# How often the poller looks for messages that have become visible again, in seconds.
TICK = 0.2


class Poller:
    """Feeds the messages of every mapped queue to its function, batch by batch."""

    def __init__(self, functions: Functions, region: str) -> None:
        self._functions = functions
        self._region = region
        self._news = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="localaws-poller", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """There may be messages."""
        self._news.set()

    def stop(self) -> None:
        """Deliver no further batch."""
        self._stopping = True
        self._news.set()

    def join(self) -> None:
        """Wait for the batch that was at work."""
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping:
            self._news.wait(TICK)
            self._news.clear()
            lambdas = get_backend(DEFAULT_ACCOUNT_ID, self._region)
            for mapping in lambdas.list_event_source_mappings("", ""):
                try:
                    while not self._stopping and mapping.enabled and self._deliver_batch(mapping):
                        pass
                except Exception:
                    # As on AWS: the messages stay hidden for a while and are then tried again.
                    if self._stopping:
                        return
                    log.exception("The event source mapping %s failed.", mapping.uuid)

    def _deliver_batch(self, mapping: EventSourceMapping) -> bool:
        """Receive one batch and invoke the function with it; False when there was none."""
        if mapping.event_source_arn.split(":")[2] != "sqs":
            return False
        backend: SQSBackend = sqs_backends[DEFAULT_ACCOUNT_ID][self._region]
        queue = backend.queues.get(mapping.event_source_arn.split(":")[-1])
        if queue is None:
            return False
        messages = backend.receive_message(
            queue.name, mapping.batch_size, 0, int(queue.visibility_timeout or 0), ["All"]
        )
        if not messages:
            return False
        function = get_backend(DEFAULT_ACCOUNT_ID, self._region).get_function(mapping.function_arn)
        event = {"Records": [_record(message, queue) for message in messages]}
        done = self._functions.invoke(function, json.dumps(event))
        failed = _failures(mapping, messages, done.payload, done.failed)
        for message in messages:
            if message.id not in failed:
                backend.delete_message(queue.name, str(message.receipt_handle))
        return True


def _record(message: Message, queue: Queue) -> dict[str, Any]:
    return {
        "messageId": message.id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": str(message.approximate_receive_count),
            "SentTimestamp": str(message.sent_timestamp),
            "SenderId": message.sender_id,
            "ApproximateFirstReceiveTimestamp": str(message.approximate_first_receive_timestamp),
        },
        "messageAttributes": {
            name: {
                "dataType": value["DataType"],
                "stringValue": value.get("StringValue"),
                "stringListValues": [],
                "binaryListValues": [],
            }
            for name, value in message.message_attributes.items()
        },
        "md5OfBody": message.body_md5,
        "eventSource": "aws:sqs",
        "eventSourceARN": queue.queue_arn,
        "awsRegion": queue.region,
    }


def _failures(
    mapping: EventSourceMapping, messages: list[Message], payload: str, failed: bool
) -> set[str]:
    """The ids of the messages that stay on the queue.

    All of them where the function failed, or where it reports batch item failures in a form that
    Lambda cannot use: docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
    """
    everything = {message.id for message in messages}
    if failed:
        return everything
    if "ReportBatchItemFailures" not in (mapping.function_response_types or []):
        return set()
    answer = json.loads(payload)
    if not answer:
        return set()
    try:
        reported = {item["itemIdentifier"] for item in answer["batchItemFailures"] or []}
    except (KeyError, TypeError):
        return everything
    return min(reported, everything)


def install(mends: Mends, poller: Poller) -> None:
    def create_event_source_mapping(
        self: LambdaBackend, spec: dict[str, Any]
    ) -> EventSourceMapping:
        mapping = create(self, spec)
        for queue in sqs_backends[self.account_id][self.region_name].queues.values():
            queue.lambda_event_source_mappings.clear()  # or SendMessage invokes the function
        poller.wake()
        return mapping

    def add_message(self: Queue, message: Message) -> None:
        add(self, message)
        poller.wake()

    create: Callable[..., EventSourceMapping] = mends.replace(
        LambdaBackend, "create_event_source_mapping", create_event_source_mapping
    )
    add: Callable[..., None] = mends.replace(Queue, "add_message", add_message)
