"""State machines and executions: lists, pages, limits, deletion."""

from __future__ import annotations

import itertools
import json
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.simulated_clock

NUMBERS = itertools.count()
DONE: dict[str, Any] = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}
NO: dict[str, Any] = {"StartAt": "No", "States": {"No": {"Type": "Fail"}}}


@pytest.fixture
def sfn(cloud: Any) -> Any:
    return boto3.client("stepfunctions")


def hold(seconds: int = 60) -> dict[str, Any]:
    states = {
        "Hold": {"Type": "Wait", "Seconds": seconds, "Next": "Done"},
        "Done": {"Type": "Succeed"},
    }
    return {"StartAt": "Hold", "States": states}


def test_the_latest_executions_come_first(sfn: Any, make_machine: Any, cloud: Any) -> None:
    machine = make_machine(hold())
    arns = [
        sfn.start_execution(stateMachineArn=machine, name=f"e{number}")["executionArn"]
        for number in range(5)
    ]
    sfn.stop_execution(executionArn=arns[1])
    pages = sfn.get_paginator("list_executions").paginate(
        stateMachineArn=machine, PaginationConfig={"PageSize": 2}
    )
    listed = [one for page in pages for one in page["executions"]]
    assert [one["executionArn"] for one in listed] == arns[::-1]
    aborted = sfn.list_executions(stateMachineArn=machine, statusFilter="ABORTED")["executions"]
    assert [(one["name"], "stopDate" in one) for one in aborted] == [("e1", True)]
    cloud.clock.run_until(*arns)


def test_a_page_that_is_not_there(sfn: Any, make_machine: Any) -> None:
    with pytest.raises(sfn.exceptions.InvalidToken):
        sfn.list_executions(stateMachineArn=make_machine(DONE), nextToken="other")


def test_a_list_wants_one_of_two(sfn: Any) -> None:
    with pytest.raises(sfn.exceptions.ValidationException):
        sfn.list_executions()


def test_machines_are_listed_in_pages(sfn: Any, make_machine: Any) -> None:
    machine = make_machine(DONE)
    pages = sfn.get_paginator("list_state_machines").paginate(PaginationConfig={"PageSize": 3})
    listed = [one for page in pages for one in page["stateMachines"]]
    assert machine in [one["stateMachineArn"] for one in listed]
    assert len({one["stateMachineArn"] for one in listed}) == len(listed)


def test_what_a_machine_tells(sfn: Any, make_machine: Any) -> None:
    machine = make_machine(DONE)
    shown = sfn.describe_state_machine(stateMachineArn=machine)
    del shown["ResponseMetadata"]
    assert shown.keys() == {
        *("stateMachineArn", "name", "status", "definition", "roleArn", "type", "creationDate"),
        *("loggingConfiguration", "tracingConfiguration"),
    }
    assert shown["loggingConfiguration"] == {"level": "OFF", "includeExecutionData": False}


def test_a_history_without_data(sfn: Any, run: Any) -> None:
    done = run(DONE, given={"secret": 1})
    shown = sfn.get_execution_history(executionArn=done.arn, includeExecutionData=False)
    assert "secret" in json.dumps(done.events, default=str)
    assert "secret" not in json.dumps(shown["events"], default=str)
    first = sfn.get_execution_history(executionArn=done.arn, maxResults=1, reverseOrder=True)
    assert [event["type"] for event in first["events"]] == ["ExecutionSucceeded"]


def test_metadata_alone(sfn: Any, run: Any) -> None:
    """API_DescribeStateMachine.html: the returned definition is {}."""
    done = run(DONE, given={"secret": 1})
    alone = {"includedData": "METADATA_ONLY"}
    machine = done.description["stateMachineArn"]
    assert sfn.describe_state_machine(stateMachineArn=machine, **alone)["definition"] == "{}"
    kept = sfn.describe_state_machine_for_execution(executionArn=done.arn, **alone)
    assert kept["definition"] == "{}"
    shown = sfn.describe_execution(executionArn=done.arn, **alone)
    assert not {"input", "output"} & shown.keys()
    assert shown["inputDetails"] == shown["outputDetails"] == {"included": False}


def test_a_start_that_is_repeated(sfn: Any, make_machine: Any, cloud: Any) -> None:
    call = {"stateMachineArn": make_machine(hold()), "name": "once", "input": "{}"}
    first = sfn.start_execution(**call)
    assert sfn.start_execution(**call)["executionArn"] == first["executionArn"]
    with pytest.raises(sfn.exceptions.ExecutionAlreadyExists, match="Execution Already Exists: '"):
        sfn.start_execution(**{**call, "input": '{"a":1}'})
    cloud.clock.run_until(first["executionArn"])
    with pytest.raises(sfn.exceptions.ExecutionAlreadyExists):
        sfn.start_execution(**call)
    cloud.clock.advance(days=91)
    with pytest.raises(sfn.exceptions.ExecutionDoesNotExist):
        sfn.describe_execution(executionArn=first["executionArn"])
    again = sfn.start_execution(**call)
    cloud.clock.run_until(again["executionArn"])
    assert len(sfn.list_executions(stateMachineArn=call["stateMachineArn"])["executions"]) == 1


def test_an_input_of_more_than_256_kib(sfn: Any, make_machine: Any) -> None:
    with pytest.raises(ClientError, match="less than or equal to 262144"):
        sfn.start_execution(stateMachineArn=make_machine(DONE), input=json.dumps("a" * 262_143))


def test_an_input_that_is_no_json(sfn: Any, make_machine: Any) -> None:
    words = "Invalid State Machine Execution Input: '"
    with pytest.raises(sfn.exceptions.InvalidExecutionInput, match=words):
        sfn.start_execution(stateMachineArn=make_machine(DONE), input="{")


def test_an_execution_has_25_000_events_at_most(run: Any, sfn: Any) -> None:
    counted = {"n.$": "States.MathAdd($.n, 1)"}
    again = [{"Variable": "$.n", "NumericLessThan": 7000, "Next": "Count"}]
    loop = {
        "Count": {"Type": "Pass", "Parameters": counted, "Next": "Again"},
        "Again": {"Type": "Choice", "Choices": again, "Default": "Done"},
        "Done": {"Type": "Succeed"},
    }
    failed = run({"StartAt": "Count", "States": loop}, given={"n": 0})
    assert failed.failure == (
        "States.Runtime",
        "The execution reached the maximum number of history events (25000).",
    )
    latest = sfn.get_execution_history(executionArn=failed.arn, reverseOrder=True, maxResults=1)
    [last] = latest["events"]
    assert (last["id"], last["previousEventId"], last["type"]) == (25000, 24999, "ExecutionFailed")
    assert failed.description["redriveStatusReason"] == "Execution history event limit exceeded"


def test_an_execution_lasts_a_year_at_most(sfn: Any, make_machine: Any, cloud: Any) -> None:
    machine = make_machine(hold(400 * 24 * 3600))
    arn = sfn.start_execution(stateMachineArn=machine)["executionArn"]
    cloud.clock.run_until(arn)
    shown = sfn.describe_execution(executionArn=arn)
    assert (shown["status"], shown["error"]) == ("TIMED_OUT", "States.Timeout")
    assert shown["stopDate"] - shown["startDate"] == timedelta(days=365)
    assert shown["redriveStatusReason"] == "Execution has exceeded the max execution time"


def test_a_machine_is_deleted_when_its_executions_have_ended(
    sfn: Any, make_machine: Any, cloud: Any
) -> None:
    machine = make_machine(hold())
    arn = sfn.start_execution(stateMachineArn=machine)["executionArn"]
    cloud.clock.advance(seconds=1)
    sfn.delete_state_machine(stateMachineArn=machine)
    assert sfn.describe_state_machine(stateMachineArn=machine)["status"] == "DELETING"
    with pytest.raises(sfn.exceptions.StateMachineDeleting):
        sfn.start_execution(stateMachineArn=machine)
    cloud.clock.advance(seconds=58)
    with cloud.clock.pause():
        assert sfn.describe_execution(executionArn=arn)["status"] == "RUNNING"
    cloud.clock.advance(seconds=2)
    for gone in (sfn.describe_state_machine, sfn.start_execution):
        with pytest.raises(sfn.exceptions.StateMachineDoesNotExist):
            gone(stateMachineArn=machine)
    sfn.delete_state_machine(stateMachineArn=machine)


def test_an_execution_that_its_deleted_machine_stops_is_stopped_once(
    sfn: Any, make_machine: Any
) -> None:
    machine = make_machine(hold())
    arn = sfn.start_execution(stateMachineArn=machine)["executionArn"]
    sfn.delete_state_machine(stateMachineArn=machine)
    sfn.stop_execution(executionArn=arn)  # before it has taken a step
    with pytest.raises(sfn.exceptions.StateMachineDoesNotExist):
        sfn.describe_state_machine(stateMachineArn=machine)


def test_an_update_changes_something(sfn: Any, make_machine: Any) -> None:
    machine = make_machine(DONE)
    with pytest.raises(sfn.exceptions.MissingRequiredParameter):
        sfn.update_state_machine(stateMachineArn=machine)


def test_a_running_execution_keeps_its_definition(sfn: Any, make_machine: Any, cloud: Any) -> None:
    machine = make_machine(hold())
    arn = sfn.start_execution(stateMachineArn=machine)["executionArn"]
    sfn.update_state_machine(stateMachineArn=machine, definition=json.dumps(NO))
    cloud.clock.run_until(arn)
    assert sfn.describe_execution(executionArn=arn)["status"] == "SUCCEEDED"
    kept = sfn.describe_state_machine_for_execution(executionArn=arn)
    assert json.loads(kept["definition"]) == hold()


def test_created_again(sfn: Any, role: str, make_role: Any) -> None:
    call = {"name": f"again-{next(NUMBERS)}", "definition": json.dumps(DONE), "roleArn": role}
    made = sfn.create_state_machine(**call)["stateMachineArn"]
    assert sfn.create_state_machine(**{**call, "roleArn": make_role()})["stateMachineArn"] == made
    assert sfn.describe_state_machine(stateMachineArn=made)["roleArn"] == role
    with pytest.raises(sfn.exceptions.StateMachineAlreadyExists):
        sfn.create_state_machine(**call, type="EXPRESS")


def test_logging_wants_a_destination(sfn: Any, role: str) -> None:
    with pytest.raises(
        sfn.exceptions.InvalidLoggingConfiguration,
        match="Must specify exactly one Log Destination",
    ):
        sfn.create_state_machine(
            name="unlogged",
            definition=json.dumps(DONE),
            roleArn=role,
            loggingConfiguration={"level": "ALL"},
        )


def test_tags_of_what_is_not_there(sfn: Any, make_machine: Any) -> None:
    machine = make_machine(DONE)
    sfn.tag_resource(resourceArn=machine, tags=[{"key": "a", "value": "1"}])
    assert sfn.list_tags_for_resource(resourceArn=machine)["tags"] == [{"key": "a", "value": "1"}]
    with pytest.raises(sfn.exceptions.ResourceNotFound):
        sfn.tag_resource(resourceArn=f"{machine}-gone", tags=[])


@pytest.mark.parametrize("arn", ["a", "arn:aws:sqs:us-east-1:123456789012:queue"])
def test_an_arn_of_something_else(sfn: Any, arn: str) -> None:
    for call in (sfn.describe_execution, sfn.stop_execution):
        with pytest.raises(sfn.exceptions.InvalidArn):
            call(executionArn=arn)
    with pytest.raises(sfn.exceptions.InvalidArn):
        sfn.start_execution(stateMachineArn=arn)


def test_events_of_a_redrive_reach_eventbridge(run: Any, sfn: Any, cloud: Any) -> None:
    sqs = boto3.client("sqs")
    allowed = {"Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage"}
    statement = {"Effect": "Allow", "Resource": "*", **allowed}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    name = f"status-{next(NUMBERS)}"
    queue = sqs.create_queue(QueueName=name, Attributes={"Policy": policy})["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    events = boto3.client("events")
    failed = run(NO)
    rule = f"rule-{next(NUMBERS)}"
    pattern = {"source": ["aws.states"], "detail": {"executionArn": [failed.arn]}}
    events.put_rule(Name=rule, EventPattern=json.dumps(pattern))
    target = {"Id": "queue", "Arn": attributes["Attributes"]["QueueArn"]}
    events.put_targets(Rule=rule, Targets=[target])
    sfn.redrive_execution(executionArn=failed.arn)
    cloud.clock.run_until(failed.arn)
    cloud.clock.advance(seconds=1)
    messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
    details = [json.loads(one["Body"])["detail"] for one in messages["Messages"]]
    told = [(one["status"], one["redriveCount"], one["redriveStatus"]) for one in details]
    assert told == [("RUNNING", 1, "NOT_REDRIVABLE"), ("FAILED", 1, "REDRIVABLE")]
    events.remove_targets(Rule=rule, Ids=["queue"])
