"""Weeks on call: each test starts and stops a local AWS of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import localaws
from orderlab.oncall.books import Outcome
from orderlab.oncall.losses import Reference
from orderlab.oncall.played import Broken, Moment, Played

ROOT = Path(__file__).resolve().parents[2]
BEGUN = datetime(2026, 1, 5, 9, tzinfo=UTC)
ENDED = BEGUN + timedelta(days=7)


@pytest.fixture(autouse=True)
def stopped() -> Iterator[None]:
    """No local AWS goes on after a test."""
    yield
    localaws.stop()


def order(
    number: int,
    status: str = "CONFIRMED",
    *,
    channel: str = "web",
    is_charged: bool | None = None,
    hours: float = 0,
) -> Outcome:
    """An order of 100 that was confirmed so many hours after it came."""
    at = BEGUN + timedelta(hours=number)
    return Outcome(
        order_id=f"order-{number}",
        at=at,
        channel=channel,
        amount=100.0,
        status=status,
        is_charged=status == "CONFIRMED" if is_charged is None else is_charged,
        ended=at + timedelta(hours=hours) if status == "CONFIRMED" else None,
    )


def week(*orders: Outcome, player: str = "Ada", seed: int = 7) -> Played:
    """A week with these orders, a page, a deed, and an incident that was mended after an hour."""
    begins = BEGUN + timedelta(hours=1)
    return Played(
        seed=seed,
        player=player,
        begun=BEGUN,
        ended=ENDED,
        incidents=[
            Broken(
                kind="slow function",
                broke="It became slow.",
                mend="Give it memory.",
                begins=begins,
                seen=begins + timedelta(minutes=5),
                mended=begins + timedelta(hours=1),
            )
        ],
        pages=[Moment(begins + timedelta(minutes=1), "dev-OrderTrouble")],
        deeds=[Moment(begins + timedelta(minutes=6), "lambda UpdateFunctionConfiguration")],
        orders=list(orders),
    )


@pytest.fixture
def reference() -> Reference:
    """Of four orders a calm week confirms all; asleep loses three, a good operator none."""
    good = [order(1), order(2), order(3), order(4)]
    bad = [order(1), *(order(number, "FAILED") for number in (2, 3, 4))]
    return Reference(calm=week(*good), asleep=week(*bad), good=week(*good))
