"""SQS as a whole, and the queues that feed functions."""

from __future__ import annotations

from collections.abc import Callable

from moto.sqs import models

from localaws.mending import Mends
from localaws.sqs import administration, mappings, receiving, sending, store, tasks
from localaws.sqs.poller import Pollers
from localaws.sqs.queues import Queue
from localaws.sqs.store import Message
from localaws.timing.timekeeping import Clock


def install(mends: Mends, clock: Clock, pollers: Pollers) -> None:
    told: list[Callable[[Queue], None]] = [pollers.tell]

    def tell(queue: Queue) -> None:
        for hear in told:
            hear(queue)

    mends.replace(store, "read_clock", clock.time)
    mends.replace(models, "Queue", Queue)
    mends.replace(models, "Message", Message)
    mends.replace(Queue, "tell", tell)
    administration.install(mends)
    sending.install(mends)
    receiving.install(mends, clock, told)
    tasks.install(mends, clock, pollers.stopped)
    mappings.install(mends, pollers)
