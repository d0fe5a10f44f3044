"""SNS, put together."""

from __future__ import annotations

from localaws.functions.service import Functions
from localaws.mail import Outbox
from localaws.mending import Mends
from localaws.sns import subscriptions, topics
from localaws.sns.delivery import Delivery
from localaws.timing.timekeeping import Clock


def install(mends: Mends, clock: Clock, functions: Functions, outbox: Outbox) -> Delivery:
    """Let messages reach their subscribers; returns what is to be closed at the end."""
    delivery = Delivery(clock, functions, outbox)
    subscriptions.install(mends, clock, delivery)
    topics.install(mends, clock, delivery)
    return delivery
