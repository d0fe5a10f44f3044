"""The letters that SNS writes, in its words (letters that people have got from AWS).

docs.aws.amazon.com/sns/latest/dg/sns-email-notifications.html
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from moto.sns.models import Subscription

from localaws.mail import Letter
from localaws.sns import messages
from localaws.sns.messages import Message

SUBJECT = "AWS Notification Message"
CONFIRM_SUBJECT = "AWS Notification - Subscription Confirmation"
ADDRESS = "no-reply@sns.amazonaws.com"


def confirmation(subscription: Subscription, token: str, when: datetime) -> Letter:
    """The letter that asks whether somebody wants to be subscribed."""
    arn = subscription.topic.arn
    link = f"{_site(arn)}/confirmation.html?TopicArn={arn}&Token={token}"
    text = (
        "You have chosen to subscribe to the topic:\n"
        f"{arn}\n\n"
        "To confirm this subscription, click or visit the link below "
        "(If this was in error no action is necessary):\n"
        f"{link}&Endpoint={subscription.endpoint}\n\n"
        "Please do not reply directly to this email. If you wish to remove yourself from receiving "
        "all future SNS subscription confirmation requests please send an email to sns-opt-out\n"
    )
    to = subscription.endpoint
    return Letter(to, _sender(subscription), CONFIRM_SUBJECT, text, when, arn)


def notification(message: Message, subscription: Subscription) -> Letter:
    """A message as a letter, with a way out at its foot."""
    arn, to = subscription.topic.arn, subscription.endpoint
    leave = f"{_site(arn)}/unsubscribe.html?SubscriptionArn={subscription.arn}&Endpoint={to}"
    text = (
        f"{message.text_for('email')}\n\n"
        "--\n"
        "If you wish to stop receiving notifications from this topic, please click or visit the "
        "link below to unsubscribe:\n"
        f"{leave}\n\n"
        "Please do not reply directly to this email. If you have any questions or comments "
        "regarding this email, please contact us at https://aws.amazon.com/support\n"
    )
    subject = message.subject or SUBJECT
    return Letter(to, _sender(subscription), subject, text, message.when, arn)


def json_notification(
    message: Message, subscription: Subscription, document: dict[str, Any]
) -> Letter:
    """A message as JSON, for a program that reads the letters."""
    arn, to = subscription.topic.arn, subscription.endpoint
    subject = message.subject or SUBJECT
    text = messages.written(document)
    return Letter(to, _sender(subscription), subject, text, message.when, arn)


def sms(to: str, text: str, when: datetime, topic_arn: str | None = None) -> Letter:
    """A message as an SMS."""
    return Letter(to, "", "", text, when, topic_arn)


def _site(arn: str) -> str:
    return f"https://sns.{arn.split(':')[3]}.amazonaws.com"


def _sender(subscription: Subscription) -> str:
    return f"{subscription.topic.display_name or 'AWS Notifications'} <{ADDRESS}>"
