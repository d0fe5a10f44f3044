"""What executions reached: on hand-written histories, where every case can be had."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from orderlab.console.many.coverage import Coverage
from orderlab.console.many.flow import flow_of
from orderlab.console.many.gathering import Gathered
from orderlab.console.many.shares import Share

TASK = "arn:aws:states:::lambda:invoke"
MACHINE: dict[str, Any] = {
    "StartAt": "Pay",
    "States": {
        "Pay": {
            "Type": "Task",
            "Resource": TASK,
            "HeartbeatSeconds": 5,
            "Retry": [
                {"ErrorEquals": ["Final"], "MaxAttempts": 0},
                {"ErrorEquals": ["Busy"], "MaxAttempts": 2},
                {"ErrorEquals": ["States.HeartbeatTimeout"]},
            ],
            "Catch": [
                {"ErrorEquals": ["Declined", "Stolen"], "Next": "Reject"},
                {"ErrorEquals": ["States.TaskFailed"], "Next": "Repair"},
                {"ErrorEquals": ["States.HeartbeatTimeout"], "Next": "Wake"},
                {"ErrorEquals": ["States.ALL"], "Next": "Reject"},
            ],
            "Next": "Which",
        },
        "Which": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.a", "NumericEquals": 1, "Next": "Done"},
                {"Variable": "$.a", "NumericEquals": 2, "Next": "Reject"},
                {"Variable": "$.a", "NumericEquals": 3, "Next": "Reject"},
            ],
            "Default": "Repair",
        },
        "Repair": {"Type": "Pass", "Next": "Done"},
        "Wake": {"Type": "Pass", "Next": "Done"},
        "Reject": {"Type": "Fail", "Error": "Rejected"},
        "Done": {"Type": "Succeed"},
    },
}
Event = tuple[str, int, dict[str, Any]]


def tried(*errors: str | None) -> list[Event]:
    """Pay, an attempt for each; None succeeds."""
    events: list[Event] = [
        ("ExecutionStarted", 0, {}),
        ("TaskStateEntered", 0, {"name": "Pay"}),
    ]
    for error in errors:
        events.append(("TaskScheduled", len(events), {"resource": "invoke"}))
        kind = "TaskTimedOut" if error == "States.Timeout" else "TaskFailed"
        if error is None:
            events.append(("TaskSucceeded", len(events), {"output": "{}"}))
        else:
            events.append((kind, len(events), {"error": error}))
    return events


def left(events: list[Event], *path: tuple[str, str], end: str = "ExecutionSucceeded") -> Any:
    """Then through these states, each (type, name), and to the end."""
    events = [*events, ("TaskStateExited", len(events), {"name": "Pay", "output": "{}"})]
    for kind, name in path:
        events.append((f"{kind}StateEntered", len(events), {"name": name}))
        if kind != "Fail":
            events.append((f"{kind}StateExited", len(events), {"name": name, "output": "{}"}))
    return [*events, (end, len(events), {})]


DONE = ("Succeed", "Done")


@pytest.fixture
def covered(
    written: Callable[..., Any], gathered: Callable[..., Gathered]
) -> Callable[..., Coverage]:
    def of(*histories: Any, machine: dict[str, Any] = MACHINE) -> Coverage:
        cases = [
            written(
                machine, "SUCCEEDED" if events[-1][0] == "ExecutionSucceeded" else "FAILED", events
            )
            for events in histories
        ]
        found = gathered(*cases)
        assert found.definition is not None
        return Coverage(found, found.definition)

    return of


def reached(coverage: Coverage, kind: str) -> dict[str, int]:
    """What was reached of a kind: its label or target, and by how many."""
    some = coverage.table.query("kind == @kind and reached > 0")
    key = {"state": "state", "transition": "target"}.get(kind, "label")
    return dict(zip(some[key], some["reached"], strict=True))


def test_shares_are_exact(covered: Callable[..., Coverage]) -> None:
    coverage = covered(
        left(tried(None), ("Choice", "Which"), DONE), left(tried("Declined"), ("Fail", "Reject"))
    )
    assert coverage.states == Share(4, 6)
    # Pay to Which; Which to Done, Reject (one of two rules), Repair; Repair and Wake to Done.
    assert coverage.transitions == Share(2, 6)
    assert coverage.catches == Share(1, 4)
    assert coverage.retries == Share(0, 3)
    assert coverage.total == Share(7, 19)
    assert coverage.percent == 100 * 7 / 19
    assert len(coverage.missing) == 12
    assert str(coverage.total) == "7 of 19 (36.8 %)"
    assert list(coverage.chart.data["reached"]) == [4, 2, 1, 0, 7]


def test_a_transition_and_its_first_execution(covered: Callable[..., Coverage]) -> None:
    way = left(tried(None), ("Choice", "Which"), DONE)
    other = left(tried(None), ("Choice", "Which"), ("Pass", "Repair"), DONE)
    table = covered(way, other, other).table.set_index(["kind", "state", "target"])
    assert table.loc[("transition", "Pay", "Which"), ["reached", "first"]].tolist() == [3, "e0"]
    assert table.loc[("transition", "Which", "Repair"), ["reached", "first"]].tolist() == [2, "e1"]
    assert table.loc[("transition", "Which", "Repair"), "label"] == "default"
    assert table.loc[("transition", "Which", "Reject"), "reached"] == 0


def test_rules_that_lead_to_one_state_are_one_transition(covered: Callable[..., Coverage]) -> None:
    coverage = covered(left(tried(None), ("Choice", "Which"), ("Fail", "Reject")))
    assert reached(coverage, "transition")["Reject"] == 1
    label = coverage.table.set_index(["state", "target"]).loc[("Which", "Reject"), "label"]
    assert label == "one of 2 rules: a = 2 or a = 3"


@pytest.mark.parametrize(
    ("error", "state", "catcher"),
    [
        ("Declined", ("Fail", "Reject"), "Declined or Stolen"),
        ("Stolen", ("Fail", "Reject"), "Declined or Stolen"),
        ("Lambda.Unknown", ("Pass", "Repair"), "States.TaskFailed"),
        # States.TaskFailed is every error but a timeout.
        ("States.Timeout", ("Fail", "Reject"), "States.ALL"),
        # A history calls a missed heartbeat a timeout; where it led tells them apart.
        ("States.Timeout", ("Pass", "Wake"), "States.HeartbeatTimeout"),
    ],
)
def test_the_error_decides_which_catch(
    covered: Callable[..., Coverage], error: str, state: tuple[str, str], catcher: str
) -> None:
    path = (state,) if state[0] == "Fail" else (state, DONE)
    coverage = covered(left(tried(error), *path))
    assert reached(coverage, "catch") == {catcher: 1}


def test_what_is_retried_and_what_is_not(covered: Callable[..., Coverage]) -> None:
    assert reached(covered(left(tried("Busy", None), ("Choice", "Which"), DONE)), "retry") == {
        "Busy": 1
    }
    # A missed heartbeat, which a history calls a timeout.
    asleep = covered(left(tried("States.Timeout", None), ("Choice", "Which"), DONE))
    assert reached(asleep, "retry") == {"States.HeartbeatTimeout": 1}
    # Never to try again is a rule, too, and an error met it.
    final = covered(left(tried("Final"), ("Pass", "Repair"), DONE))
    assert reached(final, "retry") == {"Final": 1}
    # The last of its attempts failed with an error that is retried, but not this time.
    gave_up = covered(left(tried("Busy"), ("Pass", "Repair"), DONE))
    assert reached(gave_up, "retry") == {}


def test_an_error_that_no_event_tells_of(covered: Callable[..., Coverage]) -> None:
    """It led where only one Catch leads; where two lead, none of them is guessed."""
    silent = tried()
    assert reached(covered(left(silent, ("Pass", "Wake"), DONE)), "catch") == {
        "States.HeartbeatTimeout": 1
    }
    assert reached(covered(left(silent, ("Fail", "Reject"))), "catch") == {}


def test_what_is_missing_is_said_in_words(covered: Callable[..., Coverage]) -> None:
    coverage = covered(left(tried("Declined"), ("Fail", "Reject"), end="ExecutionFailed"))
    for sentence in (
        "Wake: was never entered",
        "Pay: the transition to Which was never taken",
        "Which: the transition to Repair (default) was never taken",
        "Pay: Catch States.TaskFailed was never taken",
        "Pay: Retry Busy was never used",
    ):
        assert sentence in coverage.missing
        assert sentence in repr(coverage)
    assert not any("Declined" in one for one in coverage.missing)


def test_the_picture_says_it_without_colour(covered: Callable[..., Coverage]) -> None:
    coverage = covered(left(tried("Declined"), ("Fail", "Reject"), end="ExecutionFailed"))
    svg = coverage.picture.svg
    assert ">not reached<" in svg or "not reached" in svg
    assert "1 Declined or Stolen" in svg
    assert "○ States.ALL never" in svg
    assert svg.count("○") > 4
    lines = coverage.picture.text.splitlines()
    assert "  Pay: 1" in lines
    assert "    Catch Declined or Stolen to Reject: 1" in lines
    assert "    to Which: never" in lines


def test_all_is_reached(covered: Callable[..., Coverage]) -> None:
    machine = {"StartAt": "Only", "States": {"Only": {"Type": "Succeed"}}}
    events = [
        ("ExecutionStarted", 0, {}),
        ("SucceedStateEntered", 0, {"name": "Only"}),
        ("SucceedStateExited", 2, {"name": "Only", "output": "{}"}),
        ("ExecutionSucceeded", 3, {}),
    ]
    coverage = covered(events, machine=machine)
    assert (coverage.percent, coverage.missing) == (100, [])
    assert coverage.catches == Share(0, 0)
    assert "Catches: there are none" in repr(coverage)
    assert repr(coverage).endswith("Everything was reached.")


def test_states_of_an_earlier_definition_are_told(covered: Callable[..., Coverage]) -> None:
    coverage = covered(left(tried(None), ("Pass", "Gone"), DONE))
    assert coverage.notes == ["Not in the definition of today, and not counted: Gone."]
    assert "Gone" in repr(coverage)


def test_a_map_is_counted_by_items_and_by_executions(
    written: Callable[..., Any], gathered: Callable[..., Gathered]
) -> None:
    inner = {
        "StartAt": "First",
        "States": {
            "First": {"Type": "Pass", "Next": "Second"},
            "Second": {"Type": "Pass", "End": True},
        },
    }
    machine = {
        "StartAt": "Each",
        "States": {"Each": {"Type": "Map", "ItemProcessor": inner, "End": True}},
    }
    events: list[Event] = [
        ("ExecutionStarted", 0, {}),
        ("MapStateEntered", 0, {"name": "Each"}),
        ("MapStateStarted", 2, {"length": 2}),
    ]
    ends = []
    for index in range(2):
        events.append(("MapIterationStarted", 3, {"name": "Each", "index": index}))
        for name in ("First", "Second"):
            events.append(("PassStateEntered", len(events), {"name": name}))
            events.append(("PassStateExited", len(events), {"name": name, "output": "{}"}))
        events.append(("MapIterationSucceeded", len(events), {"name": "Each", "index": index}))
        ends.append(len(events))
    events.append(("MapStateSucceeded", ends[-1], {}))
    events.append(("MapStateExited", len(events), {"name": "Each", "output": "[]"}))
    events.append(("ExecutionSucceeded", len(events), {}))
    found = gathered(written(machine, "SUCCEEDED", events))
    flow = flow_of(found.runs.values())
    assert flow.steps["First", "Second", "next"] == 2
    assert flow.by["First", "Second", "next"] == 1
    assert (flow.visits["First"], flow.through["First"]) == (2, 1)
    assert flow.steps[None, "First", "next"] == 2
    assert flow.steps["Second", None, "next"] == 2
    assert flow.steps["Each", None, "next"] == 1
    assert flow.broke == {}
    assert found.definition
    coverage = Coverage(found, found.definition)
    assert coverage.total == Share(4, 4)


def test_each_attempt_of_a_parallel_has_the_error_of_its_branch(
    covered: Callable[..., Coverage],
) -> None:
    branch = {"StartAt": "In", "States": {"In": {"Type": "Task", "Resource": TASK, "End": True}}}
    retry = [{"ErrorEquals": [error]} for error in ("First", "Second", "Third")]
    state = {"Type": "Parallel", "Branches": [branch], "Retry": retry, "End": True}
    events: list[Event] = [
        ("ExecutionStarted", 0, {}),
        ("ParallelStateEntered", 0, {"name": "Both"}),
    ]
    for error in ("First", "Second", None):
        events.append(("ParallelStateStarted", len(events), {}))
        events.append(("TaskStateEntered", len(events), {"name": "In"}))
        events.append(("TaskScheduled", len(events), {"resource": "invoke"}))
        if error:
            events.append(("TaskFailed", len(events), {"error": error}))
    events.append(("TaskSucceeded", len(events), {"output": "{}"}))
    events.append(("TaskStateExited", len(events), {"name": "In", "output": "{}"}))
    events.append(("ParallelStateSucceeded", len(events), {}))
    events.append(("ParallelStateExited", len(events), {"name": "Both", "output": "[]"}))
    events.append(("ExecutionSucceeded", len(events), {}))
    coverage = covered(events, machine={"StartAt": "Both", "States": {"Both": state}})
    assert reached(coverage, "retry") == {"First": 1, "Second": 1}
