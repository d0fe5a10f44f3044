"""start_workflow_handler: one execution an order, however often its message comes."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import ModuleType
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

HANDLER = "start_workflow_handler"
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:dev-OrderProcessingWorkflow"
ORDER = {"orderId": "test-order-001", "totalAmount": 59.98, "items": [{"quantity": 2}]}


@pytest.fixture(scope="module")
def app(load: Callable[[str], ModuleType]) -> ModuleType:
    return load(HANDLER)


@pytest.fixture
def deliver(app: ModuleType, aws: None, context: Any) -> Callable[..., list[int]]:
    """Delivers bodies as one batch; returns the positions of the messages that failed."""

    def send(*bodies: str) -> list[int]:
        records = [
            {"messageId": str(position), "body": body, "eventSource": "aws:sqs"}
            for position, body in enumerate(bodies)
        ]
        answer = app.lambda_handler({"Records": records}, context)
        assert list(answer) == ["batchItemFailures"]
        return [int(failure["itemIdentifier"]) for failure in answer["batchItemFailures"]]

    return send


def started() -> dict[str, str]:
    """Name and input of every execution."""
    sfn = boto3.client("stepfunctions")
    executions = sfn.list_executions(stateMachineArn=MACHINE)["executions"]
    return {
        execution["name"]: sfn.describe_execution(executionArn=execution["executionArn"])["input"]
        for execution in executions
    }


def test_one_execution_named_by_the_order(deliver: Any) -> None:
    body = json.dumps(ORDER)
    assert deliver(body) == []
    assert started() == {"test-order-001": body}


def test_the_same_message_twice_starts_nothing_twice(deliver: Any, logs: Any) -> None:
    assert deliver(json.dumps(ORDER)) == []
    assert deliver(json.dumps(ORDER)) == []
    assert deliver(json.dumps(dict(reversed(ORDER.items())), indent=2)) == []
    assert started() == {"test-order-001": json.dumps(ORDER)}
    assert [line["orderId"] for line in logs()] == ["test-order-001"] * 3


def test_another_basket_is_neither_lost_nor_run(deliver: Any, logs: Any) -> None:
    assert deliver(json.dumps(ORDER), json.dumps(ORDER | {"totalAmount": 89.97})) == [1]
    assert started() == {"test-order-001": json.dumps(ORDER)}
    failure = logs()[-1]
    assert (failure["level"], failure["orderId"]) == ("ERROR", "test-order-001")
    assert failure["exception_name"] == "OrderConflictError"


@pytest.mark.parametrize(
    "body",
    ["", "not JSON", "[]", "null", "{}", '{"orderId": 1}', '{"orderId": ""}', '{"orderId": "a b"}'],
)
def test_a_message_without_an_order_fails_alone(deliver: Any, logs: Any, body: str) -> None:
    other = {"orderId": "test-order-002"}
    assert deliver(json.dumps(ORDER), body, json.dumps(other)) == [1]
    assert set(started()) == {"test-order-001", "test-order-002"}
    failures = [line for line in logs() if line["level"] == "ERROR"]
    assert [line["messageId"] for line in failures] == ["1"]
    assert failures[0].get("orderId") is None  # not that of the message before


def test_a_batch_of_failures_is_reported_not_raised(deliver: Any) -> None:
    assert deliver("not JSON", "neither") == [0, 1]


def test_a_refusal_sends_the_message_back(deliver: Any, app: ModuleType, monkeypatch: Any) -> None:
    start = app.sfn.start_execution

    def throttle(**request: Any) -> Any:
        if request["name"] == "test-order-001":
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, "StartExecution")
        return start(**request)

    monkeypatch.setattr(app.sfn, "start_execution", throttle)
    assert deliver(json.dumps(ORDER), json.dumps({"orderId": "test-order-002"})) == [0]
    assert set(started()) == {"test-order-002"}


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ('{"a": 1, "b": [2]}', '{"b":[2],"a":1}', True),
        ('{"a": 60}', '{"a": 60.0}', True),
        ('{"a": 60}', '{"a": 6e1}', True),
        ('{"a": 1}', '{"a": true}', False),
        ('{"a": 0}', '{"a": false}', False),
        ('{"a": 1}', '{"a": "1"}', False),
        ('{"a": null}', "{}", False),
        ('{"a": [1, 2]}', '{"a": [2, 1]}', False),
        ('{"a": 59.98}', '{"a": 59.980000000000004}', False),
    ],
)
def test_equal_as_json(app: ModuleType, left: str, right: str, same: bool) -> None:
    assert app.same_json(left, right) is same
    assert app.same_json(right, left) is same


@pytest.mark.parametrize(
    ("name", "failed", "names"),
    [
        ("two-orders", [], {"test-order-001", "order-keyboard"}),
        ("same-order-twice", [], {"test-order-001"}),
        ("same-id-another-basket", [2], {"test-order-001"}),
        ("one-unreadable", [1], {"test-order-001"}),
        ("no-order-id", [1], set()),
    ],
)
def test_sample_events(
    app: ModuleType, aws: None, event: Any, context: Any, name: str, failed: list[int], names: Any
) -> None:
    answer = app.lambda_handler(event(HANDLER, name), context)
    identifiers = [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
    assert [int(identifier[-12:]) for identifier in identifiers] == failed
    assert set(started()) == names
