"""process_payment_handler: the mock gateway's draws, and its answers and errors."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from types import ModuleType
from typing import Any

import pytest

HANDLER = "process_payment_handler"


@pytest.fixture(scope="module")
def app(load: Callable[[str], ModuleType]) -> ModuleType:
    return load(HANDLER)


def binomial_bounds(count: int, rate: float, tail: float = 1e-6) -> tuple[int, int]:
    """The range of outcomes that leaves less than `tail` on either side, summed exactly."""
    chance = Decimal(str(rate))
    term = (1 - chance) ** count  # far below the smallest float
    cumulative, low = Decimal(0), None
    for successes in range(count + 1):
        cumulative += term
        if low is None and cumulative >= tail:
            low = successes
        if cumulative > 1 - Decimal(str(tail)):
            return low or 0, successes
        term *= chance / (1 - chance) * (count - successes) / (successes + 1)
    raise AssertionError("the probabilities do not sum to one")


def test_binomial_bounds() -> None:
    assert binomial_bounds(2, 0.5, tail=0.2) == (0, 2)
    assert binomial_bounds(2, 0.5, tail=0.3) == (1, 1)


def test_about_nine_in_ten_are_approved(app: ModuleType) -> None:
    low, high = binomial_bounds(10_000, app.APPROVAL_RATE)
    assert 8850 < low < high < 9150
    assert low <= sum(app.is_approved(f"order-{n}") for n in range(10_000)) <= high


def test_about_one_call_in_twenty_times_out(app: ModuleType) -> None:
    low, high = binomial_bounds(10_000, app.TIMEOUT_RATE)
    for retry in range(4):
        unanswered = sum(app.times_out(f"order-{n}", retry) for n in range(10_000))
        assert low <= unanswered <= high


def test_a_retry_is_drawn_anew(app: ModuleType) -> None:
    unanswered = [n for n in range(2000) if app.times_out(f"order-{n}", 0)]
    again = [n for n in unanswered if app.times_out(f"order-{n}", 1)]
    assert 0 < len(again) < len(unanswered) / 4


def test_the_seeds_order_is_approved_at_once(app: ModuleType) -> None:
    assert not app.times_out("test-order-001", 0)
    assert app.is_approved("test-order-001")


def test_draws_are_the_same_for_ever(app: ModuleType) -> None:
    """Lessons and their committed outputs rest on these."""
    declined = [n for n in range(100) if not app.is_approved(f"test-{n}")]
    unanswered = [n for n in range(100) if app.times_out(f"test-{n}", 0)]
    assert declined == [19, 44, 87]
    assert unanswered == [17, 28, 80]
    assert app.transaction_id("test-order-001") == "txn_3269577661167fbf42b34672"


def test_approved(app: ModuleType, event: Any, context: Any, logs: Any) -> None:
    result = app.lambda_handler(event(HANDLER, "approved"), context)
    assert result == {
        "transactionId": app.transaction_id("test-order-001"),
        "orderId": "test-order-001",
        "amount": 59.98,
        "status": "APPROVED",
    }
    assert result == app.lambda_handler(event(HANDLER, "approved"), context)  # charged once
    assert [line["orderId"] for line in logs()] == ["test-order-001"] * 2


def test_declined(app: ModuleType, event: Any, context: Any, logs: Any) -> None:
    with pytest.raises(app.PaymentDeclined) as caught:
        app.lambda_handler(event(HANDLER, "declined"), context)
    assert type(caught.value).__name__ == "PaymentDeclined"
    (line,) = logs()
    assert (line["orderId"], line["error"]) == ("order-declined", "PaymentDeclined")


def test_gateway_timeout_then_success(app: ModuleType, event: Any, context: Any) -> None:
    with pytest.raises(app.PaymentGatewayTimeout) as caught:
        app.lambda_handler(event(HANDLER, "gateway-timeout"), context)
    assert type(caught.value).__name__ == "PaymentGatewayTimeout"
    result = app.lambda_handler(event(HANDLER, "gateway-timeout-retried"), context)
    assert result["status"] == "APPROVED"


def test_a_gateway_that_never_answers(app: ModuleType, event: Any, context: Any) -> None:
    assert all(app.times_out("order-gateway-offline", retry) for retry in range(4))
    with pytest.raises(app.PaymentGatewayTimeout):
        app.lambda_handler(event(HANDLER, "gateway-offline"), context)


def test_transactions_differ_between_orders(app: ModuleType) -> None:
    transactions = {app.transaction_id(f"order-{n}") for n in range(1000)}
    assert len(transactions) == 1000
    assert all(len(t) == 28 and int(t.removeprefix("txn_"), 16) >= 0 for t in transactions)


@pytest.mark.parametrize("amount", ["0", "-1", "-0.01"])
def test_nothing_is_charged_that_is_not_positive(app: ModuleType, amount: str) -> None:
    with pytest.raises(ValueError, match="cannot charge"):
        app.process_payment("test-order-001", "test-user-123", Decimal(amount))
