"""One operation on a stack: resources made, changed and deleted, each step an event.

The order of events and their words: docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/
view-stack-events.html and stack-failure-options.html. What AWS does side by side is done here one
after the other, so that two runs are equal.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import NoReturn

from moto.cloudformation.utils import random_suffix
from moto.core.exceptions import ServiceException

from localaws import seeds
from localaws.cloudformation import graphs, reasons, schemas
from localaws.cloudformation.kinds.kind import Made
from localaws.cloudformation.plans import Plan
from localaws.cloudformation.records import Event, Properties, Resource, Stack
from localaws.cloudformation.region import Region

STACK = "AWS::CloudFormation::Stack"
MOMENT = timedelta(milliseconds=1)
RETAINING = ("Retain", "Snapshot", "RetainExceptOnCreate")
REPLACES = "Requested update requires the creation of a new physical resource; hence creating one."


class StepFailedError(Exception):
    """A resource has failed; its event has been written."""

    def __init__(self, logical_id: str, action: str) -> None:
        super().__init__(f"The following resource(s) failed to {action}: [{logical_id}]. ")


class Working:
    """An operation that goes on, on one stack."""

    def __init__(self, region: Region, stack: Stack) -> None:
        self._region = region
        self._catalog = region.catalog
        self.stack = stack
        # Later than the last event of the operation before, also where time stands still: who
        # follows a stack asks for what is later, as `sam deploy` does.
        self._begin = stack.events[-1].when + MOMENT if stack.events else region.clock.now()

    # ---- events ------------------------------------------------------------------------------

    def tell(self, status: str, reason: str | None = None) -> None:
        """The stack's own event, and its status."""
        self.stack.status, self.stack.reason = status, reason
        self._write(self.stack.name, self.stack.id, STACK, status, reason, None)

    def _tell_of(
        self, resource: Resource, status: str, reason: str | None = None, shown: bool = True
    ) -> None:
        resource.status, resource.reason = status, reason
        resource.changed = self._region.clock.now()
        properties = json.dumps(resource.properties, default=str) if shown else None
        self._write(
            resource.logical_id, resource.physical_id, resource.type, status, reason, properties
        )

    def _write(
        self,
        logical_id: str,
        physical_id: str,
        kind: str,
        status: str,
        reason: str | None,
        properties: str | None,
    ) -> None:
        number = str(seeds.uuid4())
        if kind != STACK:
            number = f"{logical_id}-{status}-{number}"
        now = max(self._begin, self._region.clock.now())
        event = Event(number, now, logical_id, physical_id, kind, status, reason, properties)
        self.stack.events.append(event)
        self._region.notify(self.stack, event)

    # ---- one resource ------------------------------------------------------------------------

    def create(self, plan: Plan, logical_id: str) -> Resource:
        """
        Raises:
            StepFailedError: it could not be made.
        """
        resource = self._declared(plan, logical_id, {})
        self.stack.resources[logical_id] = resource
        self._tell_of(resource, "CREATE_IN_PROGRESS")
        try:
            self._make(plan, resource, "CREATE")
        except Exception as error:
            why = reasons.reason(error, resource.type)
            self._tell_of(resource, "CREATE_FAILED", why)
            raise StepFailedError(logical_id, "create") from error
        return resource

    def change(self, plan: Plan, before: Resource) -> Resource | None:
        """Bring a resource to what the plan wants of it.

        Returns:
            The resource that it replaces, to be deleted once all is done; None where there is none.

        Raises:
            StepFailedError: it could not be changed; it stands in the stack as it was.
        """
        after = self._declared(plan, before.logical_id, {})
        try:
            after.properties = self._checked(plan, after)
        except Exception as error:  # noqa: BLE001  it is told
            self._tell_of(before, "UPDATE_IN_PROGRESS")
            self._fail_change(before, error)
        if after.properties == before.properties:
            before.declaration, before.needs = after.declaration, after.needs
            return None
        if self._catalog.replaced_by(before.type, before.properties, after.properties):
            return self._replace(plan, before, after)
        self._change_in_place(before, after)
        return None

    def _change_in_place(self, before: Resource, after: Resource) -> None:
        after.physical_id, after.attributes = before.physical_id, before.attributes
        self._tell_of(after, "UPDATE_IN_PROGRESS")
        self.stack.resources[after.logical_id] = after
        try:
            made = self._catalog.handler(after.type).update(
                Made(before.physical_id, before.attributes),
                before.properties,
                after.properties,
            )
        except Exception as error:  # noqa: BLE001  it is told
            self._fail_change(after, error)
        after.physical_id, after.attributes = made.physical_id, made.attributes
        self._tell_of(after, "UPDATE_COMPLETE")

    def _replace(self, plan: Plan, before: Resource, after: Resource) -> Resource:
        after.physical_id = before.physical_id
        self._tell_of(after, "UPDATE_IN_PROGRESS", REPLACES)
        self.stack.resources[after.logical_id] = after
        try:
            own = self._catalog.handler(after.type).name_property
            name = after.properties.get(own)
            if name is not None and name == before.properties.get(own):
                raise reasons.CustomNameError(str(name))
            self._make(plan, after, "UPDATE")
        except Exception as error:  # noqa: BLE001  it is told
            after.physical_id = before.physical_id
            self.stack.resources[after.logical_id] = before
            self._fail_change(before, error)
        return before

    def _fail_change(self, resource: Resource, error: Exception) -> NoReturn:
        why = reasons.reason(error, resource.type)
        self._tell_of(resource, "UPDATE_FAILED", why)
        raise StepFailedError(resource.logical_id, "update") from error

    def _make(self, plan: Plan, resource: Resource, verb: str) -> None:
        resource.properties = self._checked(plan, resource)
        handler = self._catalog.handler(resource.type)
        name = resource.properties.get(handler.name_property)
        if name is None:
            name = _made_up(self.stack.name, resource, handler.longest_name)
        made = handler.create(str(name), resource.properties)
        resource.physical_id, resource.attributes = made.physical_id, made.attributes
        self._tell_of(resource, f"{verb}_IN_PROGRESS", "Resource creation Initiated")
        self._tell_of(resource, f"{verb}_COMPLETE")

    def _checked(self, plan: Plan, resource: Resource) -> Properties:
        properties = plan.properties(plan.evaluation(self.stack.resources), resource.logical_id)
        schema = schemas.of(resource.type)
        problems = schema.problems(properties) if schema else []
        if problems:
            raise reasons.InvalidPropertiesError(resource.logical_id, problems)
        return properties

    def _declared(self, plan: Plan, logical_id: str, properties: Properties) -> Resource:
        declaration = plan.document["Resources"][logical_id]
        needs = graphs.needs(plan.document, logical_id)
        return Resource(logical_id, declaration["Type"], declaration, properties, needs)

    def delete(self, resources: Iterable[Resource], policy: str = "DeletionPolicy") -> list[str]:
        """Delete resources, each before what it needs.

        Args:
            policy: the attribute that says whether one is kept; empty where all go.

        Returns:
            Logical ids of those that could not be deleted.
        """
        failed = []
        for resource in _reversed(list(resources)):
            kept = bool(policy) and _keeps(resource, policy)
            if kept or not resource.stands:
                if kept and resource.stands:
                    self._tell_of(resource, "DELETE_SKIPPED", shown=False)
                continue
            self._tell_of(resource, "DELETE_IN_PROGRESS", shown=False)
            try:
                handler = self._catalog.handler(resource.type)
                handler.delete(resource.physical_id, resource.properties)
            except Exception as error:  # noqa: BLE001  it is told, and the others are deleted
                if not reasons.is_gone(error):
                    self._tell_of(resource, "DELETE_FAILED", reasons.reason(error, resource.type))
                    failed.append(resource.logical_id)
                    continue
            self._tell_of(resource, "DELETE_COMPLETE", shown=False)
        return failed

    def restore(self, before: Resource) -> bool:
        """Set a resource back to what it was; returns whether that was possible.

        One that has refused its change may refuse this one, too, and is as it was.
        """
        now = self.stack.resources[before.logical_id]
        refused = now.status == "UPDATE_FAILED"
        back = replace(before)
        self._tell_of(back, "UPDATE_IN_PROGRESS")
        self.stack.resources[before.logical_id] = back
        try:
            made = self._catalog.handler(before.type).update(
                Made(now.physical_id, now.attributes), now.properties, before.properties
            )
        except Exception as error:  # noqa: BLE001  it is told
            if not refused:
                self._tell_of(back, "UPDATE_FAILED", reasons.reason(error, before.type))
                return False
        else:
            back.physical_id, back.attributes = made.physical_id, made.attributes
        self._tell_of(back, "UPDATE_COMPLETE")
        return True

    def tell_restored(self, resource: Resource) -> None:
        """A resource that has refused its change is as it was."""
        self._tell_of(resource, "UPDATE_COMPLETE")

    # ---- outputs -----------------------------------------------------------------------------

    def settle_outputs(self, plan: Plan) -> None:
        """
        Raises:
            ValidationError: an output is no text, or an export is taken or in use.
        """
        outputs = plan.outputs(plan.evaluation(self.stack.resources))
        self._region.check_exports(self.stack, outputs)
        self.stack.outputs = outputs
        self.stack.imports = set(plan.imports)


def failure(error: Exception) -> str:
    """What a stack's event says of what made it fail."""
    return str(error.message if isinstance(error, ServiceException) else error)


def _keeps(resource: Resource, policy: str) -> bool:
    return str(resource.declaration.get(policy, "Delete")) in RETAINING


def _reversed(resources: list[Resource]) -> list[Resource]:
    """Each before those that it needs."""
    names = {one.logical_id for one in resources}
    left, found = list(resources), []
    while left:
        needed = {name for one in left for name in one.needs if name in names}
        free = [one for one in reversed(left) if one.logical_id not in needed] or left[-1:]
        found += free
        left = [one for one in left if not any(one is other for other in free)]
    return found


def _made_up(stack: str, resource: Resource, longest: int) -> str:
    """docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html"""
    suffix = random_suffix()
    prefix = f"{stack}-{resource.logical_id}"[: longest - len(suffix) - 1]
    name = f"{prefix.rstrip('-')}-{suffix}"
    return name.lower() if resource.type == "AWS::S3::Bucket" else name
