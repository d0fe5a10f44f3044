"""What people tell whoever is on call each morning: what no alarm counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from orderlab.oncall.shop import Shop
from orderlab.oncall.traffic import Arrival

PATIENCE = timedelta(hours=2)  # before a customer asks what became of an order
SHOWN = 4  # orders named in a line


def post(shop: Shop, arrivals: Iterable[Arrival], since: datetime, now: datetime) -> list[str]:
    """What customers, and the people in the warehouse, write: a line for each matter.

    Args:
        since: the last morning.
    """
    rows = {row["orderId"]: row for row in shop.rows("OrdersTableName")}
    web = [one for one in arrivals if one.channel == "web"]
    due = [one for one in web if since - PATIENCE <= one.at < now - PATIENCE]
    waiting = [one for one in due if one.order_id not in rows]
    refused = [
        one
        for one in due
        if one.is_sound and rows.get(one.order_id, {}).get("failureError") == "OrderInvalid"
    ]
    found = [
        *_told(waiting, "asks|ask", "what became of their order: nobody has told them anything"),
        *_told(refused, "complains|complain", "that a sound order was called invalid"),
    ]
    if (chairs := shop.chairs()) < 0:
        found.append(f"The warehouse: {-chairs} chairs were sold that are not there.")
    return found


def _told(orders: list[Arrival], verb: str, what: str) -> Iterator[str]:
    if not orders:
        return
    one, many = verb.split("|")
    who = f"{len(orders)} customer{'s' if len(orders) > 1 else ''}"
    names = ", ".join(order.order_id for order in orders[:SHOWN])
    more = ", …" if len(orders) > SHOWN else ""
    yield f"{who} {many if len(orders) > 1 else one} {what} ({names}{more})."
