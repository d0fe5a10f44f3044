"""What a request to CloudFormation's API says, and what it is about."""

from __future__ import annotations

from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.responses import CloudFormationResponse

from localaws.cloudformation.changesets import ChangeSet
from localaws.cloudformation.records import Stack
from localaws.cloudformation.region import Region

Item = TypeVar("Item")
PAGE = 100


class Request:
    """One request, in the region that it has come to."""

    def __init__(self, request: CloudFormationResponse, region: Region) -> None:
        self._request = request
        self.region = region

    def given(self, name: str, default: Any = None) -> Any:
        return self._request._get_param(name, default)

    def flag(self, name: str) -> bool:
        return str(self.given(name, False)).lower() == "true"

    def tags(self) -> dict[str, str] | None:
        """None where there are none: those that stand stay."""
        listed = self.given("Tags")
        return {one["Key"]: one["Value"] for one in listed} if listed else None

    def settings(self, stack: Stack) -> None:
        stack.tags = self.tags() or {}
        stack.capabilities = self.given("Capabilities", [])
        stack.notifies = self.given("NotificationARNs", [])
        stack.role = self.given("RoleARN")

    def parameters(self, previous: dict[str, str]) -> dict[str, str]:
        found = {}
        for one in self.given("Parameters", []):
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

    def template(self) -> str:
        body, url = self.given("TemplateBody"), self.given("TemplateURL")
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
        client = self.region.catalog.api("s3")
        try:
            return str(client.get_object(Bucket=bucket, Key=key)["Body"].read().decode("utf-8"))
        except (client.exceptions.ClientError, client.exceptions.NoSuchKey) as error:
            raise ValidationError(message="S3 error: The specified key does not exist.") from error

    def stack(self, message: str = "Stack with id {} does not exist") -> Stack:
        return self.region.stack(self.given("StackName"), message)

    def live(self, message: str = "Stack [{}] does not exist") -> Stack:
        stack = self.region.stack(self.given("StackName"), message)
        if stack.id in self.region.deleted:
            raise ValidationError(message=message.format(self.given("StackName")))
        return stack

    def holding(self, physical_id: str | None) -> Stack:
        if not physical_id:
            return self.stack()
        for stack in self.region.stacks.values():
            if any(one.physical_id == physical_id for one in stack.resources.values()):
                return stack
        raise ValidationError(message=f"Stack for {physical_id} does not exist")

    def change_set(self) -> ChangeSet:
        name, stack = self.given("ChangeSetName"), self.given("StackName")
        return self.region.change_set(name, stack)

    def page(self, items: list[Item]) -> tuple[list[Item], str | None]:
        token = self.given("NextToken")
        if token and not str(token).isdigit():
            raise ValidationError(message="Invalid NextToken")
        start = int(token or 0)
        end = start + PAGE
        return items[start:end], str(end) if end < len(items) else None
