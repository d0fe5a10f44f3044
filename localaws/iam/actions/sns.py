"""SNS: docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html"""

from __future__ import annotations

from localaws.iam.actions.needs import Ask, Rules, at, needs, own

TOPIC = at("{TopicArn}")
NAMED = at("arn:aws:sns:{region}:{account}:{Name}")
TOPICS = at("arn:aws:sns:{region}:{account}:*")


def target(ask: Ask) -> str:
    """Where a message goes: a topic, an endpoint, or a telephone."""
    return str(ask.value("TopicArn") or ask.value("TargetArn") or ask.value("PhoneNumber"))


def topic_of_subscription(ask: Ask) -> str:
    """A subscription's ARN is its topic's, and an id."""
    return str(ask.value("SubscriptionArn")).rpartition(":")[0]


RULES: Rules = {
    "Publish": needs("sns:Publish", target),
    "PublishBatch": needs("sns:Publish", target),
    **own(
        "sns",
        TOPIC,
        "AddPermission ConfirmSubscription DeleteTopic GetTopicAttributes"
        " ListSubscriptionsByTopic RemovePermission SetTopicAttributes Subscribe",
    ),
    **own(
        "sns",
        topic_of_subscription,
        "GetSubscriptionAttributes SetSubscriptionAttributes Unsubscribe",
    ),
    **own("sns", NAMED, "CreateTopic"),
    **own("sns", TOPICS, "ListSubscriptions ListTopics"),
    **own("sns", at("{ResourceArn}"), "ListTagsForResource TagResource UntagResource"),
}
