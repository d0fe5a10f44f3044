"""Asynchronous invocations: events that Lambda queues, and delivers until one attempt succeeds.

docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass

from moto.awslambda.models import LambdaFunction

from localaws.functions.concurrency import exists, reserved
from localaws.functions.destinations import Destinations, Ending
from localaws.functions.reports import Invocation
from localaws.observability import lambdametrics
from localaws.refusals import RefusedInvocation
from localaws.timing.timekeeping import Clock

log = logging.getLogger(__name__)

# "with a one-minute wait between the first two attempts, and two minutes between the second and
# third attempts"
PAUSES_AFTER_ERRORS = (60.0, 120.0)
# "from 1 second after the first attempt to a maximum of 5 minutes"
FIRST_PAUSE_AFTER_THROTTLE = 1.0
LONGEST_PAUSE_AFTER_THROTTLE = 300.0
LONGEST_AGE = 21_600  # seconds; "up to 6 hours by default"

Attempt = Callable[[], Invocation]
Wait = Callable[[float], bool]  # so many seconds; whether the local AWS is being stopped


@dataclass
class QueuedEvent:
    """An event on its way to a function."""

    function: LambdaFunction
    event: str
    request_id: str  # the same at each attempt
    accepted: float  # seconds since 1970
    attempts: int = 0
    errors: int = 0
    pause: float = FIRST_PAUSE_AFTER_THROTTLE


class EventQueue:
    """Delivers events, each in a task of its own."""

    def __init__(self, clock: Clock, wait: Wait, destinations: Destinations) -> None:
        self._clock = clock
        self._wait = wait
        self._destinations = destinations

    def deliver(self, queued: QueuedEvent, attempt: Attempt) -> None:
        """Invoke the function until that succeeds, or Lambda gives the event up."""
        lambdametrics.queued(queued.function)
        while True:
            waited = (self._clock.time() - queued.accepted) * 1000
            lambdametrics.waited(queued.function, waited)
            done = attempt()
            ending, pause = self._judge(queued, done)
            if ending is not None:
                if not ending.succeeded:
                    lambdametrics.dropped(queued.function)
                self._tell(queued.function, ending)
                return
            if self._wait(pause) or not exists(queued.function):
                return

    def _judge(self, queued: QueuedEvent, done: Invocation) -> tuple[Ending | None, float]:
        """How it ends; or for how many seconds to wait."""
        if isinstance(done, RefusedInvocation):
            return self._after_refusal(queued, done)
        queued.attempts += 1
        if not done.failed:
            return _ending(queued, "Success", done), 0.0
        if queued.errors >= _setting(queued.function, "MaximumRetryAttempts", 2):
            return _ending(queued, "RetriesExhausted", done), 0.0
        pause = PAUSES_AFTER_ERRORS[queued.errors]
        queued.errors += 1
        if self._is_too_old(queued, pause):
            return _ending(queued, "EventAgeExceeded", done), 0.0
        return None, pause

    def _after_refusal(
        self, queued: QueuedEvent, done: RefusedInvocation
    ) -> tuple[Ending | None, float]:
        """Throttles and errors of Lambda itself: the event goes back to the queue."""
        pause = queued.pause
        queued.pause = min(2 * pause, LONGEST_PAUSE_AFTER_THROTTLE)
        if reserved(queued.function) == 0:
            return _ending(queued, "ZeroReservedConcurrency", done), 0.0
        if self._is_too_old(queued, pause):
            return _ending(queued, "EventAgeExceeded", done), 0.0
        return None, pause

    def _is_too_old(self, queued: QueuedEvent, pause: float) -> bool:
        age = self._clock.time() + pause - queued.accepted
        return age > _setting(queued.function, "MaximumEventAgeInSeconds", LONGEST_AGE)

    def _tell(self, function: LambdaFunction, ending: Ending) -> None:
        try:
            self._destinations.tell(function, ending)
        except Exception:  # as where a queue has been deleted: AWS only counts it
            log.exception("The result of an invocation of %s was lost.", function.function_name)
            lambdametrics.undelivered(function)


def _setting(function: LambdaFunction, name: str, default: int) -> int:
    for config in function.event_invoke_config[:1]:
        value = config.config.get(name)
        if value is not None:
            return int(value)
    return default


def _ending(queued: QueuedEvent, condition: str, done: Invocation) -> Ending:
    answer = json.loads(done.payload)
    if isinstance(done, RefusedInvocation):
        status, message, ran = done.answer[0], str(answer.get("message", "")), None
    else:
        status, message, ran = 200, "", done
        if done.failed:
            message = str(answer.get("errorMessage", ""))
    return Ending(queued.request_id, queued.event, condition, queued.attempts, ran, status, message)
