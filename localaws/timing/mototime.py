"""moto on the simulated clock: where it reads the time, waits or starts a thread, it asks ours."""

from __future__ import annotations

import datetime
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import moto.backends
from moto.stepfunctions.parser.asl.component.common.timeouts.timeout import TimeoutSeconds
from moto.stepfunctions.parser.asl.component.state.exec.execute_state import ExecutionState
from moto.stepfunctions.parser.asl.component.state.exec.state_task import (
    state_task_activitiy,  # sic
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_callback,
    state_task_service_sfn,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.resource import (
    ResourceCondition,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker

from localaws.mending import Mends, variant
from localaws.stepfunctions import executions, mapruns
from localaws.timing.simulated_threading import Event, Thread
from localaws.timing.simulatedtime import SimulatedTime
from localaws.timing.simulation import Simulation

INTERPRETER = "moto.stepfunctions"


def install(mends: Mends, clock: SimulatedTime) -> None:
    _read_the_clock(mends, clock)
    _take_turns(mends, clock.simulation)
    _start_apart(mends, clock.simulation)
    _await_answers(mends, clock.simulation)
    _end_what_is_abandoned(mends, clock.simulation)
    _await_children(mends, clock.simulation)


def _read_the_clock(mends: Mends, clock: SimulatedTime) -> None:
    """moto reads the time in some sixty modules, some of which it loads late."""

    class Instances(type):
        def __instancecheck__(cls, thing: object) -> bool:
            return isinstance(thing, datetime.datetime)

    class SimulatedDatetime(datetime.datetime, metaclass=Instances):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Any:
            return clock.now().astimezone(tz) if tz else clock.now().replace(tzinfo=None)

        @classmethod
        def utcnow(cls) -> Any:
            return clock.now().replace(tzinfo=None)

    times = variant(time, time=clock.time, sleep=clock.sleep)
    mends.replace_everywhere(time, times)
    mends.replace_everywhere(datetime, variant(datetime, datetime=SimulatedDatetime))
    mends.replace_everywhere(datetime.datetime, SimulatedDatetime)

    def import_backend(*names: str) -> Any:
        backends = load(*names)
        mends.follow()
        return backends

    load: Callable[..., Any] = mends.replace(moto.backends, "_import_backend", import_backend)


def _take_turns(mends: Mends, simulation: Simulation) -> None:
    """The interpreter starts two threads and more for each execution, which run as they like."""

    class PatientEvent(Event):
        """A task without TimeoutSeconds has moto's longest timeout, which is none."""

        def wait(self, timeout: float | None = None) -> bool:
            longest = TimeoutSeconds.DEFAULT_TIMEOUT_SECONDS
            return super().wait(None if timeout is not None and timeout >= longest else timeout)

    event, thread = partial(PatientEvent, simulation), partial(Thread, simulation)
    mends.replace_everywhere(threading, variant(threading, Event=event, Thread=thread), INTERPRETER)
    mends.replace_everywhere(threading.Event, event, INTERPRETER)
    mends.replace_everywhere(threading.Thread, thread, INTERPRETER)


def _start_apart(mends: Mends, simulation: Simulation) -> None:
    """An execution's tasks are its own, and not of the task that started it."""

    def start(self: ExecutionWorker) -> None:
        execution = self._execution_communication.execution
        simulation.spawn(self._execution_logic, group=execution)

    mends.replace(ExecutionWorker, "start", start)


def _await_answers(mends: Mends, simulation: Simulation) -> None:
    """Who reads an execution that waits for a task token may be about to answer it."""
    callback = state_task_service_callback.StateTaskServiceCallback
    activity = state_task_activitiy.StateTaskActivity

    def wait_for_token(self: Any, *args: Any, **given: Any) -> Any:
        if self.resource.condition != ResourceCondition.WaitForTaskToken:
            return wait(self, *args, **given)  # for a token of a .sync that nobody is ever given
        with simulation.awaiting_answer():
            return wait(self, *args, **given)

    def wait_for_worker(self: Any, env: Environment) -> None:
        with simulation.awaiting_answer():
            execute(self, env)

    wait: Callable[..., Any] = mends.replace(callback, "_eval_wait_for_task_token", wait_for_token)
    execute: Callable[..., None] = mends.replace(activity, "_eval_execution", wait_for_worker)


def _end_what_is_abandoned(mends: Mends, simulation: Simulation) -> None:
    """moto's threads wait on for a state that has failed or timed out, and write history then.

    docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html: where a branch fails, all are
    stopped.
    """

    def evaluate_with_timeout(self: ExecutionState, env: Environment) -> None:
        try:
            evaluate(self, env)
        except Exception:
            simulation.end_offspring()
            raise

    evaluate: Callable[..., None] = mends.replace(
        ExecutionState, "_evaluate_with_timeout", evaluate_with_timeout
    )


def _await_children(mends: Mends, simulation: Simulation) -> None:
    """moto asks every half second whether a nested execution has ended, through days of waiting."""
    state = state_task_service_sfn.StateTaskServiceSfn

    def patiently(build: Callable[..., Any]) -> Callable[..., Any]:
        def build_resolver(self: Any, env: Environment, **given: Any) -> Any:
            child = executions.find(env.stack[-1]["ExecutionArn"])
            resolve = build(self, env, **given)

            def resolver() -> Any:
                simulation.await_group(child)
                child.finished.wait()
                return resolve()

            return resolver

        return build_resolver

    def wait_for(child: Any) -> None:
        simulation.await_group(child)
        child.finished.wait()

    for name in ("_build_sync_resolver", "_build_sync2_resolver"):
        mends.replace(state, name, patiently(getattr(state, name)))
    mends.replace(mapruns, "wait_for", wait_for)
