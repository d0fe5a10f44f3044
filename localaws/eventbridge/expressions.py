"""Schedule expressions: `rate(5 minutes)`, `cron(0 10 * * ? *)` and `at(2026-01-05T09:00:00)`.

docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html and
docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from localaws.eventbridge.cron import Cron

Zone = ZoneInfo | None  # None: UTC

RATE = re.compile(r"rate\(([1-9]\d*) (minutes?|hours?|days?)\)")
AT = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")
CRON = re.compile(r"cron\(([^()]*)\)")


class Expression(Protocol):
    """When a schedule comes."""

    recurs: bool

    def following(self, moment: datetime, begun: datetime) -> datetime | None:
        """The first time after a moment, both in UTC; None when there is none.

        Args:
            begun: when the schedule began, from which a rate is counted.
        """


class Rate:
    """Every so many minutes, hours or days of 24 hours, from the begin on."""

    recurs = True

    def __init__(self, interval: timedelta) -> None:
        self.interval = interval

    def following(self, moment: datetime, begun: datetime) -> datetime:
        if moment < begun:
            return begun
        return begun + ((moment - begun) // self.interval + 1) * self.interval


class At:
    """Once."""

    recurs = False

    def __init__(self, when: datetime, zone: Zone) -> None:
        """`when`: by the clocks of the zone. A time that they skip never comes."""
        self._when = next(_instants(when, zone), None)

    def following(self, moment: datetime, begun: datetime) -> datetime | None:
        return self._when if self._when is not None and self._when > moment else None


class Crons:
    """By the clocks of a zone: what they skip in spring does not come, what they repeat in autumn
    comes once (repost.aws/knowledge-center/eventbridge-scheduler-adjust-dst).
    """

    recurs = True

    def __init__(self, cron: Cron, zone: Zone) -> None:
        self._cron, self._zone = cron, zone

    def following(self, moment: datetime, begun: datetime) -> datetime | None:
        local = moment.astimezone(self._zone or UTC).replace(tzinfo=None, fold=0)
        # The hour that is repeated in autumn looks like the past: begin before it.
        for clock_time in self._cron.times(local - timedelta(hours=3)):
            for instant in _instants(clock_time, self._zone):
                if instant > moment:
                    return instant
        return None


def _instants(clock_time: datetime, zone: Zone) -> Iterator[datetime]:
    """When the clocks of a zone first show a time, in UTC: nothing where they skip it."""
    instant = clock_time.replace(tzinfo=zone or UTC).astimezone(UTC)
    if instant.astimezone(zone or UTC).replace(tzinfo=None) == clock_time:
        yield instant


def read_rule(text: str) -> Expression:
    """The expression of a rule of EventBridge: rate or cron, in UTC.

    Raises:
        ValueError: it is none. A rate of 1 has a unit in the singular, any other in the plural.
    """
    found = RATE.fullmatch(text)
    if found and (found[1] == "1") == found[2].endswith("s"):
        raise ValueError(text)
    return read(text, None, one_time=False)


def read(text: str, zone: Zone, one_time: bool = True) -> Expression:
    """The expression of a schedule of EventBridge Scheduler.

    Args:
        zone: by whose clocks it goes.
        one_time: whether `at` is one.

    Raises:
        ValueError: it is none.
    """
    if found := RATE.fullmatch(text):
        unit = found[2].removesuffix("s") + "s"
        return Rate(timedelta(**{unit: int(found[1])}))
    if found := CRON.fullmatch(text):
        return Crons(Cron(found[1]), zone)
    if one_time and (found := AT.fullmatch(text)):
        return At(datetime.fromisoformat(found[1]), zone)
    raise ValueError(text)
