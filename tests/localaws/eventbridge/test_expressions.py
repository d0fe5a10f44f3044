"""Schedule expressions: the examples of AWS's documentation, and what clocks skip and repeat."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from localaws.eventbridge import expressions
from localaws.eventbridge.cron import Cron

MONDAY = datetime.fromisoformat("2026-01-05T09:00")


def times(fields: str, count: int, since: datetime = MONDAY) -> list[str]:
    return [f"{when:%a %Y-%m-%d %H:%M}" for when in islice(Cron(fields).times(since), count)]


# docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
@pytest.mark.parametrize(
    ("fields", "first"),
    [
        ("0 10 * * ? *", ["Mon 2026-01-05 10:00", "Tue 2026-01-06 10:00"]),
        ("15 12 * * ? *", ["Mon 2026-01-05 12:15", "Tue 2026-01-06 12:15"]),
        ("0 18 ? * MON-FRI *", ["Mon 2026-01-05 18:00", "Tue 2026-01-06 18:00"]),
        ("0 8 1 * ? *", ["Sun 2026-02-01 08:00", "Sun 2026-03-01 08:00"]),
        ("0/15 * * * ? *", ["Mon 2026-01-05 09:00", "Mon 2026-01-05 09:15"]),
        ("0/10 * ? * MON-FRI *", ["Mon 2026-01-05 09:00", "Mon 2026-01-05 09:10"]),
        ("0/5 8-17 ? * MON-FRI *", ["Mon 2026-01-05 09:00", "Mon 2026-01-05 09:05"]),
        ("5,35 14 * * ? *", ["Mon 2026-01-05 14:05", "Mon 2026-01-05 14:35"]),
        ("15 10 ? * 6L 2026-2027", ["Fri 2026-01-30 10:15", "Fri 2026-02-27 10:15"]),
        ("1/10 9 * * ? *", ["Mon 2026-01-05 09:01", "Mon 2026-01-05 09:11"]),
        ("0 0 L * ? *", ["Sat 2026-01-31 00:00", "Sat 2026-02-28 00:00"]),
        ("0 0 LW * ? *", ["Fri 2026-01-30 00:00", "Fri 2026-02-27 00:00"]),
        ("0 0 3W * ? *", ["Tue 2026-02-03 00:00", "Tue 2026-03-03 00:00"]),
        ("0 0 1W AUG ? *", ["Mon 2026-08-03 00:00", "Mon 2027-08-02 00:00"]),
        ("0 0 ? * 3#2 *", ["Tue 2026-01-13 00:00", "Tue 2026-02-10 00:00"]),
        ("0 0 ? JAN,FEB L *", ["Sat 2026-01-10 00:00", "Sat 2026-01-17 00:00"]),
        ("0 0 29 2 ? *", ["Tue 2028-02-29 00:00", "Sun 2032-02-29 00:00"]),
    ],
)
def test_when_a_cron_comes(fields: str, first: list[str]) -> None:
    assert times(fields, 2) == first


def test_a_range_over_midnight() -> None:
    """docs: every 30 minutes from 20 to 2 o'clock."""
    hours = {line[-5:] for line in times("0/30 20-2 ? * MON-FRI *", 100)}
    assert sorted(hours) == [f"{h:02}:{m:02}" for h in (0, 1, 2, 20, 21, 22, 23) for m in (0, 30)]


# Recorded from AWS: localstack/localstack, test_scheduler.snapshot.json.
@pytest.mark.parametrize(
    "text",
    [
        "cron(0 1 * * * *)",
        "cron(7 20 * * NOT *)",
        "cron(INVALID)",
        "cron(0 dummy ? * MON-FRI *)",
        "cron(71 8 1 * ? *)",
        "cron()",
        "cron(0 0 ? * ? *)",
        "cron(0 0 ? * 3#1,6#3 *)",
        "rate(10 seconds)",
        "rate(10 years)",
        "rate()",
        "rate(10)",
        "rate(10 minutess)",
        "rate(foo minutes)",
        "rate(-10 minutes)",
        "rate( 10 minutes )",
        " rate(10 minutes)",
        "rate(0 minutes)",
        "at(2021-12-31T23:59:59Z)",
        "at(2021-12-31)",
        "every 5 minutes",
    ],
)
def test_what_is_no_expression(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        expressions.read(text, None)


@pytest.mark.parametrize("text", ["rate(1 hours)", "rate(5 hour)", "at(2026-01-05T09:00:00)"])
def test_what_is_none_of_a_rule(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        expressions.read_rule(text)


def following(text: str, zone: str | None, moment: datetime, count: int = 1) -> list[str]:
    expression = expressions.read(text, ZoneInfo(zone) if zone else None)
    found, begun = [], moment
    for _ in range(count):
        following = expression.following(moment, begun)
        if following is None:
            break
        moment = following
        found.append(f"{moment:%m-%d %H:%M}")
    return found


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def test_a_rate_is_counted_from_its_begin() -> None:
    begun = utc(2026, 1, 5, 9) + timedelta(seconds=30)
    rate = expressions.read("rate(5 minutes)", None)
    assert rate.following(begun, begun) == begun + timedelta(minutes=5)
    assert rate.following(begun + timedelta(minutes=7), begun) == begun + timedelta(minutes=10)


def test_clocks_that_go_forward_skip_a_time() -> None:
    """In New York 2:30 of 8 March 2026 is never."""
    found = following("cron(30 2 * * ? *)", "America/New_York", utc(2026, 3, 6, 12), 3)
    assert found == ["03-07 07:30", "03-09 06:30", "03-10 06:30"]


def test_clocks_that_go_back_repeat_no_time() -> None:
    """In New York 1:30 of 1 November 2026 is twice; the schedule comes once."""
    found = following("cron(30 1 * * ? *)", "America/New_York", utc(2026, 10, 31, 12), 2)
    assert found == ["11-01 05:30", "11-02 06:30"]
    hours = following("cron(0 * * * ? *)", "America/New_York", utc(2026, 11, 1, 4, 30), 3)
    assert hours == ["11-01 05:00", "11-01 07:00", "11-01 08:00"]


def test_a_day_of_a_rate_has_24_hours() -> None:
    found = following("rate(1 days)", "America/New_York", utc(2026, 3, 7, 12), 2)
    assert found == ["03-08 12:00", "03-09 12:00"]


def test_once_by_the_clocks_of_a_zone() -> None:
    assert following("at(2026-07-01T08:00:00)", "Europe/Berlin", utc(2026, 1, 1), 2) == [
        "07-01 06:00"
    ]
    assert following("at(2026-03-08T02:30:00)", "America/New_York", utc(2026, 1, 1)) == []
    assert following("at(2026-01-01T00:00:00)", None, utc(2026, 1, 2)) == []
