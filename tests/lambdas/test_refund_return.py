"""refund_return_handler, given in lesson 21: a part goes back once, never more than was paid."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import boto3
import pytest

PATH = Path(__file__).parents[2] / "capstone/changed/lambdas/refund_return_handler/app.py"
ORDER = "order-of-ana"


@pytest.fixture
def app(
    environment: None, shop: Callable[[], AbstractContextManager[None]]
) -> Iterator[ModuleType]:
    given = {"BOOKS_TABLE": "dev-MockPayments", "POWERTOOLS_SERVICE_NAME": "refund-return"}
    spec = importlib.util.spec_from_file_location("refund_return_app", PATH)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    with mock.patch.dict(os.environ, given), shop():
        spec.loader.exec_module(loaded)
        yield loaded


@pytest.fixture
def books(app: ModuleType) -> Any:
    """The books, in which an order is charged."""
    table = boto3.resource("dynamodb").Table("dev-MockPayments")
    table.put_item(Item={"orderId": ORDER, "status": "CHARGED", "amount": Decimal("59.98")})
    return table


@pytest.fixture
def refund(app: ModuleType, books: Any, context: Any) -> Callable[..., Any]:
    def call(return_id: str = "return-1", amount: float = 29.99, order_id: str = ORDER) -> Any:
        event = {"orderId": order_id, "returnId": return_id, "amount": amount}
        return app.lambda_handler(event, context)

    return call


def left(books: Any) -> Decimal:
    return Decimal(books.get_item(Key={"orderId": ORDER})["Item"]["left"])


def test_a_part_goes_back_once(refund: Callable[..., Any], books: Any) -> None:
    first = refund()
    assert refund() == first
    assert first["status"] == "REFUNDED"
    assert left(books) == Decimal("29.99")


def test_every_return_has_its_refund(refund: Callable[..., Any], books: Any) -> None:
    assert refund("return-1")["refundId"] != refund("return-2")["refundId"]
    assert left(books) == 0


@pytest.mark.parametrize("before", [[], [("return-0", 30.0)]])
def test_never_more_than_was_paid(
    before: list[tuple[str, float]], refund: Callable[..., Any], app: ModuleType
) -> None:
    for return_id, amount in before:
        refund(return_id, amount)
    with pytest.raises(app.RefundRefused):
        refund("return-1", 59.99 - sum(amount for _, amount in before))


@pytest.mark.parametrize("status", ["REFUNDED", "CLOSED"])
def test_nothing_of_what_is_not_charged(
    status: str, refund: Callable[..., Any], books: Any, app: ModuleType
) -> None:
    books.put_item(Item={"orderId": ORDER, "status": status, "amount": Decimal("59.98")})
    with pytest.raises(app.RefundRefused, match=status):
        refund()
    with pytest.raises(app.RefundRefused, match="not charged"):
        refund(order_id="order-unknown")


def test_what_is_no_refund_is_refused(refund: Callable[..., Any], app: ModuleType) -> None:
    with pytest.raises(app.EventInvalid):
        refund(amount=0)
