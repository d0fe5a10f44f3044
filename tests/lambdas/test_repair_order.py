"""repair_order_handler: the row says how the order ended, in whatever order the news arrives.

The rows are real ones of moto's DynamoDB, written by the expressions of the workflow itself;
executions are played by a stand-in that answers in the shapes of Step Functions.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import boto3
import pytest

HANDLER = "repair_order_handler"
ROOT = Path(__file__).parents[2]
STATES = json.loads(
    (ROOT / "state-machines" / "order-workflow.asl.json").read_text(encoding="utf-8")
)["States"]
ARN = "arn:aws:states:us-east-1:123456789012:execution:dev-OrderProcessingWorkflow:"


class Execution(NamedTuple):
    """One execution of an order, and what happened in it."""

    name: str = "order-1"
    status: str = "TIMED_OUT"
    payment: str = "none"  # none, taken or declined
    writes: str | None = None  # the state that wrote the row: ConfirmOrder or RejectOrder
    at: int = 100  # when it ended, in seconds; it wrote its row a second earlier
    error: str | None = None
    cause: str | None = None
    input: str = '{"orderId": "order-1"}'


class StepFunctions:
    """A Step Functions client that knows the executions it was given."""

    def __init__(self) -> None:
        self.executions: dict[str, Execution] = {}
        self.complete = True
        self.asked: list[str] = []

    def add(self, execution: Execution) -> None:
        self.executions[ARN + execution.name] = execution

    def describe_execution(self, executionArn: str) -> Any:  # noqa: N803
        execution = self.executions[executionArn]
        answer = {"executionArn": executionArn, "input": execution.input}
        if execution.error:
            answer["error"] = execution.error
        if execution.cause:
            answer["cause"] = execution.cause
        return answer

    def get_paginator(self, operation: str) -> Any:
        assert operation == "get_execution_history"
        return self

    def paginate(self, executionArn: str) -> Iterator[Any]:  # noqa: N803
        """The history, three events a page."""
        self.asked.append(executionArn)
        events = history(self.executions[executionArn])
        if not self.complete:
            events.pop()
        for start in range(0, len(events), 3):
            yield {"events": events[start : start + 3]}


def task(state: str, result: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The events of one task: one that succeeded with a result, or failed and was caught."""
    ends: dict[str, Any] = {"type": "TaskFailed", "taskFailedEventDetails": {"error": "Any"}}
    if result is not None:
        output = json.dumps({"StatusCode": 200, "Payload": result})
        ends = {"type": "TaskSucceeded", "taskSucceededEventDetails": {"output": output}}
    return [
        {"type": "TaskStateEntered", "stateEnteredEventDetails": {"name": state}},
        {"type": "TaskScheduled"},
        {"type": "TaskStarted"},
        ends,
        {"type": "TaskStateExited", "stateExitedEventDetails": {"name": state, "output": "{}"}},
    ]


def history(execution: Execution) -> list[dict[str, Any]]:
    """The events of an execution, numbered and linked as Step Functions does."""
    events = [{"type": "ExecutionStarted"}, *task("ValidateOrder", {"isValid": True})]
    if execution.payment == "taken":
        events += task("ProcessPayment", {"transactionId": f"txn_{execution.name}"})
    elif execution.payment == "declined":
        events += task("ProcessPayment", None)
    if execution.writes:
        events += task(execution.writes, {})
    ends = {"FAILED": "ExecutionFailed", "TIMED_OUT": "ExecutionTimedOut"}
    events.append({"type": ends.get(execution.status, "ExecutionAborted")})
    return [event | {"id": n, "previousEventId": n - 1} for n, event in enumerate(events, 1)]


def iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def write_row(execution: Execution) -> None:
    """Lets ConfirmOrder or RejectOrder write its row, by its own expressions."""
    if execution.writes is None:
        return
    request = dict(STATES[execution.writes]["Parameters"])
    given = {
        ":now": iso(execution.at - 1),
        ":execution": ARN + execution.name,
        ":error": execution.error or "Error",
        ":cause": execution.cause or "Cause",
        ":userId": "test-user-123",
        ":total": "59.98",
        ":transaction": f"txn_{execution.name}",
    }
    values = {
        name: {kind.removesuffix(".$"): text if not kind.endswith(".$") else given[name]}
        for name, value in request["ExpressionAttributeValues"].items()
        for kind, text in value.items()
    }
    dynamodb = boto3.client("dynamodb")
    request |= {"TableName": "dev-Orders", "Key": {"orderId": {"S": "order-1"}}}
    try:
        dynamodb.update_item(**request | {"ExpressionAttributeValues": values})
    except dynamodb.exceptions.ConditionalCheckFailedException:
        assert execution.writes == "RejectOrder"  # which catches it


def row() -> dict[str, str] | None:
    item = boto3.client("dynamodb").get_item(
        TableName="dev-Orders", Key={"orderId": {"S": "order-1"}}
    )
    return {name: next(iter(v.values())) for name, v in item.get("Item", {}).items()} or None


@pytest.fixture(scope="module")
def app(load: Callable[[str], ModuleType]) -> ModuleType:
    return load(HANDLER)


@pytest.fixture(scope="module")
def aws(shop: Any) -> Iterator[None]:
    """One AWS for all tests; each begins without a row."""
    with shop():
        yield


@pytest.fixture
def sfn(app: ModuleType, aws: None, monkeypatch: Any) -> StepFunctions:
    boto3.client("dynamodb").delete_item(TableName="dev-Orders", Key={"orderId": {"S": "order-1"}})
    stand_in = StepFunctions()
    monkeypatch.setattr(app, "sfn", stand_in)
    return stand_in


@pytest.fixture
def tell(app: ModuleType, sfn: StepFunctions, context: Any) -> Callable[[Execution], None]:
    """Sends EventBridge's event about the end of an execution."""

    def send(execution: Execution) -> None:
        sfn.add(execution)
        detail = {
            "executionArn": ARN + execution.name,
            "status": execution.status,
            "stopDate": execution.at * 1000,
        }
        app.lambda_handler({"detail": detail}, context)

    return send


def test_a_time_out_before_payment(tell: Any) -> None:
    tell(Execution(status="TIMED_OUT"))
    assert row() == {
        "orderId": "order-1",
        "status": "TIMED_OUT",
        "executionStatus": "TIMED_OUT",
        "executionArn": ARN + "order-1",
        "updatedAt": "1970-01-01T00:01:40.000Z",
    }


def test_an_abort_after_payment(tell: Any) -> None:
    tell(Execution(status="ABORTED", payment="taken", error="Operator", cause="by hand"))
    assert row() == {
        "orderId": "order-1",
        "status": "PAID",
        "transactionId": "txn_order-1",
        "executionStatus": "ABORTED",
        "executionArn": ARN + "order-1",
        "failureError": "Operator",
        "failureCause": "by hand",
        "updatedAt": "1970-01-01T00:01:40.000Z",
    }


def test_a_declined_payment_leaves_its_state_but_was_not_taken(tell: Any) -> None:
    tell(Execution(status="ABORTED", payment="declined"))
    assert row()["status"] == "ABORTED"


def test_a_runtime_error_that_no_catch_sees(tell: Any) -> None:
    tell(Execution(status="FAILED", error="States.Runtime", cause="no such path"))
    assert row()["status"] == "FAILED"
    assert row()["failureError"] == "States.Runtime"


@pytest.mark.parametrize("status", ["FAILED", "ABORTED", "TIMED_OUT"])
def test_a_rejected_order_stays_as_the_workflow_wrote_it(
    tell: Any, sfn: StepFunctions, status: str
) -> None:
    rejected = Execution(
        status=status, payment="declined", writes="RejectOrder", error="PaymentDeclined", cause="no"
    )
    write_row(rejected)
    before = row()
    assert before["status"] == "FAILED"
    tell(rejected._replace(error="Other", cause="other"))
    assert row() == before | {"executionStatus": status}
    assert sfn.asked == []  # the history is read only when the row does not say how it ended


def test_a_confirmed_order_whose_notice_failed(tell: Any) -> None:
    confirmed = Execution(
        status="FAILED", payment="taken", writes="ConfirmOrder", error="SNS.Error", cause="no topic"
    )
    write_row(confirmed)
    before = row()
    tell(confirmed)
    assert before["status"] == "CONFIRMED"
    assert row() == before | {
        "executionStatus": "FAILED",
        "failureError": "SNS.Error",
        "failureCause": "no topic",
    }


def test_an_event_that_comes_twice(tell: Any) -> None:
    paid = Execution(status="ABORTED", payment="taken")
    tell(paid)
    before = row()
    tell(paid)
    assert row() == before


def test_another_executions_failure_does_not_stay(tell: Any) -> None:
    tell(Execution(status="FAILED", error="States.Runtime", cause="no such path"))
    tell(Execution(name="order-1-r1", status="ABORTED", at=200))
    assert row()["status"] == "ABORTED"
    assert not {"failureError", "failureCause"} & set(row())


@pytest.mark.parametrize(
    "text",
    ["{}", "[]", "null", '"order-1"', '{"orderId": 1}', '{"orderId": ""}',
     json.dumps({"orderId": "x" * 2049})],
)  # fmt: skip
def test_an_input_without_an_order(tell: Any, logs: Any, text: str) -> None:
    tell(Execution(input=text))
    (line,) = logs()
    assert (line["level"], line["executionArn"]) == ("WARNING", ARN + "order-1")
    table = boto3.client("dynamodb").scan(TableName="dev-Orders")
    assert table["Count"] == 0


def test_a_history_without_its_end_is_tried_again(
    tell: Any, app: ModuleType, sfn: StepFunctions
) -> None:
    sfn.complete = False
    with pytest.raises(app.HistoryIncompleteError):
        tell(Execution(status="ABORTED", payment="taken"))
    assert row() is None
    sfn.complete = True
    tell(Execution(status="ABORTED", payment="taken"))
    assert row()["status"] == "PAID"


def test_every_log_line_carries_the_order_id(tell: Any, logs: Any) -> None:
    tell(Execution())
    (line,) = logs()
    assert (line["orderId"], line["executionStatus"]) == ("order-1", "TIMED_OUT")


# ---- Two executions of one order, their news in any order ------------------------------------

OUTCOMES = {
    "confirmed": Execution(status="SUCCEEDED", payment="taken", writes="ConfirmOrder"),
    "notice failed": Execution(status="FAILED", payment="taken", writes="ConfirmOrder"),
    "rejected": Execution(status="FAILED", payment="declined", writes="RejectOrder"),
    "timed out": Execution(status="TIMED_OUT"),
    "aborted": Execution(status="ABORTED"),
    "paid": Execution(status="ABORTED", payment="taken"),
}
# w: the execution ends, having written its row; e: EventBridge's event about it arrives.
ARRIVALS = ["w1 e1 w2 e2", "w1 w2 e1 e2", "w1 w2 e2 e1", "w1 e1 w2 e1 e2 e1", "w1 w2 e2 e1 e2 e1"]


def expected(first: str, second: str) -> tuple[str, str]:
    """The status a row must have in the end, and the execution it must be about."""
    for beats in (("confirmed", "notice failed"), ("paid",)):
        for name, outcome in (("order-1-r1", second), ("order-1", first)):
            if outcome in beats:
                return ("PAID" if outcome == "paid" else "CONFIRMED"), name
    return {"rejected": "FAILED"}.get(second, OUTCOMES[second].status), "order-1-r1"


@pytest.mark.parametrize("arrival", ARRIVALS)
@pytest.mark.parametrize(("first", "second"), list(product(OUTCOMES, OUTCOMES)))
def test_news_of_two_executions(tell: Any, first: str, second: str, arrival: str) -> None:
    executions = {
        "1": OUTCOMES[first]._replace(at=100),
        "2": OUTCOMES[second]._replace(name="order-1-r1", at=200),
    }
    for kind, number in arrival.split():
        execution = executions[number]
        if kind == "w":
            write_row(execution)
        elif execution.status != "SUCCEEDED":  # of which the rule does not tell
            tell(execution)
    status, name = expected(first, second)
    about = executions["2" if name == "order-1-r1" else "1"]
    assert row()["status"] == status
    assert row()["executionArn"] == ARN + name
    assert row().get("executionStatus", "SUCCEEDED") == about.status


# ---- Sample events ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "payment", "writes", "status"),
    [
        ("timed-out", "none", None, "TIMED_OUT"),
        ("aborted-after-payment", "taken", None, "PAID"),
        ("failed-already-written", "declined", "RejectOrder", "FAILED"),
        ("input-too-large", "none", None, "ABORTED"),
        ("no-order-id", "none", None, None),
    ],
)
def test_sample_events(
    app: ModuleType,
    sfn: StepFunctions,
    event: Any,
    context: Any,
    name: str,
    payment: str,
    writes: str | None,
    status: str | None,
) -> None:
    sample = event(HANDLER, name)
    detail = sample["detail"]
    order = '{"orderId": "order-1"}' if status else detail["input"]
    stopped = detail["stopDate"] // 1000
    execution = Execution(detail["name"], detail["status"], payment, writes, stopped, input=order)
    sfn.add(execution)
    write_row(execution)
    assert app.lambda_handler(sample, context) is None
    assert (row() or {}).get("status") == status
