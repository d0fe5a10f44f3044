"""The clock of the local AWS, as lessons use it: `from localaws import clock`.

On the simulated clock, time moves only here, and where something that still runs is read: to the
next moment at which something happens, but not past the deadline of a callback that the reader
may be about to answer. Everything that a cell starts meanwhile starts at one instant.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from localaws import cloud

if TYPE_CHECKING:
    now: datetime  # what the time is, in UTC; see __getattr__


def __getattr__(name: str) -> Any:
    if name == "now":
        return cloud.running().clock.now()
    raise AttributeError(f"module 'localaws.clock' has no attribute {name!r}")


def advance(**passing: float) -> datetime:
    """Let time pass, and everything happen that is due by then.

    Args:
        passing: how much, in the words of datetime.timedelta: `hours=24`, or `days=3`.

    Returns:
        The time it then is.

    Raises:
        RuntimeError: the clock is paused, or it is the real one.
        ValueError: a negative time.
    """
    clock = cloud.running().clock
    clock.advance(timedelta(**passing))
    return clock.now()


def run_until(*executions: str) -> datetime:
    """Let time pass until executions have ended.

    Args:
        executions: their ARNs.

    Returns:
        The time it then is.

    Raises:
        RuntimeError: they wait for something that no time brings, such as an answer to a task
            token without a timeout; or the clock is paused.
    """
    running = cloud.running()
    running.clock.run_until(running.all_ended(executions))
    return running.clock.now()


def pause() -> AbstractContextManager[None]:
    """Hold time, until `resume` or to the end of a with block: what takes time stands still."""
    clock = cloud.running().clock
    clock.pause()
    return _Pause(clock.resume)


class _Pause(AbstractContextManager[None]):
    def __init__(self, resume: Callable[[], None]) -> None:
        self._resume = resume

    def __exit__(self, *_: object) -> None:
        self._resume()

    def __repr__(self) -> str:
        return "Time is held, until clock.resume()."


def resume() -> None:
    """Let time move again."""
    cloud.running().clock.resume()


def every(work: Callable[[], object], **interval: float) -> None:
    """Do some work again and again, until the local AWS is stopped.

    Args:
        work: called without arguments; it may call AWS.
        interval: how much time lies between, in the words of datetime.timedelta.
    """
    cloud.running().clock.every(timedelta(**interval).total_seconds(), work)
