"""12.5: a missing permission, hidden by the Retry that AWS recommends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlab.lesson.edits import Edit
from orderlab.lesson.exercises import Exercise, Finding
from orderlab.lesson.judging import soundness

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

TEMPLATE = "template.yaml"
DEFINITION = "state-machines/order-workflow.asl.json"
MOST_LINES = 12
MOST_SECONDS = 30

RETRIER = """\
            "PaymentGatewayTimeout"
          ],
          "IntervalSeconds": 1,
          "BackoffRate": 2,
          "MaxAttempts": 3,
          "MaxDelaySeconds": 10,
          "JitterStrategy": "FULL"
"""
RECOMMENDED = """\
            "PaymentGatewayTimeout"
          ],
          "IntervalSeconds": 2,
          "BackoffRate": 2,
          "MaxAttempts": 6
"""

exercise = Exercise(
    id="12.5",
    title="The Retry that hides it",
    level="extra",
    task=f"""\
**Ticket 5.** *"Orders hang for minutes, and then they are rejected. Nothing is red while we look.
On Friday we took over the Retry that AWS recommends, and tidied up the template."* Find out what
the orders wait for. Afterwards a good order is confirmed within {MOST_SECONDS} seconds, trouble of
Lambda is still retried, no role may do more than it needs, and at most {MOST_LINES} lines change.

Edit the stack of this ticket, in `exercises/12_5`: `template.yaml` and `{DEFINITION}`.""",
    files=(TEMPLATE, DEFINITION),
    hints=(
        (
            "`console.timeline` shows what the minutes are made of. Then read the error of one "
            "attempt in the history, not that of the execution's end."
        ),
        (
            "Each attempt fails with a name that the Retry lists as trouble of Lambda. Its cause "
            "says otherwise: it would fail tomorrow as well."
        ),
        (
            "The workflow's `Policies` have lost "
            "`LambdaInvokePolicy: {FunctionName: !Ref ProcessPaymentFunction}`. The Retry may "
            "stay."
        ),
    ),
    given=(
        Edit(
            TEMPLATE,
            "        - LambdaInvokePolicy: {FunctionName: !Ref ProcessPaymentFunction}\n",
            "",
        ),
        Edit(DEFINITION, RETRIER, RECOMMENDED),
    ),
)


@exercise.scenario("How long an order takes")
def _quick(shop: Shop) -> Finding:
    ended = shop.process(shop.order("order-express", [(soundness.MOUSE, 2)]))
    seconds = ended.duration.total_seconds()
    return Finding(
        f"at most {MOST_SECONDS} s",
        f"{seconds:.1f} s, {ended.words}",
        seconds <= MOST_SECONDS,
        f"order-express took {seconds:.0f} seconds, and nearly all of them were pauses between "
        "attempts of ProcessPayment.",
    )


exercise.scenario("Two mice")(soundness.confirmed)


soundness.add_to(exercise, MOST_LINES)
