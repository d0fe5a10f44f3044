"""The intrinsic functions, by the examples and limits that are documented.

docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html and states-language.net/spec,
"Appendix B: List of Intrinsic Functions".
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.simulated_clock  # intrinsic functions ask no clock: once is enough


def named(cases: list[Any]) -> list[str]:
    return [f"{number}: {case[0]}" for number, case in enumerate(cases)]


DOCUMENTED: list[tuple[str, Any, Any]] = [
    ("States.Array($.Id)", {"Id": 123456}, [123456]),
    ("States.Array('a', 1, true, null, $.x)", {"x": {"y": [1]}}, ["a", 1, True, None, {"y": [1]}]),
    ("States.Array()", {}, []),
    (
        "States.ArrayPartition($.a, 4)",
        {"a": [1, 2, 3, 4, 5, 6, 7, 8, 9]},
        [[1, 2, 3, 4], [5, 6, 7, 8], [9]],
    ),
    ("States.ArrayPartition($.a, 2.7)", {"a": [1, 2, 3]}, [[1, 2, 3]]),  # rounded
    ("States.ArrayContains($.a, $.x)", {"a": [1, 2, 3, 5], "x": 5}, True),
    ("States.ArrayContains($.a, 'no')", {"a": [1, "yes"]}, False),
    ("States.ArrayContains($.a, $.x)", {"a": [{"k": 1}], "x": {"k": 1}}, True),
    ("States.ArrayRange(1, 9, 2)", {}, [1, 3, 5, 7, 9]),
    ("States.ArrayRange(9, 1, -4)", {}, [9, 5, 1]),
    ("States.ArrayRange(5, 1, 2)", {}, []),
    ("States.ArrayGetItem($.a, $.i)", {"a": [1, 2, 3, 4, 5], "i": 5 - 1}, 5),
    ("States.ArrayLength($.a)", {"a": [1, 2, 3]}, 3),
    ("States.ArrayUnique($.a)", {"a": [1, 2, 3, 3, 3, 3, 3, 3, 4]}, [1, 2, 3, 4]),
    (
        "States.ArrayUnique($.a)",
        {"a": [{"k": 1}, {"k": 1}, [1], [1], "1", 1]},
        [{"k": 1}, [1], "1", 1],
    ),
    ("States.Base64Encode($.s)", {"s": "Data to encode"}, "RGF0YSB0byBlbmNvZGU="),
    ("States.Base64Encode('ü')", {}, "w7w="),
    ("States.Base64Decode($.s)", {"s": "RGVjb2RlZCBkYXRh"}, "Decoded data"),
    (
        "States.Hash($.Data, $.Algorithm)",
        {"Data": "input data", "Algorithm": "SHA-1"},
        "aaff4a450a104cd177d28d18d74485e8cae074b7",
    ),
    ("States.Hash('a', 'MD5')", {}, "0cc175b9c0f1b6a831c399e269772661"),
    (
        "States.JsonMerge($.json1, $.json2, false)",
        {"json1": {"a": {"a1": 1, "a2": 2}, "b": 2}, "json2": {"a": {"a3": 1, "a4": 2}, "c": 3}},
        {"a": {"a3": 1, "a4": 2}, "b": 2, "c": 3},
    ),
    ("States.StringToJson($.s)", {"s": '{"foo": "bar"}'}, {"foo": "bar"}),
    ("States.StringToJson('[1, null]')", {}, [1, None]),
    (
        "States.JsonToString($.o)",
        {"o": {"foo": "bar", "l": [1, True]}},
        '{"foo":"bar","l":[1,true]}',
    ),
    ("States.MathAdd($.value1, $.step)", {"value1": 111, "step": -1}, 110),
    (
        "States.StringSplit($.inputString, $.splitter)",
        {"inputString": "1,2,3,4,5", "splitter": ","},
        ["1", "2", "3", "4", "5"],
    ),
    (
        "States.StringSplit($.inputString, $.splitter)",
        {"inputString": "This.is+a,test=string", "splitter": ".+,="},
        ["This", "is", "a", "test", "string"],
    ),
    (
        "States.Format('Hello, my name is {}.', $.name)",
        {"name": "Arnav"},
        "Hello, my name is Arnav.",
    ),
    ("States.Format('{}', $.o)", {"o": {"a": [1, "x"]}}, "{a=[1, x]}"),  # recorded
    ("States.Format('{} {} {}', 1, true, null)", {}, "1 true null"),
    (r"States.Format('\{\} \'{}\' \\', 'x')", {}, r"{} 'x' " + "\\"),
    ("States.Format('{}', States.Array(1, 'a'))", {}, "[1, a]"),
    (
        "States.Format('{}', States.Format('{}/{}', $.a, $$.State.Name))",
        {"a": "b"},
        "b/A",
    ),
    (
        "States.ArrayGetItem(States.StringSplit('2020-05-27T08:00', 'T'), 0)",
        {},
        "2020-05-27",
    ),
]


@pytest.mark.parametrize(("expression", "given", "expected"), DOCUMENTED, ids=named(DOCUMENTED))
def test_what_it_gives(run: Any, expression: str, given: Any, expected: Any) -> None:
    outcome = run({"Type": "Pass", "Parameters": {"r.$": expression}}, given=given)
    assert outcome.output == {"r": expected}


FAILING: list[tuple[str, Any]] = [
    ("States.ArrayRange(1, 1001, 1)", {}),  # at most 1,000 elements
    ("States.ArrayRange(1, 5, 0)", {}),
    ("States.ArrayPartition($.a, 0)", {"a": [1]}),
    ("States.ArrayPartition($.a, 1)", {"a": "no array"}),
    ("States.ArrayGetItem($.a, 3)", {"a": [1, 2, 3]}),
    ("States.ArrayGetItem($.a, -1)", {"a": [1, 2, 3]}),
    ("States.ArrayLength($.a)", {"a": {}}),
    ("States.ArrayContains($.a, 1)", {"a": "1"}),
    ("States.ArrayUnique($.a)", {"a": "1"}),
    ("States.Base64Encode($.a)", {"a": "x" * 10_001}),
    ("States.Base64Decode($.a)", {"a": "A" * 10_004}),
    ("States.Base64Decode('not base64!')", {}),
    ("States.Hash('a', 'SHA-3')", {}),
    ("States.Hash($.a, 'MD5')", {"a": "x" * 10_001}),
    ("States.JsonMerge($.a, $.b, true)", {"a": {}, "b": {}}),  # deep merging is not supported
    ("States.JsonMerge($.a, $.b, false)", {"a": {}, "b": []}),
    ("States.StringToJson('{')", {}),
    ("States.MathAdd($.a, 1)", {"a": "1"}),
    ("States.Format('{} {}', 1)", {}),
    ("States.Format('{}', 1, 2)", {}),
]


@pytest.mark.parametrize(("expression", "given"), FAILING, ids=named(FAILING))
def test_what_fails(run: Any, expression: str, given: Any) -> None:
    outcome = run({"Type": "Pass", "Parameters": {"r.$": expression}}, given=given)
    assert outcome.failure[0] == "States.IntrinsicFailure"
    assert outcome.types == ["ExecutionStarted", "PassStateEntered", "ExecutionFailed"]


def test_an_intrinsic_failure_can_be_caught(run: Any) -> None:
    """states-language.net/spec, "Appendix A: Predefined Error Codes"."""
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl.$": "States.StringToJson($.a)", "MessageBody": "b"},
        "Catch": [{"ErrorEquals": ["States.IntrinsicFailure"], "Next": "B"}],
    }
    outcome = run(task | {"End": True}, {"Type": "Succeed"}, given={"a": "{"})
    assert outcome.output["Error"] == "States.IntrinsicFailure"


def test_an_argument_that_is_not_there(run: Any) -> None:
    state = {"Type": "Pass", "Parameters": {"r.$": "States.Format('{}', $.missing)"}}
    assert run(state).failure == (
        "States.Runtime",
        (
            "An error occurred while executing the state 'A' (entered at the event id #2). "
            "The JsonPath argument for the field '$.missing' could not be found in the input '{}'"
        ),
    )


def test_what_is_drawn(run: Any) -> None:
    state = {
        "Type": "Pass",
        "Parameters": {
            "id.$": "States.UUID()",
            "other.$": "States.UUID()",
            "number.$": "States.MathRandom(1, 999)",
            "again.$": "States.MathRandom(1, 999, 5)",
            "same.$": "States.MathRandom(1, 999, 5)",
        },
    }
    drawn = run(state).output
    assert re.fullmatch(
        r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-\w{12}", drawn["id"]
    )
    assert drawn["id"] != drawn["other"]
    assert 1 <= drawn["number"] <= 999
    assert drawn["again"] == drawn["same"]


def test_how_a_failure_is_told(run: Any) -> None:
    """AWS documents the error's name alone; the words behind the colon are ours."""
    state = {"Type": "Pass", "Parameters": {"r.$": "States.MathAdd($.a, 1)"}}
    assert run(state, given={"a": "x"}).failure[1] == (
        "An error occurred while executing the state 'A' (entered at the event id #2). The "
        "function 'States.MathAdd($.a, 1)' had the following error: \"x\" is not a number"
    )


@pytest.mark.parametrize(
    "expression", ["States.Format()", "States.UUID(1)", "States.ArrayLength($.a, 1)", "States.No()"]
)
def test_what_is_no_call(run: Any, expression: str) -> None:
    with pytest.raises(ClientError, match="must be a valid JSONPath or a valid intrinsic function"):
        run({"Type": "Pass", "Parameters": {"r.$": expression}})
