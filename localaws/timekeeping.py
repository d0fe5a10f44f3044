"""The two clocks of the local AWS: all the rest waits, and reads the time, through one of them."""

from __future__ import annotations

import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from localaws import simulated_threading
from localaws.simulation import MICROSECONDS, Expired, Goal, Simulation

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
FIRST_MOMENT = datetime(2026, 1, 5, 9, tzinfo=UTC)  # a Monday morning, the same in every run
NOTHING_LEFT = (
    "Nothing is left that time could bring: what still runs waits for an answer from outside, "
    "such as SendTaskSuccess."
)

NO_INTERVAL = "Work is done again after some time: name an interval longer than zero."

T = TypeVar("T")
log = logging.getLogger(__name__)


class Clock(ABC):
    """What the parts of the local AWS ask of a clock. Seconds are the clock's own."""

    simulated: bool

    @property
    def inside(self) -> bool:
        """Whether the asker is part of a simulation, and takes time in it."""
        return False

    @abstractmethod
    def now(self) -> datetime:
        """The time, in UTC."""

    @abstractmethod
    def sleep(self, seconds: float) -> None:
        """Wait."""

    @abstractmethod
    def spawn(self, work: Callable[[], object]) -> None:
        """Do some work on the side."""

    @abstractmethod
    def every(self, seconds: float, work: Callable[[], object]) -> None:
        """Do some work at every multiple of so many seconds, until the clock is closed.

        A multiple that passes while the work goes on is left out. An error is logged, and the work
        done again at its next time.

        Raises:
            ValueError: not a positive number.
        """

    @abstractmethod
    def within(self, seconds: float | None, work: Callable[[], object]) -> bool:
        """Do some work, part of a task, for so long at most; False when the time was up."""

    @abstractmethod
    def event(self) -> Any:
        """A new event, as of `threading`."""

    @abstractmethod
    def condition(self) -> Any:
        """A new condition, as of `threading`."""

    @abstractmethod
    def run(self, work: Callable[[], T]) -> T:
        """Do work that takes time, and wait for its end."""

    @abstractmethod
    def look(self, group: object, reached: Callable[[], bool]) -> None:
        """Somebody looks at what goes on for a group: a simulated clock moves to what is next.

        Not past a deadline where the group waits for an answer, which may come from outside.
        """

    @abstractmethod
    def give_way(self, reached: Callable[[], bool]) -> None:
        """Let others do what takes no time, until `reached`."""

    @abstractmethod
    def turn(self) -> AbstractContextManager[Any]:
        """To be held by whoever acts from outside: nothing else acts meanwhile."""

    @abstractmethod
    def run_until(self, reached: Callable[[], bool]) -> None:
        """Wait until something has happened.

        Raises:
            RuntimeError: nothing that is still to come can make it happen.
        """

    @abstractmethod
    def advance(self, passing: timedelta) -> None:
        """Let time pass."""

    @abstractmethod
    def pause(self) -> None:
        """Hold time."""

    @abstractmethod
    def resume(self) -> None:
        """Let time move again."""

    @abstractmethod
    def end_group(self, group: object) -> None:
        """End the work that was begun for `group` and still waits."""

    @abstractmethod
    def close(self) -> None:
        """End what was done on the side."""

    def time(self) -> float:
        """Seconds since 1970."""
        return (self.now() - EPOCH) / SECOND

    def sleep_while(self, goes_on: Callable[[], bool], seconds: float, event: Any) -> None:
        """Wait, but no longer than `goes_on` holds; `event` is set when that may have changed."""
        end = self.now() + timedelta(seconds=seconds)
        while goes_on() and (left := (end - self.now()) / SECOND) > 0:
            event.wait(left)


class SimulatedTime(Clock):
    """Time that moves when it is told to, and when somebody looks at what still goes on."""

    simulated = True

    def __init__(self, start: datetime = FIRST_MOMENT) -> None:
        self.simulation = Simulation((start - EPOCH) // timedelta(microseconds=1))

    @property
    def inside(self) -> bool:
        return self.simulation.current is not None

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
                _attempt(work)

        self.simulation.spawn(periodically)

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
            raise RuntimeError(NOTHING_LEFT)
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
        return nullcontext() if self.inside else self.simulation.baton

    def run_until(self, reached: Callable[[], bool]) -> None:
        self._must_run()
        self.simulation.drive(Goal(reached))
        if not reached():
            raise RuntimeError(NOTHING_LEFT)

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


class RealTime(Clock):
    """The machine's clock, and threads."""

    simulated = False

    def __init__(self) -> None:
        self._threads: list[threading.Thread] = []
        self._closed = threading.Event()

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def spawn(self, work: Callable[[], object]) -> None:
        self._start(work)

    def _start(self, work: Callable[[], object]) -> threading.Thread:
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=work, name="localaws", daemon=True)
        self._threads.append(thread)
        thread.start()
        return thread

    def every(self, seconds: float, work: Callable[[], object]) -> None:
        if seconds <= 0:
            raise ValueError(NO_INTERVAL)

        def periodically() -> None:
            while not self._closed.wait(seconds):
                _attempt(work)

        self.spawn(periodically)

    def within(self, seconds: float | None, work: Callable[[], object]) -> bool:
        if seconds is None:
            work()
            return True
        thread = self._start(work)
        thread.join(seconds)
        return not thread.is_alive()

    def event(self) -> threading.Event:
        return threading.Event()

    def condition(self) -> threading.Condition:
        return threading.Condition()

    def run(self, work: Callable[[], T]) -> T:
        return work()

    def look(self, group: object, reached: Callable[[], bool]) -> None:
        """Real time moves by itself."""

    def give_way(self, reached: Callable[[], bool]) -> None:
        while not reached():
            time.sleep(0.001)

    def turn(self) -> AbstractContextManager[Any]:
        return nullcontext()

    def run_until(self, reached: Callable[[], bool]) -> None:
        while not reached():
            time.sleep(0.02)

    def advance(self, passing: timedelta) -> None:
        self._refuse()

    def pause(self) -> None:
        self._refuse()

    def resume(self) -> None:
        self._refuse()

    def end_group(self, group: object) -> None:
        """Threads cannot be ended; they find their execution ended."""

    def close(self) -> None:
        self._closed.set()
        for thread in self._threads:
            thread.join()

    @staticmethod
    def _refuse() -> None:
        raise RuntimeError(
            "The clock is real and cannot be told what to do; "
            'localaws.reset(clock="simulated") starts one that can.'
        )


def _attempt(work: Callable[[], object]) -> None:
    try:
        work()
    except Exception:
        log.exception("Work of clock.every failed.")
