"""18.1: a dictionary by order id: each order once, and its amount in Decimal."""

from typing import Any

from orderlab.lesson.solutions import Attempt, WrongAnswer


def report(letters: list[dict[str, Any]]) -> dict[str, Any]:
    import json
    from decimal import Decimal

    amounts = {}
    for letter in letters:
        try:
            order = json.loads(letter["Body"], parse_float=Decimal)
        except ValueError:
            continue
        if isinstance(order, dict) and "orderId" in order:
            amounts[order["orderId"]] = Decimal(order.get("totalAmount", 0))
    sent = [int(letter["Attributes"]["SentTimestamp"]) for letter in letters]
    return {
        "letters": len(letters),
        "orders": len(amounts),
        "since": min(sent, default=None),
        "atStake": f"{sum(amounts.values()):.2f}",
    }


def every_letter(letters: list[dict[str, Any]]) -> dict[str, Any]:
    import json
    from decimal import Decimal

    amounts = []
    for letter in letters:
        try:
            order = json.loads(letter["Body"], parse_float=Decimal)
        except ValueError:
            continue
        if isinstance(order, dict) and "orderId" in order:
            amounts.append(Decimal(order["totalAmount"]))
    sent = [int(letter["Attributes"]["SentTimestamp"]) for letter in letters]
    total = f"{sum(amounts):.2f}"
    since = min(sent, default=None)
    return {"letters": len(letters), "orders": len(amounts), "since": since, "atStake": total}


def in_floats(letters: list[dict[str, Any]]) -> dict[str, Any]:
    import json

    amounts = {}
    for letter in letters:
        try:
            order = json.loads(letter["Body"])
        except ValueError:
            continue
        if isinstance(order, dict) and "orderId" in order:
            amounts[order["orderId"]] = order["totalAmount"]
    sent = [int(letter["Attributes"]["SentTimestamp"]) for letter in letters]
    return {
        "letters": len(letters),
        "orders": len(amounts),
        "since": min(sent, default=None),
        "atStake": str(sum(amounts.values())),
    }


def the_first_is_the_oldest(letters: list[dict[str, Any]]) -> dict[str, Any]:
    import json
    from decimal import Decimal

    amounts = {}
    for letter in letters:
        try:
            order = json.loads(letter["Body"], parse_float=Decimal)
        except ValueError:
            continue
        if isinstance(order, dict) and "orderId" in order:
            amounts[order["orderId"]] = Decimal(order["totalAmount"])
    since = int(letters[0]["Attributes"]["SentTimestamp"]) if letters else None
    total = f"{sum(amounts.values()):.2f}"
    return {"letters": len(letters), "orders": len(amounts), "since": since, "atStake": total}


def always_an_object(letters: list[dict[str, Any]]) -> dict[str, Any]:
    import json
    from decimal import Decimal

    amounts = {}
    for letter in letters:
        try:
            order = json.loads(letter["Body"], parse_float=Decimal)
        except ValueError:
            continue
        amounts[order["orderId"]] = Decimal(order["totalAmount"])
    sent = [int(letter["Attributes"]["SentTimestamp"]) for letter in letters]
    total = f"{sum(amounts.values()):.2f}"
    since = min(sent, default=None)
    return {"letters": len(letters), "orders": len(amounts), "since": since, "atStake": total}


TOLD = "Two of the three letters are orders"
SOLUTION = Attempt(answer=report)
WRONG = [
    WrongAnswer(
        "counts letters for orders",
        Attempt(answer=every_letter),
        "One order, twice",
        '{"letters": 2, "orders": 2',
    ),
    WrongAnswer(
        "adds floats",
        Attempt(answer=in_floats),
        "Ten cents, three times",
        '{"letters": 3, "orders": 3, "since": 1767603600000, "atStake": "0.30000000000000004"}',
    ),
    WrongAnswer(
        "takes the first for the oldest",
        Attempt(answer=the_first_is_the_oldest),
        "The oldest letter comes last",
        '{"letters": 3, "orders": 3, "since": 1767603600000',
    ),
    WrongAnswer(
        "takes all JSON for an order",
        Attempt(answer=always_an_object),
        "JSON that is no order",
        "TypeError",
    ),
]
