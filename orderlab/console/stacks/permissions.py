"""What the roles of a template allow, in one word for an arrow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from orderlab.console.stacks.references import properties_of, references

# What each action does to the resource; an allowed pattern such as dynamodb:* means all that fit.
_VERBS = {
    "reads": (
        "dynamodb:GetItem dynamodb:Query dynamodb:Scan dynamodb:BatchGetItem s3:GetObject "
        "secretsmanager:GetSecretValue ssm:GetParameter ssm:GetParameters"
    ),
    "writes": (
        "dynamodb:PutItem dynamodb:UpdateItem dynamodb:DeleteItem dynamodb:BatchWriteItem "
        "s3:PutObject s3:DeleteObject kinesis:PutRecord kinesis:PutRecords"
    ),
    "sends": "sqs:SendMessage",
    "publishes": "sns:Publish",
    "invokes": "lambda:InvokeFunction",
    "starts executions": "states:StartExecution states:StartSyncExecution",
    "puts events": "events:PutEvents",
}


class Permissions:
    """The statements of every role, with the resources that each refers to."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._allowed: dict[str, list[tuple[list[str], set[str]]]] = {}
        for key, resource in raw.items():
            properties = properties_of(resource)
            if resource["Type"] == "AWS::IAM::Role":
                for policy in _listed(properties.get("Policies")):
                    self._add([key], policy)
            elif resource["Type"] in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
                self._add(list(references(properties.get("Roles"))), properties)

    def _add(self, roles: list[str], policy: Any) -> None:
        document = policy.get("PolicyDocument") if isinstance(policy, Mapping) else None
        statements = document.get("Statement") if isinstance(document, Mapping) else None
        for statement in _listed(statements):
            if isinstance(statement, Mapping) and statement.get("Effect") == "Allow":
                actions = [one for one in _listed(statement.get("Action")) if isinstance(one, str)]
                resources = set(references(statement.get("Resource")))
                for role in roles:
                    self._allowed.setdefault(role, []).append((actions, resources))

    def verbs(self, properties: Mapping[str, Any], target: str) -> str:
        """`reads, writes`: what a resource with these properties may do to another, or ""."""
        roles = references([properties.get("Role"), properties.get("RoleArn")])
        patterns = [
            action.lower()
            for role in roles
            for actions, resources in self._allowed.get(role, [])
            if target in resources
            for action in actions
        ]
        return ", ".join(verb for verb in _VERBS if any(_fits(verb, one) for one in patterns))


def _fits(verb: str, pattern: str) -> bool:
    return any(fnmatchcase(action, pattern) for action in _VERBS[verb].lower().split())


def _listed(value: Any) -> Iterator[Any]:
    yield from value if isinstance(value, list) else [] if value is None else [value]
