"""FilterLogEvents, GetLogEvents and what retention leaves of a log."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.simulated_clock


def messages(found: dict[str, Any]) -> list[str]:
    return [event["message"] for event in found["events"]]


def test_the_events_of_all_streams_in_order(logs: Any, log: Any) -> None:
    log.put("third", "a", age=10)
    log.put("first", "b", age=30)
    log.put("second", "a", age=20)
    found = logs.filter_log_events(logGroupName=log.group)
    assert messages(found) == ["first", "second", "third"]
    assert found["searchedLogStreams"] == []
    only = logs.filter_log_events(logGroupName=log.group, logStreamNamePrefix="b")
    assert messages(only) == ["first"]


def test_filtering_page_by_page(logs: Any, log: Any) -> None:
    for number in range(7):
        log.put({"n": number}, age=100 - number)
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName=log.group,
        filterPattern="{ $.n != 3 }",
        PaginationConfig={"PageSize": 2},
    )
    assert [messages(page) for page in pages] == [
        ['{"n": 0}', '{"n": 1}'],
        ['{"n": 2}', '{"n": 4}'],
        ['{"n": 5}', '{"n": 6}'],
    ]


def test_many_events_of_two_streams(logs: Any, log: Any) -> None:
    """They are kept compressed, many together."""
    written = [f"order {number} \N{EURO SIGN}" for number in range(200)]
    for number, text in enumerate(written):
        log.put(text, "ab"[number % 2], age=300 - number)
    paginator = logs.get_paginator("filter_log_events")
    pages = list(paginator.paginate(logGroupName=log.group))
    assert [text for page in pages for text in messages(page)] == written
    place = {"logGroupName": log.group, "logStreamName": "b", "startFromHead": True}
    assert messages(logs.get_log_events(**place)) == written[1::2]


def test_from_and_until(logs: Any, log: Any, cloud: Any) -> None:
    """FilterLogEvents includes what happened at endTime, GetLogEvents does not."""
    now = int(cloud.clock.now.timestamp() * 1000)
    for age in (30, 20, 10):
        log.put(str(age), age=age)
    window = {"startTime": now - 30_000, "endTime": now - 20_000}
    assert messages(logs.filter_log_events(logGroupName=log.group, **window)) == ["30", "20"]
    got = logs.get_log_events(
        logGroupName=log.group, logStreamName="stream", startFromHead=True, **window
    )
    assert messages(got) == ["30"]


def test_reading_a_stream_forwards_to_its_end(logs: Any, log: Any) -> None:
    """The token of the end is the one that was given: so a loop knows that it is there."""
    for number in range(5):
        log.put(str(number), age=100 - number)
    place = {"logGroupName": log.group, "logStreamName": "stream", "startFromHead": True}
    seen: list[str] = []
    token = None
    while True:
        more: dict[str, Any] = {"nextToken": token} if token else {}
        page = logs.get_log_events(**place, limit=2, **more)
        seen += messages(page)
        if page["nextForwardToken"] == token:
            break
        token = page["nextForwardToken"]
    assert seen == list("01234")


def test_the_streams_in_the_order_of_their_latest_event(logs: Any, log: Any) -> None:
    log.put("x", "old", age=50)
    log.put("x", "new", age=10)
    streams = logs.describe_log_streams(
        logGroupName=log.group, orderBy="LastEventTime", descending=True
    )["logStreams"]
    assert [stream["logStreamName"] for stream in streams] == ["new", "old"]


def test_events_that_are_too_old_are_gone(logs: Any, log: Any, cloud: Any) -> None:
    log.put("early")
    logs.put_retention_policy(logGroupName=log.group, retentionInDays=7)
    cloud.clock.advance(days=6)
    log.put("late")
    assert messages(logs.filter_log_events(logGroupName=log.group)) == ["early", "late"]
    cloud.clock.advance(days=2)
    assert messages(logs.filter_log_events(logGroupName=log.group)) == ["late"]
    got = logs.get_log_events(logGroupName=log.group, logStreamName="stream")
    assert messages(got) == ["late"]


def test_what_is_not_there(logs: Any, log: Any, name: Any) -> None:
    missing = logs.exceptions.ResourceNotFoundException
    with pytest.raises(missing, match="log group does not exist"):
        logs.filter_log_events(logGroupName=name("nowhere"))
    with pytest.raises(missing, match="log stream does not exist"):
        logs.get_log_events(logGroupName=log.group, logStreamName="nowhere")
    with pytest.raises(logs.exceptions.InvalidParameterException, match="Invalid filter pattern"):
        logs.filter_log_events(logGroupName=log.group, filterPattern="{ $.a = 1")


def test_a_live_tail_filters_too(logs: Any, log: Any) -> None:
    for number in range(3):
        log.put({"n": number}, age=3 - number)
    arn = f"arn:aws:logs:us-east-1:123456789012:log-group:{log.group}"
    session = logs.start_live_tail(logGroupIdentifiers=[arn], logEventFilterPattern="{ $.n > 1 }")[
        "responseStream"
    ]
    updates = [one["sessionUpdate"] for one in session if "sessionUpdate" in one]
    assert [e["message"] for u in updates for e in u["sessionResults"]] == ['{"n": 2}']
