"""Deploy a SAM template from this disk: package its local files, then create or update the stack.

The two steps are those of `sam package` and `sam deploy`.
"""

from __future__ import annotations

import html
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError
from moto.cloudformation.exceptions import ValidationError

from localaws.artifacts import BUCKET, Artifacts, MissingError
from localaws.cloudformation import forms, templates
from localaws.cloudformation.commands import NO_UPDATES
from localaws.tables import Named


class DeployError(Exception):
    """A stack could not be deployed; the message says why, in CloudFormation's words."""


@dataclass(frozen=True, repr=False)
class Stack:
    """A deployed stack, shown as a table of its outputs.

    Attributes:
        name: the stack's name.
        outputs: value of each output by its key.
        resources: physical id of each resource by its logical id.
    """

    name: str
    outputs: Named
    resources: Named

    def __repr__(self) -> str:
        return f"{self._title}\n{self.outputs!r}"

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(self._title)}</p>{self.outputs._repr_html_()}"

    @property
    def _title(self) -> str:
        return f"Stack {self.name}: {len(self.resources)} resources"


def deploy(
    template: str | Path, stack_name: str, parameters: Mapping[str, str], *, built: bool = False
) -> Stack:
    """Create the stack, or update it where it stands already.

    Args:
        template: path of a SAM or CloudFormation template; paths in it are relative to it.
        stack_name: name of the stack.
        parameters: values of the template's parameters. One that is not given keeps the value
            that the stack has, as with `aws cloudformation deploy`, or takes its default.
        built: for an AWS that is not ours: functions bring the packages that they require, as
            from `sam build`, and the template lies in S3.

    Raises:
        DeployError: the template cannot be read, or CloudFormation refuses it or fails on it. A
            new stack is then rolled back; one that stood already stands as it was.
    """
    path = Path(template)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise DeployError(f"{path}: {error.strerror or error}") from error
    cloudformation = boto3.client("cloudformation")
    try:
        document = templates.parse(text)
        forms.check_form(document)
        artifacts = Artifacts(document, path.parent, built=built)
        touched = _create_or_update(cloudformation, stack_name, document, artifacts, parameters)
    except MissingError as error:
        raise DeployError(str(error)) from error
    except ValidationError as error:
        raise DeployError(str(error.message)) from error
    except ClientError as error:
        raise DeployError(error.response["Error"]["Message"]) from error
    if touched:
        _raise_if_rolled_back(cloudformation, stack_name)
    return describe(cloudformation, stack_name)


def deployed(stack_name: str, parameters: Mapping[str, str]) -> Stack:
    """The stack that stands, made by `sam deploy`.

    Raises:
        DeployError: there is none, or it has other parameters.
    """
    cloudformation = boto3.client("cloudformation")
    how = "run `sam build` and `sam deploy --guided` first"
    try:
        [stack] = cloudformation.describe_stacks(StackName=stack_name)["Stacks"]
    except ClientError as error:
        raise DeployError(f"No stack {stack_name} stands there: {how}.") from error
    found = {p["ParameterKey"]: p["ParameterValue"] for p in stack.get("Parameters", [])}
    wrong = [f"{key}={value}" for key, value in parameters.items() if found.get(key) != value]
    if wrong:
        raise DeployError(
            f"The stack {stack_name} stands there with other parameters: run `sam deploy "
            f"--parameter-overrides {' '.join(wrong)}` first."
        )
    return describe(cloudformation, stack_name)


def describe(cloudformation: Any, stack_name: str) -> Stack:
    """Read a stack's outputs and resources."""
    [stack] = cloudformation.describe_stacks(StackName=stack_name)["Stacks"]
    found = cloudformation.describe_stack_resources(StackName=stack_name)["StackResources"]
    return Stack(
        name=stack_name,
        outputs=Named(
            "output", {o["OutputKey"]: o["OutputValue"] for o in stack.get("Outputs", [])}
        ),
        resources=Named(
            "resource", {r["LogicalResourceId"]: r.get("PhysicalResourceId", "") for r in found}
        ),
    )


def _create_or_update(
    cloudformation: Any,
    name: str,
    document: dict[str, Any],
    artifacts: Artifacts,
    parameters: Mapping[str, str],
) -> bool:
    """Returns whether there was anything to do."""
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    artifacts.upload(s3, parameters)
    capabilities = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
    values = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
    given: dict[str, Any] = {
        "StackName": name,
        **artifacts.template(s3),
        "Parameters": values,
        "Capabilities": capabilities,
    }
    try:
        [stack] = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError:
        cloudformation.create_stack(**given)
        return True
    if stack["StackStatus"] in ("ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS"):
        # A stack whose creation failed cannot be updated; on AWS too it must be deleted first.
        cloudformation.delete_stack(StackName=name)
        cloudformation.create_stack(**given)
        return True
    kept = _kept(stack, document, parameters)
    artifacts.upload(s3, {**kept, **parameters})
    unchanged = [{"ParameterKey": key, "UsePreviousValue": True} for key in kept]
    given["Parameters"] = [*values, *unchanged]
    try:
        cloudformation.update_stack(**given)
    except ClientError as error:
        if error.response["Error"]["Message"] != NO_UPDATES:
            raise
        return False
    return True


def _kept(
    stack: dict[str, Any], document: dict[str, Any], given: Mapping[str, str]
) -> dict[str, str]:
    """The stack's parameters that are still declared, and not given anew."""
    values = {p["ParameterKey"]: p["ParameterValue"] for p in stack.get("Parameters", [])}
    declared = document.get("Parameters", {})
    return {key: text for key, text in values.items() if key in declared and key not in given}


def _raise_if_rolled_back(cloudformation: Any, name: str) -> None:
    [stack] = cloudformation.describe_stacks(StackName=name)["Stacks"]
    while stack["StackStatus"].endswith("_IN_PROGRESS"):  # as on an AWS that is not ours
        time.sleep(1)
        [stack] = cloudformation.describe_stacks(StackName=name)["Stacks"]
    if "ROLLBACK" not in stack["StackStatus"]:
        return
    pages = cloudformation.get_paginator("describe_stack_events").paginate(StackName=name)
    why = stack["StackStatus"]
    for event in (event for page in pages for event in page["StackEvents"]):
        status, reason = event["ResourceStatus"], event.get("ResourceStatusReason", "")
        if status in ("CREATE_FAILED", "UPDATE_FAILED"):
            raise DeployError(f"{event['LogicalResourceId']}: {reason}")
        if status.endswith("ROLLBACK_IN_PROGRESS"):
            why = reason
        elif reason == "User Initiated":
            break  # the operation's first event
    raise DeployError(why)
