"""data/products.json: what the lessons rely on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any


def test_the_catalogue(catalogue: list[dict[str, Any]]) -> None:
    fields = ["productId", "name", "category", "price", "stock"]
    assert all(list(product) == fields for product in catalogue)
    assert [product["productId"] for product in catalogue] == [
        f"prod-{number:03d}" for number in range(1, len(catalogue) + 1)
    ]
    assert len(catalogue) <= 25  # one BatchWriteItem takes no more
    prices = [product["price"] for product in catalogue]
    assert all(price > 0 and price == round(price, 2) for price in prices)


def test_the_products_that_lessons_name(catalogue: list[dict[str, Any]]) -> None:
    products = {product["productId"]: product for product in catalogue}
    assert products["prod-001"]["price"] == Decimal("29.99")
    assert all(products[f"prod-{number:03d}"]["stock"] >= 10_000 for number in range(1, 7))
    few = {name: p["stock"] for name, p in products.items() if p["stock"] <= 5}
    assert few == {"prod-017": 5, "prod-018": 1, "prod-019": 0}
