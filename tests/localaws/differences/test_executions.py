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


def test_branches_that_are_stopped_leave_no_event(run: Any) -> None:
    branches = [machine({"Type": "Wait", "Seconds": 100}, "B"), machine({"Type": "Pass"}, "C")]
    branches[1]["States"]["C"] = {"Type": "Fail", "Error": "Enough"}
    done = run(machine({"Type": "Parallel", "Branches": branches}))
    types = [event["type"] for event in done.events]
    assert types[-2:] == ["ParallelStateFailed", "ExecutionFailed"]
    assert not [one for one in types if one.endswith("Aborted")]


def test_the_children_of_a_distributed_map_are_no_executions(run: Any, shop: Any) -> None:
    mode = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    state = {"Type": "Map", "ItemProcessor": {**machine(PASS, "B"), **mode}}
    done = run(machine(state), [1, 2, 3])
    assert done.status == "SUCCEEDED"
    [map_run] = shop.stepfunctions.list_map_runs(executionArn=done.arn)["mapRuns"]
    listed = shop.stepfunctions.list_executions(mapRunArn=map_run["mapRunArn"])
    assert listed["executions"] == []


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
