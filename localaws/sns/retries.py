"""How often and when a message is tried again at an HTTP endpoint.

docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from moto.sns.models import Subscription, Topic

DEFAULTS = {
    "minDelayTarget": 20,
    "maxDelayTarget": 20,
    "numRetries": 3,
    "numNoDelayRetries": 0,
    "numMinDelayRetries": 0,
    "numMaxDelayRetries": 0,
    "backoffFunction": "linear",
}
REQUESTS = {"headerContentType": "text/plain; charset=UTF-8"}
LONGEST = 3600.0  # seconds for all retries of a message

# From 0 at the first retry of the backoff phase to 1 at the last: how far the delay has grown, of a
# minimum and a maximum. AWS names the functions and shows their shapes; the formulas are ours.
GROWTH: dict[str, Callable[[float, float, float], float]] = {
    "linear": lambda at, low, high: low + (high - low) * at,
    "arithmetic": lambda at, low, high: low + (high - low) * at * (1 + at) / 2,
    "geometric": lambda at, low, high: low + (high - low) * at**2,
    "exponential": lambda at, low, high: low * (high / low) ** at,
}


def policy(subscription: Subscription) -> dict[str, Any]:
    """The retry policy that counts: the subscription's own, its topic's, or the default."""
    own = _parsed(subscription.attributes.get("DeliveryPolicy")).get("healthyRetryPolicy")
    topics = _parsed(subscription.topic.delivery_policy).get("http") or {}
    if topics.get("disableSubscriptionOverrides"):
        own = None
    return DEFAULTS | (own or topics.get("defaultHealthyRetryPolicy") or {})


def of_topic(topic: Topic) -> str:
    """EffectiveDeliveryPolicy of a topic."""
    http = _parsed(topic.delivery_policy).get("http") or {}
    effective = {
        "defaultHealthyRetryPolicy": DEFAULTS | (http.get("defaultHealthyRetryPolicy") or {}),
        "disableSubscriptionOverrides": False,
        "defaultRequestPolicy": REQUESTS,
    }
    return json.dumps({"http": effective | {k: http[k] for k in http if k not in effective}})


def of_subscription(subscription: Subscription) -> str:
    """EffectiveDeliveryPolicy of a subscription of an HTTP endpoint."""
    return json.dumps(
        {
            "healthyRetryPolicy": policy(subscription),
            "sicklyRetryPolicy": None,
            "throttlePolicy": None,
            "requestPolicy": REQUESTS,
            "guaranteed": False,
        }
    )


def delays(wanted: dict[str, Any]) -> Iterator[float]:
    """Seconds before each retry, in the four phases, an hour in all at most."""
    low, high = float(wanted["minDelayTarget"]), float(wanted["maxDelayTarget"])
    at_once, pre, post = (
        int(wanted[f"num{name}Retries"]) for name in ("NoDelay", "MinDelay", "MaxDelay")
    )
    backoff = max(0, int(wanted["numRetries"]) - at_once - pre - post)
    grow = GROWTH[wanted["backoffFunction"]]
    steps = [grow(n / (backoff - 1) if backoff > 1 else 0.0, low, high) for n in range(backoff)]
    left = LONGEST
    for delay in [0.0] * at_once + [low] * pre + steps + [high] * post:
        left -= delay
        if left < 0:
            return
        yield delay


def _parsed(text: Any) -> dict[str, Any]:
    found = json.loads(text) if text else {}
    return found if isinstance(found, dict) else {}
