"""From a name, URL or ARN to the resource, and what to say where there is none."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from difflib import get_close_matches
from itertools import islice
from typing import Any

import boto3

_MOST = 1000  # names that are searched for a near one
_SHOWN = 5


def client(service: str, name: str) -> Any:
    """A service in the region that an ARN or a queue's URL names, else in boto3's default."""
    found = re.match(r"arn:[^:]+:[^:]+:([^:]+):|https?://sqs\.([\w-]+)\.amazonaws\.", name)
    return boto3.client(service, region_name=(found[1] or found[2]) if found else None)


def listed(service: Any, operation: str, key: str, **given: Any) -> list[Any]:
    """What a List or Describe operation gives over its pages, at most 1000 of it."""
    pages = service.get_paginator(operation).paginate(**given)
    return list(islice((found for page in pages for found in page.get(key, [])), _MOST))


def unknown(kind: str, name: str, known: Iterable[str]) -> ValueError:
    """The error for a name that is not there, with near ones that are."""
    names = sorted(set(known))
    near = get_close_matches(name, names, _SHOWN, 0.4) or names[:_SHOWN]
    there = f"near names are {', '.join(near)}" if near else f"there is no {kind} in this region"
    return ValueError(f"no {kind} {name!r}: {there}")


def moment(milliseconds: float) -> str:
    """A time of AWS's, in UTC."""
    found = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return found.isoformat(" ", "milliseconds").removesuffix("+00:00")
