"""A deployed CloudFormation stack as a picture: what calls what, and how much is in it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import boto3
from samtranslator.yaml_helper import yaml_parse

from orderlab.console.outputs.page import present
from orderlab.console.outputs.picture import Picture
from orderlab.console.stacks.counts import count
from orderlab.console.stacks.drawing import describe, source
from orderlab.console.stacks.kinds import KINDS
from orderlab.console.stacks.refusals import REFUSED
from orderlab.console.stacks.template import Arrow, Resource, read


def stack(stack_name: str, around: Collection[str] = ()) -> None:
    """Display a stack's resources, the events that connect them, and how much is in them.

    On it: messages of queues, items of tables (counted up to 1000), executions of state machines
    (the newest 1000 of each status), subscriptions of topics, states of alarms. An arrow from a
    function goes to what its configuration names, with what its role may do there. Left out:
    roles and permissions, log groups, API stages, metric filters.

    Args:
        around: logical ids of resources, to see these and what they have an arrow from or to.

    Raises:
        ValueError: the stack has no such resource; the message has those it has.
        botocore.exceptions.ClientError: no such stack.
    """
    resources, arrows = whole(stack_name)
    if around:
        resources, arrows = near(around, resources, arrows)
    counts = count(resources)
    words = describe(stack_name, resources, arrows, counts)
    present(Picture(source(resources, arrows, counts), words))


def whole(stack_name: str) -> tuple[dict[str, Resource], list[Arrow]]:
    """A deployed stack's resources by logical id, and the arrows between them.

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
    return read(there, physical, _definitions(there["Resources"], physical))


def near(
    keys: Collection[str], resources: Mapping[str, Resource], arrows: Sequence[Arrow]
) -> tuple[dict[str, Resource], list[Arrow]]:
    """These resources, those that an arrow joins to them, and the arrows between all of them."""
    unknown = sorted(set(keys) - resources.keys())
    if unknown:
        raise ValueError(f"No {', '.join(unknown)} in the stack. It has {', '.join(resources)}.")
    joined = [arrow for arrow in arrows if arrow.source in keys or arrow.target in keys]
    kept = {*keys, *(arrow.source for arrow in joined), *(arrow.target for arrow in joined)}
    near = {key: one for key, one in resources.items() if key in kept}
    return near, [one for one in arrows if one.source in near and one.target in near]


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
