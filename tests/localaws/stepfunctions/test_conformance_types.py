"""Values of a type that a field does not take: in JSONata, and by a path.

docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html, states-language.net/spec.html.
How AWS tells of them is known for Items, SecondsPath and TimestampPath; elsewhere they are told of
likewise.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

pytestmark = pytest.mark.simulated_clock

WHERE = "An error occurred while executing the state 'A' (entered at the event id #2). "
PASS: dict[str, Any] = {"Type": "Pass", "End": True}
INNER = {"StartAt": "I", "States": {"I": PASS}}
MAP: dict[str, Any] = {"Type": "Map", "ItemProcessor": INNER}
ASK: dict[str, Any] = {
    "Type": "Task",
    "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    "Arguments": {"QueueUrl": "q", "MessageBody": "b"},
}
WAIT: dict[str, Any] = {"Type": "Wait"}
FAIL: dict[str, Any] = {"Type": "Fail"}


def choice(condition: str) -> dict[str, Any]:
    rules = [{"Condition": condition, "Next": "B"}]
    return {"Type": "Choice", "Choices": rules, "Default": "B"}


WRONG: list[tuple[dict[str, Any], str, str, str, str]] = [
    (choice("{% 1 %}"), "1", "Choices[0]/Condition", "boolean", "number' for value: 1"),
    (choice("{% null %}"), "null", "Choices[0]/Condition", "boolean", "null' for value: null"),
    ({**WAIT, "Seconds": "{% 'a' %}"}, "'a'", "Seconds", "number", "string' for value: \"a\""),
    ({**WAIT, "Seconds": "{% true %}"}, "true", "Seconds", "number", "boolean' for value: true"),
    ({**WAIT, "Timestamp": "{% 1 %}"}, "1", "Timestamp", "string", "number' for value: 1"),
    ({**FAIL, "Error": "{% [1] %}"}, "[1]", "Error", "string", "array' for value: [1]"),
    ({**FAIL, "Cause": "{% {} %}"}, "{}", "Cause", "string", "object' for value: {}"),
    ({**MAP, "Items": "{% {'a': true} %}"}, "{'a': true}", "Items", "array",
     "object' for value: {\"a\":true}"),
    ({**MAP, "Items": [], "MaxConcurrency": "{% 'a' %}"}, "'a'", "MaxConcurrency", "number",
     "string' for value: \"a\""),
    ({**ASK, "TimeoutSeconds": "{% null %}"}, "null", "TimeoutSeconds", "number",
     "null' for value: null"),
    ({**ASK, "HeartbeatSeconds": "{% 'a' %}"}, "'a'", "HeartbeatSeconds", "number",
     "string' for value: \"a\""),
]  # fmt: skip


@pytest.mark.parametrize(("state", "expression", "field", "expected", "was"), WRONG)
def test_an_unexpected_type(
    run: Any, state: Any, expression: str, field: str, expected: str, was: str
) -> None:
    rest = [] if state["Type"] == "Fail" else [{"Type": "Succeed"}]
    outcome = run(state, *rest, QueryLanguage="JSONata")
    cause = (
        f"{WHERE}The JSONata expression '{expression}' specified for the field '{field}' returned "
        f"an unexpected result type. Expected '{expected}', but was '{was}"
    )
    assert outcome.failure == ("States.QueryEvaluationError", cause)
    assert outcome.details("EvaluationFailed") == {
        "error": "States.QueryEvaluationError",
        "cause": cause,
        "location": field,
        "state": "A",
    }


TIME = "does not reference a valid ISO-8601 extended offset date-time format string"
UNFIT: list[tuple[dict[str, Any], str]] = [
    (
        {**WAIT, "Seconds": "{% -1 %}"},
        "The Seconds parameter references a negative value: -1 == -1",
    ),
    (
        {**WAIT, "Seconds": "{% 3/2 %}"},
        "The Seconds parameter cannot be parsed as a long value: 3/2 == 1.5",
    ),
    ({**WAIT, "Timestamp": "{% 'x' %}"}, f"The Timestamp parameter {TIME}: 'x' == x"),
    (
        {**MAP, "Items": [], "MaxConcurrency": "{% -1 %}"},
        "The MaxConcurrency parameter references a negative value: -1 == -1",
    ),
    (MAP, "Map state input must be an array but was: object"),
]


@pytest.mark.parametrize(("state", "cause"), UNFIT)
def test_a_value_that_does_not_fit(run: Any, state: dict[str, Any], cause: str) -> None:
    outcome = run(state, QueryLanguage="JSONata")
    assert outcome.failure == ("States.QueryEvaluationError", WHERE + cause)
    assert outcome.details("EvaluationFailed")["cause"] == WHERE + cause


GIVEN = {"n": -1, "f": 1.5, "s": "x", "t": True, "z": None, "l": [1, "a"], "o": {"k": None}}
SECONDS = "The SecondsPath parameter cannot be parsed as a long value: "
BY_PATH: list[tuple[dict[str, Any], str]] = [
    ({"SecondsPath": "$.n"}, "The SecondsPath parameter references a negative value: $.n == -1"),
    ({"SecondsPath": "$.f"}, SECONDS + "$.f == 1.5"),
    ({"SecondsPath": "$.t"}, SECONDS + "$.t == true"),
    ({"SecondsPath": "$.z"}, SECONDS + "$.z == null"),
    ({"SecondsPath": "$.o"}, SECONDS + '$.o == {"k":null}'),
    ({"TimestampPath": "$.s"}, f"The TimestampPath parameter {TIME}: $.s == x"),
    ({"TimestampPath": "$.n"}, f"The TimestampPath parameter {TIME}: $.n == -1"),
    ({"TimestampPath": "$.l"}, f'The TimestampPath parameter {TIME}: $.l == [1,"a"]'),
    ({"ErrorPath": "$.n"}, "The ErrorPath parameter does not reference a string: $.n == -1"),
    ({"CausePath": "$.z"}, "The CausePath parameter does not reference a string: $.z == null"),
    (
        {"CausePath": "$.o"},
        'The CausePath parameter does not reference a string: $.o == {"k":null}',
    ),
]


@pytest.mark.parametrize(("fields", "cause"), BY_PATH)
def test_what_a_path_leads_to(run: Any, fields: dict[str, Any], cause: str) -> None:
    kind = "Fail" if {"ErrorPath", "CausePath"} & set(fields) else "Wait"
    outcome = run({"Type": kind, **fields}, given=GIVEN)
    assert outcome.failure == ("States.Runtime", WHERE + cause)
    assert outcome.types[2:] == ["ExecutionFailed"]


@pytest.mark.parametrize(
    ("state", "language"),
    [
        ({**WAIT, "Timestamp": "2001-01-01T00:00:00+01:00"}, "JSONPath"),
        ({**WAIT, "TimestampPath": "$.t"}, "JSONPath"),
        ({**WAIT, "Timestamp": "{% $states.input.t %}"}, "JSONata"),
    ],
)
def test_a_time_with_an_offset(run: Any, state: dict[str, Any], language: str) -> None:
    given = {"t": "2001-01-01T00:00:00.5-05:00"}
    assert run(state, given=given, QueryLanguage=language).output == given


def test_a_result_path_is_told_in_json(run: Any) -> None:
    outcome = run({**PASS, "Result": 1, "ResultPath": "$.s.x"}, given=GIVEN)
    assert outcome.failure[1] == (
        f"{WHERE}Unable to apply ReferencePath $.s.x to input "
        f"{json.dumps(GIVEN, separators=(',', ':'))}"
    )


def test_an_item_selector_whose_path_leads_nowhere(run: Any) -> None:
    outcome = run({**MAP, "ItemSelector": {"a.$": "$.no"}}, given=[1])
    assert outcome.types[2:] == ["MapStateStarted", "ExecutionFailed"]
    assert outcome.failure == (
        "States.Runtime",
        (
            f"{WHERE}The JSONPath '$.no' specified for the field 'a.$' could not be found in the "
            "input '[1]'"
        ),
    )
