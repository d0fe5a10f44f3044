"""From a topic to its subscribers: queues, functions, letters, HTTP endpoints.

docs.aws.amazon.com/sns/latest/dg/sns-event-destinations.html
"""

from __future__ import annotations

import base64
import json
import logging
from functools import partial
from typing import Any

from moto.sns.models import Subscription, Topic, sns_backends

from localaws import destinations, seeds
from localaws.destinations import Deliverer, UndeliverableError, compact
from localaws.functions.service import Functions
from localaws.mail import Outbox
from localaws.observability import eventmetrics
from localaws.sns import filters, letters, messages, retries, web
from localaws.sns.messages import Message
from localaws.sns.web import FailedPostError
from localaws.timing.timekeeping import Clock

log = logging.getLogger(__name__)

LETTERS = ("email", "email-json", "sms", "application")  # which arrive in any case


class Delivery:
    """Delivers messages: what is on this machine at once, HTTP in the background."""

    def __init__(self, clock: Clock, functions: Functions, outbox: Outbox) -> None:
        self._clock, self._functions, self._outbox = clock, functions, outbox
        self._closing = clock.event()

    def close(self) -> None:
        """Try nothing again."""
        self._closing.set()

    def send(self, topic: Topic, message: Message) -> None:
        """Deliver a message to every subscription of a topic that lets it through."""
        eventmetrics.published(topic, len(message.text.encode()))
        subscriptions = topic.sns_backend.subscriptions.values()
        for subscription in [one for one in subscriptions if one.topic is topic]:
            if subscription.confirmed and self._passes(subscription, message):
                self._deliver(subscription, message)
            elif subscription.confirmed:
                eventmetrics.filtered_out(topic)

    def ask(self, subscription: Subscription) -> None:
        """Ask whoever is subscribed to confirm."""
        now, token = self._clock.now(), str(subscription.token)
        if subscription.protocol in ("http", "https"):
            message_id = str(seeds.uuid4())
            document = messages.confirmation(subscription, message_id, now)
            self._clock.spawn(partial(self._post, subscription, document))
        else:
            self._outbox.add(letters.confirmation(subscription, token, now))

    def send_sms(self, number: str, text: str, topic_arn: str | None = None) -> None:
        """Keep an SMS as a letter."""
        self._outbox.add(letters.sms(number, text, self._clock.now(), topic_arn))

    @staticmethod
    def _passes(subscription: Subscription, message: Message) -> bool:
        policy = subscription.attributes.get("FilterPolicy")
        scope = subscription.attributes.get("FilterPolicyScope") or filters.ATTRIBUTES
        return filters.passes(policy, scope, message.attributes, message.text)

    def _deliver(self, subscription: Subscription, message: Message) -> None:
        protocol = subscription.protocol
        text = message.text_for(protocol)
        document = partial(messages.notification, message, subscription, text)
        if protocol == "email":
            self._outbox.add(letters.notification(message, subscription))
        elif protocol == "email-json":
            self._outbox.add(letters.json_notification(message, subscription, document()))
        elif protocol == "sms":
            self.send_sms(subscription.endpoint, text, subscription.topic.arn)
        elif protocol in ("http", "https"):
            self._clock.spawn(partial(self._post, subscription, document(), message, text))
        elif protocol == "application":
            sns_backends[subscription.account_id][
                subscription.topic.sns_backend.region_name
            ].get_endpoint(subscription.endpoint).publish(text)
        else:
            self._hand_over(subscription, message, text, document())
        if protocol in LETTERS:
            eventmetrics.delivered(subscription.topic)

    def _hand_over(
        self, subscription: Subscription, message: Message, text: str, document: dict[str, Any]
    ) -> None:
        """Give a message to a queue or a function of this account."""
        raw = subscription.attributes.get("RawMessageDelivery") is True
        try:
            deliverer = Deliverer("sns.amazonaws.com", subscription.topic.arn)
            destinations.admit(subscription.endpoint, deliverer)
            if subscription.protocol == "lambda":
                event = compact(messages.lambda_event(document, subscription))
                destinations.invoke(self._functions, subscription.endpoint, event)
            elif subscription.protocol == "sqs":
                body = text if raw else messages.written(document)
                _queue(subscription.endpoint, body, message, raw)
            eventmetrics.delivered(subscription.topic)
        except UndeliverableError as error:
            eventmetrics.undelivered(subscription.topic)
            self._bury(subscription, message, text, document, error.code, error.message)

    def _post(
        self,
        subscription: Subscription,
        document: dict[str, Any],
        message: Message | None = None,
        text: str = "",
    ) -> None:
        """Post a document until it is taken, as often as the delivery policy says."""
        raw = message is not None and subscription.attributes.get("RawMessageDelivery") is True
        headers = _headers(subscription, document, raw)
        body = text if raw else messages.written(document)
        pauses = retries.delays(retries.policy(subscription))
        while True:
            try:
                with self._clock.lend():  # an endpoint in this process may call AWS
                    web.post(subscription.endpoint, headers, body)
            except FailedPostError as failed:
                pause = next(pauses, None) if failed.again else None
                if pause is None:
                    self._fail(subscription, document, message, text, failed)
                    return
                if self._closing.wait(pause):
                    return
            else:
                if message is not None:
                    eventmetrics.delivered(subscription.topic)
                return

    def _fail(
        self,
        subscription: Subscription,
        document: dict[str, Any],
        message: Message | None,
        text: str,
        failed: FailedPostError,
    ) -> None:
        """A delivery that is given up is told of where the learner sees it."""
        log.warning("SNS could not deliver to %s: %s", subscription.endpoint, failed)
        if message is not None:
            eventmetrics.undelivered(subscription.topic)
            code = str(failed.status or "ClientError")
            self._bury(subscription, message, text, document, code, str(failed))

    @staticmethod
    def _bury(
        subscription: Subscription,
        message: Message,
        text: str,
        document: dict[str, Any],
        code: str,
        problem: str,
    ) -> None:
        """docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html"""
        policy = json.loads(subscription.attributes.get("RedrivePolicy") or "{}")
        if "deadLetterTargetArn" not in policy:
            return
        raw = subscription.attributes.get("RawMessageDelivery") is True
        body = text if raw else messages.written(document)
        told = destinations.text_attributes(
            RequestID=str(seeds.uuid4()), ErrorCode=code, ErrorMessage=problem
        )
        letters_to = policy["deadLetterTargetArn"]
        try:
            destinations.admit(letters_to, Deliverer("sns.amazonaws.com", subscription.topic.arn))
            _queue(letters_to, body, message, raw, told)
        except UndeliverableError:
            return  # as on AWS: the message is lost


def _queue(
    arn: str, body: str, message: Message, raw: bool, told: dict[str, Any] | None = None
) -> None:
    """Send to a queue; the message's attributes are the queue's own where delivery is raw."""
    attributes = (_raw_attributes(message) if raw else {}) | (told or {})
    fifo = arn.endswith(".fifo")
    destinations.send(
        arn,
        body,
        attributes or None,
        message.group_id if fifo else None,
        message.deduplication_id if fifo else None,
    )


def _raw_attributes(message: Message) -> dict[str, Any]:
    """Message attributes as SendMessage takes them."""
    attributes = {}
    for name, one in message.attributes.items():
        kind, value = one["Type"], one["Value"]
        binary = kind.startswith("Binary")
        given = {"BinaryValue": base64.b64decode(value)} if binary else {"StringValue": value}
        attributes[name] = {"DataType": kind, **given}
    return attributes


def _headers(subscription: Subscription, document: dict[str, Any], raw: bool) -> dict[str, str]:
    """docs.aws.amazon.com/sns/latest/dg/http-header.html"""
    headers = {
        "x-amz-sns-message-type": str(document["Type"]),
        "x-amz-sns-message-id": str(document["MessageId"]),
        "x-amz-sns-topic-arn": str(document["TopicArn"]),
    }
    if document["Type"] == "Notification":
        headers["x-amz-sns-subscription-arn"] = str(subscription.arn)
    return headers | ({"x-amz-sns-rawdelivery": "true"} if raw else {})
