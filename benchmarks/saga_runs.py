"""How long many seeded runs of the order saga with faults take, and whether its books balance.

    python benchmarks/saga_runs.py [COUNT [SEED]]

Each run sends one order through the saga while one fault strikes at one moment; see
orderlab/lesson/hazards.py. A thousand, unless COUNT says otherwise.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

import localaws
from orderlab import products
from orderlab.lesson import hazards

ROOT = Path(__file__).resolve().parent.parent


def main(count: int, seed: int) -> int:
    localaws.start()
    stack = localaws.deploy(ROOT / "template.yaml", parameters={"Features": "all"})
    loaded = products.load(ROOT, stack.outputs["ProductsTableName"])
    prices = {one["productId"]: float(one["price"]) for one in loaded}
    saga = hazards.Saga(stack.outputs)
    before, ends = saga.shelf(), Counter[str]()
    begun = time.perf_counter()
    for number, hazard in enumerate(hazards.drawn(count, seed)):
        lines = [{"productId": f"prod-00{n}", "quantity": 1} for n in (1, 2)]
        items = [{**line, "price": prices[str(line["productId"])]} for line in lines]
        total = round(sum(line["price"] for line in items), 2)
        order = {"orderId": f"run-{number:04}", "userId": "ana"}
        trial = hazards.attempt(saga, {**order, "items": items, "totalAmount": total}, hazard)
        ends[trial.words] += 1
        if found := hazards.faults_of_books(saga, before) if number % 50 == 49 else []:
            print(f"after run {number}, {hazard}: {found}")
            return 1
    found = hazards.faults_of_books(saga, before)
    print(f"{count} runs in {time.perf_counter() - begun:.0f} s: {dict(ends)}")
    print(f"faults in the books: {found or 'none'}")
    localaws.stop()
    return len(found)


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:3]]
    sys.exit(main(*given, *(1000, 15)[len(given) :]))
