"""Random programs of tasks: they go on in the order of time, and the same way every time."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from localaws.timing.simulated_threading import Event
from localaws.timing.simulation import Simulation
from localaws.timing.tasks import Goal

SECOND = 1_000_000


def run_out(simulation: Simulation) -> None:
    """To the end of everything."""
    simulation.drive(Goal(lambda: False))


# Programs: a task is a list of steps. "sleep" and "wait" take seconds; "set" and "wait" name one of
# three events; "spawn" starts another task.
STEP = st.one_of(
    st.tuples(st.just("sleep"), st.integers(0, 4)),
    st.tuples(st.just("wait"), st.integers(0, 2), st.integers(0, 4)),
    st.tuples(st.just("set"), st.integers(0, 2)),
)
STEPS = st.recursive(
    st.lists(STEP, max_size=5),
    lambda steps: st.lists(st.one_of(STEP, st.tuples(st.just("spawn"), steps)), max_size=5),
    max_leaves=12,
)


class Program:
    """Runs steps, and logs what happens and when."""

    def __init__(self, steps: list[Any]) -> None:
        self.simulation = Simulation(0)
        self.log: list[tuple[Any, ...]] = []
        self.events = [Event(self.simulation) for _ in range(3)]
        self.timers = 0
        self.simulation.spawn(lambda: self.work(steps))
        run_out(self.simulation)
        self.end = self.simulation.now
        self.simulation.close()

    def work(self, steps: list[Any]) -> None:
        for kind, *rest in steps:
            if kind == "spawn":
                self.simulation.spawn(lambda steps=rest[0]: self.work(steps))
            elif kind == "set":
                self.log.append(("set", rest[0], self.simulation.now))
                self.events[rest[0]].set()
                self.events[rest[0]].clear()
            else:
                self.pause(kind, rest)

    def pause(self, kind: str, details: list[int]) -> None:
        begun, number = self.simulation.now, self.timers
        self.timers += 1
        due = begun + details[-1] * SECOND
        if kind == "sleep":
            woken = self.simulation.wait(details[0])
        else:
            woken = self.events[details[0]].wait(details[1])
        self.log.append((kind, due, number, begun, self.simulation.now, woken, *details))


@given(st.lists(STEPS, max_size=4))
@settings(deadline=None, max_examples=60)
def test_tasks_go_on_in_the_order_of_their_timers(programs: list[Any]) -> None:
    program = Program([("spawn", steps) for steps in programs])
    waits = [entry for entry in program.log if entry[0] != "set"]
    for kind, due, _, begun, ended, woken, *rest in waits:
        if woken:
            assert kind == "wait"
            assert begun <= ended <= due
            assert ("set", rest[0], ended) in program.log
        else:
            assert ended == due
    expired = [(due, number) for _, due, number, _, _, woken, *_ in waits if not woken]
    assert expired == sorted(expired)  # by time; at one time, first set, first gone off
    times = [entry[4] if entry[0] != "set" else entry[2] for entry in program.log]
    assert times == sorted(times)
    assert program.end == max(times, default=0)


@given(st.lists(STEPS, max_size=4))
@settings(deadline=None, max_examples=30)
def test_a_program_runs_the_same_way_every_time(programs: list[Any]) -> None:
    first, second = (Program([("spawn", steps) for steps in programs]) for _ in range(2))
    assert first.log == second.log


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(1, 5)), min_size=1, max_size=12),
    st.integers(0, 2),
    st.integers(0, 6),
)
@settings(deadline=None, max_examples=60)
def test_an_ended_group_never_runs_again(
    sleepers: list[tuple[int, int]], ended: int, moment: int
) -> None:
    simulation = Simulation(0)
    log: list[tuple[int, int]] = []

    def sleeper(group: int, seconds: int) -> None:
        for _ in range(2):
            simulation.wait(seconds)
            log.append((group, simulation.now))

    for group, seconds in sleepers:
        simulation.spawn(lambda g=group, s=seconds: sleeper(g, s), group=group)
    if moment:
        simulation.drive(Goal(lambda: False, round((moment - 0.5) * SECOND)))
    simulation.end_group(ended)
    run_out(simulation)
    simulation.close()
    late = [group for group, when in log if when > (moment - 0.5) * SECOND]
    assert ended not in late
    for group, seconds in sleepers:
        if group != ended:
            assert (group, 2 * seconds * SECOND) in log
