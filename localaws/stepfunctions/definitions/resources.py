"""What a Task state calls: whether its Resource can be one.

docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html (the table of services and
integration patterns) and .../supported-services-awssdk.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from localaws.stepfunctions import taskerrors
from localaws.stepfunctions.definitions.diagnostics import Diagnostic, fault
from localaws.stepfunctions.sdkshapes import operation

_ARN = re.compile(r"arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:\d*:.+")
_INTEGRATION = re.compile(r"arn:[a-z-]+:states:[a-z0-9-]*:\d*:([a-z0-9-]+):([^.]+)(\.(.+))?")
_ACTIVITY = re.compile(r"arn:[a-z-]+:states:[a-z0-9-]+:\d+:activity:[^:]+")
CALLBACK = "waitForTaskToken"

# Of an optimized service: its actions, and for each the patterns beside request and response.
# None: its actions are not looked at, only its patterns.
_SERVICES: dict[str, tuple[tuple[str, ...] | None, tuple[str, ...]]] = {
    "lambda": (("invoke",), (CALLBACK,)),
    "dynamodb": (("getItem", "putItem", "updateItem", "deleteItem"), ()),
    "sqs": (("sendMessage",), (CALLBACK,)),
    "sns": (("publish",), (CALLBACK,)),
    "events": (("putEvents",), (CALLBACK,)),
    "states": (("startExecution",), ("sync", "sync:2", CALLBACK)),
    "apigateway": (("invoke",), (CALLBACK,)),
    "http": (("invoke",), ()),
    "ecs": (("runTask",), ("sync", CALLBACK)),
    "bedrock": (None, ("sync", CALLBACK)),
    "eks": (None, ("sync", CALLBACK)),
    **dict.fromkeys(
        (
            *("athena", "batch", "codebuild", "databrew", "elasticmapreduce", "emr-containers"),
            *("emr-serverless", "glue", "mediaconvert", "sagemaker"),
        ),
        (None, ("sync",)),
    ),
}


def check(resource: Any, machine_type: str, place: str) -> Iterator[Diagnostic]:
    at = f"{place}/Resource"
    if not isinstance(resource, str) or not _ARN.fullmatch(resource):
        yield fault("Value is not a valid resource ARN", at)
        return
    if machine_type == "EXPRESS":
        yield from _check_express(resource, at)
    parts = _INTEGRATION.fullmatch(resource)
    called = parts is not None and _known(parts[1], parts[2], parts[4])
    if ":states:" in resource and not called and not _ACTIVITY.fullmatch(resource):
        message = (
            f"The resource provided {resource} is not recognized. The value is not a valid "
            "resource ARN, or the resource is not available in this region."
        )
        yield fault(message, at)


def _check_express(resource: str, at: str) -> Iterator[Diagnostic]:
    """docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html"""
    refused = "Express state machine does not support"
    if _ACTIVITY.fullmatch(resource):
        yield fault(f"{refused} Activity ARN", at)
    elif resource.endswith(f".{CALLBACK}"):
        yield fault(f"{refused} '.{CALLBACK}' service integration ", at)  # AWS's own blank
    elif resource.endswith((".sync", ".sync:2")):
        yield fault(f"{refused} '.sync' service integration", at)


def _known(service: str, action: str, pattern: str | None) -> bool:
    if service == "aws-sdk":
        return pattern in (None, CALLBACK) and _sdk_has(*action.partition(":")[::2])
    if service not in _SERVICES:
        return False
    actions, patterns = _SERVICES[service]
    return (actions is None or action in actions) and (pattern is None or pattern in patterns)


def _sdk_has(service: str, action: str) -> bool:
    """Whether the AWS SDK has this action. Services are called as the SDK for Java calls them."""
    return action[:1].islower() and bool(operation(taskerrors.boto_name(service), action))
