"""AWS/States: what Step Functions publishes of executions and of their tasks.

docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.utils import unix_time
from moto.stepfunctions.parser.asl.eval.event.event_manager import EventManager

from localaws.mending import Mends
from localaws.observability import metrics

NAMESPACE = "AWS/States"
ENDS = {
    "SUCCEEDED": "ExecutionsSucceeded",
    "FAILED": "ExecutionsFailed",
    "TIMED_OUT": "ExecutionsTimedOut",
    "ABORTED": "ExecutionsAborted",
}
BILLED_MILLISECONDS, BILLED_BYTES = 100, 64 * 1024 * 1024  # aws.amazon.com/step-functions/pricing
COUNT: tuple[float, str] = (1.0, "Count")

# What a task's events are called, and the part of a metric's name that each of them counts.
STEPS = {
    f"{kind}{step}": (kind, counted)
    for kind in ("Task", "LambdaFunction", "Activity")
    for step, counted in {
        "Scheduled": "Scheduled",
        "Started": "Started",
        "Succeeded": "Succeeded",
        "Failed": "Failed",
        "TimedOut": "TimedOut",
        "ScheduleFailed": "Failed",
        "StartFailed": "Failed",
        "SubmitFailed": "Failed",
    }.items()
}
# The plural of the counts, the singular of the times, and the dimension.
FAMILIES = {
    "Task": ("ServiceIntegrations", "ServiceIntegration", "ServiceIntegrationResourceArn"),
    "LambdaFunction": ("LambdaFunctions", "LambdaFunction", "LambdaFunctionArn"),
    "Activity": ("Activities", "Activity", "ActivityArn"),
}


def _dimension_sets(execution: Any) -> list[tuple[tuple[str, str], ...]]:
    machine = ("StateMachineArn", execution.state_machine.arn)
    sets: list[tuple[tuple[str, str], ...]] = [(machine,), ()]
    for name in ("Alias", "Version"):
        started_by = getattr(execution, f"{name.lower()}_arn", None)
        if started_by:
            qualifier = (name, started_by.rsplit(":", 1)[1])
            sets.append(tuple(sorted((machine, qualifier))))
    return sets


def started(execution: Any) -> None:
    """An execution has begun."""
    place = (execution.account_id, execution.region_name)
    values = {"ExecutionsStarted": COUNT}
    metrics.put_all(place, NAMESPACE, values, _dimension_sets(execution))


def ended(execution: Any) -> None:
    """An execution has ended."""
    place = (execution.account_id, execution.region_name)
    lasted = (execution.stop_date - execution.start_date).total_seconds() * 1000
    values = {ENDS[execution.status]: COUNT, "ExecutionTime": (lasted, "Milliseconds")}
    metrics.put_all(place, NAMESPACE, values, _dimension_sets(execution))
    if execution.sm_type == "EXPRESS":
        billed = max(1, math.ceil(lasted / BILLED_MILLISECONDS)) * BILLED_MILLISECONDS
        express = {
            "ExpressExecutionBilledDuration": (float(billed), "Milliseconds"),
            "ExpressExecutionBilledMemory": (float(BILLED_BYTES), "Bytes"),
        }
        metrics.put_all(place, NAMESPACE, express, _dimension_sets(execution)[:2])


def install(mends: Mends) -> None:
    _mend_silent_tasks(mends)


def _mend_silent_tasks(mends: Mends) -> None:
    """moto publishes no metric of an execution's tasks (asl/eval/event/event_manager.py:75)."""

    def publish(
        self: EventManager,
        event_id: int,
        source_event_id: int,
        event_type: Any,
        timestamp: Any,
        event_details: Any,
    ) -> None:
        write(self, event_id, source_event_id, event_type, timestamp, event_details)
        name = str(getattr(event_type, "value", event_type))
        step = STEPS.get(name)
        if step is not None:
            _count(self, *step, event_id, source_event_id, event_details)
        elif name in ("ExecutionStarted", "ExecutionRedriven"):
            self.open_tasks = {}  # of a task that is tested there are no metrics

    write: Callable[..., None] = mends.replace(EventManager, "_publish_history_event", publish)


def _count(
    manager: Any, kind: str, counted: str, event_id: int, source_event_id: int, details: Any
) -> None:
    """One event of a task. An open task is known by the id of its latest event."""
    tasks = getattr(manager, "open_tasks", None)
    if tasks is None:
        return
    plural, singular, dimension = FAMILIES[kind]
    now = unix_time()
    if counted == "Scheduled":
        task = {"scheduled": now, **_scheduled(kind, details)}
    else:
        task = tasks.pop(source_event_id, None)
        if task is None:
            return
    own: tuple[tuple[str, str], ...] = ((dimension, task["arn"]),)
    # Only activities have metrics of the account, too.
    place, dimensions = task["place"], [own, ()] if kind == "Activity" else [own]
    values = {f"{plural}{counted}": COUNT}
    if counted == "Started":
        task["started"] = now
        waited = (now - task["scheduled"]) * 1000
        values[f"{singular}ScheduleTime"] = (waited, "Milliseconds")
    if counted in ("Scheduled", "Started"):
        tasks[event_id] = task
    else:
        values[f"{singular}Time"] = ((now - task["scheduled"]) * 1000, "Milliseconds")
        if "started" in task:
            values[f"{singular}RunTime"] = ((now - task["started"]) * 1000, "Milliseconds")
    metrics.put_all(place, NAMESPACE, values, dimensions, now)


def _scheduled(kind: str, details: Any) -> dict[str, Any]:
    """Whom a task calls, as the dimension names it: an ARN with Region and account."""
    [told] = details.values()
    if kind != "Task":
        _, _, _, region, account, *_ = told["resource"].split(":")
        return {"place": (account, region), "arn": told["resource"]}
    region = told["region"]
    arn = f"arn:aws:states:{region}:{DEFAULT_ACCOUNT_ID}:{told['resourceType']}:{told['resource']}"
    return {"place": (DEFAULT_ACCOUNT_ID, region), "arn": arn}
