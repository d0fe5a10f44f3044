"""What became of each order in the end: confirmed or not, charged or not, and when."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import boto3

from orderlab.oncall.incidents.outside import PoisonMessages, partner_order
from orderlab.oncall.shop import Shop, order_of
from orderlab.oncall.traffic import Arrival

CONFIRMED = "CONFIRMED"


@dataclass(frozen=True)
class Outcome:
    """What became of one order.

    Attributes:
        at: when it was ordered.
        channel: "web", "sale" or "partner".
        status: of its row in the orders' table; "" where it has none.
        is_charged: whether its customer has paid, and was not given the money back.
        ended: when the execution succeeded that confirmed it.
    """

    order_id: str
    at: datetime
    channel: str
    amount: float
    status: str
    is_charged: bool
    ended: datetime | None

    @property
    def is_confirmed(self) -> bool:
        return self.status == CONFIRMED


class Books:
    """Reads what the shop's tables and executions say."""

    def __init__(self, shop: Shop) -> None:
        self._rows = {row["orderId"]: str(row["status"]) for row in shop.rows("OrdersTableName")}
        self._paid = {
            row["orderId"] for row in shop.rows("MockPaymentsTableName") if _is_charge(row)
        }
        self._executions: dict[str, list[Mapping[str, Any]]] = {}
        for one in shop.executions():
            self._executions.setdefault(order_of(one["name"]), []).append(one)

    def outcome(self, arrival: Arrival) -> Outcome:
        """What became of an order of a customer."""
        if arrival.channel == "web":
            return self._web(arrival.order_id, arrival.at, "web", arrival.amount)
        return Outcome(
            arrival.order_id,
            arrival.at,
            arrival.channel,
            arrival.amount,
            self._rows.get(arrival.order_id, ""),
            arrival.order_id in self._paid,
            None,
        )

    def partners(self, partner: PoisonMessages, until: datetime) -> Iterator[Outcome]:
        """What became of a partner's orders."""
        for number in range(partner.COUNT):
            at = partner.begins + number * partner.GAP
            if at < until:
                order_id = partner.order_id(number)
                amount = float(str(partner_order(order_id)["totalAmount"]))
                yield self._web(order_id, at, "partner", amount)

    def _web(self, order_id: str, at: datetime, channel: str, amount: float) -> Outcome:
        status = self._rows.get(order_id, "")
        executions = self._executions.get(order_id, [])
        ends = [one["stopDate"] for one in executions if one["status"] == "SUCCEEDED"]
        is_charged = status == CONFIRMED or any(map(_has_paid, executions))
        return Outcome(order_id, at, channel, amount, status, is_charged, min(ends, default=None))


def outcomes(
    shop: Shop, arrivals: Iterable[Arrival], partner: PoisonMessages | None, until: datetime
) -> list[Outcome]:
    """What became of all orders, by their time."""
    books = Books(shop)
    found = [books.outcome(one) for one in arrivals if one.at < until]
    if partner is not None:
        found += books.partners(partner, until)
    return sorted(found, key=lambda one: (one.at, one.order_id))


def _is_charge(row: Mapping[str, Any]) -> bool:
    return bool(row["status"] == "CHARGED")


def _has_paid(execution: Mapping[str, Any]) -> bool:
    """Whether the gateway has approved a payment in it: its result has a transaction."""
    pages = boto3.client("stepfunctions").get_paginator("get_execution_history")
    for page in pages.paginate(executionArn=execution["executionArn"]):
        for event in page["events"]:
            text = event.get("taskSucceededEventDetails", {}).get("output", "")
            if '"transactionId"' in text and json.loads(text).get("Payload", {}).get("status"):
                return True
    return False
