"""What the API refuses, and in which words.

Lengths, ranges, values and patterns: docs.aws.amazon.com/step-functions/latest/apireference/. The
words are those that were reported of real AWS, as in github.com/getmoto/moto/issues/6438 (a name of
more than 80 characters) and github.com/hashicorp/terraform-provider-aws/pull/17683 (a log group).
"""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

PASS = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})
PLACE = "arn:aws:states:us-east-1:123456789012"
MACHINE = f"{PLACE}:stateMachine:none"
EXECUTION = f"{PLACE}:execution:none:none"
MAP_RUN = f"{PLACE}:mapRun:none/A:none"
LONG = "x" * 81
TEXT = "x" * 262145
CREATE = {"definition": PASS, "roleArn": "ROLE"}


def detected(member: str, constraint: str, value: str | None = None) -> tuple[str, str]:
    told = "Value" if value is None else f"Value {value}"
    words = f"{told} at '{member}' failed to satisfy constraint: Member must {constraint}"
    return "ValidationException", f"1 validation error detected: {words}"


def logs(*destinations: str) -> dict[str, Any]:
    groups = [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}} for arn in destinations]
    return {"loggingConfiguration": {"level": "ALL", "destinations": groups}}


REFUSED: list[tuple[str, dict[str, Any], tuple[str, str]]] = [
    ("create_state_machine", CREATE, detected("name", "not be null", "null")),
    (
        "create_state_machine",
        {**CREATE, "name": LONG},
        detected("name", "have length less than or equal to 80", f"'{LONG}'"),
    ),
    ("create_state_machine", {**CREATE, "name": "a b"}, ("InvalidName", "Invalid Name: 'a b'")),
    (
        "create_state_machine",
        {**CREATE, "name": 5},
        ("SerializationException", "NUMBER_VALUE can not be converted to a String"),
    ),
    (
        "create_state_machine",
        {**CREATE, "name": "a", "type": "FAST"},
        detected("type", "satisfy enum value set: [STANDARD, EXPRESS]", "'FAST'"),
    ),
    (
        "create_state_machine",
        {**CREATE, "name": "a", "loggingConfiguration": {"level": "SOME"}},
        detected(
            "loggingConfiguration.level",
            "satisfy enum value set: [ALL, ERROR, FATAL, OFF]",
            "'SOME'",
        ),
    ),
    (
        "create_state_machine",
        {**CREATE, "name": "a", **logs()},
        (
            "InvalidLoggingConfiguration",
            "Invalid Logging Configuration: Must specify exactly one Log Destination.",
        ),
    ),
    (
        "create_state_machine",
        {**CREATE, "name": "a", **logs("arn:aws:logs:us-east-1:123456789012:log-group:g")},
        (
            "InvalidLoggingConfiguration",
            "Invalid Logging Configuration: Log Group ARN must be provided with '*' qualifier.",
        ),
    ),
    (
        "create_state_machine",
        {**CREATE, "name": "a", "tags": [{"key": "k" * 129, "value": ""}]},
        detected(
            "tags.1.member.key", "have length less than or equal to 128", "'" + "k" * 129 + "'"
        ),
    ),
    (
        "create_state_machine",
        {**CREATE, "name": "a", "publish": True, "versionDescription": "d" * 257},
        detected("versionDescription", "have length less than or equal to 256"),
    ),
    ("start_execution", {}, detected("stateMachineArn", "not be null", "null")),
    (
        "start_execution",
        {"stateMachineArn": MACHINE, "name": LONG},
        detected("name", "have length less than or equal to 80", f"'{LONG}'"),
    ),
    (
        "start_execution",
        {"stateMachineArn": MACHINE, "input": TEXT},
        detected("input", "have length less than or equal to 262144"),
    ),
    (
        "start_execution",
        {"stateMachineArn": MACHINE, "input": {"a": 1}},
        ("SerializationException", "Start of structure or map found where not expected."),
    ),
    (
        "start_execution",
        {"stateMachineArn": MACHINE, "traceHeader": "ü"},
        detected("traceHeader", r"satisfy regular expression pattern: \p{ASCII}*", "'ü'"),
    ),
    ("describe_execution", {"executionArn": "x"}, ("InvalidArn", "Invalid Arn: 'x'")),
    (
        "get_execution_history",
        {"executionArn": EXECUTION, "maxResults": 1001},
        detected("maxResults", "have value less than or equal to 1000", "'1001'"),
    ),
    (
        "get_execution_history",
        {"executionArn": EXECUTION, "maxResults": -1},
        detected("maxResults", "have value greater than or equal to 0", "'-1'"),
    ),
    (
        "stop_execution",
        {"executionArn": EXECUTION, "error": "x" * 257},
        detected("error", "have length less than or equal to 256"),
    ),
    (
        "list_executions",
        {"stateMachineArn": MACHINE, "redriveFilter": "X"},
        detected("redriveFilter", "satisfy enum value set: [REDRIVEN, NOT_REDRIVEN]", "'X'"),
    ),
    ("send_task_success", {"output": "{}"}, detected("taskToken", "not be null", "null")),
    (
        "send_task_success",
        {"taskToken": "x" * 2049, "output": "{}"},
        detected("taskToken", "have length less than or equal to 2048"),
    ),
    (
        "send_task_failure",
        {"taskToken": ""},
        ("InvalidToken", "Invalid Token: 'Invalid token'"),
    ),
    ("tag_resource", {"resourceArn": "x", "tags": []}, ("InvalidArn", "Invalid Arn: 'x'")),
    (
        "describe_state_machine_alias",
        {"stateMachineAliasArn": "x"},
        ("InvalidArn", "Invalid Arn: 'x'"),
    ),
    ("list_map_runs", {"executionArn": "x"}, ("InvalidArn", "Invalid Arn: 'x'")),
    ("describe_map_run", {"mapRunArn": "x"}, ("InvalidArn", "Invalid Arn: 'x'")),
    (
        "describe_map_run",
        {"mapRunArn": MAP_RUN},
        ("ResourceNotFound", f"Resource not found: '{MAP_RUN}'"),
    ),
    (
        "update_map_run",
        {"mapRunArn": MAP_RUN, "toleratedFailurePercentage": 101},
        detected("toleratedFailurePercentage", "have value less than or equal to 100", "'101'"),
    ),
]


@pytest.fixture
def unchecked(cloud: Any) -> Any:
    """A client that sends whatever it is given."""
    return boto3.client("stepfunctions", config=Config(parameter_validation=False))


@pytest.mark.parametrize(
    ("operation", "given", "expected"),
    REFUSED,
    ids=[f"{case[0]}-{index}" for index, case in enumerate(REFUSED)],
)
def test_what_is_refused(
    unchecked: Any, role: str, operation: str, given: dict[str, Any], expected: tuple[str, str]
) -> None:
    given = {name: role if value == "ROLE" else value for name, value in given.items()}
    with pytest.raises(ClientError) as refused:
        getattr(unchecked, operation)(**given)
    error = refused.value.response["Error"]
    assert (error["Code"], error["Message"]) == expected


def test_all_that_is_wrong_is_told_at_once(unchecked: Any) -> None:
    with pytest.raises(ClientError) as refused:
        unchecked.create_state_machine(name="", definition=PASS)
    assert refused.value.response["Error"]["Message"] == (
        "2 validation errors detected: Value '' at 'name' failed to satisfy constraint: Member "
        "must have length greater than or equal to 1; Value null at 'roleArn' failed to satisfy "
        "constraint: Member must not be null"
    )


@pytest.mark.parametrize("name", ["a.b", "a-b_c", "übung"])
def test_a_name_may_have_other_characters(make_machine: Any, name: str) -> None:
    """API_StartExecution.html lists what a name must not contain."""
    sfn = boto3.client("stepfunctions")
    arn = sfn.start_execution(stateMachineArn=make_machine(json.loads(PASS)), name=name)
    assert arn["executionArn"].endswith(f":{name}")
