"""12.4: every order is declined, since a test's order id was left in the definition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlab.lesson.edits import Edit
from orderlab.lesson.exercises import Exercise, Finding
from orderlab.lesson.judging import soundness

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

DEFINITION = "state-machines/order-workflow.asl.json"
HANDLER = "lambdas/process_payment_handler/app.py"
MOST_LINES = 6

exercise = Exercise(
    id="12.4",
    title="Always fails at payment",
    level="core",
    task=f"""\
**Ticket 4.** *"Every payment is declined. The gateway says that all is well on its side."* One
decline in ten is normal, ten in ten are not. Find out what the payment function is asked for.
Afterwards each order is charged once, under its own id, also where it is sent again under another
execution name (`order-sent-twice-r1`), and a decline stays one. At most {MOST_LINES} lines change.

Edit the stack of this ticket, in `exercises/12_4`: `{DEFINITION}`, `{HANDLER}`.""",
    files=(DEFINITION, HANDLER),
    hints=(
        (
            "Nothing is broken as far as AWS can tell: the error is of the shop's own. Compare two "
            "executions: what did `ProcessPayment` send to its function in each?"
        ),
        (
            "Look for one order's id in the payment function's log: it is not there. Then look at "
            "which id is."
        ),
        (
            '`ProcessPayment` has `"orderId": "order-declined"` in its `Payload`, left over from a '
            'test: the same id for all. `"orderId.$": "$.orderId"` takes it from the order.'
        ),
    ),
    given=(
        Edit(
            DEFINITION,
            '          "orderId.$": "$.orderId",\n          "userId',
            '          "orderId": "order-declined",\n          "userId',
        ),
    ),
)


exercise.scenario("Two mice")(soundness.confirmed)


@exercise.scenario("Two orders, two transactions")
def _own(shop: Shop) -> Finding:
    first, second = (
        soundness.place(shop, shop.order(name, [(soundness.MOUSE, 1)])).transaction
        for name in ("order-of-ana", "order-of-ben")
    )
    return Finding(
        "two transactions",
        "one transaction for both" if first == second else "two transactions",
        first != second,
        "order-of-ana and order-of-ben are two orders, and each must be charged under its own id; "
        f"both have {first or 'none'}.",
    )


@exercise.scenario("One order, sent twice")
def _once(shop: Shop) -> Finding:
    machine = shop.stack.outputs["OrderWorkflowArn"]
    order = shop.order("order-sent-twice", [(soundness.MOUSE, 1)])
    found = set()
    for name in ("order-sent-twice", "order-sent-twice-r1"):
        shop.ended(shop.start(machine, order, name=name))
        found.add(soundness.row_of(shop, "order-sent-twice").get("transactionId", "none"))
    got = "one transaction" if len(found) == 1 else "two transactions"
    return Finding(
        "one transaction",
        got,
        found != {"none"} and len(found) == 1,
        "The replay order-sent-twice-r1 is the same order under another execution name: the "
        "gateway knows a charge by the order's id, so it is charged once.",
    )


soundness.add_to(exercise, MOST_LINES)
