"""10.2: what a month of orders costs as a Standard and as an Express workflow."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from localaws import load
from orderlab.lesson.answers import NotAnAnswerError
from orderlab.lesson.exercises import Exercise, Finding

if TYPE_CHECKING:
    from localaws.runs import Result
    from orderlab.lesson.judging.shop import Shop

exercise = Exercise(
    id="10.2",
    title="Both bills",
    level="core",
    task="""\
What does Step Functions bill for a month's executions? `month` gets a list with the `transitions`,
`seconds` and `megabytes` of each, and returns dollars: `{"STANDARD": …, "EXPRESS": …}`. Standard is
0.000025 a transition, and the first 4,000 of the month are free. Express is 0.000001 a start, and
0.00001667 a GB-second: **each** execution's time in whole 100 ms, times its memory in whole 64 MB.

Complete `month` in the cell below. The check compares it with orders that it runs itself.""",
    files=(),
    hints=(
        (
            "Two sums over the executions: one of transitions, one of GB-seconds. What is rounded, "
            "and is it rounded before or after it is added up?"
        ),
        (
            "`math.ceil(seconds / 0.1)` are whole tenths, `64 * math.ceil(megabytes / 64)` whole "
            "chunks; 1,024 MB are a GB. And a month with 200 transitions has a bill of 0, not one "
            "below it."
        ),
        (
            "For each execution add `math.ceil(10 * seconds) / 10 * 64 * math.ceil(megabytes / 64) "
            "/ 1024`, times 0.00001667, plus one request. For Standard, `max(0, transitions - "
            "4000) * 0.000025`. `import math` inside the function."
        ),
    ),
)

Executions = list[dict[str, Any]]
TRANSITION = 0.000025
FREE = 4000
TYPES = ("STANDARD", "EXPRESS")


def _bill(shop: Shop, executions: Executions) -> dict[str, float]:
    """What the learner's function says.

    Raises:
        NotAnAnswerError: it is no function, or does not return two numbers.
    """
    month = shop.answer
    if not callable(month):
        raise NotAnAnswerError('The answer must be the function: lesson.check("10.2", month).')
    told = month([dict(one) for one in executions])
    if not isinstance(told, dict) or not all(
        isinstance(told.get(kind), (int, float)) for kind in TYPES
    ):
        shown = json.dumps(told, default=repr)[:60]
        raise NotAnAnswerError(
            f'month must return {{"STANDARD": dollars, "EXPRESS": dollars}}, and returned {shown}.'
        )
    return {kind: float(told[kind]) for kind in TYPES}


def _finding(told: dict[str, float], expected: dict[str, float], because: str) -> Finding:
    equal = all(abs(told[kind] - expected[kind]) < 1e-8 for kind in TYPES)
    return Finding(_words(expected), _words(told), equal, because)


def _words(dollars: dict[str, float]) -> str:
    return ", ".join(f"{kind.capitalize()} ${dollars[kind]:.6f}" for kind in TYPES)


def _run(shop: Shop, name: str, count: int) -> Result:
    """Orders through the shop's own workflow; one in twenty needs a retry or two."""
    orders = [
        shop.order(f"{name}-{number:03}", [("prod-001", 2)]) for number in range(1, count + 1)
    ]
    return load.run(shop.stack.outputs["OrderWorkflowArn"], orders, per_second=5)


def _used(result: Result) -> Executions:
    """What the learner's function gets of a run."""
    found = result.executions
    return [
        {"transitions": int(transitions), "seconds": float(seconds), "megabytes": 50}
        for transitions, seconds in zip(found["transitions"], found["seconds"], strict=True)
    ]


def _step_functions(result: Result) -> dict[str, float]:
    """What AWS's list prices make of a run, free allowance apart: Step Functions' part alone."""
    bills = {kind: result.cost(kind).set_index("item")["dollars"] for kind in TYPES}  # type: ignore[arg-type]
    return {kind: float(bill.filter(like="Step Functions").sum()) for kind, bill in bills.items()}


@exercise.scenario("1,000 orders of 5 transitions and 0.2 s")
def _example(shop: Shop) -> Finding:
    told = _bill(shop, [{"transitions": 5, "seconds": 0.2, "megabytes": 50}] * 1000)
    return _finding(
        told,
        {"STANDARD": 0.025, "EXPRESS": 0.001208375},
        "1,000 orders make 5,000 transitions, of which 1,000 are paid; as Express they are 1,000 "
        "starts, and 200 seconds of 64 MB.",
    )


@exercise.scenario("Forty orders that were run")
def _forty(shop: Shop) -> Finding:
    ran = _run(shop, "order-of-forty", 40)
    expected = {**_step_functions(ran), "STANDARD": 0.0}
    return _finding(
        _bill(shop, _used(ran)),
        expected,
        "Forty orders need about 200 transitions, and 4,000 are free: Standard costs nothing, and "
        "not less. As Express, each duration counts in whole 100 ms, an order of 0.06 s as 0.1 s.",
    )


@exercise.scenario("The same, fifty times in a month")
def _month(shop: Shop) -> Finding:
    ran = _run(shop, "order-of-month", 40)
    one = _step_functions(ran)
    transitions = 50 * int(ran.executions["transitions"].sum())
    expected = {
        "STANDARD": (transitions - FREE) * TRANSITION,
        "EXPRESS": 50 * one["EXPRESS"],
    }
    return _finding(
        _bill(shop, _used(ran) * 50),
        expected,
        f"2,000 orders need {transitions:,} transitions, retries included. Each execution is "
        "rounded up by itself, not their sum.",
    )


@exercise.scenario("An execution of 70 MB")
def _large(shop: Shop) -> Finding:
    told = _bill(shop, [{"transitions": 40, "seconds": 2.5, "megabytes": 70}] * 200)
    return _finding(
        told,
        {"STANDARD": 0.1, "EXPRESS": 200 * (0.000001 + 2.5 * 128 / 1024 * 0.00001667)},
        "A Map over many lines takes it to 70 MB. That is more than one chunk of 64 MB, so 128 are "
        "billed.",
    )
