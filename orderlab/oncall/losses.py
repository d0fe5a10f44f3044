"""What a week has cost: the one rule by which weeks are compared.

- An order that the shop would have confirmed in a week in which nothing breaks, and has not: its
  amount is lost.
- Confirmed more than four hours late: a tenth of its amount.
- Charged and not confirmed, or confirmed although a calm week would have refused it: its amount was
  taken wrongly.
- Of the chairs, what was sold beyond those there were, and not paid back: wrongly taken; what a
  calm week would have sold beyond that: lost.

The score is what part of the avoidable cost was avoided: 0 for a week in which nobody acts, 100 for
that of a good operator. It can be more, and below 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, get_args

from orderlab.oncall.books import Outcome
from orderlab.oncall.played import Played

LATE = timedelta(hours=4)
LATE_PART = 0.1

Kind = Literal["lost", "late", "charged wrongly"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class Loss:
    """What one order has cost the shop.

    Attributes:
        at: when it was ordered.
        cost: in the shop's currency.
    """

    order_id: str
    at: datetime
    kind: Kind
    cost: float


class Reference(NamedTuple):
    """The same week, played by programs.

    Attributes:
        calm: nothing breaks.
        asleep: nobody acts.
        good: a good operator is on call.
    """

    calm: Played
    asleep: Played
    good: Played


def losses(played: Played, calm: Played) -> list[Loss]:
    """What a week has cost, beside a calm one of the same seed, by the orders' time."""
    good = {one.order_id: one for one in calm.orders}
    found: list[Loss] = []
    for one in played.orders:
        if one.channel != "sale":
            found += _of_order(one, good.get(one.order_id))
    found += _of_sales(played.orders, calm.orders)
    return sorted(found, key=lambda loss: (loss.at, loss.order_id, loss.kind))


def cost(found: Sequence[Loss], kind: Kind | None = None) -> float:
    """The sum of losses, of one kind or of all."""
    return round(sum(one.cost for one in found if kind in (None, one.kind)), 2)


def score(played: Played, reference: Reference) -> int:
    """What part of the avoidable cost was avoided, in percent."""
    own, worst, best = (
        cost(losses(week, reference.calm)) for week in (played, reference.asleep, reference.good)
    )
    if worst == best:
        return 100 if own <= best else 0
    return round(100 * (worst - own) / (worst - best))


def _of_order(one: Outcome, calm: Outcome | None) -> Iterator[Loss]:
    is_due = calm is not None and calm.is_confirmed
    if is_due and not one.is_confirmed:
        yield Loss(one.order_id, one.at, "lost", one.amount)
    if is_due and one.is_confirmed and one.ended and one.ended - one.at > LATE:
        yield Loss(one.order_id, one.at, "late", round(LATE_PART * one.amount, 2))
    if one.is_charged and not (is_due and one.is_confirmed):
        yield Loss(one.order_id, one.at, "charged wrongly", one.amount)


def _of_sales(orders: Sequence[Outcome], calm: Sequence[Outcome]) -> Iterator[Loss]:
    """Who gets a chair does not matter, and one that nobody has paid for is there the next time."""
    own, there = _sales(orders), _sales(calm)
    chairs = len({one.at for one in own})  # one for each evening
    paid = [one for one in own if one.is_charged]
    unpaid = [one for one in own if not one.is_charged]
    for one in paid[chairs:]:
        yield Loss(one.order_id, one.at, "charged wrongly", one.amount)
    missing = sum(one.is_charged for one in there) - len(paid)
    for one in unpaid[-missing:] if missing > 0 else []:
        yield Loss(one.order_id, one.at, "lost", one.amount)


def _sales(orders: Sequence[Outcome]) -> list[Outcome]:
    return [one for one in orders if one.channel == "sale"]
