"""Queues at both ends of a pipe."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

NUMBERS = itertools.count()


class Queue:
    """A queue, used from a cell."""

    def __init__(self, **attributes: str) -> None:
        self._sqs = boto3.client("sqs")
        self.name = f"end-{next(NUMBERS)}"
        made = self._sqs.create_queue(QueueName=self.name, Attributes=attributes)
        self.url = made["QueueUrl"]
        self.arn = f"arn:aws:sqs:us-east-1:123456789012:{self.name}"

    def send(self, *bodies: str) -> None:
        for body in bodies:
            self._sqs.send_message(QueueUrl=self.url, MessageBody=body)

    def bodies(self) -> list[str]:
        """What has come; it is deleted."""
        found: list[str] = []
        while messages := self._sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for message in messages:
                found.append(message["Body"])
                self._sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return found

    def read(self) -> list[Any]:
        return [json.loads(body) for body in self.bodies()]


@pytest.fixture
def make_queue(cloud: Any) -> Callable[..., Queue]:
    return Queue


@pytest.fixture
def make_pipe(cloud: Any, role: str) -> Iterator[Callable[..., str]]:
    """Create a pipe; returns its name. They are deleted at the end."""
    client, names = boto3.client("pipes"), []

    def make(source: Queue, target: str, **given: Any) -> str:
        name = f"pipe-{next(NUMBERS)}"
        settings = {"RoleArn": role, **given}
        client.create_pipe(Name=name, Source=source.arn, Target=target, **settings)
        names.append(name)
        return name

    yield make
    for name in names:
        client.delete_pipe(Name=name)
