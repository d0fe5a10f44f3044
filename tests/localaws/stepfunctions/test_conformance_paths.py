"""Paths, templates and the fields that filter a state's data, by the examples of documentation.

docs.aws.amazon.com/step-functions/latest/dg/concepts-input-output-filtering.html and
states-language.net/spec.html, "Paths", "Payload Template", "ResultPath".
"""

from __future__ import annotations

from typing import Any

import pytest

BOOKS = {"store": {"book": [{"price": 10, "title": "a"}, {"price": 20, "title": "b"}]}}
SELECTED: list[tuple[str, Any, Any]] = [
    ("$", {"a": 1}, {"a": 1}),
    ("$.store.book[0].title", BOOKS, "a"),
    ("$.store.book[0]", BOOKS, {"price": 10, "title": "a"}),
    ("$.store.book[-1].title", BOOKS, "b"),
    ("$.store.book[5]", BOOKS, None),  # measured: beyond the end
    ("$.store.book[*].title", BOOKS, ["a", "b"]),
    ("$.store.book[0:1].title", BOOKS, ["a"]),
    ("$.store.book[?(@.price > 15)].title", BOOKS, ["b"]),
    ("$.store.book[?(@.price > 50)]", BOOKS, []),
    ("$.store.book[?(@.price > 5 && @.title == 'a')].price", BOOKS, [10]),
    ("$..price", BOOKS, [10, 20]),
    ("$['a b'].c-d", {"a b": {"c-d": 1}}, 1),
    ("$.naïve.ü", {"naïve": {"ü": "ß"}}, "ß"),
    ("$.a[0][1]", {"a": [[1, 2]]}, 2),
    ("$.a.b", {"a": {"b": None}}, None),
    ("$.a[*]", {"a": []}, []),
]


@pytest.mark.parametrize(("path", "given", "expected"), SELECTED, ids=[c[0] for c in SELECTED])
def test_what_a_path_selects(run: Any, path: str, given: Any, expected: Any) -> None:
    state = {"Type": "Pass", "Parameters": {"r.$": path}}
    assert run(state, given=given).output == {"r": expected}


def test_a_template(run: Any) -> None:
    """states-language.net/spec.html: only fields that end in `.$` are read as paths."""
    template = {
        "flagged": True,
        "parts": {
            "first.$": "$.vals[0]",
            "last3.$": "$.vals[-3:]",
            "list": [1, {"inner.$": "$.flag"}, "$.flag"],
        },
        "weekday.$": "$$.DayOfWeek" if False else "$$.State.Name",
        "formattedOutput.$": "States.Format('Today is {}', $.flag)",
        "text": 'a "quote", a \\ and a ü\n',
        'key ü "q"': 1,
        "nothing": None,
        "float": 1.5,
    }
    given = {"flag": 7, "vals": [0, 10, 20, 30, 40, 50]}
    assert run({"Type": "Pass", "Parameters": template}, given=given).output == {
        "flagged": True,
        "parts": {"first": 0, "last3": [30, 40, 50], "list": [1, {"inner": 7}, "$.flag"]},
        "weekday": "A",
        "formattedOutput": "Today is 7",
        "text": 'a "quote", a \\ and a ü\n',
        'key ü "q"': 1,
        "nothing": None,
        "float": 1.5,
    }


# Fields of a Pass state, its input, and its output.
FILTERED: list[tuple[dict[str, Any], Any, Any]] = [
    ({"InputPath": "$.a"}, {"a": {"b": 1}, "c": 2}, {"b": 1}),
    ({"InputPath": None}, {"a": 1}, {}),
    ({"OutputPath": "$.a"}, {"a": 1}, 1),
    ({"OutputPath": None}, {"a": 1}, {}),
    ({"InputPath": "$$.State.Name"}, {}, "A"),
    ({"Result": {"x": 1}}, {"a": 1}, {"x": 1}),
    ({"Result": {"x": 1}, "ResultPath": None}, {"a": 1}, {"a": 1}),
    ({"Result": {"x": 1}, "ResultPath": "$.a"}, {"a": 1, "b": 2}, {"a": {"x": 1}, "b": 2}),
    ({"Result": 1, "ResultPath": "$.p.q.r"}, {"p": {"k": 0}}, {"p": {"k": 0, "q": {"r": 1}}}),
    ({"Result": 9, "ResultPath": "$.l[1]"}, {"l": [1, 2]}, {"l": [1, 9]}),
    ({"Result": "x.$"}, {}, "x.$"),
    ({"Parameters": {"n.$": "$.b"}, "InputPath": "$.a", "ResultPath": "$.r"},
     {"a": {"b": 1}}, {"a": {"b": 1}, "r": {"n": 1}}),
    ({"Result": {"x": {"y": 1}}, "ResultPath": "$.r", "OutputPath": "$.r.x"}, {"a": 1}, {"y": 1}),
    ({"Result": None}, {"a": 1}, None),
    ({"Result": False}, {"a": 1}, False),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "given", "expected"), FILTERED)
def test_what_the_fields_make_of_it(
    run: Any, fields: dict[str, Any], given: Any, expected: Any
) -> None:
    assert run({"Type": "Pass", **fields}, given=given).output == expected


WHERE = "An error occurred while executing the state 'A' (entered at the event id #2). "
NOT_THERE: list[tuple[dict[str, Any], str]] = [
    ({"InputPath": "$.no"}, "Invalid path '$.no' : No results for path: $['no']"),
    ({"OutputPath": "$.no"}, "Invalid path '$.no' : No results for path: $['no']"),
    (
        {"Parameters": {"x": {"y.$": "$.no"}}},
        (
            "The JSONPath '$.no' specified for the field 'y.$' could not be found in the input "
            """'{"a":1}'"""
        ),
    ),
]


@pytest.mark.parametrize(("fields", "cause"), NOT_THERE)
def test_a_path_that_is_not_there(run: Any, fields: dict[str, Any], cause: str) -> None:
    outcome = run({"Type": "Pass", **fields}, given={"a": 1})
    assert outcome.failure == ("States.Runtime", WHERE + cause)
    assert outcome.types == ["ExecutionStarted", "PassStateEntered", "ExecutionFailed"]
    assert outcome.links == [0, 0, 2]


@pytest.mark.parametrize("given", ["foo", [1, 2], 5])
def test_a_result_path_that_does_not_fit(run: Any, given: Any) -> None:
    outcome = run({"Type": "Pass", "Result": 1, "ResultPath": "$.x"}, given=given)
    assert outcome.failure[0] == "States.ResultPathMatchFailure"


def test_names_with_escapes(run: Any) -> None:
    outcome = run({"StartAt": 'say "ü"', "States": {'say "ü"': {"Type": "Succeed"}}})
    assert outcome.details("SucceedStateEntered")["name"] == 'say "ü"'
