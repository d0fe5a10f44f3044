"""A deployed CloudFormation stack as a picture: what calls what."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
from samtranslator.yaml_helper import yaml_parse

from orderlab.console.graphs.labels import HEAD, arrow_label, box
from orderlab.console.outputs.page import present
from orderlab.console.outputs.picture import Picture
from orderlab.console.stacks.template import Arrow, Resource, read
from orderlab.console.style import FAINT, Look

# Hues of AWS's own groups: front door, compute, storage, messages, workflow. None is a status.
_LOOKS = {
    "API Gateway": Look("", "", "#6d4aa3", "#f3eefb"),
    "λ Lambda function": Look("", "", "#00696b", "#e3f4f3"),
    "DynamoDB table": Look("", "", "#3949ab", "#e9ecf8"),
    "SQS queue": Look("", "", "#a3296b", "#fbeaf3"),
    "SNS topic": Look("", "", "#a3296b", "#fbeaf3"),
    "EventBridge rule": Look("", "", "#a3296b", "#fbeaf3"),
    "State machine": Look("", "", "#1f2933", "#ffffff"),
    "CloudWatch alarms": Look("", "", "#7b8794", "#f6f7f8"),
}
_WIDTH = 22  # characters: five boxes side by side fit a notebook


def stack(stack_name: str) -> None:
    """Display the main resources of a stack and how they refer to each other.

    Left out: roles and permissions, log groups, API deployments and stages, metric filters.

    Raises:
        botocore.exceptions.ClientError: no such stack.
    """
    cloudformation = boto3.client("cloudformation")
    body = cloudformation.get_template(StackName=stack_name)["TemplateBody"]
    template = yaml_parse(body) if isinstance(body, str) else body  # boto3 parses JSON itself
    found = cloudformation.describe_stack_resources(StackName=stack_name)["StackResources"]
    names = {item["LogicalResourceId"]: item.get("PhysicalResourceId", "") for item in found}
    resources, arrows = read(template, names)
    present(Picture(source(resources, arrows), describe(stack_name, resources, arrows)))


def source(resources: dict[str, Resource], arrows: list[Arrow]) -> str:
    """Graphviz source of the picture; equal for equal arguments, byte for byte."""
    return "\n".join(_lines(resources, arrows))


def describe(stack_name: str, resources: dict[str, Resource], arrows: list[Arrow]) -> str:
    """The picture in words: each resource with what it leads to."""
    lines = [f"Stack {stack_name}"]
    for key, resource in resources.items():
        leads = [f"{resources[a.target].name}{_on(a)}" for a in arrows if a.source == key]
        also = f" {', '.join(resource.parts)}" if resource.parts else ""
        line = f"  {resource.name} ({resource.kind}){also}"
        lines.append(f"{line} -> {', '.join(leads)}" if leads else line)
    return "\n".join(lines)


def _on(arrow: Arrow) -> str:
    return f" ({arrow.label})" if arrow.label else ""


def _lines(resources: dict[str, Resource], arrows: list[Arrow]) -> Iterator[str]:
    ids = {key: f"r{number}" for number, key in enumerate(resources)}
    yield HEAD
    for key, resource in resources.items():
        lines = [resource.kind, *resource.parts]
        line = 2.5 if resource.kind == "State machine" else 1.5
        look = _LOOKS[resource.kind]
        yield f"{ids[key]} [{box(resource.name, lines, look, line, sign=False, width=_WIDTH)}]"
    for arrow in arrows:
        style = "style=dashed " if arrow.dashed else ""
        label = arrow_label([arrow.label] if arrow.label else [])
        yield f'{ids[arrow.source]} -> {ids[arrow.target]} [{style}color="{FAINT}"{label}]'
    yield "}"
