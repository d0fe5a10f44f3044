"""Express workflows: docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html"""

from __future__ import annotations

import itertools
import json
import re
from datetime import timedelta
from typing import Any

import boto3
import pytest

pytestmark = pytest.mark.simulated_clock

NUMBERS = itertools.count()
DONE = {"Type": "Pass", "Result": {"done": True}, "End": True}
FAIL = {"Type": "Fail", "Error": "Broken", "Cause": "a wheel"}
ARN = r"arn:aws:states:us-east-1:123456789012:express:{}:{}:[0-9a-f-]{{36}}"


@pytest.fixture
def sfn(cloud: Any) -> Any:
    return boto3.client("stepfunctions")


@pytest.fixture
def express(sfn: Any, role: str) -> Any:
    """Create an Express workflow of one state; returns its ARN."""

    def make(state: dict[str, Any], **given: Any) -> str:
        answer = sfn.create_state_machine(
            name=f"express-{next(NUMBERS)}",
            definition=json.dumps({"StartAt": "A", "States": {"A": state}}),
            roleArn=role,
            type="EXPRESS",
            **given,
        )
        return str(answer["stateMachineArn"])

    return make


def test_a_synchronous_execution(sfn: Any, express: Any) -> None:
    machine = express(DONE)
    answer = sfn.start_sync_execution(stateMachineArn=machine, name="one", input='{"a": 1}')
    assert re.fullmatch(ARN.format(machine.split(":")[-1], "one"), answer["executionArn"])
    assert (answer["status"], answer["name"]) == ("SUCCEEDED", "one")
    assert (answer["input"], answer["output"]) == ('{"a": 1}', '{"done":true}')
    assert answer["billingDetails"] == {
        "billedMemoryUsedInMB": 64,
        "billedDurationInMilliseconds": 100,
    }


def test_one_that_fails_answers_all_the_same(sfn: Any, express: Any) -> None:
    answer = sfn.start_sync_execution(stateMachineArn=express(FAIL))
    assert (answer["status"], answer["error"], answer["cause"]) == ("FAILED", "Broken", "a wheel")
    assert "output" not in answer


def test_it_lasts_five_minutes_at_most(sfn: Any, express: Any) -> None:
    answer = sfn.start_sync_execution(
        stateMachineArn=express({"Type": "Wait", "Seconds": 1000, "End": True})
    )
    assert answer["status"] == "TIMED_OUT"
    assert answer["stopDate"] - answer["startDate"] == timedelta(minutes=5)
    assert answer["billingDetails"]["billedDurationInMilliseconds"] == 300_000


def test_metadata_only(sfn: Any, express: Any) -> None:
    answer = sfn.start_sync_execution(stateMachineArn=express(DONE), includedData="METADATA_ONLY")
    assert not {"input", "output"} & answer.keys()


def test_an_asynchronous_one_has_its_log_alone(sfn: Any, express: Any, cloud: Any) -> None:
    group = f"/aws/vendedlogs/states/express-{next(NUMBERS)}"
    logs = boto3.client("logs")
    logs.create_log_group(logGroupName=group)
    [found] = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    destination = {"cloudWatchLogsLogGroup": {"logGroupArn": found["arn"]}}
    machine = express(
        DONE,
        loggingConfiguration={
            "level": "ALL",
            "includeExecutionData": True,
            "destinations": [destination],
        },
    )
    begun = [
        sfn.start_execution(stateMachineArn=machine, name="same")["executionArn"] for _ in "ab"
    ]
    assert begun[0] != begun[1]
    cloud.clock.run_until(*begun)
    lines = logs.filter_log_events(logGroupName=group)["events"]
    last = json.loads(lines[-1]["message"])
    assert (last["type"], last["redrive_count"]) == ("ExecutionSucceeded", "0")
    assert {json.loads(line["message"])["execution_arn"] for line in lines} == set(begun)
    calls = ("describe_execution", "get_execution_history", "stop_execution", "redrive_execution")
    for call in calls:
        with pytest.raises(
            sfn.exceptions.InvalidArn,
            match="Invalid Arn: 'Resource type not valid in this context: express'",
        ):
            getattr(sfn, call)(executionArn=begun[0])
    with pytest.raises(
        sfn.exceptions.StateMachineTypeNotSupported,
        match="This operation is not supported by this type of state machine",
    ):
        sfn.list_executions(stateMachineArn=machine)


def test_nothing_is_kept_of_it(sfn: Any, express: Any, cloud: Any) -> None:
    from localaws.stepfunctions.executions import running

    arn = sfn.start_execution(stateMachineArn=express(DONE))["executionArn"]
    cloud.clock.run_until(arn)
    assert arn not in {execution.exec_arn for execution in running}
    cloud.clock.run_until(arn)  # and that is no error


def test_a_standard_workflow_has_no_synchronous_execution(sfn: Any, make_machine: Any) -> None:
    machine = make_machine({"StartAt": "A", "States": {"A": DONE}})
    with pytest.raises(sfn.exceptions.StateMachineTypeNotSupported):
        sfn.start_sync_execution(stateMachineArn=machine)


def test_what_express_does_not_support(sfn: Any, express: Any) -> None:
    resource = "arn:aws:states:::states:startExecution.sync:2"
    task = {
        "Type": "Task",
        "Resource": resource,
        "Parameters": {"StateMachineArn": "x"},
        "End": True,
    }
    with pytest.raises(
        sfn.exceptions.InvalidDefinition, match=r"does not support '\.sync' service"
    ):
        express({**task, "End": True})
