"""The Condition element of a policy.

Rules: docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from localaws.iam.patterns import glob

Test = Callable[[str, str], bool]  # of the request's value and the policy's


def _like(value: str, pattern: str) -> bool:
    return glob(pattern).fullmatch(value) is not None


def _arn_like(value: str, pattern: str) -> bool:
    """Each of an ARN's six parts is compared by itself."""
    parts, patterns = value.split(":", 5), pattern.split(":", 5)
    return len(parts) == len(patterns) and all(map(_like, parts, patterns))


def _moment(text: str) -> datetime:
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except ValueError:
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _ordered(read: Callable[[str], Any], prefix: str) -> dict[str, Test]:
    return {
        f"{prefix}Equals": lambda a, b: bool(read(a) == read(b)),
        f"{prefix}LessThan": lambda a, b: bool(read(a) < read(b)),
        f"{prefix}LessThanEquals": lambda a, b: bool(read(a) <= read(b)),
        f"{prefix}GreaterThan": lambda a, b: bool(read(a) > read(b)),
        f"{prefix}GreaterThanEquals": lambda a, b: bool(read(a) >= read(b)),
    }


TESTS: dict[str, Test] = {
    "StringEquals": str.__eq__,
    "StringEqualsIgnoreCase": lambda a, b: a.lower() == b.lower(),
    "StringLike": _like,
    "ArnEquals": _arn_like,  # "ArnEquals and ArnLike behave identically"
    "ArnLike": _arn_like,
    "Bool": lambda a, b: a.lower() == b.lower(),
    "IpAddress": lambda a, b: ipaddress.ip_address(a) in ipaddress.ip_network(b, strict=False),
    **_ordered(float, "Numeric"),
    **_ordered(_moment, "Date"),
}
NEGATED = {  # those that take the values which the others do not
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NotIpAddress": "IpAddress",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
}


class Conditions:
    """A statement's conditions: all of them must hold."""

    def __init__(self, raw: Mapping[str, Mapping[str, Any]]) -> None:
        self._tests = [
            (operator, key.lower(), _texts(wanted))
            for operator, keys in raw.items()
            for key, wanted in keys.items()
        ]
        self.keys = {key for _, key, _ in self._tests}

    def hold(self, context: Mapping[str, list[str]]) -> bool:
        """Whether they hold for a request's condition keys. An unknown operator never does."""
        return all(_holds(operator, context.get(key), w) for operator, key, w in self._tests)


def _texts(wanted: Any) -> list[str]:
    values = wanted if isinstance(wanted, list) else [wanted]
    return [str(v).lower() if isinstance(v, bool) else str(v) for v in values]


def _holds(operator: str, values: list[str] | None, wanted: list[str]) -> bool:
    if operator == "Null":
        return (values is None) is (wanted == ["true"])
    quantifier, _, name = operator.rpartition(":")
    if_exists = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    negated = name in NEGATED
    test = TESTS.get(NEGATED.get(name, name))
    if test is None:
        return False
    if values is None:
        return if_exists or quantifier == "ForAllValues" or (negated and not quantifier)
    passed = (_meets(test, value, wanted) is not negated for value in values)
    every = quantifier == "ForAllValues" or (negated and not quantifier)
    return all(passed) if every else any(passed)


def _meets(test: Test, value: str, wanted: list[str]) -> bool:
    try:
        return any(test(value, one) for one in wanted)
    except ValueError:  # a number, a date or an address that is none
        return False
