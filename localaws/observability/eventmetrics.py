"""AWS/SNS, AWS/Events and AWS/ApiGateway: what is published, delivered and asked for.

docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html,
docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html,
docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html and
.../http-api-metrics.html
"""

from __future__ import annotations

from typing import Any

from localaws.observability import metrics

Place = tuple[str, str]  # account id and Region
COUNT: tuple[float, str] = (1.0, "Count")


def published(topic: Any, size: int) -> None:
    """A message of so many bytes was published to a topic."""
    _of_topic(
        topic,
        {"NumberOfMessagesPublished": COUNT, "PublishSize": (float(size), "Bytes")},
    )


def delivered(topic: Any) -> None:
    """A subscriber has taken a message."""
    _of_topic(topic, {"NumberOfNotificationsDelivered": COUNT})


def undelivered(topic: Any) -> None:
    """A subscriber did not take a message, and SNS gives up."""
    _of_topic(topic, {"NumberOfNotificationsFailed": COUNT})


def filtered_out(topic: Any) -> None:
    """A subscription's filter policy did not let a message through."""
    _of_topic(topic, {"NumberOfNotificationsFilteredOut": COUNT})


def _of_topic(topic: Any, values: dict[str, tuple[float, str]]) -> None:
    place = (topic.account_id, topic.arn.split(":")[3])
    metrics.put_all(place, "AWS/SNS", values, [(("TopicName", topic.name),)])


def matched(rule: Any) -> None:
    """An event has matched a rule, or a rule's time has come."""
    _of_rule(rule, {"TriggeredRules": COUNT, "MatchedEvents": COUNT})


def target_invoked(rule: Any, failed: bool) -> None:
    """A target of a rule was invoked; `failed`: for good, without success."""
    _of_rule(rule, {"FailedInvocations" if failed else "Invocations": COUNT})


def _of_rule(rule: Any, values: dict[str, tuple[float, str]]) -> None:
    bus = rule.event_bus_name
    own = (("RuleName", rule.name),)
    sets = [own, ()] if bus == "default" else [(("EventBusName", bus), *own), ()]
    metrics.put_all((rule.account_id, rule.region_name), "AWS/Events", values, sets)


def rest_answered(
    place: Place, name: str, stage: str, status: int, latency: float, integration: float | None
) -> None:
    """A REST API has answered.

    Args:
        name: the API's.
        latency: milliseconds from request to answer.
        integration: milliseconds that the function took, if one was invoked.
    """
    values = {
        "Count": COUNT,
        "4XXError": (float(400 <= status < 500), "Count"),
        "5XXError": (float(status >= 500), "Count"),
        "Latency": (latency, "Milliseconds"),
    }
    if integration is not None:
        values["IntegrationLatency"] = (integration, "Milliseconds")
    sets = [(("ApiName", name),), (("ApiName", name), ("Stage", stage))]
    metrics.put_all(place, "AWS/ApiGateway", values, sets)


def http_answered(
    place: Place, api_id: str, stage: str, status: int, latency: float, integration: float | None
) -> None:
    """An HTTP API has answered. Its metrics have names of their own."""
    values = {
        "Count": COUNT,
        "4xx": (float(400 <= status < 500), "Count"),
        "5xx": (float(status >= 500), "Count"),
        "Latency": (latency, "Milliseconds"),
    }
    if integration is not None:
        values["IntegrationLatency"] = (integration, "Milliseconds")
    sets = [(("ApiId", api_id),), (("ApiId", api_id), ("Stage", stage))]
    metrics.put_all(place, "AWS/ApiGateway", values, sets)
