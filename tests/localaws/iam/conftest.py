"""A function that asks AWS for whatever a test wants, in a role that a test gives policies."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

NAME = "asks"
CODE = """
    import functools, json
    import boto3, botocore
    from botocore.config import Config

    @functools.cache
    def client(service, credentials):
        config = Config(retries={"total_max_attempts": 1})
        return boto3.client(service, config=config, **json.loads(credentials))

    def lambda_handler(event, context):
        asked = client(event["service"], json.dumps(event.get("credentials", {})))
        try:
            answer = getattr(asked, event["operation"])(**event["parameters"])
        except botocore.exceptions.ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            return {**error.response["Error"], "status": status}
        return {"answer": {k: str(v) for k, v in answer.items()}}
"""


class Asker:
    """The function."""

    def __init__(self, function: str) -> None:
        import boto3

        self._function = function
        self._lambda = boto3.client("lambda")
        self._iam = boto3.client("iam")

    def may(self, *statements: dict[str, Any]) -> None:
        """Give its role these statements and no other."""
        for name in self._iam.list_role_policies(RoleName=NAME)["PolicyNames"]:
            self._iam.delete_role_policy(RoleName=NAME, PolicyName=name)
        if statements:
            document = json.dumps({"Version": "2012-10-17", "Statement": statements})
            self._iam.put_role_policy(RoleName=NAME, PolicyName="p", PolicyDocument=document)

    def ask(self, service: str, operation: str, _event: Any = None, **parameters: Any) -> Any:
        """The answer, or the code, the message and the status of the error."""
        event = {"service": service, "operation": operation, "parameters": parameters}
        payload = json.dumps(event | (_event or {}))
        invoked = self._lambda.invoke(FunctionName=self._function, Payload=payload)
        found = json.loads(invoked["Payload"].read())
        assert "FunctionError" not in invoked, found
        if "answer" in found:
            return found["answer"]
        return found["Code"], found["Message"], found["status"]


def make_role(name: str, trust: Any) -> str:
    import boto3

    statement = {"Effect": "Allow", "Principal": trust, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    role = boto3.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=document)
    return str(role["Role"]["Arn"])


@pytest.fixture(scope="session")
def asking(cloud: Any) -> str:
    """The function's name. One for all tests: a cold start takes a while."""
    import textwrap

    import boto3

    role = make_role(NAME, {"Service": ["lambda.amazonaws.com", "states.amazonaws.com"]})
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", textwrap.dedent(CODE))
    boto3.client("lambda").create_function(
        FunctionName=NAME,
        Runtime="python3.13",
        Role=role,
        Handler="app.lambda_handler",
        Code={"ZipFile": buffer.getvalue()},
        Timeout=60,
    )
    return NAME


@pytest.fixture
def asker(asking: str) -> Iterator[Asker]:
    """The function, in a role that allows nothing."""
    found = Asker(asking)
    found.may()
    yield found
    found.may()


@pytest.fixture
def roles(cloud: Any) -> Iterator[Callable[[str, Any], str]]:
    """Make roles of a name and a Principal; they go with the test."""
    import boto3

    names: list[str] = []

    def make(name: str, trust: Any) -> str:
        names.append(name)
        return make_role(name, trust)

    yield make
    iam = boto3.client("iam")
    for name in names:
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            iam.delete_role_policy(RoleName=name, PolicyName=policy)
        iam.delete_role(RoleName=name)
