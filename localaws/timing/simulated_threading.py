"""What moto takes from `threading`, made of tasks of the simulation.

Somebody outside who waits for one of these lets time move until it happens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from localaws.timing.simulation import Simulation
from localaws.timing.tasks import MICROSECONDS, Goal, Task


class Event:
    """threading.Event."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._set = False
        self._waiters: list[Task] = []

    def is_set(self) -> bool:
        return self._set

    def set(self) -> None:
        self._set = True
        self._simulation.wake(self._waiters)

    def clear(self) -> None:
        self._set = False

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is set (True), or for `timeout` simulated seconds (False).

        A task that was woken by `set` learns so although `clear` has followed at once.
        """
        if self._set:
            return True
        if self._simulation.current is None:
            return wait_outside(self._simulation, self.is_set, timeout)
        return self._simulation.wait(timeout, self._waiters)


class Condition:
    """threading.Condition. Tasks take turns, so its lock is always free."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._waiters: list[Task] = []

    def __enter__(self) -> bool:
        return True

    def __exit__(self, *_: object) -> None:
        pass

    def wait_for(self, predicate: Callable[[], Any], timeout: float | None = None) -> Any:
        """Wait until a predicate holds, or for `timeout` simulated seconds."""
        simulation = self._simulation
        if simulation.current is None:
            wait_outside(simulation, lambda: bool(predicate()), timeout, keep_deadlines=True)
            return predicate()
        end = None if timeout is None else simulation.now + round(timeout * MICROSECONDS)
        while not (held := predicate()):
            left = None if end is None else (end - simulation.now) / MICROSECONDS
            if left is not None and left <= 0:
                break
            simulation.wait(left, self._waiters)
        return held

    def notify_all(self) -> None:
        self._simulation.wake(self._waiters)


class Thread:
    """threading.Thread, which nobody joins. It works for whom its starter works for."""

    native_id = 0

    def __init__(
        self,
        simulation: Simulation,
        target: Callable[..., object],
        name: str = "",
        args: Iterable[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        daemon: bool = True,
    ) -> None:
        self._simulation = simulation
        self._work = partial(target, *args, **(kwargs or {}))

    def start(self) -> None:
        starter = self._simulation.current
        group = starter.group if starter is not None else None
        self._simulation.spawn(self._work, group, starter)


def wait_outside(
    simulation: Simulation,
    reached: Callable[[], bool],
    timeout: float | None,
    *,
    keep_deadlines: bool = False,
) -> bool:
    """Let time move until something has happened (True), or for `timeout` simulated seconds."""
    horizon = None if timeout is None else simulation.now + round(timeout * MICROSECONDS)
    simulation.drive(Goal(reached, horizon, keep_deadlines=lambda: keep_deadlines))
    return reached()
