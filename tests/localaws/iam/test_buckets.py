"""A bucket's own policy, for requests without a role's credentials."""

from __future__ import annotations

import itertools
import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

NUMBERS = itertools.count(1)
DENY: dict[str, Any] = {"Effect": "Deny", "Principal": "*", "Action": "s3:*"}


def bucket_with(*statements: dict[str, Any]) -> str:
    """A bucket with one object, and then a policy on its objects."""
    name = f"letters-{next(NUMBERS)}"
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="first", Body=b"1")
    whole = [{"Resource": f"arn:aws:s3:::{name}/*", **one} for one in statements]
    policy = json.dumps({"Version": "2012-10-17", "Statement": whole})
    s3.put_bucket_policy(Bucket=name, Policy=policy)
    return name


def code(bucket: str, client: Any = None) -> str:
    """How a read of its object ends."""
    try:
        (client or boto3.client("s3")).get_object(Bucket=bucket, Key="first")
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "OK"


def secure(value: str) -> dict[str, Any]:
    return {"Condition": {"Bool": {"aws:SecureTransport": value}}}


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (DENY, "403"),
        (DENY | {"Principal": {"AWS": "*"}}, "403"),
        (DENY | {"Action": "s3:PutObject"}, "OK"),
        (DENY | {"Resource": "arn:aws:s3:::another/*"}, "OK"),
        (DENY | secure("false"), "OK"),
        (DENY | secure("true"), "403"),
        # A role is refused where roles are asked for; nobody else is one.
        (DENY | {"Principal": {"AWS": "arn:aws:iam::123456789012:role/other"}}, "OK"),
        (DENY | {"Condition": {"StringNotEquals": {"aws:PrincipalArn": "arn:a"}}}, "OK"),
    ],
)
def test_a_statement_denies_when_its_condition_holds(
    cloud: Any, statement: dict[str, Any], expected: str
) -> None:
    assert code(bucket_with(statement)) == expected


def test_a_denial_is_stronger_than_leave(cloud: Any) -> None:
    allow = DENY | {"Effect": "Allow"}
    assert code(bucket_with(allow, DENY)) == "403"


def test_a_request_to_the_door_counts_as_https(cloud: Any) -> None:
    bucket = bucket_with(DENY | secure("false"))
    assert cloud.endpoint_url.startswith("http://127.0.0.1:")
    client = boto3.client("s3", endpoint_url=cloud.endpoint_url)
    assert code(bucket, client) == "OK"
