"""12.4: the payment is asked for under the order's own id."""

from orderlab.lesson.solutions import Attempt, Edit, WrongAnswer

DEFINITION = "state-machines/order-workflow.asl.json"
HANDLER = "lambdas/process_payment_handler/app.py"
LEFT_OVER = '          "orderId": "order-declined",\n          "userId'


def sent(value: str) -> Edit:
    return Edit(DEFINITION, LEFT_OVER, f'          "orderId.$": "{value}",\n          "userId')


TOLD = "order-two-mice is good"
SOLUTION = Attempt((sent("$.orderId"),))
WRONG = [
    WrongAnswer(
        "the mock gateway approves everything",
        Attempt((Edit(HANDLER, "APPROVAL_RATE = 0.90", "APPROVAL_RATE = 1.00"),)),
        "Two orders, two transactions",
        "one transaction for both",
    ),
    WrongAnswer(
        "the execution's name in place of the order's id",
        Attempt((sent("$$.Execution.Name"),)),
        "One order, sent twice",
        "two transactions",
    ),
    WrongAnswer(
        "mended, and no decline believed any more",
        Attempt((sent("$.orderId"), Edit(HANDLER, "APPROVAL_RATE = 0.90", "APPROVAL_RATE = 1.00"))),
        "order-declined",
        "succeeded",
    ),
]
