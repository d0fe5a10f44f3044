"""What a plan would change of a stack that stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.cloudformation.exceptions import ValidationError

from localaws.cloudformation import graphs
from localaws.cloudformation.intrinsics import Evaluation, contains_unknown
from localaws.cloudformation.kinds.catalog import Catalog
from localaws.cloudformation.plans import Plan
from localaws.cloudformation.records import Properties, Resource, Stack

# What of a resource makes an update of its own, besides its properties. A policy alone does not:
# docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/
# using-cfn-updating-stacks-update-behaviors.html
METADATA = "Metadata"
DELETION = {"Retain": "Retain", "RetainExceptOnCreate": "Retain", "Snapshot": "Snapshot"}


def differs(stack: Stack, plan: Plan) -> bool:
    """Whether a plan asks for anything that a stack has not got."""
    if set(plan.wanted) != set(stack.resources):
        return True
    evaluation = plan.evaluation(stack.resources)
    for logical_id in plan.wanted:
        resource = stack.resources[logical_id]
        declared = plan.document["Resources"][logical_id]
        if declared.get(METADATA) != resource.declaration.get(METADATA):
            return True
        if resource.status.endswith("FAILED"):
            return True
        try:
            if plan.properties(evaluation, logical_id) != resource.properties:
                return True
        except ValidationError:
            return True
    try:
        return plan.outputs(evaluation) != stack.outputs
    except ValidationError:
        return True


def refuse_changed_types(stack: Stack, plan: Plan) -> None:
    """
    Raises:
        ValidationError: a logical id stands for another type than before.
    """
    changed = [
        name
        for name in plan.wanted
        if name in stack.resources
        and stack.resources[name].type != plan.document["Resources"][name]["Type"]
    ]
    if changed:
        listed = ", ".join(changed)
        raise ValidationError(
            message="Update of resource type is not permitted. The new template modifies resource "
            f"type of the following resources: [{listed}]"
        )


# ---- one by one ------------------------------------------------------------------------------


def of(stack: Stack, plan: Plan, catalog: Catalog) -> list[dict[str, Any]]:
    """The changes, as DescribeChangeSet lists them.

    docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html
    """
    found = []
    replaced: set[str] = set()
    new = {name for name in plan.wanted if name not in stack.resources}
    for name in plan.wanted:
        if name in new:
            kind = plan.document["Resources"][name]["Type"]
            found.append(_change("Add", name, kind, None))
            continue
        evaluation = plan.evaluation(stack.resources, lambda one: one in new or one in replaced)
        change = _modification(catalog, stack.resources[name], plan, evaluation, replaced)
        if change is not None:
            if change["Replacement"] == "True":
                replaced.add(name)
            found.append(change)
    for name, resource in stack.resources.items():
        if name not in plan.wanted:
            change = _change("Remove", name, resource.type, resource)
            found.append({**change, "PolicyAction": _kept(resource, "DeletionPolicy")})
    order = {"Add": 0, "Modify": 1, "Remove": 2}
    found.sort(key=lambda one: order[one["Action"]])
    return found


def _kept(resource: Resource, policy: str) -> str:
    """What becomes of a resource that goes, by one of its two policies."""
    return DELETION.get(str(resource.declaration.get(policy, "Delete")), "Delete")


def _change(action: str, name: str, kind: str, resource: Resource | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "Action": action,
        "LogicalResourceId": name,
        "ResourceType": kind,
        "Scope": [],
        "Details": [],
    }
    return {**found, "PhysicalResourceId": resource.physical_id} if resource else found


def _modification(
    catalog: Catalog, resource: Resource, plan: Plan, evaluation: Evaluation, replaced: set[str]
) -> dict[str, Any] | None:
    name = resource.logical_id
    declared = plan.document["Resources"][name]
    after = plan.properties(evaluation, name)
    details: list[dict[str, Any]] = []
    recreations = []
    for key in dict.fromkeys([*resource.properties, *after]):
        old, new = resource.properties.get(key), after.get(key)
        if old == new:
            continue
        static = not contains_unknown(new)
        rest = {one: value for one, value in resource.properties.items() if one != key}
        forces = bool(
            catalog.replaced_by(
                resource.type,
                resource.properties,
                {**rest, key: new} if key in after else rest,
            )
        )
        recreation = ("Always" if static else "Conditionally") if forces else "Never"
        recreations.append(recreation)
        target = {
            "Attribute": "Tags" if key == "Tags" else "Properties",
            "Name": key,
            "RequiresRecreation": recreation,
        }
        details += _details(target, resource, declared, key, static, plan, replaced)
    if declared.get(METADATA) != resource.declaration.get(METADATA):
        details.append(
            {
                "Target": {"Attribute": METADATA, "RequiresRecreation": "Never"},
                "Evaluation": "Static",
                "ChangeSource": "DirectModification",
            }
        )
    if not details:
        return None
    replacement = "True" if "Always" in recreations else "False"
    if replacement == "False" and "Conditionally" in recreations:
        replacement = "Conditional"
    change = _change("Modify", name, resource.type, resource)
    if replacement != "False":
        change["PolicyAction"] = f"ReplaceAnd{_kept(resource, 'UpdateReplacePolicy')}"
    scope = list(dict.fromkeys(one["Target"]["Attribute"] for one in details))
    return {**change, "Replacement": replacement, "Scope": scope, "Details": details}


def _details(
    target: dict[str, Any],
    resource: Resource,
    declared: Properties,
    key: str,
    static: bool,
    plan: Plan,
    replaced: set[str],
) -> Iterator[dict[str, Any]]:
    """Why a property changes: the template has, or something that it refers to."""
    expression = declared.get("Properties", {}).get(key)
    if expression != resource.declaration.get("Properties", {}).get(key):
        yield {
            "Target": target,
            "Evaluation": "Static" if static else "Dynamic",
            "ChangeSource": "DirectModification",
        }
        return
    for name in dict.fromkeys(graphs.references(expression)):
        if name in plan.parameters:
            yield _because(target, "Static", "ParameterReference", name)
        elif name in replaced:
            yield _because(target, "Dynamic", "ResourceReference", name)
    for entity in dict.fromkeys(graphs.attributes(expression)):
        if entity.partition(".")[0] in replaced:
            yield _because(target, "Dynamic", "ResourceAttribute", entity)


def _because(target: dict[str, Any], evaluation: str, source: str, entity: str) -> dict[str, Any]:
    return {
        "Target": target,
        "Evaluation": evaluation,
        "ChangeSource": source,
        "CausingEntity": entity,
    }
