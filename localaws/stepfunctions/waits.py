"""How long a state waits: Wait states, the backoff of a retry, and the timeout of a task."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.common.timeouts.timeout import Timeout, TimeoutSeconds
from moto.stepfunctions.parser.asl.component.state.exec.execute_state import ExecutionState
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.timestamp import Timestamp
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import (
    WaitFunction,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment

from localaws.mending import Mends
from localaws.timing.timekeeping import Clock


def install(mends: Mends, clock: Clock) -> None:
    _mend_waits(mends, clock)
    _mend_backoff(mends, clock)
    _mend_default_timeout(mends)


def _mend_waits(mends: Mends, clock: Clock) -> None:
    """moto cuts a wait down to whole seconds, and reads a Timestamp as if in the local time zone.

    wait_function.py:20, timestamp.py:88. What is cut on AWS are the fractions of a Timestamp:
    docs.aws.amazon.com/step-functions/latest/dg/state-wait.html
    """

    def wait(self: WaitFunction, env: Environment, wait_seconds: float) -> None:
        if (past := env.event_manager.past) is not None:
            wait_seconds = past.left_of_wait(self, env, wait_seconds)
        clock.sleep_while(env.is_running, wait_seconds, env.program_state_event)

    def seconds_until(self: Timestamp, env: Environment) -> float:
        cut_seconds(self, env)  # raises where the string is no timestamp
        self.string.eval(env)
        until = datetime.fromisoformat(env.stack.pop()).replace(microsecond=0)
        return (until - clock.now()).total_seconds()

    cut_seconds: Callable[..., int] = mends.replace(Timestamp, "_get_wait_seconds", seconds_until)
    mends.replace(WaitFunction, "_wait_interval", wait)


def _mend_backoff(mends: Mends, clock: Clock) -> None:
    """moto's retry sleeps through a stop of its execution (retrier_decl.py:107)."""
    waiting = threading.local()

    def retry(self: Any, env: Environment) -> None:
        waiting.env = env
        evaluate(self, env)

    def sleep(seconds: float) -> None:
        env: Environment = waiting.env  # before others have their turn
        if (past := env.event_manager.past) is not None:
            seconds = past.left_of_backoff(env, seconds)
        clock.sleep_while(env.is_running, seconds, env.program_state_event)

    evaluate: Callable[..., None] = mends.replace(retrier_decl.RetrierDecl, "_eval_body", retry)
    mends.replace(retrier_decl, "time", SimpleNamespace(sleep=sleep))


def _mend_default_timeout(mends: Mends) -> None:
    """moto ends a task after a minute that has HeartbeatSeconds alone (execute_state.py:126).

    docs.aws.amazon.com/step-functions/latest/dg/state-task.html: the default is 99999999 seconds.
    """

    def read(self: ExecutionState, state_props: Any) -> None:
        read_all(self, state_props)
        if state_props.get(Timeout) is None:
            self.timeout = TimeoutSeconds(TimeoutSeconds.DEFAULT_TIMEOUT_SECONDS)

    read_all: Callable[..., None] = mends.replace(ExecutionState, "from_state_props", read)
