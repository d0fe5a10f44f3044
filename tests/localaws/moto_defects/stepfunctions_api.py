"""Defects of moto's Step Functions API. Each function returns True while its defect is there."""

from __future__ import annotations

import json

import boto3
from _aws import (
    DONE,
    HOLD,
    awaiting_answer,
    describe,
    ended,
    error_code,
    history,
    machine,
    role,
    run,
    sfn,
    start,
    until,
)
from botocore.config import Config
from moto.stepfunctions.responses import StepFunctionResponse

MISSING = (
    "get_activity_task",
    "list_state_machine_versions",
    "publish_state_machine_version",
    "redrive_execution",
    "start_sync_execution",
    "validate_state_machine_definition",
)
TWO = {"Type": "Pass", "Result": {"a": 1, "b": 2}, "End": True}


def sfn_exception_names() -> bool:
    return error_code(lambda: machine({"Type": "Pass", "Next": 1})) == ""


def sfn_definition_transitions() -> bool:
    return error_code(lambda: machine({"Type": "Pass", "Next": "Nowhere"})) is None


def sfn_definition_next_or_end() -> bool:
    return error_code(lambda: machine({"Type": "Pass"})) is None


def sfn_definition_reach() -> bool:
    return error_code(lambda: machine(DONE, DONE)) is None


def sfn_taken_name() -> bool:
    arn = machine(DONE)
    other = json.dumps({"StartAt": "B", "States": {"B": DONE}})
    taken = {"name": arn.split(":")[-1], "definition": other, "roleArn": role()}
    return error_code(lambda: sfn().create_state_machine(**taken)) is None


def sfn_unnamed_start() -> bool:
    started = sfn().start_execution(stateMachineArn=machine(DONE))
    return str(started["executionArn"]).endswith(":None")


def sfn_any_name() -> bool:
    arn = machine(DONE)
    return error_code(lambda: sfn().start_execution(stateMachineArn=arn, name="a b")) is None


def sfn_stop_error_and_cause() -> bool:
    arn = start(machine(HOLD))
    until(lambda: len(history(arn)) > 1, "the execution has begun")
    sfn().stop_execution(executionArn=arn, error="Operator", cause="enough")
    ended(arn)
    return "Operator" not in json.dumps([describe(arn), history(arn)], default=str)


def sfn_output_spaces() -> bool:
    return bool(run(TWO)["output"] == '{"a": 1, "b": 2}')


def sfn_input_details() -> bool:
    return "inputDetails" not in run(DONE)


def sfn_history_order() -> bool:
    arn = run(DONE)["executionArn"]
    backwards = sfn().get_execution_history(executionArn=arn, reverseOrder=True)["events"]
    return bool(backwards[0]["id"] == 1)


def sfn_history_pages() -> bool:
    arn = run(DONE)["executionArn"]
    return len(sfn().get_execution_history(executionArn=arn, maxResults=1)["events"]) > 1


def sfn_execution_definition() -> bool:
    execution = run(DONE)
    new = json.dumps({"StartAt": "New", "States": {"New": DONE}})
    sfn().update_state_machine(stateMachineArn=execution["stateMachineArn"], definition=new)
    shown = sfn().describe_state_machine_for_execution(executionArn=execution["executionArn"])
    return bool(shown["definition"] == new)


def sfn_task_failure_cause() -> bool:
    arn, token = awaiting_answer()
    sfn().send_task_failure(taskToken=token, error="Late", cause="no driver")
    return "no driver" not in json.dumps([ended(arn), history(arn)], default=str)


def sfn_test_state() -> bool:
    """Asked at the one host of Step Functions that moto does know."""
    config = Config(inject_host_prefix=False)
    client = boto3.client("stepfunctions", config=config)
    try:
        client.test_state(definition=json.dumps(DONE), roleArn=role())
    except NotImplementedError:
        return True
    return False


def sfn_sync_host() -> bool:
    return (
        error_code(lambda: sfn().test_state(definition=json.dumps(DONE), roleArn=role())) == "404"
    )


def sfn_standard_only() -> bool:
    definition = json.dumps({"StartAt": "A", "States": {"A": DONE}})
    answer = sfn().create_state_machine(
        name="express", definition=definition, roleArn=role(), type="EXPRESS"
    )
    return ":execution:express:" in start(answer["stateMachineArn"])


def sfn_missing_calls() -> bool:
    return not any(hasattr(StepFunctionResponse, name) for name in MISSING)
