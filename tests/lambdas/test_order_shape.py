"""schemas/order.json and the handlers' own rules accept the same orders.

But for two rules that JSON Schema cannot say: a user's id is printable, and a quantity is written
without a decimal point.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import shapes

PRINTABLE = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=130)
ID_LIKE = st.one_of(
    st.from_regex(r"[A-Za-z0-9_-]{1,80}", fullmatch=True),
    st.sampled_from(["", "a b", "newline\n", "x" * 80, "x" * 81, "\u00fc", "a.b"]),
)
MONEY = st.one_of(
    st.integers(1, 10**11).map(lambda cents: cents / 100),
    st.integers(-(10**10), 10**10),
    st.floats(allow_nan=False, allow_infinity=False),  # JSON has neither
    st.sampled_from([0, 0.01, 0.001, 29.99, 29.989999999999995, 1e9, 1e9 + 0.01, 10**400]),
)
PIECES = st.one_of(st.integers(-1, 1_000_001), st.floats(0.1, 0.9), st.sampled_from([1_000_000]))
OTHER = st.one_of(st.none(), st.booleans(), st.just("2"), st.just([]), st.just({}))


def mostly(good: Any) -> Any:
    """What is of the right kind, and now and then what is not."""
    return st.one_of(good, good, good, OTHER)


def some_of(**fields: Any) -> Any:
    """An object with all of its fields, and now and then without some."""
    whole = st.fixed_dictionaries(fields, optional={"note": OTHER})
    return st.one_of(whole, whole, whole, st.fixed_dictionaries({}, optional=fields))


A_LINE = some_of(productId=mostly(ID_LIKE), quantity=mostly(PIECES), price=mostly(MONEY))
AN_ORDER = some_of(
    orderId=mostly(ID_LIKE),
    userId=mostly(PRINTABLE),
    items=mostly(st.lists(mostly(A_LINE), max_size=3)),
    totalAmount=mostly(MONEY),
)
LINE = {"productId": "prod-001", "quantity": 2, "price": 29.99}
GOOD = {
    "orderId": "test-order-001",
    "userId": "test-user-123",
    "items": [LINE],
    "totalAmount": 59.98,
}


@pytest.fixture(scope="module")
def app(load: Callable[[str], ModuleType]) -> ModuleType:
    return load("validate_order_handler")


@settings(deadline=None, max_examples=150)
@given(st.one_of(AN_ORDER, OTHER))
def test_the_same_verdict(app: ModuleType, order: Any) -> None:
    assert shapes.is_valid("order", order) is (not app.shape_faults(order))


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("orderId", "x" * 80, "x" * 81),
        ("orderId", "a-b_C", "newline\n"),
        ("userId", "x" * 128, "x" * 129),
        ("userId", "u", ""),
        ("items", [LINE] * 100, [LINE] * 101),
        ("items", [LINE], []),
        ("totalAmount", 1_000_000_000, 1_000_000_000.01),
        ("totalAmount", 0.01, 0),
        ("price", 29.99, 29.989999999999995),
        ("price", 0.01, 0.001),
        ("quantity", 1_000_000, 1_000_001),
        ("quantity", 1, 0),
        ("quantity", 2, True),
    ],
)
def test_the_same_verdict_at_the_edges(app: ModuleType, name: str, good: Any, bad: Any) -> None:
    for value, accepted in ((good, True), (bad, False)):
        order = GOOD | ({name: value} if name in GOOD else {"items": [LINE | {name: value}]})
        assert shapes.is_valid("order", order) is accepted
        assert (not app.shape_faults(order)) is accepted


@pytest.mark.parametrize(
    "changes",
    [
        {"userId": "bell\a"},
        {"items": [LINE | {"quantity": 2.0}]},
    ],
)
def test_what_only_the_handlers_can_say(app: ModuleType, changes: dict[str, Any]) -> None:
    assert shapes.is_valid("order", GOOD | changes)
    assert app.shape_faults(GOOD | changes)
