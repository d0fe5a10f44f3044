"""What a state could refer to when it began: the variables in scope and the context object.

docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html (scopes) and
input-output-contextobject.html. The history keeps neither: both follow from it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from orderlab.console.executions.eventdetails import details
from orderlab.console.executions.execution import Visit
from orderlab.console.executions.reading import Recording
from orderlab.console.inspecting.values import UNKNOWN, load

_Scope = tuple[int | None, int | None, int | None]


def variables(recording: Recording, visit: Visit) -> dict[str, Any]:
    """Values by name, without the $, as they stood when the state was entered.

    A branch and an iteration see what was assigned outside of them before, and keep their own
    to themselves.
    """
    seen = {_scope(recording, one) for one in [*visit.ancestors, visit]}
    found: dict[str, Any] = {}
    for earlier in recording.execution.visits:
        left = earlier.exited_event
        if left is not None and left < visit.entered_event and _scope(recording, earlier) in seen:
            found |= {name: load(text) for name, text in earlier.assigned.items()}
    return found


def _scope(recording: Recording, visit: Visit) -> _Scope:
    """The machine, or one branch or iteration of one passage through a Parallel or Map state."""
    if visit.parent is None:
        return None, None, None
    state = recording.definition.states.get(visit.name)
    branch = state.frame[1] if state and state.frame else None
    return visit.parent.entered_event, visit.iteration, branch


def context(recording: Recording, visit: Visit, retries: int) -> dict[str, Any]:
    """The context object: $$ in JSONPath, $states.context in JSONata.

    Args:
        retries: how often the state had been retried.
    """
    description = recording.description
    started = details(recording.events[0]) if recording.events else {}
    machine = str(description["stateMachineArn"])
    entered = next(one for one in recording.events if one["id"] == visit.entered_event)
    found: dict[str, Any] = {
        "Execution": {
            "Id": recording.arn,
            "Input": load(started.get("input", "{}")),
            "Name": description["name"],
            "RoleArn": started.get("roleArn", ""),
            "StartTime": _time(recording.events[0]["timestamp"]),
            "RedriveCount": description.get("redriveCount", 0),
        },
        "State": {
            "EnteredTime": _time(entered["timestamp"]),
            "Name": visit.name,
            "RetryCount": retries,
        },
        "StateMachine": {"Id": machine, "Name": machine.split(":")[6]},
    }
    if any(attempt.waits_for_token for attempt in visit.attempts):
        # The history does not tell it, but where it was sent: `TaskScheduled` has that.
        found["Task"] = {"Token": "(the task's token)"}
    if visit.items:
        found["Map"] = {"Item": {"Index": visit.items[-1], **_item(recording, visit)}}
    return found


def _item(recording: Recording, visit: Visit) -> dict[str, Any]:
    """The item of an iteration: the input of its first state, unless an ItemSelector made that."""
    inner = next(one for one in reversed(visit.ancestors) if one.type == "Map")
    state = recording.definition.states.get(inner.name)
    if state is None or state.raw.keys() & {"ItemSelector", "Parameters", "ItemBatcher"}:
        return {}
    first = next(
        one
        for one in recording.execution.visits
        if one.parent is inner and one.items == visit.items
    )
    value = load(first.input)
    return {} if value is UNKNOWN else {"Value": value}


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
