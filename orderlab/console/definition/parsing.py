"""A state machine's definition as states and edges, ready to be drawn.

Reads the Amazon States Language (states-language.net/spec.html) without AWS.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from orderlab.console.definition.rules import rule_label

EdgeKind = Literal["next", "choice", "catch"]

# The names that AWS prints, where capitalising the service's id does not give them.
_SERVICES = {
    "apigateway": "API Gateway",
    "dynamodb": "DynamoDB",
    "ecs": "ECS",
    "events": "EventBridge",
    "glue": "Glue",
    "http": "HTTP",
    "lambda": "λ Lambda",
    "s3": "S3",
    "sfn": "Step Functions",
    "sns": "SNS",
    "sqs": "SQS",
    "states": "Step Functions",
}


@dataclass(frozen=True)
class State:
    """One state: `frame` is the (Parallel or Map state, branch number) it runs inside."""

    name: str
    type: str
    sign: str
    frame: tuple[str, int] | None
    ends: bool
    raw: dict[str, Any] = field(compare=False, repr=False)


@dataclass(frozen=True)
class Edge:
    """A possible transition; `labels` are its rules or error names, in the definition's order."""

    source: str
    target: str
    kind: EdgeKind
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Definition:
    """States by name, edges, and the first state of the machine (None) and of each frame."""

    states: dict[str, State]
    edges: tuple[Edge, ...]
    starts: dict[tuple[str, int] | None, str]


def parse(text: str) -> Definition:
    """Read a definition.

    State names are unique in the whole machine, branches included (ASL, "States"), so a name
    is enough to tell a state.

    Raises:
        ValueError: the text is not JSON, or has no StartAt or States.
    """
    machine = json.loads(text)
    if not isinstance(machine, dict) or "StartAt" not in machine or "States" not in machine:
        raise ValueError("not a state machine definition: it needs StartAt and States")
    states: dict[str, State] = {}
    starts: dict[tuple[str, int] | None, str] = {}
    found: dict[tuple[str, str, EdgeKind], list[str]] = {}
    for frame, part in _machines(machine, None):
        starts[frame] = part["StartAt"]
        for name, raw in part["States"].items():
            states[name] = _state(name, raw, frame)
            for target, kind, label in _transitions(raw):
                labels = found.setdefault((name, target, kind), [])
                if label and label not in labels:
                    labels.append(label)
    edges = tuple(
        Edge(source, target, kind, tuple(labels))
        for (source, target, kind), labels in found.items()
    )
    return Definition(states, edges, starts)


def _machines(
    machine: dict[str, Any], frame: tuple[str, int] | None
) -> Iterator[tuple[tuple[str, int] | None, dict[str, Any]]]:
    """The machine, then those inside its Parallel and Map states, outer before inner."""
    yield frame, machine
    for name, raw in machine["States"].items():
        inner = raw.get("Branches") or [raw.get("ItemProcessor") or raw.get("Iterator")]
        for number, part in enumerate(inner):
            if part:
                yield from _machines(part, (name, number))


def _state(name: str, raw: dict[str, Any], frame: tuple[str, int] | None) -> State:
    type_ = str(raw.get("Type", ""))
    ends = bool(raw.get("End")) or type_ in ("Succeed", "Fail")
    return State(name, type_, _sign(type_, raw), frame, ends, raw)


def _transitions(raw: dict[str, Any]) -> Iterator[tuple[str, EdgeKind, str]]:
    if "Next" in raw:
        yield raw["Next"], "next", ""
    for rule in raw.get("Choices", []):
        yield rule["Next"], "choice", rule_label(rule)
    if "Default" in raw:
        yield raw["Default"], "choice", "default"
    for catcher in raw.get("Catch", []):
        for error in catcher["ErrorEquals"]:
            yield catcher["Next"], "catch", error


def _sign(type_: str, raw: dict[str, Any]) -> str:
    """The second line of a box: what the state is, or which service it calls."""
    if type_ == "Task":
        return _integration(str(raw.get("Resource", "")))
    if type_ == "Wait":
        return _wait(raw)
    if type_ == "Map":
        mode = raw.get("ItemProcessor", {}).get("ProcessorConfig", {}).get("Mode", "INLINE")
        return "Map, distributed" if mode == "DISTRIBUTED" else "Map"
    return type_


def _wait(raw: dict[str, Any]) -> str:
    if isinstance(raw.get("Seconds"), int):
        return f"Wait {raw['Seconds']} s"
    return "Wait until" if raw.keys() & {"Timestamp", "TimestampPath"} else "Wait"


def _integration(resource: str) -> str:
    """`arn:aws:states:::dynamodb:updateItem` -> `DynamoDB UpdateItem`.

    Forms of a resource: docs.aws.amazon.com/step-functions/latest/dg/state-task.html
    """
    optimised = re.fullmatch(
        r"arn:[\w-]+:states:[^:]*:[^:]*:(aws-sdk:)?([\w-]+):([\w.:]+)", resource
    )
    if resource.startswith("arn:") and ":activity:" in resource:
        return f"Activity {resource.rsplit(':', 1)[1]}"
    if optimised is None:
        function = re.fullmatch(r"arn:[\w-]+:lambda:[^:]*:[^:]*:function:(.+)", resource)
        return f"λ Lambda {function[1]}" if function else resource or "Task"
    service, (action, *pattern) = optimised[2], re.split(r"[.:]", optimised[3])
    name = _SERVICES.get(service, service.capitalize())
    action = action if service == "lambda" else action[:1].upper() + action[1:]
    waits = {"sync": ", until done", "waitForTaskToken": ", until answered"}
    return f"{name} {action}{waits.get(pattern[0], '') if pattern else ''}"
