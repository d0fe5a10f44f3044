"""Defects of moto in what an execution does, state for state. True while a defect is there."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from _aws import (
    DONE,
    HOLD,
    call,
    event_types,
    function,
    history,
    invocations,
    machine,
    queue,
    run,
    sfn,
    start,
    until,
)
from botocore.exceptions import ClientError
from moto.awslambda_simple.models import LambdaSimpleBackend
from moto.stepfunctions.parser.asl.component.common.string import string_expression
from moto.stepfunctions.parser.asl.component.state.choice.comparison import variable
from moto.stepfunctions.parser.asl.eval import variable_store
from moto.stepfunctions.parser.asl.jsonata import jsonata

PASS: dict[str, Any] = {"Type": "Pass", "End": True}


def _distributed(item: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A Map in distributed mode, of items of one state."""
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "I",
        "States": {"I": item},
    }
    return {"Type": "Map", "ItemProcessor": processor, "MaxConcurrency": 1, "End": True, **fields}


def sfn_entered_at() -> bool:
    task = call(function(), ResultSelector={"r.$": "$.missing"})
    with invocations(answer=1):
        return "entered at the event id #2" not in run(task)["cause"]


def sfn_evaluation_untold() -> bool:
    faulty = jsonata.JSONataException("UNKNOWN", "a fault")
    with patch.object(string_expression, "eval_jsonata_expression", side_effect=faulty):
        execution = run({**PASS, "QueryLanguage": "JSONata", "Output": "{% $a %}"})
    return "EvaluationFailed" not in event_types(execution["executionArn"])


def sfn_all_iterations() -> bool:
    processor = {"StartAt": "I", "States": {"I": HOLD}}
    arn = start(machine({"Type": "Map", "ItemProcessor": processor, "End": True}), [1] * 45)
    try:
        until(lambda: event_types(arn).count("MapIterationStarted") == 45, "all of them run")
    except TimeoutError:
        return False
    finally:
        sfn().stop_execution(executionArn=arn)
    return True


def sfn_result_path_fails() -> bool:
    execution = run({**PASS, "Result": 1, "ResultPath": "$.a.b"}, payload={"a": [1]})
    return execution.get("error") != "States.ResultPathMatchFailure"


def sfn_intrinsic_fails() -> bool:
    state = {**PASS, "Parameters": {"r.$": "States.StringToJson('no JSON')"}}
    return run(state)["error"] != "States.IntrinsicFailure"


def sfn_any_error_is_missing() -> bool:
    class Sampler:
        literal_value = "$.a"

        def eval(self, env: Any) -> None:
            raise ValueError

    class Env:
        stack: list[Any]

    env: Any = Env()
    env.stack = []
    variable.Variable(Sampler())._eval_body(env)  # type: ignore[arg-type]
    return isinstance(env.stack[-1], variable.NoSuchVariable)


def sfn_matches_escapes() -> bool:
    rule = {"Variable": "$.a", "StringMatches": r"a\\*b", "Next": "B"}
    choice = {"Type": "Choice", "Choices": [rule]}
    return bool(run(choice, DONE, payload={"a": r"a\b"})["status"] == "FAILED")


def sfn_assigned_quotes() -> bool:
    store = variable_store.VariableStore()
    store.set("a", 'say "a"')
    return bool(store.get_assigned_variables()["a"] == '"say "a""')


def sfn_no_redrive_count() -> bool:
    execution = run({**PASS, "Parameters": {"count.$": "$$.Execution.RedriveCount"}})
    return bool(execution["status"] == "FAILED")


def sfn_input_written_anew() -> bool:
    answer = sfn().start_execution(
        stateMachineArn=machine(DONE), name="as-given", input='{"a":  1}'
    )
    [first, *_] = history(answer["executionArn"])
    return "  " not in first["executionStartedEventDetails"]["input"]


def sfn_fail_names() -> bool:
    return bool(run({"Type": "Fail", "Error": "States.Mine"})["error"] != "States.Mine")


def sfn_no_sdk_metadata() -> bool:
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl": queue()[0], "MessageBody": "x"},
        "End": True,
    }
    return "SdkHttpMetadata" not in run(task)["output"]


def sfn_sdk_spelling() -> bool:
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sfn:describeStateMachine",
        "Parameters": {"StateMachineArn": machine(DONE)},
        "End": True,
    }
    return bool(run(task)["status"] == "FAILED")


def sfn_error_payload() -> bool:
    def fail(*_: Any, response_headers: dict[str, str], **__: Any) -> bytes:
        response_headers["x-amz-function-error"] = "Unhandled"
        return b'{"errorMessage":  "why", "errorType": "E"}'

    with patch.object(LambdaSimpleBackend, "invoke", fail):
        return '"errorMessage":  "why"' not in run(call(function()))["cause"]


def sfn_error_names_sqs() -> bool:
    url = queue()[0].replace("queue-", "not-there-")
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl": url, "MessageBody": "x"},
        "End": True,
    }
    return bool(run(task)["error"] == "SQS.SdkClientException")


ENDS = {"ExecutionSucceeded", "ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted"}


def sfn_heartbeat_untold() -> bool:
    task = call(function(), HeartbeatSeconds=1, TimeoutSeconds=20)
    task["Resource"] += ".waitForTaskToken"
    task["Parameters"]["Payload"] = {"token.$": "$$.Task.Token"}
    task["Catch"] = [{"ErrorEquals": ["States.HeartbeatTimeout"], "Next": "B"}]
    with invocations():
        arn = start(machine(task, DONE))
        until(lambda: ENDS.intersection(event_types(arn)), "it has ended")
    return "ExecutionSucceeded" not in event_types(arn)


def sfn_map_run_redrives() -> bool:
    execution = run(_distributed(PASS), payload=[1])["executionArn"]
    [listed] = sfn().list_map_runs(executionArn=execution)["mapRuns"]
    described = sfn().describe_map_run(mapRunArn=listed["mapRunArn"])
    return "failuresNotRedrivable" not in described["itemCounts"]


def sfn_no_item_batcher() -> bool:
    state = _distributed(PASS, ItemBatcher={"MaxItemsPerBatch": 2})
    try:
        machine(state)
    except ClientError:
        return True
    return False


def sfn_items_within() -> bool:
    fail = {"Type": "Fail", "Error": "E"}
    return bool(run(_distributed(fail), payload=[1])["status"] == "SUCCEEDED")


def sfn_no_children() -> bool:
    execution = run(_distributed(PASS), payload=[1])["executionArn"]
    [listed] = sfn().list_map_runs(executionArn=execution)["mapRuns"]
    arn = listed["mapRunArn"]
    try:
        return not sfn().list_executions(mapRunArn=arn)["executions"]
    except (ClientError, TypeError):
        return True
