"""Topics: what may be published, and to whom it goes.

docs.aws.amazon.com/sns/latest/api/API_Publish.html, .../API_PublishBatch.html
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from moto.core.responses import ActionResult
from moto.sns.exceptions import (
    BatchEntryIdsNotDistinct,
    SNSException,
    SNSInvalidParameter,
    TooManyEntriesInBatchRequest,
    TopicNotFound,
)
from moto.sns.models import SNSBackend, Topic
from moto.sns.responses import SNSResponse

from localaws import seeds
from localaws.mending import Mends
from localaws.sns import retries
from localaws.sns.delivery import Delivery
from localaws.sns.messages import Message
from localaws.timing.timekeeping import Clock

MOST_BYTES = 262_144
LONGEST_SUBJECT = 100
MOST_ENTRIES = 10
# docs.aws.amazon.com/sns/latest/dg/fifo-message-dedup.html
DEDUPLICATION = timedelta(minutes=5)


def install(mends: Mends, clock: Clock, delivery: Delivery) -> None:
    _mend_topics(mends, clock, delivery)
    _mend_publish(mends, delivery)
    _mend_batches(mends)
    _mend_delivery_policies(mends)


def _mend_topics(mends: Mends, clock: Clock, delivery: Delivery) -> None:
    """moto delivers to the first hundred subscriptions, with an example's link to unsubscribe, and
    invokes a function with an example's record (sns/models.py:112, 407, awslambda/models.py:2383).
    """

    def publish(
        self: Topic,
        message: str,
        subject: str | None = None,
        message_attributes: dict[str, Any] | None = None,
        group_id: str | None = None,
        deduplication_id: str | None = None,
        message_structure: str | None = None,
    ) -> str:
        message_id, now = str(seeds.uuid4()), clock.now()
        if self.fifo_topic:
            deduplication_id = deduplication_id or hashlib.sha256(message.encode()).hexdigest()
            known = _known(self, deduplication_id, message_id, now)
            if known is not None:
                return known
        attributes = message_attributes or {}
        published = Message(
            id=message_id,
            text=message,
            subject=subject,
            attributes=attributes,
            when=now,
            structured=message_structure == "json",
            group_id=group_id,
            deduplication_id=deduplication_id,
        )
        delivery.send(self, published)
        return message_id

    mends.replace(Topic, "publish", publish)


def _known(topic: Topic, deduplication_id: str, message_id: str, now: datetime) -> str | None:
    """The id of a message that a FIFO topic got minutes ago, and takes no second time."""
    recent: dict[str, tuple[datetime, str]] = vars(topic).setdefault("recent", {})
    for key, (when, _) in list(recent.items()):
        if now - when >= DEDUPLICATION:
            del recent[key]
    if deduplication_id in recent:
        return recent[deduplication_id][1]
    recent[deduplication_id] = now, message_id
    return None


def _mend_publish(mends: Mends, delivery: Delivery) -> None:
    """moto counts characters, not bytes, looks into structured messages only when it delivers, and
    says that an endpoint is missing where a topic is (sns/models.py:753, 789).
    """

    def publish(
        self: SNSBackend,
        message: str,
        arn: str | None,
        phone_number: str | None = None,
        subject: str | None = None,
        message_attributes: dict[str, Any] | None = None,
        *given: Any,
        message_structure: str | None = None,
        **named: Any,
    ) -> str:
        problem = _problem(message, subject, message_attributes, message_structure)
        if problem:
            raise SNSInvalidParameter(f"Invalid parameter: {problem}")
        if not phone_number and ":endpoint/" not in str(arn) and arn not in self.topics:
            raise TopicNotFound
        if phone_number:
            delivery.send_sms(phone_number, message)
        named["message_structure"] = message_structure
        return before(
            self, message, arn, phone_number, subject, message_attributes, *given, **named
        )

    before: Callable[..., str] = mends.replace(SNSBackend, "publish", publish)


def _problem(
    message: str,
    subject: str | None,
    attributes: dict[str, Any] | None,
    structure: str | None,
) -> str | None:
    """What is wrong with a message, in AWS's words; None where nothing is."""
    if not message:
        return "Empty message"
    if size(message, attributes) > MOST_BYTES:
        return "Message too long"
    if subject is not None and (not 0 < len(subject) <= LONGEST_SUBJECT or "\n" in subject):
        return "Subject"
    if structure is None:
        return None
    if structure != "json":
        return "Invalid message structure. Must be json"
    try:
        texts = json.loads(message)
    except ValueError:
        texts = None
    if not isinstance(texts, dict):
        return "Message Structure - JSON message body failed to parse"
    if not isinstance(texts.get("default"), str):
        return "Message Structure - No default entry in JSON message body"
    return None


def size(message: str, attributes: dict[str, Any] | None) -> int:
    """The bytes of a message that count: its text, and its attributes' names, types and values."""
    texts = [message]
    for name, one in (attributes or {}).items():
        texts += [name, str(one["Type"]), str(one["Value"])]
    return sum(len(text.encode()) for text in texts)


class EmptyBatchRequest(SNSException):
    code = "EmptyBatchRequest"
    message = "The batch request doesn't contain any entries."


class BatchRequestTooLong(SNSException):
    code = "BatchRequestTooLong"
    message = "The length of all the batch messages put together is more than the limit."


def _mend_batches(mends: Mends) -> None:
    """moto forgets entries that fail for most reasons, and takes any size (sns/models.py:1202)."""

    def publish_batch(
        self: SNSBackend, topic_arn: str, publish_batch_request_entries: list[dict[str, Any]]
    ) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
        entries = publish_batch_request_entries
        self.get_topic(topic_arn)
        if not entries:
            raise EmptyBatchRequest
        if len(entries) > MOST_ENTRIES:
            raise TooManyEntriesInBatchRequest
        if len({one["Id"] for one in entries}) < len(entries):
            raise BatchEntryIdsNotDistinct
        if sum(size(one["Message"], one.get("MessageAttributes")) for one in entries) > MOST_BYTES:
            raise BatchRequestTooLong
        successful, failed = [], []
        for entry in entries:
            try:
                message_id = _publish_entry(self, topic_arn, entry)
                successful.append({"Id": entry["Id"], "MessageId": message_id})
            except (SNSException, ValueError) as error:
                code = getattr(error, "code", "InvalidParameter")
                problem = {"Code": code, "Message": str(error), "SenderFault": True}
                failed.append({"Id": entry["Id"], **problem})
        return successful, failed

    mends.replace(SNSBackend, "publish_batch", publish_batch)


def _publish_entry(backend: SNSBackend, topic_arn: str, entry: dict[str, Any]) -> str:
    message_id: str = backend.publish(
        message=entry["Message"],
        arn=topic_arn,
        subject=entry.get("Subject"),
        message_attributes=entry.get("MessageAttributes", {}),
        group_id=entry.get("MessageGroupId"),
        deduplication_id=entry.get("MessageDeduplicationId"),
        message_structure=entry.get("MessageStructure"),
    )
    return message_id


def _mend_delivery_policies(mends: Mends) -> None:
    """moto tells of one effective delivery policy, whatever was set (sns/models.py:85)."""

    def get_topic_attributes(self: SNSResponse) -> ActionResult:
        attributes = dict(of_topic(self).result["Attributes"])
        topic = self.backend.get_topic(self._get_param("TopicArn"))
        attributes["EffectiveDeliveryPolicy"] = retries.of_topic(topic)
        if not attributes["DeliveryPolicy"]:
            del attributes["DeliveryPolicy"]
        return ActionResult({"Attributes": attributes})

    def get_subscription_attributes(self: SNSBackend, arn: str) -> dict[str, Any]:
        attributes = of_subscription(self, arn)
        if "EffectiveDeliveryPolicy" in attributes:
            effective = retries.of_subscription(self.subscriptions[arn])
            attributes["EffectiveDeliveryPolicy"] = effective
        return attributes

    of_topic: Callable[[SNSResponse], Any] = mends.replace(
        SNSResponse, "get_topic_attributes", get_topic_attributes
    )
    of_subscription: Callable[..., dict[str, Any]] = mends.replace(
        SNSBackend, "get_subscription_attributes", get_subscription_attributes
    )
