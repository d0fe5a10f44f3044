"""10.2: each execution is rounded up by itself, and the free transitions are taken off once."""

# mypy: allow-untyped-defs, allow-untyped-calls
# The check takes a function's source, so each is written as in a cell, with all that it needs.

from orderlab.lesson.solutions import Attempt, WrongAnswer


def both_bills(executions):
    """What Step Functions bills for a month, in dollars."""
    import math

    transitions, gb_seconds = 0, 0.0
    for one in executions:
        transitions += one["transitions"]
        seconds = math.ceil(one["seconds"] / 0.1) / 10
        gb_seconds += seconds * 64 * math.ceil(one["megabytes"] / 64) / 1024
    return {
        "STANDARD": max(0, transitions - 4000) * 0.000025,
        "EXPRESS": len(executions) * 0.000001 + gb_seconds * 0.00001667,
    }


def to_the_millisecond(executions):
    transitions = sum(one["transitions"] for one in executions)
    seconds = sum(one["seconds"] for one in executions)
    return {
        "STANDARD": max(0, transitions - 4000) * 0.000025,
        "EXPRESS": len(executions) * 0.000001 + seconds * 64 / 1024 * 0.00001667,
    }


def rounded_once(executions):
    import math

    transitions = sum(one["transitions"] for one in executions)
    seconds = math.ceil(sum(10 * one["seconds"] for one in executions) - 1e-6) / 10
    return {
        "STANDARD": max(0, transitions - 4000) * 0.000025,
        "EXPRESS": len(executions) * 0.000001 + seconds * 64 / 1024 * 0.00001667,
    }


def below_nothing(executions):
    import math

    transitions = sum(one["transitions"] for one in executions)
    seconds = sum(math.ceil(10 * one["seconds"]) / 10 for one in executions)
    return {
        "STANDARD": (transitions - 4000) * 0.000025,
        "EXPRESS": len(executions) * 0.000001 + seconds * 64 / 1024 * 0.00001667,
    }


def always_64(executions):
    import math

    transitions = sum(one["transitions"] for one in executions)
    seconds = sum(math.ceil(10 * one["seconds"]) / 10 for one in executions)
    return {
        "STANDARD": max(0, transitions - 4000) * 0.000025,
        "EXPRESS": len(executions) * 0.000001 + seconds * 64 / 1024 * 0.00001667,
    }


TOLD = "1,000 orders make 5,000 transitions, of which 1,000 are paid"
SOLUTION = Attempt(answer=both_bills)
RAN = "Forty orders that were run"
WRONG = [
    WrongAnswer("no rounding", Attempt(answer=to_the_millisecond), RAN, "Standard $0.000000"),
    WrongAnswer("only the sum is rounded", Attempt(answer=rounded_once), RAN, "Standard $0.000000"),
    WrongAnswer("a bill below nothing", Attempt(answer=below_nothing), RAN, "Standard $-0.0"),
    WrongAnswer(
        "always 64 MB",
        Attempt(answer=always_64),
        "An execution of 70 MB",
        "Standard $0.100000, Express $0.000721",
    ),
]
