"""Filter policies: which messages of a topic a subscription gets.

docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
"""

from __future__ import annotations

import functools
import json
from typing import Any

from localaws.ruler import rules

ATTRIBUTES, BODY = "MessageAttributes", "MessageBody"
SCOPES = (ATTRIBUTES, BODY)
# docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html
MOST_KEYS = 5
MOST_COMBINATIONS = 150


class InvalidPolicyError(ValueError):
    """A filter policy that SNS refuses; the message follows "Invalid parameter: "."""


def check(policy: str, scope: str, parameter: str = "") -> None:
    """See that a policy is one.

    Args:
        parameter: which parameter of the request it came with, where it is not the value itself.

    Raises:
        InvalidPolicyError: it is none.
    """
    place = f"{parameter} Reason: FilterPolicy: " if parameter else "FilterPolicy: "
    try:
        read = json.loads(policy)
    except ValueError:
        raise InvalidPolicyError(f"{place}failed to parse JSON.") from None
    if read == {}:
        return  # no policy
    if isinstance(read, dict):
        if scope == ATTRIBUTES and any(isinstance(value, dict) for value in read.values()):
            problem = f"Filter policy scope {scope} does not support nested filter policy"
            raise InvalidPolicyError(problem)
        if len(_keys(read)) > MOST_KEYS:
            problem = f"Filter policy can not have more than {MOST_KEYS} keys"
            raise InvalidPolicyError(place + problem)
    try:
        rules.read(policy)
    except rules.InvalidRuleError as error:
        raise InvalidPolicyError(place + str(error)) from None
    if _combinations(read) > MOST_COMBINATIONS:
        raise InvalidPolicyError(f"{place}Filter policy is too complex")


def passes(policy: str | None, scope: str, attributes: dict[str, Any], message: str) -> bool:
    """Whether a message gets through.

    Args:
        policy: JSON text; None or an empty one lets everything through.
        attributes: message attributes: Type and Value, as SNS sends them on.
    """
    if not policy or policy == "{}":
        return True
    if scope == ATTRIBUTES:
        return rules.read(policy).matches(_as_event(attributes))
    return rules.read(policy).matches(_body(message))


def _keys(policy: dict[str, Any]) -> set[str]:
    found = set(policy) - {"$or"}
    for one in policy.get("$or", []):
        found |= _keys(one) if isinstance(one, dict) else set()
    return found


def _combinations(policy: dict[str, Any], depth: int = 1) -> int:
    """The product of the numbers of values, each times the depth of its key."""
    product = 1
    for key, value in policy.items():
        if key == "$or":
            product *= sum(_combinations(one, depth) for one in value)
        elif isinstance(value, dict):
            product *= _combinations(value, depth + 1)
        else:
            product *= len(value) * depth
    return product


def _as_event(attributes: dict[str, Any]) -> dict[str, Any]:
    """Binary attributes are ignored; String.Array is an array of strings, numbers and words."""
    event: dict[str, Any] = {}
    for name, attribute in attributes.items():
        kind, value = attribute["Type"], attribute["Value"]
        if kind == "Number":
            event[name] = float(value)
        elif kind == "String.Array":
            event[name] = _array(value)
        elif not kind.startswith("Binary"):
            event[name] = value
    return event


def _array(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


@functools.lru_cache(64)
def _body(message: str) -> Any:
    """A message is parsed once for all subscriptions; one that is no JSON matches nothing."""
    try:
        return json.loads(message)
    except ValueError:
        return None
