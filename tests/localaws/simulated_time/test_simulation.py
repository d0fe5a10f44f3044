"""The simulation by itself: its tasks, their order, and how far it is driven."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from localaws.timing.simulated_threading import Event, Thread
from localaws.timing.simulation import Simulation
from localaws.timing.tasks import Goal

SECOND = 1_000_000
Log = list[tuple[Any, ...]]


@pytest.fixture
def simulation() -> Iterator[Simulation]:
    simulation = Simulation(0)
    yield simulation
    simulation.close()


def drive(simulation: Simulation, seconds: float | None = None) -> None:
    """To the end of everything, or to a moment."""
    horizon = None if seconds is None else round(seconds * SECOND)
    simulation.drive(Goal(lambda: False, horizon))


def test_an_ended_group_sets_no_timer_off(simulation: Simulation) -> None:
    simulation.spawn(lambda: simulation.wait(100), group="stopped")
    drive(simulation, 1)
    simulation.end_group("stopped")
    drive(simulation)
    assert simulation.now == SECOND


def test_a_task_that_ends_its_own_group_goes_on(simulation: Simulation) -> None:
    log: Log = []

    def end() -> None:
        simulation.end_group("g")
        simulation.wait(1)
        log.append(("went on", simulation.now))

    simulation.spawn(end, group="g")
    simulation.spawn(lambda: log.append(("other",)), group="g")
    drive(simulation)
    assert log == [("went on", SECOND)]


def test_an_ended_task_unwinds(simulation: Simulation) -> None:
    log: Log = []

    def work() -> None:
        try:
            simulation.wait(100)
        finally:
            log.append(simulation.now)

    simulation.spawn(work, group="g")
    drive(simulation, 2)
    simulation.end_group("g")
    drive(simulation, 3)
    assert log == [2 * SECOND]


@pytest.mark.parametrize(("setter_first", "woken"), [(True, True), (False, False)])
def test_at_one_instant_wake_or_timeout_as_they_were_set(
    simulation: Simulation, setter_first: bool, woken: bool
) -> None:
    event, log = Event(simulation), []

    def setter() -> None:
        simulation.wait(5)
        event.set()

    tasks = [setter, lambda: log.append((event.wait(5), simulation.now))]
    for task in tasks if setter_first else tasks[::-1]:
        simulation.spawn(task)
    drive(simulation)
    assert log == [(woken, 5 * SECOND)]


def test_a_woken_task_hears_nothing_of_its_old_timer(simulation: Simulation) -> None:
    event, log = Event(simulation), []

    def waiter() -> None:
        log.append(event.wait(5))
        simulation.wait(100)
        log.append(simulation.now)

    simulation.spawn(waiter)
    drive(simulation, 1)
    event.set()
    drive(simulation)
    assert log == [True, 101 * SECOND]


def test_those_who_wait_are_woken_in_the_order_in_which_they_came(simulation: Simulation) -> None:
    event, log = Event(simulation), []

    def waiter(number: int) -> None:
        event.wait()
        log.append(number)

    for number in range(5):
        simulation.spawn(lambda n=number: waiter(n))
    drive(simulation)
    event.set()
    drive(simulation)
    assert log == list(range(5))


def test_an_error_is_logged_and_stops_no_other(
    simulation: Simulation, caplog: pytest.LogCaptureFixture
) -> None:
    log: list[str] = []

    def fail() -> None:
        raise ValueError("on purpose")

    simulation.spawn(fail)
    simulation.spawn(lambda: log.append("went on"))
    with caplog.at_level(logging.ERROR):
        drive(simulation)
    assert log == ["went on"]
    assert "on purpose" in caplog.text


@pytest.mark.parametrize("seconds", [0, 0.000001, 0.3, 86400 * 365])
def test_a_wait_is_exact_to_the_microsecond(simulation: Simulation, seconds: float) -> None:
    simulation.spawn(lambda: simulation.wait(seconds))
    drive(simulation)
    assert simulation.now == round(seconds * SECOND)


class TestDrive:
    def test_to_a_moment_at_which_nothing_happens(self, simulation: Simulation) -> None:
        drive(simulation, 2.5)
        assert simulation.now == 2_500_000
        drive(simulation, 1)
        assert simulation.now == 2_500_000  # it does not go back

    def test_what_is_due_at_the_moment_itself_happens(self, simulation: Simulation) -> None:
        log: list[int] = []
        for seconds in (3, 4):
            simulation.spawn(lambda s=seconds: (simulation.wait(s), log.append(s)))
        drive(simulation, 3)
        assert (log, simulation.now) == ([3], 3 * SECOND)

    def test_stops_as_soon_as_the_goal_is_reached(self, simulation: Simulation) -> None:
        log: list[int] = []
        for seconds in (1, 2, 3):
            simulation.spawn(lambda s=seconds: (simulation.wait(s), log.append(s)))
        simulation.drive(Goal(lambda: 2 in log))
        assert (log, simulation.now) == ([1, 2], 2 * SECOND)

    def test_one_jump_does_all_that_happens_at_that_instant(self, simulation: Simulation) -> None:
        log: list[int] = []
        for seconds in (0, 2, 2, 5):
            simulation.spawn(lambda s=seconds: (simulation.wait(s), log.append(s)))
        simulation.drive(Goal(lambda: False, jumps=1))
        assert (log, simulation.now) == ([0, 2, 2], 2 * SECOND)

    @pytest.mark.parametrize("keeps", [True, False])
    def test_may_keep_from_the_deadline_of_an_answer(
        self, simulation: Simulation, keeps: bool
    ) -> None:
        answer = Event(simulation)

        def ask() -> None:
            with simulation.awaiting_answer():
                answer.wait(10)

        def task() -> None:
            Thread(simulation, ask).start()
            simulation.wait(9)

        simulation.spawn(task)
        simulation.drive(Goal(lambda: False, keep_deadlines=lambda: keeps))
        assert simulation.now == 0 if keeps else 10 * SECOND

    def test_held_time_lets_only_this_instant_happen(self, simulation: Simulation) -> None:
        log: list[str] = []
        simulation.spawn(lambda: (simulation.wait(0), log.append("now")))
        simulation.spawn(lambda: (simulation.wait(1), log.append("later")))
        simulation.paused = True
        drive(simulation)
        assert (log, simulation.now) == (["now"], 0)

    def test_periodic_work_alone_leads_nowhere(self, simulation: Simulation) -> None:
        def periodically() -> None:
            while True:
                simulation.wait(60, background=True)

        simulation.spawn(periodically)
        drive(simulation)
        assert simulation.now == 0
        simulation.spawn(lambda: simulation.wait(90))
        drive(simulation)
        assert simulation.now == 90 * SECOND

    def test_no_task_drives(self, simulation: Simulation) -> None:
        errors: list[AssertionError] = []

        def work() -> None:
            try:
                drive(simulation)
            except AssertionError as error:
                errors.append(error)

        simulation.spawn(work)
        drive(simulation)
        assert "a task cannot drive" in str(errors)


def test_outsiders_take_turns(simulation: Simulation) -> None:
    """Two threads that drive at once do not run the tasks twice."""
    log: list[int] = []
    for seconds in range(50):
        simulation.spawn(lambda s=seconds: (simulation.wait(s), log.append(s)))
    threads = [threading.Thread(target=drive, args=(simulation,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert log == list(range(50))


def test_closing_ends_every_task_and_the_thread() -> None:
    simulation = Simulation(0)
    ended: list[str] = []

    def work(name: str, wait: Callable[[], object]) -> None:
        try:
            wait()
        finally:
            ended.append(name)

    simulation.spawn(lambda: work("timer", lambda: simulation.wait(100)))
    simulation.spawn(lambda: work("for ever", simulation.wait))
    simulation.spawn(lambda: work("event", Event(simulation).wait))
    drive(simulation, 1)
    simulation.spawn(lambda: work("never begun", simulation.wait))
    simulation.close()
    assert ended == ["timer", "for ever", "event"]
    assert not simulation._thread.is_alive()
