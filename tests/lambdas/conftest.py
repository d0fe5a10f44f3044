"""Handlers loaded from their files, as Lambda loads them, with moto for AWS and no network."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import boto3
import pytest
from moto import mock_aws
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).parents[2]
PRODUCTS = ROOT / "data" / "products.json"
ACCOUNT = "123456789012"
ARN = f"arn:aws:states:us-east-1:{ACCOUNT}"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "PRODUCTS_TABLE": "dev-Products",
    "ORDERS_TABLE": "dev-Orders",
    "TRACKING_TABLE": "dev-Tracking",
    "METRICS_NAMESPACE": "dev/DeadLetters",
    "CARRIER_SECRET_ARN": f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:dev-CarrierSecret",
    "ORDER_QUEUE_URL": f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/dev-OrderQueue",
    "STATE_MACHINE_ARN": f"{ARN}:stateMachine:dev-OrderProcessingWorkflow",
}


@dataclass
class Context:
    """What the handlers' logger reads of Lambda's context object."""

    function_name: str = "dev-Function"
    memory_limit_in_mb: int = 256
    invoked_function_arn: str = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:dev-Function"
    aws_request_id: str = "00000000-0000-4000-8000-000000000000"


class Stdout:
    """sys.stdout as it is when something is written: pytest gives each test its own."""

    def write(self, text: str) -> None:
        sys.stdout.write(text)

    def flush(self) -> None:
        sys.stdout.flush()


@pytest.fixture(scope="module", autouse=True)
def environment() -> Iterator[None]:
    """The functions' environment variables."""
    with mock.patch.dict(os.environ, ENVIRONMENT):
        yield


@pytest.fixture(scope="module")
def load(environment: None) -> Callable[[str], ModuleType]:
    """Loads lambdas/<name>/app.py: load("validate_order_handler")."""

    def load_handler(name: str) -> ModuleType:
        path = ROOT / "lambdas" / name / "app.py"
        spec = importlib.util.spec_from_file_location(f"{name}_app", path)
        assert spec is not None
        assert spec.loader is not None
        app = importlib.util.module_from_spec(spec)
        with mock.patch.dict(os.environ, {"POWERTOOLS_SERVICE_NAME": name}):
            spec.loader.exec_module(app)
        app.logger.handlers[0].stream = Stdout()
        return app

    return load_handler


@pytest.fixture(scope="session")
def event() -> Callable[[str, str], Any]:
    """Reads lambdas/<handler>/events/<name>.json."""

    def read(handler: str, name: str) -> Any:
        path = ROOT / "lambdas" / handler / "events" / f"{name}.json"
        return json.loads(path.read_text(encoding="utf-8"))

    return read


@pytest.fixture
def context() -> Context:
    return Context()


@pytest.fixture(scope="session")
def resources() -> dict[str, Any]:
    """The resources of template.yaml."""
    return yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))["Resources"]


@pytest.fixture(scope="session")
def shop(resources: dict[str, Any]) -> Callable[[], AbstractContextManager[None]]:
    """A fresh AWS with the template's tables, its queue, a state machine and the products."""

    @contextmanager
    def start() -> Iterator[None]:
        with mock_aws():
            for resource in resources.values():
                if resource["Type"] == "AWS::DynamoDB::Table":
                    properties = dict(resource["Properties"])
                    name = properties.pop("TableName")["Fn::Sub"].replace("${Environment}", "dev")
                    boto3.client("dynamodb").create_table(TableName=name, **properties)
            boto3.client("sqs").create_queue(QueueName="dev-OrderQueue")
            boto3.client("stepfunctions").create_state_machine(
                name="dev-OrderProcessingWorkflow",
                definition='{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}',
                roleArn=f"arn:aws:iam::{ACCOUNT}:role/dev-OrderWorkflowRole",
            )
            load_products()
            yield

    return start


def load_products() -> None:
    """Loads the catalogue as the lessons do."""
    text = PRODUCTS.read_text(encoding="utf-8")
    table = boto3.resource("dynamodb").Table("dev-Products")
    with table.batch_writer() as batch:
        for product in json.loads(text, parse_float=Decimal):
            batch.put_item(Item=product)


@pytest.fixture(scope="session")
def catalogue() -> list[dict[str, Any]]:
    """The products, their prices as Decimal."""
    return json.loads(PRODUCTS.read_text(encoding="utf-8"), parse_float=Decimal)


@pytest.fixture
def aws(shop: Callable[[], AbstractContextManager[None]]) -> Iterator[None]:
    with shop():
        yield


@pytest.fixture
def logs(capsys: pytest.CaptureFixture[str]) -> Callable[[], list[dict[str, Any]]]:
    """The log lines that handlers have written since the last call."""
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]
