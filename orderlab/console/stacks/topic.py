"""A topic: who is subscribed, what each gets, and where its dead letters go."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from orderlab.console.stacks.listing import Listing
from orderlab.console.stacks.names import client, listed, unknown
from orderlab.console.stacks.references import last_part
from orderlab.console.stacks.refusals import asked, unless

_COLUMNS = ["protocol", "endpoint", "filter", "raw delivery", "dead letters"]


def topic(name: str, limit: int = 20) -> Listing:
    """A topic's attributes and subscriptions.

    Args:
        name: of the topic, or its ARN.
        limit: subscriptions of a page.

    Returns:
        `.facts`, and `.data` with a row for each subscription: protocol, endpoint, filter (its
        policy, as JSON text), raw delivery (bool), dead letters (name of their queue, or "").

    Raises:
        ValueError: no such topic; the message has near names.
    """
    sns = client("sns", name)
    arn = name if name.startswith("arn:") else _arn(sns, name)
    found = unless(sns.get_topic_attributes, "NotFound", "NotFoundException", TopicArn=arn)
    if found is None:
        raise unknown("topic", last_part(name), map(last_part, _arns(sns)))
    attributes = found["Attributes"]
    facts = {
        "subscriptions": attributes.get("SubscriptionsConfirmed", "0"),
        "to be confirmed": attributes.get("SubscriptionsPending", "0"),
    }
    if attributes.get("DisplayName"):
        facts["display name"] = attributes["DisplayName"]
    if attributes.get("FifoTopic") == "true":
        facts["order"] = "FIFO"
    if attributes.get("KmsMasterKeyId"):
        facts["encrypted with"] = attributes["KmsMasterKeyId"]
    notes: list[str] = []
    subscriptions = asked(notes, "subscriptions", lambda: _subscriptions(sns, arn)) or []
    return _page(sns, arn, facts, subscriptions, limit, notes)


def _arns(sns: Any) -> list[str]:
    return [found["TopicArn"] for found in listed(sns, "list_topics", "Topics")]


def _arn(sns: Any, name: str) -> str:
    arns = _arns(sns)
    for arn in arns:
        if last_part(arn) == name:
            return arn
    raise unknown("topic", name, map(last_part, arns))


def _subscriptions(sns: Any, arn: str) -> list[dict[str, str]]:
    found = listed(sns, "list_subscriptions_by_topic", "Subscriptions", TopicArn=arn)
    return sorted(found, key=lambda one: (one["Protocol"], one["Endpoint"]))


def _page(
    sns: Any,
    arn: str,
    facts: Mapping[str, str],
    subscriptions: Sequence[Mapping[str, str]],
    limit: int,
    notes: list[str],
) -> Listing:
    here, later = subscriptions[:limit], subscriptions[limit:]
    rows = [_row(sns, subscription, notes) for subscription in here]
    follow = (lambda: _page(sns, arn, facts, later, limit, [])) if later else None
    return Listing(
        last_part(arn),
        "SNS topic",
        facts,
        pd.DataFrame(rows, columns=_COLUMNS),
        list(dict.fromkeys(notes)),
        empty="no subscriptions",
        follow=follow,
    )


def _row(sns: Any, subscription: Mapping[str, str], notes: list[str]) -> dict[str, Any]:
    arn = subscription["SubscriptionArn"]
    found: Mapping[str, str] = {}
    if arn.startswith("arn:"):  # else it waits to be confirmed, and has no attributes yet

        def read() -> Mapping[str, str]:
            answer: Mapping[str, str] = sns.get_subscription_attributes(SubscriptionArn=arn)[
                "Attributes"
            ]
            return answer

        found = asked(notes, "what subscriptions filter", read) or {}
    redrive = json.loads(found.get("RedrivePolicy") or "{}")
    pending = "" if arn.startswith("arn:") else " (to be confirmed)"
    return {
        "protocol": subscription["Protocol"],
        "endpoint": subscription["Endpoint"] + pending,
        "filter": found.get("FilterPolicy", ""),
        "raw delivery": found.get("RawMessageDelivery") == "true",
        "dead letters": last_part(redrive.get("deadLetterTargetArn", "")),
    }
