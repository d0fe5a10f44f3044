"""What the benchmarks share: the shop's orders, and the machine that a figure was measured on."""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from moto.stepfunctions.parser.models import stepfunctions_parser_backends

ROOT = Path(__file__).resolve().parent.parent
SEED_ORDER: dict[str, Any] = {
    "orderId": "test-order-001",
    "userId": "test-user-123",
    "items": [{"productId": "prod-001", "quantity": 2, "price": 29.99}],
    "totalAmount": 59.98,
}


def machine() -> str:
    """The machine and the versions, in one line."""
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, moto {version('moto')}, boto3 {version('boto3')}"
    )


def order(order_id: str, **changes: Any) -> dict[str, Any]:
    return {**SEED_ORDER, "orderId": order_id, **changes}


def load_products(dynamodb: Any, table: str) -> None:
    """Put the catalogue into its table."""
    products = json.loads((ROOT / "data" / "products.json").read_text(encoding="utf-8"))
    requests = [{"PutRequest": {"Item": _item(product)}} for product in products]
    for first in range(0, len(requests), 25):
        dynamodb.batch_write_item(RequestItems={table: requests[first : first + 25]})


def _item(product: dict[str, Any]) -> dict[str, Any]:
    return {k: {"S": v} if isinstance(v, str) else {"N": str(v)} for k, v in product.items()}


def run(stepfunctions: Any, machine_arn: str, payload: dict[str, Any]) -> str:
    """Start one execution and wait for its end; returns its status.

    Looks at moto's own object instead of calling DescribeExecution, which competes with the
    execution for the interpreter, and so would be measured with it.
    """
    arn = stepfunctions.start_execution(
        stateMachineArn=machine_arn, name=payload["orderId"], input=json.dumps(payload)
    )["executionArn"]
    backend = stepfunctions_parser_backends["123456789012"]["us-east-1"]
    execution = backend.describe_execution(arn)
    while execution.status == "RUNNING":
        time.sleep(0.001)
    return str(execution.status)


sys.path.insert(0, str(ROOT))
