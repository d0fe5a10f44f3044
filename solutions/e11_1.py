"""11.1: two keys, both of which must match."""

from typing import Any

from orderlab.lesson.solutions import Attempt, WrongAnswer

CONFIRMED = {"event": ["OrderConfirmed"]}


def policy(*amounts: Any) -> Attempt:
    """A filter policy for confirmed orders, with conditions for the amount."""
    return Attempt(answer={**CONFIRMED, "amount": list(amounts)})


TOLD = "59.98 is no large order"
SOLUTION = policy({"numeric": [">=", 500]})
WRONG = [
    WrongAnswer(
        "more than 500",
        policy({"numeric": [">", 500]}),
        "A confirmed order of 500.00",
        "not heard of",
    ),
    WrongAnswer(
        "the amount alone",
        Attempt(answer={"amount": [{"numeric": [">=", 500]}]}),
        "A rejected order of 899.70",
        "heard of",
    ),
    WrongAnswer(
        "a number compared as text",
        policy({"prefix": "5"}, {"prefix": "8"}),
        "A confirmed order of 899.70",
        "not heard of",
    ),
    WrongAnswer(
        "an amount that nobody knows is let through",
        policy({"numeric": [">=", 500]}, {"exists": False}),
        "A confirmed order whose notice has no amount",
        "heard of",
    ),
]
