"""Defects of moto's tasks and requests. Each function returns True while its defect is there."""

from __future__ import annotations

import json
from typing import Any

from _aws import DONE, error_code, role, run, sfn

TASK = {"Type": "Task", "End": True}
ACTIVITY = "arn:aws:states:us-east-1:123456789012:activity:none"
ITEMS = {"StartAt": "I", "States": {"I": DONE}}


def _cause(state: dict[str, Any], payload: Any = None) -> str:
    return str(run(state, payload=payload).get("cause"))


def sfn_request_constraints() -> bool:
    definition = json.dumps({"StartAt": "A", "States": {"A": DONE}})
    given = {"name": "fast", "definition": definition, "roleArn": role(), "type": "FAST"}
    return error_code(lambda: sfn().create_state_machine(**given)) is None


def sfn_task_parameters() -> bool:
    resource = "arn:aws:states:::dynamodb:getItem"
    cause = _cause({**TASK, "Resource": resource, "Parameters": {"Key": {"id": {"S": "a"}}}})
    return "could not be used to start the Task" not in cause


def sfn_seconds_path_types() -> bool:
    state = {**TASK, "Resource": ACTIVITY, "TimeoutSecondsPath": "$.t"}
    return "cannot be parsed as a long value" not in _cause(state, {"t": "a"})


def sfn_items_path_types() -> bool:
    return "<class 'dict'>" in _cause({"Type": "Map", "ItemProcessor": ITEMS, "End": True}, {})


def sfn_map_run_not_there() -> bool:
    arn = "arn:aws:states:us-east-1:123456789012:mapRun:none/A:none"
    try:
        return error_code(lambda: sfn().describe_map_run(mapRunArn=arn)) != "ResourceNotFound"
    except TypeError:
        return True


def sfn_api_task_fails() -> bool:
    resource = "arn:aws:states:::apigateway:invoke"
    given = {"ApiEndpoint": "a.execute-api.us-east-1.amazonaws.com", "Method": "GET"}
    return "FailureEvent.__init__" in _cause({**TASK, "Resource": resource, "Parameters": given})


def sfn_catch_to_itself() -> bool:
    fail = {"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E"}}}
    again = {"ErrorEquals": ["E"], "Next": "A"}
    ended = run({"Type": "Parallel", "Branches": [fail], "Catch": [again], "End": True})
    return bool(ended["status"] == "SUCCEEDED")
