"""Least privilege, shown: each Action of a role, taken away, breaks a scenario that needs it.

A part of the backend adds itself with one module, tests/workflow/grants/<part>.py:
1. Scenarios: functions of (shop, order_id) that make something happen and return whether it went
   well. The id is new and the mock gateway approves it; the docstring says what must go well.
2. `GRANTS`: for each function or state machine (its logical id) a dict of action to scenario. Where
   a role has an action twice, write "lambda:InvokeFunction on Validate": a part of the resource.
3. A machine's actions that AWS asks for when it is made: `**log_delivery("MyMachine")`.
test_privileges.py plays them all, and names every role and every Action that stands in no table.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import boto3

Scenario = Callable[[Any, str], bool]
"""Takes the shop (tests/conftest.py) and an order's id; returns whether it went well."""

# docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html asks for all of
# these together. No execution makes these calls: Step Functions sets the delivery up when a machine
# that logs is created or changed.
LOG_DELIVERY = (
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
)


class Grant(NamedTuple):
    """One Action of one statement in a policy of a role's own.

    Attributes:
        role: its name.
        policy: its name.
        statement: its place in the policy.
        action: as it is written, wildcards included.
        resource: the statement's resources as JSON.
    """

    role: str
    policy: str
    statement: int
    action: str
    resource: str

    def matches(self, key: str) -> bool:
        """Whether a key of a table means this one: "sns:Publish", or "sns:Publish on Alarms"."""
        action, _, resource = key.partition(" on ")
        return action == self.action and resource in self.resource


def grants_of(shop: Any, holder: str) -> list[Grant]:
    """All that the policies in a role allow; those of AWS that are attached to it are AWS's.

    Args:
        holder: logical id of a function, a state machine, or a role.
    """
    role = role_of(shop, holder)
    return [
        Grant(role, policy, number, action, json.dumps(statement.get("Resource")))
        for policy, document in _policies(role)
        for number, statement in enumerate(_listed(document["Statement"]))
        for action in _listed(statement["Action"])
    ]


def role_of(shop: Any, holder: str) -> str:
    """The name of the role of a function or a state machine, or of a role itself."""
    physical = shop.stack.resources[holder]
    if physical.startswith("arn:aws:states:"):
        machine = boto3.client("stepfunctions").describe_state_machine(stateMachineArn=physical)
        return str(machine["roleArn"]).rpartition("/")[2]
    functions = boto3.client("lambda")
    try:
        function = functions.get_function_configuration(FunctionName=physical)
    except functions.exceptions.ResourceNotFoundException:
        return str(physical)
    return str(function["Role"]).rpartition("/")[2]


def roles_with_policies(shop: Any) -> set[str]:
    """The names of the stack's roles that have policies of their own."""
    cloudformation = boto3.client("cloudformation")
    found = cloudformation.describe_stack_resources(StackName=shop.stack.name)["StackResources"]
    roles = {r["PhysicalResourceId"] for r in found if r["ResourceType"] == "AWS::IAM::Role"}
    return {role for role in roles if any(True for _ in _policies(role))}


@contextlib.contextmanager
def without(*grants: Grant) -> Iterator[None]:
    """Take some of one role's grants away, and give them back at the end."""
    iam = boto3.client("iam")
    [role] = {grant.role for grant in grants}
    before = dict(_policies(role))
    for policy, document in before.items():
        taken = [grant for grant in grants if grant.policy == policy]
        statements = _left(_listed(document["Statement"]), taken)
        if statements:
            changed = json.dumps(document | {"Statement": statements})
            iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=changed)
        else:
            iam.delete_role_policy(RoleName=role, PolicyName=policy)
    try:
        yield
    finally:
        for policy, document in before.items():
            whole = json.dumps(document)
            iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=whole)


def _left(statements: list[dict[str, Any]], taken: list[Grant]) -> list[dict[str, Any]]:
    """The statements without the actions that are taken away."""
    left = []
    for number, statement in enumerate(statements):
        gone = {grant.action for grant in taken if grant.statement == number}
        actions = [action for action in _listed(statement["Action"]) if action not in gone]
        left += [statement | {"Action": actions}] if actions else []
    return left


def _policies(role: str) -> Iterator[tuple[str, dict[str, Any]]]:
    iam = boto3.client("iam")
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        yield name, iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


# ---- Scenarios that several parts need --------------------------------------------------------


def log_delivery(machine: str) -> dict[str, Scenario]:
    """The table for the actions with which a state machine's log is delivered."""
    return dict.fromkeys(LOG_DELIVERY, is_made(machine))


def is_made(machine: str) -> Scenario:
    """A copy of a machine can be made under its role, with its logging and its definition."""

    def the_machine_is_made(shop: Any, order_id: str) -> bool:
        client = shop.stepfunctions
        found = client.describe_state_machine(stateMachineArn=shop.stack.resources[machine])
        given = ("definition", "roleArn", "type", "loggingConfiguration")
        alike = {name: found[name] for name in given}
        try:
            made = client.create_state_machine(name=order_id, **alike)
        except client.exceptions.ClientError as error:
            if error.response["Error"]["Code"] != "AccessDeniedException":
                raise
            return False
        client.delete_state_machine(stateMachineArn=made["stateMachineArn"])
        return True

    return the_machine_is_made


def invoke(shop: Any, function: str, event: Any) -> Any:
    """The answer of a function of the stack (its logical id); None where it raised an error."""
    answer = boto3.client("lambda").invoke(
        FunctionName=shop.stack.resources[function], Payload=json.dumps(event)
    )
    return None if "FunctionError" in answer else json.loads(answer["Payload"].read())
