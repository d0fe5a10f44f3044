"""12.1: the handler asks for all products in one call again; no timeout is touched."""

from orderlab.lesson.solutions import Attempt, Edit, WrongAnswer

HANDLER = "lambdas/validate_order_handler/app.py"
TEMPLATE, DEFINITION = "template.yaml", "state-machines/order-workflow.asl.json"
CALL = "catalogue_faults(order, find_gently(ids))"
AT_ONCE = Edit(HANDLER, CALL, "catalogue_faults(order, find_products(ids))")
# 900 would not even deploy: the queue's visibility timeout must not be the shorter one.
LONGER = Edit(TEMPLATE, "    Timeout: 10\n", "    Timeout: 60\n")
# The first Task's own deadline: it stands right above its Retry's first line.
STATE_TOO = Edit(
    DEFINITION,
    '      "ResultPath": "$.validation",\n      "TimeoutSeconds": 30,\n',
    '      "ResultPath": "$.validation",\n      "TimeoutSeconds": 280,\n',
)

TOLD = "order-eight-products holds 8 products"
SOLUTION = Attempt((AT_ONCE,))
WRONG = [
    WrongAnswer(
        "a longer timeout for all functions, as the common advice is",
        Attempt((LONGER,)),
        "One of each product",
        "failed (States.Timeout",
    ),
    WrongAnswer(
        "longer timeouts everywhere",
        Attempt((LONGER, STATE_TOO)),
        "How long the customer waits",
        "32.",
    ),
    WrongAnswer(
        "mended, and every failure of the payment retried while at it",
        Attempt(
            (
                AT_ONCE,
                Edit(
                    DEFINITION,
                    '            "PaymentGatewayTimeout"\n          ],',
                    '            "PaymentGatewayTimeout",\n'
                    '            "PaymentDeclined"\n          ],',
                ),
            )
        ),
        "order-declined",
        "failed (PaymentDeclined: The payment was declined.), row FAILED, asked 4 times",
    ),
]
