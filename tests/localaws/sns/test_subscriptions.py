"""Who is subscribed, who has to confirm it, and the letters that they get."""

from __future__ import annotations

import itertools
from typing import Any

import boto3
import pytest
import requests

NUMBERS = itertools.count()
ANN = "ann@example.com"


@pytest.fixture
def sns(cloud: Any) -> Any:
    return boto3.client("sns")


@pytest.fixture
def topic(sns: Any) -> str:
    return str(sns.create_topic(Name=f"subscribed-{next(NUMBERS)}")["TopicArn"])


def subscribe(sns: Any, topic: str, **given: Any) -> str:
    given = {"Protocol": "email", "Endpoint": ANN} | given
    return str(sns.subscribe(TopicArn=topic, **given)["SubscriptionArn"])


def listed(sns: Any, topic: str) -> list[str]:
    found = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    return [one["SubscriptionArn"] for one in found]


def test_an_address_has_to_confirm(sns: Any, topic: str, cloud: Any) -> None:
    """docs.aws.amazon.com/sns/latest/dg/sns-email-notifications.html"""
    assert subscribe(sns, topic) == "pending confirmation"
    assert listed(sns, topic) == ["PendingConfirmation"]
    sns.publish(TopicArn=topic, Message="too early")
    [letter] = cloud.outbox.letters(topic)
    assert (letter.to, letter.subject) == (ANN, "AWS Notification - Subscription Confirmation")
    assert letter.sender == "AWS Notifications <no-reply@sns.amazonaws.com>"
    assert f"You have chosen to subscribe to the topic:\n{topic}\n" in letter.text
    arn = sns.confirm_subscription(TopicArn=topic, Token=letter.token)["SubscriptionArn"]
    assert listed(sns, topic) == [arn]
    attributes = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    assert attributes["PendingConfirmation"] == "false"
    sns.publish(TopicArn=topic, Message="now")
    assert len(cloud.outbox.letters(topic)) == 2


def confirmed(sns: Any, topic: str, cloud: Any, **given: Any) -> str:
    subscribe(sns, topic, **given)
    token = cloud.outbox.letters(topic)[-1].token
    return str(sns.confirm_subscription(TopicArn=topic, Token=token)["SubscriptionArn"])


def test_a_letter(sns: Any, topic: str, cloud: Any) -> None:
    arn = confirmed(sns, topic, cloud)
    sns.set_topic_attributes(TopicArn=topic, AttributeName="DisplayName", AttributeValue="Shop")
    sns.publish(TopicArn=topic, Message="On its way.", Subject="Your order")
    letter = cloud.outbox.letters(topic)[-1]
    assert letter.sender == "Shop <no-reply@sns.amazonaws.com>"
    assert (letter.subject, letter.when, letter.topic_arn) == (
        "Your order",
        letter.when,
        topic,
    )
    unsubscribe = f"https://sns.us-east-1.amazonaws.com/unsubscribe.html?SubscriptionArn={arn}"
    assert letter.text == (
        "On its way.\n\n"
        "--\n"
        "If you wish to stop receiving notifications from this topic, please click or visit the "
        f"link below to unsubscribe:\n{unsubscribe}&Endpoint={ANN}\n\n"
        "Please do not reply directly to this email. If you have any questions or comments "
        "regarding this email, please contact us at https://aws.amazon.com/support\n"
    )
    assert str(letter).startswith("From: Shop <no-reply@sns.amazonaws.com>\nTo: ann@example.com\n")
    assert f"Subject: Your order\n\n{letter.text}" in str(letter)
    assert "<pre" in letter._repr_html_()


def test_a_letter_without_a_subject(sns: Any, topic: str, cloud: Any) -> None:
    confirmed(sns, topic, cloud)
    sns.publish(TopicArn=topic, Message="hello")
    assert cloud.outbox.letters(topic)[-1].subject == "AWS Notification Message"


def test_a_letter_of_json(sns: Any, topic: str, cloud: Any) -> None:
    confirmed(sns, topic, cloud, Protocol="email-json")
    sns.publish(TopicArn=topic, Message="hello")
    text = cloud.outbox.letters(topic)[-1].text
    assert text.startswith('{\n  "Type" : "Notification",\n')
    assert '  "Message" : "hello",\n' in text


def test_an_sms(sns: Any, topic: str, cloud: Any) -> None:
    number = "+12065550123"
    assert subscribe(sns, topic, Protocol="sms", Endpoint=number).startswith(topic)
    sns.publish(TopicArn=topic, Message="by topic")
    sns.publish(PhoneNumber=number, Message="by number")
    found = cloud.outbox.letters(to=number)
    assert [(one.text, one.topic_arn) for one in found] == [
        ("by topic", topic),
        ("by number", None),
    ]
    assert str(found[0]).startswith(f"To: {number}\nDate: ")


def test_letters_are_shown_as_a_table(sns: Any, topic: str, cloud: Any) -> None:
    assert repr(cloud.outbox.letters("arn:aws:sns:us-east-1:123456789012:none")) == "No letters."
    subscribe(sns, topic)
    head, line = repr(cloud.outbox.letters(topic)).splitlines()
    assert head.split() == ["when", "to", "subject", "text"]
    assert ANN in line
    assert "<td>ann@example.com</td>" in cloud.outbox.letters(topic)._repr_html_()


def test_the_link_confirms(sns: Any, topic: str, cloud: Any) -> None:
    """SubscribeURL, as an HTTP endpoint gets it, needs no credentials."""
    subscribe(sns, topic)
    [letter] = cloud.outbox.letters(topic)
    address = "https://sns.us-east-1.amazonaws.com/"
    given = {"Action": "ConfirmSubscription", "TopicArn": topic, "Token": letter.token}
    answer = requests.get(address, params=given, timeout=5)
    assert answer.status_code == 200
    assert listed(sns, topic)[0] in answer.text


def test_a_wrong_token(sns: Any, topic: str) -> None:
    subscribe(sns, topic)
    with pytest.raises(sns.exceptions.InvalidParameterException):
        sns.confirm_subscription(TopicArn=topic, Token="2336412f37")


@pytest.mark.simulated_clock
def test_a_token_lasts_two_days(sns: Any, topic: str, cloud: Any) -> None:
    """docs.aws.amazon.com/sns/latest/api/API_Subscribe.html"""
    subscribe(sns, topic)
    [letter] = cloud.outbox.letters(topic)
    cloud.clock.advance(days=2, seconds=1)
    with pytest.raises(sns.exceptions.InvalidParameterException):
        sns.confirm_subscription(TopicArn=topic, Token=letter.token)


def test_who_is_subscribed_twice_is_asked_again(sns: Any, topic: str, cloud: Any) -> None:
    subscribe(sns, topic)
    subscribe(sns, topic)
    first, second = cloud.outbox.letters(topic)
    assert first.token == second.token
    assert listed(sns, topic) == ["PendingConfirmation"]


def test_the_arn_of_who_has_not_confirmed(sns: Any, topic: str) -> None:
    arn = subscribe(sns, topic, ReturnSubscriptionArn=True)
    attributes = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    assert (attributes["PendingConfirmation"], attributes["Endpoint"]) == ("true", ANN)


def test_a_topic_counts_them(sns: Any, topic: str, cloud: Any) -> None:
    def counts() -> tuple[str, ...]:
        found = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
        return tuple(found[f"Subscriptions{kind}"] for kind in ("Pending", "Confirmed", "Deleted"))

    subscribe(sns, topic)
    assert counts() == ("1", "0", "0")
    arn = confirmed(sns, topic, cloud)
    assert counts() == ("0", "1", "0")
    sns.unsubscribe(SubscriptionArn=arn)
    assert counts() == ("0", "0", "1")


def test_whoever_leaves_gets_nothing(sns: Any, topic: str, cloud: Any) -> None:
    sns.unsubscribe(SubscriptionArn=confirmed(sns, topic, cloud))
    before = len(cloud.outbox.letters(topic))
    sns.publish(TopicArn=topic, Message="gone")
    assert len(cloud.outbox.letters(topic)) == before


@pytest.mark.parametrize(
    ("protocol", "endpoint", "problem"),
    [
        ("pigeon", "x", "Amazon SNS does not support this protocol string: pigeon"),
        ("email", "nobody", "Email address"),
        ("http", "https://127.0.0.1/", "Endpoint must match the specified protocol"),
        ("sqs", "https://sqs.example.com/1/q", "SQS endpoint ARN"),
        ("lambda", "function", "Lambda endpoint ARN"),
    ],
)
def test_who_cannot_be_subscribed(
    sns: Any, topic: str, protocol: str, endpoint: str, problem: str
) -> None:
    with pytest.raises(sns.exceptions.InvalidParameterException) as error:
        subscribe(sns, topic, Protocol=protocol, Endpoint=endpoint)
    assert error.value.response["Error"]["Message"] == f"Invalid parameter: {problem}"
    assert listed(sns, topic) == []


def test_other_attributes_of_the_same_subscription(sns: Any, topic: str, mailbox: Any) -> None:
    given = {"Protocol": "sqs", "Endpoint": mailbox.arn}
    arn = subscribe(sns, topic, **given, Attributes={"RawMessageDelivery": "true"})
    assert subscribe(sns, topic, **given, Attributes={"RawMessageDelivery": "true"}) == arn
    with pytest.raises(sns.exceptions.InvalidParameterException) as error:
        subscribe(sns, topic, **given, Attributes={"RawMessageDelivery": "false"})
    assert "Subscription already exists with different attributes" in str(error.value)


@pytest.mark.parametrize("policy", ["no JSON", "{}", '{"deadLetterTargetArn": "queue"}'])
def test_a_wrong_redrive_policy(sns: Any, topic: str, mailbox: Any, policy: str) -> None:
    with pytest.raises(sns.exceptions.InvalidParameterException):
        subscribe(
            sns,
            topic,
            Protocol="sqs",
            Endpoint=mailbox.arn,
            Attributes={"RedrivePolicy": policy},
        )
