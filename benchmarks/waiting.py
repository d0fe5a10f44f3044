"""Executions that wait three days at once: their time, threads and memory, and those of threads.

On the simulated clock they are greenlets on one thread. For comparison, fewer of them wait where
waiting holds threads: on the real clock of localaws, and in plain moto. Also measured: what a
switch from one greenlet to another takes, and from one thread to another. Each world gets a fresh
process. Run by hand:

    python benchmarks/waiting.py [SIMULATED] [WITH THREADS]
"""

from __future__ import annotations

import gc
import json
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import boto3
import psutil
from _shop import in_fresh_process, kilobytes, listed, machine, make_role
from greenlet import greenlet
from moto import mock_aws

import localaws
from localaws import clock

WAIT = timedelta(days=3)
DEFINITION = {
    "StartAt": "WaitThreeDays",
    "States": {
        "WaitThreeDays": {"Type": "Wait", "Seconds": WAIT // timedelta(seconds=1), "End": True}
    },
}
SWITCHES = 100_000


@dataclass
class Held:
    """What waiting executions hold in this process (RSS: no thread's stack in the kernel)."""

    count: int
    threads: int
    kilobytes: float

    def __str__(self) -> str:
        return (
            f"{self.count} wait: {self.threads / self.count:.0f} threads and "
            f"{self.kilobytes / self.count:.1f} KB for each"
        )


class Waiting:
    """Some executions, started together."""

    def __init__(self) -> None:
        self.stepfunctions: Any = boto3.client("stepfunctions")
        self.machine_arn = self.stepfunctions.create_state_machine(
            name="waiting",
            definition=json.dumps(DEFINITION),
            roleArn=make_role(boto3.client("iam")),
        )["stateMachineArn"]

    def start(self, count: int, prefix: str = "w") -> list[str]:
        return [
            self.stepfunctions.start_execution(
                stateMachineArn=self.machine_arn, name=f"{prefix}-{number}"
            )["executionArn"]
            for number in range(count)
        ]

    def hold(self, count: int, let_them_wait: Callable[[list[str]], object]) -> Held:
        """Start so many, and measure when they wait."""
        gc.collect()
        threads, before = psutil.Process().num_threads(), kilobytes()
        let_them_wait(self.start(count))
        gc.collect()
        return Held(count, psutil.Process().num_threads() - threads, kilobytes() - before)

    def wait_for_waits(self, arns: list[str]) -> None:
        """Until each has entered its wait, on the real clock."""
        for arn in arns:
            while not any(
                event["type"] == "WaitStateEntered"
                for event in self.stepfunctions.get_execution_history(executionArn=arn)["events"]
            ):
                time.sleep(0.01)


def simulated(count: int) -> str:
    localaws.start()
    try:
        waiting = Waiting()
        clock.run_until(*waiting.start(1, "warm-up"))
        idle, began, begun = kilobytes(), clock.now, time.perf_counter()
        held = waiting.hold(count, lambda _: clock.advance(days=1))
        clock.advance(days=2)
        took = time.perf_counter() - begun
        executions = listed(waiting.stepfunctions, waiting.machine_arn)
        assert all(one["status"] == "SUCCEEDED" for one in executions)
        assert all(one["stopDate"] - one["startDate"] == WAIT for one in executions)
        assert clock.now - began == WAIT
        gc.collect()
        after = (kilobytes() - idle) / count
        return f"{held}, {after:.1f} KB after the end; from first start to last end {took:.2f} s"
    finally:
        localaws.stop()


def real(count: int) -> Held:
    localaws.start(clock="real")
    try:
        return _with_threads(count)
    finally:
        localaws.stop()


def plain_moto(count: int) -> Held:
    config: Any = {"stepfunctions": {"execute_state_machine": True}}
    with mock_aws(config=config):
        return _with_threads(count)


def _with_threads(count: int) -> Held:
    waiting = Waiting()
    waiting.wait_for_waits(waiting.start(1, "warm-up"))
    return waiting.hold(count, waiting.wait_for_waits)


def greenlet_switch() -> float:
    """Microseconds from one greenlet to another."""
    one: greenlet

    def answer() -> None:
        while True:
            one.switch()

    def ask() -> float:
        begun = time.perf_counter()
        for _ in range(SWITCHES // 2):
            other.switch()
        return time.perf_counter() - begun

    one, other = greenlet(ask), greenlet(answer)
    return float(one.switch()) / SWITCHES * 1e6


def thread_switch() -> float:
    """Microseconds from one thread to another, each waiting for its turn."""
    mine, theirs = threading.Semaphore(0), threading.Semaphore(0)

    def answer() -> None:
        for _ in range(SWITCHES // 2):
            theirs.acquire()
            mine.release()

    other = threading.Thread(target=answer)
    other.start()
    begun = time.perf_counter()
    for _ in range(SWITCHES // 2):
        theirs.release()
        mine.acquire()
    took = time.perf_counter() - begun
    other.join()
    return took / SWITCHES * 1e6


def main() -> None:
    many, few = (int(sys.argv[n]) if len(sys.argv) > n else d for n, d in ((1, 1000), (2, 200)))
    print("simulated clock:", in_fresh_process(simulated, many))
    print("real clock:", in_fresh_process(real, few))
    print("plain moto:", in_fresh_process(plain_moto, few))
    greenlets, threads = in_fresh_process(greenlet_switch), in_fresh_process(thread_switch)
    print(
        f"a switch: greenlets {greenlets:.2f} us, threads {threads:.1f} us, "
        f"threads : greenlets = {threads / greenlets:.0f}"
    )
    print(machine("greenlet"))


if __name__ == "__main__":
    main()
