"""What the local AWS asks of its clock, and the real one; `simulatedtime` has the other."""

from __future__ import annotations

import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
NO_INTERVAL = "Work is done again after some time: name an interval longer than zero."

T = TypeVar("T")
log = logging.getLogger(__name__)


class NothingLeftError(RuntimeError):
    """What somebody waits for cannot happen, however long they wait."""

    def __init__(self) -> None:
        super().__init__(
            "Nothing is left that time could bring: what still runs waits for an answer from "
            "outside, such as SendTaskSuccess."
        )


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
    def attend(self, work: Callable[[], float | None]) -> Callable[[], None]:
        """Do some work now and whenever it is due, until the clock is closed; nobody waits for it.

        Args:
            work: tells after how many seconds it is due again; None: not before it is called for.

        Returns:
            What calls for it. To be used by a task, or by whoever holds the turn.
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
    def lend(self) -> AbstractContextManager[Any]:
        """To be held by a task that waits for others in this process, such as a server's thread.

        They may act meanwhile, one at a time. What they do must take no time.
        """

    @abstractmethod
    def run_until(self, reached: Callable[[], bool]) -> None:
        """Wait until something has happened.

        Raises:
            NothingLeftError: nothing that is still to come can make it happen.
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


class RealTime(Clock):
    """The machine's clock, and threads."""

    simulated = False

    def __init__(self) -> None:
        self._threads: list[threading.Thread] = []
        self._closed = threading.Event()
        self._calls: list[threading.Event] = []  # for work that is attended to

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
                attempt(work)

        self.spawn(periodically)

    def attend(self, work: Callable[[], float | None]) -> Callable[[], None]:
        called = threading.Event()
        self._calls.append(called)

        def attending() -> None:
            while not self._closed.is_set():
                called.clear()
                called.wait(attempt(work))

        self.spawn(attending)
        return called.set

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

    def lend(self) -> AbstractContextManager[Any]:
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
        for called in self._calls:
            called.set()
        for thread in self._threads:
            thread.join()

    @staticmethod
    def _refuse() -> None:
        raise RuntimeError(
            "The clock is real and cannot be told what to do; "
            'localaws.reset(clock="simulated") starts one that can.'
        )


def attempt(work: Callable[[], T]) -> T | None:
    """Do periodic work: an error of it is logged, and does not end the rest."""
    try:
        return work()
    except Exception:
        log.exception("Work that is done again and again failed.")
        return None
