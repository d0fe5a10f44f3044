"""Event source mappings of queues: the poller that Lambda runs for them.

moto fires inside SendMessage alone, one message an invocation, and after a failure not before the
next SendMessage (sqs/models.py:577, awslambda/models.py:2291). Here a poller receives batches as
Lambda does: docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from moto.awslambda.models import EventSourceMapping, LambdaBackend
from moto.awslambda.utils import get_backend
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.utils import unix_time_millis
from moto.sqs.models import Message, Queue, SQSBackend, sqs_backends

from localaws.functions.service import Functions
from localaws.mending import Mends
from localaws.timing.timekeeping import Clock

log = logging.getLogger(__name__)


class Poller:
    """Feeds the messages of every mapped queue to its function, batch by batch."""

    def __init__(self, clock: Clock, functions: Functions, region: str) -> None:
        self._clock = clock
        self._functions = functions
        self._region = region
        self._news = clock.event()
        self._busy: set[str] = set()  # ids of mappings that are delivering a batch
        self._stopping = False

    def start(self) -> None:
        self._clock.spawn(self._run)

    def wake(self) -> None:
        """There may be messages."""
        self._news.set()

    def stop(self) -> None:
        """Deliver no further batch."""
        self._stopping = True
        self._news.set()

    def _run(self) -> None:
        while not self._stopping:
            self._news.clear()
            wakings = []
            for mapping in get_backend(DEFAULT_ACCOUNT_ID, self._region).list_event_source_mappings(
                "", ""
            ):
                queue = self._queue(mapping)
                if queue is None or not mapping.enabled or mapping.uuid in self._busy:
                    continue
                if queue.messages:
                    self._busy.add(mapping.uuid)
                    self._clock.spawn(partial(self._deliver, mapping, queue))
                else:
                    wakings.append(seconds_to_next_message(self._clock, queue))
            self._news.wait(min((w for w in wakings if w is not None), default=None))

    def _deliver(self, mapping: EventSourceMapping, queue: Queue) -> None:
        try:
            if not self._stopping:
                self._deliver_batch(mapping, queue)
        except Exception:
            # As on AWS: the messages stay hidden for a while and are then tried again.
            if not self._stopping:
                log.exception("The event source mapping %s failed.", mapping.uuid)
        finally:
            self._busy.discard(mapping.uuid)
            self._news.set()

    def _queue(self, mapping: EventSourceMapping) -> Queue | None:
        if mapping.event_source_arn.split(":")[2] != "sqs":
            return None
        backend: SQSBackend = sqs_backends[DEFAULT_ACCOUNT_ID][self._region]
        return backend.queues.get(mapping.event_source_arn.split(":")[-1])

    def _deliver_batch(self, mapping: EventSourceMapping, queue: Queue) -> None:
        """Receive one batch and invoke the function with it."""
        backend: SQSBackend = sqs_backends[DEFAULT_ACCOUNT_ID][self._region]
        messages = backend.receive_message(
            queue.name, mapping.batch_size, 0, int(queue.visibility_timeout or 0), ["All"]
        )
        if not messages:
            return
        function = get_backend(DEFAULT_ACCOUNT_ID, self._region).get_function(mapping.function_arn)
        event = {"Records": [_record(message, queue) for message in messages]}
        done = self._functions.invoke(function, json.dumps(event))
        failed = _failures(mapping, messages, done.payload, done.failed)
        for message in messages:
            if message.id not in failed:
                backend.delete_message(queue.name, str(message.receipt_handle))


def seconds_to_next_message(clock: Clock, queue: Queue) -> float | None:
    """When a hidden or delayed message can be received, to the millisecond; None without one."""
    now = clock.time() * 1000
    times = [max(m.visible_at, m.delayed_until) for m in queue._messages]
    hidden = [when - now for when in times if when > now]
    return max(1, math.ceil(min(hidden))) / 1000 if hidden else None


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


def install(mends: Mends, clock: Clock, poller: Poller) -> None:
    _follow_mappings(mends, poller)
    _poll_long(mends, clock, poller)


def _follow_mappings(mends: Mends, poller: Poller) -> None:
    """moto looks at its mappings when a message is sent, and at no other time."""

    def create_event_source_mapping(
        self: LambdaBackend, spec: dict[str, Any]
    ) -> EventSourceMapping:
        mapping = create(self, spec)
        for queue in sqs_backends[self.account_id][self.region_name].queues.values():
            queue.lambda_event_source_mappings.clear()  # or SendMessage invokes the function
        poller.wake()
        return mapping

    def update_event_source_mapping(
        self: LambdaBackend, uuid: str, spec: dict[str, Any]
    ) -> EventSourceMapping | None:
        mapping = update(self, uuid, spec)
        poller.wake()  # it may be enabled from now on
        return mapping

    create: Callable[..., EventSourceMapping] = mends.replace(
        LambdaBackend, "create_event_source_mapping", create_event_source_mapping
    )
    update: Callable[..., EventSourceMapping | None] = mends.replace(
        LambdaBackend, "update_event_source_mapping", update_event_source_mapping
    )


def _poll_long(mends: Mends, clock: Clock, poller: Poller) -> None:
    """moto's long poll looks once a second, and a second longer than it was told to."""
    arrivals = clock.condition()

    def add_message(self: Queue, message: Message) -> None:
        add(self, message)
        with arrivals:
            arrivals.notify_all()
        poller.wake()

    def change_visibility(self: Message, visibility_timeout: int) -> None:
        change(self, visibility_timeout)
        with arrivals:
            arrivals.notify_all()
        poller.wake()

    def receive_message(
        self: SQSBackend, queue_name: str, count: int, wait_seconds_timeout: int, *given: Any
    ) -> list[Message]:
        queue = self.get_queue(queue_name)
        end = clock.now() + timedelta(seconds=wait_seconds_timeout)
        while True:
            messages: list[Message] = receive(self, queue_name, count, 0, *given)
            before = clock.now()
            left = (end - before).total_seconds()
            if messages or left <= 0:
                return messages
            next_message = seconds_to_next_message(clock, queue)
            with arrivals:
                arrivals.wait_for(lambda: queue.messages, min(left, next_message or left))
            if clock.now() == before and not queue.messages:
                return []  # the simulated clock is held

    def is_visible(self: Message) -> bool:
        """For moto it is not yet, at the very moment when it becomes so."""
        return bool(unix_time_millis() >= self.visible_at)

    add: Callable[..., None] = mends.replace(Queue, "add_message", add_message)
    change: Callable[..., None] = mends.replace(Message, "change_visibility", change_visibility)
    receive: Callable[..., list[Message]] = mends.replace(
        SQSBackend, "receive_message", receive_message
    )
    mends.replace(Message, "visible", property(is_visible))
