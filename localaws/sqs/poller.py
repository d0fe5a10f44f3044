"""Lambda's event pollers: they receive a queue's messages and invoke a function with them.

moto invokes a function inside SendMessage, with one message each, and after a failure not before
the next SendMessage (sqs/models.py:577, awslambda/models.py:2291).
"""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from functools import partial
from typing import Any

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.utils import get_backend
from moto.sqs.exceptions import SQSException
from moto.sqs.models import sqs_backends

from localaws.functions.service import Functions
from localaws.refusals import RefusedInvocation
from localaws.sqs import batches
from localaws.sqs.queues import Queue
from localaws.sqs.scaling import Concurrency
from localaws.sqs.store import SECOND, Message, now
from localaws.timing.timekeeping import Clock

log = logging.getLogger(__name__)

LONGEST_PAUSE = 60.0  # seconds between two attempts to invoke a throttled function


class Pollers:
    """One poller for each mapping of a queue."""

    def __init__(self, clock: Clock, functions: Functions) -> None:
        self.clock, self.functions = clock, functions
        self.stopped = clock.event()
        self._of_queues: dict[str, list[Poller]] = {}  # by the queue's ARN

    def follow(self, mapping: Any, kind: type[Poller] | None = None) -> None:
        """Begin to poll for a mapping, or go on as it says now; see `mappings.QueueMapping`.

        Args:
            kind: of poller: a pipe's hands its batches over in another way.
        """
        pollers = self._of_queues.setdefault(mapping.event_source_arn, [])
        for poller in pollers:
            if poller.mapping is mapping:
                poller.change()
                return
        poller = (kind or Poller)(self, mapping)
        pollers.append(poller)
        self.clock.spawn(poller.run)

    def forget(self, mapping: Any) -> None:
        """Poll for a mapping no longer. Batches that are on their way come to their end."""
        pollers = self._of_queues.get(mapping.event_source_arn, [])
        for poller in [one for one in pollers if one.mapping is mapping]:
            pollers.remove(poller)
            poller.end()

    def tell(self, queue: Queue) -> None:
        """There may be messages."""
        for poller in self._of_queues.get(queue.queue_arn, ()):
            poller.wake()

    def stop(self) -> None:
        """Deliver no further batch."""
        self.stopped.set()
        for pollers in self._of_queues.values():
            for poller in pollers:
                poller.end()


class Poller:
    """Receives for one mapping, batch by batch, as many at a time as its scaling allows."""

    def __init__(self, pollers: Pollers, mapping: Any) -> None:
        self.mapping = mapping
        self.pollers = pollers
        self._clock = pollers.clock
        self._news = self._clock.event()
        self._ended = False
        self._lock = threading.Lock()  # for the real clock
        self._busy = 0  # batches that are on their way
        self._gathered: list[Message] = []
        self._due = 0  # when the batching window of what is gathered closes
        self.change()

    def change(self) -> None:
        """Go on as the mapping says now."""
        self._filters = batches.Filters(self.mapping.filter_criteria)
        self.concurrency = Concurrency(self.mapping.maximum_concurrency, self.mapping.is_fifo)
        self.wake()

    def wake(self) -> None:
        """There may be something to do."""
        self._news.set()

    def end(self) -> None:
        """Receive nothing more."""
        self._ended = True
        self.wake()

    def run(self) -> None:
        """Receive and deliver, until the end."""
        while not self._ended:
            self._news.clear()
            queue = self._queue()
            if queue is None or not (self.mapping.enabled or self._gathered):
                self._news.wait()
            elif not self._step(queue):
                self._news.wait(self._pause(queue))

    def _queue(self) -> Queue | None:
        account, region = self.mapping.account_id, self.mapping.region
        name = self.mapping.event_source_arn.rpartition(":")[2]
        queue: Queue | None = sqs_backends[account][region].queues.get(name)
        return queue

    def _step(self, queue: Queue) -> bool:
        """Receive what there is and send a batch on its way; False where there is neither."""
        if self._busy >= self.concurrency.limit(queue.can_give, self._busy):
            return False
        room = self.mapping.batch_size - len(self._gathered) if self.mapping.enabled else 0
        received = queue.take(room, queue.visibility) if room and not queue.is_full() else []
        if received and not self._gathered:
            self._due = now() + self.mapping.window * SECOND
        self._gathered += [one for one in received if self._is_wanted(one, queue)]
        if self._gathered and self._is_complete():
            batch, self._gathered = self._gathered, []
            self._count(1)
            self._clock.spawn(partial(self._deliver, batch, queue))
            return True
        return bool(received)

    def _is_wanted(self, message: Message, queue: Queue) -> bool:
        """What no filter matches is deleted: .../lambda/latest/dg/with-sqs-filtering.html"""
        if self._filters.match(message, queue):
            return True
        queue.delete_message(str(message.receipt_handle))
        return False

    def _is_complete(self) -> bool:
        return (
            len(self._gathered) >= self.mapping.batch_size
            or now() >= self._due
            or not self.mapping.enabled
            or sum(len(message.body) for message in self._gathered) >= batches.LARGEST_EVENT
        )

    def _pause(self, queue: Queue) -> float | None:
        """Seconds until there may be something to do without being woken."""
        waits = [self.concurrency.next_step()]
        if not self.concurrency.is_reached(self._busy):
            waits = [queue.seconds_to_next()]
            if self._gathered:
                waits.append(max(0, self._due - now()) / SECOND)
        return min((wait for wait in waits if wait is not None), default=None)

    def _deliver(self, batch: list[Message], queue: Queue) -> None:
        try:
            self.hand_over(batch, queue)
        except UnknownFunctionException:
            self.concurrency.back_off()  # the function is deleted, its mapping is not
        except Exception:
            # As on AWS: the messages stay hidden for a while and are then tried again.
            if not self.pollers.stopped.is_set():
                log.exception("The event source mapping %s failed.", self.mapping.uuid)
        finally:
            self._count(-1)
            self.wake()

    def _count(self, more: int) -> None:
        with self._lock:
            self._busy += more

    def hand_over(self, batch: list[Message], queue: Queue) -> None:
        """Hand a batch over, and delete what has been worked on."""
        for messages, event in batches.events(batch, queue):
            if not self.pollers.stopped.is_set():
                self._deliver_event(messages, event, queue)

    def _deliver_event(self, messages: list[Message], event: str, queue: Queue) -> None:
        done = self._invoke(event, now() + queue.visibility * SECOND)
        failed = {message.id for message in messages}
        if not done.failed:
            failed = batches.failures(done.payload, messages) if self.mapping.reports else set()
        elif not self.mapping.reports:
            self.concurrency.back_off()
        self.delete(messages, failed, queue)

    @staticmethod
    def delete(messages: list[Message], failed: set[str], queue: Queue) -> None:
        """Delete the messages of a batch, apart from those whose ids are given."""
        for message in messages:
            if message.id not in failed:
                with suppress(SQSException):  # a FIFO queue's, after the visibility timeout
                    queue.delete_message(str(message.receipt_handle))

    def _invoke(self, event: str, until: int) -> Any:
        """Invoke the function; where it is throttled, again and again while the batch is hidden.

        docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
        """
        mapping, pause = self.mapping, 1.0
        function = get_backend(mapping.account_id, mapping.region).get_function(
            mapping.function_arn
        )
        while True:
            done = self.pollers.functions.invoke(function, event)
            late = now() + pause * SECOND >= until
            if not isinstance(done, RefusedInvocation) or late:
                return done
            self.concurrency.back_off()
            if self.pollers.stopped.wait(pause):
                return done
            pause = min(2 * pause, LONGEST_PAUSE)
