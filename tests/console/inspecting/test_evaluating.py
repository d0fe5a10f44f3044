"""TestState: what it is asked, and what is shown where it is not to be had."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError, EndpointConnectionError

from orderlab import console
from orderlab.console.inspecting import standins

Run = Callable[..., str]
DENIED = {"Error": {"Code": "AccessDeniedException", "Message": "not authorized to TestState"}}
LISTED: dict[str, Any] = {
    "Call": {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "ResultSelector": {"m.$": "$.Payload.n"},
        "ResultPath": "$.r",
        "OutputPath": "$.r",
        "Assign": {"v.$": "$.StatusCode"},
        "Next": "Choose",
    },
    "Choose": {
        "Type": "Choice",
        "Choices": [
            {"Variable": "$.m", "NumericEquals": 9, "Next": "Wait"},
            {"Variable": "$.m", "NumericEquals": 2, "Next": "Each"},
        ],
        "Default": "Wait",
    },
    "Wait": {"Type": "Wait", "Seconds": 5, "Next": "Each"},
    "Each": {
        "Type": "Map",
        "ItemsPath": "States.Array(1, 2)",
        "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": True}}},
        "End": True,
    },
}


@pytest.fixture(scope="module")
def listed(ran: Run, double: str) -> str:
    call = LISTED["Call"] | {"Parameters": {"FunctionName": double, "Payload.$": "$"}}
    items = {"ItemsPath": "$.items"}
    states = LISTED | {
        "Call": call | {"ResultPath": "$.r", "OutputPath": "$"},
        "Choose": LISTED["Choose"]
        | {
            "Choices": [
                {"Variable": "$.r.m", "NumericEquals": 9, "Next": "Wait"},
                {"Variable": "$.r.m", "NumericEquals": 2, "Next": "Each"},
            ]
        },
        "Each": LISTED["Each"] | items,
    }
    return ran(states, {"n": 1, "items": [1, 2]})


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[dict[str, Any]]]:
    """Put something in the way of TestState; returns the requests made to it from then on."""

    def answer(how: Callable[[Callable[[], Any]], Any]) -> list[dict[str, Any]]:
        asked: list[dict[str, Any]] = []
        plain = BaseClient._make_api_call

        def call(self: Any, operation: str, arguments: dict[str, Any]) -> Any:
            if operation != "TestState":
                return plain(self, operation, arguments)
            asked.append(arguments)
            return how(lambda: plain(self, operation, arguments))

        monkeypatch.setattr(BaseClient, "_make_api_call", call)
        return asked

    return answer


def refused(_: object) -> Any:
    raise ClientError(DENIED, "TestState")


def unreachable(_: object) -> Any:
    raise EndpointConnectionError(endpoint_url="http://sync-nowhere")


def test_nothing_that_could_act_is_asked_about(listed: str, answering: Any) -> None:
    asked = answering(lambda ask: ask())
    for name in LISTED:
        if name != "Wait":
            repr(console.state(listed, name))
    assert len(asked) >= 4
    for request in asked:
        state = json.loads(request["definition"])
        assert state["Type"] != "Wait"
        assert "roleArn" not in request
        if state["Type"] == "Task":
            assert request["mock"].keys() & {"result", "errorOutput"}
            assert state["Resource"].endswith(":function:stand-in")


@pytest.mark.parametrize("how", [refused, unreachable])
def test_without_it_the_history_is_shown(
    listed: str, answering: Any, how: Any, read_page: Any
) -> None:
    answering(how)
    view = console.state(listed, "Call")
    assert [step.name for step in view.steps] == [
        "InputPath",
        "Parameters",
        "Task",
        "ResultSelector + ResultPath",
        "OutputPath",
        "Assign",
    ]
    both = view.steps[3]
    assert both.field == {"ResultSelector": {"m.$": "$.Payload.n"}, "ResultPath": "$.r"}
    assert (both.before, both.after) == (view.input, view.input | {"r": {"m": 2}})
    assert "known are only their effects together" in repr(view)
    [note] = [line for line in repr(view).splitlines() if line.startswith("Note: ")]
    assert "only what the history tells: TestState is not to be had: " in note
    assert note.removeprefix("Note: ") in read_page(view.fold.html).text


def test_without_it_a_rule_is_named_where_one_alone_leads_on(listed: str, answering: Any) -> None:
    answering(refused)
    choices = next(step for step in console.state(listed, "Choose").steps if step.rules)
    assert [rule.matched for rule in choices.rules] == [False, True]
    assert choices.rules[1].values == {}


def test_another_outcome_is_not_shown(listed: str, answering: Any) -> None:
    """An endpoint whose TestState works otherwise would explain what never was."""
    answering(lambda ask: ask() | {"output": '{"other": 1}'})
    view = console.state(listed, "Call")
    assert "ResultSelector + ResultPath" in [step.name for step in view.steps]
    assert "TestState does not repeat what the execution did (its output is another one)" in repr(
        view
    )
    assert view.output == {"n": 1, "items": [1, 2], "r": {"m": 2}}


def test_other_variables_are_not_shown(listed: str, answering: Any) -> None:
    def otherwise(ask: Callable[[], Any]) -> Any:
        answer = ask()
        return answer | {"inspectionData": answer["inspectionData"] | {"variables": '{"v": 0}'}}

    answering(otherwise)
    view = console.state(listed, "Call")
    assert "(its variables are others)" in repr(view)
    assert view.steps[-1].after == {"v": 200}


@pytest.mark.parametrize(
    ("field", "written", "asked"),
    [
        ("InputPath", "$$.Execution.Input", "$the_context.Execution.Input"),
        ("Parameters", {"a.$": "$$"}, {"a.$": "$the_context"}),
        ("Parameters", {"a": "costs $$.", "b": ["$$.x"]}, {"a": "costs $$.", "b": ["$$.x"]}),
        (
            "Parameters",
            {"a.$": r"States.Format('$$.x \' {}', $$.Execution.Id)"},
            {"a.$": r"States.Format('$$.x \' {}', $the_context.Execution.Id)"},
        ),
    ],
)
def test_the_context_object_is_a_variable(field: str, written: Any, asked: Any) -> None:
    """TestState takes a context object for some states alone, and none of a Map."""
    made = standins.stand_in({"Type": "Pass", field: written, "End": True}, "JSONPath")
    assert made[field] == asked
    assert standins.mentions_context(made) == (asked != written)


def test_an_expression_is_asked_with_the_variable() -> None:
    raw = {"Type": "Pass", "Output": "{% $states.context.State.Name & '$$' %}", "End": True}
    made = standins.stand_in(raw, "JSONata")
    assert made["Output"] == "{% $the_context.State.Name & '$$' %}"
