"""console.logs: the newest lines of a group, found by many names."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from orderlab import console

NOW = int(time.time() * 1000) - 3_600_000
GROUP = "/aws/lambda/pay"


@pytest.fixture
def write(plain: None) -> Callable[..., None]:
    logs = boto3.client("logs")
    logs.create_log_group(logGroupName=GROUP)
    known: set[str] = set()

    def put(*lines: tuple[int, str], stream: str = "2026/01/01/[$LATEST]0123456789ab") -> None:
        """Lines as (milliseconds, text)."""
        if stream not in known:
            logs.create_log_stream(logGroupName=GROUP, logStreamName=stream)
            known.add(stream)
        events = [{"timestamp": NOW + at, "message": text} for at, text in lines]
        logs.put_log_events(logGroupName=GROUP, logStreamName=stream, logEvents=events)

    return put


def _messages(page: Any) -> list[str]:
    return list(page.data["message"])


def test_newest_lines_in_order_over_streams(write: Callable[..., None]) -> None:
    write((0, "first"), (3, "fourth"), stream="a")
    write((1, "second"), (2, "third"), stream="b")
    found = console.logs("pay", limit=3)
    assert _messages(found) == ["second", "third", "fourth"]
    assert list(found.data.columns) == ["time", "level", "stream", "message"]
    assert found.data["time"][0] == datetime.fromtimestamp((NOW + 1) / 1000, UTC)
    assert _messages(found.next()) == ["first"]
    with pytest.raises(LookupError):
        found.next().next()


def test_pages_hold_every_line_once_where_many_share_a_moment(write: Callable[..., None]) -> None:
    write(*[(number // 4, f"line {number:02}") for number in range(23)])
    page, seen = console.logs("pay", limit=5), []
    while True:
        seen = _messages(page) + seen
        if page.follow is None:
            break
        page = page.next()
    assert seen == [f"line {number:02}" for number in range(23)]


def test_lines_far_apart_are_found(write: Callable[..., None]) -> None:
    hour = 3_600_000
    write((-200 * hour, "long ago"), (-20 * hour, "yesterday"), (0, "now"))
    assert _messages(console.logs("pay")) == ["long ago", "yesterday", "now"]
    since = datetime.fromtimestamp(NOW / 1000, UTC) - timedelta(hours=30)
    assert _messages(console.logs("pay", since=since)) == ["yesterday", "now"]
    assert _messages(console.logs("pay", since=since.replace(tzinfo=None))) == ["yesterday", "now"]


def test_ten_thousand_lines_stay_a_page(write: Callable[..., None]) -> None:
    for start in range(0, 10_000, 1000):
        write(*[(number, f"line {number} " + "x" * 200) for number in range(start, start + 1000)])
    found = console.logs("pay")
    assert len(found.data) == 50
    assert found.data["message"][49].startswith("line 9999 ")
    assert len(found._repr_mimebundle_()["text/html"]) < 60_000


def test_contains_and_request(write: Callable[..., None]) -> None:
    write(
        (0, "START RequestId: 11-aa Version: $LATEST"),
        (1, "[ERROR]\t2026-01-01T00:00:00Z\t11-aa\tno money"),
        (2, "REPORT RequestId: 11-aa\tDuration: 1 ms"),
        (3, "START RequestId: 22-bb Version: $LATEST"),
    )
    assert _messages(console.logs("pay", contains="no money")) == [
        "[ERROR]\t2026-01-01T00:00:00Z\t11-aa\tno money"
    ]
    assert len(console.logs("pay", request="11-aa").data) == 3
    assert "no lines" in repr(console.logs("pay", contains="nothing like it"))
    with pytest.raises(ValueError, match="cannot be combined"):
        console.logs("pay", contains="{ $.a = 1 }", request="11-aa")


def test_levels_messages_and_folds(write: Callable[..., None]) -> None:
    powertools = {"level": "INFO", "message": "Order is valid", "order_id": "<o>"}
    write(
        (0, json.dumps(powertools)),
        (1, "[WARNING]\t2026-01-01T00:00:00Z\t11-aa\tslow"),
        (2, "Traceback\r  File <x>\rValueError"),
        (3, '{"not": "closed"'),
        (4, "[1, 2]"),
    )
    found = console.logs("pay")
    assert list(found.data["level"]) == ["INFO", "WARNING", "", "", ""]
    assert found.data["message"][0] == json.dumps(powertools)  # whole
    text = repr(found)
    assert "Order is valid" in text
    assert "slow" in text
    assert "01234567" in text
    html = found._repr_mimebundle_()["text/html"]
    assert "&quot;order_id&quot;: &quot;&lt;o&gt;&quot;" in html
    assert html.count("<details>") == 3
    assert "<x>" not in html


def test_a_group_without_lines(plain: None) -> None:
    boto3.client("logs").create_log_group(logGroupName="/aws/lambda/quiet")
    assert repr(console.logs("quiet")) == "/aws/lambda/quiet (log group)\n  no lines"


def test_by_every_name(write: Callable[..., None]) -> None:
    write((0, "hello"))
    names = [
        "pay",
        GROUP,
        f"arn:aws:logs:us-east-1:123456789012:log-group:{GROUP}:*",
        "arn:aws:lambda:us-east-1:123456789012:function:pay:3",
    ]
    assert len({repr(console.logs(name)) for name in names}) == 1


def test_a_wrong_name(write: Callable[..., None]) -> None:
    with pytest.raises(ValueError, match=r"'pa': near names are pay$"):
        console.logs("pa")


@pytest.mark.simulated_clock
def test_the_logs_of_a_shop(busy: Any, still: None) -> None:
    lines = console.logs("busy-ValidateOrderFunction", limit=200)
    assert sum(line.startswith("REPORT ") for line in lines.data["message"]) == 4
    assert console.logs("busy-StartWorkflowFunction", contains='{ $.level = "ERROR" }').data.size
    quoted = console.logs("busy-ValidateOrderFunction", contains='"level":"INFO"')
    assert set(quoted.data["level"]) == {"INFO"}
    workflow = console.logs(busy.outputs["OrderWorkflowArn"], limit=400)
    assert workflow.name == "/aws/states/busy-OrderProcessingWorkflow"
    assert "order-008: ExecutionFailed PaymentDeclined" in repr(workflow)
    assert repr(workflow) == repr(console.logs("busy-OrderProcessingWorkflow", limit=400))
