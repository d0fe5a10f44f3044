"""The actions of CloudFormation's API, in the place of moto's.

docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, EmptyResult

from localaws.cloudformation import answers, checks, commands, forms, operations, reasons, templates
from localaws.cloudformation.capabilities import needed_capabilities
from localaws.cloudformation.changesets import ChangeSet
from localaws.cloudformation.operations import REVIEW
from localaws.cloudformation.region import Region
from localaws.cloudformation.request import Request

UNKNOWN_TO_EVENTS = "Stack [{}] does not exist"


class Actions(Request):
    """One request, read and answered; each public method is an action of the API."""

    # ---- stacks ------------------------------------------------------------------------------

    def create_stack(self) -> ActionResult:
        given, flag = self.given, self.flag
        if given("OnFailure") and given("DisableRollback") is not None:
            raise ValidationError(
                message="You can specify either DisableRollback or OnFailure, but not both."
            )
        stack = self.region.new_stack(given("StackName"))
        self.settings(stack)
        stack.protected = flag("EnableTerminationProtection")
        stack.minutes = given("TimeoutInMinutes")
        stack.policy = given("StackPolicyBody")
        stack.keeps_failed = flag("DisableRollback") or given("OnFailure") == "DO_NOTHING"
        on_failure = "DO_NOTHING" if stack.keeps_failed else given("OnFailure", "ROLLBACK")
        commands.create(self.region, stack, self.template(), self.parameters({}), on_failure)
        return ActionResult({"StackId": stack.id})

    def update_stack(self) -> ActionResult:
        stack = self.live(UNKNOWN_TO_EVENTS)
        text = stack.template if self.flag("UsePreviousTemplate") else self.template()
        commands.update(
            self.region,
            stack,
            text,
            self.parameters(stack.given),
            self.tags(),
            self.given("Capabilities", []),
            self.flag("DisableRollback"),
        )
        return ActionResult({"StackId": stack.id})

    def delete_stack(self) -> ActionResult:
        commands.delete(self.region, self.given("StackName"), self.given("RetainResources", []))
        return EmptyResult()

    def update_termination_protection(self) -> ActionResult:
        stack = self.live()
        stack.protected = self.flag("EnableTerminationProtection")
        return ActionResult({"StackId": stack.id})

    def get_stack_policy(self) -> ActionResult:
        return ActionResult({"StackPolicyBody": self.stack().policy})

    def set_stack_policy(self) -> ActionResult:
        self.live().policy = self.given("StackPolicyBody")
        return EmptyResult()

    def describe_stacks(self) -> ActionResult:
        if self.given("StackName"):
            return ActionResult({"Stacks": [answers.stack(self.stack())]})
        stacks = list(reversed(self.region.stacks.values()))
        found, token = self.page(stacks)
        return ActionResult({"Stacks": [answers.stack(one) for one in found], "NextToken": token})

    def list_stacks(self) -> ActionResult:
        wanted = self.given("StackStatusFilter", [])
        every = [*self.region.stacks.values(), *self.region.deleted.values()]
        every.sort(key=lambda stack: stack.created, reverse=True)
        found, token = self.page([one for one in every if not wanted or one.status in wanted])
        summaries = [answers.stack_summary(stack) for stack in found]
        return ActionResult({"StackSummaries": summaries, "NextToken": token})

    def describe_stack_events(self) -> ActionResult:
        stack = self.stack(UNKNOWN_TO_EVENTS)
        found, token = self.page(stack.events[::-1])
        return ActionResult(
            {"StackEvents": [answers.event(stack, one) for one in found], "NextToken": token}
        )

    def describe_stack_resource(self) -> ActionResult:
        stack, name = self.stack(UNKNOWN_TO_EVENTS), self.given("LogicalResourceId")
        if name not in stack.resources:
            raise ValidationError(message=f"Resource {name} does not exist for stack {stack.name}")
        return ActionResult({"StackResourceDetail": answers.detail(stack, stack.resources[name])})

    def describe_stack_resources(self) -> ActionResult:
        stack = self.holding(self.given("PhysicalResourceId"))
        wanted = self.given("LogicalResourceId")
        found = [
            answers.resource(stack, one)
            for name, one in sorted(stack.resources.items())
            if wanted in (None, name) and one.status
        ]
        return ActionResult({"StackResources": found})

    def list_stack_resources(self) -> ActionResult:
        stack = self.stack()
        found, token = self.page([one for _, one in sorted(stack.resources.items()) if one.status])
        summaries = [answers.resource_summary(one) for one in found]
        return ActionResult({"StackResourceSummaries": summaries, "NextToken": token})

    def list_exports(self) -> ActionResult:
        found, token = self.page(list(self.region.exports.values()))
        exports = [
            {"ExportingStackId": one.stack.id, "Name": one.name, "Value": one.value}
            for one in found
        ]
        return ActionResult({"Exports": exports, "NextToken": token})

    def list_imports(self) -> ActionResult:
        name = self.given("ExportName")
        users = self.region.users(name)
        if not users:
            raise ValidationError(message=f"Export '{name}' is not imported by any stack.")
        return ActionResult({"Imports": users})

    # ---- templates ---------------------------------------------------------------------------

    def get_template(self) -> ActionResult:
        stack = self.stack()
        name = self.given("ChangeSetName")
        change_set = self.region.change_set(name, stack.id) if name else None
        text = change_set.template if change_set else stack.template
        plan = change_set.plan if change_set else None
        document = plan.document if plan else stack.document
        processed = self.given("TemplateStage", "Original") == "Processed"
        body = answers.as_text(document) if processed else text
        return ActionResult({"TemplateBody": body, "StagesAvailable": ["Original", "Processed"]})

    def get_template_summary(self) -> ActionResult:
        name = self.given("StackName")
        if name:
            stack = self.stack()
            if stack.status == REVIEW:
                raise ValidationError(
                    message="GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks."
                )
        document = self._checked(stack.template if name else self.template())
        kinds = sorted({one["Type"] for one in document["Resources"].values()})
        return ActionResult(
            {
                **self._described(document),
                "ResourceTypes": kinds,
                "Version": document.get("AWSTemplateFormatVersion"),
                "Metadata": answers.as_text(document["Metadata"])
                if "Metadata" in document
                else None,
                "Parameters": answers.declarations(document, with_types=True),
            }
        )

    def validate_template(self) -> ActionResult:
        document = self._checked(self.template())
        declared = answers.declarations(document, with_types=False)
        return ActionResult({**self._described(document), "Parameters": declared})

    def _checked(self, text: str) -> dict[str, Any]:
        """A template without its transforms: neither action runs them."""
        document = templates.parse(text)
        forms.check_form(document)
        if not templates.transforms(document):
            checks.check_references(document, lambda kind, name: True)
        return document

    def _described(self, document: dict[str, Any]) -> dict[str, Any]:
        capabilities, kinds = needed_capabilities(document)
        declared = templates.transforms(document)
        reason = None
        if declared:
            capabilities = [*capabilities, "CAPABILITY_AUTO_EXPAND"]
            reason = f"The following transform(s) require capabilities: [{', '.join(declared)}]"
        if kinds:
            reason = f"The following resource(s) require capabilities: [{', '.join(kinds)}]"
        return {
            "Description": document.get("Description"),
            "Capabilities": capabilities,
            "CapabilitiesReason": reason,
            "DeclaredTransforms": declared,
        }

    # ---- change sets -------------------------------------------------------------------------

    def create_change_set(self) -> ActionResult:
        given, region = self.given, self.region
        kind, name = given("ChangeSetType", "UPDATE"), given("ChangeSetName")
        stack = region.find(given("StackName"))
        if kind == "CREATE":
            if stack is not None and stack.status != REVIEW and stack.id not in region.deleted:
                raise ValidationError(
                    message=f"Stack [{stack.name}] already exists and cannot be created again with "
                    f"the changeSet [{name}]."
                )
            if stack is None:
                stack = region.new_stack(given("StackName"))
        else:
            stack = self.live(UNKNOWN_TO_EVENTS)
            commands.refuse_unless_updatable(stack)
        text = stack.template if self.flag("UsePreviousTemplate") else self.template()
        change_set = ChangeSet(
            id=region.new_change_set_id(name),
            name=name,
            stack=stack,
            type=kind,
            created=region.clock.now(),
            template=text,
            given=self.parameters(stack.given),
            tags=self.tags() or {},
            description=given("Description"),
            capabilities=given("Capabilities", []),
            notifies=given("NotificationARNs", []),
            role=given("RoleARN"),
            on_failure=given("OnStackFailure"),
        )
        commands.create_change_set(region, change_set)
        if stack.id not in region.stacks:
            operations.review(region, stack)
        return ActionResult({"Id": change_set.id, "StackId": stack.id})

    def describe_change_set(self) -> ActionResult:
        change_set = self.change_set()
        found, token = self.page(change_set.changes)
        return ActionResult({**answers.change_set(change_set, found), "NextToken": token})

    def list_change_sets(self) -> ActionResult:
        stack = self.live(UNKNOWN_TO_EVENTS)
        own = [one for one in self.region.change_sets.values() if one.stack is stack]
        found, token = self.page(own)
        summaries = [answers.change_set_summary(one) for one in found]
        return ActionResult({"Summaries": summaries, "NextToken": token})

    def execute_change_set(self) -> ActionResult:
        keep_failed = self.flag("DisableRollback")
        commands.execute_change_set(self.region, self.change_set(), keep_failed)
        return EmptyResult()

    def delete_change_set(self) -> ActionResult:
        change_set = self.change_set()
        del self.region.change_sets[change_set.id]
        return EmptyResult()


def names() -> list[str]:
    """The actions, as moto calls its methods for them."""
    return [
        name for name, one in vars(Actions).items() if callable(one) and not name.startswith("_")
    ]


def respond(name: str, region_of: Callable[[str], Region]) -> Callable[..., ActionResult]:
    """A method of moto's response that leads to an action of ours."""

    def action(self: CloudFormationResponse) -> ActionResult:
        try:
            answer: ActionResult = getattr(Actions(self, region_of(self.region)), name)()
        except ServiceException as error:
            error.message = reasons.printable(str(error.message))
            raise
        return answer

    action.__name__ = name
    return action
