"""What a resource type is to CloudFormation, and how it calls the service behind it.

Resources are made as on AWS, by calls of the service's own API, so that what the service refuses is
refused here in its words.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import boto3
from moto.core.models import botocore_stubber

from localaws.cloudformation.records import Properties
from localaws.routes import Routes

SYSTEM_TAGS = "aws:"


@dataclass
class Made:
    """A resource as a handler leaves it: what `Ref` gives, and `Fn::GetAtt` by name."""

    physical_id: str
    attributes: dict[str, Any] = field(default_factory=dict)


class Handler(ABC):
    """Makes, changes and deletes resources of one type.

    Attributes:
        name_property: the property that names a resource; empty where none does.
        longest_name: characters of a name that CloudFormation makes up.
        attributes: what `Fn::GetAtt` knows.
        replacing: properties whose change replaces the resource, besides those of the schema.
    """

    name_property = ""
    longest_name = 255
    attributes: tuple[str, ...] = ()
    replacing: tuple[str, ...] = ()

    def __init__(self, api: Api) -> None:
        self.api = api

    @abstractmethod
    def create(self, name: str, p: Properties) -> Made:
        """Make a resource of evaluated properties; `name` is its own or one made up."""

    @abstractmethod
    def update(self, made: Made, before: Properties, after: Properties) -> Made:
        """Change a resource in place; what is no longer in its properties gets its default."""

    @abstractmethod
    def delete(self, physical_id: str, p: Properties) -> None:
        """Delete a resource.

        Raises:
            ClientError: it cannot be deleted. That it is gone already is no error.
        """

    def is_replaced_by(self, before: Properties, after: Properties) -> list[str]:
        """Properties whose change replaces the resource, where their names alone do not say so."""
        return [name for name in self.replacing if before.get(name) != after.get(name)]


class Api:
    """Clients of the services, for CloudFormation's own calls.

    They pass by the gate: no fault that a lesson puts in the way of a call strikes a deployment,
    and it takes no time.
    """

    def __init__(self, account: str, region: str) -> None:
        self.account = account
        self.region = region
        self._clients: dict[str, Any] = {}
        self._routes = Routes()

    def __call__(self, service: str) -> Any:
        if service not in self._clients:
            client = boto3.client(service, region_name=self.region)
            client.meta.events.unregister("before-send", botocore_stubber)
            client.meta.events.register("before-send", self._answer)
            self._clients[service] = client
        return self._clients[service]

    def call(self, service: str, operation: str, p: Properties, **given: Any) -> Any:
        """Call an operation with those of a resource's properties that it takes.

        The names and the types of values are made to fit: CloudFormation's names begin with a
        capital everywhere, and it takes a number or a Boolean as a text as well.

        Args:
            operation: its name as boto3 has it.
            given: members as the API has them, which stand above the properties; None leaves one
                out.
        """
        client = self(service)
        shape = client.meta.service_model.operation_model(
            client.meta.method_to_api_mapping[operation]
        ).input_shape
        members = fit(shape, p) | given
        return getattr(client, operation)(**{k: v for k, v in members.items() if v is not None})

    def _answer(self, event_name: str, request: Any, **_: Any) -> Any:
        # moto looks for the action here first; from an address it takes a router, built at length.
        # Of SES v2 it also takes the names in an address from that router.
        service, action = event_name.split(".")[1:]
        if service != "sesv2":
            request.headers.setdefault("X-Amz-Target", action)
        from botocore.awsrequest import AWSResponse
        from moto.core.botocore_stubber import MockRawResponse

        answer = self._routes.answer(request)
        if answer is None:
            raise LookupError(f"The local AWS does not know {request.url}.")
        status, headers, body = answer
        content = body if isinstance(body, bytes) else str(body or "").encode()
        return AWSResponse(request.url, status, headers, MockRawResponse(content))


@contextmanager
def whole(delete: Callable[[], Any]) -> Iterator[None]:
    """Nothing is left of a resource that could be made only in part."""
    try:
        yield
    except Exception:
        with suppress(Exception):
            delete()
        raise


def fit(shape: Any, value: Any) -> Any:
    """A value of a template as an API's shape wants it; members that it has not are left out."""
    kind = shape.type_name
    if kind == "structure" and isinstance(value, dict):
        members = {
            name[0].lower() + name[1:]: (name, inner) for name, inner in shape.members.items()
        }
        found = {}
        for key, item in value.items():
            if key[:1].lower() + key[1:] in members:
                name, inner = members[key[:1].lower() + key[1:]]
                found[name] = fit(inner, item)
        return found
    if kind == "list" and isinstance(value, list):
        return [fit(shape.member, item) for item in value]
    if kind == "map" and isinstance(value, dict):
        return {str(key): fit(shape.value, item) for key, item in value.items()}
    if kind == "string":
        return text(value)
    if kind in ("integer", "long") and not isinstance(value, dict | list):
        return int(float(value))
    if kind in ("float", "double") and not isinstance(value, dict | list):
        return float(value)
    if kind == "boolean":
        return text(value) == "true"
    return value


def text(value: Any) -> str:
    """A value as an API takes it in a text: JSON for a document, true and not True."""
    if isinstance(value, dict | list):
        return json.dumps(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def tags(p: Properties, key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """Tags as a list, under the names that an API gives to key and value."""
    return [{key: name, value: one} for name, one in tag_map(p).items()]


def tag_map(p: Properties) -> dict[str, str]:
    given = p.get("Tags") or []
    if isinstance(given, dict):
        return {str(name): text(one) for name, one in given.items()}
    return {str(one["Key"]): text(one["Value"]) for one in given}


def tag_changes(before: Properties, after: Properties) -> tuple[dict[str, str], list[str]]:
    """Tags to set, and the names of those to take away."""
    old, new = tag_map(before), tag_map(after)
    changed = {name: one for name, one in new.items() if old.get(name) != one}
    return changed, [name for name in old if name not in new]


def changed(before: Properties, after: Properties, *names: str) -> bool:
    return any(before.get(name) != after.get(name) for name in names)
