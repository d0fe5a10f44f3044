"""The pager: what alarms tell whoever is on call."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

import boto3

from localaws import outbox

ADDRESS = "on-call@example.com"
# One alarm that goes on and off is one matter: it pages once, until it was silent for so long.
SILENCE = timedelta(hours=4)
_ALARM = re.compile(r'ALARM: "(?P<name>[^"]+)"')


class Page(NamedTuple):
    """An alarm has called.

    Attributes:
        reason: CloudWatch's words.
    """

    when: datetime
    alarm: str
    description: str
    reason: str


class Pager:
    """Reads the letters of the alarms' topics."""

    def __init__(self, topics: Iterable[str]) -> None:
        """Subscribe to the topics, and confirm it."""
        sns = boto3.client("sns")
        for topic in topics:
            sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=ADDRESS)
            [*_, asks] = outbox.letters(topic, to=ADDRESS)
            sns.confirm_subscription(TopicArn=topic, Token=str(asks.token))
        self._read = len(outbox.letters())
        self._last: dict[str, datetime] = {}
        self._rung: dict[str, datetime] = {}

    def has_rung(self) -> bool:
        """Whether a page has come that nobody has read."""
        letters = outbox.letters()
        for letter in letters[self._read :]:
            found = _ALARM.search(letter.subject) if letter.to == ADDRESS else None
            if found:
                self._hear(found["name"], letter.when)
        self._read = len(letters)
        return bool(self._rung)

    def pages(self) -> list[Page]:
        """The pages that nobody has read, the first one first; they are read now."""
        self.has_rung()
        rung, self._rung = self._rung, {}
        return [_page(name, when) for name, when in rung.items()]

    def _hear(self, name: str, when: datetime) -> None:
        if name not in self._last or when - self._last[name] >= SILENCE:
            self._rung.setdefault(name, when)
        self._last[name] = when


def _page(name: str, when: datetime) -> Page:
    answer = boto3.client("cloudwatch").describe_alarms(
        AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"]
    )
    [alarm] = (answer.get("MetricAlarms") or []) + (answer.get("CompositeAlarms") or [])
    return Page(when, name, str(alarm.get("AlarmDescription", "")), str(alarm["StateReason"]))
