"""Work at its time, which nobody waits for, on either clock."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from localaws.timing.simulatedtime import SimulatedTime
from localaws.timing.timekeeping import Clock, NothingLeftError, RealTime
from localaws.timing.timetable import Timetable

SECOND = timedelta(seconds=1)


@pytest.fixture
def clock() -> Iterator[SimulatedTime]:
    clock = SimulatedTime()
    yield clock
    clock.close()


def noted(clock: Clock, done: list[Any], what: str) -> Any:
    return lambda: done.append((what, clock.now()))


def test_at_its_time(clock: SimulatedTime) -> None:
    done: list[Any] = []
    table, begun = Timetable(clock), clock.now()
    for name, seconds in (("late", 100_000), ("soon", 0.25), ("past", -5)):
        table.enter(name, begun + seconds * SECOND, noted(clock, done, name))
    clock.advance(timedelta(days=2))
    assert [(what, when - begun) for what, when in done] == [
        ("past", 0 * SECOND),
        ("soon", 0.25 * SECOND),
        ("late", 100_000 * SECOND),
    ]


def test_several_at_one_time_in_the_order_of_their_entry(clock: SimulatedTime) -> None:
    done: list[Any] = []
    table, when = Timetable(clock), clock.now() + SECOND
    for name in "bca":
        table.enter(name, when, noted(clock, done, name))
    clock.advance(SECOND)
    assert [what for what, _ in done] == ["b", "c", "a"]


def test_changed_and_struck(clock: SimulatedTime) -> None:
    done: list[Any] = []
    table, begun = Timetable(clock), clock.now()
    table.enter("kept", begun + 60 * SECOND, noted(clock, done, "old"))
    table.enter("gone", begun + 30 * SECOND, noted(clock, done, "gone"))
    table.enter("kept", begun + 10 * SECOND, noted(clock, done, "new"))
    table.strike("gone")
    clock.advance(timedelta(minutes=5))
    assert [(what, when - begun) for what, when in done] == [("new", 10 * SECOND)]


def test_work_may_enter_itself_again(clock: SimulatedTime) -> None:
    done: list[Any] = []
    table, begun = Timetable(clock), clock.now()

    def work() -> None:
        done.append(clock.now() - begun)
        table.enter("again", clock.now() + SECOND, work)

    table.enter("again", begun + SECOND, work)
    clock.advance(3 * SECOND)
    assert done == [SECOND, 2 * SECOND, 3 * SECOND]


def test_nobody_waits_for_it(clock: SimulatedTime) -> None:
    Timetable(clock).enter("later", clock.now() + SECOND, lambda: None)
    with pytest.raises(NothingLeftError):
        clock.run_until(lambda: False)


def test_in_real_time() -> None:
    clock, done = RealTime(), threading.Event()
    table = Timetable(clock)
    table.enter("year", clock.now() + timedelta(days=365), lambda: None)
    table.enter("soon", clock.now() + timedelta(milliseconds=20), done.set)
    assert done.wait(60)
    clock.close()


def test_who_borrows_the_turn_acts_while_a_task_waits(clock: SimulatedTime) -> None:
    """As the thread of a server does that a task has called."""
    said: list[str] = []

    def server() -> None:
        with clock.turn():
            said.append("served")

    def caller() -> None:
        thread = threading.Thread(target=server)
        with clock.lend():
            thread.start()
            thread.join()
        said.append("answered")

    with clock.turn():
        clock.spawn(caller)
        clock.advance(SECOND)
    assert said == ["served", "answered"]


def test_who_borrows_is_done_before_the_task_goes_on(clock: SimulatedTime) -> None:
    said: list[str] = []
    begun, may_end = threading.Event(), threading.Event()

    def server() -> None:
        with clock.turn():
            begun.set()
            may_end.wait()
            said.append("served")

    def caller() -> None:
        thread = threading.Thread(target=server)
        with clock.lend():
            thread.start()
            begun.wait()
            threading.Timer(0.05, may_end.set).start()
        said.append("went on")
        thread.join()

    clock.spawn(caller)
    clock.advance(SECOND)
    assert said == ["served", "went on"]
