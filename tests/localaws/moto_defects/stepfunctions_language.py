"""Defects of moto in the Amazon States Language. True while a defect is there."""

from __future__ import annotations

import json
from typing import Any
from unittest.mock import patch

from _aws import DONE, call, ended, function, history, queue, role, run, sfn, start, table
from botocore.exceptions import ClientError
from moto.awslambda_simple.models import LambdaSimpleBackend
from moto.stepfunctions.parser.asl.component.common.string import string_expression
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_lambda,
)
from moto.stepfunctions.parser.asl.jsonata import jsonata

PASS: dict[str, Any] = {"Type": "Pass", "End": True}
TOO_LARGE = json.dumps("a" * 300_000).encode()
QUERY: dict[str, Any] = {**PASS, "QueryLanguage": "JSONata"}


def _task_failed(state: dict[str, Any]) -> str | None:
    """The error of the TaskFailed event of an execution of one state."""
    events = history(run(state)["executionArn"])
    details = [event["taskFailedEventDetails"] for event in events if event["type"] == "TaskFailed"]
    return str(details[0]["error"]) if details else None


def sfn_history_spaces() -> bool:
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl": queue()[0], "MessageBody": "x"},
        "End": True,
    }
    [scheduled] = [e for e in history(run(task)["executionArn"]) if e["type"] == "TaskScheduled"]
    return '": "' in scheduled["taskScheduledEventDetails"]["parameters"]


def sfn_entered_time() -> bool:
    state = {**PASS, "Parameters": {"at.$": "$$.State.EnteredTime"}}
    return bool(json.loads(run(state)["output"])["at"].endswith("+00:00"))


def sfn_error_names_dynamodb() -> bool:
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::dynamodb:getItem",
        "Parameters": {"TableName": table(), "Key": {"id": {"S": ""}}},
        "End": True,
    }
    return _task_failed(task) == "DynamoDB.ValidationException"


def sfn_error_names_lambda() -> bool:
    refused: Any = {
        "Error": {"Code": "AccessDeniedException", "Message": "not authorized"},
        "ResponseMetadata": {"HTTPStatusCode": 403, "RequestId": "1"},
    }
    task = state_task_service_lambda.StateTaskServiceLambda
    name, _ = task._error_cause_from_client_error(ClientError(refused, "Invoke"))
    return name == "Lambda.AccessDeniedException"


def sfn_given_error_names() -> bool:
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::dynamodb:getItem",
        "Parameters": {"TableName.$": "$$.Missing", "Key": {"id": {"S": "a"}}},
        "End": True,
    }
    return _task_failed(task) == "DynamoDB.AmazonDynamoDBException"


def sfn_runtime_caught() -> bool:
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl": queue()[0], "MessageBody.$": "$.missing"},
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "B"}],
        "End": True,
    }
    execution = run(task, DONE)
    return bool(execution["status"] == "SUCCEEDED")


def sfn_runtime_task_failed() -> bool:
    task = call(function())
    task["Parameters"] = {"FunctionName.$": "$.missing"}
    return _task_failed(task) == "States.Runtime"


def sfn_data_limit_caught() -> bool:
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "B"}]
    with patch.object(LambdaSimpleBackend, "invoke", lambda *_, **__: TOO_LARGE):
        return bool(run(call(function(), Catch=catch), DONE)["status"] == "SUCCEEDED")


def sfn_choice_words() -> bool:
    choice = {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": True, "Next": "B"}]}
    cause = run(choice, DONE, payload={"a": 1})["cause"]
    return "does not point to a next state" not in cause


def sfn_field_names() -> bool:
    task = {**call(function()), "Parameters": {"FunctionName.$": "$.missing"}}
    return "for the field" not in run(task)["cause"]


def sfn_assign_before_output() -> bool:
    keep = {**QUERY, "Assign": {"a": 1}, "Next": "B"}
    del keep["End"]
    with patch.object(string_expression, "eval_jsonata_expression", return_value=1) as evaluated:
        run(keep, {**QUERY, "Assign": {"a": 2}, "Output": "{% $a %}"})
    return "$a:=2;" in evaluated.call_args.args[0]


def jsonata_off() -> bool:
    execution = run({**QUERY, "Output": "{% 1 + 1 %}"})
    return bool(execution["status"] == "FAILED" and "NoneType" in execution["cause"])


def jsonata_quotes() -> bool:
    return jsonata.encode_jsonata_variable_declarations({"$a": 'say "a"'}) == '$a:="say "a"";'


def jsonata_error_name() -> bool:
    faulty = jsonata.JSONataException("UNKNOWN", "a fault")
    with patch.object(string_expression, "eval_jsonata_expression", side_effect=faulty):
        return bool(run({**QUERY, "Output": "{% $a %}"})["error"] == "States.Runtime")


def jsonpath_variables() -> bool:
    keep = {"Type": "Pass", "Assign": {"kept": "a"}, "Next": "B"}
    execution = run(keep, {**PASS, "Parameters": {"text.$": "$kept"}})
    return bool(execution["status"] == "FAILED" and "NoneType" in execution["cause"])


def sfn_state_name_escapes() -> bool:
    definition = json.dumps({"StartAt": 'say "a"', "States": {'say "a"': DONE}})
    answer = sfn().create_state_machine(name="escapes", definition=definition, roleArn=role())
    events = history(ended(start(answer["stateMachineArn"]))["executionArn"])
    entered = next(e for e in events if "stateEnteredEventDetails" in e)
    return bool(entered["stateEnteredEventDetails"]["name"] == 'say \\"a\\"')


def sfn_branch_errors() -> bool:
    branch = {"StartAt": "A", "States": {"A": {**PASS, "InputPath": "$.missing"}}}
    execution = run({"Type": "Parallel", "Branches": [branch], "End": True})
    return "Custom Error Names MUST NOT begin" in execution["cause"]


def sfn_rule_assign_dropped() -> bool:
    rule = {"Variable": "$.a", "NumericEquals": 1, "Assign": {"v": 1}, "Next": "B"}
    events = history(
        run({"Type": "Choice", "Choices": [rule]}, DONE, payload={"a": 1})["executionArn"]
    )
    [left] = [event for event in events if event["type"] == "ChoiceStateExited"]
    return "assignedVariables" not in left["stateExitedEventDetails"]


def sfn_default_of_rules() -> bool:
    rule = {"Variable": "$.a", "NumericEquals": 1, "Next": "B"}
    choice = {"Type": "Choice", "Choices": [rule], "Default": "B", "Assign": {"v": 1}}
    events = history(run(choice, DONE, payload={"a": 1})["executionArn"])
    [left] = [event for event in events if event["type"] == "ChoiceStateExited"]
    return "assignedVariables" in left["stateExitedEventDetails"]


def sfn_python_numbers() -> bool:
    return bool(run(PASS, payload={"n": 1e22})["output"] == '{"n": 1e+22}')


def sfn_wait_offset() -> bool:
    wait = {"Type": "Wait", "TimestampPath": "$.t", "End": True}
    execution = run(wait, payload={"t": "2001-01-01T00:00:00+01:00"})
    return "does not reference a valid" in execution.get("cause", "")


def sfn_any_text() -> bool:
    execution = run({"Type": "Fail", "ErrorPath": "$.n"}, payload={"n": 1})
    return "AttributeError" in execution["cause"]


def sfn_assign_field_names() -> bool:
    cause = run({**PASS, "Assign": {"v.$": "$.missing"}})["cause"]
    return "AssignTemplateBindingStringExpressionSimple" in cause


def sfn_selector_expression() -> bool:
    inner = {"StartAt": "I", "States": {"I": PASS}}
    each = {"Type": "Map", "ItemProcessor": inner, "ItemSelector": "{% 1 %}", "End": True}
    try:
        run(each, QueryLanguage="JSONata")
    except ClientError as error:
        return "ItemSelector" in str(error) or "mismatched input" in str(error)
    return False
