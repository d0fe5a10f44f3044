"""04.2: a large order waits for a call before anybody pays."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from orderlab.lesson.edits import Edit
from orderlab.lesson.exercises import Exercise, Finding

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Ended, Shop

WORKFLOW = "state-machines/order-workflow.asl.json"

exercise = Exercise(
    id="04.2",
    title="An hour for a call",
    level="core",
    task="""\
Whoever orders for more than 1000.00 gets a call first. Such an order, once it is found valid, waits
**an hour** in a new Wait state `TimeToCall`, and then goes on to the payment and is confirmed. All
others, 1000.00 sharp among them, go on at once. An order with a fault is rejected at once, whatever
it costs.

Edit `exercises/04_2/state-machines/order-workflow.asl.json`, in a stack of its own.""",
    files=(WORKFLOW,),
    given=(Edit(WORKFLOW, "from validation to its notice.", "with a call if it is large."),),
    hints=(
        (
            "`IsOrderValid` leads good orders to the payment. Who could ask for the amount there, "
            "before the payment? And does anything limit how long an order may take?"
        ),
        (
            "A second Choice with `NumericGreaterThan` on `$.totalAmount`, and a Wait with "
            "`Seconds`. The machine's own `TimeoutSeconds`, at the top, is five minutes."
        ),
        (
            '`"HowLarge": {"Type": "Choice", "Choices": [{"Variable": "$.totalAmount", '
            '"NumericGreaterThan": 1000, "Next": "TimeToCall"}], "Default": "ProcessPayment"}`; '
            '`IsOrderValid` leads there; and `"TimeoutSeconds": 7200` for the machine.'
        ),
    ),
)

DESK, CABLE = "prod-017", "prod-013"
HOUR = timedelta(hours=1)


def _way(ended: Ended) -> str:
    through = "through TimeToCall" if "TimeToCall" in ended.states else "straight on"
    return f"{ended.words}, {through}"


@exercise.scenario("Two desks, 1098.00")
def _waits(shop: Shop) -> Finding:
    ended = shop.process(shop.order("order-two-desks", [(DESK, 2)]))
    before = ended.states[: ended.states.index("ProcessPayment")] if _paid(ended) else ended.states
    return Finding(
        "TimeToCall, before any payment",
        ", ".join(ended.states),
        "TimeToCall" in before,
        "order-two-desks is over 1000.00 and must pass TimeToCall before it is paid.",
    )


def _paid(ended: Ended) -> bool:
    return "ProcessPayment" in ended.states


@exercise.scenario("What becomes of the two desks")
def _confirmed(shop: Shop) -> Finding:
    ended = shop.process(shop.order("order-two-desks-again", [(DESK, 2)]))
    minutes = ended.duration.total_seconds() / 60
    return Finding(
        "succeeded after 60 min",
        f"{ended.words} after {minutes:.0f} min",
        ended.succeeded and HOUR <= ended.duration < HOUR + timedelta(minutes=1),
        "An hour later the order must be paid and confirmed. An execution that runs longer than "
        "the machine's own TimeoutSeconds is cut off, and no Catch sees it.",
    )


@exercise.scenario("Eighty cables, 1000.00 sharp")
def _sharp(shop: Shop) -> Finding:
    ended = shop.process(shop.order("order-exactly-1000", [(CABLE, 80)]))
    return Finding(
        "succeeded, straight on",
        _way(ended),
        ended.succeeded and "TimeToCall" not in ended.states,
        "order-exactly-1000 is not over 1000.00, so nobody calls.",
    )


@exercise.scenario("Two mice, 59.98")
def _small(shop: Shop) -> Finding:
    ended = shop.process(shop.order("order-two-mice", [("prod-001", 2)]))
    return Finding(
        "succeeded, straight on",
        _way(ended),
        ended.succeeded and "TimeToCall" not in ended.states,
        "A small order waits for nobody.",
    )


@exercise.scenario("Six desks, of which there are five")
def _invalid(shop: Shop) -> Finding:
    ended = shop.process(shop.order("order-six-desks", [(DESK, 6)]))
    return Finding(
        "refused, straight on",
        _way(ended),
        ended.refused and "TimeToCall" not in ended.states,
        "order-six-desks cannot be delivered. Its customer should learn that at once, not after a "
        "call.",
    )
