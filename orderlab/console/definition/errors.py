"""Which Retry and which Catch an error meets, as Step Functions decides it.

docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

ALL = "States.ALL"
TASK_FAILED = "States.TaskFailed"
TIMEOUT = "States.Timeout"
HEARTBEAT_TIMEOUT = "States.HeartbeatTimeout"
RUNTIME = "States.Runtime"
DATA_LIMIT = "States.DataLimitExceeded"


def matches(names: Collection[str], error: str) -> bool:
    """Whether the `ErrorEquals` of a Retry or Catch holds an error.

    States.Runtime is never handled, and States.DataLimitExceeded only where it is named.
    States.TaskFailed stands for every error but a timeout; a missed heartbeat is a timeout, too.
    """
    if error == RUNTIME:
        return False
    if error in names:
        return True
    if error == DATA_LIMIT:
        return False
    if ALL in names or (error == HEARTBEAT_TIMEOUT and TIMEOUT in names):
        return True
    return TASK_FAILED in names and error not in (TIMEOUT, HEARTBEAT_TIMEOUT)


def first_match(handlers: Sequence[Mapping[str, Any]], error: str) -> int | None:
    """Index of the Retry or Catch that takes an error: the first whose `ErrorEquals` holds it."""
    found = (at for at, one in enumerate(handlers) if matches(one.get("ErrorEquals", ()), error))
    return next(found, None)
