"""Run a state or a definition to its end, and look at what became of it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

NUMBERS = itertools.count()


@dataclass
class Outcome:
    """An execution that has ended."""

    arn: str
    description: dict[str, Any]

    @property
    def status(self) -> str:
        return str(self.description["status"])

    @property
    def output(self) -> Any:
        assert self.status == "SUCCEEDED", self.failure
        return json.loads(self.description["output"])

    @property
    def failure(self) -> tuple[str | None, str | None]:
        """Its error and cause."""
        return self.description.get("error"), self.description.get("cause")

    @property
    def events(self) -> list[dict[str, Any]]:
        pages = boto3.client("stepfunctions").get_paginator("get_execution_history")
        found = pages.paginate(executionArn=self.arn)
        return [event for page in found for event in page["events"]]

    @property
    def types(self) -> list[str]:
        return [event["type"] for event in self.events]

    @property
    def links(self) -> list[int]:
        """The previousEventId of each event."""
        return [event["previousEventId"] for event in self.events]

    def details(self, event_type: str) -> dict[str, Any]:
        """The details of the first event of a type."""
        event = next(event for event in self.events if event["type"] == event_type)
        found = [value for key, value in event.items() if key.endswith("EventDetails")]
        return found[0] if found else {}


@pytest.fixture
def run(
    cloud: Any, make_machine: Callable[[dict[str, Any]], str], until: Callable[..., Any]
) -> Callable[..., Outcome]:
    """Run states, named A, B, C and so on, or a whole definition; given the input."""
    client = boto3.client("stepfunctions")

    def describe(arn: str) -> dict[str, Any] | None:
        description: dict[str, Any] = client.describe_execution(executionArn=arn)
        return None if description["status"] == "RUNNING" else description

    def run(*states: dict[str, Any], given: Any = None, **fields: Any) -> Outcome:
        definition = states[0] if "StartAt" in states[0] else machine(*states, **fields)
        arn = client.start_execution(
            stateMachineArn=make_machine(definition),
            name=f"run-{next(NUMBERS)}",
            input=json.dumps({} if given is None else given),
        )["executionArn"]
        return Outcome(arn, until(lambda: describe(arn), f"the end of {arn}"))

    return run


def machine(*states: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A machine of states that follow each other, named A, B, C and so on."""
    names = [chr(ord("A") + index) for index in range(len(states))]
    followed: dict[str, Any] = {}
    for index, (name, state) in enumerate(zip(names, states, strict=True)):
        way_on = {"Next": names[index + 1]} if index + 1 < len(states) else {"End": True}
        ends = state["Type"] in ("Choice", "Succeed", "Fail") or "Next" in state or "End" in state
        followed[name] = state if ends else {**state, **way_on}
    return {"StartAt": "A", "States": followed, **fields}
