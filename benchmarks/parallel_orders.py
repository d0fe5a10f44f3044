"""Eight orders at once against one at a time, on the real clock: does waiting overlap?

Two state machines: the order workflow, whose handlers compute, and one with the same two functions
told to wait 50 ms, as for a gateway. Run by hand:

    python benchmarks/parallel_orders.py [ROUNDS]
"""

from __future__ import annotations

import json
import statistics
import sys
import time
import uuid
from collections.abc import Iterator
from typing import Any

import boto3
from _shop import ROOT, load_products, machine, order, order_ids, pays_at_once, start
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

import localaws

ORDERS = 48  # in each round, in each way
AT_ONCE = 8
WAITING = """
import time
def lambda_handler(event, context):
    time.sleep(0.05)
    return event
"""
TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.13, Handler: index.lambda_handler}}
Resources:
  Waiting: {Type: AWS::Serverless::Function, Properties: {InlineCode: %s}}
  Workflow:
    Type: AWS::Serverless::StateMachine
    Properties:
      Policies: [{LambdaInvokePolicy: {FunctionName: !Ref Waiting}}]
      DefinitionSubstitutions: {Function: !GetAtt Waiting.Arn}
      Definition:
        StartAt: First
        States:
          First: {Type: Task, Resource: "${Function}", Next: Second}
          Second: {Type: Task, Resource: "${Function}", End: true}
Outputs: {Arn: {Value: !Ref Workflow}}
"""


def seconds(machine_arn: str, orders: list[dict[str, Any]], at_once: int) -> float:
    """How long so many orders take, never more than `at_once` of them running."""
    stepfunctions = boto3.client("stepfunctions")
    backend = stepfunctions_parser_backends["123456789012"]["us-east-1"]
    left: Iterator[dict[str, Any]] = iter(orders)
    running: list[Any] = []
    begun = time.perf_counter()
    while True:
        running = [one for one in running if one.status == "RUNNING"]
        while len(running) < at_once and (payload := next(left, None)):
            running.append(backend.describe_execution(start(stepfunctions, machine_arn, payload)))
        if not running:
            return time.perf_counter() - begun
        time.sleep(0.001)


def ratio(machine_arn: str, ids: list[str]) -> float:
    """The throughput of eight at once over that of one at a time."""

    def named() -> list[dict[str, Any]]:
        # An execution's name is taken once; the gateway draws from the order's id.
        return [order(one) for one in ids]

    def run(at_once: int) -> float:
        stepfunctions = boto3.client("stepfunctions")
        definition = stepfunctions.describe_state_machine(stateMachineArn=machine_arn)
        copy = stepfunctions.create_state_machine(
            name=f"copy-{uuid.uuid4()}",
            definition=definition["definition"],
            roleArn=definition["roleArn"],
        )["stateMachineArn"]
        return seconds(copy, named(), at_once)

    run(AT_ONCE)  # warm up: as many environments as will be used
    return run(1) / run(AT_ONCE)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    template = ROOT / "benchmarks" / ".waiting.yaml"
    template.write_text(TEMPLATE % json.dumps(WAITING), encoding="utf-8")
    localaws.start(clock="real")
    try:
        waiting = localaws.deploy(template, "waiting").outputs["Arn"]
        stack = localaws.deploy(ROOT / "template.yaml")
        load_products(boto3.client("dynamodb"), stack.outputs["ProductsTableName"])
        ids = order_ids("parallel", pays_at_once, ORDERS)
        pairs = [
            (ratio(stack.outputs["OrderWorkflowArn"], ids), ratio(waiting, ids))
            for _ in range(rounds)
        ]
    finally:
        localaws.stop()
        template.unlink()
    for computing, sleeping in pairs:
        print(f"8 at once / 1 at a time: orders {computing:.2f}, handlers that wait {sleeping:.2f}")
    computing, sleeping = (statistics.median(one) for one in zip(*pairs, strict=True))
    print(f"median: orders {computing:.2f}, handlers that wait {sleeping:.2f}   ({machine()})")


if __name__ == "__main__":
    main()
