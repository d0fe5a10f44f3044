"""Where an execution stands: in which state, with what input, and what is done already inside it.

Kept while it runs, in place of copies: a state's input is not changed once it is there. A redrive
goes on from what is left of it when an execution fails.

docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html: "Redrive behavior of
individual states"
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from moto.stepfunctions.parser.api import HistoryEventType
from moto.stepfunctions.parser.asl.component.program.program import Program
from moto.stepfunctions.parser.asl.component.state.fail.state_fail import StateFail
from moto.stepfunctions.parser.asl.component.state.state import CommonStateField
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.program_state import ProgramEnded

from localaws.mending import Mends
from localaws.stepfunctions.ends import OverError

# A state that is gone on with has been entered, and its branches or items have been begun.
STARTED = (HistoryEventType.MapStateStarted, HistoryEventType.ParallelStateStarted)


class Scope:
    """A machine that runs: the whole one, a branch, an iteration.

    Attributes:
        state: the name of the state that it is in.
        input: that state's input.
        variables: what had been assigned by then.
        entered: number of the event that tells of the state's entry.
        inner: by their numbers the branches or iterations of the state.
        done: whether it has succeeded; `input` is its output then.
        resumed: whether it is to be gone on with, and not begun.
    """

    __slots__ = ("done", "entered", "inner", "input", "resumed", "state", "variables")

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self.state: str | None = None
        self.input: Any = None
        self.variables: dict[str, Any] = {}
        self.entered = 0
        self.inner: dict[int, Scope] = {}
        self.done = False
        self.resumed = False

    def resume(self) -> None:
        """Prepare it, and what is inside, to be gone on with.

        Where all that is inside has succeeded, it is what became of it that failed, for its size
        for one: then it is done again.
        """
        self.resumed = self.done or self.state is not None
        if all(scope.done for scope in self.inner.values()):
            self.inner = {}
        for scope in self.inner.values():
            scope.resume()


def install(mends: Mends) -> None:
    _follow_frames(mends)
    _follow_programs(mends)


def open_line(parent: Any, number: int) -> Any:
    """Open the frame of a branch or an iteration, which has this number in its state."""
    frame: Any = parent.open_inner_frame()
    scope = parent.scope.inner.get(number)
    if scope is None or not scope.resumed:
        scope = parent.scope.inner[number] = Scope()
    frame.scope = scope
    return frame


def had_succeeded(frame: Any) -> bool:
    """Whether a branch or an iteration had succeeded before a redrive; its output is taken over."""
    scope: Scope = frame.scope
    if not (scope.resumed and scope.done):
        return False
    scope.resumed = False
    frame.states.reset(input_value=scope.input)
    return True


def _follow_frames(mends: Mends) -> None:
    """A task's frame is part of the machine that its state belongs to."""

    def open_frame(self: Any, *given: Any, **named: Any) -> Any:
        frame = open_one(self, *given, **named)
        frame.scope = getattr(self, "scope", None)
        if getattr(self, "goes_on", False):
            self.goes_on = False
            frame.event_history_context.silent = STARTED
        return frame

    open_one: Callable[..., Any] = mends.replace(Environment, "open_frame", open_frame)


def _follow_programs(mends: Mends) -> None:
    def evaluate(self: Program, env: Any) -> None:
        scope: Scope | None = getattr(env, "scope", None)
        if scope is None:
            scope = env.scope = Scope()
        run(self, env)
        if isinstance(env._program_state, ProgramEnded):
            scope.done, scope.inner = True, {}
            scope.input = env.states._states_data["input"]

    run: Callable[..., None] = mends.replace(Program, "eval", evaluate)


def start_of(program: Program, env: Any) -> str:
    """The name of the state that a program begins with: where it stood, if it is gone on with."""
    scope: Scope | None = getattr(env, "scope", None)
    if scope is None or not scope.resumed or scope.state is None:
        return str(program.start_at.start_at_name)
    env.states.reset(input_value=scope.input)
    env.variable_store._inner_scope.update(copy.deepcopy(scope.variables))
    return scope.state


def enter(state: CommonStateField, env: Any) -> None:
    """Note that a state is entered, or goes on.

    Raises:
        OverError: the state machine is being deleted, and the execution ends here.
    """
    execution: Any = getattr(env.event_manager, "execution", None)
    if hasattr(execution, "doomed"):
        execution.doomed()
        raise OverError
    scope: Scope | None = getattr(env, "scope", None)
    if scope is None:
        return
    if scope.resumed:
        scope.resumed = False
        _go_on(state, env, scope)
        return
    env.goes_on = False  # a state that opened no frame left it as it was
    scope.state, scope.input = state.name, env.states._states_data["input"]
    scope.inner = {}
    assigned = env.variable_store._inner_scope
    scope.variables = dict(assigned) if assigned else {}
    scope.entered = env.event_manager._event_id_gen._next_id


def _go_on(self: CommonStateField, env: Any, scope: Scope) -> None:
    """No second event tells of the entry, but where it is a Fail state, which is entered again."""
    if isinstance(self, StateFail):
        return
    context = env.event_history_context
    context.silent, context.entered = (self.state_entered_event_type,), scope.entered
    env.goes_on = True


def is_silent(context: Any, event_type: HistoryEventType) -> int | None:
    """The number of the event that a context does not write again; None where it writes it."""
    silent = getattr(context, "silent", None)
    if silent is None or event_type not in silent:
        return None
    context.silent = None
    return int(getattr(context, "entered", context.source_event_id))
