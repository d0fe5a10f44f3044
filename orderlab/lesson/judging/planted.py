"""Bugs that are planted in a running stack, one at a time, and taken out again."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

from localaws import faults
from orderlab.lesson.edits import Edit

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

Definition = dict[str, Any]
Undo = Callable[[], object]


@dataclass(frozen=True)
class Bug:
    """A bug.

    Attributes:
        title: where it is, in words that do not say what it is.
        why: what it does, and what a test must look at; said to whoever has missed it.
        plant: puts it into a stack; returns what takes it out.
    """

    title: str
    why: str
    plant: Callable[[Shop], Undo]


@contextmanager
def planted(shop: Shop, bug: Bug) -> Iterator[None]:
    """A stack with a bug in it, and without any order or fault of before."""
    clean(shop)
    undo = bug.plant(shop)
    try:
        yield
    finally:
        undo()


def clean(shop: Shop) -> None:
    """Take out what an earlier run has left: faults, and rows of orders."""
    faults.clear()
    table = boto3.resource("dynamodb").Table(shop.stack.outputs["OrdersTableName"])
    for item in table.scan(ProjectionExpression="orderId")["Items"]:
        table.delete_item(Key=item)


def in_definition(change: Callable[[Definition], object]) -> Callable[[Shop], Undo]:
    """A bug in the order workflow: `change` is given its states, to edit them."""

    def plant(shop: Shop) -> Undo:
        client, arn = boto3.client("stepfunctions"), shop.stack.outputs["OrderWorkflowArn"]
        right = client.describe_state_machine(stateMachineArn=arn)["definition"]
        wrong = json.loads(right)
        change(wrong["States"])
        client.update_state_machine(stateMachineArn=arn, definition=json.dumps(wrong))
        return lambda: client.update_state_machine(stateMachineArn=arn, definition=right)

    return plant


def in_handler(function: str, edit: Edit) -> Callable[[Shop], Undo]:
    """A bug in the code of a function, by its name in the template."""

    def plant(shop: Shop) -> Undo:
        client, name = boto3.client("lambda"), shop.stack.resources[function]
        folder, right = (shop.root / edit.path).parent, (shop.root / edit.path).read_text("utf-8")

        def deploy(source: str) -> object:
            package = _package(folder, source)
            return client.update_function_code(FunctionName=name, ZipFile=package)

        deploy(edit.of(right))
        return lambda: deploy(right)

    return plant


def without_permission(action: str) -> Callable[[Shop], Undo]:
    """A bug in the workflow's role: no policy of it that allows the action is left."""

    def plant(shop: Shop) -> Undo:
        iam, workflow = boto3.client("iam"), shop.stack.outputs["OrderWorkflowArn"]
        described = boto3.client("stepfunctions").describe_state_machine(stateMachineArn=workflow)
        role = described["roleArn"].rpartition("/")[2]
        names = iam.list_role_policies(RoleName=role)["PolicyNames"]
        policies = {
            name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            for name in names
        }
        taken = {name: one for name, one in policies.items() if action in json.dumps(one)}
        for name in taken:
            iam.delete_role_policy(RoleName=role, PolicyName=name)

        def undo() -> None:
            for name, policy in taken.items():
                document = json.dumps(policy)
                iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=document)

        return undo

    return plant


def _package(folder: Path, source: str) -> bytes:
    """A function's folder as Lambda takes it: its code, and which packages it needs."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", source)
        archive.write(folder / "requirements.txt", "requirements.txt")
    return buffer.getvalue()
