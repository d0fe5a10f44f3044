"""Create, update and delete a stack, and roll back what fails.

docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
"""

from __future__ import annotations

from moto.cloudformation.exceptions import ValidationError

from localaws.cloudformation.plans import Plan
from localaws.cloudformation.records import Resource, Stack
from localaws.cloudformation.region import Region
from localaws.cloudformation.workings import StepFailedError, Working, failure

REVIEW = "REVIEW_IN_PROGRESS"


def review(region: Region, stack: Stack) -> None:
    """Begin a stack that a change set is to make, and which waits for it."""
    region.stacks[stack.id] = stack
    Working(region, stack).tell(REVIEW, "User Initiated")


def create(region: Region, stack: Stack, plan: Plan, on_failure: str = "ROLLBACK") -> None:
    """Make everything that a plan wants, in a stack that has nothing yet.

    Args:
        on_failure: ROLLBACK, DELETE or DO_NOTHING.
    """
    working = Working(region, stack)
    working.tell("CREATE_IN_PROGRESS", "User Initiated")
    if plan.transformed:
        working.tell("CREATE_IN_PROGRESS", "Transformation succeeded")
    _adopt(stack, plan)
    try:
        for logical_id in plan.wanted:
            working.create(plan, logical_id)
        working.settle_outputs(plan)
    except (StepFailedError, ValidationError) as error:
        _undo_creation(region, working, failure(error), on_failure)
    else:
        working.tell("CREATE_COMPLETE")


def _undo_creation(region: Region, working: Working, why: str, on_failure: str) -> None:
    stack = working.stack
    if on_failure == "DO_NOTHING":
        working.tell("CREATE_FAILED", why)
        return
    removing = on_failure == "DELETE"
    status = "DELETE" if removing else "ROLLBACK"
    end = "Delete" if removing else "Rollback"
    working.tell(f"{status}_IN_PROGRESS", f"{why.rstrip()} {end} requested by user.")
    failed = working.delete(stack.resources.values(), "")
    if failed:
        listed = ", ".join(failed)
        working.tell(
            f"{status}_FAILED", f"The following resource(s) failed to delete: [{listed}]. "
        )
        return
    stack.outputs = []
    working.tell(f"{status}_COMPLETE")
    if removing:
        stack.deleted = region.clock.now()
        region.forget(stack)


def _adopt(stack: Stack, plan: Plan) -> None:
    stack.template, stack.document, stack.given = plan.text, plan.document, plan.given


def update(region: Region, stack: Stack, plan: Plan, keep_failed: bool = False) -> None:
    """Bring a stack to what a plan wants, or back to where it was.

    Args:
        keep_failed: leave what has failed as it is, and what has been changed changed.
    """
    working = Working(region, stack)
    before = dict(stack.resources)
    old_outputs = (stack.outputs, stack.imports)
    stack.updated = region.clock.now()
    working.tell("UPDATE_IN_PROGRESS", "User Initiated")
    if plan.transformed:
        working.tell("UPDATE_IN_PROGRESS", "Transformation succeeded")
    replaced: list[Resource] = []
    try:
        for logical_id in plan.wanted:
            standing = stack.resources.get(logical_id)
            if standing is None or not standing.stands:
                working.create(plan, logical_id)
            else:
                old = working.change(plan, standing)
                if old is not None:
                    replaced.append(old)
        working.settle_outputs(plan)
    except (StepFailedError, ValidationError) as error:
        if keep_failed:
            working.tell("UPDATE_FAILED", failure(error))
        else:
            stack.outputs, stack.imports = old_outputs
            _undo_update(working, before, failure(error))
        return
    _adopt(stack, plan)
    _clean_up(working, plan, replaced)


def _clean_up(working: Working, plan: Plan, replaced: list[Resource]) -> None:
    """Only now, so that until here everything could still be set back."""
    resources = working.stack.resources
    removed = [one for name, one in resources.items() if name not in plan.wanted]
    working.tell("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
    working.delete(replaced, "UpdateReplacePolicy")
    working.delete(removed)
    for resource in removed:
        del resources[resource.logical_id]
    working.stack.resources = {name: resources[name] for name in plan.wanted}
    working.tell("UPDATE_COMPLETE")


def _undo_update(working: Working, before: dict[str, Resource], why: str) -> None:
    stack = working.stack
    working.tell("UPDATE_ROLLBACK_IN_PROGRESS", why)
    new = [one for name, one in stack.resources.items() if name not in before]
    failed = []
    for name, old in before.items():
        now = stack.resources[name]
        if now.physical_id != old.physical_id:
            new.append(now)
            stack.resources[name] = old
        elif now is not old and now.properties != old.properties:
            if not working.restore(old):
                failed.append(name)
        elif old.status == "UPDATE_FAILED":
            working.tell_restored(old)
    if failed:
        listed = ", ".join(failed)
        working.tell(
            "UPDATE_ROLLBACK_FAILED", f"The following resource(s) failed to update: [{listed}]. "
        )
        return
    working.tell("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
    working.delete(new, "")
    stack.resources = {name: stack.resources[name] for name in before}
    working.tell("UPDATE_ROLLBACK_COMPLETE")


def delete(region: Region, stack: Stack, retained: list[str]) -> None:
    """Delete a stack with its resources; where one cannot be deleted, the stack stays.

    Args:
        retained: logical ids of resources to leave alone.
    """
    working = Working(region, stack)
    in_use = region.in_use(stack, {one.export for one in stack.outputs if one.export})
    if in_use:
        name, users = in_use
        working.tell(
            stack.status,
            f"Export {name} cannot be deleted as it is in use by {' and '.join(users)}",
        )
        return
    working.tell("DELETE_IN_PROGRESS", "User Initiated")
    going = [one for name, one in stack.resources.items() if name not in retained]
    failed = working.delete(going)
    if failed:
        listed = ", ".join(failed)
        working.tell("DELETE_FAILED", f"The following resource(s) failed to delete: [{listed}]. ")
        return
    stack.deleted = region.clock.now()
    working.tell("DELETE_COMPLETE")
    region.forget(stack)
