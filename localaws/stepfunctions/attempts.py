"""A state from its entry to its exit: its attempts, and what becomes of an error.

moto writes an event for every failure, lets Retry and Catch see errors that nothing may handle,
writes a JSONata fault down for some states and not for others, and evaluates a Task's Output where
its Catch no longer applies.

Rules: docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html and
.../transforming-data.html; what is written was recorded from AWS.
"""

from __future__ import annotations

import copy
import logging
from datetime import UTC

from moto.stepfunctions.parser.api import HistoryEventType
from moto.stepfunctions.parser.asl.component.common.catch.catch_outcome import CatchOutcome
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.common.retry.retry_outcome import RetryOutcome
from moto.stepfunctions.parser.asl.component.state import state as states
from moto.stepfunctions.parser.asl.component.state.exec.execute_state import ExecutionState
from moto.stepfunctions.parser.asl.component.state.exec.state_map.state_map import StateMap
from moto.stepfunctions.parser.asl.component.state.exec.state_parallel.state_parallel import (
    StateParallel,
)
from moto.stepfunctions.parser.asl.component.state.state import CommonStateField
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.utils.json_path import NoSuchJsonPathError

from localaws.mending import Mends
from localaws.stepfunctions import checkpoints
from localaws.stepfunctions.ends import OverError
from localaws.stepfunctions.failures import (
    EVALUATION_FAILED,
    is_runtime,
    no_such_path,
    runtime,
    tell_evaluation,
)

LOG = logging.getLogger(__name__)
INTERNAL = "Internal Error"  # AWS tells no more of its own


def install(mends: Mends) -> None:
    _mend_states(mends)
    _mend_attempts(mends)


def _mend_states(mends: Mends) -> None:
    """moto tells of no JSONata fault outside of a Task or a Map (state.py:213)."""

    def evaluate(self: CommonStateField, env: Environment) -> None:
        checkpoints.enter(self, env)
        _enter(self, env)
        try:
            _evaluate_within(self, env)
        except NoSuchJsonPathError as error:
            raise no_such_path(env, error) from error
        except FailureEventException as error:
            tell_evaluation(env, error.failure_event)
            raise
        except OverError:
            raise
        except Exception as error:
            LOG.exception("A state fails in a way that is not known of AWS")
            raise runtime(env, INTERNAL) from error
        if env.is_running():
            _leave(self, env)

    mends.replace(CommonStateField, "_eval_body", evaluate)


def _enter(self: CommonStateField, env: Environment) -> None:
    entered = env.event_manager.add_event(
        context=env.event_history_context,
        event_type=self.state_entered_event_type,
        event_details=EventDetails(
            stateEnteredEventDetails=self._get_state_entered_event_details(env=env)
        ),
    )
    now = states.datetime.datetime.now(tz=UTC)
    if (past := env.event_manager.past) is not None:
        now = past.entered(entered, env, now)
    env.states.context_object.context_object_data["State"] = states.StateData(
        EnteredTime=now.isoformat(), Name=self.name
    )
    env._program_state.entered = entered  # the frames within the state have it, too
    env.active_state = self


def _evaluate_within(self: CommonStateField, env: Environment) -> None:
    self._eval_state_input(env=env)
    env.output_is_evaluated = False
    self._eval_state(env)
    if not env.is_running():
        return
    if not env.output_is_evaluated:
        self._eval_state_output(env=env)
    self._verify_size_quota(env=env, value=env.states.get_input())


def _leave(self: CommonStateField, env: Environment) -> None:
    env.active_state = None
    if getattr(env, "caught_in", None) is not self:  # moto takes a catch to the same state for none
        self._set_next(env)
    env.caught_in = None
    if self.state_exited_event_type is not None:
        details = self._get_state_exited_event_details(env=env)
        env.event_manager.add_event(
            context=env.event_history_context,
            event_type=self.state_exited_event_type,
            event_details=EventDetails(stateExitedEventDetails=details),
        )


def _mend_attempts(mends: Mends) -> None:
    """moto's Task, Map and Parallel write and handle errors that they should let pass.

    execute_state.py:243, state_map.py:313, state_parallel.py:60
    """

    def evaluate_task(self: ExecutionState, env: Environment) -> None:
        _Attempts(self, env, None).make()

    def evaluate_map(self: StateMap, env: Environment) -> None:
        _Attempts(self, env, HistoryEventType.MapStateFailed).make()

    def evaluate_parallel(self: StateParallel, env: Environment) -> None:
        if self.parargs is not None:
            self.parargs.eval(env=env)
        _Attempts(self, env, HistoryEventType.ParallelStateFailed).make()

    mends.replace(ExecutionState, "_eval_state", evaluate_task)
    mends.replace(StateMap, "_eval_state", evaluate_map)
    mends.replace(StateParallel, "_eval_state", evaluate_parallel)


class _Attempts:
    """The attempts of one state, until it succeeds, is caught, or fails for good."""

    def __init__(
        self, state: ExecutionState, env: Environment, failed: HistoryEventType | None
    ) -> None:
        """`failed`: the event that tells of a failed state; a Task tells of its attempts."""
        self._state = state
        self._env = env
        self._failed = failed
        self._stack = list(env.stack)  # before the first attempt, and before every other one
        env.states.context_object.context_object_data["State"]["RetryCount"] = 0

    def make(self) -> None:
        while self._env.is_running():
            event = self._attempt()
            if event is None:
                return
            if is_runtime(event):
                raise FailureEventException(event)
            self._tell(event)
            if not self._is_retried(event):
                self._give_up(event)
                return

    def _attempt(self) -> FailureEvent | None:
        """Try once; tells what failed."""
        state, env = self._state, self._env
        env.stack[:] = copy.deepcopy(self._stack)
        env.variable_store.assigned = []
        try:
            state._evaluate_with_timeout(env)
            if env.is_running() and state.output is not None:
                state._eval_state_output(env)
                env.output_is_evaluated = True
        except NoSuchJsonPathError as error:
            return no_such_path(env, error).failure_event
        except OverError:
            return None
        except Exception as error:  # noqa: BLE001  whatever it is, the attempt has failed
            event: FailureEvent = state._from_error(env=env, ex=error)
            return event
        return None

    def _tell(self, event: FailureEvent) -> None:
        env = self._env
        tell_evaluation(env, event)
        if self._failed is None and event.event_type not in (None, EVALUATION_FAILED):
            env.event_manager.add_event(
                context=env.event_history_context,
                event_type=event.event_type,
                event_details=event.event_details,
            )

    def _is_retried(self, event: FailureEvent) -> bool:
        output = self._state._construct_error_output_value(failure_event=event)
        output = {name: "" if text is None else text for name, text in output.items()}
        self._env.states.set_error_output(output)
        self._env.states.set_result(output)
        if not self._state.retry:
            return False
        return bool(self._state._handle_retry(self._env, event) == RetryOutcome.CanRetry)

    def _give_up(self, event: FailureEvent) -> None:
        """Leave by a catcher, or fail."""
        env = self._env
        before = env.event_history_context.source_event_id
        if not env.is_running():
            return
        self._tell_failed()
        try:
            if self._state.catch:
                self._state._handle_catch(env=env, failure_event=event)
                if env.stack[-1] == CatchOutcome.Caught:
                    env.caught_in = self._state
                    return
        except FailureEventException as error:  # in the catcher's own Output or Assign
            if self._failed is not None:
                env.event_history_context.source_event_id = before
            tell_evaluation(env, error.failure_event)
            self._tell_failed()
            raise
        self._tell_aborted(event)
        raise FailureEventException(event)

    def _tell_failed(self) -> None:
        if self._failed is not None:
            env = self._env
            env.event_manager.add_event(context=env.event_history_context, event_type=self._failed)

    def _tell_aborted(self, event: FailureEvent) -> None:
        """A Task that makes its branch or iteration fail counts as aborted with it."""
        if self._failed is None and self._env.is_frame() and event.event_type is not None:
            self._env.event_manager.add_event(
                context=self._env.event_history_context,
                event_type=HistoryEventType.TaskStateAborted,
                update_source_event_id=False,
            )
