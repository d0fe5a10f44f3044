"""Variables and the context object.

docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html and
.../input-output-contextobject.html
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

PASS = {"Type": "Pass", "End": True}


def inner(**fields: Any) -> dict[str, Any]:
    return {"StartAt": "I", "States": {"I": {**PASS, **fields}}}


def test_an_inner_scope_reads_and_keeps_its_own(run: Any) -> None:
    """A branch sees the variables around it; what it assigns is gone with it."""
    first = {"StartAt": "I", "States": {
        "I": {"Type": "Pass", "Assign": {"own": 5}, "Next": "J"},
        "J": {**PASS, "Parameters": {"outer.$": "$outer.a", "own.$": "$own"}},
    }}  # fmt: skip
    outcome = run(
        {"Type": "Pass", "Assign": {"outer": {"a": 1}}},
        {"Type": "Parallel", "Branches": [first]},
        {"Type": "Pass", "Parameters": {"seen.$": "$", "outer.$": "$outer"}},
    )
    assert outcome.output == {"seen": [{"outer": 1, "own": 5}], "outer": {"a": 1}}


def test_a_map_reads_outer_variables(run: Any) -> None:
    processor = inner(Parameters={"sum.$": "States.MathAdd($, $n)"})
    outcome = run(
        {"Type": "Pass", "Assign": {"n": 10}},
        {"Type": "Map", "ItemProcessor": processor},
        given=[1, 2],
    )
    assert outcome.output == [{"sum": 11}, {"sum": 12}]


def test_values_change_together(run: Any) -> None:
    """All expressions of an Assign see the values at the state's entry."""
    outcome = run(
        {"Type": "Pass", "Assign": {"x": 3, "a": 6}},
        {"Type": "Pass", "Assign": {"x": "{% $a %}", "nextX": "{% $x %}"}},
        {"Type": "Pass", "Output": {"x": "{% $x %}", "nextX": "{% $nextX %}"}},
        QueryLanguage="JSONata",
    )
    assert outcome.output == {"x": 6, "nextX": 3}


def test_a_catcher_assigns(run: Any) -> None:
    boom = {"StartAt": "X", "States": {"X": {"Type": "Fail", "Error": "E", "Cause": "c"}}}
    catch = {"ErrorEquals": ["E"], "Assign": {"why.$": "$.Cause"}, "Next": "B"}
    parallel = {"Type": "Parallel", "Branches": [boom], "Catch": [catch], "End": True}
    assert run(parallel, {**PASS, "Parameters": {"r.$": "$why"}}).output == {"r": "c"}


def test_what_is_assigned_is_told(run: Any) -> None:
    outcome = run({"Type": "Pass", "Assign": {"t": 'say "a"', "o": {"k": 1}}})
    details = outcome.details("PassStateExited")
    assert details["assignedVariables"] == {"t": json.dumps('say "a"'), "o": '{"k":1}'}
    assert details["assignedVariablesDetails"] == {"truncated": False}


def test_the_context_object(run: Any) -> None:
    outcome = run({"Type": "Pass", "Parameters": {"c.$": "$$"}}, given={"a": 1})
    context = outcome.output["c"]
    *_, machine, name = outcome.arn.split(":")
    moment = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
    assert list(context) == ["Execution", "StateMachine", "State"]
    assert context["Execution"].pop("RoleArn").startswith("arn:aws:iam::123456789012:role/")
    assert re.fullmatch(moment, context["Execution"].pop("StartTime"))
    assert context["Execution"] == {
        "Id": outcome.arn,
        "Input": {"a": 1},
        "Name": name,
        "RedriveCount": 0,
    }
    assert re.fullmatch(moment, context["State"].pop("EnteredTime"))
    assert context["State"] == {"Name": "A"}
    assert context["StateMachine"]["Name"] == machine
    assert context["StateMachine"]["Id"].endswith(f":stateMachine:{machine}")


def test_the_item_of_a_map(run: Any) -> None:
    selector = {"i.$": "$$.Map.Item.Index", "v.$": "$$.Map.Item.Value", "all.$": "$.x"}
    state = {"Type": "Map", "ItemsPath": "$.l", "ItemSelector": selector, "ItemProcessor": inner()}
    assert run(state, given={"l": ["a", "b"], "x": 9}).output == [
        {"i": 0, "v": "a", "all": 9},
        {"i": 1, "v": "b", "all": 9},
    ]


def test_the_item_in_a_nested_map(run: Any) -> None:
    """The inner item is seen within, the state's name is that of the state."""
    within = inner(Parameters={"v.$": "$$.Map.Item.Value", "n.$": "$$.State.Name"})
    outer = {"StartAt": "M", "States": {"M": {"Type": "Map", "ItemProcessor": within, "End": True}}}
    outcome = run({"Type": "Map", "ItemProcessor": outer}, given=[[1], [2]])
    assert outcome.output == [[{"v": 1, "n": "I"}], [{"v": 2, "n": "I"}]]


def test_a_retry_counts(run: Any, make_function: Any) -> None:
    name = make_function(
        "def lambda_handler(event, context):\n"
        "    if event['n'] < 2: raise ValueError('again')\n"
        "    return event['n']"
    )
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": name, "Payload": {"n.$": "$$.State.RetryCount"}},
        "OutputPath": "$.Payload",
        "Retry": [{"ErrorEquals": ["ValueError"], "MaxAttempts": 3}],
    }
    assert run(task).output == 2


def test_paths_into_a_variable(run: Any) -> None:
    value = {"b": [{"c": 1}, {"c": 2}]}
    read = {**PASS, "Parameters": {"one.$": "$v.b[1].c", "all.$": "$v.b[*].c"}}
    outcome = run({"Type": "Pass", "Assign": {"v": value}}, read)
    assert outcome.output == {"one": 2, "all": [1, 2]}


@pytest.mark.parametrize(
    ("fields", "path", "field", "data"),
    [
        ({"Parameters": {"a.$": "$no"}}, "$no", "a.$", '{"x":1}'),
        ({"Parameters": {"a.$": "$v.no"}}, "$v.no", "a.$", '{"k":1}'),
        ({"Assign": {"w.$": "$.no"}}, "$.no", "w.$", '{"x":1}'),
    ],
)
def test_a_path_that_leads_nowhere(
    run: Any, fields: dict[str, Any], path: str, field: str, data: str
) -> None:
    outcome = run({"Type": "Pass", "Assign": {"v": {"k": 1}}}, {**PASS, **fields}, given={"x": 1})
    assert outcome.failure == (
        "States.Runtime",
        (
            "An error occurred while executing the state 'B' (entered at the event id #4). The "
            f"JSONPath '{path}' specified for the field '{field}' could not be found in the input "
            f"'{data}'"
        ),
    )


def test_an_inner_scope_does_not_write_to_the_outer_one(run: Any) -> None:
    state = {"Type": "Parallel", "Branches": [inner(Assign={"v": 2})]}
    error, cause = run({"Type": "Pass", "Assign": {"v": 1}}, state).failure
    assert error == "States.Runtime"
    assert "the state 'I'" in cause
    assert "'v': it belongs to an outer scope" in cause
