"""09.1: a default for each field, and a limit for each wait."""

from typing import Any

from orderlab.lesson.solutions import Attempt, WrongAnswer


def waits(retrier: dict[str, Any]) -> list[float]:
    """Seconds before each retry; float("inf") is a limit that limits nothing."""
    wait, rate = retrier.get("IntervalSeconds", 1), retrier.get("BackoffRate", 2)
    longest = retrier.get("MaxDelaySeconds", float("inf"))
    return [min(wait * rate**n, longest) for n in range(retrier.get("MaxAttempts", 3))]


def needs_a_limit(retrier: dict[str, Any]) -> list[float]:
    wait, rate = retrier["IntervalSeconds"], retrier["BackoffRate"]
    return [min(wait * rate**n, retrier["MaxDelaySeconds"]) for n in range(retrier["MaxAttempts"])]


def steady(retrier: dict[str, Any]) -> list[float]:
    wait, rate = retrier.get("IntervalSeconds", 1), retrier.get("BackoffRate", 1)
    longest = retrier.get("MaxDelaySeconds", float("inf"))
    return [min(wait * rate**n, longest) for n in range(retrier.get("MaxAttempts", 3))]


def zero_is_missing(retrier: dict[str, Any]) -> list[float]:
    wait, rate = retrier.get("IntervalSeconds") or 1, retrier.get("BackoffRate") or 2
    longest = retrier.get("MaxDelaySeconds") or float("inf")
    return [min(wait * rate**n, longest) for n in range(retrier.get("MaxAttempts") or 3)]


TOLD = "MaxDelaySeconds allows 10. You say 2, 4, 8, 16, 32 s."
SOLUTION = Attempt(answer=waits)
WRONG = [
    WrongAnswer(
        "a MaxDelaySeconds that must be there",
        Attempt(answer=needs_a_limit),
        "Without MaxDelaySeconds",
        "KeyError",
    ),
    WrongAnswer(
        "a BackoffRate of 1 where there is none",
        Attempt(answer=steady),
        "ErrorEquals alone",
        "1, 1, 1 s",
    ),
    WrongAnswer(
        "a 0 that is taken for a field that is missing",
        Attempt(answer=zero_is_missing),
        "MaxAttempts 0",
        "5, 10, 20 s",
    ),
]
