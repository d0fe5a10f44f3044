"""A queue's attributes: which there are, and what AWS takes for them.

docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
"""

from __future__ import annotations

import json
from typing import Any

from moto.core.utils import camelcase_to_underscores
from moto.sqs import models
from moto.sqs.exceptions import InvalidAttributeName, InvalidAttributeValue

from localaws.sqs.errors import invalid

LIMITS = {
    "DelaySeconds": (0, 900),
    "KmsDataKeyReusePeriodSeconds": (60, 86_400),
    "MaximumMessageSize": (1024, 1_048_576),
    "MessageRetentionPeriod": (60, 1_209_600),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
    "VisibilityTimeout": (0, 43_200),
}
# What UpdateStack sets where the template no longer says anything.
DEFAULTS = {
    "DelaySeconds": 0,
    "MaximumMessageSize": 1_048_576,
    "MessageRetentionPeriod": 345_600,
    "ReceiveMessageWaitTimeSeconds": 0,
    "RedriveAllowPolicy": "",
    "RedrivePolicy": "",
    "VisibilityTimeout": 30,
}
SETTABLE = (
    *LIMITS,
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "FifoThroughputLimit",
    "KmsMasterKeyId",
    "Policy",
    "RedriveAllowPolicy",
    "RedrivePolicy",
    "SqsManagedSseEnabled",
)
KNOWN = (
    *SETTABLE,
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
    "CreatedTimestamp",
    "FifoQueue",
    "LastModifiedTimestamp",
    "QueueArn",
)
LONGEST_COUNT = 1000  # maxReceiveCount
MOST_SOURCES = 10  # sourceQueueArns
PERMISSIONS = ("allowAll", "denyAll", "byQueue")


def check_names(attributes: dict[str, Any], *more: str) -> None:
    """Refuse what is no attribute that can be set."""
    for name in attributes:
        if name not in (*SETTABLE, *more):
            raise InvalidAttributeName(name)


class Attributed(models.Queue):
    """A queue of moto's, whose attributes are checked as AWS does."""

    redrive_allow_policy: dict[str, Any] | None = None
    redrive_policy: Any  # as it is stored: maxReceiveCount a number; None without one
    dead_letter_queue: Any

    def _set_attributes(self, attributes: dict[str, Any], now: float | None = None) -> None:
        for name, (low, high) in LIMITS.items():
            if name in attributes and not _is_between(attributes[name], low, high):
                raise InvalidAttributeValue(name)
        own = dict(attributes)
        if "RedriveAllowPolicy" in own:
            self.redrive_allow_policy = _allow_policy(own.pop("RedriveAllowPolicy"))
        if "Policy" not in own and hasattr(self, "_policy_json"):
            own["Policy"] = self.policy  # moto forgets a policy that is not given again
        super()._set_attributes(own, now)

    def _setup_dlq(self, policy: Any) -> None:
        text, given = _read(policy, "RedrivePolicy", "Redrive policy is not a valid JSON map.")
        if not given:
            self.redrive_policy = self.dead_letter_queue = None
            return
        for name in ("deadLetterTargetArn", "maxReceiveCount"):
            if name not in given:
                reason = f"Redrive policy does not contain mandatory attribute: {name}."
                raise invalid("RedrivePolicy", text, reason)
        count = given["maxReceiveCount"]
        if not _is_between(count, 1, LONGEST_COUNT):
            reason = f"Invalid value for maxReceiveCount: {count}, valid values are from 1 to 1000"
            raise invalid("RedrivePolicy", text, f"{reason} both inclusive.")
        self.dead_letter_queue = self._dead_letter_target(str(given["deadLetterTargetArn"]), text)
        self.redrive_policy = {**given, "maxReceiveCount": int(count)}

    def _dead_letter_target(self, arn: str, text: str) -> Any:
        if not arn.startswith("arn:") or arn.count(":") != 5:
            raise invalid("RedrivePolicy", text, "Invalid value for deadLetterTargetArn.")
        queues = models.sqs_backends[self.account_id][self.region].queues
        target = queues.get(arn.rpartition(":")[2])
        if target is None or target.queue_arn != arn:
            raise invalid("RedrivePolicy", text, "Dead letter target does not exist.")
        if target.fifo_queue != self.fifo_queue:
            reason = "Dead-letter queue must be same type of queue as the source."
            raise invalid("RedrivePolicy", text, reason)
        if not target.lets_in(self.queue_arn):
            reason = "Dead letter target does not allow this queue in its RedriveAllowPolicy."
            raise invalid("RedrivePolicy", text, reason)
        return target

    def lets_in(self, source_arn: str) -> bool:
        """Whether another queue may have this one as its dead-letter queue."""
        policy = self.redrive_allow_policy or {}
        permission = policy.get("redrivePermission", "allowAll")
        return permission == "allowAll" or source_arn in policy.get("sourceQueueArns", [])

    @property
    def attributes(self) -> dict[str, Any]:
        """What GetQueueAttributes tells; moto knows no RedriveAllowPolicy."""
        told: dict[str, Any] = super().attributes
        for name in ("RedrivePolicy", "RedriveAllowPolicy"):
            policy = getattr(self, camelcase_to_underscores(name))
            if policy:
                told[name] = json.dumps(policy, separators=(",", ":"))
        return told


def _is_between(value: Any, low: int, high: int) -> bool:
    try:
        return low <= int(value) <= high
    except (TypeError, ValueError):
        return False


def _allow_policy(given: Any) -> dict[str, Any] | None:
    name = "RedriveAllowPolicy"
    text, policy = _read(given, name, "Redrive allow policy is not a valid JSON map.")
    if not policy:
        return None
    permission, sources = policy.get("redrivePermission"), policy.get("sourceQueueArns", [])
    if permission not in PERMISSIONS:
        raise invalid(name, text, f"Invalid value for redrivePermission: {permission}.")
    if (permission == "byQueue") != bool(sources) or len(sources) > MOST_SOURCES:
        raise invalid(name, text, "Invalid value for sourceQueueArns.")
    return policy


def _read(policy: Any, name: str, otherwise: str) -> tuple[str, dict[str, Any]]:
    """A policy as it was given, as text, and what it says; templates give maps, the API text."""
    if not isinstance(policy, str):
        return json.dumps(policy), policy or {}
    try:
        read = json.loads(policy or "{}")
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise invalid(name, policy, otherwise)
    return policy, read
