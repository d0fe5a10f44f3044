"""Faults of a definition that are told before it runs."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from localaws.stepfunctions.definitions import paths
from localaws.stepfunctions.definitions.validation import errors, validate

PASS: dict[str, Any] = {"Type": "Pass", "End": True}
TASK: dict[str, Any] = {
    "Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke",
    "Parameters": {"FunctionName": "f"},
    "End": True,
}
WAIT: dict[str, Any] = {"Type": "Wait", "Seconds": 1, "End": True}
MAP: dict[str, Any] = {
    "Type": "Map",
    "ItemProcessor": {"StartAt": "I", "States": {"I": PASS}},
    "End": True,
}
LOOP = {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}}
SCHEMA = "SCHEMA_VALIDATION_FAILED"


def of(*states: dict[str, Any], machine_type: str = "STANDARD", **fields: Any) -> list[str]:
    """The faults of a machine of states A, B, C."""
    named = {chr(ord("A") + index): state for index, state in enumerate(states)}
    definition = {"StartAt": "A", "States": named, **fields}
    return [str(one) for one in errors(json.dumps(definition), machine_type)]


def choice(*rules: dict[str, Any], **fields: Any) -> list[str]:
    return of({"Type": "Choice", "Choices": list(rules), **fields}, {"Type": "Succeed"})


class TestRecorded:
    """Word for word what real AWS was reported to answer."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("", (SCHEMA, "Definition must be a valid JSON object", None)),
            ("{}", (SCHEMA, "These fields are required: [States, StartAt]", "/")),
            (
                json.dumps({"States": {"A": PASS}}),
                (SCHEMA, "These fields are required: [StartAt]", "/"),
            ),
            (
                json.dumps({"StartAt": "A", "States": LOOP}),
                ("MISSING_END_STATE", "Workflow has no terminal state", None),
            ),
            (
                json.dumps({"StartAt": "A", "States": {**LOOP, "C": PASS}}),
                ("MISSING_TRANSITION_TARGET", 'State "C" is not reachable.', "/States/C"),
            ),
        ],
    )
    def test_of_a_whole_definition(self, text: str, expected: tuple[Any, ...]) -> None:
        [found] = validate(text)
        assert found[:3] == expected

    @pytest.mark.parametrize(
        ("found", "expected"),
        [
            (
                of({"Type": "Pass", "Next": "NOPE"}),
                [
                    "MISSING_TRANSITION_TARGET: Missing 'Next' target: NOPE at /States/A/Next",
                    "MISSING_END_STATE: Workflow has no terminal state at null",
                ],
            ),
            (
                of({**MAP, "TimeoutSeconds": 1}),
                [f"{SCHEMA}: Field 'TimeoutSeconds' is not supported at /States/A"],
            ),
            (
                of({"Type": "Guess"}),
                [
                    (
                        f"{SCHEMA}: The field 'Type' should have one of these values: "
                        "[Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map] at /States/A/Type"
                    )
                ],
            ),
            (
                of({**PASS, "QueryLanguage": "JSONPath"}, QueryLanguage="JSONata"),
                [
                    (
                        f"{SCHEMA}: 'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for "
                        "whole state machine at /States/A"
                    )
                ],
            ),
            (
                of({**PASS, "Output": 1}),
                [
                    (
                        f"{SCHEMA}: The QueryLanguage is set to 'JSONPath', but field 'Output' is "
                        "only supported for the 'JSONata' QueryLanguage at /States/A"
                    )
                ],
            ),
            (
                of({**PASS, "Output": {"v": "{% phone %}"}}, QueryLanguage="JSONata"),
                [
                    (
                        "UNSUPPORTED_JSONATA_EXPRESSION: "
                        "Reference to 'phone' at the top level is not "
                        "supported. at /States/A/Output/v"
                    )
                ],
            ),
            (
                of(
                    {**TASK, "Resource": f"{TASK['Resource']}.waitForTaskToken"},
                    machine_type="EXPRESS",
                ),
                [
                    (
                        f"{SCHEMA}: Express state machine does not support "
                        "'.waitForTaskToken' service "
                        "integration  at /States/A/Resource"
                    )
                ],
            ),
            (
                of(
                    {**TASK, "Resource": "arn:aws:states:us-east-1:123456789012:activity:a"},
                    machine_type="EXPRESS",
                ),
                [
                    (
                        f"{SCHEMA}: Express state machine does not support Activity ARN at "
                        "/States/A/Resource"
                    )
                ],
            ),
            (
                of({**TASK, "Parameters": {"JobName.$": "foo"}}),
                [
                    (
                        f"{SCHEMA}: The value for the field 'JobName.$' "
                        "must be a valid JSONPath or a "
                        "valid intrinsic function call at /States/A/Parameters"
                    )
                ],
            ),
            (
                of({**TASK, "Resource": "lambda"}),
                [f"{SCHEMA}: Value is not a valid resource ARN at /States/A/Resource"],
            ),
            (
                choice({"Variable": "States.ArrayLength($.a)", "NumericEquals": 0, "Next": "B"}),
                [
                    (
                        f"{SCHEMA}: Value is not a Reference Path: "
                        "Reference path didn't start with "
                        "'$' at /States/A/Choices[0]/Variable"
                    )
                ],
            ),
        ],
    )
    def test_of_one_state(self, found: list[str], expected: list[str]) -> None:
        assert found == expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (of({"Type": "Pass"}), "only one of the following fields: [Next, End] at /States/A"),
        (of({**PASS, "Next": "A"}), "only be one of the following fields: [Next, End]"),
        (of({"Type": "Fail", "Next": "A"}), "Field 'Next' is not supported at /States/A"),
        (of({"Type": "Task", "End": True}), "These fields are required: [Resource] at /States/A"),
        (of({**PASS, "Catch": []}), "Field 'Catch' is not supported"),
        (of({**PASS, "Comment": 1}), "Expected value of type String at /States/A/Comment"),
        (of({**PASS, "End": "yes"}), "Expected value of type Boolean at /States/A/End"),
        (of({**PASS, "InputPath": "a"}), "must be a valid JSONPath. at /States/A/InputPath"),
        (of({**PASS, "ResultPath": "$.a[*]"}), "not a Reference Path: The path must identify"),
        (of({**PASS, "ResultPath": "$..a"}), "at /States/A/ResultPath"),
        (of({**PASS, "Assign": {"states": 1}}), "RESERVED_VARIABLE_NAME"),
        (of({**PASS, "Assign": {"a-b": 1}}), "INVALID_VARIABLE_NAME"),
        (of({**PASS, "Parameters": {"a.$": "States.Nope($.a)"}}), "at /States/A/Parameters"),
        (of({**PASS, "Parameters": {"a": {"b.$": 7}}}), "at /States/A/Parameters/a"),
        (of({**TASK, "TimeoutSeconds": 0}), "Minimum value is 1 at /States/A/TimeoutSeconds"),
        (of({**TASK, "TimeoutSeconds": 1.5}), "Expected value of type Integer"),
        (of({**TASK, "TimeoutSeconds": 9, "HeartbeatSeconds": 9}), "/States/A/HeartbeatSeconds"),
        (
            of({**TASK, "TimeoutSeconds": 9, "TimeoutSecondsPath": "$.t"}),
            "only be one of the following fields: [TimeoutSeconds, TimeoutSecondsPath]",
        ),
        (
            of({**TASK, "Retry": [{}]}),
            "These fields are required: [ErrorEquals] at /States/A/Retry[0]",
        ),
        (
            of({**TASK, "Retry": [{"ErrorEquals": ["X"], "BackoffRate": 0.5}]}),
            "Minimum value is 1 at /States/A/Retry[0]/BackoffRate",
        ),
        (
            of({**TASK, "Retry": [{"ErrorEquals": ["X"], "MaxDelaySeconds": 31622401}]}),
            "Maximum value is 31622400",
        ),
        (
            of({**TASK, "Retry": [{"ErrorEquals": ["X"], "JitterStrategy": "SOME"}]}),
            "Value should be one of the following: [NONE, FULL]",
        ),
        (
            of({**TASK, "Retry": [{"ErrorEquals": ["States.ALL", "X"]}]}),
            "States.ALL must appear alone and at end of list at /States/A/Retry[0]/ErrorEquals",
        ),
        (
            of(
                {
                    **TASK,
                    "Catch": [
                        {"ErrorEquals": ["States.ALL"], "Next": "B"},
                        {"ErrorEquals": ["X"], "Next": "B"},
                    ],
                },
                {"Type": "Fail"},
            ),
            "States.ALL must appear alone and at end of list at /States/A/Catch[0]/ErrorEquals",
        ),
        (of({**TASK, "Catch": [{"ErrorEquals": ["X"]}]}), "These fields are required: [Next]"),
        (of({**WAIT, "Timestamp": "2026-01-01T00:00:00Z"}), "only be one of the following fields"),
        (of({"Type": "Wait", "End": True}), "[SecondsPath, Seconds, TimestampPath, Timestamp]"),
        (of({"Type": "Wait", "Timestamp": "today", "End": True}), "match RFC3339 timestamp"),
        (of({**WAIT, "Seconds": 100_000_000}), "Maximum value is 99999999"),
        (of({"Type": "Map", "End": True}), "[ItemProcessor, Iterator] at /States/A"),
        (of({**MAP, "MaxConcurrency": -1}), "Minimum value is 0 at /States/A/MaxConcurrency"),
        (of({**MAP, "ToleratedFailureCount": 1}), "Field 'ToleratedFailureCount' is not supported"),
        (
            of({"Type": "Parallel", "Branches": [], "End": True}),
            "cannot be empty at /States/A/Branches",
        ),
        (
            of(
                {
                    "Type": "Parallel",
                    "Branches": [{"StartAt": "B", "States": {"B": {"Type": "Pass", "Next": "A"}}}],
                    "End": True,
                }
            ),
            "Missing 'Next' target: A at /States/A/Branches[0]/States/B/Next",
        ),
        (
            of(
                {
                    "Type": "Map",
                    "ItemProcessor": {"StartAt": "A", "States": {"A": PASS}},
                    "End": True,
                }
            ),
            "DUPLICATE_STATE_NAME: Duplicate State name: A at /States/A/ItemProcessor/States/A",
        ),
        (of(PASS, StartAt="B"), "MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /StartAt"),
        (of(PASS, Version="2.0"), "one of the following: [1.0] at /Version"),
        (of(PASS, TimeoutSeconds=-1), "Minimum value is 0 at /TimeoutSeconds"),
        (of(PASS, Extra=1), "Field 'Extra' is not supported at /"),
        (of(PASS, States={"B" * 81: PASS}, StartAt="B" * 81), "INVALID_STATE_NAME"),
        (
            of({**TASK, "Resource": "arn:aws:states:::dynamodb:getItem.sync"}),
            "The resource provided arn:aws:states:::dynamodb:getItem.sync is not recognized",
        ),
        (of({**TASK, "Resource": "arn:aws:states:::aws-sdk:sqs:sendMessages"}), "not recognized"),
        (
            of({**PASS, "Output": "{% 1 + %}"}, QueryLanguage="JSONata"),
            "INVALID_JSONATA_EXPRESSION",
        ),
        (of({**PASS, "Output": "{% 1"}, QueryLanguage="JSONata"), "start with {% and end with %}"),
        (of({**PASS, "Output": "{% $$ %}"}, QueryLanguage="JSONata"), "Reference to '$$'"),
        (choice(), "Value cannot be empty at /States/A/Choices"),
        (choice({"Next": "B"}), "[And, Or, Not, Variable, Condition] at /States/A/Choices[0]"),
        (choice({"Variable": "$.a", "IsNull": True}), "These fields are required: [Next]"),
        (choice({"Variable": "$.a", "Next": "B"}), "only one of the following fields"),
        (
            choice({"Variable": "$.a", "IsNull": True, "IsString": True, "Next": "B"}),
            "There should only be one of the following fields: [IsNull, IsString]",
        ),
        (
            choice({"Variable": "$.a", "NumericEquals": "1", "Next": "B"}),
            "Expected value of type Number at /States/A/Choices[0]/NumericEquals",
        ),
        (
            choice({"And": [{"Variable": "$.a", "IsNull": True, "Next": "B"}], "Next": "B"}),
            "Field 'Next' is not supported at /States/A/Choices[0]/And[0]",
        ),
        (choice({"Condition": True, "Next": "B"}), "but field 'Condition' is only supported"),
        (
            choice({"Condition": "$states.input.x > 1", "Next": "B"}, QueryLanguage="JSONata"),
            "JSONata string must start with {% and end with %} at /States/A/Choices[0]/Condition",
        ),
        (
            choice({"Variable": "$.a", "IsNull": True, "Next": "B"}, Default="C"),
            "/States/A/Default",
        ),
        (of({"Type": "Fail", "Error": "X", "ErrorPath": "$.e"}), "[Error, ErrorPath] at /States/A"),
    ],
)
def test_a_fault_is_named_with_its_place(found: list[str], expected: str) -> None:
    assert any(expected in one for one in found), found


LABELLED: dict[str, Any] = {
    **MAP,
    "ItemProcessor": {
        **MAP["ItemProcessor"],
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
    },
    "Label": "items",
}
LONG = "n" * 81


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (
            errors(json.dumps({"StartAt": LONG, "States": {LONG: PASS}})),
            (  # reported: github.com/ChristopheBougere/asl-validator/issues/69
                f"INVALID_STATE_NAME: Invalid State name: State '{LONG}' exceeds the 80-character "
                f"limit allowed by the service at /States/{LONG}"
            ),
        ),
        (
            of({"Type": "Fail", "Error": 5}),
            f"{SCHEMA}: Expected value of type String at /States/A/Error",
        ),
        (
            of({**TASK, "Parameters": "x"}),
            f"{SCHEMA}: Expected value of type Object at /States/A/Parameters",
        ),
        (
            of({**TASK, "Credentials": "x"}),
            f"{SCHEMA}: Expected value of type Object at /States/A/Credentials",
        ),
        (
            of({**PASS, "Assign": ["x"]}),
            f"{SCHEMA}: Expected value of type Object at /States/A/Assign",
        ),
        (of({**TASK, "Resource": "arn:aws:states:::aws-sdk:nosuch:list"}), "is not recognized"),
        (of({**LABELLED, "Label": "l" * 41}), "INVALID_LABEL_NAME: Invalid Label name: Label 'lll"),
        (of({**LABELLED, "Label": "a b"}), "INVALID_LABEL_NAME: Invalid Label name: a b"),
        (
            of({**LABELLED, "ItemReader": {}}),
            f"{SCHEMA}: These fields are required: [Resource] at /States/A/ItemReader",
        ),
        (
            of({**LABELLED, "ItemReader": {"Resource": "r", "ReaderConfig": {"InputType": "XML"}}}),
            (
                f"{SCHEMA}: Value should be one of the following: [CSV, JSON, JSONL, PARQUET, "
                "MANIFEST] at /States/A/ItemReader/ReaderConfig/InputType"
            ),
        ),
    ],
)
def test_a_fault_of_one_field(found: list[Any], expected: str) -> None:
    [one] = found
    assert expected in str(one)


def test_a_label_given_twice() -> None:
    inner = {
        "StartAt": "K",
        "States": {
            "K": {
                **LABELLED,
                "ItemProcessor": {
                    **LABELLED["ItemProcessor"],
                    "StartAt": "J",
                    "States": {"J": PASS},
                },
            }
        },
    }
    outer = {**LABELLED, "ItemProcessor": {**LABELLED["ItemProcessor"], **inner}}
    [found] = of(outer)
    assert found.startswith("DUPLICATE_LABEL_NAME: Duplicate Label name: items at /States/A/Item")


def test_what_is_no_json_is_told_with_its_place() -> None:
    [found] = validate('{"StartAt": "A"\n  7}')
    assert found.code == "INVALID_JSON_DESCRIPTION"
    assert found.location is not None
    assert "line: 2" in found.location


def test_a_name_given_twice() -> None:
    text = '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}, "A": {"Type": "Succeed"}}}'
    assert [one.code for one in validate(text)] == ["DUPLICATE_STATE_NAME"]


def test_what_is_nested_too_deeply() -> None:
    assert [one.code for one in validate("[" * 100_000)] == ["TOO_DEEPLY_NESTED"]


def test_a_distributed_map_inside_express() -> None:
    config = {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}
    processor = {**MAP["ItemProcessor"], "ProcessorConfig": config}
    state = {**MAP, "ItemProcessor": processor, "ToleratedFailureCount": 1}
    assert of(state) == []
    [found] = of(state, machine_type="EXPRESS")
    assert found == (
        f"{SCHEMA}: The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' "
        "state machines at /States/A/ItemProcessor/ProcessorConfig/Mode"
    )


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ({**PASS, "Parameters": {"a": "$.b"}}, "NO_DOLLAR"),
        ({**PASS, "Result": {"a.$": "$.b"}}, "PASS_RESULT_IS_STATIC"),
    ],
)
def test_a_warning_is_no_error(state: dict[str, Any], code: str) -> None:
    found = validate(json.dumps({"StartAt": "A", "States": {"A": state}}))
    assert [(one.code, one.severity) for one in found] == [(code, "WARNING")]
    assert of(state) == []


@pytest.mark.parametrize(
    "text",
    [
        "$",
        "$.a",
        "$.a.b[0]",
        "$['a b'].c",
        "$..x",
        "$.a[?(@.b > 1)]",
        "$$.Task.Token",
        "$v.a",
        "$.a-b",
    ],
)
def test_what_is_a_path(text: str) -> None:
    assert paths.is_path(text)


@pytest.mark.parametrize("text", ["", "a", "$.", "$.a.", "$.a[", "$.a[]", "$.a b", "$['a]"])
def test_what_is_no_path(text: str) -> None:
    assert not paths.is_path(text)


@pytest.mark.parametrize(
    "text",
    [
        "States.UUID()",
        "States.Format('it\\'s {}', $.a)",
        "States.Array(1, true, null, $$.X, States.UUID())",
    ],
)
def test_what_is_an_intrinsic_function(text: str) -> None:
    assert paths.is_intrinsic(text)


@pytest.mark.parametrize(
    "text", ["States.UUID", "States.Format('a)", "States.Nope()", "States.Array(1,)"]
)
def test_what_is_no_intrinsic_function(text: str) -> None:
    assert not paths.is_intrinsic(text)


class TestApi:
    def test_create_and_update_refuse_what_is_faulty(self, cloud: Any, role: str) -> None:
        sfn = boto3.client("stepfunctions")
        faulty = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}})
        sound = json.dumps({"StartAt": "A", "States": {"A": PASS}})
        words = "Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next'"
        with pytest.raises(sfn.exceptions.InvalidDefinition, match=words):
            sfn.create_state_machine(name="faulty", definition=faulty, roleArn=role)
        made = sfn.create_state_machine(name="sound", definition=sound, roleArn=role)
        with pytest.raises(sfn.exceptions.InvalidDefinition, match=words):
            sfn.update_state_machine(stateMachineArn=made["stateMachineArn"], definition=faulty)
        shown = sfn.describe_state_machine(stateMachineArn=made["stateMachineArn"])
        assert shown["definition"] == sound

    def test_validate(self, cloud: Any) -> None:
        sfn = boto3.client("stepfunctions")
        state = {"Type": "Pass", "Next": "Nowhere", "Parameters": {"a": "$.b"}}
        text = json.dumps({"StartAt": "A", "States": {"A": state}})
        answer = sfn.validate_state_machine_definition(definition=text)
        assert (answer["result"], answer["truncated"]) == ("FAIL", False)
        assert answer["diagnostics"] == [
            {
                "severity": "ERROR",
                "code": "MISSING_TRANSITION_TARGET",
                "message": "Missing 'Next' target: Nowhere",
                "location": "/States/A/Next",
            },
            {
                "severity": "ERROR",
                "code": "MISSING_END_STATE",
                "message": "Workflow has no terminal state",
            },
        ]
        told = sfn.validate_state_machine_definition(
            definition=text, severity="WARNING", maxResults=1
        )
        assert told["truncated"]
        assert [one["code"] for one in told["diagnostics"]] == ["NO_DOLLAR"]

    def test_a_sound_definition(self, cloud: Any) -> None:
        text = json.dumps({"StartAt": "A", "States": {"A": PASS}})
        answer = boto3.client("stepfunctions").validate_state_machine_definition(definition=text)
        assert (answer["result"], answer["diagnostics"]) == ("OK", [])

    def test_a_definition_of_more_than_a_megabyte(self, cloud: Any) -> None:
        with pytest.raises(ClientError, match="less than or equal to 1048576"):
            boto3.client("stepfunctions").validate_state_machine_definition(
                definition="x" * 1048577
            )
