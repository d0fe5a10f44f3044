"""What the roles of a deployed stack allow, and where that is more than the course's own does.

docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import boto3

import localaws
from orderlab.lesson import places
from orderlab.lesson.exercises import Finding
from orderlab.lesson.judging.shop import Shop

ALL = re.compile(r"^(.*:)?(\w+[:/])?\*$")  # "*", and ARNs that end like ":table/*"


@dataclass(frozen=True, order=True)
class Grant:
    """One action on one resource that a function or a state machine may take.

    Attributes:
        holder: the logical id of the function or the state machine in the template.
        action: as the policy writes it, with its wildcards: `dynamodb:*`; so is the resource.
    """

    holder: str
    action: str
    resource: str

    def __str__(self) -> str:
        return f"{self.holder}: {self.action} on {self.resource}"


def not_wider(shop: Shop) -> Finding:
    """Whether nothing in the stack may do more than in the course's own.

    Puts the course's template in place of the learner's, so it is to be played last.
    """
    theirs = grants(shop.stack)
    ours = grants(localaws.deploy(places.COURSE / "template.yaml", shop.stack.name))
    found = wider(theirs, ours)
    if not found:
        return Finding("none that nothing needs", "none", passed=True)
    got = f"{found[0]}" + (f", and {len(found) - 1} more" if len(found) > 1 else "")
    return Finding(
        "none that nothing needs",
        got,
        passed=False,
        because="What a role does not allow cannot be misused, by an error or by a thief. Nothing "
        f"in the shop needs {got}.",
    )


def wider(theirs: Iterable[Grant], ours: Iterable[Grant]) -> list[Grant]:
    """Those of `theirs` that none of `ours` covers; a wildcard is covered by a wildcard alone."""
    allowed = set(ours)
    return sorted(one for one in theirs if not any(_covers(other, one) for other in allowed))


def unbounded(some: Iterable[Grant], known: Container[str]) -> list[Grant]:
    """Those that allow all of a service, or one action on all that it has.

    Left out: log delivery and tracing, which have no resource to name.

    Args:
        known: holders that are not looked at.
    """
    return sorted(
        one
        for one in some
        if one.holder not in known
        and not one.action.startswith(("logs:", "xray:"))
        and (one.action == "*" or one.action.endswith(":*") or ALL.search(one.resource))
    )


def grants(stack: localaws.Stack) -> set[Grant]:
    """All that the roles of a stack's functions and state machines allow."""
    return {
        Grant(holder, action, resource)
        for holder, role in _roles(stack.name)
        for statement in _statements(role)
        for action, resource in _allowed(statement)
    }


def _covers(wide: Grant, narrow: Grant) -> bool:
    return (
        wide.holder == narrow.holder
        and fnmatchcase(narrow.action.lower(), wide.action.lower())
        and fnmatchcase(narrow.resource, wide.resource)
    )


def _roles(stack: str) -> Iterator[tuple[str, str]]:
    """Each function and state machine of a stack, with the name of its role."""
    functions, machines = boto3.client("lambda"), boto3.client("stepfunctions")
    resources = boto3.client("cloudformation").describe_stack_resources(StackName=stack)
    for resource in resources["StackResources"]:
        name, physical = resource["LogicalResourceId"], resource.get("PhysicalResourceId", "")
        if resource["ResourceType"] == "AWS::Lambda::Function":
            role = functions.get_function_configuration(FunctionName=physical)["Role"]
        elif resource["ResourceType"] == "AWS::StepFunctions::StateMachine":
            role = machines.describe_state_machine(stateMachineArn=physical)["roleArn"]
        else:
            continue
        yield name, role.rpartition("/")[2]


def _statements(role: str) -> Iterator[dict[str, Any]]:
    """The statements of a role's policies: its own ones, and those that are attached to it."""
    iam = boto3.client("iam")
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        policy = iam.get_role_policy(RoleName=role, PolicyName=name)
        yield from _listed(policy["PolicyDocument"]["Statement"])
    for attached in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        arn = attached["PolicyArn"]
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        policy = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]
        yield from _listed(policy["Document"]["Statement"])


def _allowed(statement: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Actions and resources; what a statement leaves out counts as all there is."""
    if statement["Effect"] != "Allow":
        return
    for action in _listed(statement.get("Action", "*")):
        for resource in _listed(statement.get("Resource", "*")):
            yield action, resource


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
