"""An order through the workflow, warm: localaws on either clock against plain moto and MiniStack.

Plain moto runs the same definition, with the same handlers called in this process, since moto
without Docker runs none. MiniStack runs it as a server, its handlers in warm processes. By hand:

    python benchmarks/order_workflow.py [ROUNDS]
"""

from __future__ import annotations

import json
import statistics
import sys
import time
import uuid
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, Literal

import boto3
from _ministack import MINISTACK, ministack
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
CLOCKS: tuple[Literal["real", "simulated"], ...] = ("real", "simulated")


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
            machine_arn = make_by_hand(boto3.client)
            return _milliseconds_an_order(
                boto3.client("stepfunctions"), machine_arn, ids, _looked_at
            )
        finally:
            LambdaSimpleBackend.invoke = original  # type: ignore[method-assign]


def our_world(ids: list[str], clock: Literal["real", "simulated"]) -> float:
    """Milliseconds of wall time an order, on either clock."""
    localaws.start(clock=clock)
    try:
        stack = localaws.deploy(ROOT / "template.yaml")
        load_products(boto3.client("dynamodb"), stack.outputs["ProductsTableName"])
        end = _simulated if clock == "simulated" else _looked_at
        machine_arn = stack.outputs["OrderWorkflowArn"]
        return _milliseconds_an_order(boto3.client("stepfunctions"), machine_arn, ids, end)
    finally:
        localaws.stop()


def mini_stack(ids: list[str]) -> float:
    """Milliseconds an order."""
    with ministack() as client:
        machine_arn, stepfunctions = make_by_hand(client), client("stepfunctions")
        return _milliseconds_an_order(
            stepfunctions, machine_arn, ids, lambda arn: _described(stepfunctions, arn)
        )


def _described(stepfunctions: Any, arn: str) -> str:
    """Wait for the end, as its users do; each question costs its server a millisecond or two."""
    while (status := stepfunctions.describe_execution(executionArn=arn)["status"]) == "RUNNING":
        time.sleep(0.005)
    return str(status)


def _looked_at(arn: str) -> str:
    """Wait for the end at moto's own object.

    DescribeExecution would compete with the execution for the interpreter, and so be measured.
    """
    execution = stepfunctions_parser_backends["123456789012"]["us-east-1"].describe_execution(arn)
    while execution.status == "RUNNING":
        time.sleep(0.001)
    return str(execution.status)


def _simulated(arn: str) -> str:
    localaws.clock.run_until(arn)
    return _looked_at(arn)


def _milliseconds_an_order(
    stepfunctions: Any, machine_arn: str, ids: list[str], end: Callable[[str], str]
) -> float:
    """Each order runs alone; those that warm up are not counted."""
    took = []
    for order_id in ids:
        begun = time.perf_counter()
        status = end(start(stepfunctions, machine_arn, order(order_id)))
        took.append(time.perf_counter() - begun)
        assert status == "SUCCEEDED", (order_id, status)
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
    faster: dict[str, list[float]] = {}
    for _ in range(rounds):
        plain, mini = plain_moto(ids), mini_stack(ids)
        ours = {clock: our_world(ids, clock) for clock in CLOCKS}
        told = ", ".join(f"{clock} clock {took:.1f}" for clock, took in ours.items())
        print(f"ms an order: plain moto {plain:.1f}, MiniStack {mini:.1f}, localaws: {told}")
        for clock, took in ours.items():
            faster.setdefault(f"{clock} clock, against plain moto", []).append(plain / took)
            faster.setdefault(f"{clock} clock, against MiniStack", []).append(mini / took)
    for what, times in faster.items():
        print(f"{what}: {statistics.median(times):.1f} times as fast")
    print(f"{machine()}, {', '.join(MINISTACK)}")


if __name__ == "__main__":
    main()
