"""Whether an execution can be redriven, and how often it has been.

docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html: the reasons;
.../dg/redrive-executions.html: "Redrive eligibility for unsuccessful executions"
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from localaws.stepfunctions import limits

PERIOD = timedelta(days=14)
MOST_EVENTS = 24_999  # room for ExecutionRedriven and one more
MOST_REDRIVES = 1000


def count(execution: Any) -> int:
    """How many times an execution has been redriven."""
    return int(getattr(execution, "redrive_count", 0))


def described(execution: Any, now: datetime) -> dict[str, Any]:
    """What DescribeExecution tells of redrives."""
    reason = hindrance(execution, now)
    told = {
        "redriveCount": count(execution),
        "redriveDate": getattr(execution, "redrive_date", None),
        "redriveStatus": "REDRIVABLE" if reason is None else "NOT_REDRIVABLE",
        "redriveStatusReason": reason,
    }
    if reason is None and by_map_run(execution):
        told["redriveStatus"] = "REDRIVABLE_BY_MAP_RUN"
    return told


def by_map_run(execution: Any) -> bool:
    """Whether an execution is a child of a Map Run: the redrive of its parent redrives it."""
    return getattr(execution, "map_run_arn", None) is not None


def hindrance(execution: Any, now: datetime) -> str | None:
    """Why an execution cannot be redriven, in AWS's words; None where it can."""
    if execution.status in ("RUNNING", "SUCCEEDED"):
        return f"Execution is {execution.status} and cannot be redriven"
    if hasattr(execution, "doomed"):
        return "State machine is in DELETING status"
    if now - execution.start_date >= limits.LONGEST[execution.sm_type]:
        return "Execution has exceeded the max execution time"
    if now - execution.stop_date > PERIOD:
        return "Execution redrivable period exceeded"
    if _events(execution.exec_worker.env) >= MOST_EVENTS:
        return "Execution history event limit exceeded"
    if count(execution) >= MOST_REDRIVES:
        return f"Execution has been redriven {MOST_REDRIVES} times"
    return None


def _events(env: Any) -> int:
    """How many events a history has: while its interpreter is there, and when it is packed away."""
    if hasattr(env, "events"):
        return int(env.events)
    return int(env.event_manager._event_id_gen._next_id) - 1
