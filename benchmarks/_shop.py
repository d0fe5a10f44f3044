"""What the benchmarks share: the shop's orders, and the machine that a figure was measured on."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import io
import itertools
import json
import os
import platform
import sys
import zipfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

import psutil

ROOT = Path(__file__).resolve().parent.parent
HANDLERS = {
    "dev-ValidateOrderFunction": "validate_order_handler",
    "dev-ProcessPaymentFunction": "process_payment_handler",
}
TABLES = {"dev-Products": "productId", "dev-Orders": "orderId"}
VARIABLES = {"POWERTOOLS_SERVICE_NAME": "benchmark", "PRODUCTS_TABLE": "dev-Products"}
TRIES = 4  # that the workflow's Retry gives a silent gateway
SEED_ORDER: dict[str, Any] = {
    "orderId": "test-order-001",
    "userId": "test-user-123",
    "items": [{"productId": "prod-001", "quantity": 2, "price": 29.99}],
    "totalAmount": 59.98,
}
T = TypeVar("T")


def machine(*packages: str) -> str:
    """The machine and the versions, in one line."""
    versions = ", ".join(f"{name} {version(name)}" for name in ("moto", "boto3", *packages))
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, {versions}, load before {_LOAD}"
    )


def order(order_id: str, **changes: Any) -> dict[str, Any]:
    return {**SEED_ORDER, "orderId": order_id, **changes}


def order_ids(prefix: str, wanted: Callable[[str], bool], count: int) -> list[str]:
    """The first so many ids for which the gateway does what is wanted."""
    ids = (f"{prefix}-{number}" for number in itertools.count())
    return list(itertools.islice(filter(wanted, ids), count))


def load_handler(folder: str) -> Any:
    """A function's code, as a module of this process."""
    path = ROOT / "lambdas" / folder / "app.py"
    spec = importlib.util.spec_from_file_location(f"plain_{folder}", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module
    with contextlib.redirect_stdout(io.StringIO()):  # its logger keeps it: logs go nowhere
        spec.loader.exec_module(module)
    return module


@functools.cache
def gateway() -> Any:
    """The mock gateway's module: the oracle of what it will answer."""
    return load_handler("process_payment_handler")


def pays(order_id: str) -> bool:
    """Whether the payment is approved, at one of the tries that it gets."""
    answered = any(not gateway().times_out(order_id, retry) for retry in range(TRIES))
    return bool(answered and gateway().is_approved(order_id))


def pays_at_once(order_id: str) -> bool:
    """Whether the payment is approved at the first try, so that no backoff is measured."""
    return bool(gateway().is_approved(order_id) and not gateway().times_out(order_id, 0))


def load_products(dynamodb: Any, table: str) -> None:
    """Put the catalogue into its table."""
    products = json.loads((ROOT / "data" / "products.json").read_text(encoding="utf-8"))
    requests = [{"PutRequest": {"Item": _item(product)}} for product in products]
    for first in range(0, len(requests), 25):
        dynamodb.batch_write_item(RequestItems={table: requests[first : first + 25]})


def _item(product: dict[str, Any]) -> dict[str, Any]:
    return {k: {"S": v} if isinstance(v, str) else {"N": str(v)} for k, v in product.items()}


def make_role(iam: Any) -> str:
    """A role that Lambda and Step Functions may assume, and that may do everything; its ARN."""
    services = [f"{name}.amazonaws.com" for name in ("lambda", "states")]
    trust = {"Principal": {"Service": services}, "Action": "sts:AssumeRole"}
    everything = {"Action": "*", "Resource": "*"}
    trusting, allowing = (
        json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", **one}})
        for one in (trust, everything)
    )
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=trusting)["Role"]
    iam.put_role_policy(RoleName="r", PolicyName="all", PolicyDocument=allowing)
    return str(role["Arn"])


def make_by_hand(client: Callable[[str], Any]) -> str:
    """The workflow and what it calls, where no template can be deployed; returns its ARN."""
    dynamodb, functions = client("dynamodb"), client("lambda")
    for name, key in TABLES.items():
        dynamodb.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
        )
    load_products(dynamodb, "dev-Products")
    role = make_role(client("iam"))
    arns = {
        name: functions.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=role,
            Handler="app.lambda_handler",
            Timeout=30,
            MemorySize=256,
            Environment={"Variables": VARIABLES},
            Code={"ZipFile": _zipped(folder)},
        )["FunctionArn"]
        for name, folder in HANDLERS.items()
    }
    definition = (ROOT / "state-machines" / "order-workflow.asl.json").read_text(encoding="utf-8")
    for name, value in {
        "ValidateOrderFunctionArn": arns["dev-ValidateOrderFunction"],
        "ProcessPaymentFunctionArn": arns["dev-ProcessPaymentFunction"],
        "OrdersTableName": "dev-Orders",
        "NotificationsTopicArn": client("sns").create_topic(Name="t")["TopicArn"],
    }.items():
        definition = definition.replace("${" + name + "}", value)
    made = client("stepfunctions").create_state_machine(
        name="orders", definition=definition, roleArn=role
    )
    return str(made["stateMachineArn"])


def _zipped(folder: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.write(ROOT / "lambdas" / folder / "app.py", "app.py")
    return buffer.getvalue()


def start(stepfunctions: Any, machine_arn: str, payload: dict[str, Any]) -> str:
    """Start an execution for an order, named by it; returns its ARN."""
    started = stepfunctions.start_execution(
        stateMachineArn=machine_arn, name=payload["orderId"], input=json.dumps(payload)
    )
    return str(started["executionArn"])


def listed(stepfunctions: Any, machine_arn: str) -> list[dict[str, Any]]:
    """Every execution of a state machine."""
    pages = stepfunctions.get_paginator("list_executions").paginate(stateMachineArn=machine_arn)
    return [execution for page in pages for execution in page["executions"]]


def rows(dynamodb: Any, table: str) -> dict[str, str]:
    """The status of every order in the table."""
    pages = dynamodb.get_paginator("scan").paginate(TableName=table)
    return {i["orderId"]["S"]: i["status"]["S"] for page in pages for i in page["Items"]}


def kilobytes() -> float:
    """What this process holds in memory (RSS)."""
    return psutil.Process().memory_info().rss / 1024


def in_fresh_process(work: Callable[..., T], *args: Any) -> T:
    """What some work returns, done in a process of its own."""
    with ProcessPoolExecutor(1, get_context("spawn")) as processes:
        return processes.submit(work, *args).result()


_LOAD = f"{psutil.getloadavg()[0]:.2f}"
# What the handlers want of their environment when they are loaded in this process.
os.environ.update(VARIABLES, AWS_DEFAULT_REGION="us-east-1")
sys.path.insert(0, str(ROOT))
