"""What runs at one time within a state: branches of a Parallel, iterations of an inline Map.

moto gives those that are cut off no event, and links what follows a failure to the wrong event.

Rules: docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html, .../state-map-inline.html;
the events of what is cut off, and what they are linked to, were recorded from AWS.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

from moto.stepfunctions.parser.api import HistoryEventType, MapIterationEventDetails
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration import (
    inline_iteration_component,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_map.state_map import StateMap
from moto.stepfunctions.parser.asl.component.state.exec.state_parallel import (
    branch_worker,
    branches_decl,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_parallel.state_parallel import (
    StateParallel,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.state_task import StateTask
from moto.stepfunctions.parser.asl.component.state.wait.state_wait import StateWait
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.eval.program_state import ProgramEnded, ProgramError
from moto.stepfunctions.parser.asl.utils.json_path import NoSuchJsonPathError

from localaws.mending import Mends
from localaws.stepfunctions import checkpoints
from localaws.stepfunctions.ends import OverError
from localaws.stepfunctions.failures import is_runtime, named, no_such_path
from localaws.timing.timekeeping import Clock

MOST_ITERATIONS = 40  # of an inline Map at one time
ABORTED = {
    StateTask: HistoryEventType.TaskStateAborted,
    StateWait: HistoryEventType.WaitStateAborted,
    StateMap: HistoryEventType.MapStateAborted,
    StateParallel: HistoryEventType.ParallelStateAborted,
}


def install(mends: Mends, clock: Clock) -> None:
    _mend_branches(mends, clock)
    _mend_iterations(mends, clock)


def _mend_branches(mends: Mends, clock: Clock) -> None:
    """moto takes no error named `States.*` out of a branch (branches_decl.py:102)."""

    def evaluate(self: branches_decl.BranchesDecl, env: Environment) -> None:
        given = env.stack.pop()
        lines = [_Branch(env, *one, given) for one in enumerate(self.programs)]
        env.stack.append(_SideBySide(env, clock, lines, len(lines)).run())

    mends.replace(branches_decl.BranchesDecl, "_eval_body", evaluate)


def _mend_iterations(mends: Mends, clock: Clock) -> None:
    """moto has no limit to the iterations at one time (inline_iteration_component.py:101)."""

    def evaluate(self: Any, env: Environment) -> None:
        work = env.stack.pop()
        program = self._get_iteration_program()
        lines = [
            _Iteration(env, index, program, work, item)
            for index, item in enumerate(work.input_items)
        ]
        limit = min(work.max_concurrency or MOST_ITERATIONS, MOST_ITERATIONS)
        env.stack.append(_SideBySide(env, clock, lines, limit).run())

    component = inline_iteration_component.InlineIterationComponent
    mends.replace(component, "_eval_body", evaluate)


class Line:
    """A program that runs beside others, in a frame of its own."""

    def __init__(self, env: Environment, number: int, program: Any) -> None:
        self._parent = env
        self._number = number
        self._program = program
        self.frame: Environment | None = None
        self.ended = False

    def run(self) -> FailureEvent | None:
        """Run the program to its end; tells what failed."""
        self.frame = frame = checkpoints.open_line(self._parent, self._number)
        if checkpoints.had_succeeded(frame):
            return None
        if (event := self._begin(frame)) is not None:
            return event
        self._program.eval(frame)
        state = frame.program_state()
        if isinstance(state, ProgramError):
            return _event_of(frame, state.error or {})
        if isinstance(state, ProgramEnded):
            self._succeed(frame)
        return None

    def output(self) -> Any:
        assert self.frame is not None, "only a line that has run has an output"
        return self.frame.states.get_input()

    def stop(self, clock: Clock) -> None:
        if self.frame is not None:
            self.frame.set_stop(stop_date=clock.now(), cause=None, error=None)
            self._parent.close_frame(self.frame)

    def tell_failed(self) -> None:
        """Write that it has failed."""

    def tell_cut(self) -> None:
        """Write that it has been cut off, and in which state."""
        assert self.frame is not None, "only a line that has begun can be cut off"
        state = getattr(self.frame, "active_state", None)
        kinds = [event for kind, event in ABORTED.items() if isinstance(state, kind)]
        if kinds:
            self._tell(kinds[0])

    def _begin(self, frame: Environment) -> FailureEvent | None:
        """What comes before the program; tells what failed."""

    def _succeed(self, frame: Environment) -> None:
        """What comes after it."""

    def _tell(self, event_type: HistoryEventType, details: EventDetails | None = None) -> None:
        """Write an event beside what goes on: what follows is not linked to it."""
        self._parent.event_manager.add_event(
            context=self._parent.event_history_context,
            event_type=event_type,
            event_details=details,
            update_source_event_id=False,
        )


class _Branch(Line):
    def __init__(self, env: Environment, number: int, program: Any, given: Any) -> None:
        super().__init__(env, number, program)
        self._given = given

    def _begin(self, frame: Environment) -> None:
        frame.states.reset(input_value=self._given)


class _Iteration(Line):
    def __init__(self, env: Environment, index: int, program: Any, work: Any, item: Any) -> None:
        super().__init__(env, index, program)
        self._work = work
        self._item = {"Index": index, "Value": item}
        self._details = MapIterationEventDetails(name=work.state_name, index=index)

    def _begin(self, frame: Environment) -> FailureEvent | None:
        frame.states.context_object.context_object_data["Map"] = {"Item": self._item}
        try:
            select_input(frame, self._parent, self._work, self._item["Value"])
        except FailureEventException as error:
            return error.failure_event
        frame.event_manager.add_event(
            context=frame.event_history_context,
            event_type=HistoryEventType.MapIterationStarted,
            event_details=EventDetails(mapIterationStartedEventDetails=self._details),
        )
        self._has_begun = True
        return None

    def _succeed(self, frame: Environment) -> None:
        frame.event_manager.add_event(
            context=frame.event_history_context,
            event_type=HistoryEventType.MapIterationSucceeded,
            event_details=EventDetails(mapIterationSucceededEventDetails=self._details),
        )

    def tell_failed(self) -> None:
        if hasattr(self, "_has_begun"):
            details = EventDetails(mapIterationFailedEventDetails=self._details)
            self._tell(HistoryEventType.MapIterationFailed, details)

    def tell_cut(self) -> None:
        details = EventDetails(mapIterationAbortedEventDetails=self._details)
        self._tell(HistoryEventType.MapIterationAborted, details)
        super().tell_cut()


def select_input(frame: Environment, parent: Environment, work: Any, item: Any) -> None:
    """Give an iteration its input: the item, or what ItemSelector makes of it."""
    selector = work.item_selector or work.parameters
    if selector is None:
        frame.states.reset(input_value=item)
        return
    given = parent.stack[-1]
    frame.states.reset(input_value=given)
    frame.stack.append(given)
    try:
        selector.eval(frame)
    except NoSuchJsonPathError as error:
        raise no_such_path(frame, error) from error
    frame.states.reset(input_value=frame.stack[-1])


def _event_of(frame: Environment, error: dict[str, Any]) -> FailureEvent:
    return FailureEvent(
        env=frame,
        error_name=named(error.get("error")),
        event_type=HistoryEventType.ExecutionFailed,
        event_details=EventDetails(executionFailedEventDetails=error),
    )


class _SideBySide:
    """Runs lines until all have ended, or one has failed, which cuts off the others."""

    def __init__(self, env: Environment, clock: Clock, lines: list[Any], limit: int) -> None:
        self._env = env
        self._clock = clock
        self._lines = lines
        self._limit = limit
        self._ahead: Iterator[Line] = iter(lines)
        self._left = len(lines)
        self._failure: tuple[Line, FailureEvent] | None = None
        self._turn = threading.RLock()  # for threads of the real clock
        self._finished = branches_decl.threading.Event()

    def run(self) -> list[Any]:
        """Returns the output of each.

        Raises:
            FailureEventException: one has failed.
            OverError: it has been cut off itself, and with it what still ran.
        """
        for _ in range(min(self._limit, len(self._lines))):
            start_thread(self._work)
        if self._lines:
            self._finished.wait()
        if not self._env.is_running():
            raise OverError
        if self._failure is not None:
            self._fail(*self._failure)
        outputs = [line.output() for line in self._lines]
        for line in self._lines:
            self._env.close_frame(line.frame)
        return outputs

    def _work(self) -> None:
        """Run one line after the other, while there are some left."""
        while self._failure is None and self._env.is_running():
            with self._turn:
                line = next(self._ahead, None)
            if line is None:
                return
            event = line.run()
            with self._turn:
                self._note(line, event)
        self._finished.set()

    def _note(self, line: Line, event: FailureEvent | None) -> None:
        line.ended = True
        self._left -= 1
        if self._failure is None and event is not None:
            self._failure = line, event
        if self._failure is not None or self._left == 0:
            self._finished.set()

    def _fail(self, failed: Line, event: FailureEvent) -> None:
        env = self._env
        assert failed.frame is not None, "a line that has failed has begun"
        cut = [line for line in self._lines if line.frame is not None and not line.ended]
        if not is_runtime(event):
            last = failed.frame.event_history_context.source_event_id
            env.event_history_context.source_event_id = last
            for line in cut:
                line.tell_cut()
            failed.tell_failed()
        for line in [*cut, failed]:
            line.stop(self._clock)
        if not is_runtime(event):
            env.event_history_context.source_event_id = last
        raise FailureEventException(event)


def start_thread(work: Callable[[], object]) -> None:
    """Work that belongs to the state which starts it: on the simulated clock, a task of its own."""
    thread = branches_decl.threading.Thread(target=work, daemon=True)
    branch_worker.TMP_THREADS.append(thread)
    thread.start()
