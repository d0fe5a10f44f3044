"""What stays behind when the shop's stack is deleted: one log group, and what it says of itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import boto3
import pytest

import localaws

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.simulated_clock
STACK, ENVIRONMENT = "leaving", "leaving"
KEPT = f"/aws/states/{ENVIRONMENT}-ChargeWorkflow-"


def deploy() -> localaws.Stack:
    sender = f"{ENVIRONMENT}@example.com"  # an address is one stack's
    parameters = {"Features": "all", "Environment": ENVIRONMENT, "MailSender": sender}
    return localaws.deploy(ROOT / "template.yaml", STACK, parameters)


def log_groups() -> list[dict[str, Any]]:
    """Those of the stack: named by it, or by its environment."""
    pages = boto3.client("logs").get_paginator("describe_log_groups").paginate()
    groups = [group for page in pages for group in page["logGroups"]]
    return [one for one in groups if ENVIRONMENT in one["logGroupName"]]


@pytest.fixture
def deleted(shop: Any) -> None:
    """The stack was deployed and deleted."""
    deploy()
    boto3.client("cloudformation").delete_stack(StackName=STACK)


def test_one_log_group_stays_and_the_stack_can_be_made_again(deleted: None) -> None:
    [kept] = log_groups()
    assert kept["logGroupName"].startswith(KEPT)
    assert kept["retentionInDays"] > 10 * 365
    again = deploy()
    assert again.resources["ChargeWorkflowLogGroup"] != kept["logGroupName"]
    boto3.client("cloudformation").delete_stack(StackName=STACK)
    assert len(log_groups()) == 2


def test_each_function_has_its_log_group_in_the_stack(shop: Any) -> None:
    """Else Lambda makes one, which no delete takes."""
    stack = deploy()
    found = boto3.client("cloudformation").describe_stack_resources(StackName=stack.name)
    by_type: dict[str, set[str]] = {}
    for one in found["StackResources"]:
        by_type.setdefault(one["ResourceType"], set()).add(one["PhysicalResourceId"])
    boto3.client("cloudformation").delete_stack(StackName=STACK)
    wanted = {f"/aws/lambda/{name}" for name in by_type["AWS::Lambda::Function"]}
    assert wanted - by_type["AWS::Logs::LogGroup"] == set()
