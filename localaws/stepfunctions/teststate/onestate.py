"""One state of a definition on moto's interpreter, run once, with its inner workings noted.

moto carries an engine for this (parser/backend/test_state), but nothing calls it, and it knows
neither mocks nor JSONata, neither Retry nor Catch, and of the next state only a Choice's.
"""

from __future__ import annotations

import contextlib
import copy
import threading
from collections.abc import Callable
from typing import Any

from moto.stepfunctions.parser.api import HistoryEventType
from moto.stepfunctions.parser.asl.component.common.catch.catch_outcome import CatchOutcome
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.common.retry.retry_outcome import RetryOutcome
from moto.stepfunctions.parser.asl.component.eval_component import EvalComponent
from moto.stepfunctions.parser.asl.component.state.exec.execute_state import ExecutionState
from moto.stepfunctions.parser.asl.component.state.exec.state_task.state_task import StateTask
from moto.stepfunctions.parser.asl.component.state.state import CommonStateField
from moto.stepfunctions.parser.asl.component.state.state_pass.state_pass import StatePass
from moto.stepfunctions.parser.asl.component.state.wait.state_wait import StateWait
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.utils.encoding import to_json_str
from moto.stepfunctions.parser.utils import TMP_THREADS

from localaws.stepfunctions.ends import OverError
from localaws.stepfunctions.failures import bare, named

LONGEST_SECONDS = 300  # "The TestState API can run for up to five minutes", then States.Timeout


class OneStateEnvironment(Environment):
    def open_frame(self, event_history_context: Any = None) -> Environment:
        """A Task's frame that keeps the whole context object; moto's keeps a part of it."""
        return copy.copy(self)


class _EndedEarly(OverError):
    def __init__(self, status: str, error: str | None, cause: str | None) -> None:
        super().__init__(status)
        self.status, self.error, self.cause = status, error, cause


class OneState:
    """One run of a state.

    After `run`: `status`, `error` and `cause` as TestState answers them, `inspection` as its
    inspectionData, `details` as its errorDetails.
    """

    def __init__(self, state: CommonStateField, mock: dict[str, Any] | None, retries: int) -> None:
        """Prepare a run.

        Args:
            state: the parsed state; it is copied, for the interpreter shares it.
            mock: {"result": value}, or {"error": name} with "cause" if there is one, or None to
                call the service.
            retries: how often the Retrier that fits the error has retried already.
        """
        self.status = "SUCCEEDED"
        self.error: str | None = None
        self.cause: str | None = None
        self.inspection: dict[str, str] = {}
        self.details: dict[str, int] = {}
        self._state: Any = copy.deepcopy(state)
        self._mock = mock
        self._retries = retries
        self._threads: list[threading.Thread] = []
        self._executed = threading.Event()
        self._hook()

    def run(self, env: Environment) -> None:
        self._note(env.states.get_input(), "input")
        env.next_state_name = self._state.name
        try:
            self._state.eval(env)
        except _EndedEarly as ended:
            self.status, self.error, self.cause = ended.status, ended.error, ended.cause
        except FailureEventException as failure:
            self.status = "FAILED"
            self.error, self.cause = failure.extract_error_cause_pair() or (None, None)
        except Exception as error:  # noqa: BLE001  in an execution, too (program.py): States.Runtime
            self.status, self.error = "FAILED", "States.Runtime"
            self.cause = f"{type(error).__name__}({error})"
        self.cause = bare(self.cause)
        self._leave_no_thread()
        store = env.variable_store
        if store._outer_scope or store._inner_scope:
            self._note({**store._outer_scope, **store._inner_scope}, "variables")

    def _note(self, value: Any, *fields: str) -> None:
        for field in fields:
            self.inspection[field] = to_json_str(value, separators=(",", ":"))

    def _leave_no_thread(self) -> None:
        """moto runs a Task in a thread of its own, and keeps every thread in a list for ever."""
        if self._executed.is_set():  # else the Task timed out, and its call is still under way
            for thread in self._threads:
                if thread is threading.current_thread():
                    continue  # a task of the simulation, which has no thread of its own
                thread.join()
                with contextlib.suppress(ValueError):
                    TMP_THREADS.remove(thread)

    # What is hung on the state, so that its parts tell what they made.

    def _hook(self) -> None:
        state = self._state
        if state._is_language_query_jsonpath():
            self._hook_paths()
        else:
            self._inspect(getattr(state, "parargs", None), "afterArguments")
        if isinstance(state, ExecutionState):
            self._hook_execution()
        if isinstance(state, StateWait):
            self._limit_wait()

    def _hook_paths(self) -> None:
        """A filter that is left out passes on what it gets: its field is noted with the one before.

        Recorded from AWS: a Pass state with a Result has neither afterInputPath nor
        afterParameters, and only a Task, a Pass or such with an inner machine has the later ones.
        """
        state = self._state
        if isinstance(state, StatePass) and state.result:
            self._inspect(state.result, "result", "afterResultSelector")
            self._inspect(state.result_path, "afterResultPath")
            return
        after_input = ["afterInputPath"]
        if isinstance(state, StatePass):
            after_parameters = ["afterParameters", "afterResultSelector"]
            parameters: Any = state.parameters
        else:
            after_parameters = ["afterParameters"]
            parameters = getattr(state, "parargs", None)
        if isinstance(state, (StatePass, ExecutionState)):
            self._inspect(parameters, *after_parameters)
            after_input += [] if parameters else after_parameters
            self._inspect(getattr(state, "result_selector", None), "afterResultSelector")
            self._inspect(state.result_path, "afterResultPath")
        self._inspect(state.input_path, *after_input)

    def _inspect(self, component: EvalComponent | None, *fields: str) -> None:
        if component is None:
            return
        evaluate: Callable[[Environment], None] = component._eval_body

        def evaluate_and_note(env: Environment) -> None:
            evaluate(env)
            self._note(env.stack[-1], *fields)

        vars(component)["_eval_body"] = evaluate_and_note

    def _hook_execution(self) -> None:
        state = self._state
        execute: Callable[[Environment], None] = state._eval_execution
        if self._mock is not None:
            execute = self._answer
        handle_catch: Callable[[Environment, FailureEvent], None] = state._handle_catch
        seconds: Callable[[Environment], int] = state.timeout._eval_seconds
        fields = ["result"]
        if state._is_language_query_jsonpath() and not state.result_selector:
            fields.append("afterResultSelector")

        def eval_execution(env: Environment) -> None:
            self._threads.append(threading.current_thread())
            try:
                execute(env)
                self._note(env.stack[-1], *fields)
            finally:
                self._executed.set()

        def handle_caught(env: Environment, failure_event: FailureEvent) -> None:
            handle_catch(env, failure_event)
            if env.stack[-1] == CatchOutcome.Caught:
                self.status = "CAUGHT_ERROR"
                self.error, self.cause = _error_and_cause(failure_event)
                caught = _first_match(env, state.catch.catchers, failure_event)
                assert caught is not None, self.error
                self.details["catchIndex"] = caught

        state._eval_execution = eval_execution
        state._handle_retry = self._handle_retry
        state._handle_catch = handle_caught
        state.timeout._eval_seconds = lambda env: min(seconds(env), LONGEST_SECONDS)

    def _answer(self, env: Environment) -> None:
        """What the mock says, after the request that would have been sent has been made up."""
        mock: Any = self._mock
        if isinstance(self._state, StateTask):
            self._state._eval_parameters(env=env)
        if "error" not in mock:
            env.stack.append(copy.deepcopy(mock["result"]))
            return
        raise FailureEventException(
            FailureEvent(
                env=env,
                error_name=named(mock["error"]),
                event_type=HistoryEventType.TaskFailed,
                event_details={"taskFailedEventDetails": mock},
            )
        )

    def _handle_retry(self, env: Environment, failure_event: FailureEvent) -> RetryOutcome:
        """Say when the retry would be, and do not wait for it. JitterStrategy is left out."""
        retriers = self._state.retry.retriers
        index = _first_match(env, retriers, failure_event)
        if index is None:
            return RetryOutcome.NoRetrier
        self.details["retryIndex"] = index
        retrier = retriers[index]
        if self._retries >= retrier.max_attempts.attempts:
            return RetryOutcome.CannotRetry
        delay = retrier.interval_seconds.seconds * retrier.backoff_rate.rate**self._retries
        longest = retrier.max_delay_seconds.max_delays_seconds
        self.details["retryBackoffIntervalSeconds"] = int(min(delay, longest))
        raise _EndedEarly("RETRIABLE", *_error_and_cause(failure_event))

    def _limit_wait(self) -> None:
        wait: Callable[..., None] = self._state.wait_function._wait_interval

        def wait_interval(env: Environment, wait_seconds: int) -> None:
            if wait_seconds > LONGEST_SECONDS:  # known now: no need to wait for it
                raise _EndedEarly("FAILED", "States.Timeout", None)
            wait(env, wait_seconds)

        self._state.wait_function._wait_interval = wait_interval


def _first_match(env: Environment, handlers: list[Any], failure_event: FailureEvent) -> int | None:
    """Index of the first Retrier or Catcher whose ErrorEquals fits."""
    for index, handler in enumerate(handlers):
        env.stack.append(failure_event.error_name)
        handler.error_equals.eval(env)
        if env.stack.pop():
            return index
    return None


def _error_and_cause(failure_event: FailureEvent) -> tuple[str | None, str | None]:
    return FailureEventException(failure_event).extract_error_cause_pair() or (None, None)
