"""What a person did to the stack, and looked at: their calls to AWS, as CloudTrail would keep them.

Heard are the calls of cells and of other programs, such as `aws` in a terminal; not those of
functions and state machines, nor those that the week itself makes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from localaws import clock, cloud
from localaws.refusals import Call, short_name

# boto3's names of services that sign under another one.
SERVICES = {"states": "stepfunctions", "monitoring": "cloudwatch"}
_SCOPE = re.compile(r"Credential=[^/]+/[^/]+/[^/]+/(?P<service>[^/]+)/aws4_request")
_LOOKS = re.compile(
    "Get|List|Describe|Filter|Receive|Query|Scan|BatchGet|TransactGet|Head|Lookup|Test|Simulate"
    "|Validate|Preview|Estimate|StartQuery|StopQuery|CreateChangeSet"
)
_UNTOLD = ("s3", "sts")  # a deployment puts its files there


@dataclass(frozen=True)
class Deed:
    """A call, or all of its kind at one stop.

    Attributes:
        when: of the first one.
        what: the service and the action, as "sqs PurgeQueue", and the part of the stack.
        count: how many.
    """

    when: datetime
    what: str
    count: int = 1

    def __str__(self) -> str:
        return self.what if self.count == 1 else f"{self.what}, {self.count} times"


class Trail:
    """The calls of one week.

    Attributes:
        deeds: those that change something.
    """

    def __init__(self, names: Collection[str]) -> None:
        """`names`: physical ids of the stack's resources, to be found in calls."""
        self.deeds: list[Deed] = []
        self._names = sorted((name for name in names if name), key=len, reverse=True)
        self._seen: list[tuple[datetime, str]] = []
        self._is_own = False
        self._of_this_stop = 0  # the first deed of it
        cloud.running().gate.listeners.append(self._hear)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What is called meanwhile is the week's own business."""
        before, self._is_own = self._is_own, True
        try:
            yield
        finally:
            self._is_own = before

    def stop(self) -> None:
        """A new stop: what is done now stands apart from what was done before."""
        self._of_this_stop = len(self.deeds)

    def note(self, text: str) -> None:
        """Write down what a person thinks."""
        self.deeds.append(Deed(clock.now, f"“{text}”"))

    def look(self, name: str) -> None:
        """A person has looked at something that is not AWS's."""
        self._seen.append((clock.now, name))

    def first_look(self, names: Collection[str], since: datetime) -> datetime | None:
        """When a person first had to do with one of these parts, from a moment on."""
        for when, text in self._seen:
            if when >= since and any(name in text for name in names):
                return when
        return None

    def _hear(self, request: Any) -> None:
        if self._is_own:
            return
        found = _SCOPE.search(str(request.headers.get("Authorization", "")))
        service = found["service"] if found else ""
        service = SERVICES.get(service, service)
        if not service or service in _UNTOLD:
            return
        body = request.body or b""
        text = body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body)
        text = unquote(f"{request.url} {text}")
        self._seen.append((clock.now, text))
        action = Call(request).operation(service)
        if action and not _LOOKS.match(action):
            self._add(service, action, text)

    def _add(self, service: str, action: str, text: str) -> None:
        # The first that it names: a policy's document, which comes later, may name others.
        part = min((name for name in self._names if name in text), key=text.index, default="")
        what = " ".join(filter(None, (service, action, short_name(part))))
        for index in range(self._of_this_stop, len(self.deeds)):
            same = self.deeds[index]
            if same.what == what:
                self.deeds[index] = Deed(same.when, what, same.count + 1)
                return
        self.deeds.append(Deed(clock.now, what))
