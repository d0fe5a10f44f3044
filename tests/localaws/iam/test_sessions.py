"""Who a handler is, and what it may do in another role."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest

ACCOUNT = "123456789012"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/asks/asks"


def allow(*actions: str, resource: Any = "*") -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource}


def put_policy(role: str, *statements: dict[str, Any]) -> None:
    boto3.client("iam").put_role_policy(
        RoleName=role,
        PolicyName="p",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statements}),
    )


def test_a_handler_is_its_role(asker: Any) -> None:
    """Nobody needs a permission to ask who he is."""
    identity = asker.ask("sts", "get_caller_identity")
    role_id = boto3.client("iam").get_role(RoleName="asks")["Role"]["RoleId"]
    assert (identity["Arn"], identity["UserId"]) == (SESSION, f"{role_id}:asks")
    assert identity["Account"] == ACCOUNT


@pytest.mark.parametrize(
    ("trusted", "may", "expected"),
    [
        (f"arn:aws:iam::{ACCOUNT}:role/asks", [], True),  # either policy is enough
        (f"arn:aws:iam::{ACCOUNT}:root", [], False),  # leaves it to the role's policies
        (f"arn:aws:iam::{ACCOUNT}:root", [allow("sts:AssumeRole")], True),
        (ACCOUNT, [allow("sts:AssumeRole")], True),
        (f"arn:aws:iam::{ACCOUNT}:role/somebody", [allow("sts:AssumeRole")], False),
    ],
)
def test_a_role_is_assumed_by_whom_it_trusts(
    asker: Any, roles: Callable[..., str], trusted: str, may: Any, expected: bool
) -> None:
    target = roles("target", {"AWS": trusted})
    asker.may(*may)
    answer = asker.ask("sts", "assume_role", RoleArn=target, RoleSessionName="ann")
    assert isinstance(answer, dict) is expected


@pytest.fixture
def credentials(roles: Callable[..., str]) -> Callable[..., dict[str, str]]:
    """Assume a role that may do something; returns boto3's arguments."""

    def assume(*statements: dict[str, Any], **more: Any) -> dict[str, str]:
        role = roles("assumed", {"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
        put_policy("assumed", *statements)
        answer = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="ann", **more)
        found = answer["Credentials"]
        return {
            "aws_access_key_id": found["AccessKeyId"],
            "aws_secret_access_key": found["SecretAccessKey"],
            "aws_session_token": found["SessionToken"],
        }

    return assume


def test_an_assumed_role_is_asked_for_its_permissions(
    credentials: Callable[..., dict[str, str]], asker: Any, table: str
) -> None:
    """In a cell as in a handler."""
    given = credentials(allow("dynamodb:ListTables"))
    client = boto3.client("dynamodb", **given)
    assert client.list_tables()["TableNames"]
    with pytest.raises(client.exceptions.ClientError, match="assumed-role/assumed/ann is not auth"):
        client.describe_table(TableName=table)
    event = {"credentials": given}
    assert isinstance(asker.ask("dynamodb", "list_tables", event), dict)
    assert asker.ask("dynamodb", "describe_table", event, TableName=table)[2] == 400


def test_a_functions_policy_names_a_role_or_an_account(
    credentials: Callable[..., dict[str, str]], make_function: Callable[..., str]
) -> None:
    """.../lambda/latest/dg/access-control-resource-based.html

    Only the role is let in: an account that is named leaves it to the role's own policies.
    """
    name = make_function("def lambda_handler(e, c): return 1")
    client = boto3.client("lambda", **credentials(allow("dynamodb:ListTables")))
    functions = boto3.client("lambda")
    role = f"arn:aws:iam::{ACCOUNT}:role/assumed"
    for number, principal in enumerate((ACCOUNT, role)):
        with pytest.raises(client.exceptions.ClientError, match="lambda:InvokeFunction"):
            client.invoke(FunctionName=name)
        functions.add_permission(
            FunctionName=name,
            StatementId=str(number),
            Action="lambda:InvokeFunction",
            Principal=principal,
        )
    assert client.invoke(FunctionName=name)["StatusCode"] == 200
    policy = json.loads(functions.get_policy(FunctionName=name)["Policy"])
    named = [statement["Principal"] for statement in policy["Statement"]]
    assert named == [{"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, {"AWS": role}]


def test_the_door_asks_as_well(
    credentials: Callable[..., dict[str, str]], cloud: Any, table: str
) -> None:
    """It lets in everybody else."""
    own = boto3.client("dynamodb", endpoint_url=cloud.endpoint_url)
    assert own.describe_table(TableName=table)
    given = credentials(allow("dynamodb:ListTables"))
    client = boto3.client("dynamodb", endpoint_url=cloud.endpoint_url, **given)
    assert table in client.list_tables()["TableNames"]
    with pytest.raises(client.exceptions.ClientError, match="dynamodb:DescribeTable on resource"):
        client.describe_table(TableName=table)
    buckets = boto3.client("s3", endpoint_url=cloud.endpoint_url, **given)
    with pytest.raises(buckets.exceptions.ClientError, match="s3:ListAllMyBuckets"):
        buckets.list_buckets()


def test_a_session_policy_limits(credentials: Callable[..., dict[str, str]], table: str) -> None:
    policy = {"Version": "2012-10-17", "Statement": [allow("dynamodb:DescribeTable")]}
    given = credentials(allow("dynamodb:*"), Policy=json.dumps(policy))
    client = boto3.client("dynamodb", **given)
    client.describe_table(TableName=table)
    words = "because no session policy allows the dynamodb:ListTables action"
    with pytest.raises(client.exceptions.ClientError, match=words):
        client.list_tables()


def test_a_boundary_limits(asker: Any) -> None:
    """.../IAM/latest/UserGuide/access_policies_boundaries.html"""
    iam = boto3.client("iam")
    document = {"Version": "2012-10-17", "Statement": [allow("dynamodb:DescribeTable")]}
    boundary = iam.create_policy(PolicyName="boundary", PolicyDocument=json.dumps(document))
    arn = boundary["Policy"]["Arn"]
    asker.may(allow("dynamodb:*"))
    iam.put_role_permissions_boundary(RoleName="asks", PermissionsBoundary=arn)
    try:
        _, message, _ = asker.ask("dynamodb", "list_tables")
        assert message.endswith(
            "because no permissions boundary allows the dynamodb:ListTables action"
        )
    finally:
        iam.delete_role_permissions_boundary(RoleName="asks")
    assert isinstance(asker.ask("dynamodb", "list_tables"), dict)


def test_a_managed_policy_of_aws(asker: Any, table: str) -> None:
    iam = boto3.client("iam")
    arn = "arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess"
    iam.attach_role_policy(RoleName="asks", PolicyArn=arn)
    try:
        assert isinstance(asker.ask("dynamodb", "describe_table", TableName=table), dict)
        refused = asker.ask("dynamodb", "delete_table", TableName=table)
        assert refused[0] == "AccessDeniedException"
    finally:
        iam.detach_role_policy(RoleName="asks", PolicyArn=arn)
    assert asker.ask("dynamodb", "describe_table", TableName=table)[2] == 400


def test_a_policys_version_that_is_in_force(asker: Any, table: str) -> None:
    iam = boto3.client("iam")
    first = {"Version": "2012-10-17", "Statement": [allow("dynamodb:ListTables")]}
    second = {"Version": "2012-10-17", "Statement": [allow("dynamodb:DescribeTable")]}
    policy = iam.create_policy(PolicyName="versions", PolicyDocument=json.dumps(first))
    arn = policy["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="asks", PolicyArn=arn)
    try:
        assert isinstance(asker.ask("dynamodb", "list_tables"), dict)
        iam.create_policy_version(
            PolicyArn=arn, PolicyDocument=json.dumps(second), SetAsDefault=True
        )
        assert asker.ask("dynamodb", "list_tables")[2] == 400
        assert isinstance(asker.ask("dynamodb", "describe_table", TableName=table), dict)
    finally:
        iam.detach_role_policy(RoleName="asks", PolicyArn=arn)
