"""DynamoDB's time to live: docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html"""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.simulated_clock


@pytest.fixture
def dynamodb(cloud: Any) -> Any:
    return boto3.client("dynamodb")


def enable(table: str, enabled: bool = True, attribute: str = "expires") -> None:
    given = {"Enabled": enabled, "AttributeName": attribute}
    boto3.client("dynamodb").update_time_to_live(TableName=table, TimeToLiveSpecification=given)


def put(table: str, item_id: str, **expires: Any) -> None:
    item: dict[str, Any] = {"id": {"S": item_id}}
    if expires:
        item["expires"] = {kind: str(value) for kind, value in expires.items()}
    boto3.client("dynamodb").put_item(TableName=table, Item=item)


def ids(table: str) -> set[str]:
    items = boto3.client("dynamodb").scan(TableName=table)["Items"]
    return {item["id"]["S"] for item in items}


def test_an_item_goes_between_twelve_hours_and_a_day_after_its_time(table: str, cloud: Any) -> None:
    enable(table)
    soon = int(cloud.clock.now.timestamp()) + 60
    put(table, "soon", N=soon)
    put(table, "later", N=soon + 10 * 24 * 3600)
    cloud.clock.advance(seconds=60, hours=11)
    assert ids(table) == {"soon", "later"}  # it can still be read
    cloud.clock.advance(hours=13)
    assert ids(table) == {"later"}
    cloud.clock.advance(days=10)
    assert ids(table) == set()


def test_what_is_not_deleted(table: str, cloud: Any) -> None:
    enable(table)
    now = int(cloud.clock.now.timestamp())
    put(table, "without")
    put(table, "text", S=now)
    put(table, "older-than-five-years", N=now - 6 * 365 * 24 * 3600)
    put(table, "touched", N=now)
    cloud.clock.advance(hours=10)
    put(table, "touched", N=now + 10**7)
    cloud.clock.advance(days=3)
    assert ids(table) == {"without", "text", "older-than-five-years", "touched"}


def test_nothing_goes_where_it_is_disabled(table: str, cloud: Any) -> None:
    put(table, "a", N=int(cloud.clock.now.timestamp()))
    enable(table)
    cloud.clock.advance(hours=1)
    enable(table, enabled=False)
    cloud.clock.advance(days=3)
    assert ids(table) == {"a"}


def test_a_stream_tells_who_has_deleted_an_item(table: str, dynamodb: Any, cloud: Any) -> None:
    stream = {"StreamEnabled": True, "StreamViewType": "OLD_IMAGE"}
    answer = dynamodb.update_table(TableName=table, StreamSpecification=stream)
    enable(table)
    put(table, "by-hand")
    dynamodb.delete_item(TableName=table, Key={"id": {"S": "by-hand"}})
    put(table, "expired", N=int(cloud.clock.now.timestamp()))
    cloud.clock.advance(days=1)
    streams = boto3.client("dynamodbstreams")
    arn = answer["TableDescription"]["LatestStreamArn"]
    [shard] = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    iterator = streams.get_shard_iterator(
        StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    records = streams.get_records(ShardIterator=iterator)["Records"]
    told = [(r["eventName"], r.get("userIdentity")) for r in records]
    service = {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}
    assert told == [("INSERT", None), ("REMOVE", None), ("INSERT", None), ("REMOVE", service)]


def test_what_is_refused(table: str, dynamodb: Any, cloud: Any) -> None:
    def refusal(**given: Any) -> str:
        with pytest.raises(ClientError) as caught:
            enable(table, **given)
        assert caught.value.response["Error"]["Code"] == "ValidationException"
        return str(caught.value.response["Error"]["Message"])

    assert refusal(enabled=False) == "TimeToLive is already disabled"
    enable(table)
    assert dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"] == {
        "TimeToLiveStatus": "ENABLED",
        "AttributeName": "expires",
    }
    assert refusal(enabled=False).startswith("Time to live has been modified multiple times")
    cloud.clock.advance(hours=1)
    assert refusal() == "TimeToLive is already enabled"
    assert refusal(attribute="other") == (
        "TimeToLive is active on a different AttributeName: current AttributeName is expires"
    )
    enable(table, enabled=False)
    answer = dynamodb.describe_time_to_live(TableName=table)
    assert answer["TimeToLiveDescription"] == {"TimeToLiveStatus": "DISABLED"}
