"""Change sets: what an update would do, described before it is done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from moto.cloudformation.exceptions import AlreadyExistsException, CloudFormationError
from moto.cloudformation.utils import generate_changeset_id

from localaws.cloudformation import graphs, operations
from localaws.cloudformation.capabilities import check_capabilities
from localaws.cloudformation.intrinsics import Evaluation, attribute_of, contains_unknown
from localaws.cloudformation.plans import Plan
from localaws.cloudformation.records import Properties, Resource, Stack
from localaws.cloudformation.templates import TransformError

if TYPE_CHECKING:
    from localaws.cloudformation.region import Region

NO_CHANGES = (
    "The submitted information didn't contain changes. Submit different information to create a "
    "change set."
)
DELETION = {"Retain": "Retain", "Snapshot": "Snapshot"}


class ChangeSetNotFoundError(CloudFormationError):
    code = "ChangeSetNotFound"


class InvalidChangeSetStatusError(CloudFormationError):
    code = "InvalidChangeSetStatus"


@dataclass
class ChangeSet:
    """A change set; `plan` is None where its creation has failed."""

    id: str
    name: str
    stack: Stack
    type: str
    created: datetime
    template: str
    given: dict[str, str]
    tags: dict[str, str]
    description: str | None
    capabilities: list[str]
    notifies: list[str]
    role: str | None
    on_failure: str | None
    plan: Plan | None = None
    changes: list[dict[str, Any]] = field(default_factory=list)
    status: str = "CREATE_COMPLETE"
    execution: str = "AVAILABLE"
    reason: str | None = None


def create(region: Region, change_set: ChangeSet) -> None:
    """Work out what a change set would do; what is wrong with it is its status and reason.

    Raises:
        AlreadyExistsException: its stack has one of this name.
        InsufficientCapabilitiesError: its template makes what has not been agreed to.
        ValidationError: its template is refused before any transform.
    """
    stack = change_set.stack
    for other in region.change_sets.values():
        if other.stack is stack and other.name == change_set.name:
            raise AlreadyExistsException(f"ChangeSet [{change_set.id}] already exists")
    old_tags = stack.tags
    stack.tags = change_set.tags or old_tags
    try:
        plan = region.plan(change_set.template, change_set.given, stack)
        check_capabilities(plan, change_set.capabilities, directly=False)
        operations.refuse_changed_types(stack, plan)
        unchanged = stack.tags == old_tags and not operations.differs(stack, plan)
        change_set.changes = _changes(region, stack, plan)
        change_set.plan = plan
        if unchanged:
            _fail(change_set, operations.NO_UPDATES if plan.transformed else NO_CHANGES)
    except TransformError as error:
        _fail(change_set, str(error.message))
    finally:
        stack.tags = old_tags
    region.change_sets[change_set.id] = change_set


def new_id(region: Region, name: str) -> str:
    return str(generate_changeset_id(name, region.name, region.account))


def _fail(change_set: ChangeSet, why: str) -> None:
    change_set.status, change_set.execution, change_set.reason = "FAILED", "UNAVAILABLE", why


def find(region: Region, name: str, stack_name: str | None) -> ChangeSet:
    """
    Raises:
        ChangeSetNotFoundError: there is none.
    """
    if name in region.change_sets:
        return region.change_sets[name]
    for change_set in region.change_sets.values():
        stack = change_set.stack
        if change_set.name == name and stack_name in (stack.name, stack.id):
            return change_set
    raise ChangeSetNotFoundError(f"ChangeSet [{name}] does not exist")


def execute(region: Region, change_set: ChangeSet, keep_failed: bool) -> None:
    """Do what a change set says, and forget it and the other ones of its stack.

    Raises:
        InvalidChangeSetStatusError: it cannot be executed.
    """
    if change_set.execution != "AVAILABLE" or change_set.plan is None:
        raise InvalidChangeSetStatusError(
            f"ChangeSet [{change_set.id}] cannot be executed in its current status of "
            f"[{change_set.status}]"
        )
    stack, plan = change_set.stack, change_set.plan
    if change_set.type == "UPDATE":
        region.refuse_unless_updatable(stack)
    for arn, other in list(region.change_sets.items()):
        if other.stack is stack and other is not change_set:
            del region.change_sets[arn]
    stack.change_set = change_set.id
    stack.tags = change_set.tags or stack.tags
    stack.capabilities = change_set.capabilities
    stack.notifies = change_set.notifies or stack.notifies
    stack.role = change_set.role or stack.role
    stack.keeps_failed = keep_failed
    change_set.execution = "EXECUTE_IN_PROGRESS"
    on_failure = "DO_NOTHING" if keep_failed else change_set.on_failure or "ROLLBACK"
    if change_set.type == "CREATE":
        operations.create(region, stack, plan, on_failure)
    else:
        operations.update(region, stack, plan, on_failure == "DO_NOTHING")
    done = stack.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
    change_set.execution = "EXECUTE_COMPLETE" if done else "EXECUTE_FAILED"


# ---- what would change -----------------------------------------------------------------------


def _changes(region: Region, stack: Stack, plan: Plan) -> list[dict[str, Any]]:
    found = []
    replaced: set[str] = set()
    new = {name for name in plan.wanted if name not in stack.resources}
    for name in plan.wanted:
        if name in new:
            kind = plan.document["Resources"][name]["Type"]
            found.append(_change("Add", name, kind, None))
            continue
        evaluation = plan.evaluation(stack.resources, lambda one: one in new or one in replaced)
        change = _modification(region, stack.resources[name], plan, evaluation, replaced)
        if change is not None:
            if change["Replacement"] == "True":
                replaced.add(name)
            found.append(change)
    for name, resource in stack.resources.items():
        if name not in plan.wanted:
            change = _change("Remove", name, resource.type, resource)
            policy = str(resource.declaration.get("DeletionPolicy", "Delete"))
            found.append({**change, "PolicyAction": DELETION.get(policy, "Delete")})
    order = {"Add": 0, "Modify": 1, "Remove": 2}
    found.sort(key=lambda one: order[one["Action"]])
    return found


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
    region: Region, resource: Resource, plan: Plan, evaluation: Evaluation, replaced: set[str]
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
            region.catalog.replaced_by(
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
    if declared.get("Metadata") != resource.declaration.get("Metadata"):
        details.append(
            {
                "Target": {"Attribute": "Metadata", "RequiresRecreation": "Never"},
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
    for function, argument in graphs.functions(expression, ""):
        if function == "Fn::GetAtt" and attribute_of(argument)[0] in replaced:
            entity = ".".join(str(one) for one in attribute_of(argument))
            yield _because(target, "Dynamic", "ResourceAttribute", entity)


def _because(target: dict[str, Any], evaluation: str, source: str, entity: str) -> dict[str, Any]:
    return {
        "Target": target,
        "Evaluation": evaluation,
        "ChangeSource": source,
        "CausingEntity": entity,
    }
