"""Who orders what in a week, and when: the same for the same seed.

The shop sells in the evening. On three evenings there is one chair, at a price that brings two
customers to it at the same moment: those buy through the saga.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

DAYS = 7
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
EVENING, SALE = timedelta(hours=19), timedelta(hours=20)
RUSH = timedelta(minutes=45)
ORDERS_IN_A_RUSH = 22
SALE_DAYS = (1, 3, 5)  # Tuesday, Thursday, Saturday
BUYERS = 2  # of one chair
CHAIR = {"productId": "prod-sale", "name": "Chair of the day", "price": 389.0}
MUCH = 1000  # pieces of a product, of which a week does not buy all
WRONG_PRICE = 1 / 12  # orders with a price of last month

Channel = Literal["web", "sale"]


@dataclass(frozen=True)
class Arrival:
    """One order on its way to the shop.

    Attributes:
        at: when, in UTC.
        channel: "web": through the API. "sale": one of those who want the chair.
        is_sound: whether there is nothing wrong with the order itself.
    """

    at: datetime
    channel: Channel
    order: Mapping[str, Any]
    is_sound: bool = True

    @property
    def order_id(self) -> str:
        return str(self.order["orderId"])

    @property
    def amount(self) -> float:
        """What it costs, in the shop's currency."""
        return float(self.order["totalAmount"])


def midnight(moment: datetime) -> datetime:
    """The beginning of a moment's day."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def rushes(monday: datetime) -> list[datetime]:
    """When the week's rushes begin. `monday`: its first midnight."""
    return [monday + day * DAY + EVENING for day in range(DAYS)]


def sales(monday: datetime) -> list[datetime]:
    """When there is a chair."""
    return [monday + day * DAY + SALE for day in SALE_DAYS]


def arrivals(application: Path, monday: datetime, seed: int) -> list[Arrival]:
    """The week's orders, by their time.

    Args:
        application: the folder with data/products.json, whose products are bought.
    """
    source = random.Random(f"traffic {seed}")
    products = _plenty(application)
    web = [
        (begin + RUSH * source.random(), _basket(products, source))
        for begin in rushes(monday)
        for _ in range(ORDERS_IN_A_RUSH)
    ]
    found = [
        _web(f"week-{seed}-{number:03}", at, basket, source.random() < WRONG_PRICE)
        for number, (at, basket) in enumerate(sorted(web, key=lambda pair: pair[0]))
    ]
    return sorted([*found, *_buyers(monday, seed)], key=lambda one: (one.at, one.order_id))


def _plenty(application: Path) -> list[Mapping[str, Any]]:
    text = (application / "data" / "products.json").read_text(encoding="utf-8")
    return [row for row in json.loads(text) if row["stock"] >= MUCH]


def _basket(
    products: list[Mapping[str, Any]], source: random.Random
) -> list[tuple[Mapping[str, Any], int]]:
    return [(one, source.randint(1, 3)) for one in source.sample(products, source.randint(1, 3))]


def _web(
    order_id: str, at: datetime, basket: list[tuple[Mapping[str, Any], int]], is_wrong: bool
) -> Arrival:
    off = 1 if is_wrong else 0
    items = [
        {"productId": row["productId"], "quantity": count, "price": round(row["price"] + off, 2)}
        for row, count in basket
    ]
    at = at.replace(microsecond=0)
    return Arrival(at, "web", _order(order_id, items), is_sound=not is_wrong)


def _buyers(monday: datetime, seed: int) -> Iterator[Arrival]:
    for at in sales(monday):
        for buyer in range(1, BUYERS + 1):
            items = [{"productId": CHAIR["productId"], "quantity": 1, "price": CHAIR["price"]}]
            yield Arrival(at, "sale", _order(f"sale-{seed}-{at:%a}-{buyer}".lower(), items))


def _order(order_id: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    total = round(sum(line["price"] * line["quantity"] for line in items), 2)
    return {
        "orderId": order_id,
        "userId": f"user-{order_id}",
        "items": items,
        "totalAmount": total,
    }
