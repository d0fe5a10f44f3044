"""From a fresh Python process to the first order SUCCEEDED, against plain moto doing the same.

Import, deployment, products and one order, on the simulated clock, where a learner starts, and on
the real one. Plain moto makes its resources by hand and calls the handlers in its own process. Run
by hand:

    python benchmarks/first_order.py [ROUNDS]
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
WORLDS = {
    "plain moto": "plain_moto(['test-order-001'])",
    "real clock": "our_world(['test-order-001'], 'real')",
    "simulated clock": "our_world(['test-order-001'], 'simulated')",
}


def seconds(world: str) -> float:
    code = f"import order_workflow; order_workflow.{WORLDS[world]}"
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], cwd=HERE, check=True)
    return time.perf_counter() - begun


def main() -> None:
    from _shop import machine

    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    measured = [{world: seconds(world) for world in WORLDS} for _ in range(rounds)]
    for one in measured:
        print("   ".join(f"{world} {value:.2f} s" for world, value in one.items()))
    for world in ("real clock", "simulated clock"):
        ratio = statistics.median(one[world] / one["plain moto"] for one in measured)
        ours = statistics.median(one[world] for one in measured)
        print(f"median localaws, {world}, {ours:.2f} s, ratio to plain moto {ratio:.2f}")
    print(machine())


if __name__ == "__main__":
    main()
