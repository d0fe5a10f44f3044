"""Order tracking: every state and transition, whatever the carrier tells and when it does."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests

from tests import shapes

# Its waits take days.
pytestmark = pytest.mark.simulated_clock

ROOT = Path(__file__).resolve().parents[2]
DEFINITION = json.loads(
    (ROOT / "state-machines" / "order-tracking.asl.json").read_text(encoding="utf-8")
)
BEGIN = ["ClaimOrder", "TellPreparing", "Preparing"]
SHIPPED = ["MarkShipped", "TellShipped", "Shipped"]
DELIVERED = ["MarkDelivered", "TellDelivered", "Tracked"]
OVERDUE = ["RemindCarrier", "Overdue"]
LOST = ["MarkLost", "TellLost", "Tracked"]

seen: set[tuple[str, str]] = set()  # every transition that a test of this module has taken
numbers = itertools.count()


class Parcel:
    """An order that is tracked: what the carrier tells of it, and what comes of that."""

    def __init__(self, shop: Any, arrived: Callable[[], list[dict[str, Any]]], clock: Any) -> None:
        self.shop, self.arrived, self.clock = shop, arrived, clock
        self.order_id = f"parcel-{next(numbers)}"
        self.said: Counter[str] = Counter()
        self.events = itertools.count()
        secrets = boto3.client("secretsmanager")
        found = secrets.get_secret_value(SecretId=shop.output("CarrierSecretArn"))
        self.secret = found["SecretString"]

    def begin(self) -> str:
        """Start what EventBridge starts when the order is confirmed."""
        event = {"detail": {"input": json.dumps({"orderId": self.order_id})}}
        name = f"{self.order_id}-{next(numbers)}"
        arn: str = self.shop.start(event, name, self.shop.output("OrderTrackingArn"))
        self.wait(minutes=1)
        return arn

    def tell(self, kind: str) -> requests.Response:
        """What the carrier posts, signed."""
        at = self.clock.now
        event = {"eventId": f"e-{next(self.events)}", "orderId": self.order_id, "type": kind}
        body = json.dumps(event | {"at": f"{at:%Y-%m-%dT%H:%M:%SZ}"})
        digits = hmac.new(
            self.secret.encode(), f"{int(at.timestamp())}.{body}".encode(), hashlib.sha256
        ).hexdigest()
        header = {"X-Carrier-Signature": f"t={int(at.timestamp())},v1={digits}"}
        url = self.shop.output("CarrierEventsUrl")
        answer = requests.post(url, data=body, headers=header, timeout=30)
        self.wait(minutes=1)
        return answer

    def wait(self, **passing: float) -> None:
        self.clock.advance(**passing)

    @property
    def row(self) -> dict[str, Any]:
        table = boto3.resource("dynamodb").Table(self.shop.output("TrackingTableName"))
        return table.get_item(Key={"orderId": self.order_id}, ConsistentRead=True).get("Item", {})

    def notices(self) -> dict[str, int]:
        """How often each event was told of this order so far."""
        while messages := self.arrived():
            for message in messages:
                shapes.check("notification", message)
                if self.order_id in message["Message"].replace(".", " ").split():
                    self.said[message["MessageAttributes"]["event"]["Value"]] += 1
        return dict(self.said)

    def path(self, arn: str) -> list[str]:
        """The states so far; what was taken counts as covered."""
        pages = self.shop.stepfunctions.get_paginator("get_execution_history").paginate(
            executionArn=arn
        )
        entered = (e.get("stateEnteredEventDetails") for page in pages for e in page["events"])
        names = [details["name"] for details in entered if details]
        seen.update(itertools.pairwise(names))
        return names


@pytest.fixture
def parcel(grown: Any, cloud: Any) -> Parcel:
    return Parcel(grown, grown.inbox(), cloud.clock)


@pytest.fixture
def begin_with(grown: Any, parcel: Parcel) -> Iterator[Callable[..., str]]:
    """Begins on a changed definition, which an execution then keeps; returns its ARN."""
    client = grown.stepfunctions
    machine = {"stateMachineArn": grown.output("OrderTrackingArn")}
    definition = client.describe_state_machine(**machine)["definition"]

    def begin(change: Callable[[dict[str, Any]], None]) -> str:
        changed = json.loads(definition)
        change(changed)
        client.update_state_machine(**machine, definition=json.dumps(changed))
        return parcel.begin()

    yield begin
    client.update_state_machine(**machine, definition=definition)


def test_a_confirmed_order_is_tracked_to_the_door(grown: Any, parcel: Parcel) -> None:
    """From the order workflow, by the rule."""
    order_id = parcel.order_id = "test-order-001"
    assert grown.run(grown.order(order_id), order_id).status == "SUCCEEDED"
    parcel.wait(minutes=1)
    assert parcel.row["status"] == "PREPARING"
    assert parcel.tell("SHIPPED").json() == {"orderId": order_id, "isNew": True}
    assert (parcel.row["status"], parcel.row["waitingFor"]) == ("SHIPPED", "DELIVERED")
    parcel.tell("DELIVERED")
    row = parcel.row
    assert (row["status"], set(row["heard"])) == ("DELIVERED", {"SHIPPED", "DELIVERED"})
    assert "taskToken" not in row
    assert parcel.path(row["executionArn"]) == [*BEGIN, *SHIPPED, *DELIVERED]
    assert parcel.notices() == {
        "OrderConfirmed": 1, "OrderPreparing": 1, "OrderShipped": 1, "OrderDelivered": 1,
    }  # fmt: skip


def test_a_rejected_order_is_not_tracked(grown: Any, parcel: Parcel) -> None:
    grown.run(grown.order(parcel.order_id, items=[]), parcel.order_id)
    parcel.wait(minutes=5)
    assert parcel.row == {}
    assert parcel.tell("SHIPPED").status_code == 404


def test_eventbridge_tells_twice(parcel: Parcel) -> None:
    first, second = parcel.begin(), parcel.begin()
    assert parcel.path(second) == ["ClaimOrder", "TrackedBefore"]
    assert parcel.row["executionArn"] == first
    assert parcel.notices() == {"OrderPreparing": 1}


@pytest.mark.parametrize("order", sorted(set(itertools.permutations("SSDD"))))
def test_told_in_any_order_and_twice(parcel: Parcel, order: tuple[str, ...]) -> None:
    """Each step is told once, in its order, and is never taken before the carrier has told it."""
    arn = parcel.begin()
    kinds = {"S": "SHIPPED", "D": "DELIVERED"}
    told: set[str] = set()
    for letter in order:
        assert parcel.tell(kinds[letter]).status_code == 200
        told.add(letter)
        status = "PREPARING" if "S" not in told else "DELIVERED" if "D" in told else "SHIPPED"
        assert parcel.row["status"] == status
        shapes.check("tracking-row", parcel.row)
    assert parcel.path(arn) == [*BEGIN, *SHIPPED, *DELIVERED]
    assert parcel.notices() == {"OrderPreparing": 1, "OrderShipped": 1, "OrderDelivered": 1}


def test_delivered_while_the_shipped_notice_is_on_its_way(parcel: Parcel, cloud: Any) -> None:
    """Between two waits, no token stands in the row."""
    arn = parcel.begin()
    topic = parcel.shop.output("NotificationsTopicArn")
    with cloud.faults.inject(topic=topic, state="TellShipped", latency=20):
        parcel.tell("SHIPPED")
    assert parcel.row["status"] == "SHIPPED"
    parcel.tell("DELIVERED")
    assert parcel.row["status"] == "DELIVERED"
    assert parcel.path(arn) == [*BEGIN, *SHIPPED, *DELIVERED]


def test_the_warehouse_is_reminded_every_two_days(parcel: Parcel) -> None:
    arn = parcel.begin()
    parcel.notices()  # before the queue forgets them, after four days
    parcel.wait(days=5)
    assert parcel.path(arn) == [*BEGIN, *["RemindWarehouse", "Preparing"] * 2]
    parcel.tell("SHIPPED")
    assert parcel.row["status"] == "SHIPPED"
    assert parcel.notices() == {"OrderPreparing": 1, "PackingReminder": 2, "OrderShipped": 1}


def test_a_scan_puts_the_reminder_off_and_not_the_end(parcel: Parcel) -> None:
    arn = parcel.begin()
    parcel.tell("SHIPPED")
    for _ in range(9):
        parcel.wait(days=1)
        parcel.tell("IN_TRANSIT")
    assert parcel.path(arn) == [*BEGIN, *SHIPPED]
    parcel.wait(days=1)
    assert parcel.row["status"] == "LOST"
    assert parcel.path(arn) == [*BEGIN, *SHIPPED, *LOST]


def test_a_parcel_that_nobody_sees(parcel: Parcel) -> None:
    arn = parcel.begin()
    parcel.tell("SHIPPED")
    parcel.wait(days=2)
    assert parcel.path(arn) == [*BEGIN, *SHIPPED, *OVERDUE]
    parcel.notices()  # before the queue forgets them, after four days
    parcel.wait(days=7, hours=23)
    assert parcel.row["status"] == "SHIPPED"
    parcel.wait(hours=1)
    assert parcel.row["status"] == "LOST"
    assert parcel.path(arn) == [*BEGIN, *SHIPPED, *OVERDUE, *LOST]
    assert parcel.notices() == {
        "OrderPreparing": 1, "OrderShipped": 1, "ParcelReminder": 1, "OrderLost": 1,
    }  # fmt: skip
    parcel.tell("DELIVERED")  # found after all: kept, for a person to read
    assert (parcel.row["status"], "DELIVERED" in parcel.row["heard"]) == ("LOST", True)
    shapes.check("tracking-row", parcel.row)


def test_delivered_after_the_reminder(parcel: Parcel) -> None:
    arn = parcel.begin()
    parcel.tell("SHIPPED")
    parcel.wait(days=3)
    parcel.tell("IN_TRANSIT")
    parcel.wait(days=4)
    parcel.tell("DELIVERED")
    assert parcel.path(arn) == [*BEGIN, *SHIPPED, *OVERDUE, *DELIVERED]


def keep(parcel: Parcel, kind: str) -> None:
    """Leave an event in the row and wake nobody, as if the function had ended in between."""
    table = boto3.resource("dynamodb").Table(parcel.shop.output("TrackingTableName"))
    table.update_item(
        Key={"orderId": parcel.order_id},
        UpdateExpression="SET heard.#type = :told",
        ExpressionAttributeNames={"#type": kind},
        ExpressionAttributeValues={":told": {"eventId": "e", "at": "2026-01-05T09:00:00Z"}},
    )


def test_events_that_woke_nobody_are_found_at_the_next_look(parcel: Parcel) -> None:
    arn = parcel.begin()
    keep(parcel, "SHIPPED")
    parcel.wait(days=2)
    assert parcel.path(arn) == [*BEGIN, "RemindWarehouse", "Preparing", *SHIPPED]
    keep(parcel, "DELIVERED")
    parcel.wait(days=2)
    assert parcel.path(arn)[-5:] == [*OVERDUE, *DELIVERED]


def test_delivered_in_the_last_moment_is_not_lost(parcel: Parcel) -> None:
    arn = parcel.begin()
    parcel.tell("SHIPPED")
    parcel.wait(days=3)
    keep(parcel, "DELIVERED")
    parcel.wait(days=8)
    assert parcel.path(arn)[-5:] == ["Overdue", "MarkLost", *DELIVERED]
    assert parcel.row["status"] == "DELIVERED"


def test_an_execution_that_was_cut_off_goes_on_when_it_is_redriven(
    parcel: Parcel, begin_with: Any
) -> None:
    arn = begin_with(lambda definition: definition.update(TimeoutSeconds=3600))
    parcel.wait(hours=2)
    describe = parcel.shop.stepfunctions.describe_execution
    assert describe(executionArn=arn)["status"] == "TIMED_OUT"
    assert parcel.tell("SHIPPED").status_code == 200
    assert parcel.row["status"] == "PREPARING"
    parcel.shop.stepfunctions.redrive_execution(executionArn=arn)
    parcel.wait(minutes=1)
    assert parcel.row["status"] == "SHIPPED"
    parcel.tell("DELIVERED")
    assert describe(executionArn=arn)["status"] == "SUCCEEDED"
    assert parcel.notices() == {"OrderPreparing": 1, "OrderShipped": 1, "OrderDelivered": 1}


def without_topic(definition: dict[str, Any]) -> None:
    for state in definition["States"].values():
        if "TopicArn" in state.get("Arguments", {}):
            state["Arguments"]["TopicArn"] += "-gone"


@pytest.mark.parametrize("days", [1, 11])
def test_no_notice_stops_a_parcel(parcel: Parcel, begin_with: Any, days: int) -> None:
    arn = begin_with(without_topic)
    parcel.wait(days=3)
    parcel.tell("SHIPPED")
    parcel.wait(days=days)
    parcel.tell("DELIVERED")
    parcel.path(arn)
    assert parcel.row["status"] == ("DELIVERED" if days == 1 else "LOST")
    assert parcel.notices() == {}


def test_a_claim_whose_answer_is_lost_is_still_the_first(parcel: Parcel, cloud: Any) -> None:
    table = parcel.shop.output("TrackingTableName")
    with cloud.faults.inject(
        table=table, state="ClaimOrder", error="InternalServerError", when="after", times=1
    ):
        arn = parcel.begin()
    assert parcel.path(arn) == BEGIN
    assert parcel.row["status"] == "PREPARING"


def test_the_limits_are_days() -> None:
    states = DEFINITION["States"]
    assert states["Preparing"]["TimeoutSeconds"] == timedelta(days=2).total_seconds()
    assert states["Shipped"]["HeartbeatSeconds"] == timedelta(days=2).total_seconds()
    assert states["Shipped"]["TimeoutSeconds"] == timedelta(days=10).total_seconds()


def test_every_transition_was_taken(grown: Any) -> None:
    """Runs last in this module: what the tests above have not reached is named."""
    drawn = set()
    for name, state in DEFINITION["States"].items():
        targets = [state.get("Next"), *(rule["Next"] for rule in state.get("Catch", []))]
        drawn |= {(name, target) for target in targets if target}
    assert drawn - seen == set()
    assert {state for pair in seen for state in pair} == set(DEFINITION["States"])
