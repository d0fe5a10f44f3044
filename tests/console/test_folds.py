"""The table of events and the data of each state."""

from __future__ import annotations

import json
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

from orderlab.console.executions.events import COLUMNS, rows
from orderlab.console.executions.folds import events_fold, states_fold


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
    fold = events_fold(table)
    page = Page(fold.html)
    assert page.found["summary"] == [f"Events ({len(table)})"]
    assert len(page.found["tr"]) == len(table) + 1
    assert page.tags <= {"details", "summary", "b", "table", "thead", "tbody", "tr", "th", "td"}
    assert "TaskFailed" in fold.text
    assert "ProcessPayment" in fold.text


def test_one_fold_for_each_attempt(recorded: Callable[..., Any]) -> None:
    case = recorded("retried")
    page = Page(states_fold(case.definition, case.execution).html)
    titles = [title for title in page.found["summary"] if "ProcessPayment" in title]
    assert len(titles) == 2
    assert "attempt 1 of 2: failed PaymentGatewayTimeout: no answer from the gateway" in titles[0]
    assert titles[1].endswith("attempt 2 of 2: succeeded")
    assert len(page.found["summary"]) == len(case.execution.visits) + 1


def test_data_of_a_state(recorded: Callable[..., Any]) -> None:
    case = recorded("declined")
    fold = states_fold(case.definition, case.execution)
    page = Page(fold.html)
    [payment] = case.execution.visits_of("ProcessPayment")
    shown = [json.loads(text) for text in page.found["pre"] if text.startswith("{")]
    assert json.loads(payment.input) in shown
    assert json.loads(payment.output) in shown
    assert json.loads(payment.failure.cause) in shown
    assert "PaymentDeclined" in page.found["pre"]
    assert any('$orderId = "order-14"' in text for text in page.found["pre"])
    assert "Error: PaymentDeclined" in fold.text


def test_what_is_left_out_is_counted(written: Callable[..., Any]) -> None:
    machine = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A"}}}
    events: list[tuple[str, int, dict[str, Any]]] = [("ExecutionStarted", 0, {})]
    for number in range(300):
        data = "x" * 30_000 if number == 0 else ""
        events.append(("PassStateEntered", len(events), {"name": "A", "input": data}))
        events.append(("PassStateExited", len(events), {"name": "A", "output": ""}))
    case = written(machine, "RUNNING", events)
    table = events_fold(rows(case.events))
    assert len(Page(table.html).found["tr"]) == 501
    assert "101 events in the middle are left out" in table.html
    states = states_fold(case.definition, case.execution)
    assert "100 later states are left out" in states.html
    assert "(10000 more characters)" in states.html
