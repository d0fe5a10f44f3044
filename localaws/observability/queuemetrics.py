"""AWS/SQS: what is sent, received and deleted, and each minute how a queue stands.

docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from moto.sqs.models import Queue, sqs_backends

from localaws.observability import metrics
from localaws.observability.metrics import MINUTE
from localaws.timing.timekeeping import Clock

NAMESPACE = "AWS/SQS"
# "active for up to six hours if it contains any messages or if any action accesses it":
# .../SQSDeveloperGuide/monitoring-using-cloudwatch.html
ACTIVE = 6 * 3600


class _Gauges:
    """Looks at every active queue at the end of each minute."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: dict[Queue, float] = {}  # when something was last done with it
        self._due = 0  # the end of a minute, in seconds since 1970
        self._call: Callable[[], None] = clock.attend(self._look)

    def touch(self, queue: Queue) -> None:
        now, idle = self._clock.time(), not self._seen
        self._seen[queue] = now
        if idle:
            self._due = int(now) // MINUTE * MINUTE + MINUTE
            self._call()

    def _look(self) -> float | None:
        """Look where a minute has ended; tells in how many seconds the next one does."""
        now = self._clock.time()
        if self._seen and now >= self._due:
            self._measure(now)
            self._due = int(now) // MINUTE * MINUTE + MINUTE
        return self._due - now if self._seen else None

    def _measure(self, now: float) -> None:
        for queue, seen in list(self._seen.items()):
            known = sqs_backends[queue.account_id][queue.region].queues.get(queue.name)
            if known is not queue or (now - seen > ACTIVE and not _holds(queue)):
                del self._seen[queue]
            else:
                _put(queue, dict(_state(queue)), self._due - 1)


_running: list[_Gauges] = []  # those of the local AWS that runs


def install(clock: Clock) -> None:
    _running[:] = [_Gauges(clock)]


def _holds(queue: Any) -> bool:
    return bool(
        queue.approximate_number_of_messages
        or queue.approximate_number_of_messages_not_visible
        or queue.approximate_number_of_messages_delayed
    )


def _state(queue: Any) -> Iterator[tuple[str, tuple[float, str]]]:
    visible = float(queue.approximate_number_of_messages)
    hidden = float(queue.approximate_number_of_messages_not_visible)
    delayed = float(queue.approximate_number_of_messages_delayed)
    yield "ApproximateNumberOfMessagesVisible", (visible, "Count")
    yield "ApproximateNumberOfMessagesNotVisible", (hidden, "Count")
    yield "ApproximateNumberOfMessagesDelayed", (delayed, "Count")
    yield "ApproximateAgeOfOldestMessage", (float(queue.age_of_oldest_message()), "Seconds")


def _put(queue: Queue, values: dict[str, tuple[float, str]], when: float | None = None) -> None:
    dimensions = (("QueueName", queue.name),)
    metrics.put_all((queue.account_id, queue.region), NAMESPACE, values, [dimensions], when)


def accessed(queue: Queue) -> None:
    """Something was done with a queue: it is active for six hours."""
    _running[0].touch(queue)


def sent(queue: Queue, size: int) -> None:
    """A message of so many bytes was sent."""
    _running[0].touch(queue)
    values = {"NumberOfMessagesSent": (1.0, "Count"), "SentMessageSize": (float(size), "Bytes")}
    _put(queue, values)


def received(queue: Queue, count: int) -> None:
    """Somebody has been given so many messages."""
    if count:
        _running[0].touch(queue)
        _put(queue, {"NumberOfMessagesReceived": (float(count), "Count")})


def empty(queue: Queue) -> None:
    """A ReceiveMessage has given nothing."""
    _running[0].touch(queue)
    _put(queue, {"NumberOfEmptyReceives": (1.0, "Count")})


def deleted(queue: Queue) -> None:
    """A message was deleted."""
    _running[0].touch(queue)
    _put(queue, {"NumberOfMessagesDeleted": (1.0, "Count")})
