"""An execution, read from AWS by boto3 alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import boto3

from orderlab.console.definition.parsing import Definition, parse
from orderlab.console.executions.tracing import Event, Execution, trace


@dataclass(frozen=True)
class Recording:
    """What AWS tells of one execution.

    Attributes:
        description: the answer of DescribeExecution.
        machine: the answer of DescribeStateMachineForExecution: the definition that it started
            with, which may have been updated since.
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
        return trace(self.definition, {**then, "status": "RUNNING"}, events)


def client(arn: str, service: str = "stepfunctions") -> Any:
    """A service in the region that an ARN names."""
    return boto3.client(service, region_name=arn.split(":")[3])


def read(arn: str) -> Recording:
    """An execution as it is now.

    Raises:
        botocore.exceptions.ClientError: no such execution, or an Express one (AWS keeps no
            history of those to read).
    """
    stepfunctions = client(arn)
    description = stepfunctions.describe_execution(executionArn=arn)
    machine = stepfunctions.describe_state_machine_for_execution(executionArn=arn)
    return Recording(description, machine, read_events(arn))


def read_events(arn: str) -> list[Event]:
    """Every event, oldest first, over all pages."""
    pages = client(arn).get_paginator("get_execution_history").paginate(executionArn=arn)
    return [event for page in pages for event in page["events"]]
