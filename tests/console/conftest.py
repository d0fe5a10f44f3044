"""Recorded and hand-written executions, and plain moto that executes state machines."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from orderlab.console.definition.parsing import Definition, parse
from orderlab.console.executions.eventdetails import Event
from orderlab.console.executions.execution import Execution
from orderlab.console.executions.reading import Recording
from orderlab.console.executions.tracing import trace

NUMBERS = itertools.count()
DATA = Path(__file__).parent / "data"
START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Case:
    """A definition, the answer of DescribeExecution and the events of one execution."""

    machine: str  # its definition's text
    description: dict[str, Any]
    events: list[Event]

    @property
    def definition(self) -> Definition:
        return parse(self.machine)

    @property
    def execution(self) -> Execution:
        return trace(self.definition, self.description, self.events)

    @property
    def recording(self) -> Recording:
        machine, name = self.description["stateMachineArn"], self.description["name"]
        arn = f"{machine.replace(':stateMachine:', ':execution:')}:{name}"
        described = {"executionArn": arn, **self.description}
        return Recording(described, {"definition": self.machine}, self.events)


@pytest.fixture
def recorded() -> Callable[[str], Case]:
    """An execution of the order workflow, recorded on the local AWS, by its file's name."""

    def load(name: str) -> Case:
        found = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
        for event in found["events"]:
            event["timestamp"] = datetime.fromisoformat(event["timestamp"])
        return Case(json.dumps(found["definition"]), found["description"], found["events"])

    return load


@pytest.fixture
def written() -> Callable[..., Case]:
    """A hand-written execution.

    Events are (type, previousEventId, details); ids count from 1, one second apart.
    """

    def write(
        machine: dict[str, Any],
        status: str,
        events: list[tuple[str, int, dict[str, Any]]],
        **description: str,
    ) -> Case:
        return Case(
            json.dumps(machine),
            {
                "name": "e1",
                "stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:Machine",
                "status": status,
                **description,
            },
            [
                {
                    "id": number,
                    "previousEventId": previous,
                    "type": kind,
                    "timestamp": START + timedelta(seconds=number - 1),
                    _details(kind): details,
                }
                for number, (kind, previous, details) in enumerate(events, 1)
            ],
        )

    return write


def _details(kind: str) -> str:
    shared = re.sub(r"^\w+State(Entered|Exited)$", r"State\1", kind)
    return f"{shared[:1].lower()}{shared[1:]}EventDetails"


@pytest.fixture
def step_functions(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Step Functions of plain moto, which executes."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        yield boto3.client("stepfunctions")


@pytest.fixture
def run(step_functions: Any) -> Callable[..., str]:
    """Create a machine, run it to its end, return the execution's ARN."""

    def to_the_end(machine: dict[str, Any], data: object, until: str = "") -> str:
        role = "arn:aws:iam::123456789012:role/any"
        definition = json.dumps(machine, ensure_ascii=False)
        made = step_functions.create_state_machine(name="m", definition=definition, roleArn=role)
        arn: str = step_functions.start_execution(
            stateMachineArn=made["stateMachineArn"], name="e1", input=json.dumps(data)
        )["executionArn"]
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            status = step_functions.describe_execution(executionArn=arn)["status"]
            events = step_functions.get_execution_history(executionArn=arn)["events"]
            if status != "RUNNING" or (until and events[-1]["type"] == until):
                return arn
            time.sleep(0.02)
        raise TimeoutError(f"still running: {arn}")

    return to_the_end


@pytest.fixture
def begin(cloud: Any) -> Callable[..., str]:
    """Start an execution of a definition on the local AWS; `fields` of CreateStateMachine."""
    client = boto3.client("stepfunctions")

    def start(definition: dict[str, Any], given: object = None, **fields: Any) -> str:
        number = next(NUMBERS)
        machine = client.create_state_machine(
            name=f"seen-{number}",
            definition=json.dumps(definition),
            roleArn=_role(),
            **fields,
        )["stateMachineArn"]
        started = client.start_execution(
            stateMachineArn=machine,
            name=f"e{number}",
            input=json.dumps({} if given is None else given),
        )
        return str(started["executionArn"])

    return start


def _role() -> str:
    """A role that Step Functions may assume, and that may do everything."""
    iam, name = boto3.client("iam"), "seen-by-the-console"
    with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
        trust = {"Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(trust))
        everything = {"Action": "*", "Resource": "*"}
        iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=_policy(everything))
    return str(iam.get_role(RoleName=name)["Role"]["Arn"])


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", **statement}})
