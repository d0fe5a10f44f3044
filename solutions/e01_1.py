"""01.1: three fields are another order's, and the customer stays."""

from typing import Any

from orderlab.lesson.solutions import Attempt, WrongAnswer

MOUSE = {"productId": "prod-001", "quantity": 2, "price": 29.99}
KEYBOARD = {"productId": "prod-002", "quantity": 1, "price": 89.00}
MICE = {
    "orderId": "test-order-001",
    "userId": "test-user-123",
    "items": [MOUSE],
    "totalAmount": 59.98,
}


def keyboard(**fields: Any) -> Attempt:
    """The keyboard's order, with some fields otherwise."""
    new = {"orderId": "order-keyboard", "items": [KEYBOARD], "totalAmount": 89.00}
    return Attempt(answer=MICE | new | fields)


TOLD = "must run under the id order-keyboard"
SOLUTION = keyboard()
WRONG = [
    WrongAnswer(
        "the mice, under a new id",
        keyboard(items=[MOUSE], totalAmount=59.98),
        "What is in the basket",
        "2 of prod-001",
    ),
    WrongAnswer(
        "a keyboard beside the mice",
        keyboard(items=[MOUSE, KEYBOARD], totalAmount=148.98),
        "What is in the basket",
        "2 of prod-001, 1 of prod-002",
    ),
    WrongAnswer(
        "another customer",
        keyboard(userId="ana"),
        "Whose order it is, and what it costs",
        "ana, 89",
    ),
]
