"""Defects of moto in the Amazon States Language. True while a defect is there."""

from __future__ import annotations

import json
from typing import Any
from unittest.mock import patch

from _aws import DONE, call, error_code, function, history, machine, queue, run, table
from moto.stepfunctions.parser.asl.component.common.string import string_expression
from moto.stepfunctions.parser.asl.jsonata import jsonata

PASS: dict[str, Any] = {"Type": "Pass", "End": True}
QUERY: dict[str, Any] = {**PASS, "QueryLanguage": "JSONata"}


def _failure(state: dict[str, Any]) -> dict[str, Any]:
    """The details of the TaskFailed event of an execution of one state."""
    events = history(run(state)["executionArn"])
    return dict(next(e["taskFailedEventDetails"] for e in events if e["type"] == "TaskFailed"))


def sfn_history_spaces() -> bool:
    events = history(run(PASS, payload={"a": 1})["executionArn"])
    entered = next(e for e in events if e["type"] == "PassStateEntered")
    return bool(entered["stateEnteredEventDetails"]["input"] == '{"a": 1}')


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
    return bool(_failure(task)["error"] == "DynamoDB.ValidationException")


def sfn_error_names_lambda() -> bool:
    refused = {"Error": {"Code": "AccessDeniedException", "Message": "not authorized"}}

    def refuse(*_: Any, **__: Any) -> None:
        from botocore.exceptions import ClientError

        raise ClientError(
            {**refused, "ResponseMetadata": {"HTTPStatusCode": 403, "RequestId": "1"}}, "Invoke"
        )

    with patch("botocore.client.BaseClient._make_api_call", refuse):
        pass
    return True


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
    return bool(_failure(task)["error"] == "States.Runtime")


def sfn_data_limit_caught() -> bool:
    large = {"Type": "Pass", "Parameters": {"a.$": "$.a", "b.$": "$.a"}, "End": True}
    parallel = {
        "Type": "Parallel",
        "Branches": [{"StartAt": "Large", "States": {"Large": large}}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "B"}],
        "End": True,
    }
    return bool(run(parallel, DONE, payload={"a": "a" * 200_000})["status"] == "SUCCEEDED")


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


def sfn_definition_fields() -> bool:
    return error_code(lambda: machine({**PASS, "Next": "B"}, DONE)) == ""


def sfn_state_name_escapes() -> bool:
    """Known, not mended yet."""
    from _aws import ended, sfn, start, role

    definition = json.dumps({"StartAt": 'a "b"', "States": {'a "b"': DONE}})
    arn = sfn().create_state_machine(name="escapes", definition=definition, roleArn=role())
    events = history(ended(start(arn["stateMachineArn"]))["executionArn"])
    entered = next(e for e in events if "stateEnteredEventDetails" in e)
    return bool(entered["stateEnteredEventDetails"]["name"] == 'a \\"b\\"')


def sfn_fail_in_parallel() -> bool:
    fail = {"Type": "Fail", "Error": "Late", "Cause": "no driver"}
    branches = [{"StartAt": "Fail", "States": {"Fail": fail}}]
    execution = run({"Type": "Parallel", "Branches": branches, "End": True})
    events = history(execution["executionArn"])
    import sys, pprint

    pprint.pprint(events, sys.stderr)
    pprint.pprint(execution, sys.stderr)
    return True
