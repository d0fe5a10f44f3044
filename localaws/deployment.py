"""Deploy a SAM template from this disk: package its local files, then create or update the stack.

The two steps are those of `sam package` and `sam deploy`: code and definitions go to S3 under
the hash of their content, so that an update touches what has changed and nothing else.
"""

from __future__ import annotations

import hashlib
import html
import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError
from moto.cloudformation.exceptions import ValidationError

from localaws.cloudformation import forms, templates
from localaws.cloudformation.operations import NO_UPDATES
from localaws.tables import Named

BUCKET = "aws-sam-cli-managed-default-samclisourcebucket"
# Fixed, so that equal files give an equal archive; the zip format begins in 1980.
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
LEFT_OUT = {"__pycache__", ".ipynb_checkpoints", ".pytest_cache", "events"}


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


def deploy(template: str | Path, stack_name: str) -> Stack:
    """Create the stack, or update it where it stands already.

    Args:
        template: path of a SAM or CloudFormation template; paths in it are relative to it.
        stack_name: name of the stack.

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
        body = _package(text, path.parent)
        touched = _create_or_update(cloudformation, stack_name, body)
    except ValidationError as error:
        raise DeployError(str(error.message)) from error
    except ClientError as error:
        raise DeployError(error.response["Error"]["Message"]) from error
    if touched:
        _raise_if_rolled_back(cloudformation, stack_name)
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


def _create_or_update(cloudformation: Any, name: str, body: str) -> bool:
    """Returns whether there was anything to do."""
    capabilities = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
    given = {"StackName": name, "TemplateBody": body, "Capabilities": capabilities}
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
    try:
        cloudformation.update_stack(**given)
    except ClientError as error:
        if error.response["Error"]["Message"] != NO_UPDATES:
            raise
        return False
    return True


def _raise_if_rolled_back(cloudformation: Any, name: str) -> None:
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


def _package(text: str, folder: Path) -> str:
    """Upload what the template names by local path; returns the template with S3 addresses."""
    document = templates.parse(text)
    forms.check_form(document)
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    for name, resource in document["Resources"].items():
        properties = resource.get("Properties") or {}
        if resource.get("Type") == "AWS::Serverless::Function":
            _upload(s3, name, properties, "CodeUri", folder, _zip)
        elif resource.get("Type") == "AWS::Serverless::StateMachine":
            _upload(s3, name, properties, "DefinitionUri", folder, Path.read_bytes)
    return json.dumps(document)


def _upload(
    s3: Any, logical_id: str, properties: dict[str, Any], key: str, folder: Path, read: Any
) -> None:
    local = properties.get(key)
    if not isinstance(local, str) or local.startswith("s3://"):
        return
    path = folder / local
    if not path.exists():
        raise DeployError(f"{logical_id}: {key} names {path}, which is not there.")
    content: bytes = read(path)
    name = hashlib.md5(content, usedforsecurity=False).hexdigest()
    s3.put_object(Bucket=BUCKET, Key=name, Body=content)
    properties[key] = f"s3://{BUCKET}/{name}"


def _zip(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            relative = path.relative_to(folder)
            if path.is_file() and not LEFT_OUT.intersection(relative.parts):
                entry = zipfile.ZipInfo(relative.as_posix(), ZIP_TIME)
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
