"""A discrete-event simulation: tasks that take turns on one thread, and one clock for all of them.

A task runs until it waits; when none can run, time jumps to the next timer, so that no wait costs
wall time. Tasks are greenlets: a thousand of them may wait for days, without a thread for each.

Whoever is not a task (a cell, a request at the door) is outside. Time stands still for them; only
`drive` lets it move, and returns when its goal is reached.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from greenlet import GreenletExit, getcurrent, greenlet

from localaws.timing.tasks import MICROSECONDS, Expired, Goal, Task, Timer, line

log = logging.getLogger(__name__)

# How often somebody outside who waits looks for Ctrl-C, in wall seconds. Windows needs it.
INTERRUPT_CHECK = 0.1


class Simulation:
    """The clock, its timers, and the thread on which the tasks run."""

    def __init__(self, start: int) -> None:
        """`start`: microseconds since 1970."""
        self.now = start
        self.paused = False
        self.when_interrupted: Callable[[], object] = lambda: None  # ends what a task waits for
        self.baton = threading.RLock()  # held by whoever acts: one outsider, or the tasks for them
        self._lent = False
        self._borrowed = threading.RLock()  # held by whoever acts while the baton is lent
        self._ready: deque[Task] = deque()
        self._timers: list[Timer] = []
        self._background: list[Timer] = []  # of periodic work, which nobody waits for
        self._numbers = itertools.count()
        self._tasks: dict[Task, None] = {}  # ordered, as a set would not be
        self._groups: dict[object, dict[Task, None]] = {}
        self._current: Task | None = None
        self._hub: greenlet
        self._goals: queue.SimpleQueue[tuple[Goal, threading.Event] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="localaws-clock", daemon=True)
        self._thread.start()

    @property
    def current(self) -> Task | None:
        """The task that asks; None outside."""
        return self._current if threading.get_ident() == self._thread.ident else None

    def spawn(
        self, work: Callable[[], object], group: object = None, parent: Task | None = None
    ) -> Task:
        """Have some work done when its turn comes.

        Args:
            work: called on the simulation's thread.
            group: whom the work is for; `end_group` ends all of a group.
            parent: the task that may wait for this one.
        """
        task = Task(work, group, parent)
        self._tasks[task] = None
        if group is not None:
            self._groups.setdefault(group, {})[task] = None
        self._ready.append(task)
        return task

    def wait(
        self,
        seconds: float | None = None,
        waiters: list[Task] | None = None,
        *,
        background: bool = False,
    ) -> bool:
        """Let others run until this task is woken (True), or until `seconds` have passed (False).

        Args:
            seconds: of simulated time; None waits for ever.
            waiters: where `wake` finds the task.
            background: the wait is one of periodic work.
        """
        task = self.current
        assert task is not None, "only a task can wait"
        if seconds is not None:
            self._set_timer(self._background if background else self._timers, seconds, task)
        if waiters is not None:
            waiters.append(task)
        task.woken = False
        try:
            self._hub.switch()
        finally:
            if waiters is not None and not task.woken and task in waiters:
                waiters.remove(task)
        return task.woken

    def wake(self, waiters: list[Task]) -> None:
        """Let the tasks go on that wait there."""
        woken, waiters[:] = list(waiters), []
        for task in woken:
            self._resume(task, woken=True)

    @contextmanager
    def deadline(self, seconds: float) -> Iterator[None]:
        """Raise Expired in the current task if it is still inside after so many seconds."""
        task = self.current
        assert task is not None, "only a task has a deadline"
        alarm = Task(partial(self._expire, task), None, None)
        alarm.guarded = task
        self._set_timer(self._timers, seconds, alarm)
        try:
            yield
        finally:
            alarm.ended = True

    @contextmanager
    def awaiting_answer(self) -> Iterator[None]:
        """Mark the current task, and those that wait for it, as waiting for somebody outside."""
        assert self.current is not None, "only a task can wait"
        task = self.current
        for one in line(task):
            one.awaiting += 1
        try:
            yield
        finally:
            for one in line(task):
                one.awaiting -= 1

    def awaits_answer(self, group: object) -> bool:
        """Whether a group waits for somebody outside, itself or through a group that it awaits."""
        return any(task.awaiting for task in self._groups.get(group, ()))

    def await_group(self, group: object) -> None:
        """Note that the current task waits for a group: answers that it needs, this one needs."""
        current = self.current
        for task in list(self._groups.get(group, ())):
            if task.parent is None:
                task.parent = current
                for one in line(current):
                    one.awaiting += task.awaiting

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold the baton, or borrow it."""
        if self._lent:
            with self._borrowed:
                if self._lent:
                    yield
                    return
        with self.baton:
            yield

    @contextmanager
    def lend(self) -> Iterator[None]:
        """Let outsiders act while the tasks stand still, for the current one waits for them."""
        self._lent = True
        try:
            yield
        finally:
            with self._borrowed:
                self._lent = False

    def end_group(self, group: object) -> None:
        """End what still runs for a group, but not the task that asks."""
        for task in self._groups.pop(group, {}):
            if task is not self.current:
                self._end(task)

    def end_offspring(self) -> list[Task]:
        """End what the current task, and what that, has started for its own group; tells what."""
        current = self.current
        assert current is not None, "only a task has started others"
        tasks = self._groups.get(current.group, ())
        offspring = [task for task in tasks if current in line(task.parent)]
        for task in offspring:
            self._end(task)
        return offspring

    def drive(self, goal: Goal) -> None:
        """Let time move until a goal is reached, or until nothing more leads to it.

        Raises:
            KeyboardInterrupt: Ctrl-C. The tasks stand still again by then.
        """
        assert self.current is None, "a task cannot drive the simulation that it is part of"
        done = threading.Event()
        with self.baton:
            self._goals.put((goal, done))
            try:
                while not done.wait(INTERRUPT_CHECK):
                    pass
            except BaseException:
                goal.cancelled = True
                self.when_interrupted()
                done.wait()
                raise

    def close(self) -> None:
        """End every task, and the thread. What has not begun never will."""
        self.paused = True

        def nothing_is_left() -> bool:
            for task in list(self._tasks):
                self._end(task)
            return not self._ready

        with self.baton:
            nothing_is_left()
            self.drive(Goal(nothing_is_left))
        self._goals.put(None)
        self._thread.join()

    def _set_timer(self, timers: list[Timer], seconds: float, task: Task) -> None:
        when = self.now + max(0, round(seconds * MICROSECONDS))
        heapq.heappush(timers, Timer(when, next(self._numbers), task, task.turn))

    def _expire(self, task: Task) -> None:
        task.expired = True
        task.turn += 1
        if task not in self._ready:
            self._ready.append(task)

    def _serve(self) -> None:
        self._hub = getcurrent()
        while (order := self._goals.get()) is not None:
            goal, done = order
            try:
                self._pursue(goal)
            finally:
                done.set()

    def _pursue(self, goal: Goal) -> None:
        while not goal.cancelled:
            if self._ready:
                self._run(self._ready.popleft())
                continue
            if goal.reached() and not self._ready:
                return
            if not self._ready and not self._move_on(goal):
                return

    def _run(self, task: Task) -> None:
        if task.greenlet is None:
            if task.ended:
                return
            task.greenlet = greenlet(self._work)
        self._current = task
        if task.ended:
            task.greenlet.throw(GreenletExit)
        elif task.expired:
            task.expired = False
            task.greenlet.throw(Expired)
        else:
            task.greenlet.switch(task)
        self._current = None
        if task.greenlet.dead:
            self._forget(task)

    @staticmethod
    def _work(task: Task) -> None:
        assert task.work is not None
        try:
            task.work()
        except Exception:
            log.exception("A task of the simulation failed.")

    def _move_on(self, goal: Goal) -> bool:
        """Resume the task of the next timer, moving time if need be; False where a goal forbids."""
        awaited = self._first(self._timers)
        periodic = self._first(self._background)
        timer = min((t for t in (awaited, periodic) if t is not None), default=None)
        if timer is None or timer.when > self.now:
            if self.paused or goal.jumps == 0:
                return False
            if goal.horizon is not None and (timer is None or timer.when > goal.horizon):
                self.now = max(self.now, goal.horizon)
                return False
            if timer is None or (goal.horizon is None and awaited is None):
                return False  # periodic work alone leads nowhere
            if awaited is not None and awaited.task.guarded.awaiting and goal.keep_deadlines():
                return False
            if timer is awaited and goal.jumps is not None:
                goal.jumps -= 1
            self.now = timer.when
        heapq.heappop(self._timers if timer is awaited else self._background)
        self._resume(timer.task, woken=False)
        return True

    @staticmethod
    def _first(timers: list[Timer]) -> Timer | None:
        while timers and timers[0].stale:
            heapq.heappop(timers)
        return timers[0] if timers else None

    def _resume(self, task: Task, woken: bool) -> None:
        if not task.ended:
            task.turn += 1
            task.woken = woken
            self._ready.append(task)

    def _end(self, task: Task) -> None:
        """A task that has not begun never will; one that waits unwinds when its turn comes."""
        if task.greenlet is None:
            self._forget(task)
        elif not task.ended:
            task.ended = True
            self._ready.append(task)

    def _forget(self, task: Task) -> None:
        task.ended, task.work, task.greenlet = True, None, None
        self._tasks.pop(task, None)
        if task.group is not None and (group := self._groups.get(task.group)) is not None:
            group.pop(task, None)
            if not group:
                del self._groups[task.group]
