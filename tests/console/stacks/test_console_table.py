"""console.table: keys, settings and items, page by page."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient

from orderlab import console


def _create(*keys: tuple[str, str], name: str = "orders") -> Any:
    kinds = ("HASH", "RANGE")
    return boto3.resource("dynamodb").create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": key, "KeyType": kind}
            for (key, _), kind in zip(keys, kinds, strict=False)
        ],
        AttributeDefinitions=[
            {"AttributeName": key, "AttributeType": type_} for key, type_ in keys
        ],
        BillingMode="PAY_PER_REQUEST",
    )


def test_values_are_exact(plain: None) -> None:
    table = _create(("id", "S"))
    table.put_item(
        Item={
            "id": "a",
            "total": Decimal("59.98"),
            "count": 3,
            "big": Decimal("12345678901234567890.123456789"),
            "items": [{"quantity": 2, "price": Decimal("29.99"), "odd": Decimal("1E+40")}],
            "exact": [Decimal("12345678901234567890.5")],
            "tags": {"x", "b"},
            "blob": b"\x00\x01",
            "none": None,
            "yes": True,
        }
    )
    found = console.table("orders")
    row = found.data.iloc[0].to_dict()
    assert row == {
        "id": "a",
        "big": Decimal("12345678901234567890.123456789"),
        "blob": "<2 bytes>",
        "count": 3,
        "exact": '["12345678901234567890.5"]',
        "items": '[{"odd": 10000000000000000000000000000000000000000, "price": 29.99, '
        '"quantity": 2}]',
        "none": None,
        "tags": '["b", "x"]',
        "total": Decimal("59.98"),
        "yes": True,
    }
    assert "59.98" in repr(found)
    assert "Decimal" not in repr(found) + found._repr_mimebundle_()["text/html"]


def test_keys_first_and_sorted(plain: None, monkeypatch: pytest.MonkeyPatch) -> None:
    usual, calls = BaseClient._make_api_call, []

    def call(self: Any, operation: str, given: Any) -> Any:
        calls.append(operation)
        answer = usual(self, operation, given)
        answer.get("Items", []).reverse()  # AWS has its own order, and moto sorts
        return answer

    monkeypatch.setattr(BaseClient, "_make_api_call", call)
    table = _create(("shop", "S"), ("number", "N"))
    for shop, number in (("b", 2), ("a", 10), ("a", 9), ("b", 1)):
        table.put_item(Item={"shop": shop, "number": number, "a_note": "x"})
    found = console.table("orders")
    assert calls.count("Scan") == 1  # the whole table is on the page: no other is needed to count
    assert list(found.data.columns) == ["shop", "number", "a_note"]
    rows = list(found.data[["shop", "number"]].itertuples(index=False, name=None))
    assert rows == [("a", 9), ("a", 10), ("b", 1), ("b", 2)]
    assert found.facts == {
        "items": "4",
        "partition key": "shop (S)",
        "sort key": "number (N)",
        "billing": "on demand",
        "time to live": "off",
    }


def test_settings(plain: None) -> None:
    client = boto3.client("dynamodb")
    client.create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "user", "AttributeType": "S"},
        ],
        ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 2},
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-user",
                "KeySchema": [{"AttributeName": "user", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
                "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
            }
        ],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    client.update_time_to_live(
        TableName="orders",
        TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"},
    )
    found = console.table("orders")
    assert found.facts == {
        "items": "0",
        "partition key": "id (S)",
        "billing": "provisioned, 5 read and 2 write units",
        "indexes": "by-user",
        "stream": "NEW_IMAGE",
        "time to live": "on expires",
    }
    assert "no items" in repr(found)


def test_more_items_than_are_counted_stay_a_page(plain: None) -> None:
    table = _create(("id", "N"))
    with table.batch_writer() as batch:
        for number in range(1001):
            batch.put_item(Item={"id": number, "text": "x" * 1000})
    found = console.table("orders")
    assert len(found.data) == 20
    # One page of a Scan: at most 1000 items, and 1 MB of them.
    assert re.fullmatch(r"9\d\d\+ \(ItemCount, .* old: 1001\)", found.facts["items"])
    assert len(found._repr_mimebundle_()["text/html"]) < 20_000
    assert len(repr(found)) < 3_000


def test_pages_hold_every_item_once(plain: None) -> None:
    table = _create(("id", "N"))
    for number in range(7):
        table.put_item(Item={"id": number})
    page, seen = console.table("orders", limit=3), []
    while True:
        seen += list(page.data["id"])
        if page.follow is None:
            break
        page = page.next()
        assert page.facts["items"] == "7"
    assert sorted(seen) == list(range(7))


def test_a_wrong_name(plain: None) -> None:
    _create(("id", "S"), name="dev-Orders")
    with pytest.raises(ValueError, match="no table 'Orders': near names are dev-Orders"):
        console.table("Orders")


def test_what_is_refused_is_said(plain: None, refusing: Callable[..., None]) -> None:
    _create(("id", "S"))
    refusing("DescribeTimeToLive")
    found = console.table("arn:aws:dynamodb:us-east-1:123456789012:table/orders")
    assert found.notes == ["Not read: time to live (AccessDenied)"]


@pytest.mark.simulated_clock
def test_the_orders_of_a_shop(busy: Any, still: None) -> None:
    found = console.table(busy.outputs["OrdersTableName"])
    rows = found.data.set_index("orderId")
    assert dict(rows["status"]) == {
        "order-000": "CONFIRMED",
        "order-001": "CONFIRMED",
        "order-002": "CONFIRMED",
        "order-008": "FAILED",
    }
    assert rows["totalAmount"]["order-000"] == Decimal("59.98")
    assert repr(found) == repr(console.table(busy.outputs["OrdersTableName"]))
