"""Logs Insights: docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.simulated_clock


@pytest.fixture
def query(logs: Any, cloud: Any, log: Any) -> Callable[..., list[dict[str, str]]]:
    """Run a query over the test's log group of the last hours; rows without their @ptr."""

    def run(text: str, *groups: str) -> list[dict[str, str]]:
        now = int(cloud.clock.now.timestamp())
        started = logs.start_query(
            logGroupNames=list(groups) or [log.group],
            startTime=now - 7200,
            endTime=now,
            queryString=text,
        )
        answer = logs.get_query_results(queryId=started["queryId"])
        assert answer["status"] == "Complete"
        rows = [{one["field"]: one["value"] for one in row} for row in answer["results"]]
        return [{k: v for k, v in row.items() if k != "@ptr"} for row in rows]

    return run


@pytest.fixture
def orders(log: Any, minute: Any) -> None:
    """Orders of the last minutes, one a minute: a payment, and how it went."""
    for age, (shop, ms, outcome) in enumerate(
        [("a", 100, "paid"), ("b", 300, "declined"), ("a", 200, "paid"), ("a", 50, "declined")]
    ):
        event = {"shop": shop, "payment": {"ms": ms}, "outcome": outcome, "items": [{"n": age}]}
        log.put(event, age=60 * age + 1)


@pytest.mark.usefixtures("orders")
class TestQueries:
    def test_the_newest_first_with_time_and_message(self, query: Any, minute: Any) -> None:
        rows = query("fields @timestamp, @message | limit 1")
        [row] = rows
        assert list(row) == ["@timestamp", "@message"]
        assert row["@timestamp"].endswith(":59.000")
        assert '"paid"' in row["@message"]

    @pytest.mark.parametrize(
        ("condition", "expected"),
        [
            ("shop = 'a'", ["100", "200", "50"]),
            ('shop != "a"', ["300"]),
            ("payment.ms >= 200", ["300", "200"]),
            ("payment.ms > 60 and shop = 'a'", ["100", "200"]),
            ("outcome like /^dec/", ["300", "50"]),
            ("outcome not like /^dec/", ["100", "200"]),
            ("@message like 'declined'", ["300", "50"]),
            ("outcome =~ /(?i)PAID/", ["100", "200"]),
            ("shop in ['b', 'c'] or payment.ms = 50", ["300", "50"]),
            ("not (shop = 'a')", ["300"]),
            ("ispresent(payment.ms) and items.0.n = 2", ["200"]),
            ("payment.ms * 2 > 300", ["300", "200"]),
            ("strcontains(outcome, 'lin')", ["300", "50"]),
            ("outcome like /pai|none/", ["100", "200"]),
            ("payment.ms / 2 / 5 = 10", ["100"]),
        ],
    )
    def test_filter(self, query: Any, condition: str, expected: list[str]) -> None:
        rows = query(f"fields payment.ms | filter {condition}")
        assert [row["payment.ms"] for row in rows] == expected

    def test_sort_and_limit(self, query: Any) -> None:
        rows = query("fields shop, payment.ms as ms | sort shop asc, ms desc | limit 3")
        assert [(row["shop"], row["ms"]) for row in rows] == [
            ("a", "200"),
            ("a", "100"),
            ("a", "50"),
        ]

    def test_stats(self, query: Any) -> None:
        counted = "count(*) as n, avg(payment.ms), max(payment.ms), pct(payment.ms, 50) as p50"
        [row] = query(f"stats {counted}")
        assert row == {
            "n": "4",
            "avg(payment.ms)": "162.5",
            "max(payment.ms)": "300",
            "p50": "100",
        }

    def test_stats_by(self, query: Any) -> None:
        rows = query("stats count(*) as n, count_distinct(outcome) as kinds by shop | sort n desc")
        assert rows == [
            {"shop": "a", "n": "3", "kinds": "2"},
            {"shop": "b", "n": "1", "kinds": "1"},
        ]

    def test_stats_by_time(self, query: Any) -> None:
        rows = query("filter shop = 'a' | stats sum(payment.ms) as total by bin(1m) | sort total")
        assert [row["total"] for row in rows] == ["50", "100", "200"]
        assert all(row["bin(1m)"].endswith(":00.000") for row in rows)

    def test_display_and_dedup(self, query: Any) -> None:
        rows = query("fields shop, outcome | dedup shop | display shop")
        assert rows == [{"shop": "a"}, {"shop": "b"}]

    @pytest.mark.parametrize(
        "text",
        ["fields @message | drop", "filter (", "stats total(*)", "limit many", "fields a b"],
    )
    def test_what_is_no_query(self, query: Any, logs: Any, text: str) -> None:
        with pytest.raises(logs.exceptions.MalformedQueryException):
            query(text)


def test_parse(query: Any, log: Any) -> None:
    log.put("user=ann took 120 ms", age=1)
    log.put("no such line", age=2)
    rows = query(
        'parse @message "user=* took * ms" as user, ms | filter ms > 100 | display user, ms'
    )
    assert rows == [{"user": "ann", "ms": "120"}]
    rows = query("parse @message /took (?<ms>\\d+) ms/ | filter ispresent(ms) | display ms")
    assert rows == [{"ms": "120"}]


def test_reports_of_functions(query: Any, make_function: Any, invoke: Any, cloud: Any) -> None:
    """The fields that Insights finds in a function's log."""
    function = make_function("def lambda_handler(event, context): pass", MemorySize=256)
    invoke(function)
    cloud.clock.advance(seconds=1)
    [row] = query(
        "filter @type = 'REPORT' | stats max(@duration) as ms, max(@memorySize / 1000000) as mb",
        f"/aws/lambda/{function}",
    )
    assert float(row["ms"]) > 0
    assert row["mb"] == "256"
