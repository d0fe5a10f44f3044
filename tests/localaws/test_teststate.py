"""One state tested by itself. The expected answers are AWS's documentation's, or recorded there."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from localaws.stepfunctions import teststate

pytestmark = pytest.mark.simulated_clock  # TestState asks no clock: once is enough

Test = Callable[..., dict[str, Any]]
WORKFLOW = Path(__file__).parents[2] / "state-machines" / "order-workflow.asl.json"
DECLINED = {"errorOutput": {"error": "PaymentDeclined", "cause": "no funds"}}
TIMEOUT = {"errorOutput": {"error": "PaymentGatewayTimeout", "cause": "slow"}}


@pytest.fixture
def sfn(cloud: Any) -> Any:
    return boto3.client("stepfunctions")


@pytest.fixture
def state_test(sfn: Any) -> Test:
    """Call TestState; what goes in and comes out as JSON text is a value here."""

    def call(definition: Any, value: Any = None, **request: Any) -> dict[str, Any]:
        for field in ("variables", "context"):
            if field in request:
                request[field] = json.dumps(request[field])
        if not isinstance(definition, str):
            definition = json.dumps(definition)
        answer = sfn.test_state(definition=definition, input=json.dumps(value or {}), **request)
        del answer["ResponseMetadata"]
        if "output" in answer:
            answer["output"] = json.loads(answer["output"])
        if "inspectionData" in answer:
            answer["inspectionData"] = {
                field: json.loads(text) if isinstance(text, str) else text
                for field, text in answer["inspectionData"].items()
            }
        return answer

    return call


def task(resource: str = "lambda:invoke", **fields: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "End": True} | fields


def mocked(result: Any, mode: str | None = None) -> dict[str, Any]:
    mock = {"result": json.dumps(result)}
    return mock | {"fieldValidationMode": mode} if mode else mock


@pytest.fixture
def workflow() -> str:
    return WORKFLOW.read_text(encoding="utf-8")


def test_a_mocked_task_shows_each_step_of_its_data(workflow: str, state_test: Test) -> None:
    order = {"orderId": "o-1", "items": []}
    verdict = {"isValid": True, "orderId": "o-1", "summary": "fine", "faults": []}
    answer = state_test(
        workflow,
        order,
        stateName="ValidateOrder",
        mock=mocked({"Payload": verdict, "StatusCode": 200}, "NONE"),
        inspectionLevel="DEBUG",
    )
    assert answer == {
        "status": "SUCCEEDED",
        "nextState": "IsOrderValid",
        "output": order | {"validation": verdict},
        "inspectionData": {
            "input": order,
            "afterInputPath": order,
            "afterParameters": {"FunctionName": "${ValidateOrderFunctionArn}", "Payload": order},
            "result": {"Payload": verdict, "StatusCode": 200},
            "afterResultSelector": verdict,
            "afterResultPath": order | {"validation": verdict},
        },
    }


V = {"v": 1}
RECORDED = {
    "Pass": ({"Type": "Pass", "End": True}, "Input Parameters ResultSelector ResultPath"),
    "Pass with Result": (
        {"Type": "Pass", "Result": V, "End": True},
        "result ResultSelector ResultPath",
    ),
    "Succeed": ({"Type": "Succeed"}, "Input"),
    "Fail": ({"Type": "Fail", "Error": "E"}, "Input"),
    "Choice": ({"Type": "Choice", "Choices": [], "Default": "D"}, "Input"),
    "Wait": ({"Type": "Wait", "Timestamp": "2020-01-01T00:00:00Z", "Next": "N"}, "Input"),
    "Task": (task(), "Input Parameters result ResultSelector ResultPath"),
    "JSONata Pass": ({"Type": "Pass", "QueryLanguage": "JSONata", "End": True}, ""),
}


@pytest.mark.parametrize("case", RECORDED)
def test_each_type_shows_the_fields_that_aws_shows(case: str, state_test: Test) -> None:
    definition, fields = RECORDED[case]
    if definition["Type"] == "Choice":
        definition["Choices"] = [{"Variable": "$.v", "NumericEquals": 2, "Next": "N"}]
    request = {"mock": mocked(V)} if definition["Type"] == "Task" else {}
    answer = state_test(definition, V, inspectionLevel="DEBUG", **request)
    names = {"Input": "afterInputPath", "Parameters": "afterParameters"}
    names |= {"ResultSelector": "afterResultSelector", "ResultPath": "afterResultPath"}
    expected = {"input", *(names.get(field, field) for field in fields.split())}
    assert set(answer["inspectionData"]) == expected
    assert all(value == V for value in answer["inspectionData"].values())


def test_jsonata_shows_arguments_result_and_variables(state_test: Test) -> None:
    definition = task(
        "dynamodb:getItem",
        QueryLanguage="JSONata",
        Arguments={"TableName": "t", "Key": {"id": {"S": "{% $states.input.id & $suffix %}"}}},
        Assign={"price": "{% $number($states.result.Item.price.N) %}"},
        Output={"row": "{% $states.result.Item %}", "state": "{% $states.context.State.Name %}"},
    )
    item = {"Item": {"price": {"N": "5"}}}
    request = {"mock": mocked(item), "variables": {"suffix": "-x"}}
    answer = state_test(definition, {"id": "p"}, inspectionLevel="TRACE", **request)
    assert answer == {
        "status": "SUCCEEDED",
        "output": {"row": item["Item"], "state": "StateName"},
        "inspectionData": {
            "input": {"id": "p"},
            "afterArguments": {"TableName": "t", "Key": {"id": {"S": "p-x"}}},
            "result": item,
            "variables": {"suffix": "-x", "price": 5},
        },
    }
    assert "inspectionData" not in state_test(definition, {"id": "p"}, **request)


@pytest.mark.parametrize(
    ("valid", "next_state"), [(True, "ProcessPayment"), (False, "RejectOrder")]
)
def test_a_choice_says_where_it_goes(
    valid: bool, next_state: str, workflow: str, state_test: Test
) -> None:
    value = {"validation": {"isValid": valid, "orderId": "o-1", "summary": "no items"}}
    answer = state_test(workflow, value, stateName="IsOrderValid")
    assert answer == {"status": "SUCCEEDED", "nextState": next_state, "output": value}


def test_a_fail_state_fails_with_its_error(workflow: str, state_test: Test) -> None:
    failure = {"Error": "OrderInvalid", "Cause": "no items"}
    answer = state_test(
        workflow, stateName="OrderFailed", variables={"failure": failure, "orderId": "o-1"}
    )
    assert answer == {"status": "FAILED", "error": "OrderInvalid", "cause": "no items"}


@pytest.mark.parametrize(("retries", "delay"), [(0, 1), (4, 16), (6, 30)])
def test_an_error_that_is_retried_says_when(retries: int, delay: int, state_test: Test) -> None:
    retry = {"IntervalSeconds": 1, "BackoffRate": 2, "MaxAttempts": 7, "MaxDelaySeconds": 30}
    never = {"ErrorEquals": ["Other"], "MaxAttempts": 0}
    definition = task(Retry=[never, retry | {"ErrorEquals": ["PaymentGatewayTimeout"]}])
    answer = state_test(
        definition,
        mock=TIMEOUT,
        stateConfiguration={"retrierRetryCount": retries},
        inspectionLevel="DEBUG",
    )
    assert answer["status"] == "RETRIABLE"
    assert (answer["error"], answer["cause"]) == ("PaymentGatewayTimeout", "slow")
    assert "output" not in answer
    assert "nextState" not in answer
    details = {"retryIndex": 1, "retryBackoffIntervalSeconds": delay}
    assert answer["inspectionData"]["errorDetails"] == details


def test_an_exhausted_retrier_is_named(state_test: Test) -> None:
    definition = task(Retry=[{"ErrorEquals": ["States.ALL"], "MaxAttempts": 5}])
    count = {"retrierRetryCount": 5}
    answer = state_test(definition, mock=TIMEOUT, stateConfiguration=count, inspectionLevel="DEBUG")
    assert answer["status"] == "FAILED"
    assert answer["inspectionData"]["errorDetails"] == {"retryIndex": 0}


@pytest.mark.parametrize(("mock", "retries", "catcher"), [(DECLINED, 0, 0), (TIMEOUT, 3, 1)])
def test_a_caught_error_goes_where_its_catcher_says(
    mock: Any, retries: int, catcher: int, workflow: str, state_test: Test
) -> None:
    order = {"orderId": "o-1", "userId": "u", "totalAmount": 5}
    answer = state_test(
        workflow,
        order,
        stateName="ProcessPayment",
        mock=mock,
        stateConfiguration={"retrierRetryCount": retries},
        inspectionLevel="DEBUG",
    )
    assert answer["status"] == "CAUGHT_ERROR"
    assert answer["error"] == mock["errorOutput"]["error"]
    assert answer["nextState"] == "RejectOrder"
    assert answer["output"] == order
    assert answer["inspectionData"]["errorDetails"]["catchIndex"] == catcher
    assert answer["inspectionData"]["variables"]["failure"]["Error"] == answer["error"]


def test_a_mocked_error_is_told_apart_as_in_an_execution(state_test: Test) -> None:
    """States.TaskFailed stands for every error of a task but States.Timeout."""
    catch = [{"ErrorEquals": ["States.TaskFailed"], "ResultPath": "$.error", "Next": "Caught"}]
    answer = state_test(task(Catch=catch), mock={"errorOutput": {"error": "Odd"}})
    assert answer["output"] == {"error": {"Error": "Odd", "Cause": ""}}
    answer = state_test(task(Catch=catch), mock={"errorOutput": {"error": "States.Timeout"}})
    assert answer == {"status": "FAILED", "error": "States.Timeout"}


MISFITS = [
    ("lambda:invoke", {"ExecutedVersion": 1}, "Field 'ExecutedVersion' must be a string"),
    ("lambda:invoke", {"StatusCode": "200"}, "Field 'StatusCode' must be a number"),
    ("lambda:invoke", {"StatusCode": True}, "Field 'StatusCode' must be a number"),
    ("lambda:invoke", {"ExecutedVersion": ""}, "'ExecutedVersion' is smaller than the minimum"),
    ("dynamodb:getItem", {"Item": {"id": {"S": 1}}}, "Field 'S' must be a string"),
    ("dynamodb:getItem", {"Item": []}, "Field 'Item' must be an object"),
    ("events:putEvents", {"Entries": "x"}, "Field 'Entries' must be an array"),
    ("events:putEvents", {"Entries": [{}, {"EventId": []}]}, "Field 'EventId' must be a string"),
    ("aws-sdk:s3:getObject", {"StorageClass": "X"}, "'StorageClass' is not an expected value"),
    ("sns:publish", [], "must be a valid JSON object"),
    ("apigateway:invoke", {}, "fieldValidationMode NONE"),
]


@pytest.mark.parametrize(("resource", "result", "problem"), MISFITS)
@pytest.mark.parametrize("mode", [None, "PRESENT"])
def test_a_result_that_the_api_cannot_answer_is_refused(
    mode: Any, resource: str, result: Any, problem: str, sfn: Any, state_test: Test
) -> None:
    with pytest.raises(sfn.exceptions.ValidationException, match=problem):
        state_test(task(resource, Parameters={}), mock=mocked(result, mode))
    assert (
        state_test(task(resource, Parameters={}), mock=mocked(result, "NONE"))["output"] == result
    )


def test_strict_wants_what_the_api_always_answers(sfn: Any, state_test: Test) -> None:
    start = task("states:startExecution", Parameters={"StateMachineArn": "x"})
    lower = {"executionArn": "x", "startDate": "2026-01-01"}
    with pytest.raises(sfn.exceptions.ValidationException, match="'ExecutionArn' is missing"):
        state_test(start, mock=mocked(lower))
    assert state_test(start, mock=mocked(lower, "PRESENT"))["output"] == lower


def test_strict_lets_pass_what_the_api_does_not_have(state_test: Test) -> None:
    answer = state_test(task("events:putEvents", Parameters={}), mock=mocked({"random": "json"}))
    assert answer["output"] == {"random": "json"}


def test_a_mocked_task_changes_nothing(role: str, sfn: Any, state_test: Test) -> None:
    sqs = boto3.client("sqs")
    queue = sqs.create_queue(QueueName="untouched")["QueueUrl"]
    machines = sfn.list_state_machines()["stateMachines"]
    send = task("sqs:sendMessage", Parameters={"QueueUrl": queue, "MessageBody": "hello"})
    assert state_test(send, mock=mocked({"MessageId": "m"}))["output"] == {"MessageId": "m"}
    assert "Messages" not in sqs.receive_message(QueueUrl=queue)
    assert sfn.list_state_machines()["stateMachines"] == machines
    state_test(send, roleArn=role)  # nothing of the mock is left in the parsed state either
    assert len(sqs.receive_message(QueueUrl=queue)["Messages"]) == 1


def test_without_a_mock_the_service_is_called(
    role: str, make_function: Any, sfn: Any, state_test: Test
) -> None:
    name = make_function("def lambda_handler(event, context): return event['n'] + 1")
    call = task(Parameters={"FunctionName": name, "Payload.$": "$"}, OutputPath="$.Payload")
    assert state_test(call, {"n": 1}, roleArn=role) == {"status": "SUCCEEDED", "output": 2}
    broken = state_test(call | {"Retry": [{"ErrorEquals": ["KeyError"]}]}, {}, roleArn=role)
    assert (broken["status"], broken["error"]) == ("RETRIABLE", "KeyError")
    with pytest.raises(sfn.exceptions.ValidationException, match="RoleArn must be specified"):
        state_test(call, {"n": 1})


@pytest.mark.parametrize("field", ["Parameters", "ResultSelector"])
def test_a_path_that_leads_nowhere_fails_uncaught(field: str, state_test: Test) -> None:
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]
    definition = task(Catch=catch, Retry=[{"ErrorEquals": ["States.ALL"]}])
    answer = state_test(definition | {field: {"id.$": "$.nope"}}, {"a": 1}, mock=mocked({"a": 1}))
    assert (answer["status"], answer["error"]) == ("FAILED", "States.Runtime")
    assert answer["cause"] == (
        "The JSONPath '$.nope' specified for the field 'id.$' could not be found in the input "
        "'{\"a\":1}'"
    )


def test_no_thread_is_left(role: str, make_function: Any, state_test: Test) -> None:
    from moto.stepfunctions.parser.utils import TMP_THREADS

    name = make_function("def lambda_handler(event, context): return 1")
    call = task(Parameters={"FunctionName": name})
    state_test(call, roleArn=role)  # starts the function's worker
    threads, kept = set(threading.enumerate()), len(TMP_THREADS)
    state_test(call, roleArn=role)
    state_test(call, mock=mocked({}))
    state_test(call, mock=TIMEOUT)
    assert set(threading.enumerate()) <= threads
    assert len(TMP_THREADS) <= kept


def test_a_task_times_out(role: str, make_function: Any, state_test: Test) -> None:
    name = make_function(
        """
        import time
        def lambda_handler(event, context): time.sleep(2)
        """
    )
    slow = task(Parameters={"FunctionName": name}, TimeoutSeconds=1)
    answer = state_test(slow, roleArn=role)
    assert (answer["status"], answer["error"]) == ("FAILED", "States.Timeout")


def test_more_than_five_minutes_time_out(state_test: Test) -> None:
    answer = state_test({"Type": "Wait", "Seconds": 301, "Next": "N"})
    assert answer == {"status": "FAILED", "error": "States.Timeout"}


def test_a_given_context_is_the_whole_context(state_test: Test) -> None:
    definition = task(
        "lambda:invoke.waitForTaskToken",
        InputPath="$$.Execution.Input",
        Parameters={"FunctionName": "f", "Payload": {"all.$": "$$", "input.$": "$"}},
    )
    context = {
        "Task": {"Token": "t"},
        "State": {"RetryCount": 2},
        "Execution": {"Input": {"a": 1}},
    }
    answer = state_test(
        definition, {"b": 2}, context=context, mock=mocked({"c": 3}), inspectionLevel="DEBUG"
    )
    assert answer["output"] == {"c": 3}
    payload = answer["inspectionData"]["afterParameters"]["Payload"]
    assert payload == {"all": context, "input": {"a": 1}}


@pytest.mark.parametrize(
    ("context", "problem"),
    [
        ({"Execution": {"Id": 1}}, "Execution.Id must be a string"),
        ({"Execution": {"pokemon": 1}}, "Field 'pokemon' is not allowed"),
        ({"Pokedex": {}}, "Field 'Pokedex' is not allowed"),
        ({"Map": {}}, "'Map' field is not supported"),
        ({"Task": {"Token": "t"}}, "Context object contains 'Task' when"),
    ],
)
def test_a_context_that_cannot_be_is_refused(
    context: Any, problem: str, sfn: Any, state_test: Test
) -> None:
    with pytest.raises(sfn.exceptions.ValidationException, match=problem):
        state_test(task(), context=context, mock=mocked({}))


def test_a_state_inside_a_map_is_found_by_name(state_test: Test) -> None:
    inner = {"Type": "Pass", "Output": "{% $states.input.n + 1 %}", "End": True}
    processor = {"StartAt": "Inner", "States": {"Inner": inner}}
    machine = {
        "QueryLanguage": "JSONata",
        "StartAt": "Outer",
        "States": {"Outer": {"Type": "Map", "ItemProcessor": processor, "End": True}},
    }
    assert state_test(machine, {"n": 1}, stateName="Inner")["output"] == 2


BRANCH = {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}
PARALLEL = {"Type": "Parallel", "Branches": [BRANCH, BRANCH], "End": True}
MAP = {"Type": "Map", "ItemProcessor": BRANCH, "End": True}
PASS = {"Type": "Pass", "End": True}
WAITING = task("lambda:invoke.waitForTaskToken", Parameters={"FunctionName": "f"})


def test_a_mocked_parallel_state_answers_for_its_branches(state_test: Test) -> None:
    answer = state_test(PARALLEL | {"ResultPath": "$.both"}, {"a": 1}, mock=mocked([1, 2]))
    assert answer == {"status": "SUCCEEDED", "output": {"a": 1, "both": [1, 2]}}


REFUSED = [
    ("ValidationException", PASS, {"mock": mocked({})}, "State type 'Pass' is not supported"),
    ("ValidationException", task(), {"mock": mocked({}) | DECLINED}, "only one of the following"),
    ("ValidationException", task(), {"mock": {}}, "only one of the following"),
    ("ValidationException", task(), {"mock": {"result": "{"}}, "must be valid JSON"),
    ("ValidationException", task(), {"mock": {"errorOutput": {"cause": "c"}}}, "field 'error'"),
    ("ValidationException", task(), {"mock": mocked({}), "revealSecrets": True}, "RevealSecrets"),
    ("ValidationException", MAP, {"mock": mocked([])}, "does not test Map states"),
    ("ValidationException", PARALLEL, {"mock": mocked([1])}, "same number of items"),
    ("ValidationException", PASS, {"context": {}}, "only be specified if a mock"),
    ("ValidationException", PASS, {"inspectionLevel": "ALL"}, "inspectionLevel"),
    ("ValidationException", PASS, {"variables": [1]}, "must be a JSON object"),
    (
        "ValidationException",
        PASS,
        {"stateConfiguration": {"mapItemReaderData": "[]"}},
        "mapItemReaderData",
    ),
    (
        "ValidationException",
        {"StartAt": "A", "States": {"A": PASS}},
        {"stateName": "B"},
        "State not found in definition",
    ),
    ("InvalidDefinition", MAP, {}, "does not support Map or Parallel"),
    ("InvalidDefinition", WAITING, {}, "only when a mock is specified"),
    ("InvalidDefinition", "{", {}, "INVALID_JSON_DESCRIPTION"),
    (
        "InvalidDefinition",
        {"Type": "Pas", "End": True},
        {},
        "The field 'Type' should have one of these values",
    ),
    (
        "InvalidDefinition",
        {"Type": "Pass"},
        {},
        "This object should have only one of the following fields",
    ),
    ("InvalidDefinition", {"Type": "Succeed", "End": True}, {}, "Field 'End' is not supported"),
    ("InvalidDefinition", {"StartAt": "A", "States": {"A": PASS}}, {}, "stateName"),
    ("InvalidDefinition", task("http:invoke"), {"mock": mocked({})}, "Unknown service 'http'"),
    (
        "InvalidDefinition",
        {"StartAt": "B", "States": {"A": PASS}},
        {"stateName": "A"},
        "MISSING_TRANSITION_TARGET",
    ),
    ("InvalidArn", task(), {"roleArn": "me"}, "Invalid Role Arn: 'me'"),
]


@pytest.mark.parametrize(("error", "definition", "request_", "problem"), REFUSED)
def test_what_cannot_be_tested_is_refused_by_name(
    error: str, definition: Any, request_: Any, problem: str, state_test: Test
) -> None:
    with pytest.raises(ClientError, match=problem) as refusal:
        state_test(definition, **request_)
    assert refusal.value.response["Error"]["Code"] == error


def test_an_input_that_is_no_json_is_refused(sfn: Any) -> None:
    with pytest.raises(sfn.exceptions.InvalidExecutionInput):
        sfn.test_state(definition=json.dumps(PASS), input="{")


def test_moto_is_left_as_it_was(cloud: Any) -> None:
    from moto import backend_index
    from moto.stepfunctions import urls

    from localaws.mending import Mends
    from localaws.timing.timekeeping import RealTime

    before = list(backend_index.backend_url_patterns), list(urls.url_bases)
    mends = Mends()
    teststate.install(mends, RealTime())
    assert len(urls.url_bases) == len(before[1]) + 1
    mends.restore()
    assert (backend_index.backend_url_patterns, urls.url_bases) == before


def test_a_mocked_error_of_dynamodb_keeps_its_name(state_test: Test) -> None:
    retry = [{"ErrorEquals": ["States.Timeout"], "IntervalSeconds": 1, "MaxAttempts": 2}]
    state = task(
        Resource="arn:aws:states:::dynamodb:getItem",
        Parameters={"TableName": "t", "Key": {}},
        Retry=retry,
    )
    answer = state_test(state, mock={"errorOutput": {"error": "States.Timeout", "cause": "slow"}})
    assert (answer["status"], answer["error"]) == ("RETRIABLE", "States.Timeout")
