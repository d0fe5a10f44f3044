"""How long an invocation takes, on either clock, and what it is answered meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable

from botocore.awsrequest import AWSPreparedRequest

from localaws.functions.outcomes import Answer, Meter, Outcome, TimedOut
from localaws.gate import Gate
from localaws.striking import Faults
from localaws.timing.timekeeping import Clock

# Code that never ends is ended on the wall clock. Where its timeout is measured on a simulated
# clock, a busy machine is given at least this many seconds.
PATIENCE = 5.0


class RealMeter:
    """The code's time is the machine's. What the sandbox has measured is kept."""

    simulated = False

    def __init__(self, gate: Gate, timeout: float) -> None:
        self._gate = gate
        self._timeout = timeout
        self._begun = time.monotonic()

    @property
    def wall_limit(self) -> float:
        return max(0.0, self._timeout - self.elapsed())

    def time(self) -> float:
        return time.time()

    def answer_aws(self, method: str, url: str, headers: dict[str, str], body: bytes) -> Answer:
        return self._gate.answer(method, url, headers, body)

    def sleep(self, seconds: float) -> None:
        raise AssertionError("on the real clock, code sleeps by itself")

    def compute(self, seconds: float) -> None:
        """It has taken its time."""

    def elapsed(self) -> float:
        return time.monotonic() - self._begun

    def finish(self, outcome: Outcome, computing: float) -> None:
        outcome.seconds = self._timeout if outcome.ended == "timeout" else self.elapsed()


class SimulatedMeter:
    """The code's time is the clock's, and what the model and its own sleeps add.

    A call is answered at once, and its latency owed: the code runs on, its own time ahead of the
    clock. The debt is paid, others running meanwhile, when the code sleeps or ends. So a call
    holds its process while others run only where its code sleeps.
    """

    simulated = True

    def __init__(
        self,
        clock: Clock,
        gate: Gate,
        timeout: float,
        may_hold: Callable[[], bool],
        patience: float | None = None,
    ) -> None:
        """Begin now.

        Args:
            may_hold: whether others find a process while this call sleeps in its own.
            patience: seconds on the wall clock that a busy machine is given at least.
        """
        self._clock, self._gate = clock, gate
        self._begun = clock.now()
        self._timeout = timeout
        self._may_hold = may_hold
        self._owed = 0.0
        self.wall_limit = max(timeout, PATIENCE if patience is None else patience)

    def time(self) -> float:
        return self._clock.time() + self._owed

    def answer_aws(self, method: str, url: str, headers: dict[str, str], body: bytes) -> Answer:
        answer = self._gate.answer(method, url, headers, body)
        self._owe(self._gate.seconds(url))
        return answer

    def sleep(self, seconds: float) -> None:
        self._owe(max(0.0, seconds))
        if self._may_hold():
            self._pay()

    def compute(self, seconds: float) -> None:
        self._owe(seconds)

    def elapsed(self) -> float:
        return self._spent()

    def finish(self, outcome: Outcome, computing: float) -> None:
        spent = self._spent() + computing
        if outcome.ended == "timeout" or spent >= self._timeout:
            outcome.ended, spent = "timeout", self._timeout
        self._owed = max(0.0, spent - (self._spent() - self._owed))
        outcome.seconds = spent
        self._pay()

    def _spent(self) -> float:
        return (self._clock.now() - self._begun).total_seconds() + self._owed

    def _owe(self, seconds: float) -> None:
        self._owed += seconds
        if self._spent() >= self._timeout:
            raise TimedOut

    def _pay(self) -> None:
        owed, self._owed = self._owed, 0.0
        self._clock.sleep(owed)


class FaultyMeter:
    """A meter of code whose calls and own time meet faults."""

    def __init__(self, meter: Meter, gate: Gate, faults: Faults, latency: float) -> None:
        """`latency`: seconds that the code takes longer."""
        self._meter, self._gate, self._faults, self._latency = meter, gate, faults, latency
        self.simulated = meter.simulated

    @property
    def wall_limit(self) -> float:
        return self._meter.wall_limit

    def time(self) -> float:
        return self._meter.time()

    def sleep(self, seconds: float) -> None:
        self._meter.sleep(seconds)

    def compute(self, seconds: float) -> None:
        self._meter.compute(seconds)

    def elapsed(self) -> float:
        return self._meter.elapsed()

    def answer_aws(self, method: str, url: str, headers: dict[str, str], body: bytes) -> Answer:
        request = AWSPreparedRequest(method, url, headers, body, False)
        strike = self._faults.of_call(request, self._meter.time())
        if strike.latency:
            self._slow_down(strike.latency)
        if strike.refusal and self.simulated and not strike.is_after:
            self._meter.sleep(self._gate.seconds(url))
        return strike.answered(lambda: self._meter.answer_aws(method, url, headers, body))

    def finish(self, outcome: Outcome, computing: float) -> None:
        if self._latency and not self.simulated and not outcome.ended:
            left = self.wall_limit
            self._faults.wait(min(self._latency, left))
            if self._latency >= left:
                outcome.ended = "timeout"
        self._meter.finish(outcome, computing + self._latency)

    def _slow_down(self, seconds: float) -> None:
        if self.simulated:
            self._meter.sleep(seconds)
            return
        left = self.wall_limit
        self._faults.wait(min(seconds, left))
        if seconds >= left:
            raise TimedOut
