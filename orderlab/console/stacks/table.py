"""A table: its keys and settings, and its items page by page."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd
from boto3.dynamodb.types import Binary, TypeDeserializer

from orderlab.console.stacks.counts import MOST, counted
from orderlab.console.stacks.listing import Listing
from orderlab.console.stacks.names import client, listed, unknown
from orderlab.console.stacks.references import last_part
from orderlab.console.stacks.refusals import asked, unless

_READ = TypeDeserializer().deserialize
_KEYS = {"HASH": "partition key", "RANGE": "sort key"}


def table(name: str, limit: int = 20) -> Listing:
    """A table's keys, settings and first items.

    Args:
        name: of the table, or its ARN.
        limit: items of a page, which AWS picks: in the order of its partitions. A page is shown
            sorted by key.

    Returns:
        `.facts`, and `.data` with a row for each item and a column for each attribute, the keys
        first: numbers as int or Decimal, sets, lists and maps as JSON text.

    Raises:
        ValueError: no such table; the message has near names.
    """
    dynamodb = client("dynamodb", name)
    found = unless(dynamodb.describe_table, "ResourceNotFoundException", TableName=last_part(name))
    if found is None:
        known = listed(dynamodb, "list_tables", "TableNames")
        raise unknown("table", last_part(name), known)
    return _page(dynamodb, found["Table"], limit, None)


def _page(dynamodb: Any, described: Mapping[str, Any], limit: int, start: Any) -> Listing:
    name, notes = described["TableName"], []  # type: str, list[str]
    after = {"ExclusiveStartKey": start} if start else {}
    answer = dynamodb.scan(TableName=name, Limit=limit, **after)
    keys = [key["AttributeName"] for key in described["KeySchema"]]
    data = _frame([_item(item) for item in answer["Items"]], keys)
    last = answer.get("LastEvaluatedKey")
    facts = {"items": _count(dynamodb, described, None if start or last else len(data))}
    facts |= _settings(described)
    facts |= asked(notes, "time to live", lambda: _time_to_live(dynamodb, name)) or {}
    follow = (lambda: _page(dynamodb, described, limit, last)) if last else None
    return Listing(name, "DynamoDB table", facts, data, notes, empty="no items", follow=follow)


def _count(dynamodb: Any, described: Mapping[str, Any], known: int | None) -> str:
    """Counted as far as one page goes; beyond, what DescribeTable last knew."""
    if known is not None:
        return str(known)
    answer = dynamodb.scan(TableName=described["TableName"], Select="COUNT", Limit=MOST)
    if "LastEvaluatedKey" not in answer:
        return str(answer["Count"])
    return f"{answer['Count']}+ (ItemCount, at most six hours old: {described['ItemCount']})"


def _settings(described: Mapping[str, Any]) -> dict[str, str]:
    types = {
        one["AttributeName"]: one["AttributeType"] for one in described["AttributeDefinitions"]
    }
    facts = {
        _KEYS[key["KeyType"]]: f"{key['AttributeName']} ({types[key['AttributeName']]})"
        for key in described["KeySchema"]
    }
    mode = described.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED")
    facts["billing"] = "on demand" if mode == "PAY_PER_REQUEST" else _provisioned(described)
    indexes = described.get("GlobalSecondaryIndexes", []) + described.get(
        "LocalSecondaryIndexes", []
    )
    if indexes:
        facts["indexes"] = ", ".join(sorted(index["IndexName"] for index in indexes))
    stream = described.get("StreamSpecification", {})
    if stream.get("StreamEnabled"):
        facts["stream"] = stream["StreamViewType"]
    return facts


def _provisioned(described: Mapping[str, Any]) -> str:
    units = described.get("ProvisionedThroughput", {})
    return (
        f"provisioned, {units.get('ReadCapacityUnits', 0)} read and "
        f"{units.get('WriteCapacityUnits', 0)} write units"
    )


def _time_to_live(dynamodb: Any, name: str) -> dict[str, str]:
    found = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    on = found.get("TimeToLiveStatus") in ("ENABLED", "ENABLING")
    return {"time to live": f"on {found['AttributeName']}" if on else "off"}


def _frame(items: Sequence[Mapping[str, Any]], keys: list[str]) -> pd.DataFrame:
    """Keys first, then all other attributes by name; rows sorted by key."""
    others = sorted({name for item in items for name in item} - set(keys))
    rows = sorted(items, key=lambda item: [_rank(item.get(key)) for key in keys])
    columns = [*keys, *others]
    values = {name: [row.get(name) for row in rows] for name in columns}
    return pd.DataFrame(values, columns=columns, dtype=object)


def _rank(value: Any) -> tuple[bool, Any]:
    number = isinstance(value, int | Decimal)
    return not number, value if number else str(value)


def _item(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(_READ(value)) for name, value in raw.items()}


def _value(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else value
    if isinstance(value, Binary):
        return f"<{counted(len(value.value), 'byte')}>"
    if isinstance(value, dict | list | set):
        return json.dumps(_plain(value), ensure_ascii=False)
    return value


def _plain(value: Any) -> Any:
    """For JSON: a number that a float would change stays the text that DynamoDB sent."""
    if isinstance(value, Mapping):
        return {key: _plain(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, set | frozenset):
        return sorted((_plain(one) for one in value), key=_rank)
    value = _value(value)
    if isinstance(value, Decimal):
        return float(value) if Decimal(str(float(value))) == value else str(value)
    return value
