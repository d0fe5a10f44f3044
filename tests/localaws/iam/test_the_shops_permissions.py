"""The template's policies are what the shop needs: its calls are known, and no policy is spare."""

from __future__ import annotations

import ast
import base64
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

ROOT = Path(__file__).resolve().parents[3]
HANDLERS = sorted((ROOT / "lambdas").glob("*/app.py"))
DEFINITIONS = sorted((ROOT / "state-machines").glob("*.asl.json"))


def calls(module: Path) -> Iterator[tuple[str, str]]:
    """Each service and operation that a handler asks for through a client of boto3's."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    clients: dict[str, Any] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("boto3.client("):
            [service] = node.value.args  # type: ignore[attr-defined]
            clients[ast.unparse(node.targets[0])] = boto3.client(service.value)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) in clients:
            client = clients[ast.unparse(node.value)]
            names = client.meta.method_to_api_mapping
            if node.attr in names:
                yield client.meta.service_model.signing_name, names[node.attr]
        paginated = isinstance(node, ast.Call) and ast.unparse(node.func).endswith("get_paginator")
        if paginated:
            client = clients[ast.unparse(node.func.value)]  # type: ignore[attr-defined]
            name = node.args[0].value  # type: ignore[attr-defined]
            yield client.meta.service_model.signing_name, client.meta.method_to_api_mapping[name]


def tasks(machine: Any) -> Iterator[str]:
    """The Resource of each Task, in branches and iterations as well."""
    if isinstance(machine, dict):
        if machine.get("Type") == "Task":
            yield machine["Resource"]
        for value in machine.values():
            yield from tasks(value)
    elif isinstance(machine, list):
        for value in machine:
            yield from tasks(value)


@pytest.mark.parametrize("handler", HANDLERS, ids=lambda path: path.parent.name)
def test_every_call_of_a_handler_is_known(handler: Path, cloud: Any) -> None:
    from localaws.iam.services import SERVICES

    found = set(calls(handler))
    assert found or "boto3" not in handler.read_text(encoding="utf-8")
    for service, operation in found:
        assert operation in SERVICES[service].rules


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda path: path.stem)
def test_every_task_is_known(definition: Path) -> None:
    from localaws.iam.services import SERVICES

    found = set(tasks(json.loads(definition.read_text(encoding="utf-8"))))
    assert found
    for resource in found:
        named = resource.partition(":::")[2].removeprefix("aws-sdk:")
        service, operation = named.split(":")[:2]
        action = operation.partition(".")[0]
        service = {"sfn": "states"}.get(service, service)  # the SDK's name, and IAM's
        assert action[0].upper() + action[1:] in SERVICES[service].rules


@pytest.fixture
def without(shop: Any) -> Iterator[Callable[[str, str], None]]:
    """Take an action away from the role of a resource of the stack, and give it back at the end."""
    iam = boto3.client("iam")
    before: list[dict[str, Any]] = []

    def take(role: str, action: str, about: str = "") -> None:
        name = shop.stack.resources[role]
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            found = iam.get_role_policy(RoleName=name, PolicyName=policy)
            document = found["PolicyDocument"]
            kept = [s for s in document["Statement"] if not _is_about(s, action, about)]
            if len(kept) == len(document["Statement"]):
                continue
            place = {"RoleName": name, "PolicyName": policy}
            before.append({**place, "PolicyDocument": json.dumps(document)})
            nothing = {"Effect": "Allow", "Action": "xray:PutTraceSegments", "Resource": "*"}
            changed = json.dumps(document | {"Statement": kept or [nothing]})
            iam.put_role_policy(**place, PolicyDocument=changed)
        assert before

    yield take
    for policy in before:
        iam.put_role_policy(**policy)


def _is_about(statement: dict[str, Any], action: str, resource: str) -> bool:
    actions = (
        statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
    )
    return action in actions and resource in json.dumps(statement["Resource"])


def log_of(function: str, event: Any) -> str:
    """What an invocation writes."""
    answer = boto3.client("lambda").invoke(
        FunctionName=function, Payload=json.dumps(event), LogType="Tail"
    )
    return base64.b64decode(answer["LogResult"]).decode()


@pytest.mark.parametrize(
    ("action", "about", "error", "states"),
    [
        ("lambda:InvokeFunction", "Validate", "Lambda.AWSLambdaException", "RejectOrder"),
        ("lambda:InvokeFunction", "Payment", "Lambda.AWSLambdaException", "RejectOrder"),
        ("dynamodb:UpdateItem", "", "DynamoDB.AmazonDynamoDBException", "ConfirmOrder"),
        ("sns:Publish", "", "SNS.AuthorizationErrorException", "NotifyConfirmed"),
    ],
)
def test_what_the_workflow_may_not_do_fails_its_state(
    shop: Any, without: Any, payment: Any, action: str, about: str, error: str, states: str
) -> None:
    without("OrderWorkflowRole", action, about)
    order_id = approved(payment, action + about)
    execution = shop.run(shop.order(order_id), order_id)
    assert (execution.status, execution.description["error"]) == ("FAILED", error)
    assert states in execution.states
    told = [one["cause"] for one in execution.failures() if one["error"] == error]
    assert f"assumed-role/{shop.stack.resources['OrderWorkflowRole']}/" in told[0]
    assert f"{action.lower()} action" in told[0].lower()


def approved(payment: Any, seed: str) -> str:
    """An order's id whose payment the gateway approves."""
    names = (f"{seed.replace(':', '-')}-{number}" for number in range(1000))
    return next(
        name for name in names if payment.is_approved(name) and not payment.times_out(name, 0)
    )


def test_the_workflow_cannot_be_changed_that_may_not_deliver_logs(shop: Any, without: Any) -> None:
    without("OrderWorkflowRole", "logs:CreateLogDelivery")
    client = shop.stepfunctions
    machine = client.describe_state_machine(stateMachineArn=shop.output("OrderWorkflowArn"))
    with pytest.raises(ClientError, match="not authorized to access the Log Destination"):
        client.update_state_machine(
            stateMachineArn=machine["stateMachineArn"], definition=machine["definition"]
        )


def test_the_products_cannot_be_read(shop: Any, without: Any) -> None:
    without("ValidateOrderFunctionRole", "dynamodb:GetItem")
    execution = shop.run(shop.order("unread"), "unread")
    assert execution.description["error"] == "ClientError"
    assert "calling the BatchGetItem operation" in execution.description["cause"]
    assert "no identity-based policy allows the dynamodb:BatchGetItem" in str(execution.failures())


def test_an_order_cannot_be_queued(shop: Any, without: Any) -> None:
    without("OrderEntryFunctionRole", "sqs:SendMessage*")
    body = {"body": json.dumps(shop.order("unqueued"))}
    assert "because no identity-based policy allows the sqs:sendmessage action" in log_of(
        "dev-OrderEntryFunction", body
    )


@pytest.mark.parametrize("action", ["states:StartExecution", "states:DescribeExecution"])
def test_an_execution_cannot_be_started(shop: Any, without: Any, action: str) -> None:
    order = shop.order(f"unstarted-{action.rpartition(':')[2]}")
    if action == "states:DescribeExecution":  # which it needs where there is one of this name
        shop.run(order, order["orderId"])
    without("StartWorkflowFunctionRole", action)
    record = {"messageId": "1", "body": json.dumps(order), "eventSource": "aws:sqs"}
    log = log_of("dev-StartWorkflowFunction", {"Records": [record]})
    assert f"because no identity-based policy allows the {action} action" in log


@pytest.mark.parametrize("action", ["states:DescribeExecution", "dynamodb:UpdateItem"])
def test_a_row_cannot_be_repaired(shop: Any, without: Any, action: str) -> None:
    name = f"unrepaired-{action.rpartition(':')[2]}"
    execution = shop.run(shop.order(name, items=[]), name)
    without("RepairOrderFunctionRole", action)
    detail = {"executionArn": execution.arn, "status": "FAILED", "stopDate": 0}
    log = log_of("dev-RepairOrderFunction", {"detail": detail})
    assert f"because no identity-based policy allows the {action} action" in log


def test_a_template_without_a_policy(cloud: Any, shop: Any, tmp_path: Path) -> None:
    """Deployed beside the shop's own: its validation may not read its products."""
    for folder in ("lambdas", "state-machines"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    text = (ROOT / "template.yaml").read_text(encoding="utf-8")
    policy = "      Policies:\n        - DynamoDBReadPolicy: {TableName: !Ref ProductsTable}\n"
    assert policy in text
    changed = text.replace(policy, "").replace("Default: dev", "Default: lean")
    (tmp_path / "template.yaml").write_text(changed, encoding="utf-8")
    stack = cloud.deploy(tmp_path / "template.yaml", "lean")
    try:
        role = stack.resources["ValidateOrderFunctionRole"]
        log = log_of("lean-ValidateOrderFunction", shop.order("lean-1"))
        assert (
            "An error occurred (AccessDeniedException) when calling the BatchGetItem operation: "
            f"User: arn:aws:sts::123456789012:assumed-role/{role}/lean-ValidateOrderFunction is "
            "not authorized to perform: dynamodb:BatchGetItem on resource: "
            "arn:aws:dynamodb:us-east-1:123456789012:table/lean-Products because no "
            "identity-based policy allows the dynamodb:BatchGetItem action"
        ) in log
    finally:
        boto3.client("cloudformation").delete_stack(StackName="lean")


def test_an_api_needs_the_functions_permission(shop: Any) -> None:
    """docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html"""
    import requests

    functions = boto3.client("lambda")
    policy = functions.get_policy(FunctionName="dev-OrderEntryFunction")["Policy"]
    [statement] = json.loads(policy)["Statement"]
    url = shop.output("OrdersApiUrl")
    functions.remove_permission(FunctionName="dev-OrderEntryFunction", StatementId=statement["Sid"])
    try:
        answer = requests.post(url, json={}, timeout=10)
        assert (answer.status_code, answer.json()) == (500, {"message": "Internal server error"})
    finally:
        functions.add_permission(
            FunctionName="dev-OrderEntryFunction",
            StatementId=statement["Sid"],
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=statement["Condition"]["ArnLike"]["AWS:SourceArn"],
        )
    assert requests.post(url, json={}, timeout=10).status_code == 400
