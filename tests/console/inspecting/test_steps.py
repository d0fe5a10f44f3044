"""Every field of every type of state, in JSONPath and in JSONata."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from orderlab import console
from orderlab.console.inspecting.state import StateView
from orderlab.console.inspecting.values import UNKNOWN

Run = Callable[..., str]
INVOKE = "arn:aws:states:::lambda:invoke"


def told(view: StateView) -> list[tuple[str, Any]]:
    """The steps that changed something or made a value: name and value after it."""
    made = [step for step in view.steps if step.changed or step.fresh]
    return [(step.name, step.after) for step in made if step.after is not UNKNOWN]


def words_of(view: StateView, name: str) -> str:
    return next(step.words for step in view.steps if step.name == name)


@pytest.fixture(scope="module")
def jsonpath(ran: Run, double: str) -> str:
    states = {
        "Pick": {
            "Type": "Pass",
            "InputPath": "$.order",
            "Parameters": {"id.$": "$.id", "run.$": "$$.Execution.Name"},
            "ResultPath": "$.made",
            "OutputPath": "$.made",
            "Assign": {"id.$": "$.id", "run.$": "$$.Execution.Name"},
            "Next": "Fixed",
        },
        "Fixed": {"Type": "Pass", "Result": {"n": 2}, "Next": "Call"},
        "Call": {
            "Type": "Task",
            "Resource": INVOKE,
            "Parameters": {"FunctionName": double, "Payload.$": "$"},
            "Next": "Direct",
        },
        "Direct": {
            "Type": "Task",
            "Resource": double,
            "InputPath": "$.Payload",
            "ResultSelector": {"twice.$": "$.n", "run.$": "$$.State.Name"},
            "ResultPath": "$.n",
            "OutputPath": "$.n",
            "Next": "Choose",
        },
        "Choose": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.twice", "NumericLessThan": 8, "Next": "Sleep"},
                {
                    "And": [
                        {"Variable": "$.missing", "IsPresent": False},
                        {"Variable": "$$.Execution.Name", "StringEquals": "e"},
                    ],
                    "Next": "Sleep",
                    "Assign": {"chosen": True},
                },
            ],
            "Default": "Sleep",
        },
        "Sleep": {"Type": "Wait", "Seconds": 2, "OutputPath": "$.twice", "Next": "End"},
        "End": {"Type": "Succeed"},
    }
    return ran(states, {"order": {"id": 7, "x": 1}})


def test_pass_in_jsonpath(jsonpath: str) -> None:
    view = console.state(jsonpath, "Pick")
    made = {"id": 7, "run": "e"}
    assert told(view) == [
        ("InputPath", {"id": 7, "x": 1}),
        ("Parameters", made),
        ("ResultPath", {"order": {"id": 7, "x": 1}, "made": made}),
        ("OutputPath", made),
        ("Assign", made),
    ]
    fixed = console.state(jsonpath, "Fixed")
    assert told(fixed) == [("Result", {"n": 2}), ("ResultPath", {"n": 2})]
    assert fixed.variables == made
    lost = "not given, so the result replaces the whole input: id, run are gone"
    assert words_of(fixed, "ResultPath") == lost


def test_the_envelope_that_went_on_is_pointed_at(jsonpath: str) -> None:
    view = console.state(jsonpath, "Call")
    assert "is at $.Payload from here" in words_of(view, "ResultPath")
    assert "is at" not in words_of(console.state(jsonpath, "Direct"), "ResultPath")


def test_task_in_jsonpath(jsonpath: str) -> None:
    view = console.state(jsonpath, "Direct")
    envelope = view.input
    selected = {"twice": 8, "run": "Direct"}
    assert told(view) == [
        ("InputPath", {"n": 4}),
        ("Task", {"n": 8}),
        ("ResultSelector", selected),
        ("ResultPath", envelope | {"n": selected}),
        ("OutputPath", selected),
    ]
    assert words_of(view, "ResultPath") == "puts the result into the state's input at n"


def test_choice_in_jsonpath(jsonpath: str) -> None:
    """Two rules and the Default lead to one state: TestState tells which it was."""
    view = console.state(jsonpath, "Choose")
    choices = next(step for step in view.steps if step.name == "Choices")
    assert [rule.matched for rule in choices.rules] == [False, True]
    assert choices.rules[0].values == {"$.twice": "8"}
    assert choices.rules[1].values == {"$.missing": "not there", "$$.Execution.Name": '"e"'}
    assert choices.words.startswith("rule 2 matched (")
    assert ("Assign", {"id": 7, "run": "e", "chosen": True}) in told(view)
    assert "2. missing is not present and $$.Execution.Name" in repr(view)


def test_wait_and_succeed_in_jsonpath(jsonpath: str) -> None:
    view = console.state(jsonpath, "Sleep")
    assert words_of(view, "Seconds").startswith("waited 2")
    assert told(view) == [("OutputPath", 8)]
    assert console.state(jsonpath, "End").output == 8


@pytest.mark.simulated_clock
def test_it_is_not_waited_again(jsonpath: str, cloud: Any) -> None:
    before = cloud.clock.now
    repr(console.state(jsonpath, "Sleep"))
    assert cloud.clock.now == before


@pytest.fixture(scope="module")
def jsonata(ran: Run, double: str) -> str:
    states = {
        "Set": {
            "Type": "Pass",
            "Assign": {"limit": 10, "run": "{% $states.context.Execution.Name %}"},
            "Output": {"n": "{% $states.input.n + 1 %}"},
            "Next": "Choose",
        },
        "Choose": {
            "Type": "Choice",
            "Choices": [
                {"Condition": "{% $states.input.n > $limit %}", "Next": "Call"},
                {
                    "Condition": "{% $states.input.n >= 3 and $not($exists($states.input.z)) %}",
                    "Assign": {"chosen": 2},
                    "Output": {"m": "{% $states.input.n %}"},
                    "Next": "Call",
                },
            ],
            "Default": "Both",
        },
        "Call": {
            "Type": "Task",
            "Resource": INVOKE,
            "Arguments": {
                "FunctionName": double,
                "Payload": {"n": "{% $states.input.m * $limit %}"},
            },
            "Output": "{% $states.result.Payload %}",
            "Assign": {"limit": "{% $limit + $states.result.Payload.n %}"},
            "Next": "Both",
        },
        "Both": {
            "Type": "Parallel",
            "Arguments": {"x": "{% $limit %}"},
            "Branches": [
                {
                    "StartAt": "Left",
                    "States": {
                        "Left": {"Type": "Pass", "Assign": {"inner": 1}, "Next": "Left2"},
                        "Left2": {"Type": "Pass", "Output": "{% $inner + $limit %}", "End": True},
                    },
                },
                {"StartAt": "Right", "States": {"Right": {"Type": "Pass", "End": True}}},
            ],
            "Output": {"both": "{% $states.result %}"},
            "Next": "Each",
        },
        "Each": {
            "Type": "Map",
            "Items": "{% $states.input.both[0] ~> $append(1) %}",
            "ItemProcessor": {
                "StartAt": "One",
                "States": {
                    "One": {
                        "Type": "Pass",
                        "Output": "{% $states.input + $states.context.Map.Item.Index %}",
                        "End": True,
                    }
                },
            },
            "Next": "Stop",
        },
        "Stop": {"Type": "Fail", "Error": "Odd", "Cause": "{% 'last ' & $states.input[1] %}"},
    }
    return ran(states, {"n": 2}, QueryLanguage="JSONata")


def test_pass_and_choice_in_jsonata(jsonata: str) -> None:
    view = console.state(jsonata, "Set")
    assert told(view) == [("Output", {"n": 3}), ("Assign", {"limit": 10, "run": "e"})]
    view = console.state(jsonata, "Choose")
    [choices] = [step for step in view.steps if step.name == "Choices"]
    assert [rule.matched for rule in choices.rules] == [False, True]
    assert choices.rules[0].values == {"$states.input.n": "3", "$limit": "10"}
    assert choices.rules[1].values == {"$states.input.n": "3", "$states.input.z": "not there"}
    assert ("Output", {"m": 3}) in told(view)
    output = next(step for step in view.steps if step.name == "Output")
    assert output.field == {"m": "{% $states.input.n %}"}


def test_task_in_jsonata(jsonata: str) -> None:
    view = console.state(jsonata, "Call")
    steps = dict(told(view))
    assert list(steps) == ["Arguments", "Task", "Output", "Assign"]
    assert steps["Arguments"]["Payload"] == {"n": 30}
    assert steps["Output"] == {"n": 60}
    assert (view.variables["limit"], steps["Assign"]["limit"]) == (10, 70)
    assert "QueryLanguage" not in repr(view)
    assert "· JSONata" in view.fold.html


def test_parallel_and_map_in_jsonata(jsonata: str) -> None:
    view = console.state(jsonata, "Both")
    assert told(view) == [
        ("Arguments", {"x": 70}),
        ("Parallel", [71, {"x": 70}]),
        ("Output", {"both": [71, {"x": 70}]}),
    ]
    view = console.state(jsonata, "Each")
    assert told(view) == [("Items", [71, 1]), ("Map", [71, 2])]
    view = console.state(jsonata, "Stop")
    assert view.steps[0].after == {"Error": "Odd", "Cause": "last 2"}


def test_variables_stay_in_their_branch(jsonata: str) -> None:
    assert console.state(jsonata, "Left2").variables["inner"] == 1
    assert "inner" not in console.state(jsonata, "Right").variables
    assert "inner" not in console.state(jsonata, "Each").variables


@pytest.fixture(scope="module")
def mapped(ran: Run, double: str) -> str:
    inner = {
        "Twice": {"Type": "Task", "Resource": double, "ResultPath": "$.r", "Next": "Sum"},
        "Sum": {
            "Type": "Pass",
            "Parameters": {"at.$": "$$.Map.Item.Index", "n.$": "$.r.n"},
            "Assign": {"seen.$": "$.n"},
            "End": True,
        },
    }
    each = {
        "Type": "Map",
        "ItemsPath": "$.numbers",
        "ItemSelector": {"n.$": "$$.Map.Item.Value", "all.$": "$.numbers"},
        "ItemProcessor": {"StartAt": "Twice", "States": inner},
        "ResultSelector": {"made.$": "$[*].n"},
        "ResultPath": "$.done",
        "End": True,
    }
    return ran({"Each": each}, {"numbers": [1, 2, 3]})


def test_map_in_jsonpath(mapped: str) -> None:
    numbers = [1, 2, 3]
    assert told(console.state(mapped, "Each")) == [
        ("ItemsPath", numbers),
        ("ItemSelector", [{"n": n, "all": numbers} for n in numbers]),
        ("Map", [{"at": at, "n": 2 * n} for at, n in enumerate(numbers)]),
        ("ResultSelector", {"made": [2, 4, 6]}),
        ("ResultPath", {"numbers": numbers, "done": {"made": [2, 4, 6]}}),
    ]


def test_a_distributed_map_has_no_states_of_its_own(ran: Run, double: str) -> None:
    inner = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "I",
        "States": {"I": {"Type": "Task", "Resource": double, "End": True}},
    }
    each = {"Type": "Map", "ItemProcessor": inner, "End": True}
    plain = console.state(ran({"M": each}, [{"n": 1}, {"n": 2}]), "M")
    assert ("Map", [{"n": 2}, {"n": 4}]) in told(plain)
    shaped = each | {"ItemsPath": "$.all", "ResultPath": "$.made"}
    view = console.state(ran({"M": shaped}, {"all": [{"n": 1}]}), "M")
    assert "Map: its result is not in the history" not in repr(plain)
    assert told(view) == [("ResultPath", {"all": [{"n": 1}], "made": [{"n": 2}]})]


def test_an_iteration_is_chosen_by_its_item(mapped: str) -> None:
    view = console.state(mapped, "Sum", item=1)
    assert ("Parameters", {"at": 1, "n": 4}) in told(view)
    assert view.variables == {}
    assert "item 1 of Each" in repr(view)
    assert console.state(mapped, "Sum", item=(1,)).output == view.output
    assert "\n  visit 3 of 3\n" in repr(console.state(mapped, "Sum", visit=3))


LOOP = {
    "Count": {
        "Type": "Pass",
        "Parameters": {"n.$": "States.MathAdd($.n, 1)"},
        "Assign": {"last.$": "$.n"},
        "Next": "More",
    },
    "More": {
        "Type": "Choice",
        "Choices": [{"Variable": "$.n", "NumericLessThan": 3, "Next": "Count"}],
        "Default": "End",
    },
    "End": {"Type": "Succeed"},
}


def test_a_loop_has_visits(ran: Run) -> None:
    arn = ran(LOOP, {"n": 0})
    assert console.state(arn, "Count").output == {"n": 3}
    second = console.state(arn, "Count", visit=2)
    assert (second.output, second.variables) == ({"n": 2}, {"last": 1})
    assert "visit 2 of 3" in repr(second)
    assert "no rule matched, so the Default: End" in repr(console.state(arn, "More"))


@pytest.mark.parametrize(
    ("states", "name", "step", "said"),
    [
        (
            {"A": {"Type": "Pass", "InputPath": None, "End": True}},
            "A",
            "InputPath",
            "an empty object takes its place",
        ),
        (
            {"A": {"Type": "Pass", "Result": 1, "ResultPath": None, "End": True}},
            "A",
            "ResultPath",
            "the result is dropped, the input goes on as it came",
        ),
        (
            {"A": {"Type": "Pass", "Result": 1, "ResultPath": "$.n", "End": True}},
            "A",
            "ResultPath",
            "puts the result into the state's input at n, over what was there",
        ),
        (
            {"A": {"Type": "Pass", "Result": 1, "ResultPath": "$", "End": True}},
            "A",
            "ResultPath",
            "the result replaces the whole input: n is gone",
        ),
        (
            {"A": {"Type": "Pass", "OutputPath": None, "End": True}},
            "A",
            "OutputPath",
            "an empty object takes its place",
        ),
        (
            {"A": {"Type": "Pass", "QueryLanguage": "JSONata", "End": True}},
            "A",
            "Output",
            "not given, so the input is the output",
        ),
    ],
)
def test_what_people_get_wrong_is_said(
    states: Any, name: str, step: str, said: str, ran: Run
) -> None:
    assert words_of(console.state(ran(states, {"n": 1}), name), step) == said


def test_hostile_text_is_text(ran: Run, read_page: Any) -> None:
    evil = "</span></details><script>alert(1)</script><img src=x onerror=alert(1)>&lt;"
    states = {
        evil[:70]: {"Type": "Pass", "Parameters": {evil: evil}, "ResultPath": "$.r", "Next": "F"},
        "F": {"Type": "Fail", "Error": evil, "Cause": json.dumps({"errorMessage": evil})},
    }
    arn = ran(states, {evil: evil})
    for name in states:
        page = read_page(console.state(arn, name).fold.html)
        assert "<script>alert(1)" in page.text


def test_a_running_state_shows_what_there_is(started: Run) -> None:
    queue = boto3.client("sqs").create_queue(QueueName="inspected-tokens")["QueueUrl"]
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": queue, "MessageBody": {"token.$": "$$.Task.Token"}},
        "ResultPath": "$.answer",
        "End": True,
    }
    arn = started({"Ask": task}, {"n": 1})
    view = console.state(arn, "Ask")
    token = view.steps[1].after["MessageBody"]["token"]
    assert [step.name for step in view.steps] == ["InputPath", "Parameters", "Task"]
    assert "Ask (SQS SendMessage, waits for task token): running" in repr(view)
    assert "the steps after its work are still to come" in repr(view)
    boto3.client("stepfunctions").send_task_success(taskToken=token, output='"yes"')
    view = console.state(arn, "Ask")
    assert view.output == {"n": 1, "answer": "yes"}
    assert ("ResultPath", view.output) in told(view)
    assert view.case.evaluation.refusal == ""
