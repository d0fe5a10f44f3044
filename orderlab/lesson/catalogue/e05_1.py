"""05.1: read from a log what the invocations in it are billed for."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import boto3

from localaws import faults
from orderlab.lesson.answers import NotAnAnswerError
from orderlab.lesson.exercises import Exercise, Finding
from orderlab.lesson.judging import reports

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

FUNCTION = "dev-ValidateOrderFunction"

exercise = Exercise(
    id="05.1",
    title="What is on the bill",
    level="core",
    task="""\
Lambda bills **GB-seconds**: the billed duration in seconds, times the memory size in GB, where
1 GB is 1024 MB. Complete `gb_seconds(log)`: it gets the text of a log and returns the GB-seconds of
**all invocations in it**, warm ones and cold ones, whatever their memory size, also those that were
cut off. An invocation of 2 s with 256 MB is half a GB-second.

Work in the cell below; `lesson.check("05.1", gb_seconds)` tries it on logs of its own.""",
    files=(),
    hints=(
        (
            "Everything that you need is in the REPORT line, and `fields` holds it: look at "
            "`fields` for one line. Which of its two durations is the one on the bill?"
        ),
        (
            '`fields["Billed Duration"]` is a text like `"389 ms"`; `.split()[0]` takes the '
            "number, and `float` makes it one. What initialisation took is already in it."
        ),
        (
            '`seconds = float(fields["Billed Duration"].split()[0]) / 1000`, the same with '
            '`fields["Memory Size"]` and 1024, and then `total += seconds * gigabytes`.'
        ),
    ),
)


@contextmanager
def _memory(megabytes: int) -> Iterator[None]:
    """Give the function another memory size for a while; its next environment is a new one."""
    functions = boto3.client("lambda")
    before = functions.get_function_configuration(FunctionName=FUNCTION)["MemorySize"]
    functions.update_function_configuration(FunctionName=FUNCTION, MemorySize=megabytes)
    try:
        yield
    finally:
        functions.update_function_configuration(FunctionName=FUNCTION, MemorySize=before)


def _judged(shop: Shop, done: list[reports.Invocation], because: str) -> Finding:
    if not callable(shop.answer):
        raise NotAnAnswerError("The answer is a function: lesson.check takes gb_seconds itself.")
    got = shop.answer("".join(one.log for one in done))
    expected = sum(one.gb_seconds for one in done)
    right = isinstance(got, (int, float)) and math.isclose(got, expected, rel_tol=1e-3)
    shown = f"{got:.6f}" if isinstance(got, (int, float)) else repr(got)
    return Finding(f"{expected:.6f}", shown, right, because)


def _invoke(shop: Shop, order_id: str) -> reports.Invocation:
    return reports.invoke(FUNCTION, shop.order(order_id, [("prod-001", 2)]))


@exercise.scenario("A warm invocation of two seconds")
def _warm(shop: Shop) -> Finding:
    _invoke(shop, "order-before")
    with faults.inject(function=FUNCTION, latency=2):
        done = _invoke(shop, "order-slow")
    return _judged(
        shop,
        [done],
        "The order order-slow took about two seconds at 256 MB: half a GB-second. REPORT counts in "
        "milliseconds and MB. What is billed is the memory size, used or not.",
    )


@exercise.scenario("A cold start")
def _cold(shop: Shop) -> Finding:
    with _memory(512):
        done = _invoke(shop, "order-cold")
    return _judged(
        shop,
        [done],
        "The order order-cold met a cold start, at 512 MB. Billed Duration has the initialisation "
        "in it, once; Duration is the handler alone.",
    )


@exercise.scenario("An invocation that was cut off")
def _cut_off(shop: Shop) -> Finding:
    with faults.inject(function=FUNCTION, latency=20):
        done = _invoke(shop, "order-cut-off")
    return _judged(
        shop,
        [done],
        "The order order-cut-off got no answer, and the time until then is billed all the same.",
    )


@exercise.scenario("Five invocations in one log")
def _five(shop: Shop) -> Finding:
    done = [_invoke(shop, f"order-{number}") for number in range(1, 5)]
    with _memory(1024):
        done.append(_invoke(shop, "order-5"))
    return _judged(
        shop,
        done,
        "There are five REPORT lines in this log, the last of a function with 1024 MB, and all "
        "are on the bill.",
    )
