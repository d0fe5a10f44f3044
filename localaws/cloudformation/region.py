"""The stacks and change sets of one region, and what they export to one another."""

from __future__ import annotations

from dataclasses import dataclass

from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.utils import generate_changeset_id, generate_stack_id

from localaws.cloudformation.changesets import ChangeSet, ChangeSetNotFoundError
from localaws.cloudformation.kinds.catalog import Catalog
from localaws.cloudformation.kinds.kind import Api
from localaws.cloudformation.plans import Plan
from localaws.cloudformation.records import Event, Output, Stack
from localaws.timing.timekeeping import Clock


@dataclass
class Export:
    """A value that a stack exports."""

    stack: Stack
    name: str
    value: str


class Region:
    """CloudFormation in one region of one account."""

    def __init__(self, clock: Clock, account: str, region: str) -> None:
        self.clock = clock
        self.account = account
        self.name = region
        self.catalog = Catalog(Api(account, region))
        self.stacks: dict[str, Stack] = {}
        self.deleted: dict[str, Stack] = {}
        self.change_sets: dict[str, ChangeSet] = {}

    # ---- stacks ------------------------------------------------------------------------------

    def find(self, name_or_id: str) -> Stack | None:
        """A stack by its name, or by its id even where it has been deleted."""
        for stack in self.stacks.values():
            if name_or_id in (stack.name, stack.id):
                return stack
        return self.deleted.get(name_or_id)

    def stack(self, name_or_id: str, message: str = "Stack with id {} does not exist") -> Stack:
        """
        Raises:
            ValidationError: there is none.
        """
        found = self.find(name_or_id)
        if found is None:
            raise ValidationError(message=message.format(name_or_id))
        return found

    def new_stack(self, name: str) -> Stack:
        stack_id = generate_stack_id(name, self.name, self.account)
        return Stack(id=stack_id, name=name, created=self.clock.now())

    def plan(self, text: str, given: dict[str, str], stack: Stack) -> Plan:
        """
        Raises:
            ValidationError: the template or a parameter is refused.
        """
        return Plan(text, given, stack, self.catalog, self.exports)

    def forget(self, stack: Stack) -> None:
        """A stack is gone: from here on it is found by its id alone."""
        self.deleted[stack.id] = self.stacks.pop(stack.id)
        for arn, one in list(self.change_sets.items()):
            if one.stack is stack:
                del self.change_sets[arn]

    # ---- change sets -------------------------------------------------------------------------

    def change_set(self, name_or_id: str, stack_name: str | None) -> ChangeSet:
        """
        Args:
            stack_name: its stack's name or id, which a change set's name alone needs.

        Raises:
            ChangeSetNotFoundError: there is none.
        """
        if name_or_id in self.change_sets:
            return self.change_sets[name_or_id]
        for change_set in self.change_sets.values():
            stack = change_set.stack
            if change_set.name == name_or_id and stack_name in (stack.name, stack.id):
                return change_set
        raise ChangeSetNotFoundError(f"ChangeSet [{name_or_id}] does not exist")

    def new_change_set_id(self, name: str) -> str:
        return str(generate_changeset_id(name, self.name, self.account))

    # ---- exports -----------------------------------------------------------------------------

    @property
    def exports(self) -> dict[str, Export]:
        return {
            output.export: Export(stack, output.export, output.value)
            for stack in self.stacks.values()
            for output in stack.outputs
            if output.export
        }

    def users(self, name: str) -> list[str]:
        """Names of the stacks that import an export."""
        return [stack.name for stack in self.stacks.values() if name in stack.imports]

    def in_use(self, stack: Stack, names: set[str]) -> tuple[str, list[str]] | None:
        """The first of a stack's exports that another stack imports, with those that do."""
        for name in sorted(names):
            users = [one for one in self.users(name) if one != stack.name]
            if users:
                return name, users
        return None

    def check_exports(self, stack: Stack, outputs: list[Output]) -> None:
        """
        Raises:
            ValidationError: an export's name is taken, or one that is in use would change.
        """
        known, old = self.exports, {one.export: one.value for one in stack.outputs if one.export}
        new = {one.export: one.value for one in outputs if one.export}
        for name in new:
            if name in known and known[name].stack is not stack:
                raise ValidationError(
                    message=f"Export with name {name} is already exported by stack "
                    f"{known[name].stack.name}. Rollback requested by user."
                )
        for name, value in old.items():
            if new.get(name) == value:
                continue
            used = self.in_use(stack, {name})
            if used:
                what = "updated" if name in new else "deleted"
                raise ValidationError(
                    message=f"Export {name} cannot be {what} as it is in use by "
                    f"{' and '.join(used[1])}"
                )

    # ---- notices -----------------------------------------------------------------------------

    def notify(self, stack: Stack, event: Event) -> None:
        """Tell the topics that want to know of a stack's events."""
        if not stack.notifies:
            return
        lines = {
            "StackId": stack.id,
            "Timestamp": f"{event.when:%Y-%m-%dT%H:%M:%S}.{event.when.microsecond // 1000:03d}Z",
            "EventId": event.number,
            "LogicalResourceId": event.logical_id,
            "Namespace": self.account,
            "ResourceProperties": event.properties or "null",
            "ResourceStatus": event.status,
            "ResourceStatusReason": event.reason or "",
            "ResourceType": event.type,
            "StackName": stack.name,
            "ClientRequestToken": "null",
        }
        message = "".join(f"{key}='{value}'\n" for key, value in lines.items())
        for topic in stack.notifies:
            self.catalog.api("sns").publish(
                TopicArn=topic, Subject="AWS CloudFormation Notification", Message=message
            )
