"""What SES tells of an e-mail, as its configuration set publishes it to a topic.

docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html and -examples.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from localaws.sns.messages import timestamp

# The types as an event destination names them, and as an event does.
TYPES = {
    "SEND": "Send",
    "DELIVERY": "Delivery",
    "BOUNCE": "Bounce",
    "COMPLAINT": "Complaint",
    "REJECT": "Reject",
    "RENDERING_FAILURE": "Rendering Failure",
}


@dataclass(frozen=True)
class Mail:
    """An e-mail that SES has accepted.

    Attributes:
        tags: what SendEmail was given as EmailTags.
        subject: None where the template could not be rendered.
    """

    message_id: str
    when: datetime
    sender: str
    source_arn: str
    destination: list[str]
    configuration_set: str
    tags: dict[str, str] = field(default_factory=dict)
    subject: str | None = None

    def told(self) -> dict[str, Any]:
        """The object `mail` of every event."""
        told: dict[str, Any] = {
            "timestamp": timestamp(self.when),
            "source": self.sender,
            "sourceArn": self.source_arn,
            "sendingAccountId": self.source_arn.split(":")[4],
            "messageId": self.message_id,
            "destination": self.destination,
            "headersTruncated": False,
        }
        if self.subject is not None:
            lines = {
                "From": self.sender,
                "To": ", ".join(self.destination),
                "Subject": self.subject,
            }
            told["headers"] = [{"name": name, "value": line} for name, line in lines.items()]
            told["commonHeaders"] = {
                "from": [self.sender],
                "to": self.destination,
                "messageId": self.message_id,
                "subject": self.subject,
            }
        own = {name: [value] for name, value in self.tags.items()}
        told["tags"] = {"ses:configuration-set": [self.configuration_set], **own}
        return told


def event(kind: str, mail: Mail, detail: dict[str, Any]) -> dict[str, Any]:
    """An event, in AWS's order. Of a failure to render, the object is called `failure`."""
    name = "failure" if kind == "Rendering Failure" else kind.lower()
    return {"eventType": kind, name: detail, "mail": mail.told()}


def bounce(address: str, kind: str, when: datetime, message_id: str) -> dict[str, Any]:
    """A bounce; `kind` is its bounceSubType."""
    reason = "smtp; 550 5.1.1 user unknown"
    return {
        "bounceType": "Permanent",
        "bounceSubType": kind,
        "bouncedRecipients": [
            {
                "emailAddress": address,
                "action": "failed",
                "status": "5.1.1",
                "diagnosticCode": reason,
            }
        ],
        "timestamp": timestamp(when),
        "feedbackId": message_id,
        "reportingMTA": "dns; amazonses.com",
    }


def complaint(address: str, when: datetime, message_id: str) -> dict[str, Any]:
    return {
        "complainedRecipients": [{"emailAddress": address}],
        "timestamp": timestamp(when),
        "feedbackId": message_id,
        "complaintFeedbackType": "abuse",
        "arrivalDate": timestamp(when),
    }


def delivery(addresses: list[str], when: datetime) -> dict[str, Any]:
    return {
        "timestamp": timestamp(when),
        "processingTimeMillis": 0,
        "recipients": addresses,
        "smtpResponse": "250 2.6.0 Message received",
        "reportingMTA": "amazonses.com",
    }
