"""07.3: five orders, two of them into a fault.

Fewer do not suffice. An execution leaves the first three states by one of five ways: the Catch of
ValidateOrder, the Default of IsOrderValid, one of the two Catches of ProcessPayment, or its Next.
What comes after RejectOrder, two Catches and two Nexts, fits into four of these. No order makes the
validation raise, nor the topic refuse; so two faults. tests/lesson/test_fewest_orders.py counts.
"""

from typing import Any

from orderlab.lesson.solutions import Attempt, WrongAnswer

GOOD = {
    "orderId": "order-good",
    "userId": "test-user-123",
    "items": [{"productId": "prod-001", "quantity": 2, "price": 29.99}],
    "totalAmount": 59.98,
}
BUG = {"function": "dev-ValidateOrderFunction", "error": "KeyError"}
NO_TOPIC = {"topic": "dev-OrderNotifications", "error": "InternalErrorException"}


def run(order_id: str, fault: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    order = {"order": {**GOOD, "orderId": order_id, **changes}}
    return {**order, "fault": fault} if fault else order


PAID, DECLINED = run("order-good"), run("order-declined")
NAMELESS = {"order": {name: value for name, value in GOOD.items() if name != "orderId"}}
EMPTY = run("order-empty-items", items=[])

TOLD = "The answer is a list of runs"
SOLUTION = Attempt(
    answer=[PAID, DECLINED, NAMELESS, run("order-gateway-offline", NO_TOPIC), run("order-bug", BUG)]
)
WRONG = [
    WrongAnswer(
        "every arrow, but the row could always be written",
        Attempt(
            answer=[
                PAID,
                DECLINED,
                EMPTY,
                run("order-gateway-offline", NO_TOPIC),
                run("order-bug", BUG),
            ]
        ),
        "All transitions and all Catches",
        "11 of 12; never RejectOrder, States.ALL",
    ),
    WrongAnswer(
        "the topic refuses now and then, and the retries help",
        Attempt(
            answer=[
                PAID,
                DECLINED,
                NAMELESS,
                run("order-gateway-offline", {**NO_TOPIC, "rate": 0.2}),
                run("order-bug", BUG),
            ]
        ),
        "All transitions and all Catches",
        "11 of 12; never NotifyRejected, States.ALL",
    ),
    WrongAnswer(
        "the validation's Catch forgotten",
        Attempt(answer=[PAID, DECLINED, NAMELESS, run("order-gateway-offline", NO_TOPIC)]),
        "All transitions and all Catches",
        "11 of 12; never ValidateOrder, States.ALL",
    ),
    WrongAnswer(
        "an order of its own for the topic",
        Attempt(
            answer=[
                PAID,
                DECLINED,
                NAMELESS,
                run("order-gateway-offline"),
                run("order-unheard", NO_TOPIC, items=[]),
                run("order-bug", BUG),
            ]
        ),
        "How many orders",
        "6 orders",
    ),
    WrongAnswer(
        "a fault of the table, where an order without an id would do",
        Attempt(
            answer=[
                PAID,
                DECLINED,
                run(
                    "order-no-row",
                    {"table": "dev-Orders", "error": "InternalServerError"},
                    items=[],
                ),
                run("order-gateway-offline", NO_TOPIC),
                run("order-bug", BUG),
            ]
        ),
        "How many faults",
        "3 faults",
    ),
]
