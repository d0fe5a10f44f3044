"""Task tokens: one for each attempt, and an answer for each.

moto draws one token for a state and all its retries (state_task_service_callback.py:324), whose
second attempt then finds the outcome of the first. It looks for a token in every execution
(models.py:106), fails at one that has only just been started, and knows none that is used up.

Rules: docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from moto.stepfunctions.parser import api
from moto.stepfunctions.parser.asl.component.state.exec.state_task import (
    state_task_activitiy,  # sic
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service,
    state_task_service_callback,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.resource import (
    ResourceCondition,
)
from moto.stepfunctions.parser.asl.eval.callback.callback import (
    ActivityCallbackEndpoint,
    CallbackEndpoint,
    CallbackOutcome,
    CallbackOutcomeFailure,
    CallbackOutcomeSuccess,
    HeartbeatEndpoint,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

from localaws.iam.tokens import given_out
from localaws.mending import Mends
from localaws.stepfunctions.failures import named

GONE = "Task Timed Out: 'Provided task does not exist anymore'"


class _Wait(NamedTuple):
    endpoint: CallbackEndpoint
    env: Environment


class Tokens:
    """Which tokens are waited for, and which were."""

    def __init__(self) -> None:
        self._waits: dict[str, _Wait] = {}
        self._gone: set[str] = set()

    def open(self, env: Environment) -> str:
        token: str = env.states.context_object.update_task_token()
        self.add(token, env.callback_pool_manager.add(token), env)
        return token

    def add(self, token: str, endpoint: CallbackEndpoint, env: Environment) -> None:
        self._waits[token] = _Wait(endpoint, env)
        given_out(token, env.states.context_object.context_object_data["StateMachine"]["Id"])
        if not env.is_running():  # ended meanwhile: nobody will let go of it
            _let_go(endpoint)

    def close(self, token: str) -> None:
        if self._waits.pop(token, None) is not None:
            self._gone.add(token)

    def let_go(self) -> None:
        """End the waits of what has ended; in moto, their threads go on (callback.py:150)."""
        for endpoint, env in list(self._waits.values()):
            if not env.is_running():
                _let_go(endpoint)

    def is_awaited(self, token: str) -> bool:
        wait = self._waits.get(token)
        return wait is not None and wait.endpoint.get_outcome() is None and wait.env.is_running()

    def endpoint(self, token: str) -> CallbackEndpoint:
        """Where the token's answer goes.

        Raises:
            TaskTimedOut: it has been answered, or its task's time is over.
            InvalidToken: there was never such a token.
        """
        wait = self._waits.get(token)
        if wait is None and token not in self._gone:
            raise api.InvalidToken
        if wait is None or wait.endpoint.get_outcome() or not wait.env.is_running():
            raise api.TaskTimedOut(GONE)
        return wait.endpoint


def _let_go(endpoint: CallbackEndpoint) -> None:
    endpoint.interrupt_all()
    if isinstance(endpoint, ActivityCallbackEndpoint):  # nobody has asked for its task yet
        endpoint.get_activity_task_start_endpoint().notify(None)


def install(mends: Mends) -> Tokens:
    """Returns the tokens that are waited for, those of activities' tasks among them."""
    tokens = Tokens()
    state = state_task_service.StateTaskService

    def execute(self: Any, env: Environment) -> None:
        if self.resource.condition != ResourceCondition.WaitForTaskToken:
            attempt(self, env)
            return
        token = tokens.open(env)
        try:
            attempt(self, env)
        finally:
            tokens.close(token)

    def answer(token: str, outcome: CallbackOutcome) -> None:
        tokens.endpoint(token).notify(outcome)

    def send_task_success(_: Any, task_token: str, outcome: str) -> None:
        try:
            json.loads(outcome)
        except ValueError as error:
            raise api.InvalidOutput(f"Invalid Output: '{error}'") from error
        answer(task_token, CallbackOutcomeSuccess(task_token, outcome))

    def send_task_failure(
        _: Any, task_token: str, error: str | None = None, cause: str | None = None
    ) -> None:
        answer(task_token, CallbackOutcomeFailure(task_token, error, cause))

    def send_task_heartbeat(_: Any, task_token: str) -> None:
        tokens.endpoint(task_token).notify_heartbeat()

    _mend_early_answers(mends)
    _mend_answered_names(mends)
    attempt: Callable[..., None] = mends.replace(state, "_eval_execution", execute)
    for operation in (send_task_success, send_task_failure, send_task_heartbeat):
        mends.replace(StepFunctionsParserBackend, operation.__name__, operation)
    return tokens


def _mend_early_answers(mends: Mends) -> None:
    """moto's task does not see an answer that comes before it waits (callback.py:128).

    With HeartbeatSeconds, that is: it waits for the first heartbeat, and then times out.
    """

    def set_up(self: CallbackEndpoint, heartbeat_seconds: int) -> HeartbeatEndpoint:
        endpoint = make(self, heartbeat_seconds)
        if self.get_outcome() is not None:
            endpoint.notify()
        return endpoint

    make: Callable[..., HeartbeatEndpoint] = mends.replace(
        CallbackEndpoint, "setup_heartbeat_endpoint", set_up
    )


def _mend_answered_names(mends: Mends) -> None:
    """moto lets no task be answered with an error named `States.*` (..._callback.py:298)."""
    for module in (state_task_service_callback, state_task_activitiy):
        mends.replace(module, "CustomErrorName", named)
