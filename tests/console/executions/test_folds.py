"""The table of events and the data of each state."""

from __future__ import annotations

import json
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

from orderlab.console.executions.events import COLUMNS, rows
from orderlab.console.executions.folds import events_fold, states_fold
from orderlab.console.outputs.jsontext import without_long_winded


class Page(HTMLParser):
    """Summaries and preformatted texts of a fold, as a browser would show them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.found: dict[str, list[str]] = {"summary": [], "pre": [], "tr": []}
        self.feed(html)
        assert not self.open, f"not closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.open.append(tag)
        self.tags.add(tag)
        if tag in self.found:
            self.found[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag in self.found:
            if tag in self.open:
                self.found[tag][-1] += data


def test_events(recorded: Callable[..., Any]) -> None:
    case = recorded("retried")
    table = rows(case.events)
    assert list(table[0]) == COLUMNS
    assert [row["id"] for row in table] == [event["id"] for event in case.events]
    assert table[0]["time"] == 0.0
    assert table[-1]["time"] > 0.3  # the retry's backoff in the recording
    failed = next(row for row in table if row["type"] == "TaskFailed")
    assert failed["state"] == "ProcessPayment"
    assert failed["detail"].startswith("PaymentGatewayTimeout: ")
    fold = events_fold(table, case.events)
    page = Page(fold.html)
    assert page.found["summary"][0] == f"Events ({len(table)})"
    assert len(page.found["tr"]) == len(table) + 1
    table_tags = {"table", "thead", "tbody", "tr", "th", "td"}
    assert page.tags <= {"details", "summary", "b", "span", "pre"} | table_tags
    opened = [json.loads(text) for text in page.found["pre"]]
    [entered] = [one for one in opened if one.get("name") == "ConfirmOrder" and "input" in one]
    assert entered["input"]["orderId"] == "order-11"  # a value, not its text
    assert "TaskFailed" in fold.text
    assert "ProcessPayment" in fold.text


def test_one_fold_for_each_attempt(recorded: Callable[..., Any]) -> None:
    case = recorded("retried")
    page = Page(states_fold(case.definition, case.execution).html)
    titles = [title for title in page.found["summary"] if "ProcessPayment" in title]
    assert len(titles) == 2
    assert "attempt 1 of 2: failed PaymentGatewayTimeout: no answer from the gateway" in titles[0]
    assert titles[1].endswith("attempt 2 of 2: succeeded 7 ms")
    states = [title for title in page.found["summary"] if "Metadata" not in title]
    assert len(states) == len(case.execution.visits) + 1


def test_data_of_a_state(recorded: Callable[..., Any]) -> None:
    case = recorded("declined")
    fold = states_fold(case.definition, case.execution)
    page = Page(fold.html)
    [payment] = case.execution.visits_of("ProcessPayment")
    shown = [json.loads(text) for text in page.found["pre"] if text.startswith("{")]
    for text in (payment.input, payment.output):
        assert without_long_winded(json.loads(text))[0] in shown
    assert json.loads(payment.failure.cause) in shown
    assert "PaymentDeclined" in page.found["pre"]
    assert any(one.get("$orderId") == "order-14" for one in shown)
    assert "Error: PaymentDeclined" in fold.text


def test_what_is_left_out_is_counted(written: Callable[..., Any]) -> None:
    machine = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A"}}}
    events: list[tuple[str, int, dict[str, Any]]] = [("ExecutionStarted", 0, {})]
    for number in range(300):
        data = "x" * 30_000 if number == 0 else ""
        events.append(("PassStateEntered", len(events), {"name": "A", "input": data}))
        events.append(("PassStateExited", len(events), {"name": "A", "output": ""}))
    case = written(machine, "RUNNING", events)
    table = events_fold(rows(case.events), case.events)
    assert len(Page(table.html).found["tr"]) == 501
    assert "101 events in the middle are left out" in table.html
    states = states_fold(case.definition, case.execution)
    assert "100 later states are left out" in states.html
    assert "(10000 more characters)" in states.html


def test_what_is_long_winded_is_folded(written: Callable[..., Any]) -> None:
    answer = {"MessageId": "m", "SdkHttpMetadata": {"AllHttpHeaders": {"Date": ["today"]}}}
    machine = {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "r", "End": True}}}
    events = [
        ("ExecutionStarted", 0, {}),
        ("TaskStateEntered", 0, {"name": "A", "input": "{}"}),
        ("TaskScheduled", 2, {}),
        ("TaskSucceeded", 3, {"output": json.dumps(answer)}),
    ]
    case = written(machine, "RUNNING", events)
    for fold in (
        states_fold(case.definition, case.execution),
        events_fold(rows(case.events)[3:], case.events[3:]),
    ):
        first, headers = [text for text in Page(fold.html).found["pre"] if "Sdk" in text]
        assert '"SdkHttpMetadata": "…"' in first
        assert '"MessageId": "m"' in first
        assert json.loads(headers) == {"SdkHttpMetadata": answer["SdkHttpMetadata"]}
    assert "today" not in states_fold(case.definition, case.execution).text


def test_many_events_stay_light(written: Callable[..., Any]) -> None:
    machine = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A"}}}
    events: list[tuple[str, int, dict[str, Any]]] = [("ExecutionStarted", 0, {})]
    for _ in range(600):
        data = json.dumps({"text": "x" * 5_000})
        events.append(("PassStateEntered", len(events), {"name": "A", "input": data}))
    case = written(machine, "RUNNING", events)
    assert len(events_fold(rows(case.events), case.events).html) < 1_000_000
