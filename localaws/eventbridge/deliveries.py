"""How an event reaches a target: at once, again while it fails, and else the dead-letter queue.

docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html and
docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

from moto.moto_api._internal import mock_random

from localaws import destinations
from localaws.destinations import Deliverer, UndeliverableError
from localaws.timing.timekeeping import Clock

DEFAULT_AGE = 86_400  # seconds
DEFAULT_RETRIES = 185
SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 600.0  # seconds; AWS names none


class Delivery(NamedTuple):
    """An event on its way to a target.

    Attributes:
        attempt: tries once, told how many attempts there were; raises UndeliverableError.
        body: tells what a dead-letter queue gets of it.
        attributes: what else it is told: whose delivery it was.
        policy: RetryPolicy, as the API takes it.
        dead_letters: ARN of the dead-letter queue; None without one.
        deliverer: who sends there.
    """

    attempt: Callable[[int], object]
    body: Callable[[], str]
    attributes: dict[str, str]
    policy: dict[str, Any]
    dead_letters: str | None
    deliverer: Deliverer


class Deliveries:
    """Delivers at once where it can, and goes on in the background where it cannot."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._closing = clock.event()

    def close(self) -> None:
        """Try nothing again."""
        self._closing.set()

    def begin(self, delivery: Delivery) -> None:
        """Deliver, or try again for as long as the policy says."""
        try:
            delivery.attempt(0)
        except UndeliverableError as error:
            if error.retry:
                self._clock.spawn(partial(self._retry, delivery, error))
            else:
                self._give_up(delivery, error, 0, None)

    def _retry(self, delivery: Delivery, error: UndeliverableError) -> None:
        age = delivery.policy.get("MaximumEventAgeInSeconds", DEFAULT_AGE)
        most = delivery.policy.get("MaximumRetryAttempts", DEFAULT_RETRIES)
        begun = self._clock.time()
        for retries, pause in enumerate(_pauses(), start=1):
            if retries > most:
                return self._give_up(delivery, error, retries - 1, "MaximumRetryAttempts")
            if self._clock.time() + pause - begun > age:
                return self._give_up(delivery, error, retries - 1, "MaximumEventAgeInSeconds")
            if self._closing.wait(pause):
                return None
            try:
                delivery.attempt(retries)
            except UndeliverableError as again:
                error = again
                if not again.retry:
                    return self._give_up(delivery, again, retries, None)
            else:
                return None
        return None

    @staticmethod
    def _give_up(
        delivery: Delivery, error: UndeliverableError, retries: int, exhausted: str | None
    ) -> None:
        if delivery.dead_letters is None:
            return
        attributes = destinations.text_attributes(
            **delivery.attributes,
            ERROR_CODE=error.code,
            ERROR_MESSAGE=error.message,
            EXHAUSTED_RETRY_CONDITION=exhausted or "",
            RETRY_ATTEMPTS=str(retries),
        )
        try:
            destinations.admit(delivery.dead_letters, delivery.deliverer)
            destinations.send(delivery.dead_letters, delivery.body(), attributes)
        except UndeliverableError:
            return  # as on AWS: the event is lost


def _pauses() -> Iterator[float]:
    """Exponential, with jitter: aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter"""
    pause = SHORTEST_PAUSE
    while True:
        yield float(mock_random.uniform(pause / 2, pause))
        pause = min(2 * pause, LONGEST_PAUSE)
