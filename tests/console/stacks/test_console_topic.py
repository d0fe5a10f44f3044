"""console.topic: who is subscribed to what."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from orderlab import console

ARN = "arn:aws:sns:us-east-1:123456789012:news"


@pytest.fixture
def news(plain: None) -> str:
    return str(boto3.client("sns").create_topic(Name="news")["TopicArn"])


def _subscribe(topic: str, queue: str, **attributes: str) -> None:
    endpoint = f"arn:aws:sqs:us-east-1:123456789012:{queue}"
    boto3.client("sqs").create_queue(QueueName=queue)
    boto3.client("sns").subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=endpoint, Attributes=attributes
    )


def test_subscriptions(news: str) -> None:
    policy, redrive = json.dumps({"outcome": ["rejected"]}), {"deadLetterTargetArn": f"{ARN}-dead"}
    _subscribe(
        news,
        "rejected",
        FilterPolicy=policy,
        RawMessageDelivery="true",
        RedrivePolicy=json.dumps(redrive),
    )
    _subscribe(news, "all")
    found = console.topic("news")
    rows = found.data.to_dict("records")
    assert [row["endpoint"].split(":")[-1] for row in rows] == ["all", "rejected"]
    assert rows[0] | {"endpoint": ""} == {
        "protocol": "sqs",
        "endpoint": "",
        "filter": "",
        "raw delivery": False,
        "dead letters": "",
    }
    assert rows[1]["filter"] == policy
    assert rows[1]["raw delivery"] is True
    assert rows[1]["dead letters"] == "news-dead"
    assert repr(found) == repr(console.topic(news))


def test_pages(news: str) -> None:
    for number in range(5):
        _subscribe(news, f"q{number}")
    first = console.topic("news", limit=2)
    third = first.next().next()
    assert [len(page.data) for page in (first, first.next(), third)] == [2, 2, 1]
    assert third.data["endpoint"][0].endswith(":q4")
    with pytest.raises(LookupError):
        third.next()


def test_nobody_is_subscribed(news: str) -> None:
    assert repr(console.topic("news")).splitlines()[-1] == "  no subscriptions"


@pytest.mark.parametrize("name", ["new", "arn:aws:sns:us-east-1:123456789012:new"])
def test_a_wrong_name(news: str, name: str) -> None:
    with pytest.raises(ValueError, match="no topic 'new': near names are news"):
        console.topic(name)


def test_what_is_refused_is_said_once(news: str, refusing: Callable[..., None]) -> None:
    _subscribe(news, "a")
    _subscribe(news, "b")
    refusing("GetSubscriptionAttributes")
    found = console.topic("news")
    assert found.notes == ["Not read: what subscriptions filter (AccessDenied)"]
    assert len(found.data) == 2


def test_one_that_waits_to_be_confirmed(cloud: Any) -> None:
    sns = boto3.client("sns")
    arn = sns.create_topic(Name="mails")["TopicArn"]
    sns.subscribe(TopicArn=arn, Protocol="email", Endpoint="a@example.com")
    found = console.topic("mails")
    assert found.facts["to be confirmed"] == "1"
    assert list(found.data["endpoint"]) == ["a@example.com (to be confirmed)"]
    sns.delete_topic(TopicArn=arn)
