"""An execution drawn on its state machine, SVG and PNG, from the text of its definition.

With 12 and with 40 states: tasks that a Choice follows, whose errors lead to one handler. The
peer is graphviz-pure alone, called for SVG and then for PNG with the finished source: what is
above it is ours, and what is below it is won by drawing both at once. Run by hand:

    python benchmarks/draw_graph.py [ROUNDS]
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from _shop import machine

from orderlab.console import text
from orderlab.console.definition.parsing import parse
from orderlab.console.executions.tracing import trace
from orderlab.console.graphs import graph
from orderlab.console.graphs.overlay import overlay_of
from orderlab.console.outputs.picture import Picture

LIMIT = 100  # milliseconds for 12 states: what a learner does not notice
START = datetime(2026, 1, 1, tzinfo=UTC)
DESCRIPTION = {
    "name": "order-1",
    "stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:Orders",
    "status": "SUCCEEDED",
}


def definition(states: int) -> str:
    """So many states: pairs of a task and a Choice, then Done, Handle and Failed."""
    pairs = (states - 3) // 2
    found: dict[str, Any] = {}
    for n in range(pairs):
        after = f"Step{n + 1}" if n + 1 < pairs else "Done"
        found[f"Step{n}"] = {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": f"dev-Step{n}Function"},
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Handle"}],
            "Next": f"Is{n}",
        }
        rule = {"Variable": "$.order.valid", "BooleanEquals": True, "Next": after}
        found[f"Is{n}"] = {"Type": "Choice", "Choices": [rule], "Default": "Handle"}
    if len(found) + 3 < states:
        found[f"Is{pairs - 1}"]["Choices"][0]["Next"] = "Last"
        found["Last"] = {"Type": "Pass", "Next": "Done"}
    found["Done"] = {"Type": "Succeed"}
    found["Handle"] = {"Type": "Pass", "Next": "Failed"}
    found["Failed"] = {"Type": "Fail", "Error": "OrderFailed"}
    return json.dumps({"StartAt": "Step0", "States": found})


def history(written: str) -> list[dict[str, Any]]:
    """The events of an execution that goes well."""
    states, name = json.loads(written)["States"], "Step0"
    steps: list[tuple[str, str, dict[str, Any]]] = []
    while True:
        kind, data = states[name]["Type"], {"name": name, "input": "{}", "output": "{}"}
        steps.append((f"{kind}StateEntered", "stateEnteredEventDetails", data))
        if kind == "Task":
            steps.append(("TaskScheduled", "taskScheduledEventDetails", {"parameters": "{}"}))
            steps.append(("TaskSucceeded", "taskSucceededEventDetails", {"output": "{}"}))
        steps.append((f"{kind}StateExited", "stateExitedEventDetails", data))
        if kind == "Succeed":
            break
        name = states[name].get("Next") or states[name]["Choices"][0]["Next"]
    return [
        {
            "id": number,
            "previousEventId": number - 1,
            "type": kind,
            "timestamp": START + timedelta(milliseconds=number),
            details: data,
        }
        for number, (kind, details, data) in enumerate(steps, 1)
    ]


def source_of(written: str, events: list[dict[str, Any]]) -> tuple[str, str]:
    """Graphviz source and the text equivalent."""
    parsed = parse(written)
    execution = trace(parsed, DESCRIPTION, events)
    words = text.describe_execution(parsed, execution)
    return graph.source(parsed, overlay_of(execution)), words


def ours(written: str, events: list[dict[str, Any]]) -> None:
    Picture(*source_of(written, events))._repr_mimebundle_()


def graphviz_alone(source: str) -> None:
    command = str(Path(sysconfig.get_path("scripts")) / "graphviz-pure")
    for options in (["-Tsvg"], ["-Tpng", "-Gdpi=120"]):
        subprocess.run(
            [command, "-q", *options], input=source.encode(), capture_output=True, check=True
        )


def milliseconds(call: Callable[[], None]) -> float:
    begun = time.perf_counter()
    call()
    return (time.perf_counter() - begun) * 1000


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    for states in (12, 40):
        written = definition(states)
        assert len(json.loads(written)["States"]) == states
        events = history(written)
        source, _ = source_of(written, events)
        measured = [
            (
                milliseconds(lambda: ours(written, events)),  # noqa: B023
                milliseconds(lambda: graphviz_alone(source)),  # noqa: B023
                milliseconds(lambda: source_of(written, events)),  # noqa: B023
            )
            for _ in range(rounds)
        ]
        whole, alone, before = (statistics.median(column) for column in zip(*measured, strict=True))
        ratio = statistics.median(one / other for one, other, _ in measured)
        limit = f", limit {LIMIT} ms" if states == 12 else ""
        print(
            f"{states} states: {whole:.0f} ms{limit} (before Graphviz {before:.1f} ms)   "
            f"graphviz-pure alone {alone:.0f} ms   ratio {ratio:.2f}"
        )
    print(machine("graphviz-pure"))


if __name__ == "__main__":
    main()
