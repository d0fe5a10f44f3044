"""Makes the branch of an execution, and lets it run."""

from __future__ import annotations

import dataclasses
import itertools
import json
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from moto.core.exceptions import AWSError
from moto.stepfunctions.parser.api import ExecutionStatus
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from localaws import cloud, faults, seeds
from localaws.branching import moments
from localaws.branching.changes import Branch, Change, states
from localaws.branching.worlds import World
from localaws.latency import Latency
from localaws.stepfunctions import announcements, executions, machines, revisions, starts
from localaws.stepfunctions.past import Past
from localaws.timing.simulatedtime import SimulatedTime
from localaws.timing.timekeeping import EPOCH, SECOND, NothingLeftError

if TYPE_CHECKING:
    from localaws.services import Services

LONGEST_NAME = 80
ONLY_HERE = "Only an execution of the local AWS that runs in this process can be branched"


def branch(change: Change, arn: str, at: int) -> Branch:
    """Make a branch, and let it run to its end; see `Change.apply`."""
    running = _running()
    clock = _simulated(running)
    original = _original(arn)
    events: list[dict[str, Any]] = list(original.to_history_output()["events"])
    moments.check(original, events, at, change)
    branched = _make(original, change, at, clock)
    # Histories tell milliseconds: begun within one, the same durations would be told otherwise.
    clock.advance(timedelta(microseconds=-clock.now().microsecond % 1000))
    offset = clock.now() - datetime.fromisoformat(str(events[at - 1]["timestamp"]))
    branched.start_date = original.start_date + offset
    branched.branch_of = original, at
    past = Past(
        moments.with_input(events, at, change), at, offset, clock, _changed(original, branched)
    )
    chance = f"branch {running.seed} {original.exec_arn} {at}"
    with clock.turn(), _begun(running, clock, branched, change.fault, chance) as world:
        _replay(branched, past, clock)
        _machine(original).executions.append(branched)
    _run_on(branched, clock)
    return Branch(str(branched.exec_arn), _note(at, world))


def _running() -> Services:
    try:
        return cloud.running()
    except RuntimeError as error:
        raise RuntimeError(f"{ONLY_HERE}. None does: call localaws.start() first.") from error


def _simulated(running: Services) -> SimulatedTime:
    clock = running.clock
    if not isinstance(clock, SimulatedTime):
        raise RuntimeError(
            "On the real clock nothing repeats, and no execution can be branched; "
            'localaws.reset(clock="simulated") starts a clock on which it can.'
        )
    if clock.simulation.paused:
        raise RuntimeError(
            "The clock is paused, and a branch takes time. Let it go on: clock.resume()."
        )
    return clock


def _original(arn: str) -> Any:
    try:
        found: Any = executions.find(arn)
    except AWSError as error:
        if ":express:" in arn:
            raise ValueError(
                "An Express execution keeps no history, and cannot be branched."
            ) from error
        raise ValueError(f"{ONLY_HERE}, and {arn} is none.") from error
    if found.sm_type == revisions.EXPRESS:
        raise ValueError("An Express execution keeps no history, and cannot be branched.")
    if getattr(found, "map_run_arn", None) is not None:
        raise ValueError("A child execution of a distributed Map cannot be branched by itself.")
    return found


def _make(original: Any, change: Change, at: int, clock: SimulatedTime) -> Any:
    """The branch, as an execution that has not begun."""
    revision = original.state_machine
    if change.edit is not None:
        revision = dataclasses.replace(revision, definition=_edited(revision, change.edit))
    text = original.execution_input
    if change.brings_in is not None and at == 1:
        text = starts.checked_input(change.brings_in)
    target = revisions.Target(
        _machine(original),
        revision,
        getattr(original, "version_arn", None),
        getattr(original, "alias_arn", None),
    )
    header = original.trace_header
    return starts.make(_backend(original), target, _name(original), text, header, clock)


def _edited(revision: Any, edit: Callable[[dict[str, Any]], dict[str, Any]]) -> str:
    """The changed definition.

    Raises:
        ValueError: UpdateStateMachine would refuse it, or it is the same.
    """
    before = json.loads(revision.definition)
    after = edit(json.loads(revision.definition))
    if after == before:
        raise ValueError("The change leaves the definition as it is.")
    text = json.dumps(after, ensure_ascii=False)
    try:
        machines.check_definition(text, revision.type)
    except AWSError as error:
        raise ValueError(str(error.message)) from error
    return text


def _changed(original: Any, branched: Any) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """By their names the states that are not what they were: before and now."""
    if original.state_machine.definition == branched.state_machine.definition:
        return {}
    machines_ = (json.loads(one.state_machine.definition) for one in (original, branched))
    before, after = machines_
    language = before.get("QueryLanguage") == after.get("QueryLanguage")
    were, are = states(before), states(after)
    return {
        name: (were.get(name, {}), are.get(name, {}))
        for name in {**were, **are}
        if were.get(name) != are.get(name) or not language
    }


def _name(original: Any) -> str:
    """`<name>-b1`, or the next number that is free."""
    taken = _machine(original).executions.by_name
    for number in itertools.count(1):
        end = f"-b{number}"
        name = original.name[: LONGEST_NAME - len(end)] + end
        if name not in taken:
            return str(name)
    raise AssertionError("there is always another number")


def _backend(execution: Any) -> Any:
    return stepfunctions_parser_backends[execution.account_id][execution.region_name]


def _machine(execution: Any) -> Any:
    try:
        return revisions.machine_of(_backend(execution), execution.state_machine.arn)
    except AWSError as error:
        raise ValueError("The state machine of this execution has been deleted.") from error


def _replay(branched: Any, past: Past, clock: SimulatedTime) -> None:
    """Let the branch go through its past.

    Raises:
        ValueError: its definition does not come to the event `at` any more.
    """
    branched.finished = clock.event()
    branched.exec_status = ExecutionStatus.RUNNING
    announcements.open_log(branched)
    branched.exec_worker = worker = branched._get_start_execution_worker()
    worker._execution_logic = lambda: _work(worker, past)
    executions.running[branched] = None
    worker.start()
    try:
        clock.give_way(lambda: past.complete)
    finally:
        if not past.complete:
            del executions.running[branched]
            clock.end_group(branched)
            clock.give_way(lambda: True)
    if not past.complete:
        raise ValueError(moments.departure(past))


def _work(worker: Any, past: Past) -> None:
    """In the place of moto's `_execution_logic`, which begins with an event of its own."""
    program = worker._get_evaluation_entrypoint()
    env = worker._get_evaluation_environment()
    manager = env.event_manager
    manager._history_event_list.extend(past.history)
    manager._event_id_gen._next_id = past.at + 1
    past.follow(manager)
    worker.env = env
    program.eval(env)
    worker._execution_communication.terminated()


@contextmanager
def _begun(
    running: Services,
    clock: SimulatedTime,
    branched: Any,
    fault: Mapping[str, Any] | None,
    chance: str,
) -> Iterator[World]:
    """Give a branch what is its own until it has ended; nothing if it cannot begin."""
    ours = partial(clock.acts_for, branched)
    when = (_moment(*branched.branch_of) - EPOCH) / SECOND
    world = World(branched.region_name, running.journal, when, running.messages, ours)
    running.gate.worlds.append(world)
    undo: list[Callable[[], None]] = [
        partial(running.gate.worlds.remove, world),
        seeds.chance.give(ours, chance),
    ]
    if isinstance(running.latency, Latency):
        undo.append(running.latency.sources.give(ours, f"latency {chance}"))
    branched.when_ended = lambda: [undone() for undone in undo]
    try:
        if fault is not None:
            injected = faults.inject(**{"name": f"branch {branched.name}", **fault})
            injected.only = ours
            injected.source = random.Random(f"fault {chance}")
            undo.append(partial(running.faults.discard, injected))
        yield world
    except BaseException:
        branched.when_ended()
        raise


def _moment(execution: Any, at: int) -> datetime:
    """When the stack was as it is to be: a branch's own past lies in what it was branched from."""
    if hasattr(execution, "branch_of"):
        original, parting = execution.branch_of
        return _moment(original, min(at, parting))
    return datetime.fromisoformat(str(execution.to_history_output()["events"][at - 1]["timestamp"]))


def _note(at: int, world: World) -> str:
    when = (
        f"as they stood at event {at}"
        if world.rewound
        else "as they stand now, since too much has been written since"
    )
    return (
        f"From event {at} on the branch works on copies of the tables, {when}. "
        "What it publishes to topics and event buses reaches nobody."
    )


def _run_on(branched: Any, clock: SimulatedTime) -> None:
    try:
        clock.run_until(lambda: branched.status != "RUNNING")
    except NothingLeftError:
        return  # it waits for an answer, which may come from outside later
