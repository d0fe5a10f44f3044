"""What is found wrong with a definition, and what is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orderlab.console.definition.faults import faults
from orderlab.console.definition.parsing import parse

WORKFLOW = Path(__file__).parents[3] / "state-machines" / "order-workflow.asl.json"
DONE = {"Type": "Succeed"}


def told(states: dict[str, Any], start: str | None = "A") -> list[str]:
    """The messages, hints with a question mark before them."""
    machine = {"States": states} | ({} if start is None else {"StartAt": start})
    found = faults(parse(json.dumps(machine)))
    return [f"? {fault.message}" if fault.hint else fault.message for fault in found]


def task(*catch: list[str], key: str = "Catch", **more: Any) -> dict[str, Any]:
    target = {"Next": "B"} if key == "Catch" else {}
    handlers = [{"ErrorEquals": names, **target} for names in catch]
    return {"Type": "Task", "Resource": "arn:x", "Next": "B", key: handlers, **more}


def test_nothing_is_wrong_with_the_order_workflow() -> None:
    assert faults(parse(WORKFLOW.read_text(encoding="utf-8"))) == []


def test_a_target_that_does_not_exist() -> None:
    choices = [{"Variable": "$.x", "IsNull": True, "Next": "Dome"}]
    assert told({"A": {"Type": "Pass", "Next": "Zzz"}}) == ["A leads to Zzz, which is no state."]
    assert told({"A": {"Type": "Choice", "Choices": choices, "Default": "Done"}, "Done": DONE}) == [
        "A leads to Dome, which is no state (meant: Done?)."
    ]


def test_a_target_in_another_branch() -> None:
    inner = {"StartAt": "B", "States": {"B": {"Type": "Pass", "Next": "C"}}}
    states = {"A": {"Type": "Map", "ItemProcessor": inner, "Next": "C"}, "C": DONE}
    assert told(states) == ["B leads to C, which is not in the same branch."]


def test_no_way_on() -> None:
    assert told({"A": {"Type": "Pass"}}) == [
        'A has neither Next nor "End": true: where does it lead?'
    ]
    assert told({"A": {"Type": "Pass", "End": False}}) == [
        'A has neither Next nor "End": true: where does it lead?'
    ]
    assert told({"A": {"Type": "Pass", "Next": "B", "End": True}, "B": DONE}) == [
        "A has both Next and End."
    ]
    assert told({"A": {"Type": "Succeed", "Next": "B"}, "B": DONE}) == [
        "A: a Succeed state has neither Next nor End."
    ]


def test_an_unreachable_state_and_what_only_it_leads_to() -> None:
    states = {
        "A": {"Type": "Pass", "Next": "Z"},
        "B": {"Type": "Pass", "Next": "Z"},
        "C": {"Type": "Pass", "Next": "B"},
        "Z": DONE,
    }
    assert told(states) == ["Nothing leads to C."]


def test_an_unreachable_loop_is_told_once() -> None:
    states = {
        "A": DONE,
        "B": {"Type": "Choice", "Choices": [{"Next": "C", "Condition": "x"}], "Default": "A"},
        "C": {"Type": "Pass", "Next": "B"},
    }
    assert told(states) == ["Nothing leads to B."]


def test_what_is_only_reached_by_a_catch_is_reached() -> None:
    states = {"A": {**task(["E"]), "Next": "C"}, "B": DONE, "C": DONE}
    assert told(states) == []


def test_a_misspelled_target_is_not_told_again_as_unreachable() -> None:
    states = {"A": {"Type": "Pass", "Next": "Check1"}, "Check": DONE}
    assert told(states) == ["A leads to Check1, which is no state (meant: Check?)."]


def test_start_at() -> None:
    assert told({"A": DONE}, start=None) == ["StartAt is missing."]
    assert told({"A": DONE}, start="a") == ["StartAt names a, which is no state there."]
    inner = {"StartAt": "Bb", "States": {"B": DONE}}
    assert told({"A": {"Type": "Parallel", "Branches": [inner], "End": True}}) == [
        "StartAt of a branch of A names Bb, which is no state there (meant: B?)."
    ]


def test_a_choice_without_default() -> None:
    state = {"Type": "Choice", "Choices": [{"Condition": "{% true %}", "Next": "B"}]}
    [message] = told({"A": state, "B": DONE})
    assert message.startswith("? A has no Default: input that no rule matches fails")
    assert message.endswith("States.Runtime.")


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({"Next": "B"}, "A has no Type."),
        ({"Type": "Pas", "Next": "B"}, "A has an unknown Type: Pas (meant: Pass?)."),
        ({"Type": "Task", "Next": "B"}, "A (Task) needs Resource."),
        ({"Type": "Choice", "Choices": [], "Default": "B"}, "A (Choice) needs Choices."),
        (
            {"Type": "Wait", "Next": "B"},
            "A (Wait) needs Seconds or SecondsPath or Timestamp or TimestampPath.",
        ),
        ({"Type": "Parallel", "Next": "B"}, "A (Parallel) needs Branches."),
        ({"Type": "Map", "Next": "B"}, "A (Map) needs ItemProcessor or Iterator."),
    ],
)
def test_what_a_type_needs(state: dict[str, Any], message: str) -> None:
    assert told({"A": state, "B": DONE}) == [message]


def test_a_wait_of_no_seconds_has_its_seconds() -> None:
    assert told({"A": {"Type": "Wait", "Seconds": 0, "End": True}}) == []


@pytest.mark.parametrize("key", ["Catch", "Retry"])
@pytest.mark.parametrize(
    ("names", "message"),
    [
        ([["E"], ["F", "E"]], "2 of A never sees E: it stands in an earlier one."),
        (
            [["States.TaskFailed"], ["E", "States.Timeout"]],
            "2 of A never sees E: States.TaskFailed stands before it.",
        ),
        (
            [["States.TaskFailed"], ["States.Timeout"], ["States.ALL"]],
            "3 of A never sees States.ALL: States.TaskFailed and States.Timeout stand before it.",
        ),
        ([["States.Runtime"]], "1 of A never sees States.Runtime: no Retry or Catch sees it."),
    ],
)
def test_what_can_never_match(key: str, names: list[list[str]], message: str) -> None:
    assert told({"A": task(*names, key=key), "B": DONE}) == [f"? {key} {message}"]


def test_states_all() -> None:
    assert told({"A": task(["E"], ["States.ALL"]), "B": DONE}) == []
    assert told({"A": task(["States.TaskFailed"], ["States.ALL"]), "B": DONE}) == []
    assert told({"A": task(["States.ALL", "E"]), "B": DONE}) == [
        "Catch 1 of A: States.ALL must be the only name in its ErrorEquals."
    ]
    assert told({"A": task(["States.ALL"], ["E"]), "B": DONE}) == [
        "Catch 1 of A: States.ALL must be in the last one.",
        "? Catch 2 of A never sees E: States.ALL stands before it.",
    ]
    assert told({"A": task([]), "B": DONE}) == ["Catch 1 of A has no ErrorEquals."]


def test_a_loop_without_a_way_out() -> None:
    ask = {"Type": "Wait", "Seconds": 5, "Next": "A"}
    assert told({"A": {"Type": "Pass", "Next": "B"}, "B": ask}) == [
        "From A, B no end can be reached: the loop never ends."
    ]
    # AWS accepts it where some other way ends.
    choice = {"Type": "Choice", "Choices": [{"Condition": "x", "Next": "C"}], "Default": "D"}
    states = {"A": choice, "C": {"Type": "Pass", "Next": "C"}, "D": DONE}
    assert told(states) == ["? From C no end can be reached: the loop never ends."]


def test_a_loop_that_a_catch_leaves() -> None:
    assert told({"A": {**task(["E"]), "Next": "A"}, "B": DONE}) == []


def test_a_name_used_twice() -> None:
    inner = {"StartAt": "A", "States": {"A": DONE}}
    found = told({"M": {"Type": "Map", "ItemProcessor": inner, "Next": "A"}, "A": DONE}, start="M")
    assert found == ["More than one state is named A."]
