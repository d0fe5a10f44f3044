"""Executions that are looked at in simulated time, without the model's own durations."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest

NUMBERS = itertools.count()


@pytest.fixture(autouse=True)
def no_latency(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the waits of definitions and handlers take time, so that every time is exact."""
    from localaws.latency import Latency

    for duration in ("call", "cold_start", "handler"):
        monkeypatch.setattr(Latency, duration, lambda self, name: 0.0)


@pytest.fixture
def clock(cloud: Any) -> Iterator[Any]:
    """The clock, on a whole second; what the test has left running is stopped after it."""
    cloud.clock.advance(microseconds=1_000_000 - cloud.clock.now.microsecond)
    yield cloud.clock
    cloud.clock.resume()
    stop_all()


@pytest.fixture
def quiet(clock: Any) -> None:
    """Nothing goes on and no timer is set: what earlier tests began has come to its end."""
    stop_all()
    clock.advance(hours=1)


def stop_all() -> None:
    from localaws.stepfunctions.executions import running

    client = boto3.client("stepfunctions")
    for execution in list(running):
        client.stop_execution(executionArn=execution.exec_arn)


@pytest.fixture
def sfn(clock: Any) -> Any:
    return boto3.client("stepfunctions")


@dataclass
class Moment:
    """One event of a history."""

    at: float  # seconds since the execution's start
    type: str
    name: str  # of the state entered or left; else ""
    details: dict[str, Any]


class Executions:
    """Start executions, and read what became of them."""

    def __init__(self, clock: Any, make_machine: Callable[[dict[str, Any]], str]) -> None:
        self.client = boto3.client("stepfunctions")
        self._clock = clock
        self._make_machine = make_machine

    def start(self, definition: dict[str, Any] | str, payload: Any = None) -> str:
        """Start a definition, or a machine by its ARN; returns the execution's ARN."""
        arn = definition if isinstance(definition, str) else self._make_machine(definition)
        started = self.client.start_execution(
            stateMachineArn=arn,
            name=f"timed-{next(NUMBERS)}",
            input=json.dumps({} if payload is None else payload),
        )
        return str(started["executionArn"])

    def begin(self, definition: dict[str, Any] | str, payload: Any = None) -> str:
        """Start it, and let happen what takes no time."""
        arn = self.start(definition, payload)
        with self._clock.pause():
            self.describe(arn)
        return arn

    def run(self, definition: dict[str, Any] | str, payload: Any = None) -> str:
        """Start it, and let time pass until it has ended."""
        arn = self.start(definition, payload)
        self.wait_for(arn)
        return arn

    def wait_for(self, *arns: str) -> None:
        """Let time pass until executions have ended."""
        self._clock.run_until(*arns)

    def describe(self, arn: str) -> dict[str, Any]:
        description = dict(self.client.describe_execution(executionArn=arn))
        del description["ResponseMetadata"]
        return description

    def seconds(self, arn: str) -> float:
        """How long it took."""
        description = self.describe(arn)
        return float((description["stopDate"] - description["startDate"]).total_seconds())

    def history(self, arn: str) -> list[Moment]:
        pages = self.client.get_paginator("get_execution_history").paginate(executionArn=arn)
        events = [event for page in pages for event in page["events"]]
        return [_moment(event, events[0]["timestamp"]) for event in events]

    def times(self, arn: str, *types: str) -> list[float]:
        """When events of certain types happened."""
        return [moment.at for moment in self.history(arn) if moment.type in types]


def _moment(event: dict[str, Any], start: datetime) -> Moment:
    details = [value for key, value in event.items() if key.endswith("EventDetails")]
    found = details[0] if details else {}
    at = (event["timestamp"] - start) / timedelta(seconds=1)
    return Moment(at, event["type"], found.get("name", ""), found)


@pytest.fixture
def executions(clock: Any, make_machine: Callable[[dict[str, Any]], str]) -> Executions:
    return Executions(clock, make_machine)


def _machine(*states: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A machine of states that follow each other, named A, B, C and so on.

    Those of branches and item processors are named after their state: AAA, AAB, ABA.
    """
    names = [chr(ord("A") + index) for index in range(len(states))]
    followed: dict[str, Any] = {}
    for index, (name, state) in enumerate(zip(names, states, strict=True)):
        way_on = {"Next": names[index + 1]} if index + 1 < len(states) else {"End": True}
        ends = state["Type"] in ("Choice", "Succeed", "Fail") or "Next" in state or "End" in state
        followed[name] = _inside(name, state if ends else {**state, **way_on})
    return {"StartAt": "A", "States": followed, **fields}


def _inside(prefix: str, state: dict[str, Any]) -> dict[str, Any]:
    """A state whose inner machines have names of their own, at every depth."""
    if "Branches" in state:
        letters = (chr(ord("A") + index) for index in range(len(state["Branches"])))
        pairs = zip(letters, state["Branches"], strict=True)
        branches = [_renamed(prefix + letter, branch) for letter, branch in pairs]
        return {**state, "Branches": branches}
    if "ItemProcessor" in state:
        return {**state, "ItemProcessor": _renamed(prefix + "A", state["ItemProcessor"])}
    return state


def _renamed(prefix: str, machine: dict[str, Any]) -> dict[str, Any]:
    def called(name: str) -> str:
        return prefix + name[-1] if name.isupper() else name

    def led(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**rule, "Next": called(rule["Next"])} for rule in rules]

    states = {}
    for name, state in machine["States"].items():
        ways = {key: called(state[key]) for key in ("Next", "Default") if key in state}
        ways |= {key: led(state[key]) for key in ("Choices", "Catch") if key in state}
        own = called(name)
        states[own] = _inside(own, {**state, **ways})
    return {**machine, "StartAt": called(machine["StartAt"]), "States": states}


@pytest.fixture
def machine() -> Callable[..., dict[str, Any]]:
    return _machine


@pytest.fixture
def wait() -> Callable[..., dict[str, Any]]:
    """A Wait state of so many seconds."""
    return lambda seconds: {"Type": "Wait", "Seconds": seconds}


@pytest.fixture
def call(make_function: Callable[..., str]) -> Callable[..., dict[str, Any]]:
    """A Task state that invokes a function, given as the lines of its handler."""

    def task(body: str, fields: dict[str, Any] | None = None, **settings: Any) -> dict[str, Any]:
        lines = "".join(f"    {line}\n" for line in body.splitlines())
        code = f"import os, time, boto3\ndef lambda_handler(event, context):\n{lines}"
        return {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": make_function(code, **settings), "Payload.$": "$"},
            **(fields or {}),
        }

    return task


@dataclass
class Queue:
    """A queue, used from a cell."""

    url: str

    @property
    def arn(self) -> str:
        return f"arn:aws:sqs:us-east-1:123456789012:{self.url.rsplit('/', 1)[-1]}"

    def send(self, body: str, **given: Any) -> None:
        boto3.client("sqs").send_message(QueueUrl=self.url, MessageBody=body, **given)

    def receive(self, seconds: int = 0, **given: Any) -> list[dict[str, Any]]:
        answer = boto3.client("sqs").receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=seconds, **given
        )
        return list(answer.get("Messages", []))

    def delete(self, message: dict[str, Any]) -> None:
        handle = message["ReceiptHandle"]
        boto3.client("sqs").delete_message(QueueUrl=self.url, ReceiptHandle=handle)

    def bodies(self, seconds: int = 0) -> list[str]:
        return [message["Body"] for message in self.receive(seconds)]


@pytest.fixture
def make_queue(cloud: Any) -> Callable[..., Queue]:
    def make(**attributes: str) -> Queue:
        name = f"timed-queue-{next(NUMBERS)}"
        answer = boto3.client("sqs").create_queue(QueueName=name, Attributes=attributes)
        return Queue(answer["QueueUrl"])

    return make


class Callback:
    """Makes Task states that wait for their tokens, which come through a queue."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    def __call__(self, **fields: Any) -> dict[str, Any]:
        body = {"token.$": "$$.Task.Token"}
        return {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": {"QueueUrl": self._queue.url, "MessageBody": body},
            **fields,
        }

    def token(self) -> str:
        """The token that has come; it is taken off the queue."""
        [message] = self._queue.receive()
        self._queue.delete(message)
        return str(json.loads(message["Body"])["token"])


@pytest.fixture
def callback(make_queue: Callable[..., Queue]) -> Callback:
    return Callback(make_queue())


@pytest.fixture
def waiting(
    callback: Callback,
    call: Callable[..., dict[str, Any]],
    wait: Callable[..., dict[str, Any]],
    make_machine: Callable[[dict[str, Any]], str],
) -> Callable[[str], dict[str, Any]]:
    """Machines that wait for a long time, each in its own way."""

    def state(kind: str) -> dict[str, Any]:
        if kind == "wait":
            return wait(5000)
        if kind == "callback":
            return callback(TimeoutSeconds=5000)
        if kind == "function":
            return call("time.sleep(800)", Timeout=900)
        if kind == "backoff":
            retry = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 5000}
            return {**call("raise ValueError('on purpose')"), "Retry": [retry]}
        if kind == "map":
            processor = _machine(wait(5000))
            return {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": processor}
        if kind == "parallel":
            return {
                "Type": "Parallel",
                "Branches": [_machine(state("callback")), _machine(wait(5000))],
            }
        child = make_machine(_machine(wait(5000)))
        return {
            "Type": "Task",
            "Resource": "arn:aws:states:::states:startExecution.sync:2",
            "Parameters": {"StateMachineArn": child, "Input": {}},
        }

    def definition(kind: str) -> dict[str, Any]:
        items = {"Type": "Pass", "Result": {"items": [1, 2, 3]}}
        return _machine(items, state(kind))

    return definition
