"""Filter policies, by AWS's examples and recordings of its words."""

from __future__ import annotations

import itertools
import json
from typing import Any

import boto3
import pytest

from localaws.sns import filters

NUMBERS = itertools.count()
INTERESTS = "customer_interests"


def attribute(value: str, kind: str = "String") -> dict[str, str]:
    return {"Type": kind, "Value": value}


def gets(policy: Any, attributes: Any) -> bool:
    return filters.passes(json.dumps(policy), filters.ATTRIBUTES, attributes, "text")


# docs.aws.amazon.com/sns/latest/dg/string-value-matching.html, numeric-value-matching.html,
# attribute-key-matching.html and and-or-logic.html
@pytest.mark.parametrize(
    ("policy", "good", "bad"),
    [
        (
            ["rugby", "tennis"],
            [attribute("rugby"), attribute('["rugby", "tennis"]', "String.Array")],
            [attribute("baseball"), attribute('["baseball"]', "String.Array")],
        ),
        (
            [{"prefix": "bas"}],
            [attribute("baseball"), attribute("basketball")],
            [attribute("rugby")],
        ),
        ([{"suffix": "ball"}], [attribute("baseball")], [attribute("rugby")]),
        ([{"equals-ignore-case": "tennis"}], [attribute("TENNIS")], [attribute("baseball")]),
        (
            [{"anything-but": ["rugby", "tennis"]}],
            [attribute("football"), attribute('["rugby", "baseball"]', "String.Array")],
            [attribute("rugby"), attribute('["rugby"]', "String.Array")],
        ),
        (
            [{"anything-but": {"prefix": "order-"}}],
            [attribute("data-entry"), attribute("order_number")],
            [attribute("order-cancelled")],
        ),
        ([{"anything-but": {"suffix": "ball"}}], [attribute("rugby")], [attribute("baseball")]),
        ([{"wildcard": "*ball"}], [attribute("baseball")], [attribute("rugby")]),
        (
            [{"cidr": "10.0.0.0/24"}],
            [attribute("10.0.0.0"), attribute("10.0.0.255")],
            [attribute("10.1.1.0")],
        ),
        (
            [{"numeric": ["=", 301.5]}],
            [attribute("301.5", "Number"), attribute("3.015e2", "Number")],
            [attribute("301", "Number"), attribute("301.5")],
        ),
        ([301.5], [attribute("301.50", "Number")], [attribute("301.5")]),
        (
            [{"anything-but": [100, 500]}],
            [attribute("101", "Number"), attribute("100.1", "Number")],
            [attribute("100", "Number")],
        ),
        (
            [{"numeric": [">", 0, "<=", 150]}],
            [attribute("150", "Number")],
            [attribute("0", "Number"), attribute("150.5", "Number")],
        ),
        ([{"exists": True}], [attribute("fans")], [attribute("AAE=", "Binary")]),
        ([None, "x", True], [attribute("[null]", "String.Array")], [attribute("true")]),
    ],
    ids=lambda value: json.dumps(value)[:40],
)
def test_attributes(policy: Any, good: Any, bad: Any) -> None:
    for one in good:
        assert gets({INTERESTS: policy}, {INTERESTS: one}), one
    for one in bad:
        assert not gets({INTERESTS: policy}, {INTERESTS: one}), one


def test_all_keys_must_match() -> None:
    policy = {"store": ["fans"], "event": [{"anything-but": "cancelled"}]}
    assert gets(policy, {"store": attribute("fans"), "event": attribute("placed")})
    assert not gets(policy, {"store": attribute("fans")})


def test_one_of_several_keys() -> None:
    policy = {"source": ["aws.cloudwatch"], "$or": [{"metric": ["CPU"]}, {"space": ["EC2"]}]}
    source = {"source": attribute("aws.cloudwatch")}
    assert gets(policy, source | {"space": attribute("EC2")})
    assert not gets(policy, source)


def test_a_key_that_is_not_there() -> None:
    assert gets({"store": [{"exists": False}]}, {"other": attribute("x")})
    assert not gets({"store": [{"exists": False}]}, {"store": attribute("x")})


def test_the_body() -> None:
    policy = json.dumps({"order": {"status": ["paid"], "total": [{"numeric": [">", 10]}]}})

    def through(body: str) -> bool:
        return filters.passes(policy, filters.BODY, {}, body)

    assert through('{"order": {"status": "paid", "total": 11}}')
    assert not through('{"order": {"status": "paid", "total": 9}}')
    assert not through('{"order": {"total": 11}}')
    assert through('{"order": [{"status": "open", "total": 1}, {"status": "paid", "total": 11}]}')
    assert not through(
        '{"order": [{"status": "open", "total": 11}, {"status": "paid", "total": 1}]}'
    )
    assert not through("no JSON")


@pytest.fixture
def subscription(cloud: Any, mailbox: Any) -> str:
    sns = boto3.client("sns")
    topic = sns.create_topic(Name=f"filtered-{next(NUMBERS)}")["TopicArn"]
    made = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=mailbox.arn)
    return str(made["SubscriptionArn"])


def set_policy(subscription: str, policy: str) -> None:
    boto3.client("sns").set_subscription_attributes(
        SubscriptionArn=subscription, AttributeName="FilterPolicy", AttributeValue=policy
    )


@pytest.mark.parametrize(
    ("policy", "problem"),
    [
        (
            '{"key_a":"value_one"}',
            """FilterPolicy: "key_a" must be an object or an array
 at [Source: (String)"{"key_a":"value_one"}"; line: 1, column: 11]""",
        ),
        ("no JSON", "FilterPolicy: failed to parse JSON."),
        (
            json.dumps({str(n): ["x"] for n in range(6)}),
            "FilterPolicy: Filter policy can not have more than 5 keys",
        ),
        (
            json.dumps({"a": list(range(13)), "b": list(range(12))}),
            "FilterPolicy: Filter policy is too complex",
        ),
        (
            '{"object":{"key":["x"]}}',
            "Filter policy scope MessageAttributes does not support nested filter policy",
        ),
    ],
)
def test_a_policy_that_is_refused(subscription: str, policy: str, problem: str) -> None:
    """Recorded from AWS: localstack/localstack, test_sns_filter_policy.snapshot.json."""
    sns = boto3.client("sns")
    with pytest.raises(sns.exceptions.InvalidParameterException) as error:
        set_policy(subscription, policy)
    assert error.value.response["Error"]["Message"] == f"Invalid parameter: {problem}"


def test_who_has_a_wrong_policy_is_not_subscribed(cloud: Any, mailbox: Any) -> None:
    sns = boto3.client("sns")
    topic = sns.create_topic(Name="unfiltered")["TopicArn"]
    given = {"TopicArn": topic, "Protocol": "sqs", "Endpoint": mailbox.arn}
    wrong = {"FilterPolicy": '{"key":[["value"]]}'}
    with pytest.raises(sns.exceptions.InvalidParameterException) as error:
        sns.subscribe(**given, Attributes=wrong)
    assert error.value.response["Error"]["Message"].startswith(
        "Invalid parameter: Attributes Reason: FilterPolicy: Match value must be String, number, "
    )
    assert sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] == []


def test_a_scope_that_is_none(subscription: str) -> None:
    sns = boto3.client("sns")
    with pytest.raises(sns.exceptions.InvalidParameterException) as error:
        sns.set_subscription_attributes(
            SubscriptionArn=subscription, AttributeName="FilterPolicyScope", AttributeValue="X"
        )
    assert error.value.response["Error"]["Message"] == (
        "Invalid parameter: FilterPolicyScope: Invalid value [X]. Please use either MessageBody "
        "or MessageAttributes"
    )


def test_a_filter_at_work(subscription: str, mailbox: Any) -> None:
    sns = boto3.client("sns")
    topic = subscription.rpartition(":")[0]
    set_policy(subscription, '{"total": [{"numeric": [">=", 100]}]}')
    for total in ("99", "100"):
        attributes = {"total": {"DataType": "Number", "StringValue": total}}
        sns.publish(TopicArn=topic, Message=total, MessageAttributes=attributes)
    assert [one["Message"] for one in mailbox.documents()] == ["100"]
    set_policy(subscription, "{}")
    sns.publish(TopicArn=topic, Message="all")
    assert [one["Message"] for one in mailbox.documents()] == ["all"]
