"""The actions of CloudFormation's API, in the place of moto's.

docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, EmptyResult

from localaws.cloudformation import answers, changesets, checks, reasons, templates
from localaws.cloudformation.capabilities import needed_capabilities
from localaws.cloudformation.changesets import ChangeSet
from localaws.cloudformation.records import Stack
from localaws.cloudformation.region import REVIEW, Region

Item = TypeVar("Item")
PAGE = 100
UNKNOWN_TO_EVENTS = "Stack [{}] does not exist"
ON_FAILURE = ("DO_NOTHING", "ROLLBACK", "DELETE")


class Actions:
    """One request, read and answered; each public method is an action of the API."""

    def __init__(self, request: CloudFormationResponse, region: Region) -> None:
        self._request = request
        self._region = region

    # ---- stacks ------------------------------------------------------------------------------

    def create_stack(self) -> ActionResult:
        given, flag = self._given, self._flag
        if given("OnFailure") and given("DisableRollback") is not None:
            raise ValidationError(
                message="You can specify either DisableRollback or OnFailure, but not both."
            )
        stack = self._region.new_stack(given("StackName"))
        self._settings(stack)
        stack.protected = flag("EnableTerminationProtection")
        stack.minutes = given("TimeoutInMinutes")
        stack.policy = given("StackPolicyBody")
        stack.keeps_failed = flag("DisableRollback") or given("OnFailure") == "DO_NOTHING"
        on_failure = "DO_NOTHING" if stack.keeps_failed else given("OnFailure", "ROLLBACK")
        self._region.create(stack, self._template(), self._parameters({}), on_failure)
        return ActionResult({"StackId": stack.id})

    def update_stack(self) -> ActionResult:
        stack = self._live(UNKNOWN_TO_EVENTS)
        text = stack.template if self._flag("UsePreviousTemplate") else self._template()
        self._region.update(
            stack,
            text,
            self._parameters(stack.given),
            self._tags(),
            self._given("Capabilities", []),
            self._flag("DisableRollback"),
        )
        return ActionResult({"StackId": stack.id})

    def delete_stack(self) -> ActionResult:
        self._region.delete(self._given("StackName"), self._given("RetainResources", []))
        return EmptyResult()

    def update_termination_protection(self) -> ActionResult:
        stack = self._live()
        stack.protected = self._flag("EnableTerminationProtection")
        return ActionResult({"StackId": stack.id})

    def get_stack_policy(self) -> ActionResult:
        return ActionResult({"StackPolicyBody": self._stack().policy})

    def set_stack_policy(self) -> ActionResult:
        self._live().policy = self._given("StackPolicyBody")
        return EmptyResult()

    def describe_stacks(self) -> ActionResult:
        if self._given("StackName"):
            return ActionResult({"Stacks": [answers.stack(self._stack())]})
        stacks = list(reversed(self._region.stacks.values()))
        found, token = self._page(stacks)
        return ActionResult({"Stacks": [answers.stack(one) for one in found], "NextToken": token})

    def list_stacks(self) -> ActionResult:
        wanted = self._given("StackStatusFilter", [])
        every = [*self._region.stacks.values(), *self._region.deleted.values()]
        every.sort(key=lambda stack: stack.created, reverse=True)
        found, token = self._page([one for one in every if not wanted or one.status in wanted])
        summaries = [answers.stack_summary(stack) for stack in found]
        return ActionResult({"StackSummaries": summaries, "NextToken": token})

    def describe_stack_events(self) -> ActionResult:
        stack = self._stack(UNKNOWN_TO_EVENTS)
        found, token = self._page(stack.events[::-1])
        return ActionResult(
            {"StackEvents": [answers.event(stack, one) for one in found], "NextToken": token}
        )

    def describe_stack_resource(self) -> ActionResult:
        stack, name = self._stack(UNKNOWN_TO_EVENTS), self._given("LogicalResourceId")
        if name not in stack.resources:
            raise ValidationError(message=f"Resource {name} does not exist for stack {stack.name}")
        return ActionResult({"StackResourceDetail": answers.detail(stack, stack.resources[name])})

    def describe_stack_resources(self) -> ActionResult:
        stack = self._holding(self._given("PhysicalResourceId"))
        wanted = self._given("LogicalResourceId")
        found = [
            answers.resource(stack, one)
            for name, one in sorted(stack.resources.items())
            if wanted in (None, name) and one.status
        ]
        return ActionResult({"StackResources": found})

    def list_stack_resources(self) -> ActionResult:
        stack = self._stack()
        found, token = self._page([one for _, one in sorted(stack.resources.items()) if one.status])
        summaries = [answers.resource_summary(one) for one in found]
        return ActionResult({"StackResourceSummaries": summaries, "NextToken": token})

    def list_exports(self) -> ActionResult:
        found, token = self._page(list(self._region.exports.values()))
        exports = [
            {"ExportingStackId": one.stack.id, "Name": one.name, "Value": one.value}
            for one in found
        ]
        return ActionResult({"Exports": exports, "NextToken": token})

    def list_imports(self) -> ActionResult:
        name = self._given("ExportName")
        users = self._region.users(name)
        if not users:
            raise ValidationError(message=f"Export '{name}' is not imported by any stack.")
        return ActionResult({"Imports": users})

    # ---- templates ---------------------------------------------------------------------------

    def get_template(self) -> ActionResult:
        stack = self._stack()
        name = self._given("ChangeSetName")
        change_set = changesets.find(self._region, name, stack.id) if name else None
        text = change_set.template if change_set else stack.template
        plan = change_set.plan if change_set else None
        document = plan.document if plan else stack.document
        processed = self._given("TemplateStage", "Original") == "Processed"
        body = answers.as_text(document) if processed else text
        return ActionResult({"TemplateBody": body, "StagesAvailable": ["Original", "Processed"]})

    def get_template_summary(self) -> ActionResult:
        name = self._given("StackName")
        if name:
            stack = self._stack()
            if stack.status == REVIEW:
                raise ValidationError(
                    message="GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks."
                )
        document = self._checked(stack.template if name else self._template())
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
        document = self._checked(self._template())
        declared = answers.declarations(document, with_types=False)
        return ActionResult({**self._described(document), "Parameters": declared})

    def _checked(self, text: str) -> dict[str, Any]:
        """A template without its transforms: neither action runs them."""
        document = templates.parse(text)
        checks.check_form(document)
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
        given, region = self._given, self._region
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
            stack = self._live(UNKNOWN_TO_EVENTS)
            region.refuse_unless_updatable(stack)
        text = stack.template if self._flag("UsePreviousTemplate") else self._template()
        change_set = ChangeSet(
            id=changesets.new_id(region, name),
            name=name,
            stack=stack,
            type=kind,
            created=region.clock.now(),
            template=text,
            given=self._parameters(stack.given),
            tags=self._tags() or {},
            description=given("Description"),
            capabilities=given("Capabilities", []),
            notifies=given("NotificationARNs", []),
            role=given("RoleARN"),
            on_failure=given("OnStackFailure"),
        )
        changesets.create(region, change_set)
        if stack.id not in region.stacks:
            region.stacks[stack.id] = stack
            region.review(stack)
        return ActionResult({"Id": change_set.id, "StackId": stack.id})

    def describe_change_set(self) -> ActionResult:
        change_set = self._change_set()
        found, token = self._page(change_set.changes)
        return ActionResult({**answers.change_set(change_set, found), "NextToken": token})

    def list_change_sets(self) -> ActionResult:
        stack = self._live(UNKNOWN_TO_EVENTS)
        own = [one for one in self._region.change_sets.values() if one.stack is stack]
        found, token = self._page(own)
        summaries = [answers.change_set_summary(one) for one in found]
        return ActionResult({"Summaries": summaries, "NextToken": token})

    def execute_change_set(self) -> ActionResult:
        keep_failed = self._flag("DisableRollback")
        changesets.execute(self._region, self._change_set(), keep_failed)
        return EmptyResult()

    def delete_change_set(self) -> ActionResult:
        change_set = self._change_set()
        del self._region.change_sets[change_set.id]
        return EmptyResult()

    # ---- what a request says -----------------------------------------------------------------

    def _given(self, name: str, default: Any = None) -> Any:
        return self._request._get_param(name, default)

    def _flag(self, name: str) -> bool:
        return str(self._given(name, False)).lower() == "true"

    def _tags(self) -> dict[str, str] | None:
        """None where there are none: those that stand stay."""
        listed = self._given("Tags")
        return {one["Key"]: one["Value"] for one in listed} if listed else None

    def _settings(self, stack: Stack) -> None:
        stack.tags = self._tags() or {}
        stack.capabilities = self._given("Capabilities", [])
        stack.notifies = self._given("NotificationARNs", [])
        stack.role = self._given("RoleARN")

    def _parameters(self, previous: dict[str, str]) -> dict[str, str]:
        found = {}
        for one in self._given("Parameters", []):
            key = one["ParameterKey"]
            if str(one.get("UsePreviousValue", False)).lower() == "true":
                if one.get("ParameterValue"):
                    raise ValidationError(
                        message=f"Invalid input for parameter key {key}. Cannot specify "
                        "usePreviousValue as true and non empty value for a parameter"
                    )
                if key in previous:
                    found[key] = previous[key]
            else:
                found[key] = one.get("ParameterValue", "")
        return found

    def _template(self) -> str:
        body, url = self._given("TemplateBody"), self._given("TemplateURL")
        if body and url:
            raise ValidationError(
                message="Only one of TemplateBody or TemplateURL may be specified"
            )
        if not body and not url:
            raise ValidationError(message="Either Template URL or Template Body must be specified.")
        return str(body) if body else self._stored(url)

    def _stored(self, url: str) -> str:
        """The text of a template in S3, by either way of writing its address."""
        parts = urlsplit(url)
        host, path = parts.hostname or "", unquote(parts.path.lstrip("/"))
        bucket, _, key = path.partition("/")
        if ".s3" in host and not host.startswith("s3"):
            bucket, key = host.split(".s3", 1)[0], path
        client = self._region.catalog.api("s3")
        try:
            return str(client.get_object(Bucket=bucket, Key=key)["Body"].read().decode("utf-8"))
        except (client.exceptions.ClientError, client.exceptions.NoSuchKey) as error:
            raise ValidationError(message="S3 error: The specified key does not exist.") from error

    def _stack(self, message: str = "Stack with id {} does not exist") -> Stack:
        return self._region.stack(self._given("StackName"), message)

    def _live(self, message: str = "Stack [{}] does not exist") -> Stack:
        stack = self._region.stack(self._given("StackName"), message)
        if stack.id in self._region.deleted:
            raise ValidationError(message=message.format(self._given("StackName")))
        return stack

    def _holding(self, physical_id: str | None) -> Stack:
        if not physical_id:
            return self._stack()
        for stack in self._region.stacks.values():
            if any(one.physical_id == physical_id for one in stack.resources.values()):
                return stack
        raise ValidationError(message=f"Stack for {physical_id} does not exist")

    def _change_set(self) -> ChangeSet:
        name, stack = self._given("ChangeSetName"), self._given("StackName")
        return changesets.find(self._region, name, stack)

    def _page(self, items: list[Item]) -> tuple[list[Item], str | None]:
        token = self._given("NextToken")
        if token and not str(token).isdigit():
            raise ValidationError(message="Invalid NextToken")
        start = int(token or 0)
        end = start + PAGE
        return items[start:end], str(end) if end < len(items) else None


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
