"""The Step Functions API where moto's answer was not AWS's."""

from __future__ import annotations

import json
import uuid
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

HOLD = {"Type": "Wait", "Seconds": 60, "Next": "Done"}
DONE = {"Type": "Succeed"}


@pytest.fixture
def client(cloud: Any) -> Any:
    return boto3.client("stepfunctions")


def test_an_unnamed_execution_gets_a_name_of_its_own(
    client: Any, make_machine: Any, shop: Any
) -> None:
    machine = make_machine({"StartAt": "Done", "States": {"Done": DONE}})
    arns = {client.start_execution(stateMachineArn=machine)["executionArn"] for _ in range(2)}
    assert len(arns) == 2
    for arn in arns:
        uuid.UUID(arn.split(":")[-1])


@pytest.mark.parametrize("name", ["a b", "order/1", "a;b", "a\u007f"])
def test_a_name_that_cannot_be_one(client: Any, make_machine: Any, name: str) -> None:
    machine = make_machine({"StartAt": "Done", "States": {"Done": DONE}})
    with pytest.raises(client.exceptions.InvalidName):
        client.start_execution(stateMachineArn=machine, name=name)


def test_a_definition_that_leads_nowhere_is_refused(client: Any, role: str) -> None:
    definition = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}}
    with pytest.raises(client.exceptions.InvalidDefinition, match="Missing 'Next' target: B"):
        client.create_state_machine(name="bad", definition=json.dumps(definition), roleArn=role)


def test_stopping_ends_an_execution_at_once(client: Any, make_machine: Any) -> None:
    machine = make_machine({"StartAt": "Hold", "States": {"Hold": HOLD, "Done": DONE}})
    arn = client.start_execution(stateMachineArn=machine)["executionArn"]
    client.stop_execution(executionArn=arn, error="Operator", cause="enough")
    description = client.describe_execution(executionArn=arn)
    assert description["status"] == "ABORTED"
    assert (description["error"], description["cause"]) == ("Operator", "enough")
    assert description["stopDate"] >= description["startDate"]
    last = client.get_execution_history(executionArn=arn, reverseOrder=True)["events"][0]
    assert last["type"] == "ExecutionAborted"
    assert last["executionAbortedEventDetails"] == {"error": "Operator", "cause": "enough"}


def test_nothing_is_written_after_the_end(
    client: Any, make_machine: Any, make_function: Any, until: Any
) -> None:
    name = make_function("import time\ndef lambda_handler(event, context): time.sleep(1)")
    task = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True}
    task["Parameters"] = {"FunctionName": name}
    machine = make_machine({"StartAt": "Call", "States": {"Call": task}})
    arn = client.start_execution(stateMachineArn=machine)["executionArn"]
    logs = boto3.client("logs")

    def events() -> list[dict[str, Any]]:
        return list(client.get_execution_history(executionArn=arn)["events"])

    until(lambda: events()[-1]["type"] == "TaskStarted", "the task's start")
    client.stop_execution(executionArn=arn)
    before = events()
    group = f"/aws/lambda/{name}"
    until(
        lambda: logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"],
        "the log of the abandoned task, which is written when it returns",
    )
    assert events() == before


def test_a_timeout_ends_an_execution_at_once(client: Any, make_machine: Any, shop: Any) -> None:
    definition = {"StartAt": "Hold", "States": {"Hold": HOLD, "Done": DONE}, "TimeoutSeconds": 1}
    execution = shop.run({}, "late", make_machine(definition))
    assert execution.status == "TIMED_OUT"
    assert execution.events[-1]["type"] == "ExecutionTimedOut"
    assert "stopDate" in execution.description


def test_history_in_pages_and_backwards(client: Any, make_machine: Any, shop: Any) -> None:
    execution = shop.run({}, "pages", make_machine({"StartAt": "Done", "States": {"Done": DONE}}))
    forwards = [e["id"] for e in execution.events]
    assert forwards == [1, 2, 3, 4]
    first = client.get_execution_history(executionArn=execution.arn, maxResults=3)
    assert [e["id"] for e in first["events"]] == [1, 2, 3]
    rest = client.get_execution_history(executionArn=execution.arn, nextToken=first["nextToken"])
    assert [e["id"] for e in rest["events"]] == [4]
    assert "nextToken" not in rest
    backwards = client.get_execution_history(executionArn=execution.arn, reverseOrder=True)
    assert [e["id"] for e in backwards["events"]] == forwards[::-1]


def test_an_execution_keeps_its_definition(client: Any, make_machine: Any, shop: Any) -> None:
    old = {"StartAt": "Done", "States": {"Done": DONE}}
    machine = make_machine(old)
    execution = shop.run({}, "old", machine)
    new = {"StartAt": "Other", "States": {"Other": DONE}}
    client.update_state_machine(stateMachineArn=machine, definition=json.dumps(new))
    kept = client.describe_state_machine_for_execution(executionArn=execution.arn)
    assert json.loads(kept["definition"]) == old


def test_output_is_compact_and_times_are_awss(make_machine: Any, shop: Any) -> None:
    state = {"Type": "Pass", "Parameters": {"at.$": "$$.State.EnteredTime", "n": 1}, "End": True}
    execution = shop.run({}, "output", make_machine({"StartAt": "A", "States": {"A": state}}))
    output = execution.description["output"]
    assert output == json.dumps(json.loads(output), separators=(",", ":"))
    at = json.loads(output)["at"]
    assert (at[10], at[-1], len(at)) == ("T", "Z", len("2026-01-01T00:00:00.000Z"))


def test_a_variable_is_read_whatever_it_holds(make_machine: Any, shop: Any) -> None:
    text = 'a "quoted" {% text %} with \\ and $'
    states = {
        "Keep": {"Type": "Pass", "Assign": {"kept.$": "$", "text.$": "$.a[1]"}, "Next": "Read"},
        "Read": {
            "Type": "Pass",
            "Parameters": {"text.$": "$text", "first.$": "$kept.a[0]"},
            "Next": "Query",
        },
        "Query": {
            "Type": "Pass",
            "QueryLanguage": "JSONata",
            "Output": {"jsonata": "{% $text & '!' %}", "jsonpath": "{% $states.input %}"},
            "End": True,
        },
    }
    machine = make_machine({"StartAt": "Keep", "States": states})
    execution = shop.run({"a": [1, text]}, "variables", machine)
    assert json.loads(execution.description["output"]) == {
        "jsonata": text + "!",
        "jsonpath": {"text": text, "first": 1},
    }


def test_a_jsonata_fault_has_its_error_name(make_machine: Any, shop: Any) -> None:
    state = {
        "Type": "Pass",
        "QueryLanguage": "JSONata",
        "Output": "{% $number('abc') %}",
        "End": True,
    }
    machine = make_machine({"StartAt": "A", "States": {"A": state}})
    execution = shop.run({}, "jsonata-fault", machine)
    assert execution.description["error"] == "States.QueryEvaluationError"


def test_a_path_that_is_not_there_cannot_be_caught(make_machine: Any, shop: Any) -> None:
    """docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html: States.Runtime"""
    states = {
        "A": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage",
            "Parameters": {"QueueUrl.$": "$.missing", "MessageBody": "x"},
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Done"}],
            "End": True,
        },
        "Done": DONE,
    }
    execution = shop.run({}, "missing-path", make_machine({"StartAt": "A", "States": states}))
    assert execution.status == "FAILED"
    assert execution.description["error"] == "States.Runtime"
    assert execution.description["cause"] == (
        "An error occurred while executing the state 'A' (entered at the event id #2). "
        "The JSONPath '$.missing' specified for the field 'QueueUrl.$' could not be found "
        "in the input '{}'"
    )
    assert [e["type"] for e in execution.events] == [
        "ExecutionStarted",
        "TaskStateEntered",
        "ExecutionFailed",
    ]
    assert execution.states == ["A"]


def test_an_update_with_an_empty_key_is_refused(shop: Any) -> None:
    with pytest.raises(ClientError, match=r"cannot contain an empty string value\. Key: orderId"):
        shop.dynamodb.update_item(
            TableName=shop.output("OrdersTableName"), Key={"orderId": {"S": ""}}
        )


def test_a_choice_without_a_match_says_so(make_machine: Any, shop: Any) -> None:
    rule = {"Variable": "$.n", "NumericEquals": 1, "Next": "Done"}
    states = {"C": {"Type": "Choice", "Choices": [rule]}, "Done": DONE}
    machine = make_machine({"StartAt": "C", "States": states})
    description = shop.run({"n": 2}, "no-match", machine).description
    assert (description["status"], description["error"]) == ("FAILED", "States.Runtime")
    assert description["cause"] == (
        "An error occurred while executing the state 'C' (entered at the event id #2). "
        "Failed to transition out of the state. The state does not point to a next state."
    )


def test_a_taken_name_with_another_definition(client: Any, role: str) -> None:
    first = json.dumps({"StartAt": "Done", "States": {"Done": DONE}})
    made = [
        client.create_state_machine(name="taken", definition=first, roleArn=role)["stateMachineArn"]
        for _ in range(2)
    ]
    assert made[0] == made[1]
    other = json.dumps({"StartAt": "Other", "States": {"Other": DONE}})
    with pytest.raises(client.exceptions.StateMachineAlreadyExists):
        client.create_state_machine(name="taken", definition=other, roleArn=role)


def test_output_sees_what_was_assigned_before_the_state(make_machine: Any, shop: Any) -> None:
    """docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html: evaluation order"""
    states = {
        "First": {"Type": "Pass", "Assign": {"n": 1}, "Next": "Second"},
        "Second": {
            "Type": "Pass",
            "Assign": {"n": "{% $n + 1 %}"},
            "Output": {"during": "{% $n %}"},
            "Next": "Third",
        },
        "Third": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $n = 2 %}", "Assign": {"n": 9}, "Next": "Fourth"}],
        },
        "Fourth": {
            "Type": "Pass",
            "Output": "{% $merge([$states.input, {'after': $n}]) %}",
            "End": True,
        },
    }
    machine = make_machine({"QueryLanguage": "JSONata", "StartAt": "First", "States": states})
    execution = shop.run({}, "assign", machine)
    assert json.loads(execution.description["output"]) == {"during": 1, "after": 9}
    exits = [
        e["stateExitedEventDetails"] for e in execution.events if e["type"] == "PassStateExited"
    ]
    assert exits[1]["assignedVariables"] == {"n": "2"}


def test_an_error_of_the_service_leaves_a_branch_under_its_name(
    make_machine: Any, make_function: Any, shop: Any
) -> None:
    name = make_function("import time\ndef lambda_handler(event, context): time.sleep(3)")
    call = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": name},
        "TimeoutSeconds": 1,
        "End": True,
    }
    branch = {"StartAt": "Call", "States": {"Call": call}}
    catch = [{"ErrorEquals": ["States.Timeout"], "Next": "Done"}]
    both = {"Type": "Parallel", "Branches": [branch], "Catch": catch, "End": True}
    machine = make_machine({"StartAt": "Both", "States": {"Both": both, "Done": DONE}})
    execution = shop.run({}, "branch-timeout", machine)
    assert execution.status == "SUCCEEDED"
    assert execution.states[-1] == "Done"
