"""TransactWriteItems: a token makes a repeated request the same request, for ten minutes."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from localaws import clock


def counted(table: str, by: int = 1) -> list[dict[str, Any]]:
    update = {
        "TableName": table,
        "Key": {"id": {"S": "1"}},
        "UpdateExpression": "ADD pieces :by",
        "ExpressionAttributeValues": {":by": {"N": str(by)}},
    }
    return [{"Update": update}]


def pieces(table: str) -> int:
    item = boto3.client("dynamodb").get_item(TableName=table, Key={"id": {"S": "1"}})["Item"]
    return int(item["pieces"]["N"])


def test_a_token_makes_two_requests_one(cloud: Any, table: str) -> None:
    client = boto3.client("dynamodb")
    for _ in range(2):
        client.transact_write_items(TransactItems=counted(table), **token(table))
    assert pieces(table) == 1
    for _ in range(2):  # boto3 makes up a token for each call that has none
        client.transact_write_items(TransactItems=counted(table))
    assert pieces(table) == 3


def test_another_request_under_a_known_token_is_refused(cloud: Any, table: str) -> None:
    client = boto3.client("dynamodb")
    client.transact_write_items(TransactItems=counted(table), **token(table))
    with pytest.raises(ClientError) as raised:
        client.transact_write_items(TransactItems=counted(table, by=2), **token(table))
    assert raised.value.response["Error"]["Code"] == "IdempotentParameterMismatchException"
    assert pieces(table) == 1


def test_what_was_cancelled_may_be_tried_again(cloud: Any, table: str) -> None:
    client = boto3.client("dynamodb")
    put = {"Put": {"TableName": table, "Item": {"id": {"S": "2"}}}}
    put["Put"]["ConditionExpression"] = "attribute_not_exists(id)"
    client.put_item(TableName=table, Item={"id": {"S": "2"}})
    both = [put, *counted(table)]
    with pytest.raises(client.exceptions.TransactionCanceledException):
        client.transact_write_items(TransactItems=both, **token(table))
    client.delete_item(TableName=table, Key={"id": {"S": "2"}})
    client.transact_write_items(TransactItems=both, **token(table))
    assert pieces(table) == 1


@pytest.mark.simulated_clock
def test_a_token_lasts_ten_minutes(cloud: Any, table: str) -> None:
    client = boto3.client("dynamodb")
    client.transact_write_items(TransactItems=counted(table), **token(table))
    clock.advance(seconds=599)
    client.transact_write_items(TransactItems=counted(table), **token(table))
    assert pieces(table) == 1
    clock.advance(seconds=2)
    client.transact_write_items(TransactItems=counted(table), **token(table))
    assert pieces(table) == 2


def token(table: str) -> dict[str, str]:
    """One for each test: a table of its own has another name."""
    return {"ClientRequestToken": f"same-{table}"[-36:]}
