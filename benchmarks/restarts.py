"""The local AWS started and stopped fifty times: does anything stay behind?

Each time the stack is deployed and one order run. Prints memory, threads and open files after the
10th and the 50th time. Run by hand:

    python benchmarks/restarts.py
"""

from __future__ import annotations

import gc
import threading
from typing import NamedTuple

import boto3
import psutil
from _shop import ROOT, SEED_ORDER, load_products, machine, start

import localaws

TIMES = 50
FIRST = 10  # until then, caches fill


class Held(NamedTuple):
    """What this process holds."""

    megabytes: float
    threads: int
    files: int
    children: int


def held() -> Held:
    gc.collect()
    process = psutil.Process()
    files = process.num_fds() if hasattr(process, "num_fds") else process.num_handles()
    megabytes = process.memory_info().rss / 2**20
    return Held(megabytes, threading.active_count(), files, len(process.children()))


def once() -> None:
    localaws.start()
    try:
        stack = localaws.deploy(ROOT / "template.yaml")
        load_products(boto3.client("dynamodb"), stack.outputs["ProductsTableName"])
        arn = start(boto3.client("stepfunctions"), stack.outputs["OrderWorkflowArn"], SEED_ORDER)
        localaws.clock.run_until(arn)
    finally:
        localaws.stop()


def main() -> None:
    for time in range(1, TIMES + 1):
        once()
        if time in (FIRST, TIMES):
            now = held()
            print(
                f"after {time:2d}: {now.megabytes:.0f} MB, {now.threads} threads, "
                f"{now.files} files, {now.children} processes"
            )
        if time == FIRST:
            before = now
    print(f"growth: {now.megabytes / before.megabytes:.2f} of the memory   ({machine()})")


if __name__ == "__main__":
    main()
