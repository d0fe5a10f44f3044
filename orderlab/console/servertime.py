"""What time it is where AWS is: the Date header of an answer, which a simulated clock sets, too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any


def server_time(answer: Mapping[str, Any]) -> datetime | None:
    """When boto3 was given an answer, in UTC and whole seconds; None where it does not tell."""
    headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    try:
        return parsedate_to_datetime(headers["date"]).astimezone(UTC)
    except (KeyError, ValueError):
        return None
