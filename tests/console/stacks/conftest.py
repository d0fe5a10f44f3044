"""Plain moto for what needs nothing else, and a shop of its own with real traffic."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from moto import mock_aws

ROOT = Path(__file__).resolve().parents[3]
CONFIRMED, DECLINED = ("order-000", "order-001", "order-002"), "order-008"


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Unpatched moto: what is seen there is read by public boto3 calls."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        yield


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let AWS refuse some operations, as it does where a permission is missing."""

    def refuse(*operations: str) -> None:
        usual = BaseClient._make_api_call

        def call(self: Any, operation: str, given: Any) -> Any:
            if operation in operations:
                error = {"Code": "AccessDenied", "Message": "not yours"}
                raise ClientError({"Error": error}, operation)
            return usual(self, operation, given)

        monkeypatch.setattr(BaseClient, "_make_api_call", call)

    return refuse


@dataclass(frozen=True)
class Busy:
    """A shop that has taken orders: its stack, the outputs of that, and when the orders came."""

    stack: str
    outputs: dict[str, str]
    begun: datetime


@pytest.fixture(scope="session")
def busy(cloud: Any, tmp_path_factory: pytest.TempPathFactory) -> Busy:
    """Three orders are confirmed, one is declined, one message fails for good, one has come in."""
    folder = tmp_path_factory.mktemp("shop")
    for name in ("lambdas", "state-machines"):
        shutil.copytree(ROOT / name, folder / name)
    template = (ROOT / "template.yaml").read_text(encoding="utf-8")
    own, times = re.subn("Default: dev$", "Default: busy", template, flags=re.MULTILINE)
    assert times == 1
    (folder / "template.yaml").write_text(own, encoding="utf-8")
    outputs = cloud.deploy(folder / "template.yaml", stack_name="busy-shop").outputs
    _fill(outputs["ProductsTableName"])
    queue = boto3.client("sqs")
    begun = cloud.clock.now
    for order in (*CONFIRMED, DECLINED):
        body = {
            "orderId": order,
            "userId": "test-user-123",
            "items": [{"productId": "prod-001", "quantity": 2, "price": 29.99}],
            "totalAmount": 59.98,
        }
        queue.send_message(QueueUrl=outputs["OrderQueueUrl"], MessageBody=json.dumps(body))
    queue.send_message(QueueUrl=outputs["OrderQueueUrl"], MessageBody="this is not JSON")
    cloud.clock.advance(minutes=15)
    queue.send_message(QueueUrl=outputs["OrderQueueUrl"], MessageBody='{"orderId": "late"}')
    return Busy("busy-shop", outputs, begun)


def _fill(table: str) -> None:
    client = boto3.client("dynamodb")
    for product in json.loads((ROOT / "data" / "products.json").read_text(encoding="utf-8")):
        item = {k: {"S" if isinstance(v, str) else "N": str(v)} for k, v in product.items()}
        client.put_item(TableName=table, Item=item)


@pytest.fixture
def still(cloud: Any) -> Iterator[None]:
    """Simulated time stands still in the test."""
    before = cloud.clock.now
    yield
    assert cloud.clock.now == before
