"""1,000 orders through POST /orders, on the real clock.

Some come twice, some have an unknown product, and some are declined. Each must end CONFIRMED where
an oracle computed from the ids says so and FAILED elsewhere, with exactly one execution; and
nothing may be left behind after stop. Plain moto has no API, queue poller or handlers to send them
through, so it runs a tenth of the executions alone, for the ratio of one execution's time. Run by
hand:

    python benchmarks/thousand_orders.py [ORDERS]
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import boto3
import psutil
import requests
from _shop import ROOT, listed, load_products, machine, order, pays, pays_at_once, rows
from order_workflow import plain_moto
from tqdm import tqdm

import localaws

UNKNOWN = [{"productId": "prod-999", "quantity": 2, "price": 29.99}]


def orders(count: int) -> list[dict[str, Any]]:
    """The orders to post, in order; every seventh has an unknown product, every fifth is twice."""
    posted = []
    for number in range(count):
        one = order(f"load-{number:04d}", **({"items": UNKNOWN} if number % 7 == 3 else {}))
        posted += [one, one] if number % 5 == 0 else [one]
    return posted


def expected(posted: list[dict[str, Any]]) -> dict[str, str]:
    """How each order must end, from its id and its basket alone."""
    return {
        one["orderId"]: "CONFIRMED"
        if one["items"] is not UNKNOWN and pays(one["orderId"])
        else "FAILED"
        for one in posted
    }


def send(posted: list[dict[str, Any]], url: str) -> None:
    for one in tqdm(posted, desc="posted", leave=False):
        assert requests.post(url, json=one, timeout=30).status_code == 202


def wait(arn: str, count: int) -> Counter[str]:
    """Wait until so many executions have ended; returns their number by status."""
    stepfunctions = boto3.client("stepfunctions")
    with tqdm(total=count, desc="ended", leave=False) as bar:
        while True:
            executions = listed(stepfunctions, arn)
            ended = Counter(e["status"] for e in executions if e["status"] != "RUNNING")
            bar.update(ended.total() - bar.n)
            if ended.total() >= count == len(executions):
                assert len({e["name"] for e in executions}) == count
                return ended
            assert len(executions) <= count, "more executions than orders"
            time.sleep(1)


def left_behind() -> list[str]:
    """Threads, worker processes and temporary files of this process that are still there."""
    threads = [t.name for t in threading.enumerate() if t is not threading.main_thread()]
    workers = [str(child) for child in psutil.Process().children(recursive=True)]
    files = [path.name for path in Path(tempfile.gettempdir()).glob("localaws-*")]
    return [*threads, *workers, *files]


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    tqdm.monitor_interval = 0  # no thread of its own, which would be found left behind
    tempfile.tempdir = tempfile.mkdtemp()  # so that what is found there is ours
    posted = orders(count)
    oracle = expected(posted)
    localaws.start(clock="real")  # the figure is what a queue, a poller and workers take
    stack = localaws.deploy(ROOT / "template.yaml")
    load_products(boto3.client("dynamodb"), stack.outputs["ProductsTableName"])
    begun = time.perf_counter()
    send(posted, stack.outputs["OrdersApiUrl"])
    statuses = wait(stack.outputs["OrderWorkflowArn"], count)
    took = time.perf_counter() - begun
    found = rows(boto3.client("dynamodb"), stack.outputs["OrdersTableName"])
    wrong = {k: v for k, v in found.items() if oracle[k] != v}
    missing = oracle.keys() - found.keys()
    localaws.stop()
    print(
        f"{len(posted)} posts of {count} orders in {took:.1f} s: {count / took:.1f} orders a second"
    )
    print(f"executions {dict(statuses)}, rows {dict(Counter(oracle.values()))} as the oracle says")
    print(f"rows that differ: {wrong or 'none'}, missing: {missing or 'none'}")
    print(f"left behind: {left_behind() or 'nothing'}")
    good = [i for i, end in oracle.items() if end == "CONFIRMED" and pays_at_once(i)]
    plain = plain_moto(good[: max(10, count // 10)])
    ours = took / count * 1000
    print(f"{ours:.1f} ms an order from POST to end; plain moto {plain:.1f} ms an execution alone")
    print(f"ratio {ours / plain:.2f}   ({machine()})")


if __name__ == "__main__":
    main()
