"""09.2: ninety seconds without a gateway, and 200 orders that arrive meanwhile."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import boto3

from localaws import clock, load
from orderlab.lesson.exercises import Exercise, Finding

if TYPE_CHECKING:
    from orderlab.lesson.judging.shop import Shop

OUTAGE = timedelta(seconds=90)
ORDERS = 200
MOST_CALLS = 20  # in one second

exercise = Exercise(
    id="09.2",
    title="Friday, 18:00",
    level="core",
    task=f"""\
At 18:00 the gateway goes down for {OUTAGE.seconds} seconds: every call fails with
`PaymentGatewayTimeout` and never reaches it. In the first two of them {ORDERS} orders arrive.
Afterwards **every order that the gateway does not decline is confirmed**, none is charged or
declined twice, and the gateway never gets more than **{MOST_CALLS} calls in one second**; more, and
it is down again. The Retry of `ProcessPayment` is enough.

Edit `state-machines/order-workflow.asl.json`.""",
    files=("state-machines/order-workflow.asl.json",),
    hints=(
        (
            "Add up the longest waits of the Retry as it is: they are over long before the outage "
            "is. Then ask how many orders wait when the gateway comes back, and over how many "
            "seconds their next calls are spread."
        ),
        (
            "The last wait decides: with JitterStrategy FULL, it spreads the orders over "
            "MaxDelaySeconds, at first about twice as many in a second as 200 divided by it. FULL "
            "waits half as long on average, so it also needs more attempts."
        ),
        (
            'A retrier for PaymentGatewayTimeout alone: `"IntervalSeconds": 20, "BackoffRate": 3, '
            '"MaxDelaySeconds": 60, "MaxAttempts": 12, "JitterStrategy": "FULL"`. Take the name '
            "out of the other one, which is asked first, and keep the execution's TimeoutSeconds "
            "in mind."
        ),
    ),
)


@dataclass(frozen=True)
class Call:
    """A call that reached the gateway: when, for which order, and whether it was declined."""

    at: datetime
    order_id: str
    answer: str


@dataclass(frozen=True)
class Friday:
    """What came of the orders: the status in each one's row, and the calls at the gateway."""

    began: datetime
    statuses: dict[str, str]
    calls: list[Call]


def _down(seconds: timedelta) -> dict[str, Any]:
    """The fault: no call reaches the gateway."""
    return {
        "function": "dev-ProcessPaymentFunction",
        "error": "PaymentGatewayTimeout",
        "until": clock.now + seconds,
    }


def _calls(since: datetime) -> list[Call]:
    """What the payment function has logged: the fault strikes before it can, so these are those
    that reached the gateway."""
    pages = boto3.client("logs").get_paginator("filter_log_events")
    found = pages.paginate(
        logGroupName="/aws/lambda/dev-ProcessPaymentFunction",
        filterPattern='{ $.orderId = "*" }',
        startTime=int(since.timestamp() * 1000),
    )
    events = (event for page in found for event in page["events"])
    return sorted(_read(events), key=lambda call: call.at)


def _read(events: Iterator[dict[str, Any]]) -> Iterator[Call]:
    for event in events:
        line = json.loads(event["message"])
        at = datetime.fromtimestamp(event["timestamp"] / 1000, tz=clock.now.tzinfo)
        yield Call(at, line["orderId"], line.get("error", "approved"))


@cache
def _friday(shop: Shop) -> Friday:
    """The orders of Friday evening, sent once, however many scenarios ask."""
    orders = [shop.order(f"friday-{number:03}", [("prod-001", 1)]) for number in range(ORDERS)]
    began = clock.now
    load.run(
        shop.stack.outputs["OrderWorkflowArn"],
        orders,
        per_second=100,
        seed=9,
        name="{orderId}",
        faults=[_down(OUTAGE)],
    )
    clock.advance(minutes=1)  # rows of executions that were cut off are written afterwards
    table = boto3.resource("dynamodb").Table(shop.stack.outputs["OrdersTableName"])
    rows = {row["orderId"]: str(row["status"]) for row in table.scan()["Items"]}
    statuses = {order["orderId"]: rows.get(order["orderId"], "no row") for order in orders}
    return Friday(began, statuses, _calls(began))


@exercise.scenario("One order, while the gateway is down")
def _one(shop: Shop) -> Finding:
    order = shop.order("order-at-18-00", [("prod-001", 1)])
    load.run(shop.stack.outputs["OrderWorkflowArn"], [order], faults=[_down(OUTAGE)])
    table = boto3.resource("dynamodb").Table(shop.stack.outputs["OrdersTableName"])
    row = table.get_item(Key={"orderId": "order-at-18-00"}).get("Item", {})
    status = str(row.get("status", "no row"))
    why = f" ({row['failureError']})" if "failureError" in row else ""
    return Finding(
        "CONFIRMED",
        f"{status}{why}",
        status == "CONFIRMED",
        f"The gateway would have approved order-at-18-00 {OUTAGE.seconds} seconds later, and it "
        f"ended as {status}: nobody asked that late.",
    )


@exercise.scenario("A decline, on a quiet day")
def _decline(shop: Shop) -> Finding:
    began = clock.now
    shop.process(shop.order("order-declined", [("prod-001", 1)]))
    count = len(_calls(began))
    return Finding(
        "1 call",
        f"{count} call{'' if count == 1 else 's'}",
        count == 1,
        "A decline is an answer, and the same answer comes again. order-declined was asked for "
        f"{count} times: which retrier names PaymentDeclined, if only by States.ALL?",
    )


@exercise.scenario(f"{ORDERS} orders, while the gateway is down")
def _all(shop: Shop) -> Finding:
    friday = _friday(shop)
    declined = {call.order_id for call in friday.calls if call.answer == "PaymentDeclined"}
    lost = {name: how for name, how in friday.statuses.items() if name not in declined}
    lost = {name: how for name, how in lost.items() if how != "CONFIRMED"}
    how = ", ".join(f"{count} {status}" for status, count in Counter(lost.values()).items())
    named = ", ".join([*lost][:2]) + (" and others" if len(lost) > 2 else "")
    return Finding(
        "0 lost",
        f"{len(lost)} lost" + (f": {how}" if lost else ""),
        not lost,
        f"No decline, and yet not confirmed: {named}. FAILED: the retries were used up. TIMED_OUT: "
        "the execution's own TimeoutSeconds came first.",
    )


@exercise.scenario("The busiest second at the gateway")
def _busiest(shop: Shop) -> Finding:
    friday = _friday(shop)
    seconds = [call.at for call in friday.calls]
    counts = {at: _within(seconds[number:]) for number, at in enumerate(seconds)}
    at = max(counts, key=lambda moment: counts[moment])
    after = (at - friday.began).total_seconds()
    return Finding(
        f"at most {MOST_CALLS} calls",
        f"{counts[at]} calls",
        counts[at] <= MOST_CALLS,
        f"{after:.0f} seconds after the outage began, {counts[at]} calls came within one second. "
        f"The orders failed together; what keeps them from coming back together, and over how "
        "many seconds?",
    )


def _within(moments: list[datetime]) -> int:
    """How many of the moments, in their order, are less than a second after the first."""
    return sum(1 for _ in takewhile(lambda at: at - moments[0] < timedelta(seconds=1), moments))


@exercise.scenario("Answers that an order gets")
def _once(shop: Shop) -> Finding:
    answers = Counter(
        call.order_id for call in _friday(shop).calls if call.answer != "PaymentGatewayTimeout"
    )
    order, most = answers.most_common(1)[0]
    return Finding(
        "1 each",
        f"{most} for {order}" if most > 1 else "1 each",
        most == 1,
        f"The gateway had answered {order}, and was asked for it again.",
    )
