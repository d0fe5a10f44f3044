"""Parallel, Map and nested executions: what happens at one time, and what after another."""

from __future__ import annotations

import json
from typing import Any

import pytest

pytestmark = pytest.mark.simulated_clock

FAIL = {"Type": "Fail", "Error": "OnPurpose"}
CATCH = [{"ErrorEquals": ["States.ALL"], "Next": "B"}]


def in_order(moments: list[Any]) -> bool:
    times = [moment.at for moment in moments]
    return times == sorted(times)


class TestParallel:
    def test_branches_wait_side_by_side(self, executions: Any, machine: Any, wait: Any) -> None:
        branches = [machine(wait(30), wait(30)), machine(wait(20)), machine(wait(45))]
        arn = executions.run(machine({"Type": "Parallel", "Branches": branches}))
        history = executions.history(arn)
        assert in_order(history)
        assert executions.times(arn, "WaitStateExited") == [20, 30, 45, 60]
        assert executions.times(arn, "ParallelStateSucceeded") == [60]

    def test_branches_of_one_time_go_on_in_their_order(
        self, executions: Any, machine: Any, wait: Any
    ) -> None:
        names = ["first", "second", "third", "fourth"]
        branches = [
            {"StartAt": name, "States": {name: {**wait(10), "End": True}}} for name in names
        ]
        arn = executions.run(machine({"Type": "Parallel", "Branches": branches}))
        moments = executions.history(arn)
        for event_type in ("WaitStateEntered", "WaitStateExited"):
            assert [m.name for m in moments if m.type == event_type] == names

    def test_a_branch_that_fails_ends_the_others(
        self, executions: Any, machine: Any, wait: Any, callback: Any, call: Any
    ) -> None:
        """Nothing of them is written later, and nothing of them holds time up."""
        branches = [
            machine(wait(10), FAIL),
            machine(wait(50), wait(50)),
            machine(callback(HeartbeatSeconds=60)),
            machine(call("time.sleep(70)", Timeout=100)),
            machine({"Type": "Parallel", "Branches": [machine(wait(80))]}),
        ]
        state = {"Type": "Parallel", "Branches": branches, "Catch": CATCH}
        arn = executions.start(machine(state, wait(500)))
        reads = 1
        while executions.describe(arn)["status"] == "RUNNING":
            reads += 1
            assert reads < 20
        late = [(m.at, m.type) for m in executions.history(arn) if m.at > 10]
        assert late == [(510, "WaitStateExited"), (510, "ExecutionSucceeded")]

    def test_a_timeout_within_a_branch(
        self, executions: Any, machine: Any, wait: Any, callback: Any
    ) -> None:
        branches = [machine(callback(TimeoutSeconds=15)), machine(wait(100))]
        arn = executions.run(machine({"Type": "Parallel", "Branches": branches}))
        assert executions.times(arn, "TaskTimedOut", "ExecutionFailed") == [15, 15]
        assert executions.seconds(arn) == 15


class TestMap:
    def map_of(self, machine: Any, *states: Any, **fields: Any) -> dict[str, Any]:
        return {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": machine(*states), **fields}

    @pytest.mark.parametrize(
        ("concurrency", "ends"),
        [
            (0, [10] * 6),
            (1, [10, 20, 30, 40, 50, 60]),
            (2, [10, 10, 20, 20, 30, 30]),
            (4, [10, 10, 10, 10, 20, 20]),
            (40, [10] * 6),
        ],
    )
    def test_waves_show_the_concurrency(
        self, executions: Any, machine: Any, wait: Any, concurrency: int, ends: list[int]
    ) -> None:
        state = self.map_of(machine, wait(10), MaxConcurrency=concurrency)
        arn = executions.run(machine(state), {"items": list(range(6))})
        assert executions.times(arn, "MapIterationSucceeded") == ends
        assert in_order(executions.history(arn))

    def test_an_item_begins_as_soon_as_another_has_ended(
        self, executions: Any, machine: Any
    ) -> None:
        state = self.map_of(machine, {"Type": "Wait", "SecondsPath": "$"}, MaxConcurrency=2)
        arn = executions.run(machine(state), {"items": [30, 10, 5, 100, 1]})
        assert executions.times(arn, "MapIterationStarted") == [0, 0, 10, 15, 30]
        assert executions.times(arn, "MapIterationSucceeded") == [10, 15, 30, 31, 115]
        assert json.loads(executions.describe(arn)["output"]) == [30, 10, 5, 100, 1]

    def test_an_iteration_that_fails_ends_the_others(
        self, executions: Any, machine: Any, wait: Any
    ) -> None:
        choice = {
            "Type": "Choice",
            "Choices": [{"Variable": "$", "NumericEquals": 10, "Next": "C"}],
            "Default": "D",
        }
        inner = machine({"Type": "Wait", "SecondsPath": "$"}, choice, FAIL, wait(1))
        state = {**self.map_of(machine, wait(1), Catch=CATCH), "ItemProcessor": inner}
        arn = executions.run(machine(state, wait(500)), {"items": [30, 10, 50]})
        late = [(m.at, m.type) for m in executions.history(arn) if m.at > 10]
        assert late == [(510, "WaitStateExited"), (510, "ExecutionSucceeded")]

    def test_a_hundred_items_wait_for_a_month(
        self, executions: Any, machine: Any, wait: Any
    ) -> None:
        """Up to 40 of them at one time: .../step-functions/latest/dg/state-map-inline.html"""
        arn = executions.run(machine(self.map_of(machine, wait(30 * 86_400))), {"items": [1] * 100})
        assert executions.seconds(arn) == 3 * 30 * 86_400


class TestNested:
    def nested(self, child: str, suffix: str = "") -> dict[str, Any]:
        return {
            "Type": "Task",
            "Resource": f"arn:aws:states:::states:startExecution{suffix}",
            "Parameters": {"StateMachineArn": child, "Input": {"from": "the parent"}},
        }

    @pytest.mark.parametrize("suffix", [".sync", ".sync:2"])
    def test_the_parent_waits(
        self, executions: Any, machine: Any, wait: Any, make_machine: Any, suffix: str
    ) -> None:
        child = make_machine(machine(wait(5 * 86_400)))
        arn = executions.run(machine(self.nested(child, suffix), wait(10)))
        assert executions.times(arn, "TaskSubmitted", "TaskSucceeded") == [0, 5 * 86_400]
        assert executions.seconds(arn) == 5 * 86_400 + 10
        answer = json.loads(executions.describe(arn)["output"])
        payload = {"from": "the parent"}
        assert answer["Output"] == (payload if suffix == ".sync:2" else '{"from":"the parent"}')
        assert answer["StopDate"] - answer["StartDate"] == 5 * 86_400 * 1000

    def test_fire_and_forget(
        self, executions: Any, machine: Any, wait: Any, make_machine: Any
    ) -> None:
        child = make_machine(machine(wait(3600)))
        arn = executions.run(machine(self.nested(child)))
        assert executions.seconds(arn) == 0
        started = json.loads(executions.describe(arn)["output"])["ExecutionArn"]
        [running] = executions.client.list_executions(stateMachineArn=child)["executions"]
        assert (running["executionArn"], running["status"]) == (started, "RUNNING")
        executions.wait_for(started)
        assert executions.seconds(started) == 3600

    def test_a_child_that_fails_fails_its_parents_task(
        self, executions: Any, machine: Any, wait: Any, make_machine: Any
    ) -> None:
        child = make_machine(machine(wait(60), FAIL))
        arn = executions.run(machine(self.nested(child, ".sync")))
        [failed] = [m for m in executions.history(arn) if m.type == "TaskFailed"]
        assert (failed.at, failed.details["error"]) == (60, "States.TaskFailed")
        assert json.loads(failed.details["cause"])["Error"] == "OnPurpose"

    def test_waits_of_days_cost_few_steps(
        self, executions: Any, machine: Any, wait: Any, make_machine: Any, quiet: None
    ) -> None:
        """Three levels; each read moves to the next timer, and there are few of them."""
        child = make_machine(machine(*[wait(30 * 86_400)] * 3))
        middle = make_machine(machine(self.nested(child, ".sync:2"), wait(86_400)))
        arn = executions.start(machine(self.nested(middle, ".sync:2")))
        reads = 1
        while executions.describe(arn)["status"] == "RUNNING":
            reads += 1
        assert executions.seconds(arn) == 91 * 86_400
        assert reads < 12
