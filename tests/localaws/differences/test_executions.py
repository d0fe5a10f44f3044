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


def machine(state: dict[str, Any]) -> dict[str, Any]:
    return {"StartAt": "A", "States": {"A": {**state, "End": True}}}


@pytest.fixture
def run(shop: Any, make_machine: Any) -> Any:
    def run(definition: dict[str, Any], payload: Any = None) -> Any:
        return shop.run(payload or {}, f"differs-{next(NUMBERS)}", make_machine(definition))

    return run


def test_express_is_standard(role: str, shop: Any) -> None:
    """An execution outlives its five minutes, and its history is there to be asked for."""
    made = shop.stepfunctions.create_state_machine(
        name="express",
        definition=json.dumps(machine({"Type": "Wait", "Seconds": 1000})),
        roleArn=role,
        type="EXPRESS",
    )
    execution = shop.run({}, "express", made["stateMachineArn"])
    assert execution.status == "SUCCEEDED"
    assert execution.events


@pytest.mark.parametrize(
    ("operation", "given"),
    [
        ("start_sync_execution", {"stateMachineArn": "{machine}"}),
        ("redrive_execution", {"executionArn": "{machine}"}),
        ("publish_state_machine_version", {"stateMachineArn": "{machine}"}),
        ("list_state_machine_versions", {"stateMachineArn": "{machine}"}),
        ("get_activity_task", {"activityArn": "{machine}"}),
        ("validate_state_machine_definition", {"definition": "{{}}"}),
    ],
)
def test_what_cannot_be_asked(
    cloud: Any, make_machine: Any, operation: str, given: dict[str, str]
) -> None:
    arn = make_machine(machine(PASS))
    call = getattr(boto3.client("stepfunctions"), operation)
    with pytest.raises(NotImplementedError):
        call(**{key: value.format(machine=arn) for key, value in given.items()})


def test_branches_that_are_stopped_leave_no_event(run: Any) -> None:
    branches = [machine({"Type": "Wait", "Seconds": 100}), machine({"Type": "Pass"})]
    branches[1]["States"]["A"] = {"Type": "Fail", "Error": "Enough"}
    done = run(machine({"Type": "Parallel", "Branches": branches}))
    types = [event["type"] for event in done.events]
    assert types[-2:] == ["ParallelStateFailed", "ExecutionFailed"]
    assert not [one for one in types if one.endswith("Aborted")]


def test_the_children_of_a_distributed_map_are_no_executions(run: Any, shop: Any) -> None:
    mode = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    state = {"Type": "Map", "ItemProcessor": {**machine(PASS), **mode}}
    done = run(machine(state), [1, 2, 3])
    assert done.status == "SUCCEEDED"
    [map_run] = shop.stepfunctions.list_map_runs(executionArn=done.arn)["mapRuns"]
    with pytest.raises(TypeError):
        shop.stepfunctions.list_executions(mapRunArn=map_run["mapRunArn"])


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
