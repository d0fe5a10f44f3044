"""The shop's products, loaded into their table as on AWS."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any


def load(folder: Path, table: str) -> list[dict[str, Any]]:
    """Put the products of an application's folder into a table; returns them."""
    return put(folder / "data" / "products.json", table)


def put(path: Path, table: str) -> list[dict[str, Any]]:
    """Put the rows of a JSON file into a table; returns them."""
    import boto3  # only now: whoever tells of an order speaks before it is loaded

    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    with boto3.resource("dynamodb").Table(table).batch_writer() as batch:
        for row in rows:
            batch.put_item(Item=row)
    return rows
