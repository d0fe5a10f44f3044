"""Executions to be branched, and how a test looks at them and at their branches."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from localaws import faults

NUMBERS = itertools.count()
DRAWN = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # ids
    r"|Root=1-[0-9a-f]{8}-[0-9a-f]{24}|\b[A-Z0-9]{52}\b"
    r"|\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT|\d{4}-\d\d-\d\dT[\d:.]+Z"  # dates
)


@pytest.fixture(autouse=True)
def no_fault_left(cloud: Any) -> Iterator[None]:
    yield
    assert not faults.active()


class Look:
    """One execution, as AWS tells of it."""

    def __init__(self, arn: str) -> None:
        self.arn = arn
        client = boto3.client("stepfunctions")
        pages = client.get_paginator("get_execution_history").paginate(executionArn=arn)
        self.events = [event for page in pages for event in page["events"]]
        self.description = client.describe_execution(executionArn=arn)

    @property
    def status(self) -> str:
        return str(self.description["status"])

    @property
    def types(self) -> list[str]:
        return [event["type"] for event in self.events]

    @property
    def states(self) -> list[str]:
        entered = (event.get("stateEnteredEventDetails") for event in self.events)
        return [found["name"] for found in entered if found]

    @property
    def errors(self) -> list[str]:
        """Of the attempts that failed."""
        found = [self.details(event["id"]) for event in self.events if "Failed" in event["type"]]
        return [details["error"] for details in found if "error" in details]

    def told(self, until: int | None = None) -> list[dict[str, Any]]:
        """The events, each with how long after the first it came, in milliseconds."""
        begun = self.events[0]["timestamp"]
        return [
            {**event, "timestamp": round((event["timestamp"] - begun).total_seconds() * 1000)}
            for event in self.events[:until]
        ]

    def without_ids(self) -> list[str]:
        """What `told` tells, without names, ids and dates."""
        name = re.compile(re.escape(self.arn.rsplit(":", 1)[1]) + r"\b")
        return [DRAWN.sub("…", name.sub("NAME", json.dumps(event))) for event in self.told()]

    def seconds(self, first: int, second: int) -> float:
        """How long it took from one event to another."""
        stamps = [self.events[number - 1]["timestamp"] for number in (first, second)]
        return float((stamps[1] - stamps[0]).total_seconds())

    def details(self, number: int) -> dict[str, Any]:
        event = self.events[number - 1]
        return next((value for key, value in event.items() if key.endswith("Details")), {})

    def find(self, what: str, nth: int = 0) -> int:
        """The id of the nth event of a type, or of the nth entry of a state."""
        entered = "stateEnteredEventDetails"
        found = [
            event["id"]
            for event in self.events
            if what in (event["type"], event.get(entered, {}).get("name"))
        ]
        return int(found[nth])


@pytest.fixture
def look() -> type[Look]:
    return Look


@pytest.fixture
def execute(cloud: Any, make_machine: Callable[[dict[str, Any]], str]) -> Callable[..., str]:
    """Run states, given by their names, to the end; the first one begins. Returns the ARN."""

    def execute(states: dict[str, Any], given: Any = None, ends: bool = True, **fields: Any) -> str:
        definition = {"StartAt": next(iter(states)), "States": states, **fields}
        arn = boto3.client("stepfunctions").start_execution(
            stateMachineArn=make_machine(definition),
            name=f"original-{next(NUMBERS)}",
            input=json.dumps({} if given is None else given),
        )["executionArn"]
        if ends:
            cloud.clock.run_until(arn)
        return str(arn)

    return execute


@pytest.fixture
def invocations(cloud: Any) -> Callable[[str], int]:
    """How often a function's handler has run."""

    def count(function: str) -> int:
        logs, group = boto3.client("logs"), f"/aws/lambda/{function}"
        if not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
            return 0
        found = logs.filter_log_events(logGroupName=group, filterPattern='"START RequestId"')
        return len(found["events"])

    return count
