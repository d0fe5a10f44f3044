"""An order through the workflow, warm: localaws against plain moto, in one process.

Plain moto runs the same definition, with the same handlers called in this process, since moto
without Docker runs none. Both wait for the end in the same way. Run by hand:

    python benchmarks/order_workflow.py [ROUNDS]
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import io
import itertools
import json
import os
import statistics
import sys
import time
import uuid
from types import SimpleNamespace
from typing import Any

import boto3
from _shop import ROOT, load_products, machine, order, run
from moto import mock_aws
from moto.awslambda_simple.models import LambdaSimpleBackend

import localaws

ORDERS = 20  # in each round, in each world
WARM_UP = 2
ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "POWERTOOLS_SERVICE_NAME": "benchmark",
    "PRODUCTS_TABLE": "dev-Products",
}
HANDLERS = {
    "dev-ValidateOrderFunction": "validate_order_handler",
    "dev-ProcessPaymentFunction": "process_payment_handler",
}


def milliseconds_an_order(machine_arn: str, ids: list[str]) -> float:
    """Each order runs alone; those that warm up are not counted."""
    stepfunctions = boto3.client("stepfunctions")
    took = []
    for order_id in ids:
        begun = time.perf_counter()
        status = run(stepfunctions, machine_arn, order(order_id))
        took.append(time.perf_counter() - begun)
        assert status == "SUCCEEDED", (order_id, status)
    counted = took[WARM_UP:] or took
    return sum(counted) / len(counted) * 1000


def plain_moto(ids: list[str]) -> float:
    config: Any = {
        "lambda": {"use_docker": False},
        "stepfunctions": {"execute_state_machine": True},
    }
    with mock_aws(config=config):
        original = LambdaSimpleBackend.invoke
        handlers = {name: _load(folder) for name, folder in HANDLERS.items()}
        LambdaSimpleBackend.invoke = _in_process(handlers)  # type: ignore[method-assign]
        try:
            return milliseconds_an_order(_resources(), ids)
        finally:
            LambdaSimpleBackend.invoke = original  # type: ignore[method-assign]


def our_world(ids: list[str]) -> float:
    localaws.start()
    try:
        stack = localaws.deploy(ROOT / "template.yaml")
        load_products(boto3.client("dynamodb"), stack.outputs["ProductsTableName"])
        return milliseconds_an_order(stack.outputs["OrderWorkflowArn"], ids)
    finally:
        localaws.stop()


def _in_process(handlers: dict[str, Any]) -> Any:
    def invoke(
        self: Any, function_name: str, qualifier: Any, body: Any, headers: Any, answer: Any
    ) -> bytes:
        name = function_name.rpartition(":")[2]
        context = SimpleNamespace(
            function_name=name,
            memory_limit_in_mb=256,
            invoked_function_arn=function_name,
            aws_request_id=str(uuid.uuid4()),
        )
        return json.dumps(handlers[name](json.loads(body), context)).encode()

    return invoke


def _load(folder: str) -> Any:
    path = ROOT / "lambdas" / folder / "app.py"
    spec = importlib.util.spec_from_file_location(f"plain_{folder}", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module
    with contextlib.redirect_stdout(io.StringIO()):  # its logger keeps it: logs go nowhere
        spec.loader.exec_module(module)
    return module.lambda_handler


def _resources() -> str:
    """The workflow and what it calls, made by hand; returns the machine's ARN."""
    dynamodb = boto3.client("dynamodb")
    for name, key in (("dev-Products", "productId"), ("dev-Orders", "orderId")):
        dynamodb.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
        )
    load_products(dynamodb, "dev-Products")
    role = boto3.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument="{}")
    arns = {
        name: boto3.client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=role["Role"]["Arn"],
            Handler="app.lambda_handler",
            Code={"ZipFile": b"never run"},
        )["FunctionArn"]
        for name in HANDLERS
    }
    text = (ROOT / "state-machines" / "order-workflow.asl.json").read_text(encoding="utf-8")
    for name, value in {
        "ValidateOrderFunctionArn": arns["dev-ValidateOrderFunction"],
        "ProcessPaymentFunctionArn": arns["dev-ProcessPaymentFunction"],
        "OrdersTableName": "dev-Orders",
        "NotificationsTopicArn": boto3.client("sns").create_topic(Name="t")["TopicArn"],
    }.items():
        text = text.replace("${" + name + "}", value)
    return str(
        boto3.client("stepfunctions").create_state_machine(
            name="orders", definition=text, roleArn=role["Role"]["Arn"]
        )["stateMachineArn"]
    )


def _approved(count: int) -> list[str]:
    """Ids whose payment is approved at the first try, so that no backoff is measured."""
    ids = (f"bench-{number}" for number in itertools.count())
    return list(itertools.islice(filter(pays_at_once, ids), count))


def pays_at_once(order_id: str) -> bool:
    """Whether the payment is approved at the first try."""
    payment = load_payment()
    return bool(payment.is_approved(order_id) and not payment.times_out(order_id, 0))


@functools.cache
def load_payment() -> Any:
    """The mock gateway's module: the oracle of what it will answer."""
    return sys.modules[_load("process_payment_handler").__module__]


def prepare() -> None:
    """What the handlers want of their environment when they run in this process."""
    os.environ.update(ENVIRONMENT)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    prepare()
    ids = _approved(ORDERS + WARM_UP)
    ratios = []
    for _ in range(rounds):
        plain, ours = plain_moto(ids), our_world(ids)
        ratios.append(ours / plain)
        print(f"plain moto {plain:6.1f} ms   localaws {ours:6.1f} ms   ratio {ratios[-1]:.2f}")
    print(f"median ratio {statistics.median(ratios):.2f}   ({machine()})")


if __name__ == "__main__":
    main()
