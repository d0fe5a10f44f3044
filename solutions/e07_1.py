"""07.1: a line for each fault, and a total that is the sum of the lines as they stand."""

from typing import Any

from orderlab.lesson.solutions import Attempt, WrongAnswer

UNKNOWN = {"productId": "prod-999", "quantity": 2, "price": 29.99}
CHEAP = {"productId": "prod-001", "quantity": 2, "price": 19.99}
NO_STOCK = {"productId": "prod-019", "quantity": 1, "price": 59.95}


def order(*lines: dict[str, Any], total: float) -> dict[str, Any]:
    return {
        "orderId": "order-three-faults",
        "userId": "test-user-123",
        "items": list(lines),
        "totalAmount": total,
    }


TOLD = "more pieces than there are in stock are missing"
SOLUTION = Attempt(answer=order(UNKNOWN, CHEAP, NO_STOCK, total=159.91))
WRONG = [
    WrongAnswer(
        "the total of the first line alone",
        Attempt(answer=order(UNKNOWN, CHEAP, NO_STOCK, total=59.98)),
        "No other fault",
        "INSUFFICIENT_STOCK, PRICE_MISMATCH, TOTAL_MISMATCH, UNKNOWN_PRODUCT",
    ),
    WrongAnswer(
        "the total at the catalogue's prices",
        Attempt(answer=order(UNKNOWN, CHEAP, NO_STOCK, total=179.91)),
        "No other fault",
        "INSUFFICIENT_STOCK, PRICE_MISMATCH, TOTAL_MISMATCH, UNKNOWN_PRODUCT",
    ),
    WrongAnswer(
        "the lamp for another price: one line, two faults, but the unknown product is gone",
        Attempt(answer=order({**NO_STOCK, "price": 9.95}, total=9.95)),
        "The unknown product",
        "INSUFFICIENT_STOCK, PRICE_MISMATCH",
    ),
    WrongAnswer(
        "the cheap mouse on two lines",
        Attempt(answer=order(UNKNOWN, CHEAP, CHEAP, NO_STOCK, total=199.89)),
        "Each once",
        "INSUFFICIENT_STOCK, 2 x PRICE_MISMATCH",
    ),
]
