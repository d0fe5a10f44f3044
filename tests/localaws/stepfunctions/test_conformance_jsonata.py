"""JSONata in a state: functions, nulls, what is undefined, and the errors.

docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html. What odd arguments give, and
the words of errors, were measured on AWS by others (floci-io/floci, docs of Step Functions).
"""

from __future__ import annotations

import re
from typing import Any

import pytest

JSONATA = {"QueryLanguage": "JSONata"}
GIVEN = {"a": [1, 2, 3, 4], "bar": None, "s": "a", "o": {"k": [{"v": 1}, {"v": 2}]}}
GIVES: list[tuple[str, Any]] = [
    ("$states.input.s", "a"),
    ("$states.input.bar", None),
    ("$exists($states.input.bar)", True),
    ("$type($states.input.bar)", "null"),
    ("$states.input.o.k[v > 1].v", 2),
    ("$states.input.o.k.v", [1, 2]),
    ("$sum($states.input.a)", 10),
    ("$states.context.State.Name", "A"),
    ("$partition($states.input.a, 3)", [[1, 2, 3], [4]]),
    ("$partition([1,2,3], 2.9)", [[1, 2], [3]]),
    ("$range(0, 10, 5)", [0, 5, 10]),
    ("$range(3, 1, -1)", [3, 2, 1]),
    ("$range(-1.7, 1, 1)", [-1, 0, 1]),
    ("$range(7, 7, 1)", 7),
    ("$hash('a', 'MD5')", "0cc175b9c0f1b6a831c399e269772661"),
    ("$hash('a', 'SHA-1')", "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"),
    ("$parse('{\"foo\": [1, null]}')", {"foo": [1, None]}),
    ("$random(5) = $random(5)", True),
    ("$random() < 1", True),
    ("[1..3]", [1, 2, 3]),
    ("1/2", 0.5),
    ("4/2", 2),
    ("$count([])", 0),
    ("{'a': $states.input.missing}", {}),
    ("[$states.input.missing]", []),
    ("$map($states.input.a, function($v) { $v * 2 })", [2, 4, 6, 8]),
    ("'x' & $states.input.s", "xa"),
    ("$string({'a': 1})", '{"a":1}'),
    ("$merge([$states.input.o, {'z': null}]).z", None),
    ("$now() = $now()", True),
    ("$length('ü')", 1),
]


@pytest.mark.parametrize(("expression", "expected"), GIVES, ids=[case[0] for case in GIVES])
def test_what_it_gives(run: Any, expression: str, expected: Any) -> None:
    state = {"Type": "Pass", "Output": {"v": "{% " + expression + " %}"}}
    assert run(state, given=GIVEN, **JSONATA).output == {"v": expected}


UNDEFINED = [
    "$states.input.missing",
    "$partition([1], 0)",
    "$partition([], 2)",
    "$range(1, 5, -1)",
    "$range(1, 5)",
    "$hash('a')",
]


@pytest.mark.parametrize("expression", UNDEFINED)
def test_what_returns_nothing(run: Any, expression: str) -> None:
    state = {"Type": "Pass", "Output": {"v": "{% " + expression + " %}"}}
    outcome = run(state, given=GIVEN, **JSONATA)
    cause = (
        "An error occurred while executing the state 'A' (entered at the event id #2). "
        f"The JSONata expression '{expression}' specified for the field 'Output/v' "
        "returned nothing (undefined)."
    )
    assert outcome.failure == ("States.QueryEvaluationError", cause)
    assert outcome.types[2:] == ["EvaluationFailed", "ExecutionFailed"]
    assert outcome.links == [0, 0, 2, 3]
    assert outcome.details("EvaluationFailed") == {
        "error": "States.QueryEvaluationError",
        "cause": cause,
        "location": "Output/v",
        "state": "A",
    }


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("$sum(['a'])", "T0412: "),
        ("$number('abc')", "D3030: "),
        ("$eval('1')", "T1006: "),
        ("$hash('a', 'md5')", ""),
        ("$error('why')", "D3137: why"),
        ("$range(1, 360146, 1)", "Expression evaluation memory limit exceeded"),
    ],
)
def test_what_throws(run: Any, expression: str, words: str) -> None:
    state = {"Type": "Pass", "Output": {"v": "{% " + expression + " %}"}}
    error, cause = run(state, **JSONATA).failure
    assert error == "States.QueryEvaluationError"
    assert f"'{expression}' specified for the field 'Output/v' threw an error during" in cause
    assert words in cause


def test_an_id(run: Any) -> None:
    output = run({"Type": "Pass", "Output": "{% $uuid() %}"}, **JSONATA).output
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-\w{12}", output)


MISSING = "{% $states.input.missing %}"
PLACES: list[tuple[dict[str, Any], str]] = [
    ({"Type": "Pass", "Output": MISSING}, "Output"),
    ({"Type": "Pass", "Output": {"a": {"b": [1, MISSING]}}}, "Output/a/b[1]"),
    ({"Type": "Pass", "Assign": {"x": MISSING}}, "Assign/x"),
    ({"Type": "Wait", "Seconds": MISSING}, "Seconds"),
    ({"Type": "Fail", "Error": MISSING}, "Error"),
    ({"Type": "Succeed", "Output": {"a": MISSING}}, "Output/a"),
    (
        {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage",
            "Arguments": {"QueueUrl": "q", "MessageBody": MISSING},
        },
        "Arguments/MessageBody",
    ),
]


@pytest.mark.parametrize(("state", "location"), PLACES, ids=[case[1] for case in PLACES])
def test_where_it_fails(run: Any, state: dict[str, Any], location: str) -> None:
    outcome = run(state, **JSONATA)
    assert outcome.details("EvaluationFailed")["location"] == location


def test_where_a_choice_fails(run: Any) -> None:
    rules = [{"Condition": "{% false %}", "Next": "B"}, {"Condition": MISSING, "Next": "B"}]
    outcome = run({"Type": "Choice", "Choices": rules}, {"Type": "Succeed"}, **JSONATA)
    assert outcome.details("EvaluationFailed")["location"] == "Choices[1]/Condition"


def test_each_attempt_fails_and_a_catcher_sees_it(run: Any) -> None:
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Arguments": {"QueueUrl": "q", "MessageBody": MISSING},
        "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}],
        "Catch": [
            {
                "ErrorEquals": ["States.QueryEvaluationError"],
                "Output": "{% $states.errorOutput %}",
                "Next": "B",
            }
        ],
        "End": True,
    }
    outcome = run(task, {"Type": "Succeed"}, **JSONATA)
    assert outcome.types == [
        "ExecutionStarted",
        "TaskStateEntered",
        "EvaluationFailed",
        "EvaluationFailed",
        "TaskStateExited",
        "SucceedStateEntered",
        "SucceedStateExited",
        "ExecutionSucceeded",
    ]
    assert outcome.output["Cause"].startswith("An error occurred while executing the state 'A'")


def test_a_tasks_output_is_within_its_catch(run: Any, make_function: Any) -> None:
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {
            "FunctionName": make_function("def lambda_handler(event, context): return 1")
        },
        "Output": MISSING,
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "B"}],
        "End": True,
    }
    outcome = run(task, {"Type": "Succeed"}, **JSONATA)
    assert outcome.output["Error"] == "States.QueryEvaluationError"
    assert "(entered at the event id #2)" in outcome.output["Cause"]


def test_a_catchers_output_that_fails(run: Any) -> None:
    """Measured: what it tells of follows what came before the first ParallelStateFailed."""
    boom = {"StartAt": "X", "States": {"X": {"Type": "Fail", "Error": "E", "Cause": "c"}}}
    state = {
        "Type": "Parallel",
        "Branches": [boom],
        "Catch": [
            {"ErrorEquals": ["Other"], "Next": "B"},
            {"ErrorEquals": ["States.ALL"], "Output": {"v": MISSING}, "Next": "B"},
        ],
        "End": True,
    }
    outcome = run(state, {"Type": "Succeed"}, **JSONATA)
    assert outcome.types[4:] == [
        "ParallelStateFailed",
        "EvaluationFailed",
        "ParallelStateFailed",
        "ExecutionFailed",
    ]
    assert outcome.links == [0, 0, 2, 3, 4, 4, 6, 7]
    assert outcome.details("EvaluationFailed")["location"] == "Catch[1]/Output/v"


def test_items_that_are_no_array(run: Any) -> None:
    inner = {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": True}}}
    outcome = run({"Type": "Map", "Items": MISSING, "ItemProcessor": inner}, **JSONATA)
    assert outcome.types[2:] == ["EvaluationFailed", "MapStateFailed", "ExecutionFailed"]
    assert outcome.links == [0, 0, 2, 3, 4]
    assert outcome.details("EvaluationFailed")["location"] == "Items"


@pytest.mark.parametrize("mode", ["INLINE", "DISTRIBUTED"])
def test_an_item_selector_that_is_an_expression(run: Any, mode: str) -> None:
    inner = {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": True}}}
    config = {"Mode": mode} | ({"ExecutionType": "STANDARD"} if mode == "DISTRIBUTED" else {})
    state = {
        "Type": "Map",
        "Items": ["a", "b"],
        "ItemSelector": '{% $states.context.Map.Item.Value & "!" %}',
        "ItemProcessor": {**inner, "ProcessorConfig": config},
    }
    assert run(state, **JSONATA).output == ["a!", "b!"]
    faulty = run({**state, "ItemSelector": MISSING}, **JSONATA)
    assert faulty.details("EvaluationFailed")["location"] == "ItemSelector"
