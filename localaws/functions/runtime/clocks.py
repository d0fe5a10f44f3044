"""The clock that a handler reads: the machine's, or a simulated one."""

from __future__ import annotations

import random
import time
import uuid
from typing import Any

from localaws.functions.runtime.pipe import Frame, Pipe


class MachineClock:
    """The machine's own."""

    def begin(self, frame: Frame) -> None:
        """An invocation begins."""


class SimulatedClock(MachineClock):
    """Every frame from outside says what time it is. In between, time stands still.

    What a handler draws is drawn from the seed of its invocation, so that it repeats.
    """

    def __init__(self, pipe: Pipe, now: float, seed: str) -> None:
        import time_machine  # only here: on the real clock nobody needs it

        self._now = now
        self._pipe = pipe
        self._source = random.Random(seed)
        random.seed(seed)
        self._coordinates = time_machine.travel(now, tick=False).start()
        pipe.on_answer = self._read
        time.sleep = self._sleep  # type: ignore[assignment]
        time.perf_counter = self._seconds
        uuid.uuid4 = lambda: uuid.UUID(int=self._source.getrandbits(128), version=4)

    def begin(self, frame: Frame) -> None:
        self._read(frame)
        seed = frame["context"]["seed"]
        random.seed(seed)
        self._source.seed(seed)

    def _seconds(self) -> float:
        return self._now

    def _read(self, frame: dict[str, Any]) -> None:
        self._now = frame["now"]
        self._coordinates.move_to(self._now)

    def _sleep(self, seconds: float) -> None:
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        self._pipe.ask("sleep", seconds=float(seconds))
