"""What goes wrong in a state: the error's name and words, and what Retry and Catch may match.

Rules: docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.stepfunctions.parser.asl.component.common.error_name.error_equals_decl import (
    ErrorEqualsDecl,
)
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import (
    StatesErrorName,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import (
    StatesErrorNameType,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task import state_task
from moto.stepfunctions.parser.asl.component.state.fail import cause_decl, error_decl, state_fail
from moto.stepfunctions.parser.asl.eval.callback.callback import HeartbeatTimeoutError
from moto.stepfunctions.parser.asl.eval.environment import Environment

from localaws.mending import Mends
from localaws.stepfunctions.failures import named

TASK_FAILED = StatesErrorName(StatesErrorNameType.StatesTaskFailed)
TIMEOUT = StatesErrorName(StatesErrorNameType.StatesTimeout)
HEARTBEAT_TIMEOUT = StatesErrorName(StatesErrorNameType.StatesHeartbeatTimeout)
TIMEOUTS = [TIMEOUT, HEARTBEAT_TIMEOUT]
OF_TEXT = {
    f"States.{name}"
    for name in (
        "Format",
        "JsonToString",
        "ArrayGetItem",
        "Base64Decode",
        "Base64Encode",
        "Hash",
        "UUID",
    )
}
UNCAUGHT = [
    StatesErrorName(StatesErrorNameType.StatesRuntime),
    StatesErrorName(StatesErrorNameType.StatesStatesDataLimitExceeded),
]


def install(mends: Mends) -> None:
    _mend_runtime_errors(mends)
    _mend_field_names(mends)
    _mend_fail(mends)
    _mend_heartbeats(mends)


def _mend_runtime_errors(mends: Mends) -> None:
    """moto lets Retry and Catch match errors that nothing handles (error_equals_decl.py:53).

    concepts-error-handling.html says that States.ALL catches neither States.Runtime nor
    States.DataLimitExceeded, and that States.TaskFailed matches any error but States.Timeout.
    """

    def match(self: ErrorEqualsDecl, env: Environment) -> None:
        error_name = env.stack[-1]
        compare(self, env)
        if error_name in self.error_names:
            return
        if error_name in UNCAUGHT:
            env.stack[-1] = False
        elif TASK_FAILED in self.error_names:
            env.stack[-1] = error_name not in TIMEOUTS
        elif error_name == HEARTBEAT_TIMEOUT and TIMEOUT in self.error_names:
            env.stack[-1] = True

    compare: Callable[..., None] = mends.replace(ErrorEqualsDecl, "_eval_body", match)


def _mend_field_names(mends: Mends) -> None:
    """A Task's frame keeps to itself which field it was at, and moto blames another one."""

    def set_ended(self: Any) -> None:
        self.last_field_name = self.next_field_name
        end(self)

    def close_frame(self: Any, frame: Any) -> None:
        close(self, frame)
        if self.is_running() and getattr(frame, "last_field_name", None):
            self.next_field_name = frame.last_field_name

    end: Callable[..., None] = mends.replace(Environment, "set_ended", set_ended)
    close: Callable[..., None] = mends.replace(Environment, "close_frame", close_frame)


def _mend_fail(mends: Mends) -> None:
    """moto lets no Fail state fail with an error named `States.*` (fail/state_fail.py:45).

    And it refuses every function in ErrorPath and CausePath, whose names it cuts short
    (fail/cause_decl.py:14).
    """
    mends.replace(state_fail, "CustomErrorName", named)
    mends.replace(error_decl, "_STRING_RETURN_FUNCTIONS", OF_TEXT)
    mends.replace(cause_decl, "_STRING_RETURN_FUNCTIONS", OF_TEXT)


def _mend_heartbeats(mends: Mends) -> None:
    """moto tells Retry and Catch of a missed heartbeat as of any timeout (state_task.py:86).

    Measured on AWS: what is told is States.Timeout; States.HeartbeatTimeout matches it, too.
    """

    def from_error(self: Any, env: Environment, ex: Exception) -> FailureEvent:
        event = classify(self, env, ex)
        if isinstance(ex, HeartbeatTimeoutError):
            event.error_name = HEARTBEAT_TIMEOUT
        return event

    classify: Callable[..., FailureEvent] = mends.replace(
        state_task.StateTask, "_from_error", from_error
    )
