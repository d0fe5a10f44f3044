"""An order through the workflow, warm: localaws on either clock against plain moto, in one process.

Plain moto runs the same definition, with the same handlers called in this process, since moto
without Docker runs none. Run by hand:

    python benchmarks/order_workflow.py [ROUNDS]
"""

from __future__ import annotations

import json
import statistics
import sys
import time
import uuid
from types import SimpleNamespace
from typing import Any, Literal

import boto3
from _shop import (
    HANDLERS,
    ROOT,
    load_handler,
    load_products,
    machine,
    make_by_hand,
    order,
    order_ids,
    pays_at_once,
    start,
)
from moto import mock_aws
from moto.awslambda_simple.models import LambdaSimpleBackend
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

import localaws

ORDERS = 20  # in each round, in each world
WARM_UP = 2


def plain_moto(ids: list[str]) -> float:
    """Milliseconds an order."""
    config: Any = {
        "lambda": {"use_docker": False},
        "stepfunctions": {"execute_state_machine": True},
    }
    with mock_aws(config=config):
        original = LambdaSimpleBackend.invoke
        LambdaSimpleBackend.invoke = _in_process()  # type: ignore[method-assign]
        try:
            return _milliseconds_an_order(make_by_hand(boto3.client), ids)
        finally:
            LambdaSimpleBackend.invoke = original  # type: ignore[method-assign]


def our_world(ids: list[str], clock: Literal["real", "simulated"]) -> float:
    """Milliseconds of wall time an order, on either clock."""
    localaws.start(clock=clock)
    try:
        stack = localaws.deploy(ROOT / "template.yaml")
        load_products(boto3.client("dynamodb"), stack.outputs["ProductsTableName"])
        return _milliseconds_an_order(
            stack.outputs["OrderWorkflowArn"], ids, simulated=clock == "simulated"
        )
    finally:
        localaws.stop()


def _milliseconds_an_order(machine_arn: str, ids: list[str], simulated: bool = False) -> float:
    """Each order runs alone; those that warm up are not counted.

    Looks at moto's own object instead of calling DescribeExecution, which competes with the
    execution for the interpreter, and so would be measured with it.
    """
    stepfunctions = boto3.client("stepfunctions")
    backend = stepfunctions_parser_backends["123456789012"]["us-east-1"]
    took = []
    for order_id in ids:
        begun = time.perf_counter()
        arn = start(stepfunctions, machine_arn, order(order_id))
        if simulated:
            localaws.clock.run_until(arn)
        execution = backend.describe_execution(arn)
        while execution.status == "RUNNING":
            time.sleep(0.001)
        took.append(time.perf_counter() - begun)
        assert execution.status == "SUCCEEDED", (order_id, execution.status)
    counted = took[WARM_UP:] or took
    return sum(counted) / len(counted) * 1000


def _in_process() -> Any:
    handlers = {name: load_handler(folder).lambda_handler for name, folder in HANDLERS.items()}

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


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    ids = order_ids("bench", pays_at_once, ORDERS + WARM_UP)
    ratios = []
    for _ in range(rounds):
        plain, real, simulated = (
            plain_moto(ids),
            our_world(ids, "real"),
            our_world(ids, "simulated"),
        )
        ratios.append((real / plain, simulated / plain))
        print(
            f"plain moto {plain:6.1f} ms   localaws: real clock {real:6.1f} ms, "
            f"simulated {simulated:6.1f} ms   ratios {real / plain:.2f}, {simulated / plain:.2f}"
        )
    real, simulated = (statistics.median(one) for one in zip(*ratios, strict=True))
    print(f"median ratio, real clock {real:.2f}, simulated {simulated:.2f}   ({machine()})")


if __name__ == "__main__":
    main()
