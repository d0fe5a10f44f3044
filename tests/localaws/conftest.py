"""Functions and state machines of a few lines, made for one test."""

from __future__ import annotations

import io
import itertools
import json
import os
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
NUMBERS = itertools.count()


@pytest.fixture
def python(tmp_path: Path) -> Any:
    """Run a script in a fresh process; returns what it prints, and fails where it fails.

    With `both`, its standard error, too.
    """

    def run(code: str, both: bool = False, **environment: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path), **environment},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr if both else done.stdout

    return run


@pytest.fixture
def let_api_invoke(cloud: Any) -> Callable[[str, str, str], None]:
    """Let an API invoke a function: takes its name, the API's id, and which of its routes."""
    import boto3

    def allow(function: str, api_id: str, routes: str) -> None:
        boto3.client("lambda").add_permission(
            FunctionName=function,
            StatementId="api",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:us-east-1:123456789012:{api_id}/{routes}",
        )

    return allow


@pytest.fixture
def make_role(cloud: Any) -> Callable[..., str]:
    """Create a role that Lambda, Step Functions and others may assume; returns its ARN.

    Takes the statements of its policy; without any, it may do everything.
    """
    import boto3

    def make(*statements: dict[str, Any]) -> str:
        iam = boto3.client("iam")
        name = f"role-{next(NUMBERS)}"
        services = ["lambda", "states", "events", "scheduler", "apigateway", "pipes"]
        principals = {"Service": [f"{service}.amazonaws.com" for service in services]}
        trust = [{"Effect": "Allow", "Principal": principals, "Action": "sts:AssumeRole"}]
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(trust))["Role"]
        everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        document = _policy(list(statements) or [everything])
        iam.put_role_policy(RoleName=name, PolicyName="policy", PolicyDocument=document)
        return str(role["Arn"])

    return make


def _policy(statements: list[dict[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


@pytest.fixture
def role(make_role: Callable[..., str]) -> str:
    return make_role()


def packed(code: str) -> bytes:
    """A deployment package with one module `app`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", textwrap.dedent(code))
    return buffer.getvalue()


class Mailbox:
    """A queue to which any service may send, and what has come to it."""

    def __init__(self, name: str, **attributes: str) -> None:
        import boto3

        self._client = boto3.client("sqs")
        anybody = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage"}
        policy = _policy([anybody | {"Resource": "*"}])
        given = {"Policy": policy, **attributes}
        self.url = str(self._client.create_queue(QueueName=name, Attributes=given)["QueueUrl"])
        self.arn = f"arn:aws:sqs:us-east-1:123456789012:{name}"

    def messages(self) -> list[dict[str, Any]]:
        """What has come since the last look."""
        found: list[dict[str, Any]] = []
        given = {"MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"]}
        receive = self._client.receive_message
        while got := receive(QueueUrl=self.url, **given).get("Messages"):
            for message in got:
                receipt = message["ReceiptHandle"]
                self._client.delete_message(QueueUrl=self.url, ReceiptHandle=receipt)
            found += got
        return found

    def bodies(self) -> list[str]:
        return [str(message["Body"]) for message in self.messages()]

    def documents(self) -> list[Any]:
        """What has come, read as JSON."""
        return [json.loads(body) for body in self.bodies()]


@pytest.fixture
def make_mailbox(cloud: Any) -> Callable[..., Mailbox]:
    def make(suffix: str = "", **attributes: str) -> Mailbox:
        return Mailbox(f"mailbox-{next(NUMBERS)}{suffix}", **attributes)

    return make


@pytest.fixture
def mailbox(make_mailbox: Callable[..., Mailbox]) -> Mailbox:
    return make_mailbox()


@pytest.fixture
def make_reporter(make_function: Callable[..., str]) -> Callable[[Mailbox, str], str]:
    """Create a function that sends its event to a mailbox, and that a service may invoke.

    Takes the mailbox and the service, as `sns`; returns the function's ARN.
    """
    import boto3

    def make(mailbox: Mailbox, service: str) -> str:
        name = make_function(
            f"""
            import boto3, json
            def lambda_handler(event, context):
                body = json.dumps(event)
                boto3.client("sqs").send_message(QueueUrl={mailbox.url!r}, MessageBody=body)
            """
        )
        boto3.client("lambda").add_permission(
            FunctionName=name,
            StatementId="service",
            Action="lambda:InvokeFunction",
            Principal=f"{service}.amazonaws.com",
        )
        return f"arn:aws:lambda:us-east-1:123456789012:function:{name}"

    return make


@pytest.fixture
def make_table(cloud: Any) -> Callable[[], str]:
    """Create a table whose items have an `id`; returns its name."""
    import boto3

    def make() -> str:
        name = f"table-{next(NUMBERS)}"
        boto3.client("dynamodb").create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        return name

    return make


@pytest.fixture
def table(make_table: Callable[[], str]) -> str:
    return make_table()


@pytest.fixture
def make_function(role: str) -> Callable[..., str]:
    """Create a function from the text of its module; returns its name."""
    import boto3

    def make(code: str, **settings: Any) -> str:
        name = f"function-{next(NUMBERS)}"
        boto3.client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=role,
            Handler=settings.pop("Handler", "app.lambda_handler"),
            Code={"ZipFile": packed(code)},
            **settings,
        )
        return name

    return make


@pytest.fixture
def invoke(cloud: Any) -> Callable[..., dict[str, Any]]:
    """Invoke a function; returns `payload`, `error` (FunctionError) and `log` (its tail)."""
    import base64

    import boto3

    client = boto3.client("lambda")

    def call(name: str, event: Any = None) -> dict[str, Any]:
        answer = client.invoke(FunctionName=name, Payload=json.dumps(event), LogType="Tail")
        return {
            "payload": json.loads(answer["Payload"].read()),
            "error": answer.get("FunctionError"),
            "log": base64.b64decode(answer["LogResult"]).decode(),
        }

    return call


@pytest.fixture
def make_machine(role: str) -> Callable[[dict[str, Any]], str]:
    """Create a state machine from its definition; returns its ARN."""
    import boto3

    def make(definition: dict[str, Any]) -> str:
        answer = boto3.client("stepfunctions").create_state_machine(
            name=f"machine-{next(NUMBERS)}", definition=json.dumps(definition), roleArn=role
        )
        return str(answer["stateMachineArn"])

    return make


def task_machine(function: str) -> dict[str, Any]:
    """A machine of one Task that invokes a function."""
    return {
        "StartAt": "Call",
        "States": {
            "Call": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"FunctionName": function, "Payload.$": "$"},
                "End": True,
            }
        },
    }


@pytest.fixture
def run_task(make_machine: Callable[..., str], shop: Any) -> Callable[..., Any]:
    """Run a function as a Task state; returns the ended execution."""

    def run(function: str, event: Any = None) -> Any:
        return shop.run(event or {}, f"task-{next(NUMBERS)}", make_machine(task_machine(function)))

    return run
