"""Task tokens: one for each attempt, and an answer for each.

moto draws one token for a state and all its retries (state_task_service_callback.py:324), whose
second attempt then finds the outcome of the first. It looks for a token in every execution
(models.py:106), fails at one that has only just been started, and knows none that is used up.

Rules: docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from moto.stepfunctions.parser import api
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import state_task_service
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.resource import (
    ResourceCondition,
)
from moto.stepfunctions.parser.asl.eval.callback.callback import (
    CallbackEndpoint,
    CallbackOutcome,
    CallbackOutcomeFailure,
    CallbackOutcomeSuccess,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

from localaws.mending import Mends

GONE = "Task Timed Out: 'Provided task does not exist anymore'"


class _Wait(NamedTuple):
    endpoint: CallbackEndpoint
    env: Environment


class _Tokens:
    """Which tokens are waited for, and which were."""

    def __init__(self) -> None:
        self._waits: dict[str, _Wait] = {}
        self._gone: set[str] = set()

    def open(self, env: Environment) -> str:
        token: str = env.states.context_object.update_task_token()
        self._waits[token] = _Wait(env.callback_pool_manager.add(token), env)
        return token

    def close(self, token: str) -> None:
        del self._waits[token]
        self._gone.add(token)

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


def install(mends: Mends) -> None:
    tokens = _Tokens()
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
        answer(task_token, CallbackOutcomeSuccess(task_token, outcome))

    def send_task_failure(
        _: Any, task_token: str, error: str | None = None, cause: str | None = None
    ) -> None:
        answer(task_token, CallbackOutcomeFailure(task_token, error, cause))

    def send_task_heartbeat(_: Any, task_token: str) -> None:
        tokens.endpoint(task_token).notify_heartbeat()

    attempt: Callable[..., None] = mends.replace(state, "_eval_execution", execute)
    for operation in (send_task_success, send_task_failure, send_task_heartbeat):
        mends.replace(StepFunctionsParserBackend, operation.__name__, operation)
