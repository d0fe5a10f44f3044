"""Step Functions: the API around moto's interpreter, as AWS documents it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from moto.core.exceptions import AWSError
from moto.core.responses import ActionResult
from moto.stepfunctions.parser import api
from moto.stepfunctions.parser.asl.component.state import state
from moto.stepfunctions.parser.asl.utils import encoding
from moto.stepfunctions.responses import StepFunctionResponse

from localaws.mending import Mends
from localaws.stepfunctions import (
    constraints,
    machinereads,
    machines,
    reads,
    redrive,
    starts,
    tags,
    versions,
)
from localaws.stepfunctions.jsontext import written
from localaws.timing.timekeeping import Clock


def install(mends: Mends, clock: Clock) -> None:
    _mend_exceptions(mends)
    constraints.install(mends)
    machines.install(mends, clock)
    machinereads.install(mends)
    versions.install(mends)
    tags.install(mends)
    starts.install(mends, clock)
    reads.install(mends, clock)
    redrive.install(mends, clock)
    _mend_task_failure(mends)
    _mend_json(mends)
    _mend_entered_time(mends)


def _mend_exceptions(mends: Mends) -> None:
    """The interpreter's exceptions keep their name where moto's responses do not look for it."""
    for exception in vars(api).values():
        if isinstance(exception, type) and issubclass(exception, AWSError):
            mends.replace(exception, "TYPE", vars(exception).get("code"))


def _mend_task_failure(mends: Mends) -> None:
    """moto drops the cause of SendTaskFailure (responses.py:366)."""

    def send_task_failure(self: StepFunctionResponse) -> ActionResult:
        self.stepfunction_backend.send_task_failure(
            self._get_param("taskToken"),
            error=self._get_param("error"),
            cause=self._get_param("cause"),
        )
        return ActionResult({})

    mends.replace(StepFunctionResponse, "send_task_failure", send_task_failure)


def _mend_json(mends: Mends) -> None:
    """JSON that Step Functions writes into a history has no spaces, and numbers as in Java."""
    default = encoding._DateTimeEncoder().default

    def to_json_str(obj: Any, separators: Any = None) -> str:
        return written(obj, default)

    mends.replace_everywhere(encoding.to_json_str, to_json_str)


def _mend_entered_time(mends: Mends) -> None:
    """$$.State.EnteredTime ends in Z and milliseconds on AWS (state.py:227)."""

    def state_data(**fields: str) -> dict[str, str]:
        entered = datetime.fromisoformat(fields["EnteredTime"])
        text = entered.strftime("%Y-%m-%dT%H:%M:%S.") + f"{entered.microsecond // 1000:03d}Z"
        return fields | {"EnteredTime": text}

    mends.replace(state, "StateData", state_data)
