"""01.2: the line is right but for the stock, and the total is not."""

from typing import Any

from orderlab.lesson.solutions import Attempt, WrongAnswer

MICE = {
    "orderId": "test-order-001",
    "userId": "test-user-123",
    "items": [{"productId": "prod-001", "quantity": 2, "price": 29.99}],
    "totalAmount": 59.98,
}


def lamp(total: float = 59.94, **line: Any) -> Attempt:
    """An order of one lamp, with some fields of its line otherwise."""
    lines = [{"productId": "prod-019", "quantity": 1, "price": 59.95, **line}]
    order = MICE | {"orderId": "order-two-faults", "items": lines, "totalAmount": total}
    return Attempt(answer=order)


TOLD = "The validation must find a fault"
SOLUTION = lamp()
WRONG = [
    WrongAnswer("the total is right", lamp(59.95), "Its faults", "INSUFFICIENT_STOCK"),
    WrongAnswer(
        "the price is wrong as well",
        lamp(59.94, price=29.99),
        "Its faults",
        "INSUFFICIENT_STOCK, PRICE_MISMATCH, TOTAL_MISMATCH",
    ),
    WrongAnswer(
        "the total of the mice",
        lamp(59.98),
        "By how much the total is wrong",
        "3 cents too high",
    ),
]
