"""What a run costs, beside the same reckoned by hand."""

from __future__ import annotations

import itertools
import json
import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import boto3
import pytest

from localaws import costs
from localaws.histories import Attempt, trace

NUMBERS = itertools.count()
SLEEP = "import time\ndef lambda_handler(event, context): time.sleep(event['seconds'])"


def lines(bill: Any) -> dict[str, tuple[Decimal, Decimal]]:
    """Quantity and dollars of each item."""
    return {row.item: (row.quantity, row.dollars) for row in bill.itertuples()}


def attempt(resource: str, parameters: str = "{}") -> Attempt:
    return Attempt("S", None, 1, resource, parameters, started=None)  # type: ignore[arg-type]


def test_every_price_names_its_page_and_its_day() -> None:
    assert costs.prices()
    for line in costs.prices().values():
        assert line.price > 0
        assert re.fullmatch(r"https://aws\.amazon\.com/.+/pricing/.*", line.source)
        assert date.fromisoformat(line.seen) <= date.today()  # noqa: DTZ011


def test_a_bill_is_exact_and_leaves_out_what_was_not_used() -> None:
    bill = costs.bill({"transitions": Decimal(3), "sns_requests": Decimal(0)})
    assert lines(bill) == {
        "Step Functions: state transitions": (Decimal(3), Decimal("0.000075")),
    }
    assert bill["dollars"].sum() == Decimal("0.000075")


def test_small_sums_are_written_out() -> None:
    shown = costs.bill({"lambda_requests": Decimal(1000)}).to_string(header=False, index=False)
    assert shown.split()[-4:] == ["1000", "request", "0.0000002", "0.0002"]


def test_awss_own_example_of_express() -> None:
    """aws.amazon.com/step-functions/pricing: 50 KB, 400 Map steps of 32 KB, 10 seconds."""
    memory = costs.express_memory(50_000, 32_000, 400)
    assert memory == 64
    usage = costs.express([(timedelta(seconds=10), memory)] * 1000)
    assert usage == {"express_requests": 1000, "express_gb_seconds": 625}


@pytest.mark.parametrize(
    ("milliseconds", "memory", "gb_seconds"),
    [(1, 64, "0.00625"), (100, 64, "0.00625"), (101, 64, "0.0125"), (1000, 128, "0.125")],
)
def test_express_rounds_up_to_a_tenth_of_a_second(
    milliseconds: int, memory: int, gb_seconds: str
) -> None:
    usage = costs.express([(timedelta(milliseconds=milliseconds), memory)])
    assert usage["express_gb_seconds"] == Decimal(gb_seconds)


def test_express_ends_after_five_minutes() -> None:
    with pytest.raises(ValueError, match="ends after five minutes; one took 0:05:01"):
        costs.express([(timedelta(minutes=5), 64), (timedelta(seconds=301), 64)])


def test_requests_of_task_states() -> None:
    usage = costs.requests(
        [
            attempt("dynamodb:putItem"),
            attempt("aws-sdk:dynamodb:updateItem"),
            attempt("dynamodb:getItem"),
            attempt("dynamodb:getItem", '{"ConsistentRead":true}'),
            attempt("sns:publish", "x" * 65_536),
            attempt("sns:publish", "x" * 65_537),
            attempt("sqs:sendMessage.waitForTaskToken"),
            attempt("lambda:invoke"),
        ]
    )
    assert usage == {
        "dynamodb_writes": 2,
        "dynamodb_reads": Decimal("1.5"),
        "sns_requests": 3,
        "sqs_requests": 1,
    }


def test_a_redrive_is_a_transition_and_so_is_what_it_runs_again() -> None:
    """docs.aws.amazon.com/step-functions/latest/dg/concepts-transitions.html"""
    scheduled = {"taskScheduledEventDetails": {"resourceType": "sqs", "resource": "sendMessage"}}
    when = {"timestamp": "2026-01-05T09:00:00.000Z"}
    kinds: list[tuple[str, dict[str, Any]]] = [
        ("TaskStateEntered", {"stateEnteredEventDetails": {"name": "Send"}}),
        ("TaskScheduled", scheduled),
        ("TaskFailed", {"taskFailedEventDetails": {"error": "Oops"}}),
        ("ExecutionFailed", {"executionFailedEventDetails": {"error": "Oops"}}),
        ("ExecutionRedriven", {"executionRedrivenEventDetails": {"redriveCount": 1}}),
        ("TaskScheduled", scheduled),
    ]
    events = [
        {"id": number, "previousEventId": number - 1, "type": kind, **details, **when}
        for number, (kind, details) in enumerate(kinds, 1)
    ]
    found = trace(events, running=False)
    assert found.transitions == 3
    assert [each.outcome for each in found.attempts] == ["FAILED", "ABORTED"]


@pytest.fixture
def run_and_reports(
    cloud: Any, make_machine: Any, make_function: Any, role: str
) -> tuple[Any, list[tuple[int, int]]]:
    """A run of three inputs through a function and a topic, and its REPORT lines.

    The function has been invoked before, and is invoked after: neither is part of the run.
    """
    from localaws import load

    function = make_function(SLEEP, MemorySize=256, Timeout=60)
    topic = boto3.client("sns").create_topic(Name=f"topic-{next(NUMBERS)}")["TopicArn"]
    machine = make_machine(
        {
            "StartAt": "Work",
            "States": {
                "Work": {
                    "Type": "Task",
                    "Resource": "arn:aws:states:::lambda:invoke",
                    "Parameters": {"FunctionName": function, "Payload.$": "$"},
                    "ResultPath": None,
                    "Next": "Tell",
                },
                "Tell": {
                    "Type": "Task",
                    "Resource": "arn:aws:states:::sns:publish",
                    "Parameters": {"TopicArn": topic, "Message": "done"},
                    "End": True,
                },
            },
        }
    )
    payload = json.dumps({"seconds": 7})
    boto3.client("lambda").invoke(FunctionName=function, Payload=payload)
    result = load.run(machine, [{"seconds": seconds} for seconds in (1, 2, 3)])
    boto3.client("lambda").invoke(FunctionName=function, Payload=payload)
    events = boto3.client("logs").filter_log_events(
        logGroupName=f"/aws/lambda/{function}", filterPattern="REPORT"
    )["events"]
    _, *reports, _ = (event["message"] for event in events)
    return result, [
        tuple(map(int, re.findall(r"(?:Billed Duration|Memory Size): (\d+)", line)))
        for line in reports
    ]


@pytest.mark.simulated_clock
def test_the_cost_of_a_run_reckoned_by_hand(run_and_reports: Any) -> None:
    result, reports = run_and_reports
    assert len(reports) == 3
    milliseconds = sum(billed for billed, _ in reports)
    assert milliseconds >= 6000
    assert {memory for _, memory in reports} == {256}
    gb_seconds = Decimal(milliseconds) / 4000
    assert lines(result.cost()) == {
        "Step Functions: state transitions": (6, 6 * Decimal("0.000025")),
        "Lambda: requests": (3, 3 * Decimal("0.0000002")),
        "Lambda: duration (x86)": (gb_seconds, gb_seconds * Decimal("0.0000166667")),
        "SNS: requests": (3, 3 * Decimal("0.0000005")),
    }


@pytest.mark.simulated_clock
def test_a_cost_whose_logs_are_gone(run_and_reports: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    result, _ = run_and_reports
    monkeypatch.setattr(result, "home", object())
    with pytest.raises(RuntimeError, match="its logs are gone"):
        result.cost()


@pytest.mark.simulated_clock
def test_the_same_run_as_express(run_and_reports: Any) -> None:
    result, _ = run_and_reports
    bill = lines(result.cost("EXPRESS"))
    tenths = sum(-(-round(seconds * 1e6) // 100_000) for seconds in result.executions["seconds"])
    gb_seconds = Decimal(tenths) / 160  # of a tenth of a second, and 64 of 1024 MB
    assert "Step Functions: state transitions" not in bill
    assert bill["Step Functions Express: requests"] == (3, 3 * Decimal("0.000001"))
    assert bill["Step Functions Express: duration"] == (
        gb_seconds,
        gb_seconds * Decimal("0.00001667"),
    )
    standard = lines(result.cost())
    assert all(bill[item] == line for item, line in standard.items() if "Step" not in item)
