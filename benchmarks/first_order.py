"""From a fresh Python process to the first order SUCCEEDED, against plain moto doing the same.

Import, deployment, products and one order. Plain moto makes its resources by hand and calls the
handlers in its own process. Run by hand:

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
    "plain moto": "import order_workflow as w; w.prepare(); w.plain_moto(['test-order-001'])",
    "localaws": "import order_workflow as w; w.prepare(); w.our_world(['test-order-001'])",
}


def seconds(world: str) -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", WORLDS[world]], cwd=HERE, check=True)
    return time.perf_counter() - begun


def main() -> None:
    from _shop import machine

    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    measured = [{world: seconds(world) for world in WORLDS} for _ in range(rounds)]
    for one in measured:
        print("   ".join(f"{world} {value:.2f} s" for world, value in one.items()))
    ratio = statistics.median(one["localaws"] / one["plain moto"] for one in measured)
    ours = statistics.median(one["localaws"] for one in measured)
    print(f"median localaws {ours:.2f} s, ratio {ratio:.2f}   ({machine()})")


if __name__ == "__main__":
    main()
