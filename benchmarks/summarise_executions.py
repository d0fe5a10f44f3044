"""Many executions summarised by `console.outcomes` and `console.coverage`, AWS's answers at hand.

The histories are those of four recorded orders (tests/console/data), in turn; each execution has a
start and a duration of its own. Of 10,000 executions, the histories of 1,000 are followed, as the
console does. Beside our own figures stand what pandas takes for describe and groupby on the same
table, and what json.loads takes for the same histories. Each is the best of five. Other work on the
machine lengthens wall time, so the ratios are of CPU time; Graphviz, which draws the flow in a
process of its own, is in the wall time alone. Run by hand:

    python benchmarks/summarise_executions.py [EXECUTIONS]
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from _shop import ROOT, machine

from orderlab.console.definition.parsing import Definition, parse
from orderlab.console.many.coverage import Coverage
from orderlab.console.many.durations import durations
from orderlab.console.many.failures import failures
from orderlab.console.many.flow import data_of, flow_of
from orderlab.console.many.gathering import HISTORIES, Gathered, spread
from orderlab.console.many.listing import Listed
from orderlab.console.many.outcomes import Outcomes
from orderlab.console.many.overtime import over_time
from orderlab.console.many.runs import Run, run_of
from orderlab.console.many.statuses import statuses
from orderlab.console.many.table import table

ORDERS = ("confirmed", "confirmed", "retried", "confirmed", "declined", "invalid")
BEGIN = datetime(2026, 1, 5, 9, tzinfo=UTC)
ARN = "arn:aws:states:us-east-1:123456789012:execution:orders"
TIMES = 5


def recorded(name: str) -> dict[str, Any]:
    """One recorded order: its definition, its description, its events."""
    path = ROOT / "tests" / "console" / "data" / f"{name}.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    for event in found["events"]:
        event["timestamp"] = datetime.fromisoformat(event["timestamp"])
    return found


def executions(count: int, orders: list[dict[str, Any]]) -> list[Listed]:
    """So many, in ten days."""
    draw = random.Random(0)
    found = []
    for number in range(count):
        started = BEGIN + timedelta(days=10 * number / count)
        took = timedelta(seconds=draw.lognormvariate(0, 1.5))
        status = orders[number % len(orders)]["description"]["status"]
        found.append(Listed(f"{ARN}:e{number}", f"e{number}", status, started, started + took))
    return found


class Took(NamedTuple):
    """Seconds: of the wall clock, and of this process's own work."""

    wall: float
    computed: float


def best(work: Callable[[], object]) -> Took:
    """The fastest of a few times, by either clock."""
    took = []
    for _ in range(TIMES):
        begun, computed = time.perf_counter(), time.process_time()
        work()
        took.append((time.perf_counter() - begun, time.process_time() - computed))
    return Took(*map(min, zip(*took, strict=True)))


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    orders = [recorded(name) for name in ORDERS]
    definition: Definition = parse(json.dumps(orders[0]["definition"]))
    listed = executions(count, orders)
    numbers = spread(range(count), HISTORIES)

    def follow() -> dict[str, Run]:
        return {
            listed[n].arn: run_of(definition, listed[n], orders[n % len(orders)]["events"])
            for n in numbers
        }

    runs = follow()
    gathered = Gathered("orders", definition, listed, frozenset(runs), runs, [])
    every = table(listed, runs)
    texts = [json.dumps(order["events"], default=str) for order in orders]

    def numbers_alone() -> None:
        found = table(listed, runs)
        for summary in (statuses, durations, failures, over_time):
            summary(found)
        data_of(flow_of(runs.values()))

    def pandas_alone() -> None:
        every["seconds"].describe(percentiles=[0.5, 0.9, 0.99])
        every.groupby("status")["seconds"].describe()
        every.groupby(["error", "failed_in", "status"]).size()
        every.groupby([every["started"].dt.floor("12h"), "status"]).size()

    def draw() -> None:
        for part in Outcomes(gathered).parts:
            part._repr_mimebundle_()

    took = {
        "the numbers of all charts": best(numbers_alone),
        "the same, and the figures made": best(lambda: Outcomes(gathered)),
        "the same, and drawn as SVG and PNG": best(draw),
        "pandas: describe and groupby of the same table": best(pandas_alone),
        f"{len(runs):,} histories followed": best(follow),
        "json.loads of the same histories": best(
            lambda: [json.loads(texts[n % len(texts)]) for n in numbers]
        ),
        f"coverage by {len(runs):,} executions": best(lambda: Coverage(gathered, definition)),
    }
    print(f"{count:,} executions, histories of {len(runs):,}; best of {TIMES}")
    for what, (wall, computed) in took.items():
        print(f"  {wall * 1000:7.0f} ms ({computed * 1000:.0f} ms of CPU)  {what}")
    ours, figures, _, pandas, followed, loads, _ = (one.computed for one in took.values())
    print(
        f"of CPU: numbers : pandas alone = {ours / pandas:.1f}, with figures {figures / pandas:.1f}"
    )
    print(f"following : json.loads = {followed / loads:.1f}")
    print(machine("pandas", "matplotlib"))


if __name__ == "__main__":
    main()
