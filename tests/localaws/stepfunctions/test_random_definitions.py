"""Random definitions: each makes a machine, or is refused with words that name a place."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from localaws.stepfunctions.definitions import validation
from tests.localaws.mutations import BOUNDED, any_json, mutated, places

ROOT = Path(__file__).resolve().parents[3]
NUMBERS = itertools.count()
WORKFLOW = json.loads(
    (ROOT / "state-machines" / "order-workflow.asl.json").read_text(encoding="utf-8")
)
END = {"End": True}
SMALL: dict[str, Any] = {
    "StartAt": "Ask",
    "States": {
        "Ask": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "f", "Payload.$": "$"},
            "ResultSelector": {"body.$": "$.Payload"},
            "ResultPath": "$.answer",
            "TimeoutSeconds": 5,
            "Retry": [{"ErrorEquals": ["A"], "IntervalSeconds": 1, "MaxAttempts": 2}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Failed"}],
            "Next": "Which",
        },
        "Which": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.a", "NumericGreaterThan": 1, "Next": "Each"},
                {"And": [{"Variable": "$.b", "IsPresent": True}], "Next": "Both"},
            ],
            "Default": "Wait",
        },
        "Each": {
            "Type": "Map",
            "ItemsPath": "$.items",
            "MaxConcurrency": 2,
            "ItemProcessor": {
                "StartAt": "One",
                "States": {"One": {"Type": "Pass", "QueryLanguage": "JSONata", "End": True}},
            },
            "Next": "Done",
        },
        "Both": {
            "Type": "Parallel",
            "Branches": [
                {"StartAt": "Left", "States": {"Left": {"Type": "Pass", "End": True}}},
                {
                    "StartAt": "Right",
                    "States": {"Right": {"Type": "Wait", "Seconds": 1, "End": True}},
                },
            ],
            "Next": "Done",
        },
        "Wait": {"Type": "Wait", "Timestamp": "2030-01-01T00:00:00Z", "Next": "Done"},
        "Done": {"Type": "Succeed"},
        "Failed": {"Type": "Fail", "Error": "E", "CausePath": "$.cause"},
    },
}


odd_values: st.SearchStrategy[Any] = (
    st.sampled_from(
        [
            *(
                None,
                True,
                0,
                -1,
                10**12,
                1.5,
                "",
                "a",
                "$",
                "$.a[",
                "$$.Execution",
                "$x",
                "{% $a %}",
            ),
            *(
                "{% ( %}",
                "States.Format('{}', $.a)",
                "States.No()",
                "Done",
                "Nowhere",
                [],
                {},
                [None],
            ),
            *(
                {"a": 1},
                {"a.$": 1},
                {"a.$": "$.b"},
                {"Type": "Pass"},
                {"Type": "Nothing"},
                "x" * 90,
            ),
            *({"Type": "Wait"}, "JSONata", "arn:aws:states:::sns:publish", "2030-01-01", "ü"),
        ]
    )
    | any_json
)
NAMES = st.sampled_from(
    [
        *("Odd", "Type", "Next", "End", "Output", "Arguments", "Assign", "QueryLanguage", "Items"),
        *("Retry", "Catch", "Seconds", "TimeoutSecondsPath", "Condition", "Not", "", "a.$"),
    ]
)


def random_one(original: dict[str, Any]) -> st.SearchStrategy[Any]:
    return mutated(original, list(places(original)), odd_values, NAMES, NAMES)


@settings(BOUNDED, max_examples=300)
@given(
    definition=random_one(SMALL) | random_one(WORKFLOW),
    kind=st.sampled_from(["STANDARD", "EXPRESS"]),
)
def test_what_is_wrong_has_a_place(definition: Any, kind: str) -> None:
    for one in validation.validate(json.dumps(definition), kind):
        assert one.code
        assert one.message
        assert one.location is None or one.location.startswith("/"), one


@settings(BOUNDED, max_examples=100)
@given(text=st.text(max_size=30) | odd_values.map(json.dumps))
def test_what_is_no_definition_is_refused(text: str) -> None:
    assert validation.errors(text)


@settings(BOUNDED, max_examples=60)
@given(definition=random_one(SMALL))
def test_a_random_definition_makes_a_machine_or_is_refused(role: str, definition: Any) -> None:
    client = boto3.client("stepfunctions")
    try:
        made = client.create_state_machine(
            name=f"random-{next(NUMBERS)}", definition=json.dumps(definition), roleArn=role
        )
    except ClientError as error:
        said = error.response["Error"]
        if said["Code"] != "InvalidDefinition" or " at " not in said["Message"]:
            raise
        return
    client.delete_state_machine(stateMachineArn=made["stateMachineArn"])
