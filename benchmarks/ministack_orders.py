"""The orders of simulated_orders.py on MiniStack too, its waits and backoffs scaled to nothing.

MiniStack runs as its users run it, as a server of its own, in an environment that uv makes for it,
since it pins other versions than the course. Its functions run in warm Python processes (no
Docker). It has less to do: it logs no state machine, and no rule watches for failed executions. It
starts another process for each call of a function at one time, so it gets its orders a few at a
time, and its best rate counts.

It reports an exception of a handler as Runtime.HandlerError, so its workflow retries that; and it
ends the process of a handler that raised, so a retry there is a cold start. Hence the orders that
need no retry are measured as well. Run by hand:

    python benchmarks/ministack_orders.py [OUR ORDERS] [ITS ORDERS]
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Callable
from typing import Any

from _ministack import MINISTACK, SETTINGS, ministack
from _shop import (
    in_fresh_process,
    listed,
    machine,
    make_by_hand,
    order,
    order_ids,
    pays,
    pays_at_once,
    rows,
    start,
)
from simulated_orders import measure, silent_once, with_a_wait

AT_ONCE = (1, 2, 4, 8)


def prepare(client: Callable[[str], Any]) -> str:
    """Make the workflow, with the wait; returns its ARN."""
    arn, stepfunctions = make_by_hand(client), client("stepfunctions")
    definition = stepfunctions.describe_state_machine(stateMachineArn=arn)["definition"]
    adapted = with_a_wait(definition).replace('"PaymentGatewayTimeout"', '"Runtime.HandlerError"')
    stepfunctions.update_state_machine(stateMachineArn=arn, definition=adapted)
    return arn


def rate(stepfunctions: Any, arn: str, ids: list[str], at_once: int) -> float:
    """Executions a second, with so many running at one time."""
    begun, waiting, running = time.perf_counter(), list(ids), set[str]()
    while waiting or running:
        while waiting and len(running) < at_once:
            running.add(start(stepfunctions, arn, order(waiting.pop())))
        time.sleep(0.05)
        page = stepfunctions.list_executions(stateMachineArn=arn, statusFilter="RUNNING")
        running &= {execution["executionArn"] for execution in page["executions"]}
    return len(ids) / (time.perf_counter() - begun)


def check(client: Callable[[str], Any], arn: str, ids: list[str]) -> None:
    assert rows(client("dynamodb"), "dev-Orders") == dict.fromkeys(ids, "CONFIRMED")
    executions = {e["name"]: e["status"] for e in listed(client("stepfunctions"), arn)}
    assert executions == dict.fromkeys(ids, "SUCCEEDED")


def rates(count: int, wanted: Callable[[str], bool]) -> dict[int, float]:
    """MiniStack's executions a second, by how many run at one time."""
    ids = order_ids("late", wanted, count * len(AT_ONCE) + sum(AT_ONCE))
    left, measured = iter(ids), {}
    with ministack() as client:
        arn, stepfunctions = prepare(client), client("stepfunctions")
        for at_once in AT_ONCE:
            rate(stepfunctions, arn, list(itertools.islice(left, at_once)), at_once)  # warm-up
            measured[at_once] = rate(
                stepfunctions, arn, list(itertools.islice(left, count)), at_once
            )
        check(client, arn, ids)
    return measured


def retried(order_id: str) -> bool:
    """Whether the payment is approved, and not at the first try."""
    return silent_once(order_id) and pays(order_id)


def compare(ours: int, its: int, wanted: Callable[[str], bool]) -> None:
    """Print the rates of both, and their ratio."""
    figures, measured = in_fresh_process(measure, ours, wanted), rates(its, wanted)
    told = ", ".join(f"{value:.2f} with {n} at once" for n, value in measured.items())
    print(f"orders {wanted.__name__}:", figures)
    print(f"  MiniStack, {its} orders each time, executions a second: {told}")
    print(f"  localaws : MiniStack = {figures.rate / max(measured.values()):.1f}", flush=True)


def main() -> None:
    ours, its = (int(sys.argv[n]) if len(sys.argv) > n else d for n, d in ((1, 1000), (2, 40)))
    for wanted in (retried, pays_at_once):
        compare(ours, its, wanted)
    settings = " ".join(f"{name}={value}" for name, value in SETTINGS.items())
    print(f"{', '.join(MINISTACK)}, {settings}   ({machine()})")


if __name__ == "__main__":
    main()
