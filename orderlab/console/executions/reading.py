"""An execution, read from AWS by boto3 alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import boto3

from orderlab.console.definition.parsing import Definition, parse
from orderlab.console.executions import express
from orderlab.console.executions.eventdetails import Event, details, status_after
from orderlab.console.executions.execution import Execution
from orderlab.console.executions.tracing import trace


@dataclass(frozen=True)
class Recording:
    """What AWS tells of one execution.

    Attributes:
        description: the answer of DescribeExecution; of one that runs or is of an Express
            workflow, the same fields as far as its ARN and its events tell them.
        machine: the answer of DescribeStateMachineForExecution: the definition that it started
            with, which may have been updated since. Of an Express workflow, the one of today.
        events: of GetExecutionHistory, oldest first.
    """

    description: Mapping[str, Any]
    machine: Mapping[str, Any]
    events: Sequence[Event]

    @property
    def arn(self) -> str:
        return str(self.description["executionArn"])

    @cached_property
    def definition(self) -> Definition:
        return parse(self.machine["definition"])

    @cached_property
    def execution(self) -> Execution:
        """What it did until it was read."""
        return trace(self.definition, self.description, self.events)

    def until(self, event: int) -> Execution:
        """What it had done when an event was written, the event's id being counted from 1."""
        events = [found for found in self.events if found["id"] <= event]
        if len(events) == len(self.events):
            return self.execution
        then = {key: self.description[key] for key in ("name", "stateMachineArn")}
        return trace(self.definition, {**then, **_ended(events)}, events)


def client(arn: str, service: str = "stepfunctions") -> Any:
    """A service in the region that an ARN names."""
    return boto3.client(service, region_name=arn.split(":")[3])


def read(arn: str) -> Recording:
    """An execution as it is now.

    Its history is read first, and once. Whoever asks a running one for its description as well
    gets an answer of a later moment, which may not agree with the events; on a simulated clock,
    each of the two lets time move on.

    Raises:
        botocore.exceptions.ClientError: no such execution.
        LookupError: an Express one whose events were not logged; AWS keeps no other history of it.
    """
    stepfunctions = client(arn)
    events = read_events(arn)
    if express.is_express(arn):
        machine = express.describe_machine(arn, stepfunctions)
        return Recording(_described(arn, machine["stateMachineArn"], events), machine, events)
    machine = stepfunctions.describe_state_machine_for_execution(executionArn=arn)
    if status_after(events) == "RUNNING":
        return Recording(_described(arn, express.machine_of(arn), events), machine, events)
    return Recording(stepfunctions.describe_execution(executionArn=arn), machine, events)


def read_events(arn: str) -> list[Event]:
    """Every event, oldest first, over all pages; of an Express execution, as its log tells them.

    Raises: as `read` does.
    """
    if express.is_express(arn):
        return express.logged_events(arn, client(arn), client(arn, "logs"))
    pages = client(arn).get_paginator("get_execution_history").paginate(executionArn=arn)
    return [event for page in pages for event in page["events"]]


def _described(arn: str, machine_arn: str, events: Sequence[Event]) -> dict[str, Any]:
    first = details(events[0]) if events else {}
    begun = {"startDate": events[0]["timestamp"]} if events else {}
    return {
        "executionArn": arn,
        "stateMachineArn": machine_arn,
        "name": arn.split(":")[7],
        **begun,
        **{key: first[key] for key in ("input",) if key in first},
        **_ended(events),
    }


def _ended(events: Sequence[Event]) -> dict[str, Any]:
    """What DescribeExecution answers after these events."""
    status = status_after(events)
    if status == "RUNNING":
        return {"status": status}
    last = details(events[-1])
    told = {key: last[key] for key in ("output", "error", "cause") if key in last}
    return {"status": status, "stopDate": events[-1]["timestamp"], **told}
