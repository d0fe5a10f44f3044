"""What a request asks for, and what it needs: the words in which the tables are written."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

FIELD = re.compile(r"\{(\w+)\}")
ANYTHING = "*"


class Need(NamedTuple):
    """One permission: an action of IAM, and the ARN of what it is done to."""

    action: str
    resource: str


@dataclass
class Ask:
    """One request to an AWS API.

    Attributes:
        service: the name under which it is signed.
        operation: the API's own.
        given: its parameters in the address or in a form.
        body: the others, in JSON.
    """

    service: str
    operation: str
    region: str
    account: str
    given: Mapping[str, Any] = field(default_factory=dict)
    body: bytes | str = b""

    def value(self, name: str) -> Any:
        """A parameter; None where it is not given."""
        found = self.given.get(name)
        return self.parameters.get(name) if found is None else found

    @cached_property
    def parameters(self) -> Mapping[str, Any]:
        """Those in the body."""
        try:
            found = json.loads(self.body or "{}")
        except ValueError:  # the payload of an invocation, or a file
            return {}
        return found if isinstance(found, dict) else {}


Resource = Callable[[Ask], str]
Rule = Callable[[Ask], list[Need]]
Rules = Mapping[str, Rule]


def at(template: str) -> Resource:
    """The ARN of what a request names.

    `{region}` and `{account}` are the request's, other fields its parameters. A parameter that is
    an ARN already is the answer.
    """
    names = [name for name in FIELD.findall(template) if name not in ("region", "account")]

    def resource(ask: Ask) -> str:
        values: dict[str, str] = {"region": ask.region, "account": ask.account}
        for name in names:
            value = ask.value(name)
            if isinstance(value, str) and value.startswith("arn:"):
                return value
            values[name] = ANYTHING if value is None else str(value)
        return template.format_map(values)

    return resource


def anything(_: Ask) -> str:
    """Where an action has no resource."""
    return ANYTHING


def needs(action: str, resource: Resource) -> Rule:
    """The rule of an operation whose action has another name."""
    return lambda ask: [Need(action, resource(ask))]


def own(service: str, resource: Resource, operations: str) -> dict[str, Rule]:
    """The rules of operations whose actions have their names, as most have."""
    return {name: needs(f"{service}:{name}", resource) for name in operations.split()}


def alike(rule: Rule, operations: str) -> dict[str, Rule]:
    """Several operations, and the rule of each."""
    return dict.fromkeys(operations.split(), rule)


def all_of(*rules: Rule) -> Rule:
    """The rule of an operation that needs several permissions."""
    return lambda ask: [need for rule in rules for need in rule(ask)]


def passing_role(parameter: str = "RoleArn") -> Rule:
    """Whoever gives a service a role needs iam:PassRole.

    docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
    """

    def rule(ask: Ask) -> list[Need]:
        role = ask.value(parameter)
        return [Need("iam:PassRole", role)] if isinstance(role, str) else []

    return rule
