"""A bus of its own for each test, and how a rule sends its events somewhere."""

from __future__ import annotations

import itertools
import json
from typing import Any

import boto3
import pytest

NUMBERS = itertools.count()


class Bus:
    """An event bus, with one rule for all that comes from `shop`."""

    def __init__(self) -> None:
        self.client = boto3.client("events")
        self.name = f"bus-{next(NUMBERS)}"
        self.client.create_event_bus(Name=self.name)
        self.rule = f"rule-{self.name}"
        self.rule_arn = self.put_rule({"source": ["shop"]})

    def put_rule(self, pattern: Any, **settings: Any) -> str:
        """Put the rule's pattern; returns its ARN."""
        made = self.client.put_rule(
            Name=self.rule, EventBusName=self.name, EventPattern=json.dumps(pattern), **settings
        )
        return str(made["RuleArn"])

    def target(self, arn: str, name: str = "target", **settings: Any) -> None:
        """Let the rule send to a target."""
        target = {"Id": name, "Arn": arn, **settings}
        self.client.put_targets(Rule=self.rule, EventBusName=self.name, Targets=[target])

    def put(self, detail: Any = None, **fields: Any) -> dict[str, Any]:
        """Put one event; returns PutEvents' answer for it."""
        entry = {"Source": "shop", "DetailType": "Order Placed", "EventBusName": self.name}
        entry |= {"Detail": json.dumps(detail or {})} | fields
        [answer] = self.client.put_events(Entries=[entry])["Entries"]
        return dict(answer)


@pytest.fixture
def bus(cloud: Any) -> Bus:
    return Bus()
