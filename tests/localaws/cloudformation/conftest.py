"""Stacks of a few resources, made for one test."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

NUMBERS = itertools.count()
EVERYTHING = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]


class Made:
    """A stack, and how a test reads it."""

    def __init__(self, client: Any, name: str) -> None:
        self.client = client
        self.name = name

    def create(self, resources: Any, **parts: Any) -> Made:
        given = _of_the_call(parts)
        self.client.create_stack(
            StackName=self.name,
            TemplateBody=json.dumps({"Resources": resources, **parts}),
            **{"Capabilities": EVERYTHING, **given},
        )
        return self

    def update(self, resources: Any, **parts: Any) -> Made:
        given = _of_the_call(parts)
        self.client.update_stack(
            StackName=self.name,
            TemplateBody=json.dumps({"Resources": resources, **parts}),
            **{"Capabilities": EVERYTHING, **given},
        )
        return self

    def delete(self, **given: Any) -> None:
        self.client.delete_stack(StackName=self.name, **given)

    @property
    def described(self) -> dict[str, Any]:
        [stack] = self.client.describe_stacks(StackName=self.name)["Stacks"]
        return dict(stack)

    @property
    def status(self) -> str:
        return str(self.described["StackStatus"])

    @property
    def outputs(self) -> dict[str, str]:
        return {one["OutputKey"]: one["OutputValue"] for one in self.described.get("Outputs", [])}

    @property
    def events(self) -> list[dict[str, Any]]:
        """The oldest first."""
        pages = self.client.get_paginator("describe_stack_events").paginate(StackName=self.name)
        return [event for page in pages for event in page["StackEvents"]][::-1]

    def ids(self) -> dict[str, str]:
        """Physical ids by logical ids."""
        found = self.client.describe_stack_resources(StackName=self.name)["StackResources"]
        return {one["LogicalResourceId"]: one.get("PhysicalResourceId", "") for one in found}

    def reason(self, logical_id: str) -> str:
        """Why a resource failed, the last time that it did."""
        failed = [
            event["ResourceStatusReason"]
            for event in self.events
            if event["LogicalResourceId"] == logical_id
            and event["ResourceStatus"].endswith("_FAILED")
        ]
        return str(failed[-1])


OF_THE_CALL = {
    *("Tags", "OnFailure", "DisableRollback", "Capabilities"),
    *("EnableTerminationProtection", "NotificationARNs"),
}


def _of_the_call(parts: dict[str, Any]) -> dict[str, Any]:
    """Takes from the parts of a template what the call itself takes; `values` are parameters."""
    given = {key: parts.pop(key) for key in list(parts) if key in OF_THE_CALL}
    values = parts.pop("values", {})
    listed = [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]
    return {**given, "Parameters": listed}


@pytest.fixture
def stack(cloud: Any) -> Made:
    import boto3

    return Made(boto3.client("cloudformation"), f"stack-{next(NUMBERS)}")


@pytest.fixture
def another(cloud: Any) -> Made:
    import boto3

    return Made(boto3.client("cloudformation"), f"stack-{next(NUMBERS)}")
