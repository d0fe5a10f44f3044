"""Errors: where a state failed, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest

from orderlab import console
from orderlab.console.inspecting.causes import read_cause

Run = Callable[..., str]
INVOKE = "arn:aws:states:::lambda:invoke"
CATCH_ALL = [{"ErrorEquals": ["States.ALL"], "Next": "End"}]
END = {"Type": "Succeed"}


@pytest.fixture(scope="module")
def odd(function: Callable[..., str]) -> str:
    return function(
        """
        class Odd(Exception): pass
        def lambda_handler(event, context): raise Odd("no")
        """
    )


def test_a_field_that_fails_before_the_service_is_called(ran: Run, odd: str) -> None:
    task = {
        "Type": "Task",
        "Resource": INVOKE,
        "Parameters": {"FunctionName": odd, "Payload.$": "$.missing"},
        "Catch": CATCH_ALL,
        "Next": "End",
    }
    view = console.state(ran({"A": task, "End": END}, {"n": 1}), "A")
    failed = next(step for step in view.steps if step.error)
    assert failed.name == "Parameters"
    assert "'$.missing' specified for the field 'Payload.$' could not be found" in failed.error
    assert "States.Runtime is never caught, not by States.ALL either" in view.steps[-1].words
    assert "The function was not called." in repr(view)


def test_a_field_that_fails_after_the_service_answered(ran: Run, double: str) -> None:
    task = {"Type": "Task", "Resource": double, "ResultSelector": {"x.$": "$.no"}, "End": True}
    view = console.state(ran({"A": task}, {"n": 1}), "A")
    assert [step.name for step in view.steps if step.error] == ["ResultSelector"]
    assert next(step for step in view.steps if step.name == "Task").after == {"n": 2}


def test_jsonata_that_fails(ran: Run, double: str) -> None:
    task = {"Type": "Task", "Resource": double, "Output": "{% $states.result.n.x.y() %}"}
    catch = [{"ErrorEquals": ["States.QueryEvaluationError"], "Next": "End"}]
    states = {"A": task | {"Catch": catch, "Next": "End"}, "End": END}
    view = console.state(ran(states, {"n": 1}, QueryLanguage="JSONata"), "A")
    assert view.error == "States.QueryEvaluationError"
    assert [step.name for step in view.steps if step.error] == ["Output"]
    assert view.case.evaluation.refusal == ""
    assert "it fits States.QueryEvaluationError, and leads to End" in repr(view)


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ({"A": {"Type": "Pass", "Assign": {"v.$": "$.no"}, "End": True}}, "Assign"),
        (
            {
                "A": {
                    "Type": "Pass",
                    "QueryLanguage": "JSONata",
                    "Output": 1,
                    "Assign": {"v": "{% $error('bad') %}"},
                    "End": True,
                }
            },
            "Assign: failed",
        ),
        ({"A": {"Type": "Pass", "InputPath": "$.no", "End": True}}, "InputPath"),
        ({"A": {"Type": "Wait", "SecondsPath": "$.no", "End": True}}, "$.no"),
        (
            {
                "A": {
                    "Type": "Map",
                    "ItemsPath": "$.n",
                    "ItemProcessor": {"StartAt": "B", "States": {"B": {"Type": "Succeed"}}},
                    "End": True,
                }
            },
            "Map: failed",
        ),
    ],
)
def test_an_error_is_always_shown(ran: Run, states: Any, said: str) -> None:
    view = console.state(ran(states, {"n": 1}), "A")
    [failed] = [step for step in view.steps if step.error]
    assert failed.error == view.cause
    assert said in repr(view)


@pytest.mark.simulated_clock
def test_an_error_in_a_branch_is_the_parallel_states_own(ran: Run) -> None:
    both = {
        "Type": "Parallel",
        "Branches": [
            {"StartAt": "Bad", "States": {"Bad": {"Type": "Fail", "Error": "E", "Cause": "why"}}},
            {"StartAt": "Good", "States": {"Good": {"Type": "Wait", "Seconds": 9, "End": True}}},
        ],
        "Retry": [{"ErrorEquals": ["E"], "IntervalSeconds": 2, "MaxAttempts": 1}],
        "Catch": CATCH_ALL,
        "Next": "End",
    }
    arn = ran({"Both": both, "End": END}, {"n": 1})
    first, last = console.state(arn, "Both", 1), console.state(arn, "Both")
    assert "failed: E in Bad" in repr(first)
    assert "retry 1 of at most 1, after 2.000 s (2 s planned: IntervalSeconds 2)" in repr(first)
    assert "and its 1 retry is used up" in repr(last)
    path = next(step for step in last.steps if step.name == "ResultPath")
    assert path.words == "not given, so the error replaces the whole input: n is gone"
    assert last.output == {"Error": "E", "Cause": "why"}
    assert "E, so Both fails" in repr(console.state(arn, "Bad", visit=1))


@pytest.mark.simulated_clock
def test_retriers_count_for_themselves(ran: Run, odd: str) -> None:
    retry = [
        {"ErrorEquals": ["Other"], "MaxAttempts": 0},
        {
            "ErrorEquals": ["Odd"],
            "IntervalSeconds": 3,
            "BackoffRate": 4,
            "MaxDelaySeconds": 10,
            "MaxAttempts": 3,
        },
    ]
    arn = ran({"A": {"Type": "Task", "Resource": odd, "Retry": retry, "End": True}}, {})
    said = [console.state(arn, "A", number).steps[3].words for number in (1, 2, 3, 4)]
    assert "number 2 of 2 fits Odd: retry 1 of at most 3, after 3.000 s" in said[0]
    assert "12 s planned" not in said[1]
    assert "after 10.000 s (10 s planned: MaxDelaySeconds, instead of 12 s)" in said[1]
    assert "retry 3 of at most 3" in said[2]
    assert said[3] == "number 2 of 2 fits Odd, and its 3 retries are used up"
    assert "not given, so the execution fails" in repr(console.state(arn, "A"))


def test_a_choice_without_a_rule_that_matches(ran: Run) -> None:
    rule = {"Variable": "$.n", "NumericEquals": 3, "Next": "End"}
    view = console.state(
        ran({"C": {"Type": "Choice", "Choices": [rule]}, "End": END}, {"n": 1}), "C"
    )
    assert "no rule matched, and there is no Default" in repr(view)
    assert "1. n = 3 -> End: did not match ($.n is 1)" in repr(view)


def test_the_log_of_a_function_that_timed_out(ran: Run, function: Callable[..., str]) -> None:
    slow = function(
        "import time\ndef lambda_handler(event, context):\n  print('begun')\n  time.sleep(9)\n",
        Timeout=3,
    )
    task = {"Type": "Task", "Resource": INVOKE, "Parameters": {"FunctionName": slow}, "End": True}
    view = console.state(ran({"A": task}, {}), "A")
    assert list(view.log["message"])[1] == "begun"
    assert "Task timed out after 3.00 seconds" in repr(view)


def test_the_log_of_a_function_that_is_called_by_its_arn(ran: Run, double: str) -> None:
    arn = ran({"A": {"Type": "Task", "Resource": double, "End": True}}, {"n": 21})
    view = console.state(arn, "A")
    assert "doubling 21" in list(view.log["message"])
    assert "the only invocation that began while this attempt ran" in repr(view)


def test_a_log_that_cannot_be_told_apart_is_not_guessed(ran: Run, double: str) -> None:
    inner = {"StartAt": "I", "States": {"I": {"Type": "Task", "Resource": double, "End": True}}}
    each = {"Type": "Map", "ItemProcessor": inner, "End": True}
    arn = ran({"M": each}, [{"n": 101}, {"n": 102}])
    views = [console.state(arn, "I", item=item) for item in (0, 1)]
    told = [view for view in views if not view.log.empty]
    for view in told:
        assert f"doubling {view.input['n']}" in list(view.log["message"])
    said = [repr(view) for view in views if view.log.empty]
    assert all(
        "has no request id, and 2 invocations of it began in that time" in one for one in said
    )


def test_a_long_log_is_cut_and_says_so(ran: Run, function: Callable[..., str]) -> None:
    chatty = function(
        "def lambda_handler(event, context):\n  for n in range(150): print('line', n)\n"
    )
    task = {"Type": "Task", "Resource": INVOKE, "Parameters": {"FunctionName": chatty}, "End": True}
    view = console.state(ran({"A": task}, {}), "A")
    assert len(view.log) == 153
    assert "53 more lines, in .log" in repr(view)
    assert "line 149" not in repr(view)


@pytest.mark.parametrize(
    ("cause", "message", "trace"),
    [
        (None, "", ()),
        ("plain", "plain", ()),
        (
            '{"errorMessage": "m", "stackTrace": ["  a\\n    b\\n", "  c"]}',
            "m",
            ("  a", "    b", "  c"),
        ),
        ('{"errorMessage": "m", "trace": ["Error: m", "  at f"]}', "m", ("Error: m", "  at f")),
        ("[1]", "[1]", ()),
    ],
)
def test_causes(cause: str | None, message: str, trace: tuple[str, ...]) -> None:
    found = read_cause(cause)
    assert (found.message, found.trace) == (message, trace)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            {"name": "Cuont"},
            r"no state 'Cuont' in inspected-\d+\. Did you mean Count\? Visited: Count",
        ),
        ({"name": "Zzzzz"}, r"no state 'Zzzzz' in inspected-\d+\. Visited"),
        (
            {"name": "Count", "attempt": 2},
            "Count had 1 attempt, counted from 1: there is no attempt=2",
        ),
        ({"name": "Count", "attempt": 0}, "there is no attempt=0"),
        ({"name": "Count", "visit": 5}, "Count had 2 visits, counted from 1: there is no visit=5"),
        ({"name": "Count", "item": 0}, "Count is not inside a Map"),
        ({"name": "Never", "attempt": 1}, "Never was not visited"),
        ({"name": "In", "item": 3}, "In ran for items 0 to 1: there is no item=3"),
    ],
)
def test_what_there_was_not(asked: dict[str, Any], message: str, chosen: str) -> None:
    with pytest.raises(ValueError, match=message):
        console.state(chosen, **asked)


@pytest.fixture(scope="module")
def chosen(ran: Run) -> str:
    more = {"Variable": "$.n", "NumericLessThan": 2, "Next": "Count"}
    never = {"Variable": "$.n", "NumericEquals": 77, "Next": "Never"}
    inner = {"StartAt": "In", "States": {"In": {"Type": "Pass", "End": True}}}
    states = {
        "Count": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)"}, "Next": "More"},
        "More": {"Type": "Choice", "Choices": [more, never], "Default": "List"},
        "Never": END,
        "List": {"Type": "Pass", "Result": [1, 2], "Next": "Each"},
        "Each": {"Type": "Map", "ItemProcessor": inner, "End": True},
    }
    return ran(states, {"n": 0})


def test_no_such_execution(cloud: Any) -> None:
    missing = "arn:aws:states:us-east-1:123456789012:execution:none:none"
    with pytest.raises(boto3.client("stepfunctions").exceptions.ExecutionDoesNotExist):
        console.state(missing, "A")
