"""HTTP endpoints of a topic: on this machine alone, with SNS's retries."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest

from localaws.sns import retries

NUMBERS = itertools.count()
# docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
DOCUMENTED = {
    "minDelayTarget": 1,
    "maxDelayTarget": 60,
    "numRetries": 50,
    "numNoDelayRetries": 3,
    "numMinDelayRetries": 2,
    "numMaxDelayRetries": 35,
    "backoffFunction": "exponential",
}


class Endpoint(ThreadingHTTPServer):
    """A server that keeps what it gets, and answers with the statuses it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.posts: list[tuple[dict[str, str], str]] = []
        self.statuses: list[int] = []
        self.confirm = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/orders?from=sns"

    def documents(self, kind: str) -> list[Any]:
        found = [json.loads(body) for headers, body in self.posts]
        return [one for one in found if one["Type"] == kind]


class _Handler(BaseHTTPRequestHandler):
    server: Endpoint

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.posts.append(({k.lower(): v for k, v in self.headers.items()}, body))
        if self.server.confirm and '"SubscriptionConfirmation"' in body:
            told = json.loads(body)
            boto3.client("sns").confirm_subscription(TopicArn=told["TopicArn"], Token=told["Token"])
        self.send_response(self.server.statuses.pop(0) if self.server.statuses else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    server = Endpoint()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def sns(cloud: Any) -> Any:
    return boto3.client("sns")


@pytest.fixture
def topic(sns: Any) -> str:
    return str(sns.create_topic(Name=f"web-{next(NUMBERS)}")["TopicArn"])


@pytest.fixture
def subscribe(sns: Any, topic: str, endpoint: Endpoint, until: Any) -> Callable[..., str]:
    """Subscribe the endpoint, which confirms by itself; returns the subscription's ARN."""

    def call(**attributes: str) -> str:
        endpoint.confirm = True
        made = sns.subscribe(
            TopicArn=topic,
            Protocol="http",
            Endpoint=endpoint.url,
            Attributes=attributes,
            ReturnSubscriptionArn=True,
        )
        arn = str(made["SubscriptionArn"])
        until(lambda: _is_confirmed(sns, arn), "the confirmation")
        endpoint.posts.clear()
        return arn

    return call


def _is_confirmed(sns: Any, arn: str) -> bool:
    attributes = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    return bool(attributes["PendingConfirmation"] == "false")


def test_an_endpoint_is_asked_first(sns: Any, topic: str, endpoint: Endpoint, until: Any) -> None:
    """docs.aws.amazon.com/sns/latest/dg/http-subscription-confirmation-json.html"""
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url)
    sns.publish(TopicArn=topic, Message="too early")
    until(lambda: endpoint.posts, "the question")
    [(headers, body)] = endpoint.posts
    told = json.loads(body)
    assert headers["x-amz-sns-message-type"] == "SubscriptionConfirmation"
    assert headers["x-amz-sns-message-id"] == told["MessageId"]
    assert headers["x-amz-sns-topic-arn"] == topic
    assert headers["content-type"] == "text/plain; charset=UTF-8"
    assert headers["user-agent"] == "Amazon Simple Notification Service Agent"
    assert list(told) == [
        "Type",
        "MessageId",
        "Token",
        "TopicArn",
        "Message",
        "SubscribeURL",
        "Timestamp",
        "SignatureVersion",
        "Signature",
        "SigningCertURL",
    ]
    assert told["Message"].startswith(f"You have chosen to subscribe to the topic {topic}.\nTo ")
    assert told["SubscribeURL"].endswith(f"&TopicArn={topic}&Token={told['Token']}")


def test_an_endpoint_that_calls_aws(
    sns: Any, topic: str, subscribe: Any, endpoint: Endpoint, until: Any
) -> None:
    """It confirms while SNS waits for its answer, and gets notifications from then on."""
    arn = subscribe()
    sns.publish(TopicArn=topic, Message="hello", Subject="Hi")
    until(lambda: endpoint.posts, "the notification")
    [(headers, body)] = endpoint.posts
    assert headers["x-amz-sns-message-type"] == "Notification"
    assert headers["x-amz-sns-subscription-arn"] == arn
    assert (json.loads(body)["Message"], json.loads(body)["Subject"]) == ("hello", "Hi")


def test_raw_delivery(sns: Any, topic: str, subscribe: Any, endpoint: Endpoint, until: Any) -> None:
    subscribe(RawMessageDelivery="true")
    sns.publish(TopicArn=topic, Message="plain")
    until(lambda: endpoint.posts, "the notification")
    [(headers, body)] = endpoint.posts
    assert (headers["x-amz-sns-rawdelivery"], body) == ("true", "plain")


@pytest.mark.simulated_clock
def test_an_endpoint_that_fails_is_tried_again(
    sns: Any, topic: str, subscribe: Any, endpoint: Endpoint, cloud: Any, mailbox: Any
) -> None:
    """Three times, 20 seconds apart; then the message goes to the dead-letter queue."""
    subscribe(RedrivePolicy=json.dumps({"deadLetterTargetArn": mailbox.arn}))
    endpoint.statuses = [500, 429]
    sns.publish(TopicArn=topic, Message="late")
    cloud.clock.advance(seconds=39)
    assert len(endpoint.posts) == 2
    cloud.clock.advance(seconds=2)
    assert len(endpoint.posts) == 3
    assert mailbox.messages() == []
    endpoint.posts.clear()
    endpoint.statuses = [503] * 4
    sns.publish(TopicArn=topic, Message="lost")
    cloud.clock.advance(minutes=10)
    assert len(endpoint.posts) == 4
    [message] = mailbox.messages()
    assert json.loads(message["Body"])["Message"] == "lost"
    assert message["MessageAttributes"]["ErrorCode"]["StringValue"] == "503"


@pytest.mark.simulated_clock
def test_a_refusal_is_not_tried_again(
    sns: Any, topic: str, subscribe: Any, endpoint: Endpoint, cloud: Any
) -> None:
    subscribe()
    endpoint.statuses = [404]
    sns.publish(TopicArn=topic, Message="wrong")
    cloud.clock.advance(minutes=10)
    assert len(endpoint.posts) == 1


@pytest.mark.simulated_clock
def test_a_policy_of_its_own(
    sns: Any, topic: str, subscribe: Any, endpoint: Endpoint, cloud: Any
) -> None:
    policy = {"healthyRetryPolicy": {"numRetries": 1, "minDelayTarget": 5, "maxDelayTarget": 5}}
    subscribe(DeliveryPolicy=json.dumps(policy))
    endpoint.statuses = [500, 500]
    sns.publish(TopicArn=topic, Message="x")
    cloud.clock.advance(minutes=10)
    assert len(endpoint.posts) == 2


def test_the_effective_policy(sns: Any, topic: str, subscribe: Any) -> None:
    """docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html, .../sns-message-delivery-
    retries.html: a subscription's own policy counts, then its topic's, then the default.
    """

    def of_topic() -> Any:
        found = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
        return json.loads(found["EffectiveDeliveryPolicy"])["http"]["defaultHealthyRetryPolicy"]

    def of_subscription() -> Any:
        found = sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]
        return json.loads(found["EffectiveDeliveryPolicy"])["healthyRetryPolicy"]

    subscription = subscribe()
    assert "DeliveryPolicy" not in sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    assert of_topic() == of_subscription() == retries.DEFAULTS
    policy = json.dumps({"http": {"defaultHealthyRetryPolicy": {"numRetries": 5}}})
    sns.set_topic_attributes(TopicArn=topic, AttributeName="DeliveryPolicy", AttributeValue=policy)
    assert of_topic()["numRetries"] == of_subscription()["numRetries"] == 5
    own = json.dumps({"healthyRetryPolicy": {"numRetries": 7}})
    sns.set_subscription_attributes(
        SubscriptionArn=subscription, AttributeName="DeliveryPolicy", AttributeValue=own
    )
    assert (of_topic()["numRetries"], of_subscription()["numRetries"]) == (5, 7)


def test_nothing_leaves_the_machine(
    sns: Any, topic: str, cloud: Any, caplog: Any, until: Any
) -> None:
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint="http://example.com/orders")
    until(lambda: caplog.messages, "the warning")
    assert "lets no message leave this machine: http://example.com/orders" in caplog.text


def test_the_documented_delays() -> None:
    delays = list(retries.delays(retries.DEFAULTS | DOCUMENTED))
    assert len(delays) == 50
    assert delays[:5] == [0, 0, 0, 1, 1]
    backoff = delays[5:15]
    assert [backoff[0], backoff[-1]] == pytest.approx([1, 60])
    assert backoff == sorted(backoff)
    assert delays[15:] == [60] * 35


def test_an_hour_at_most() -> None:
    long = {"minDelayTarget": 600, "maxDelayTarget": 600, "numRetries": 100}
    assert list(retries.delays(retries.DEFAULTS | long)) == [600.0] * 6


@pytest.mark.parametrize("name", list(retries.GROWTH))
def test_how_delays_grow(name: str) -> None:
    policy = {"minDelayTarget": 5, "maxDelayTarget": 260, "numRetries": 10}
    delays = list(retries.delays(retries.DEFAULTS | policy | {"backoffFunction": name}))
    assert delays == sorted(delays)
    assert [delays[0], delays[-1]] == pytest.approx([5, 260])
