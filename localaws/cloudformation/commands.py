"""What the API asks for of stacks and change sets: refused, or done.

docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/ (CreateStack, UpdateStack, DeleteStack,
CreateChangeSet, ExecuteChangeSet)
"""

from __future__ import annotations

from moto.cloudformation.exceptions import (
    AlreadyExistsException,
    CloudFormationError,
    ValidationError,
)

from localaws.cloudformation import changes, operations
from localaws.cloudformation.capabilities import check_capabilities
from localaws.cloudformation.changesets import ChangeSet
from localaws.cloudformation.records import Stack
from localaws.cloudformation.region import Region
from localaws.cloudformation.templates import TransformError

NO_UPDATES = "No updates are to be performed."
NO_CHANGES = (
    "The submitted information didn't contain changes. Submit different information to create a "
    "change set."
)
# What an update may begin from: docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/
# view-stack-events.html, "Stack status codes".
UPDATABLE = (
    *("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE"),
    *("UPDATE_FAILED", "CREATE_FAILED"),
)


class InvalidChangeSetStatusError(CloudFormationError):
    code = "InvalidChangeSetStatus"


# ---- stacks ----------------------------------------------------------------------------------


def create(region: Region, stack: Stack, text: str, given: dict[str, str], on_failure: str) -> None:
    """
    Raises:
        AlreadyExistsException: a stack of this name stands.
        ValidationError: the template or a parameter is refused; nothing is there of the stack.
        InsufficientCapabilitiesError: the template makes what has not been agreed to.
    """
    if region.find(stack.name) is not None:
        raise AlreadyExistsException(f"Stack [{stack.name}] already exists")
    plan = region.plan(text, given, stack)
    check_capabilities(plan, stack.capabilities, directly=True)
    region.stacks[stack.id] = stack
    operations.create(region, stack, plan, on_failure)


def update(
    region: Region,
    stack: Stack,
    text: str,
    given: dict[str, str],
    tags: dict[str, str] | None,
    capabilities: list[str],
    keep_failed: bool,
) -> None:
    """
    Raises:
        ValidationError: the template or a parameter is refused, nothing would change, or the
            stack is in no state to be updated.
        InsufficientCapabilitiesError: the template makes what has not been agreed to.
    """
    refuse_unless_updatable(stack)
    old_tags = stack.tags
    stack.tags = old_tags if tags is None else tags
    try:
        plan = region.plan(text, given, stack)
        check_capabilities(plan, capabilities, directly=True)
        changes.refuse_changed_types(stack, plan)
        if stack.tags == old_tags and not changes.differs(stack, plan):
            raise ValidationError(message=NO_UPDATES)
    except Exception:
        stack.tags = old_tags
        raise
    stack.capabilities = capabilities
    operations.update(region, stack, plan, keep_failed)


def delete(region: Region, name_or_id: str, retained: list[str]) -> None:
    """That there is no such stack is no error.

    Raises:
        ValidationError: the stack is protected.
    """
    stack = region.find(name_or_id)
    if stack is None or stack.id in region.deleted:
        return
    if stack.protected:
        raise ValidationError(
            message=f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
        )
    if retained and stack.status != "DELETE_FAILED":
        raise ValidationError(
            message=f"Invalid operation on stack [{stack.id}]. RetainResources parameter can "
            "only be used for stacks in DELETE_FAILED state"
        )
    operations.delete(region, stack, retained)


def refuse_unless_updatable(stack: Stack) -> None:
    if stack.status not in UPDATABLE:
        raise ValidationError(
            message=f"Stack:{stack.id} is in {stack.status} state and can not be updated."
        )


# ---- change sets -----------------------------------------------------------------------------


def create_change_set(region: Region, change_set: ChangeSet) -> None:
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
        changes.refuse_changed_types(stack, plan)
        unchanged = stack.tags == old_tags and not changes.differs(stack, plan)
        change_set.changes = changes.of(stack, plan, region.catalog)
        change_set.plan = plan
        if unchanged:
            _fail(change_set, NO_UPDATES if plan.transformed else NO_CHANGES)
    except TransformError as error:
        _fail(change_set, str(error.message))
    finally:
        stack.tags = old_tags
    region.change_sets[change_set.id] = change_set


def _fail(change_set: ChangeSet, why: str) -> None:
    change_set.status, change_set.execution, change_set.reason = "FAILED", "UNAVAILABLE", why


def execute_change_set(region: Region, change_set: ChangeSet, keep_failed: bool) -> None:
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
        refuse_unless_updatable(stack)
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
