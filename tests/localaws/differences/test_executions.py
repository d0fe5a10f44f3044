"""What Step Functions does otherwise here. docs/differences.md says what AWS does."""

from __future__ import annotations

import itertools
import json
from typing import Any

import boto3
import pytest

pytestmark = pytest.mark.simulated_clock

NUMBERS = itertools.count()
PASS = {"Type": "Pass", "End": True}


def machine(state: dict[str, Any], name: str = "A") -> dict[str, Any]:
    return {"StartAt": name, "States": {name: {**state, "End": True}}}


@pytest.fixture
def run(shop: Any, make_machine: Any) -> Any:
    def run(definition: dict[str, Any], payload: Any = None) -> Any:
        return shop.run(payload or {}, f"differs-{next(NUMBERS)}", make_machine(definition))

    return run


def test_an_express_workflow_runs_once(role: str, shop: Any, cloud: Any) -> None:
    url = shop.sqs.create_queue(QueueName="express-once")["QueueUrl"]
    task = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage"}
    parameters = {"QueueUrl": url, "MessageBody": "one"}
    made = shop.stepfunctions.create_state_machine(
        name="express",
        definition=json.dumps(machine({**task, "Parameters": parameters})),
        roleArn=role,
        type="EXPRESS",
    )
    arns = [shop.start({}, "same", made["stateMachineArn"]) for _ in range(5)]
    cloud.clock.run_until(*arns)
    messages = shop.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert len(messages) == 5


def test_variables_of_any_size(run: Any) -> None:
    keep = {"Type": "Pass", "Assign": {"a.$": "$.text", "b.$": "$.text"}}
    assert run(machine(keep), {"text": "x" * 200_000}).status == "SUCCEEDED"


def test_an_http_task_is_refused(make_machine: Any) -> None:
    connection = "arn:aws:events:us-east-1:123456789012:connection/bank/1"
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::http:invoke",
        "Parameters": {
            "ApiEndpoint": "https://example.org",
            "Method": "GET",
            "Authentication": {"ConnectionArn": connection},
        },
    }
    with pytest.raises(boto3.client("stepfunctions").exceptions.InvalidDefinition):
        make_machine(machine(task))
