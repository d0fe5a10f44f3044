"""ReceiveMessage and what is done with what it gave: DeleteMessage, ChangeMessageVisibility.

docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html and
API_ChangeMessageVisibility.html
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import unix_time
from moto.sqs.exceptions import PurgeQueueInProgress, SQSException
from moto.sqs.models import SQSBackend, _filter_message_attributes
from moto.sqs.responses import SQSResponse

from localaws.mending import Mends
from localaws.observability import queuemetrics
from localaws.sqs.errors import invalid
from localaws.sqs.queues import Queue
from localaws.sqs.sending import check_batch, failure
from localaws.sqs.store import SECOND, Message, now
from localaws.timing.timekeeping import Clock

LONGEST_VISIBILITY = 43_200  # seconds
BETWEEN_PURGES = 60  # seconds: .../APIReference/API_PurgeQueue.html
FULL = "The maximum number of in flight messages is reached."  # the model of OverLimit
RANGES = {
    "MaxNumberOfMessages": (1, 10, "Must be between 1 and 10, if provided."),
    "WaitTimeSeconds": (0, 20, "Must be >= 0 and <= 20, if provided."),
}
SOURCE = "DeadLetterQueueSourceArn"


def install(mends: Mends, clock: Clock, told: list[Callable[[Queue], None]]) -> None:
    """`told`: where to add who wants to hear of a queue that may have messages to receive."""
    arrivals = clock.condition()

    def tell(_: Queue) -> None:
        with arrivals:
            arrivals.notify_all()

    def receive_message(
        self: SQSBackend,
        queue_name: str,
        count: int,
        wait_seconds_timeout: int,
        visibility_timeout: int,
        message_attribute_names: list[str] | None = None,
    ) -> list[Message]:
        """moto's long poll looks once a second, and a second longer than it was told to."""
        queue: Queue = self.get_queue(queue_name)

        def can_give() -> bool:
            return queue.can_give() and not queue.is_full()

        end = clock.now() + timedelta(seconds=wait_seconds_timeout)
        while True:
            messages = _take(queue, count, visibility_timeout, wait_seconds_timeout > 0)
            before = clock.now()
            left = (end - before).total_seconds()
            if messages or left <= 0:
                if not messages:
                    queuemetrics.empty(queue)
                return [_told(message, message_attribute_names or []) for message in messages]
            with arrivals:
                arrivals.wait_for(can_give, min(left, queue.seconds_to_next() or left))
            if clock.now() == before and not can_give():
                return []  # the simulated clock is held

    told.append(tell)
    mends.replace(SQSBackend, "receive_message", receive_message)
    mends.replace(SQSBackend, "change_message_visibility", change_message_visibility)
    mends.replace(SQSBackend, "purge_queue", purge_queue)
    mends.replace(SQSResponse, "delete_message_batch", delete_message_batch)
    mends.replace(SQSResponse, "change_message_visibility", change_visibility)
    mends.replace(SQSResponse, "change_message_visibility_batch", change_visibility_batch)
    _mend_receive(mends)


def _mend_receive(mends: Mends) -> None:
    """moto tells of no DeadLetterQueueSourceArn (responses.py:290), and has words of its own."""

    def receive_message(self: SQSResponse) -> ActionResult:
        for name, (low, high, reason) in RANGES.items():
            value = self._get_param(name)
            if value is not None and not low <= value <= high:
                raise invalid(name, value, reason)
        if (visibility := self._get_param("VisibilityTimeout")) is not None:
            _check_visibility(visibility)
        answer: ActionResult = receive(self)
        wanted = [
            *self._get_param("AttributeNames", []),
            *self._get_param("MessageSystemAttributeNames", []),
        ]
        if SOURCE in wanted or "All" in wanted:
            queue: Queue = self.sqs_backend.get_queue(self._get_queue_name())
            for told in answer.result.get("Messages", []):
                message = queue.store.by_id.get(told["MessageId"])
                if message is not None and message.dead_letter_source:
                    told.setdefault("Attributes", {})[SOURCE] = message.dead_letter_source
        return answer

    receive: Callable[..., ActionResult] = mends.replace(
        SQSResponse, "receive_message", receive_message
    )


def _take(queue: Queue, count: int, visibility: int, patient: bool) -> list[Message]:
    """Where too much is in flight, a short poll is refused, and a long one gets nothing."""
    if queue.is_full():
        if patient or queue.fifo_queue:
            return []
        raise SQSException("OverLimit", FULL)
    return queue.take(count, int(visibility))


def _told(message: Message, names: list[str]) -> Message:
    """A message that was taken, with those of its attributes that were asked for."""
    _filter_message_attributes(message, names)
    return message


def change_message_visibility(
    self: SQSBackend, queue_name: str, receipt_handle: str, visibility_timeout: int
) -> None:
    """Hide a message for longer or shorter, but twelve hours at most from when it was received.

    moto counts these from when it was sent (models.py:1097).
    """
    queue: Queue = self.get_queue(queue_name)
    _check_visibility(visibility_timeout)
    receipt, message = queue.find(receipt_handle)
    if message is None or receipt.receives != message.approximate_receive_count:
        reason = "Message does not exist or is not available for visibility timeout change."
        raise invalid("ReceiptHandle", receipt_handle, reason)
    if now() + visibility_timeout * SECOND > message.received + LONGEST_VISIBILITY * SECOND:
        reason = "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]"
        raise invalid("VisibilityTimeout", visibility_timeout, reason)
    queue.change_visibility(message, visibility_timeout)


def purge_queue(self: SQSBackend, queue_name: str) -> None:
    """Delete all messages."""
    queue: Queue = self.get_queue(queue_name)
    moment = unix_time()
    if queue.last_purged_at is not None and moment - queue.last_purged_at < BETWEEN_PURGES:
        raise PurgeQueueInProgress(queue.name)
    queue.last_purged_at = moment
    with queue.store.lock:
        queue.store.clear()


def delete_message_batch(self: SQSResponse) -> ActionResult:
    """moto compares the receipt handles, not the ids (responses.py:228)."""
    return _each_entry(
        self,
        "Delete",
        lambda queue, entry: self.sqs_backend.delete_message(queue, entry["ReceiptHandle"]),
    )


def change_visibility_batch(self: SQSResponse) -> ActionResult:
    """moto checks no ids, and lets one wrong entry end all."""
    return _each_entry(
        self,
        "ChangeVisibility",
        lambda queue, entry: self.sqs_backend.change_message_visibility(
            queue, entry["ReceiptHandle"], int(entry["VisibilityTimeout"])
        ),
    )


def change_visibility(self: SQSResponse) -> ActionResult:
    self.sqs_backend.change_message_visibility(
        self._get_queue_name(),
        self._get_param("ReceiptHandle"),
        int(self._get_param("VisibilityTimeout")),
    )
    return ActionResult({})


def _each_entry(
    self: SQSResponse, action: str, do: Callable[[str, dict[str, Any]], None]
) -> ActionResult:
    queue_name, entries = self._get_queue_name(), self._get_param("Entries", [])
    self.sqs_backend.get_queue(queue_name)
    check_batch((entry["Id"] for entry in entries), action)
    done, failed = [], []
    for entry in entries:
        try:
            do(queue_name, entry)
            done.append({"Id": entry["Id"]})
        except SQSException as error:
            failed.append(failure(entry["Id"], error))
    return ActionResult({"Successful": done, "Failed": failed})


def _check_visibility(seconds: int) -> None:
    if not 0 <= seconds <= LONGEST_VISIBILITY:
        raise invalid("VisibilityTimeout", seconds, "Must be between 0 and 43200, if provided.")
