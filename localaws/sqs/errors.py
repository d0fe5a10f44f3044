"""Words in which SQS refuses a parameter."""

from __future__ import annotations

from moto.sqs.exceptions import InvalidParameterValue


def invalid(parameter: str, value: object, reason: str) -> InvalidParameterValue:
    """InvalidParameterValue, as SQS words it for most parameters."""
    return InvalidParameterValue(
        f"Value {value} for parameter {parameter} is invalid. Reason: {reason}"
    )
