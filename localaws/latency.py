"""How long things take under the simulated clock, where nothing takes wall time.

A model, not a measurement: each duration is drawn from a log-normal distribution, the shape that
the latencies of web services have, given by its median and its 99th percentile. Where AWS
publishes a figure, it is named beside the constant; the others are of the size that callers in
the same region see. Plots of simulated durations show this model and the code's own waits, not
AWS: contention, real tails and quotas are left out.
"""

from __future__ import annotations

import math
import random
from typing import NamedTuple, Protocol

from localaws.sources import Sources

Z99 = 2.3263478740408408  # the 99th percentile of a standard normal distribution


class Spread(NamedTuple):
    """A log-normal distribution; seconds."""

    median: float
    p99: float

    def draw(self, source: random.Random) -> float:
        sigma = math.log(self.p99 / self.median) / Z99
        return source.lognormvariate(math.log(self.median), sigma)


# "The duration of a cold start varies from under 100 ms to over 1 second":
# docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
COLD_START = Spread(0.35, 1.1)
# What a small Python handler computes between its calls.
HANDLER = Spread(0.002, 0.012)
# "consistent single-digit millisecond performance": aws.amazon.com/dynamodb/features
DYNAMODB = Spread(0.005, 0.015)
# From the request to the handler, which the handler's own REPORT line does not count.
INVOKE = Spread(0.012, 0.05)
MESSAGING = Spread(0.015, 0.06)  # a send to a queue, a topic or a bus
ANY_CALL = Spread(0.02, 0.08)
SERVICES = {
    "dynamodb": DYNAMODB,
    "events": MESSAGING,
    "lambda": INVOKE,
    "sns": MESSAGING,
    "sqs": MESSAGING,
}


class LatencyModel(Protocol):
    """What `localaws.start(latency=…)` takes. All in seconds."""

    def cold_start(self, function_name: str) -> float:
        """How long a new execution environment loads the function's code."""

    def handler(self, function_name: str) -> float:
        """How long a handler computes, apart from its calls and its sleeps."""

    def call(self, service: str) -> float:
        """How long a call of an AWS API takes; `service` is its endpoint's name, as `dynamodb`."""


class Latency:
    """The model of this module, seeded."""

    def __init__(self, seed: int) -> None:
        self.sources = Sources(random.Random(f"latency {seed}"))

    def cold_start(self, function_name: str) -> float:
        return COLD_START.draw(self.sources.now)

    def handler(self, function_name: str) -> float:
        return HANDLER.draw(self.sources.now)

    def call(self, service: str) -> float:
        return SERVICES.get(service, ANY_CALL).draw(self.sources.now)
