"""07.2: four orders, one of them into a fault.

Fewer do not suffice. An execution takes one of these four arrows, and never a second: ValidateOrder
to RejectOrder, IsOrderValid to RejectOrder, ProcessPayment to RejectOrder, ProcessPayment to
ConfirmOrder. The first needs an error of the validation, and no order raises one: a fault in an
order is its result. Both are tested: tests/lesson/test_fewest_orders.py counts over all ways
through the definition, tests/lambdas/test_validate_order.py tries orders of every form.
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


def run(order_id: str, fault: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    order = {"order": {**GOOD, "orderId": order_id, **changes}}
    return {**order, "fault": fault} if fault else order


EMPTY = run("order-empty-items", items=[])
DECLINED = run("order-declined")
NO_FAULT = [run("order-good"), EMPTY, DECLINED]

TOLD = "One with a fault goes on to RejectOrder"
SOLUTION = Attempt(answer=[*NO_FAULT, run("order-bug", BUG)])
WRONG = [
    WrongAnswer(
        "no fault",
        Attempt(answer=NO_FAULT),
        "Every arrow",
        "8 of 9; never ValidateOrder to RejectOrder",
    ),
    WrongAnswer(
        "Lambda's own error for a moment: it is retried, so nothing is caught",
        Attempt(
            answer=[
                *NO_FAULT,
                run("order-throttled", {**BUG, "error": "Lambda.ServiceException", "rate": 0.1}),
            ]
        ),
        "Every arrow",
        "8 of 9; never ValidateOrder to RejectOrder",
    ),
    WrongAnswer(
        "the payment that fails is left out",
        Attempt(answer=[run("order-good"), EMPTY, run("order-bug", BUG)]),
        "Every arrow",
        "8 of 9; never ProcessPayment to RejectOrder",
    ),
    WrongAnswer(
        "one order too many: silence goes the way of a decline",
        Attempt(answer=[*NO_FAULT, run("order-gateway-offline"), run("order-bug", BUG)]),
        "How many orders",
        "5 orders",
    ),
    WrongAnswer(
        "a fault where an order's id would do",
        Attempt(
            answer=[
                run("order-good"),
                EMPTY,
                run(
                    "order-no",
                    {"function": "dev-ProcessPaymentFunction", "error": "PaymentDeclined"},
                ),
                run("order-bug", BUG),
            ]
        ),
        "How many faults",
        "2 faults",
    ),
]
