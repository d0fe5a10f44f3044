"""Queues: what a message goes through between SendMessage and DeleteMessage.

docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide: sqs-visibility-timeout.html,
sqs-delay-queues.html, sqs-dead-letter-queues.html, FIFO-queues-understanding-logic.html
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator
from typing import Any

from moto.sqs import models
from moto.sqs.exceptions import ReceiptHandleIsInvalid, SQSException

from localaws.observability import queuemetrics
from localaws.sqs import receipts
from localaws.sqs.attributes import Attributed
from localaws.sqs.receipts import Receipt
from localaws.sqs.store import SECOND, Message, Store, now

DEDUPLICATION = 300 * SECOND
# "approximately 120,000", .../SQSDeveloperGuide/quotas-queues.html and quotas-fifo.html
IN_FLIGHT_QUOTA = 120_000
# A message that was received more often does not count for the age of the oldest one:
# .../SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
POISON_RECEIVES = 3
FIRST_SEQUENCE_NUMBER = 18_800_000_000_000_000_000  # has twenty digits, as those of AWS
SEQUENCE_STEP = 256


class Queue(Attributed):
    """A queue of moto's, with a store of its own for the messages."""

    def __init__(self, name: str, region: str, account_id: str, **attributes: Any) -> None:
        self.store = Store()
        self.move_tasks: list[Any] = []  # see `tasks.MoveTask`
        self._duplicates: dict[str, Message] = {}
        self._sequence = itertools.count(FIRST_SEQUENCE_NUMBER, SEQUENCE_STEP)
        super().__init__(name, region, account_id, **attributes)

    def tell(self) -> None:
        """There may be messages to receive now, or sooner than before. `install` replaces this."""

    @property
    def retention(self) -> int:
        """MessageRetentionPeriod in microseconds."""
        return int(self.message_retention_period) * SECOND

    @property
    def visibility(self) -> int:
        """VisibilityTimeout in seconds."""
        return int(self.visibility_timeout)

    # ---- What comes in

    def accept(self, message: Message, delay: int) -> Message:
        """Take a message that is sent; returns it, or for a FIFO queue the one it repeats.

        Args:
            delay: seconds before it can be received.
        """
        with self.store.lock:
            if self.fifo_queue:
                earlier = self._duplicate(message)
                if earlier is not None:
                    return earlier
                message.sequence_number = str(next(self._sequence))
            message.kept_since = now()
            self.store.add(message, delay * SECOND)
        queuemetrics.sent(self, len(message.body.encode()))
        self.tell()
        return message

    def accept_dead_letter(self, message: Message, source_arn: str) -> None:
        """Take a message that was received too often elsewhere.

        It keeps its id and its count; in a standard queue also the moment since which it is kept:
        .../SQSDeveloperGuide/sqs-dead-letter-queues.html, "Message retention periods".
        """
        moved = copy.copy(message)
        moved.place, moved.dead_letter_source = "gone", source_arn
        if self.fifo_queue:
            moved.kept_since = now()
            moved.deduplication_id = moved.id
            moved.sequence_number = str(next(self._sequence))
        with self.store.lock:
            self.store.add(moved)
        queuemetrics.accessed(self)
        self.tell()

    def _duplicate(self, message: Message) -> Message | None:
        """The message that this one repeats within five minutes, deleted or not."""
        oldest = now() - DEDUPLICATION
        for key, earlier in list(self._duplicates.items()):
            if earlier.arrived > oldest:
                break
            del self._duplicates[key]
        scope = f"{message.group_id} " if self.deduplication_scope == "messageGroup" else ""
        key = scope + str(message.deduplication_id)
        if key in self._duplicates:
            return self._duplicates[key]
        self._duplicates[key] = message
        return None

    # ---- What goes out

    def can_give(self) -> bool:
        """Whether a message can be received."""
        return self.peek() is not None

    def seconds_to_next(self) -> float | None:
        """When the next hidden or delayed message can be received; None without one."""
        with self.store.lock:
            moment = self.store.next_moment()
        return None if moment is None else max(1, moment - now()) / SECOND

    def take(self, count: int, visibility: int) -> list[Message]:
        """Receive up to so many messages, and hide each of them for so many seconds.

        A message that was received too often goes to the dead-letter queue instead.
        """
        taken: list[Message] = []
        dead: list[Message] = []
        with self.store.lock:
            self.store.settle(self.retention)
            for message in self._candidates():
                if self._is_poison(message):
                    self.store.remove(message)
                    dead.append(message)
                    continue
                self._receive(message, visibility)
                taken.append(copy.copy(message))  # as it is now; it may be received once more
                if len(taken) >= count:
                    break
        queuemetrics.received(self, len(taken))
        for message in dead:  # the other queue has a lock of its own
            self.dead_letter_queue.accept_dead_letter(message, self.queue_arn)
        return taken

    def peek(self) -> Message | None:
        """The next message that could be received."""
        with self.store.lock:
            self.store.settle(self.retention)
            return next(self._candidates(), None)

    def is_full(self) -> bool:
        """Whether as many messages are in flight as AWS allows."""
        with self.store.lock:
            self.store.settle(self.retention)
            return self.store.count("in flight") >= IN_FLIGHT_QUOTA

    def _candidates(self) -> Iterator[Message]:
        """What can be received, in its order. Each has to be taken before the next is asked for."""
        if self.fifo_queue:
            yield from self._candidates_of_groups()
        else:
            while (message := self.store.first()) is not None:
                yield message

    def _candidates_of_groups(self) -> Iterator[Message]:
        """Nothing of a group of which a message is in flight, and as many of one as there are.

        .../SQSDeveloperGuide/FIFO-queues-understanding-logic.html
        """
        groups: dict[str | None, list[Message]] = {}
        closed = {message.group_id for message in self.store.in_places("in flight")}
        for message in self.store.in_places("ready", "delayed"):
            if message.place == "delayed":
                closed.add(message.group_id)  # what comes after it waits, too
            elif message.group_id not in closed:
                groups.setdefault(message.group_id, []).append(message)
        for group in groups.values():
            yield from group

    def _is_poison(self, message: Message) -> bool:
        dead = self.dead_letter_queue
        return (
            dead is not None
            and bool(self.redrive_policy)
            and message.approximate_receive_count >= self.redrive_policy["maxReceiveCount"]
            and models.sqs_backends[self.account_id][self.region].queues.get(dead.name) is dead
        )

    def _receive(self, message: Message, visibility: int) -> None:
        moment = now()
        message.received = moment
        if message.approximate_first_receive_timestamp is None:
            message.approximate_first_receive_timestamp = moment // 1000
        message.approximate_receive_count += 1
        receipt = Receipt(message.id, message.approximate_receive_count)
        message.receipt_handle = receipts.handle(self.queue_arn, receipt)
        self.store.hide(message, "in flight", moment + visibility * SECOND)

    # ---- What is done with what went out

    def find(self, receipt_handle: str) -> tuple[Receipt, Message | None]:
        """The message that a receipt handle stands for; None where it is no longer here.

        Raises:
            ReceiptHandleIsInvalid: this queue never gave out the handle.
        """
        receipt = receipts.read(self.queue_arn, receipt_handle)
        if receipt is None:
            raise ReceiptHandleIsInvalid
        return receipt, self.store.by_id.get(receipt.message_id)

    def delete_message(self, receipt_handle: str) -> None:
        """Delete a message; nothing happens where it is deleted already."""
        with self.store.lock:
            self.store.settle(self.retention)
            receipt, message = self.find(receipt_handle)
            if message is None:
                return
            latest = receipt.receives == message.approximate_receive_count
            if self.fifo_queue and not (latest and message.place == "in flight"):
                raise SQSException(
                    "InvalidParameterValue",
                    f"Value {receipt_handle} for parameter ReceiptHandle is invalid. "
                    "Reason: The receipt handle has expired.",
                )
            self.store.remove(message)
        queuemetrics.deleted(self)
        if self.fifo_queue:
            self.tell()  # its group goes on

    def change_visibility(self, message: Message, seconds: int) -> None:
        """Hide a message that was received for so many seconds from now."""
        with self.store.lock:
            self.store.hide(message, "in flight", now() + seconds * SECOND)
        self.tell()

    # ---- What is told of it

    @property
    def messages(self) -> list[Message]:
        """What can be received, without receiving it."""
        with self.store.lock:
            self.store.settle(self.retention)
            return list(self.store.in_places("ready"))

    @property
    def approximate_number_of_messages(self) -> int:
        return self._count("ready")

    @property
    def approximate_number_of_messages_delayed(self) -> int:
        return self._count("delayed")

    @property
    def approximate_number_of_messages_not_visible(self) -> int:
        return self._count("in flight")

    def age_of_oldest_message(self) -> float:
        """Seconds, as the metric ApproximateAgeOfOldestMessage counts them; 0 without a message.

        In a dead-letter queue, those since the message came there.
        """
        with self.store.lock:
            self.store.settle(self.retention)
            for message in self.store.by_id.values():
                is_poison = message.approximate_receive_count > POISON_RECEIVES
                if message.dead_letter_source or not is_poison:
                    return (now() - message.arrived) / SECOND
        return 0.0

    def _count(self, place: Any) -> int:
        with self.store.lock:
            self.store.settle(self.retention)
            return self.store.count(place)
