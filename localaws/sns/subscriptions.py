"""Subscriptions: who may be subscribed, and who has to confirm it first.

docs.aws.amazon.com/sns/latest/api/API_Subscribe.html, .../API_ConfirmSubscription.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from moto.core.responses import ActionResult
from moto.moto_api._internal import mock_random
from moto.sns.exceptions import SNSInvalidParameter
from moto.sns.models import SNSBackend, Subscription
from moto.sns.responses import SNSResponse

from localaws.mending import Mends
from localaws.sns import filters
from localaws.sns.delivery import Delivery
from localaws.timing.timekeeping import Clock

HAVE_TO_CONFIRM = ("email", "email-json", "http", "https")
OTHERS = ("sms", "sqs", "application", "lambda", "firehose")
TOKENS_LAST = timedelta(days=2)  # and a subscription that nobody confirms
TOKEN_BEGIN = "2336412f37"
ENDPOINTS = {
    "email": (r"[^@\s]+@[^@\s]+", "Email address"),
    "email-json": (r"[^@\s]+@[^@\s]+", "Email address"),
    "http": (r"http://.+", "Endpoint must match the specified protocol"),
    "https": (r"https://.+", "Endpoint must match the specified protocol"),
    "sqs": (r"arn:[^:]+:sqs:[^:]+:\d+:.+", "SQS endpoint ARN"),
    "lambda": (r"arn:[^:]+:lambda:[^:]+:\d+:function:.+", "Lambda endpoint ARN"),
}


def install(mends: Mends, clock: Clock, delivery: Delivery) -> None:
    _mend_confirmation(mends, clock, delivery)
    _mend_subscribe(mends)
    _mend_attributes(mends)
    _mend_lists(mends)


def _mend_confirmation(mends: Mends, clock: Clock, delivery: Delivery) -> None:
    """moto counts everybody as confirmed, asks nobody and takes any token
    (sns/models.py:680, sns/responses.py:445).
    """

    def subscribe(self: SNSBackend, topic_arn: str, endpoint: str, protocol: str) -> Subscription:
        _forget_unconfirmed(self, clock)
        _check_endpoint(protocol, endpoint)
        known = self._find_subscription(topic_arn, endpoint, protocol)
        subscription = before(self, topic_arn, endpoint, protocol)
        if known is None:
            _begin(subscription, clock)
        if not subscription.confirmed:
            delivery.ask(subscription)  # also who is known already, and has not answered
        return subscription

    def confirm_subscription(self: SNSResponse) -> ActionResult:
        topic = self.backend.get_topic(self._get_param("TopicArn"))
        _forget_unconfirmed(self.backend, clock)
        token = self._get_param("Token")
        for subscription in self.backend.subscriptions.values():
            if subscription.topic is topic and getattr(subscription, "token", None) == token:
                _confirm(subscription)
                return ActionResult({"SubscriptionArn": subscription.arn})
        raise SNSInvalidParameter("Invalid parameter: Token")

    def unsubscribe(self: SNSBackend, subscription_arn: str) -> None:
        subscription = self.subscriptions.get(subscription_arn)
        remove(self, subscription_arn)
        if subscription is not None:
            _count(subscription, -1)
            subscription.topic.subscriptions_deleted += 1

    before: Callable[..., Subscription] = mends.replace(SNSBackend, "subscribe", subscribe)
    remove: Callable[..., None] = mends.replace(SNSBackend, "unsubscribe", unsubscribe)
    mends.replace(SNSResponse, "confirm_subscription", confirm_subscription)


def _begin(subscription: Subscription, clock: Clock) -> None:
    subscription.asked = clock.now()
    subscription.token = TOKEN_BEGIN + mock_random.get_random_hex(218)
    subscription.confirmed = subscription.protocol not in HAVE_TO_CONFIRM
    subscription.attributes["PendingConfirmation"] = not subscription.confirmed
    subscription.attributes["ConfirmationWasAuthenticated"] = subscription.confirmed
    _count(subscription, 1)


def _confirm(subscription: Subscription) -> None:
    if not subscription.confirmed:
        _count(subscription, -1)
        subscription.confirmed = True
        subscription.attributes["PendingConfirmation"] = False
        _count(subscription, 1)


def _count(subscription: Subscription, change: int) -> None:
    """GetTopicAttributes tells how many there are; moto's count stands at zero."""
    topic = subscription.topic
    if subscription.confirmed:
        topic.subscriptions_confimed += change
    else:
        topic.subscriptions_pending += change


def _forget_unconfirmed(backend: SNSBackend, clock: Clock) -> None:
    old = clock.now() - TOKENS_LAST
    for arn, subscription in list(backend.subscriptions.items()):
        if not subscription.confirmed and getattr(subscription, "asked", old) < old:
            backend.unsubscribe(arn)


def _check_endpoint(protocol: str, endpoint: str) -> None:
    if protocol not in HAVE_TO_CONFIRM + OTHERS:
        problem = f"Amazon SNS does not support this protocol string: {protocol}"
        raise SNSInvalidParameter(f"Invalid parameter: {problem}")
    pattern, problem = ENDPOINTS.get(protocol, (".*", ""))
    if not re.fullmatch(pattern, endpoint or ""):
        raise SNSInvalidParameter(f"Invalid parameter: {problem}")


def _mend_subscribe(mends: Mends) -> None:
    """moto subscribes first and looks at the attributes afterwards (sns/responses.py:181)."""

    def subscribe(self: SNSResponse) -> ActionResult:
        given = self._get_attributes() or {}
        scope = given.get("FilterPolicyScope") or filters.ATTRIBUTES
        for name, value in given.items():
            _check(name, value, scope, "Attributes")
        place = (self._get_param(name) for name in ("TopicArn", "Endpoint", "Protocol"))
        known = self.backend._find_subscription(*place)
        if known is not None and any(
            known.attributes.get(name) != value for name, value in given.items()
        ):
            problem = "Attributes Reason: Subscription already exists with different attributes"
            raise SNSInvalidParameter(f"Invalid parameter: {problem}")
        answer = before(self)
        arn = answer.result["SubscriptionArn"]
        asked = str(self._get_param("ReturnSubscriptionArn")).lower() == "true"
        if not self.backend.subscriptions[arn].confirmed and not asked:
            return ActionResult({"SubscriptionArn": "pending confirmation"})
        return answer

    before: Callable[[SNSResponse], Any] = mends.replace(SNSResponse, "subscribe", subscribe)


def _mend_attributes(mends: Mends) -> None:
    """moto looks at hardly any attribute, and refuses filter policies in words of its own
    (sns/models.py:899, 933).
    """

    def set_subscription_attributes(self: SNSBackend, arn: str, name: str, value: Any) -> None:
        subscription = self.subscriptions.get(arn)
        scope = subscription.attributes.get("FilterPolicyScope") if subscription else None
        _check(name, value, scope or filters.ATTRIBUTES)
        before(self, arn, name, value)

    def validate(self: SNSBackend, value: Any, scope: str | None) -> None:
        """Nothing: it has been looked at."""

    before: Callable[..., None] = mends.replace(
        SNSBackend, "set_subscription_attributes", set_subscription_attributes
    )
    mends.replace(SNSBackend, "_validate_filter_policy", validate)


def _check(name: str, value: Any, scope: str, parameter: str = "") -> None:
    """See that an attribute of a subscription may have this value.

    Raises:
        SNSInvalidParameter: it may not.
    """
    place = f"{parameter} Reason: " if parameter else ""
    if name == "FilterPolicyScope" and value not in filters.SCOPES:
        problem = f"Invalid value [{value}]. Please use either MessageBody or MessageAttributes"
        raise SNSInvalidParameter(f"Invalid parameter: {place}FilterPolicyScope: {problem}")
    if name == "FilterPolicy" and value:
        try:
            filters.check(value, scope, parameter)
        except filters.InvalidPolicyError as error:
            raise SNSInvalidParameter(f"Invalid parameter: {error}") from None
    if name in ("RedrivePolicy", "DeliveryPolicy") and value:
        wrong = _json_problem(name, value)
        if wrong:
            raise SNSInvalidParameter(f"Invalid parameter: {place}{name}: {wrong}")


def _json_problem(name: str, value: str) -> str | None:
    try:
        policy = json.loads(value)
    except ValueError:
        return "failed to parse JSON."
    arn = str(policy.get("deadLetterTargetArn")) if isinstance(policy, dict) else ""
    if name == "RedrivePolicy" and not re.fullmatch(r"arn:[^:]+:sqs:[^:]+:\d+:.+", arn):
        return "deadLetterTargetArn is an invalid arn"
    return None


def _mend_lists(mends: Mends) -> None:
    """moto lists the ARN of who has not confirmed (sns/responses.py:210)."""

    def listed(list_them: Callable[[SNSResponse], Any]) -> Callable[[SNSResponse], ActionResult]:
        def action(self: SNSResponse) -> ActionResult:
            result = dict(list_them(self).result)
            result["Subscriptions"] = [_entry(one) for one in result["Subscriptions"]]
            return ActionResult(result)

        return action

    for name in ("list_subscriptions", "list_subscriptions_by_topic"):
        mends.replace(SNSResponse, name, listed(getattr(SNSResponse, name)))


def _entry(subscription: Subscription) -> dict[str, Any]:
    return {
        "SubscriptionArn": subscription.arn if subscription.confirmed else "PendingConfirmation",
        "Owner": subscription.owner,
        "Protocol": subscription.protocol,
        "Endpoint": subscription.endpoint,
        "TopicArn": subscription.topic.arn,
    }
