"""Lists in pages: `maxResults`, `nextToken`.

docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html: 100 at first, 1,000
at most; 0 stands for 100.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any, TypeVar

from moto.stepfunctions.parser import api

PAGE = 100
LONGEST_PAGE = 1000

T = TypeVar("T")


def page(
    items: list[T], given: dict[str, Any], key: Callable[[T], str]
) -> tuple[list[T], dict[str, str]]:
    """One page of a list, and what to answer beside it: its `nextToken`, if more follows.

    Args:
        items: the whole list.
        given: the request.
        key: what an item is found again by, though others have come before it since.

    Raises:
        InvalidToken: there is no such page.
    """
    first = 0
    if given.get("nextToken"):
        wanted = _decode(given["nextToken"])
        first = next((at for at, item in enumerate(items) if key(item) == wanted), -1)
        if first < 0:
            raise api.InvalidToken
    last = first + min(int(given.get("maxResults") or PAGE), LONGEST_PAGE)
    more = {"nextToken": _encode(key(items[last]))} if last < len(items) else {}
    return items[first:last], more


def _encode(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).decode()


def _decode(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token.encode()).decode()
    except ValueError:
        return ""
