"""Orders through the deployed workflow on the simulated clock, each with a retry and a long wait.

Both functions run in their workers, and all logs are written. Every order's first payment meets a
silent gateway, and every order waits an hour before it pays. How each must end is known from its
id; the benchmark fails where one ends otherwise. Each number of orders gets a fresh process. Run
by hand:

    python benchmarks/simulated_orders.py [ORDERS ...]
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import boto3
from _shop import (
    ROOT,
    gateway,
    in_fresh_process,
    kilobytes,
    listed,
    load_products,
    machine,
    order,
    order_ids,
    pays,
    rows,
)
from moto.logs.models import logs_backends

import localaws
from localaws import clock, load

WAIT = timedelta(hours=1)
PER_SECOND = 50  # orders that arrive in a simulated second
ENDS = {"CONFIRMED": "SUCCEEDED", "FAILED": "FAILED"}  # the order's and its execution's
LOG_GROUPS = ("/aws/states/dev-OrderProcessingWorkflow", "/aws/lambda/dev-ProcessPaymentFunction")


@dataclass
class Figures:
    """What one number of orders took."""

    count: int
    seconds: float
    computed: float  # seconds of this process's own, workers apart
    passed: timedelta  # simulated
    kilobytes_each: float
    ends: Counter[str]
    log_events: list[int]  # of each of LOG_GROUPS

    @property
    def rate(self) -> float:
        """Executions a second."""
        return self.count / self.seconds

    @property
    def milliseconds_each(self) -> float:
        return self.seconds / self.count * 1000

    def __str__(self) -> str:
        logged = ", ".join(f"{n} in {g}" for n, g in zip(self.log_events, LOG_GROUPS, strict=True))
        return (
            f"{self.count} orders in {self.seconds:.1f} s ({self.computed:.1f} s of CPU): "
            f"{self.milliseconds_each:.1f} ms an order, {self.rate:.1f} executions a second; "
            f"{self.kilobytes_each:.1f} KB an execution\n"
            f"  {self.passed} of simulated time; ends {dict(self.ends)} as the oracle says\n"
            f"  log events: {logged}"
        )


def with_a_wait(definition: str) -> str:
    """The workflow with a wait before the payment, and the time for it."""
    workflow = json.loads(definition)
    workflow["TimeoutSeconds"] += WAIT.seconds
    states = workflow["States"]
    valid = states["IsOrderValid"]["Choices"][0]
    states["WaitAnHour"] = {"Type": "Wait", "Seconds": WAIT.seconds, "Next": valid["Next"]}
    valid["Next"] = "WaitAnHour"
    return json.dumps(workflow)


def silent_once(order_id: str) -> bool:
    """Whether the gateway does not answer the first try."""
    return bool(gateway().times_out(order_id, 0))


def expected(ids: list[str]) -> dict[str, str]:
    """How each order must end."""
    return {one: "CONFIRMED" if pays(one) else "FAILED" for one in ids}


def deploy() -> dict[str, str]:
    """The shop's stack, its workflow with the wait; returns the stack's outputs."""
    outputs = localaws.deploy(ROOT / "template.yaml").outputs
    load_products(boto3.client("dynamodb"), outputs["ProductsTableName"])
    stepfunctions, arn = boto3.client("stepfunctions"), outputs["OrderWorkflowArn"]
    definition = stepfunctions.describe_state_machine(stateMachineArn=arn)["definition"]
    stepfunctions.update_state_machine(stateMachineArn=arn, definition=with_a_wait(definition))
    return dict(outputs)


def execute(machine_arn: str, ids: list[str]) -> tuple[float, float]:
    """Run an execution for each order; returns seconds of wall time, and of CPU time."""
    begun, computed = time.perf_counter(), time.process_time()
    load.run(machine_arn, map(order, ids), per_second=PER_SECOND, name="{orderId}")
    return time.perf_counter() - begun, time.process_time() - computed


def measure(count: int, wanted: Callable[[str], bool] = silent_once) -> Figures:
    """Run so many orders for which the gateway does what is wanted, in this process."""
    ids = order_ids("late", wanted, count + 1)
    localaws.start()
    try:
        outputs = deploy()
        stepfunctions, arn = boto3.client("stepfunctions"), outputs["OrderWorkflowArn"]
        execute(arn, ids[:1])  # warm-up
        gc.collect()
        began, idle = clock.now, kilobytes()
        took = execute(arn, ids[1:])
        passed = clock.now - began
        gc.collect()
        grown = kilobytes() - idle
        return Figures(
            count, *took, passed, grown / count, check(stepfunctions, outputs, ids), logged()
        )
    finally:
        localaws.stop()


def check(stepfunctions: Any, outputs: dict[str, str], ids: list[str]) -> Counter[str]:
    """Compare every order's end with the oracle; returns how many ended in which way."""
    oracle = expected(ids)
    found = rows(boto3.client("dynamodb"), outputs["OrdersTableName"])
    assert found == oracle, {k: found.get(k) for k in oracle if found.get(k) != oracle[k]}
    executions = listed(stepfunctions, outputs["OrderWorkflowArn"])
    assert {e["name"]: e["status"] for e in executions} == {k: ENDS[v] for k, v in oracle.items()}
    assert all(e["stopDate"] - e["startDate"] >= WAIT for e in executions), "an order did not wait"
    return Counter(oracle[one] for one in ids[1:])


def logged() -> list[int]:
    groups = logs_backends["123456789012"]["us-east-1"].groups
    return [sum(len(s.events) for s in groups[name].streams.values()) for name in LOG_GROUPS]


def main() -> None:
    print("each order waits an hour, and each is retried at least once")
    figures: list[Figures] = []
    for count in map(int, sys.argv[1:] or ["1000"]):
        figures.append(in_fresh_process(measure, count))
        print(figures[-1], flush=True)
    for one in figures[1:]:
        ratio = one.milliseconds_each / figures[0].milliseconds_each
        computed = one.computed / one.count / (figures[0].computed / figures[0].count)
        print(
            f"an order's time at {one.count} : at {figures[0].count} = {ratio:.2f}, "
            f"its CPU time {computed:.2f}"
        )
    print(machine("greenlet"))


if __name__ == "__main__":
    main()
