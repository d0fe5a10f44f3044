"""A deployed CloudFormation stack as a picture: what calls what, and how much is in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import boto3
from samtranslator.yaml_helper import yaml_parse

from orderlab.console.outputs.page import present
from orderlab.console.outputs.picture import Picture
from orderlab.console.stacks.counts import count
from orderlab.console.stacks.drawing import describe, source
from orderlab.console.stacks.kinds import KINDS
from orderlab.console.stacks.refusals import REFUSED
from orderlab.console.stacks.template import read


def stack(stack_name: str) -> None:
    """Display a stack's resources, the events that connect them, and how much is in them.

    On it: messages of queues, items of tables (counted up to 1000), executions of state machines
    (the newest 1000 of each status), subscriptions of topics, states of alarms. An arrow from a
    function goes to what its configuration names, with what its role may do there. Left out:
    roles and permissions, log groups, API stages, metric filters.

    Raises:
        botocore.exceptions.ClientError: no such stack.
    """
    cloudformation = boto3.client("cloudformation")
    answer = cloudformation.get_template(StackName=stack_name, TemplateStage="Processed")
    body = answer["TemplateBody"]
    template = yaml_parse(body) if isinstance(body, str) else body  # boto3 parses JSON itself
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack_name)
    physical = {
        found["LogicalResourceId"]: found.get("PhysicalResourceId", "")
        for page in pages
        for found in page["StackResourceSummaries"]
        if found.get("ResourceStatus") != "DELETE_COMPLETE"
    }
    declared = template.get("Resources") or {}
    # Without what a condition of the template has left out.
    there = {"Resources": {key: raw for key, raw in declared.items() if key in physical}}
    resources, arrows = read(there, physical, _definitions(there["Resources"], physical))
    counts = count(resources)
    words = describe(stack_name, resources, arrows, counts)
    present(Picture(source(resources, arrows, counts), words))


def _definitions(raw: Mapping[str, Any], physical: Mapping[str, str]) -> dict[str, str]:
    """Of each state machine; without those that may not be read."""
    client, found = boto3.client("stepfunctions"), {}
    for key, resource in raw.items():
        kind = KINDS.get(resource["Type"])
        if kind is not None and kind.word == "State machine" and physical.get(key):
            try:
                machine = client.describe_state_machine(stateMachineArn=physical[key])
            except REFUSED:
                continue
            found[key] = machine["definition"]
    return found
