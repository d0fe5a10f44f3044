"""charge_order_handler and refund_order_handler: one charge, one refund, in whichever order."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from types import ModuleType
from typing import Any
from unittest import mock

import boto3
import pytest

CHARGE, REFUND = "charge_order_handler", "refund_order_handler"
ORDER = "test-order-001"
COPIED = ("digest", "draw", "is_approved", "times_out", "transaction_id")


@pytest.fixture
def books(
    load: Callable[[str], ModuleType], shop: Callable[[], AbstractContextManager[None]]
) -> Iterator[dict[str, ModuleType]]:
    """Both handlers, at books in which nothing is written."""
    with mock.patch.dict(os.environ, {"BOOKS_TABLE": "dev-MockPayments"}), shop():
        yield {name: load(name) for name in (CHARGE, REFUND)}


@pytest.fixture
def charge(books: Any, event: Any, context: Any) -> Callable[..., Any]:
    def call(sample: str = "approved", **changes: Any) -> Any:
        return books[CHARGE].lambda_handler(event(CHARGE, sample) | changes, context)

    return call


@pytest.fixture
def refund(books: Any, event: Any, context: Any) -> Callable[..., Any]:
    def call(sample: str = "refund") -> Any:
        return books[REFUND].lambda_handler(event(REFUND, sample), context)

    return call


def row(order_id: str = ORDER) -> dict[str, Any] | None:
    table = boto3.resource("dynamodb").Table("dev-MockPayments")
    found: dict[str, Any] | None = table.get_item(Key={"orderId": order_id}).get("Item")
    return found


def test_the_gateway_is_that_of_process_payment(books: Any, load: Any) -> None:
    original = load("process_payment_handler")
    for name in COPIED:
        ours = inspect.getsource(getattr(books[CHARGE], name))
        assert ours == inspect.getsource(getattr(original, name))
    for name in ("APPROVAL_RATE", "TIMEOUT_RATE", "SALT"):
        assert getattr(books[CHARGE], name) == getattr(original, name)


def test_a_charge_is_written_down(books: Any, charge: Any) -> None:
    answer = charge()
    assert answer == {"transactionId": books[CHARGE].transaction_id(ORDER)}
    assert row()["status"] == "CHARGED"
    assert str(row()["amount"]) == "59.98"


def test_a_second_charge_is_the_first_one(charge: Any) -> None:
    first, written = charge(), row()
    assert charge(retryCount=1) == first
    assert row() == written


@pytest.mark.parametrize(
    ("sample", "error"),
    [
        ("declined", "PaymentDeclined"),
        ("gateway-timeout", "PaymentGatewayTimeout"),
        ("not-a-charge", "EventInvalid"),
    ],
)
def test_what_is_no_charge(books: Any, charge: Any, event: Any, sample: str, error: str) -> None:
    with pytest.raises(getattr(books[CHARGE], error)):
        charge(sample)
    assert row(event(CHARGE, sample)["orderId"]) is None


def test_a_refund_gives_back_once(charge: Any, refund: Any) -> None:
    charge()
    first = refund()
    written = row()
    assert first["status"] == written["status"] == "REFUNDED"
    assert first["refundId"] == written["refundId"]
    assert refund() == first
    assert row() == written


def test_a_refund_before_the_charge_closes_the_books(books: Any, charge: Any, refund: Any) -> None:
    assert refund() == {"status": "CLOSED"}
    assert refund() == {"status": "CLOSED"}
    with pytest.raises(books[CHARGE].PaymentClosed):
        charge()
    assert row()["status"] == "CLOSED"


def test_a_refunded_order_is_not_charged_again(books: Any, charge: Any, refund: Any) -> None:
    charge()
    refund()
    with pytest.raises(books[CHARGE].PaymentClosed):
        charge()
    assert row()["status"] == "REFUNDED"


def test_a_charge_between_two_looks_of_a_refund(
    books: Any, charge: Any, refund: Any, monkeypatch: Any
) -> None:
    """It looks, finds nothing, and by then there is something: a retry will give it back."""
    look = books[REFUND].give_back

    def look_and_be_late(order_id: str, now: Any) -> Any:
        found = look(order_id, now)
        charge()
        return found

    monkeypatch.setattr(books[REFUND], "give_back", look_and_be_late)
    with pytest.raises(books[REFUND].BooksBusy):
        refund()
    monkeypatch.undo()
    assert refund()["status"] == "REFUNDED"


def test_what_is_no_refund(books: Any, refund: Any) -> None:
    with pytest.raises(books[REFUND].EventInvalid):
        refund("not-a-refund")


def test_every_log_line_carries_the_order_id(charge: Any, refund: Any, logs: Any) -> None:
    charge()
    refund()
    assert [line["orderId"] for line in logs()] == [ORDER, ORDER]
