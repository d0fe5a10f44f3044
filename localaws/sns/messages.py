"""What SNS makes of a message: the JSON of queues, HTTP and e-mail-JSON, and Lambda's event.

docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
"""

from __future__ import annotations

import base64
import functools
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.x509.oid import NameOID
from moto.core import DEFAULT_ACCOUNT_ID
from moto.sns.models import Subscription, sns_backends

CERTIFICATE = "SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"
SIGNED = (
    "Message",
    "MessageId",
    "SubscribeURL",
    "Subject",
    "Timestamp",
    "Token",
    "TopicArn",
    "Type",
)


@dataclass
class Message:
    """A message that was published.

    Attributes:
        attributes: Type and Value of each message attribute.
        structured: whether the text is JSON with a text for each protocol.
    """

    id: str
    text: str
    subject: str | None
    attributes: dict[str, Any]
    when: datetime
    structured: bool = False
    group_id: str | None = None
    deduplication_id: str | None = None
    _signatures: dict[str, str] = field(default_factory=dict)

    def text_for(self, protocol: str) -> str:
        """The text that a protocol gets."""
        if not self.structured:
            return self.text
        texts = json.loads(self.text)
        found = texts.get(protocol)
        return str(found if isinstance(found, str) else texts["default"])


def notification(message: Message, subscription: Subscription, text: str) -> dict[str, Any]:
    """The JSON document of a notification, in AWS's order."""
    topic = subscription.topic
    document = {
        "Type": "Notification",
        "MessageId": message.id,
        "TopicArn": topic.arn,
        **({"Subject": message.subject} if message.subject else {}),
        "Message": text,
        "Timestamp": timestamp(message.when),
    }
    document |= signed(document, subscription, message._signatures)
    document["UnsubscribeURL"] = unsubscribe_url(subscription)
    if message.attributes:
        document["MessageAttributes"] = message.attributes
    return document


def confirmation(subscription: Subscription, message_id: str, when: datetime) -> dict[str, Any]:
    """The JSON document that asks an HTTP endpoint to confirm."""
    topic = subscription.topic
    document = {
        "Type": "SubscriptionConfirmation",
        "MessageId": message_id,
        "Token": subscription.token,
        "TopicArn": topic.arn,
        "Message": f"You have chosen to subscribe to the topic {topic.arn}.\n"
        "To confirm the subscription, visit the SubscribeURL included in this message.",
        "SubscribeURL": f"https://sns.{_region(topic.arn)}.amazonaws.com/?Action="
        f"ConfirmSubscription&TopicArn={topic.arn}&Token={subscription.token}",
        "Timestamp": timestamp(when),
    }
    return document | signed(document, subscription, {})


def written(document: dict[str, Any]) -> str:
    """A document as SNS writes it: a line for each field, and one for each attribute."""
    lines = []
    for name, value in document.items():
        if name == "MessageAttributes":
            attributes = ",\n".join(
                f"    {_json(key)} : {_json(attribute)}" for key, attribute in value.items()
            )
            lines.append(f'  "{name}" : {{\n{attributes}\n  }}')
        else:
            lines.append(f'  "{name}" : {_json(value)}')
    return "{\n" + ",\n".join(lines) + "\n}"


def lambda_event(document: dict[str, Any], subscription: Subscription) -> dict[str, Any]:
    """What a function gets: docs.aws.amazon.com/lambda/latest/dg/with-sns.html

    The names that end in Url are those of AWS's own types (github.com/aws/aws-lambda-go, events).
    """
    record = {name: document.get(name) for name in ("Type", "MessageId", "TopicArn", "Subject")}
    record |= {name: document[name] for name in ("Message", "Timestamp", "SignatureVersion")}
    record["Signature"] = document["Signature"]
    record["SigningCertUrl"] = document["SigningCertURL"]
    record["UnsubscribeUrl"] = document["UnsubscribeURL"]
    record["MessageAttributes"] = document.get("MessageAttributes", {})
    source = {"EventSource": "aws:sns", "EventVersion": "1.0"}
    return {"Records": [source | {"EventSubscriptionArn": subscription.arn, "Sns": record}]}


def unsubscribe_url(subscription: Subscription) -> str:
    host = f"https://sns.{_region(subscription.arn)}.amazonaws.com"
    return f"{host}/?Action=Unsubscribe&SubscriptionArn={subscription.arn}"


def timestamp(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M:%S}.{when.microsecond // 1000:03}Z"


def signed(
    document: dict[str, Any], subscription: Subscription, made: dict[str, str]
) -> dict[str, Any]:
    """The fields of the signature: docs.aws.amazon.com/sns/latest/dg/
    sns-verify-signature-of-message.html

    Args:
        made: signatures of the same message, by what was signed.
    """
    version = str(getattr(subscription.topic, "signature_version", "1"))
    names = [name for name in SIGNED if name in document]
    text = "".join(f"{name}\n{document[name]}\n" for name in names)
    if text not in made:
        algorithm = hashes.SHA256() if version == "2" else hashes.SHA1()
        signature = _key(subscription).sign(text.encode(), padding.PKCS1v15(), algorithm)
        made[text] = base64.b64encode(signature).decode()
    region = _region(subscription.arn)
    _publish_certificate(subscription, region)
    return {
        "SignatureVersion": version,
        "Signature": made[text],
        "SigningCertURL": f"https://sns.{region}.amazonaws.com/{CERTIFICATE}",
    }


def _region(arn: str) -> str:
    return arn.split(":")[3]


def _key(subscription: Subscription) -> Any:
    return subscription.private_key()


def _publish_certificate(subscription: Subscription, region: str) -> None:
    """moto hands certificates out under their address."""
    published = sns_backends[DEFAULT_ACCOUNT_ID][region]._message_public_keys
    if CERTIFICATE not in published:
        published[CERTIFICATE] = _certificate(_key(subscription))


@functools.lru_cache(4)
def _certificate(key: Any) -> bytes:
    """One for good, as its key is; nobody checks who issued it."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=36_500))
        .sign(key, hashes.SHA256())
    )
    return bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
