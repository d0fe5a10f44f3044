"""Defects of moto's SNS. Each function returns True while its defect is there."""

from __future__ import annotations

import itertools
import json
from typing import Any
from unittest.mock import patch

import boto3
from _aws import error_code, function, queue
from moto.awslambda_simple.models import LambdaSimpleBackend

NUMBERS = itertools.count()


def _sns() -> Any:
    return boto3.client("sns")


def _topic() -> str:
    return str(_sns().create_topic(Name=f"topic-{next(NUMBERS)}")["TopicArn"])


def _subscribe(topic: str, protocol: str, endpoint: str, **attributes: str) -> str:
    made = _sns().subscribe(
        TopicArn=topic, Protocol=protocol, Endpoint=endpoint, Attributes=attributes
    )
    return str(made["SubscriptionArn"])


def _received(url: str) -> list[Any]:
    answer = boto3.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [message["Body"] for message in answer.get("Messages", [])]


def sns_unconfirmed() -> bool:
    arn = _subscribe(_topic(), "email", "ann@example.com")
    found = _sns().get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    return bool(found["PendingConfirmation"] == "false")


def sns_any_token() -> bool:
    return error_code(lambda: _sns().confirm_subscription(TopicArn=_topic(), Token="x")) is None


def sns_pending_listed() -> bool:
    topic = _topic()
    _subscribe(topic, "email", "ann@example.com")
    [found] = _sns().list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    return bool(found["SubscriptionArn"] != "PendingConfirmation")


def sns_any_protocol() -> bool:
    topic = _topic()
    return error_code(lambda: _subscribe(topic, "pigeon", "home")) is None


def sns_counts() -> bool:
    topic, (_, arn) = _topic(), queue()
    _subscribe(topic, "sqs", arn)
    found = _sns().get_topic_attributes(TopicArn=topic)["Attributes"]
    return bool(found["SubscriptionsConfirmed"] == "0")


def sns_subscribed_first() -> bool:
    topic, (_, arn) = _topic(), queue()
    error_code(lambda: _subscribe(topic, "sqs", arn, FilterPolicy='{"a": "b"}'))
    return bool(_sns().list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"])


def sns_any_attribute() -> bool:
    topic, (_, arn) = _topic(), queue()
    return error_code(lambda: _subscribe(topic, "sqs", arn, RedrivePolicy="no JSON")) is None


def sns_filter_words() -> bool:
    topic, (_, arn) = _topic(), queue()
    try:
        _subscribe(topic, "sqs", arn, FilterPolicy='{"a":[["b"]]}')
    except _sns().exceptions.InvalidParameterException as error:
        return "line: 1" not in str(error)
    return False


def sns_filter_operators() -> bool:
    """`anything-but` with a suffix lets nothing through."""
    topic, (url, arn) = _topic(), queue()
    _subscribe(topic, "sqs", arn, FilterPolicy='{"a": [{"anything-but": {"suffix": "ball"}}]}')
    attributes = {"a": {"DataType": "String", "StringValue": "rugby"}}
    _sns().publish(TopicArn=topic, Message="x", MessageAttributes=attributes)
    return not _received(url)


def sns_hundred() -> bool:
    topic, (url, arn) = _topic(), queue()
    for number in range(100):
        _subscribe(topic, "sms", f"+1206555{number:04}")
    _subscribe(topic, "sqs", arn)
    _sns().publish(TopicArn=topic, Message="x")
    return not _received(url)


def sns_unsubscribe_url() -> bool:
    topic, (url, arn) = _topic(), queue()
    subscription = _subscribe(topic, "sqs", arn)
    _sns().publish(TopicArn=topic, Message="x")
    return not json.loads(_received(url)[0])["UnsubscribeURL"].endswith(subscription)


def sns_lambda_event() -> bool:
    """The attributes of a message that has none are those of an example."""
    topic = _topic()
    _subscribe(topic, "lambda", f"arn:aws:lambda:us-east-1:123456789012:function:{function()}")
    with (
        patch.object(LambdaSimpleBackend, "invoke") as invoke,
        patch("moto.awslambda.models.LambdaFunction.invoke") as run,
    ):
        _sns().publish(TopicArn=topic, Message="x")
    [call] = [*run.call_args_list, *invoke.call_args_list]
    event = next(json.loads(one) for one in call.args if isinstance(one, str) and one[0] == "{")
    return "Test" in event["Records"][0]["Sns"]["MessageAttributes"]


def sns_lost() -> bool:
    """A queue that is not there is an error of Publish, dead-letter queue or not."""
    topic, (url, arn) = _topic(), queue()
    redrive = json.dumps({"deadLetterTargetArn": arn})
    nobody = "arn:aws:sqs:us-east-1:123456789012:nobody"
    _subscribe(topic, "sqs", nobody, RedrivePolicy=redrive)
    error_code(lambda: _sns().publish(TopicArn=topic, Message="x"))
    return not _received(url)


def sns_fifo_twice() -> bool:
    fifo = {"FifoTopic": "true", "ContentBasedDeduplication": "true"}
    name = f"topic-{next(NUMBERS)}.fifo"
    topic = _sns().create_topic(Name=name, Attributes=fifo)["TopicArn"]
    ids = {
        _sns().publish(TopicArn=topic, Message="x", MessageGroupId="g")["MessageId"]
        for _ in range(2)
    }
    return len(ids) == 2


def sns_bytes() -> bool:
    topic = _topic()
    return error_code(lambda: _sns().publish(TopicArn=topic, Message="ä" * 131_073)) is None


def sns_structure() -> bool:
    given = {"TopicArn": _topic(), "Message": "no JSON", "MessageStructure": "json"}
    return error_code(lambda: _sns().publish(**given)) is None


def sns_missing_topic() -> bool:
    topic = _topic() + "-other"
    try:
        _sns().publish(TopicArn=topic, Message="x")
    except _sns().exceptions.NotFoundException as error:
        return "Endpoint does not exist" in str(error)
    return False


def sns_batch_forgets() -> bool:
    entries = [{"Id": "a", "Message": "x", "Subject": "s" * 101}]
    answer = _sns().publish_batch(TopicArn=_topic(), PublishBatchRequestEntries=entries)
    return not answer["Failed"] and not answer["Successful"]


def sns_batch_size() -> bool:
    entries = [{"Id": one, "Message": "x" * 131_073} for one in "ab"]
    given = {"TopicArn": _topic(), "PublishBatchRequestEntries": entries}
    return error_code(lambda: _sns().publish_batch(**given)) is None


def sns_effective_policy() -> bool:
    topic = _topic()
    policy = json.dumps({"http": {"defaultHealthyRetryPolicy": {"numRetries": 5}}})
    _sns().set_topic_attributes(
        TopicArn=topic, AttributeName="DeliveryPolicy", AttributeValue=policy
    )
    found = _sns().get_topic_attributes(TopicArn=topic)["Attributes"]
    return '"numRetries": 5' not in found["EffectiveDeliveryPolicy"]
