"""What CloudFormation's API answers, in the shapes of its documentation."""

from __future__ import annotations

import json
from typing import Any

from localaws.cloudformation import parameters
from localaws.cloudformation.changesets import ChangeSet
from localaws.cloudformation.records import Event, Resource, Stack

NOT_CHECKED = {"StackDriftStatus": "NOT_CHECKED"}


def stack(stack: Stack) -> dict[str, Any]:
    return {
        **stack_summary(stack),
        "ChangeSetId": stack.change_set,
        "Description": stack.document.get("Description"),
        "Parameters": parameters.shown(stack.document, stack.given, {}),
        "RollbackConfiguration": {"RollbackTriggers": []},
        "DisableRollback": stack.keeps_failed,
        "NotificationARNs": stack.notifies,
        "TimeoutInMinutes": stack.minutes,
        "Capabilities": stack.capabilities,
        "Outputs": [
            {
                "OutputKey": one.key,
                "OutputValue": one.value,
                "Description": one.description,
                "ExportName": one.export,
            }
            for one in stack.outputs
        ],
        "RoleARN": stack.role,
        "Tags": tags(stack.tags),
        "EnableTerminationProtection": stack.protected,
    }


def stack_summary(stack: Stack) -> dict[str, Any]:
    return {
        "StackId": stack.id,
        "StackName": stack.name,
        "TemplateDescription": stack.document.get("Description"),
        "CreationTime": stack.created,
        "LastUpdatedTime": stack.updated,
        "DeletionTime": stack.deleted,
        "StackStatus": stack.status,
        "StackStatusReason": stack.reason,
        "DriftInformation": NOT_CHECKED,
    }


def event(stack: Stack, event: Event) -> dict[str, Any]:
    return {
        "StackId": stack.id,
        "EventId": event.number,
        "StackName": stack.name,
        "LogicalResourceId": event.logical_id,
        "PhysicalResourceId": event.physical_id,
        "ResourceType": event.type,
        "Timestamp": event.when,
        "ResourceStatus": event.status,
        "ResourceStatusReason": event.reason,
        "ResourceProperties": event.properties,
    }


def resource_summary(resource: Resource) -> dict[str, Any]:
    return {
        "LogicalResourceId": resource.logical_id,
        "PhysicalResourceId": resource.physical_id or None,
        "ResourceType": resource.type,
        "LastUpdatedTimestamp": resource.changed,
        "ResourceStatus": resource.status,
        "ResourceStatusReason": resource.reason,
        "DriftInformation": {"StackResourceDriftStatus": "NOT_CHECKED"},
    }


def resource(stack: Stack, resource: Resource) -> dict[str, Any]:
    return {
        **resource_summary(resource),
        "StackName": stack.name,
        "StackId": stack.id,
        "Timestamp": resource.changed,
    }


def detail(stack: Stack, resource: Resource) -> dict[str, Any]:
    metadata = resource.declaration.get("Metadata")
    return {
        **resource_summary(resource),
        "StackName": stack.name,
        "StackId": stack.id,
        "Metadata": as_text(metadata) if metadata else None,
    }


def change_set(one: ChangeSet, changes: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        **change_set_summary(one),
        "Parameters": parameters.shown(one.plan.document, one.given, one.plan.parameters)
        if one.plan
        else [],
        "NotificationARNs": one.notifies,
        "RollbackConfiguration": {},
        "Capabilities": one.capabilities,
        "Tags": tags(one.tags),
        "OnStackFailure": one.on_failure,
        "Changes": [{"Type": "Resource", "ResourceChange": change} for change in changes],
    }


def change_set_summary(one: ChangeSet) -> dict[str, Any]:
    return {
        "ChangeSetId": one.id,
        "ChangeSetName": one.name,
        "StackId": one.stack.id,
        "StackName": one.stack.name,
        "Description": one.description,
        "CreationTime": one.created,
        "ExecutionStatus": one.execution,
        "Status": one.status,
        "StatusReason": one.reason,
        "IncludeNestedStacks": False,
    }


CONSTRAINTS = (
    *("AllowedValues", "AllowedPattern", "ConstraintDescription"),
    *("MinLength", "MaxLength", "MinValue", "MaxValue"),
)


def declarations(document: dict[str, Any], with_types: bool) -> list[dict[str, Any]]:
    """Parameters as a template declares them."""
    found = []
    for name, declared in (document.get("Parameters") or {}).items():
        default = declared.get("Default")
        one: dict[str, Any] = {
            "ParameterKey": name,
            "DefaultValue": None if default is None else parameters.text(default),
            "NoEcho": str(declared.get("NoEcho", False)).lower() == "true",
            "Description": declared.get("Description"),
        }
        if with_types:
            constraints = {key: declared[key] for key in CONSTRAINTS if key in declared}
            if "AllowedValues" in constraints:
                listed = constraints["AllowedValues"]
                constraints["AllowedValues"] = [parameters.text(value) for value in listed]
            one |= {"ParameterType": declared["Type"], "ParameterConstraints": constraints}
        found.append(one)
    return found


def tags(given: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in given.items()]


def as_text(document: Any) -> str:
    return json.dumps(document, indent=2)
