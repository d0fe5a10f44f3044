"""16.2: a carrier that tells early, and twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localaws import clock, faults
from orderlab.lesson.edits import Edit
from orderlab.lesson.exercises import Exercise, Finding
from orderlab.lesson.judging.parcels import Parcels

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

HANDLER = "lambdas/carrier_event_handler/app.py"
MACHINE = "state-machines/order-tracking.asl.json"
PREPARING = "PREPARING; OrderPreparing"
SHIPPED = "SHIPPED; OrderPreparing, OrderShipped"
DELIVERED = "DELIVERED; OrderPreparing, OrderShipped, OrderDelivered"

# The two waits for DELIVERED, with the condition and without it; what follows tells them apart.
CONDITION = """\
        "ConditionExpression": "attribute_not_exists(heard.#event)",
        "ExpressionAttributeNames": {"#event": "DELIVERED"},
"""
VALUES = """\
        "ExpressionAttributeValues": {
          ":token": {"S": "{% $states.context.Task.Token %}"},
          ":event": {"S": "DELIVERED"}
        }
      },
"""
ENDS = {"Shipped": '      "HeartbeatSeconds"', "Overdue": '      "TimeoutSeconds": "'}

exercise = Exercise(
    id="16.2",
    title="Delivered, then shipped",
    level="core",
    task="""\
In this stack, an earlier version of the shop's, each event of the carrier answers the token that
lies in the row, whatever it tells. *Shipped*, told twice, becomes *delivered*. Afterwards **the row
and the mails follow what was told, in whatever order and however often**: `DELIVERED` before
`SHIPPED` is kept until its turn comes, is used even while the machine is between two waits, and
each mail is sent once. The carrier gets 200 for each, and sends nothing again by itself.

Edit the stack of this exercise, in `exercises/16_2`: the handler and the state machine.""",
    files=(HANDLER, MACHINE),
    given=(
        Edit(
            HANDLER,
            """\
    told = heard.row["heard"]["M"].get(heard.row["waitingFor"]["S"])
    try:
        if told is not None:
""",
            """\
    told = heard.row["heard"]["M"].get(event_type)
    try:
        if event_type != SCAN:
""",
        ),
        *(Edit(MACHINE, CONDITION + VALUES + end, VALUES + end) for end in ENDS.values()),
    ),
    features="all",
    hints=(
        (
            "The row holds two things: what was told (`heard`), and what the machine waits for "
            "(`waitingFor`). When may the token be answered?"
        ),
        (
            "In `wake`: if what the machine waits for was heard, now or earlier. And what if it "
            "was heard before the machine waits? Then the token must not be written at all: "
            "`Preparing` shows how, and its two sisters have forgotten it."
        ),
        (
            '`told = heard.row["heard"]["M"].get(heard.row["waitingFor"]["S"])` and `if told is '
            "not None:`; in `Shipped` and in `Overdue` the `ConditionExpression` and the "
            '`ExpressionAttributeNames` of `Preparing`, with `"#event": "DELIVERED"`.'
        ),
    ),
)


def _parcel(shop: Shop, order_id: str) -> Parcels:
    """A parcel that is tracked and waits to be shipped."""
    parcels = Parcels(shop)
    parcels.begin(order_id)
    clock.advance(minutes=1)
    return parcels


@exercise.scenario("Shipped, told twice")
def _twice(shop: Shop) -> Finding:
    parcels = _parcel(shop, "shipped-twice")
    for _ in range(2):
        parcels.tell("shipped-twice", "SHIPPED", "event-of-shipped-twice")
    got = parcels.became("shipped-twice")
    return Finding(
        SHIPPED,
        got,
        got == SHIPPED,
        "The carrier sent the same event of shipped-twice again, as its answer was lost. That it "
        f"is delivered, nobody has told. What came of it: {got}.",
    )


@exercise.scenario("Shipped, scanned, delivered")
def _in_order(shop: Shop) -> Finding:
    parcels = _parcel(shop, "in-order")
    for kind in ("SHIPPED", "IN_TRANSIT", "DELIVERED"):
        parcels.tell("in-order", kind)
    got = parcels.became("in-order")
    return Finding(
        DELIVERED,
        got,
        got == DELIVERED,
        f"What comes as it should must go on working. What came of it: {got}.",
    )


@exercise.scenario("Shipped again, as another event")
def _another_id(shop: Shop) -> Finding:
    parcels = _parcel(shop, "shipped-from-two-depots")
    for _ in range(2):
        parcels.tell("shipped-from-two-depots", "SHIPPED")
    got = parcels.became("shipped-from-two-depots")
    return Finding(
        SHIPPED,
        got,
        got == SHIPPED,
        "Two depots report the same step, each with an event of its own. It is the step that "
        f"counts, not the event's id. What came of it: {got}.",
    )


@exercise.scenario("Delivered before shipped")
def _early(shop: Shop) -> Finding:
    parcels = _parcel(shop, "told-backwards")
    status = parcels.tell("told-backwards", "DELIVERED")
    before = f"{status}; {parcels.became('told-backwards')}"
    parcels.tell("told-backwards", "SHIPPED")
    after = parcels.became("told-backwards")
    return Finding(
        f"200; {PREPARING}, then {DELIVERED}",
        f"{before}, then {after}",
        (before, after) == (f"200; {PREPARING}", DELIVERED),
        "DELIVERED came first: it is kept, and nobody is told yet. With SHIPPED both are used. "
        f"What came of it: {before}, then {after}.",
    )


@exercise.scenario("Then both once more")
def _both_again(shop: Shop) -> Finding:
    parcels = _parcel(shop, "told-backwards-twice")
    for kind in ("DELIVERED", "SHIPPED", "DELIVERED", "SHIPPED"):
        parcels.tell("told-backwards-twice", kind)
    got = parcels.became("told-backwards-twice")
    return Finding(
        DELIVERED,
        got,
        got == DELIVERED,
        f"All was told twice, and each mail must go out once. What came of it: {got}.",
    )


@exercise.scenario("Delivered while the reminder is written")
def _between(shop: Shop) -> Finding:
    parcels = _parcel(shop, "found-meanwhile")
    parcels.tell("found-meanwhile", "SHIPPED")
    topic = shop.stack.outputs["NotificationsTopicArn"]
    with faults.inject(topic=topic, state="RemindCarrier", latency=20):
        clock.advance(days=2, minutes=-1, seconds=5)
        parcels.tell("found-meanwhile", "DELIVERED")
    clock.advance(hours=1)
    got = parcels.became("found-meanwhile").replace("ParcelReminder, ", "")
    return Finding(
        DELIVERED,
        got,
        got == DELIVERED,
        "DELIVERED came between two waits, while the machine wrote its reminder. The old token was "
        f"spent, and the new one not yet written. An hour later the row says: {got}.",
    )
