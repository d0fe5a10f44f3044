"""Defects of moto's state machines, versions, aliases and activities.

Each function returns True while its defect is there.
"""

from __future__ import annotations

import json
from typing import Any

from _aws import (
    DONE,
    HOLD,
    awaiting_answer,
    ended,
    error_code,
    history,
    machine,
    role,
    run,
    sfn,
    start,
)
from botocore.exceptions import ClientError
from moto.stepfunctions.parser.asl.eval.callback.callback import (
    CallbackEndpoint,
    CallbackOutcomeSuccess,
)
from moto.stepfunctions.responses import StepFunctionResponse


def sfn_parser_words() -> bool:
    try:
        machine({"Type": "Pass", "Next": 1})
    except ClientError as error:
        return not error.response["Error"]["Message"].startswith("Invalid State Machine Definition")
    return False


def sfn_no_revision() -> bool:
    return "revisionId" not in _update(machine(DONE))


def sfn_publish_unchanged() -> bool:
    arn = machine(DONE)
    return (
        error_code(lambda: sfn().update_state_machine(stateMachineArn=arn, publish=True))
        is not None
    )


def sfn_deletes_at_once() -> bool:
    arn = machine(HOLD)
    start(arn)
    sfn().delete_state_machine(stateMachineArn=arn)
    return error_code(lambda: sfn().describe_state_machine(stateMachineArn=arn)) is not None


def sfn_default_logging() -> bool:
    shown = sfn().describe_state_machine(stateMachineArn=machine(DONE))
    return "includeExecutionData" not in shown["loggingConfiguration"]


def sfn_tags_nothing() -> bool:
    arn = machine(DONE) + "-gone"
    tags = [{"key": "a", "value": "b"}]
    return error_code(lambda: sfn().tag_resource(resourceArn=arn, tags=tags)) is None


def sfn_publishes_again() -> bool:
    arn = machine(DONE)
    published = [_update(arn, publish=True)["stateMachineVersionArn"] for _ in range(2)]
    return published == [f"{arn}:1", f"{arn}:2"]


def sfn_version_of_alias() -> bool:
    return not hasattr(StepFunctionResponse, "delete_state_machine_version")


def sfn_alias_replaced() -> bool:
    call = _alias(_update(machine(DONE), publish=True)["stateMachineVersionArn"])
    return error_code(lambda: sfn().create_state_machine_alias(**call, description="other")) is None


def sfn_alias_gone() -> bool:
    arn = machine(DONE) + ":gone"
    delete = sfn().delete_state_machine_alias
    return error_code(lambda: delete(stateMachineAliasArn=arn)) is not None


def sfn_aliases_of_version() -> bool:
    version = _update(machine(DONE), publish=True)["stateMachineVersionArn"]
    _alias(version)
    list_them = sfn().list_state_machine_aliases
    return error_code(lambda: list_them(stateMachineArn=version)) is not None


def sfn_long_input() -> bool:
    arn, text = machine(DONE), json.dumps("a" * 300_000)
    call = {"stateMachineArn": arn, "name": "long", "input": text}
    return error_code(lambda: sfn().start_execution(**call)) is None


def sfn_start_version() -> bool:
    version = _update(machine(DONE), publish=True)["stateMachineVersionArn"]
    try:
        start(version)
    except AttributeError:
        return True
    return False


def sfn_history_data() -> bool:
    arn = run(DONE, payload={"a": 1})["executionArn"]
    shown = sfn().get_execution_history(executionArn=arn, includeExecutionData=False)
    return "input" in shown["events"][0]["executionStartedEventDetails"]


def sfn_activity_twice() -> bool:
    sfn().create_activity(name="twice")
    return error_code(lambda: sfn().create_activity(name="twice")) is not None


def sfn_activity_fails() -> bool:
    arn = sfn().create_activity(name="fails")["activityArn"]
    failed = ended(start(machine({"Type": "Task", "Resource": arn, "End": True})))
    return bool(failed["status"] == "FAILED")


def sfn_early_answer() -> bool:
    endpoint = CallbackEndpoint("token")
    endpoint.notify(CallbackOutcomeSuccess("token", "{}"))
    return not endpoint.setup_heartbeat_endpoint(heartbeat_seconds=0).clear_and_wait()


def sfn_any_output() -> bool:
    arn, token = awaiting_answer()
    sfn().send_task_success(taskToken=token, output="{")
    return bool(ended(arn)["status"] == "FAILED" and history(arn))


def sfn_answered_names() -> bool:
    arn, token = awaiting_answer()
    sfn().send_task_failure(taskToken=token, error="States.Permissions")
    return "MUST NOT begin with" in str(ended(arn).get("cause"))


def _update(arn: str, **given: Any) -> dict[str, Any]:
    definition = json.dumps({"StartAt": "B", "States": {"B": DONE}})
    update = sfn().update_state_machine
    return dict(update(stateMachineArn=arn, definition=definition, roleArn=role(), **given))


def _alias(version: str) -> dict[str, Any]:
    call = {
        "name": "live",
        "routingConfiguration": [{"stateMachineVersionArn": version, "weight": 100}],
    }
    sfn().create_state_machine_alias(**call)
    return call
