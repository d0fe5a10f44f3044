"""validate_order_handler: every fault alone, several together, and orders at random."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

HANDLER = "validate_order_handler"
CATALOGUE = json.loads(
    (Path(__file__).parents[2] / "data" / "products.json").read_text(encoding="utf-8")
)
SOLD = [product for product in CATALOGUE if product["stock"] >= 1000]
some = settings(deadline=None, max_examples=60)


@pytest.fixture(scope="module")
def app(load: Callable[[str], ModuleType]) -> ModuleType:
    return load(HANDLER)


@pytest.fixture(scope="module")
def aws(shop: Any) -> Iterator[None]:
    """One AWS for all tests: the handler only reads."""
    with shop():
        yield


def order(*lines: tuple[str, Any, Any], **changes: Any) -> dict[str, Any]:
    """An order of two mice, or of the lines given, with fields changed."""
    lines = lines or (("prod-001", 2, 29.99),)
    items = [{"productId": p, "quantity": q, "price": price} for p, q, price in lines]
    plain = {
        "orderId": "test-order-001",
        "userId": "test-user-123",
        "items": items,
        "totalAmount": 59.98,
    }
    return plain | changes


def without(record: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key != name}


def found(app: ModuleType, value: Any) -> list[tuple[str, str]]:
    """The faults of an order as (code, field), after checking what holds for every result."""
    result = app.validate_order(value)
    json.dumps(result)
    faults = result["faults"]
    assert result["isValid"] is (not faults)
    assert (result["summary"] == "") is result["isValid"]
    assert len(result["summary"]) <= 1000
    assert all(fault["message"] for fault in faults)
    return [(fault["code"], fault["field"]) for fault in faults]


def test_the_seeds_order_is_valid(app: ModuleType, aws: None, context: Any) -> None:
    assert app.lambda_handler(order(), context) == {
        "isValid": True,
        "orderId": "test-order-001",
        "faults": [],
        "summary": "",
    }


LINE = {"productId": "prod-001", "quantity": 2, "price": 29.99}


@pytest.mark.parametrize(
    ("value", "code", "field"),
    [
        (None, "INVALID_VALUE", "order"),
        ([order()], "INVALID_VALUE", "order"),
        (without(order(), "orderId"), "MISSING_FIELD", "orderId"),
        (without(order(), "userId"), "MISSING_FIELD", "userId"),
        (without(order(), "items"), "MISSING_FIELD", "items"),
        (without(order(), "totalAmount"), "MISSING_FIELD", "totalAmount"),
        (order(orderId=None), "INVALID_VALUE", "orderId"),
        (order(orderId=""), "INVALID_VALUE", "orderId"),
        (order(orderId="a b"), "INVALID_VALUE", "orderId"),
        (order(orderId="newline\n"), "INVALID_VALUE", "orderId"),
        (order(orderId="\u00fc"), "INVALID_VALUE", "orderId"),
        (order(orderId="x" * 81), "INVALID_VALUE", "orderId"),
        (order(orderId=1), "INVALID_VALUE", "orderId"),
        (order(userId=""), "INVALID_VALUE", "userId"),
        (order(userId=7), "INVALID_VALUE", "userId"),
        (order(userId="\ud800"), "INVALID_VALUE", "userId"),
        (order(items=[]), "INVALID_VALUE", "items"),
        (order(items={}), "INVALID_VALUE", "items"),
        (order(items=[LINE] * 101), "INVALID_VALUE", "items"),
        (order(items=["prod-001"]), "INVALID_VALUE", "items[0]"),
        (order(items=[without(LINE, "productId")]), "MISSING_FIELD", "items[0].productId"),
        (order(items=[without(LINE, "quantity")]), "MISSING_FIELD", "items[0].quantity"),
        (order(items=[without(LINE, "price")]), "MISSING_FIELD", "items[0].price"),
        (order(("", 2, 29.99)), "INVALID_VALUE", "items[0].productId"),
        (order((1, 2, 29.99)), "INVALID_VALUE", "items[0].productId"),
        (order(("prod-001", 0, 29.99)), "INVALID_VALUE", "items[0].quantity"),
        (order(("prod-001", -2, 29.99)), "INVALID_VALUE", "items[0].quantity"),
        (order(("prod-001", 2.0, 29.99)), "INVALID_VALUE", "items[0].quantity"),
        (order(("prod-001", "2", 29.99)), "INVALID_VALUE", "items[0].quantity"),
        (order(("prod-001", True, 29.99)), "INVALID_VALUE", "items[0].quantity"),
        (order(("prod-001", 2, "29.99")), "INVALID_VALUE", "items[0].price"),
        (order(("prod-001", 2, 0)), "INVALID_VALUE", "items[0].price"),
        (order(("prod-001", 2, -29.99)), "INVALID_VALUE", "items[0].price"),
        (order(("prod-001", 2, True)), "INVALID_VALUE", "items[0].price"),
        (order(("prod-001", 2, 29.989999999999995)), "INVALID_VALUE", "items[0].price"),
        (order(("prod-001", 2, 29.999)), "INVALID_VALUE", "items[0].price"),
        (order(("prod-001", 2, float("nan"))), "INVALID_VALUE", "items[0].price"),
        (order(("prod-001", 2, float("inf"))), "INVALID_VALUE", "items[0].price"),
        (order(("prod-001", 2, 10**400)), "INVALID_VALUE", "items[0].price"),
        (order(totalAmount="59.98"), "INVALID_VALUE", "totalAmount"),
        (order(totalAmount=0.1 + 0.2), "INVALID_VALUE", "totalAmount"),
        (order(totalAmount=59.97), "TOTAL_MISMATCH", "totalAmount"),
        (order(("prod-999", 2, 29.99)), "UNKNOWN_PRODUCT", "items[0].productId"),
        (order(("prod-002", 1, 59.98)), "PRICE_MISMATCH", "items[0].price"),
        (
            order(("prod-019", 1, 59.95), totalAmount=59.95),
            "INSUFFICIENT_STOCK",
            "items[0].quantity",
        ),
    ],
)
def test_a_fault_alone(app: ModuleType, aws: None, value: Any, code: str, field: str) -> None:
    assert found(app, value) == [(code, field)]


def test_every_fault_is_listed(app: ModuleType, aws: None, event: Any, context: Any) -> None:
    result = app.lambda_handler(event(HANDLER, "several-faults"), context)
    assert [(fault["code"], fault["field"]) for fault in result["faults"]] == [
        ("INVALID_VALUE", "items[3].quantity"),
        ("PRICE_MISMATCH", "items[0].price"),
        ("UNKNOWN_PRODUCT", "items[1].productId"),
        ("INSUFFICIENT_STOCK", "items[2].quantity"),
    ]
    assert result["summary"] == (
        "4 faults: items[3].quantity: must be a whole number from 1 to 1000000, not 0; "
        "items[0].price: prod-001 costs 29.99, not 19.99; "
        "items[1].productId: there is no product prod-999; "
        "items[2].quantity: 1 of prod-019 ordered, 0 in stock"
    )


@pytest.mark.parametrize(
    ("name", "faults"),
    [
        ("valid", []),
        ("empty-items", [("INVALID_VALUE", "items")]),
        ("unknown-product", [("UNKNOWN_PRODUCT", "items[0].productId")]),
        ("wrong-price", [("PRICE_MISMATCH", "items[0].price")]),
        ("out-of-stock", [("INSUFFICIENT_STOCK", "items[0].quantity")]),
        ("wrong-total", [("TOTAL_MISMATCH", "totalAmount")]),
        ("missing-fields", [("MISSING_FIELD", x) for x in ("userId", "items", "totalAmount")]),
    ],
)
def test_sample_events(
    app: ModuleType, aws: None, event: Any, name: str, faults: list[tuple[str, str]]
) -> None:
    assert found(app, event(HANDLER, name)) == faults


def test_missing_fields_are_returned_as_the_seed_says(app: ModuleType) -> None:
    assert app.validate_required_fields(order()) == []
    assert app.validate_required_fields({}) == ["orderId", "userId", "items", "totalAmount"]


@pytest.mark.parametrize(
    ("lines", "total"),
    [
        ([("prod-015", 1, 0.1), ("prod-016", 1, 0.2)], 0.3),  # 0.30000000000000004 in floats
        ([("prod-015", 3, 0.1)], 0.3),
        ([("prod-002", 1, 89)], 89),
        ([("prod-002", 1, 8.9e1)], 89.0),
        ([("prod-015", 1000, 0.1)], 1e2),
        ([("prod-001", 2, 29.989999999999998)], 59.980),  # the same float as 29.99
    ],
)
def test_money_is_exact(app: ModuleType, aws: None, lines: Any, total: float) -> None:
    assert found(app, order(*lines, totalAmount=total)) == []


def test_pieces_of_one_product_are_summed_over_lines(app: ModuleType, aws: None) -> None:
    lines = [("prod-017", 3, 549.0), ("prod-017", 2, 549.0)]
    assert found(app, order(*lines, totalAmount=2745.0)) == []
    lines.append(("prod-017", 1, 549.0))
    assert found(app, order(*lines, totalAmount=3294.0)) == [
        ("INSUFFICIENT_STOCK", "items[2].quantity")
    ]


def test_order_id_is_returned_when_it_is_a_string(app: ModuleType, aws: None) -> None:
    ids = ["test-order-001", "a b", "", None, 1]
    assert [app.validate_order(order(orderId=value))["orderId"] for value in ids] == [
        "test-order-001", "a b", "", "", "",
    ]  # fmt: skip


class Table:
    """A DynamoDB client that leaves keys unprocessed a number of times."""

    def __init__(self, busy: int) -> None:
        self.busy = busy
        self.asked: list[list[str]] = []

    def batch_get_item(self, RequestItems: Any) -> Any:  # noqa: N803
        keys = RequestItems["dev-Products"]["Keys"]
        self.asked.append([key["productId"]["S"] for key in keys])
        done, left = (keys[:1], keys[1:]) if self.busy else (keys, [])
        self.busy -= 1
        items = [{**key, "price": {"N": "1"}, "stock": {"N": "1"}} for key in done]
        rest = {"dev-Products": {**RequestItems["dev-Products"], "Keys": left}} if left else {}
        return {"Responses": {"dev-Products": items}, "UnprocessedKeys": rest}


def test_one_call_with_each_product_once(app: ModuleType, monkeypatch: Any) -> None:
    table = Table(busy=0)
    monkeypatch.setattr(app, "dynamodb", table)
    app.validate_order(order(("b", 1, 1), ("a", 1, 1), ("b", 1, 1)))
    assert table.asked == [["a", "b"]]


def test_unprocessed_keys_are_asked_for_again(app: ModuleType, monkeypatch: Any) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(app.time, "sleep", pauses.append)
    monkeypatch.setattr(app, "dynamodb", table := Table(busy=2))
    assert set(app.find_products({"a", "b", "c"})) == {"a", "b", "c"}
    assert table.asked == [["a", "b", "c"], ["b", "c"], ["c"]]
    assert [pause <= limit for pause, limit in zip(pauses, [0.2, 0.4], strict=True)] == [True] * 2


def test_a_table_that_stays_busy_is_our_trouble(app: ModuleType, monkeypatch: Any) -> None:
    monkeypatch.setattr(app.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(app, "dynamodb", Table(busy=99))
    with pytest.raises(TimeoutError, match="left keys unprocessed 4 times"):
        app.validate_order(order(*((name, 1, 1) for name in "abcdef")))


def test_a_missing_table_is_our_trouble(app: ModuleType, aws: None, monkeypatch: Any) -> None:
    monkeypatch.setattr(app, "PRODUCTS_TABLE", "dev-Missing")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        app.validate_order(order())


def test_every_log_line_carries_the_order_id(
    app: ModuleType, aws: None, context: Any, logs: Any
) -> None:
    app.lambda_handler(order(items=[]), context)
    app.lambda_handler(without(order(), "orderId"), context)
    named, unnamed = logs()
    assert named["orderId"] == "test-order-001"
    assert named["faults"][0]["field"] == "items"
    assert "orderId" not in unnamed


# ---- At random -------------------------------------------------------------------------------

lines = st.lists(
    st.builds(
        lambda product, quantity: (product["productId"], quantity, product["price"]),
        st.sampled_from(SOLD),
        st.integers(1, 10),
    ),
    min_size=1,
    max_size=12,
)


def priced(basket: list[tuple[str, int, float]]) -> dict[str, Any]:
    total = sum(Decimal(str(price)) * quantity for _, quantity, price in basket)
    return order(*basket, totalAmount=float(total))


@some
@given(lines)
def test_an_order_from_the_catalogue_is_valid(
    app: ModuleType, aws: None, basket: list[tuple[str, int, float]]
) -> None:
    assert found(app, priced(basket)) == []


@some
@given(lines, st.data())
def test_any_single_change_is_named(
    app: ModuleType, aws: None, basket: list[tuple[str, int, float]], data: st.DataObject
) -> None:
    changed = copy.deepcopy(priced(basket))
    index = data.draw(st.integers(0, len(basket) - 1), label="line")
    name = data.draw(st.sampled_from([*changed, "productId", "quantity", "price"]), label="field")
    in_line = name not in changed
    record = changed["items"][index] if in_line else changed
    wrong = st.one_of(st.none(), st.booleans(), st.just(""), st.just([]), st.just(-1))
    if data.draw(st.booleans(), label="remove"):
        del record[name]
    else:
        record[name] = data.draw(wrong, label="value")
    assert [field for _, field in found(app, changed)] == [
        f"items[{index}].{name}" if in_line else name
    ]


@some
@given(lines, st.integers(-500, 500).filter(bool))
def test_a_total_that_is_cents_off_is_named(
    app: ModuleType, aws: None, basket: list[tuple[str, int, float]], cents: int
) -> None:
    changed = priced(basket)
    total = Decimal(str(changed["totalAmount"])) + Decimal(cents) / 100
    changed["totalAmount"] = float(total)
    code = "TOTAL_MISMATCH" if total > 0 else "INVALID_VALUE"
    assert found(app, changed) == [(code, "totalAmount")]


anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
)


@some
@given(
    st.one_of(
        anything,
        st.fixed_dictionaries(
            {},
            optional={
                "orderId": anything,
                "userId": anything,
                "totalAmount": anything,
                "items": st.lists(
                    st.fixed_dictionaries(
                        {},
                        optional={
                            "productId": st.one_of(anything, st.just("prod-001")),
                            "quantity": anything,
                            "price": anything,
                        },
                    )
                ),
            },
        ),
    )
)
def test_no_json_value_raises(app: ModuleType, aws: None, value: Any) -> None:
    found(app, value)
