"""The simulated clock, as the rest of the local AWS sees it: a simulation, and its time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from localaws.timing import simulated_threading
from localaws.timing.simulation import Simulation
from localaws.timing.tasks import MICROSECONDS, Expired, Goal, Task, line
from localaws.timing.timekeeping import EPOCH, NO_INTERVAL, SECOND, Clock, NothingLeftError, attempt

FIRST_MOMENT = datetime(2026, 1, 5, 9, tzinfo=UTC)  # a Monday morning, the same in every run

T = TypeVar("T")


class SimulatedTime(Clock):
    """Time that moves when it is told to, and when somebody looks at what still goes on."""

    simulated = True

    def __init__(self, start: datetime = FIRST_MOMENT) -> None:
        self.simulation = Simulation((start - EPOCH) // timedelta(microseconds=1))

    @property
    def inside(self) -> bool:
        return self.simulation.current is not None

    def acts_for(self, group: object) -> bool:
        """Whether who asks works for a group, or does what one waits for who does."""
        return any(task.group is group for task in line(self.simulation.current))

    def now(self) -> datetime:
        return EPOCH + timedelta(microseconds=self.simulation.now)

    def time(self) -> float:
        return self.simulation.now / MICROSECONDS

    def sleep(self, seconds: float) -> None:
        if self.inside:
            self.simulation.wait(seconds)
        else:
            simulated_threading.wait_outside(self.simulation, lambda: False, seconds)

    def spawn(self, work: Callable[[], object]) -> None:
        self.simulation.spawn(work)

    def every(self, seconds: float, work: Callable[[], object]) -> None:
        interval = round(seconds * MICROSECONDS)
        if interval <= 0:
            raise ValueError(NO_INTERVAL)
        begun = self.simulation.now

        def periodically() -> None:
            while True:
                left = interval - (self.simulation.now - begun) % interval
                self.simulation.wait(left / MICROSECONDS, background=True)
                attempt(work)

        self.simulation.spawn(periodically)

    def attend(self, work: Callable[[], float | None]) -> Callable[[], None]:
        waiters: list[Task] = []
        called = False

        def attending() -> None:
            nonlocal called
            while True:
                called = False
                left = attempt(work)
                if not called:
                    self.simulation.wait(left, waiters, background=True)

        def call() -> None:
            nonlocal called
            called = True
            self.simulation.wake(waiters)

        self.simulation.spawn(attending)
        return call

    def within(self, seconds: float | None, work: Callable[[], object]) -> bool:
        if seconds is None:
            work()
            return True
        try:
            with self.simulation.deadline(seconds):
                work()
        except Expired:
            return False
        return True

    def event(self) -> simulated_threading.Event:
        return simulated_threading.Event(self.simulation)

    def condition(self) -> simulated_threading.Condition:
        return simulated_threading.Condition(self.simulation)

    def run(self, work: Callable[[], T]) -> T:
        """The work is a task of its own: it goes on although whoever waits for it is stopped."""
        done = self.event()
        results: list[T] = []
        errors: list[Exception] = []

        def working() -> None:
            try:
                results.append(work())
            except Exception as error:  # noqa: BLE001  handed to who waits
                errors.append(error)
            finally:
                done.set()

        self.simulation.spawn(working, parent=self.simulation.current)
        done.wait()
        if errors:
            raise errors[0]
        if not results:
            self._must_run()
            raise NothingLeftError
        return results[0]

    def look(self, group: object, reached: Callable[[], bool]) -> None:
        if not self.inside:
            awaits_answer = partial(self.simulation.awaits_answer, group)
            self.simulation.drive(Goal(reached, jumps=1, keep_deadlines=awaits_answer))

    def give_way(self, reached: Callable[[], bool]) -> None:
        if self.inside:
            self.simulation.wait(0)
        else:
            self.simulation.drive(Goal(reached, jumps=0))

    def turn(self) -> AbstractContextManager[Any]:
        return nullcontext() if self.inside else self.simulation.turn()

    def lend(self) -> AbstractContextManager[Any]:
        return self.simulation.lend()

    def run_until(self, reached: Callable[[], bool]) -> None:
        self._must_run()
        self.simulation.drive(Goal(reached))
        if not reached():
            raise NothingLeftError

    def advance(self, passing: timedelta) -> None:
        self._must_run()
        if passing < timedelta(0):
            raise ValueError("Time does not go back.")
        self.sleep(passing / SECOND)

    def pause(self) -> None:
        self.simulation.paused = True

    def resume(self) -> None:
        self.simulation.paused = False

    def end_group(self, group: object) -> None:
        self.simulation.end_group(group)

    def close(self) -> None:
        self.simulation.close()

    def _must_run(self) -> None:
        if self.simulation.paused:
            raise RuntimeError(
                "The clock is paused, and this takes time. Let it go on: clock.resume()."
            )
