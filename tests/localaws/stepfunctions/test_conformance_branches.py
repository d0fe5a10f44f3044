"""Histories of Parallel and Map: what is written, and what each event follows.

What these tests expect was recorded from AWS by others: localstack/localstack (its snapshots) and
floci-io/floci (AslExecutorBranchHistoryEventsTest, AslExecutorParallelCutTest).
"""

from __future__ import annotations

from typing import Any

import boto3
import pytest

FAIL = {"Type": "Fail", "Error": "MyError", "Cause": "my cause"}
PASS = {"Type": "Pass", "End": True}
JSONATA = {"QueryLanguage": "JSONata"}
UNDEFINED = {**PASS, "Output": {"v": "{% $states.input.missing %}"}}


def one(name: str, state: dict[str, Any]) -> dict[str, Any]:
    return {"StartAt": name, "States": {name: state}}


def failing_after(seconds: int) -> dict[str, Any]:
    pause = {"Type": "Wait", "Seconds": seconds, "Next": "Boom"}
    return {"StartAt": "Pause", "States": {"Pause": pause, "Boom": FAIL}}


class TestParallel:
    def test_a_branch_that_ends_in_fail(self, run: Any) -> None:
        outcome = run({"Type": "Parallel", "Branches": [one("Boom", FAIL)]})
        assert outcome.types[2:] == [
            "ParallelStateStarted", "FailStateEntered", "ParallelStateFailed", "ExecutionFailed",
        ]  # fmt: skip
        assert outcome.links == [0, 0, 2, 3, 4, 5]
        assert outcome.failure == ("MyError", "my cause")

    def test_a_retry_starts_again(self, run: Any) -> None:
        retry = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}]
        outcome = run({"Type": "Parallel", "Branches": [one("Boom", FAIL)], "Retry": retry})
        assert outcome.types[2:] == [
            "ParallelStateStarted", "FailStateEntered", "ParallelStateStarted", "FailStateEntered",
            "ParallelStateFailed", "ExecutionFailed",
        ]  # fmt: skip
        assert outcome.links == [0, 0, 2, 3, 4, 5, 6, 7]

    def test_a_runtime_error_fails_the_execution_alone(self, run: Any) -> None:
        fast = one("Fast", {**PASS, "Parameters": {"m.$": "$.nope"}})
        catch = [{"ErrorEquals": ["States.ALL"], "Next": "B"}]
        state = {"Type": "Parallel", "Branches": [fast], "Catch": catch, "End": True}
        outcome = run(state, PASS, given={"x": "a"})
        assert outcome.types[2:] == ["ParallelStateStarted", "PassStateEntered", "ExecutionFailed"]
        assert outcome.links == [0, 0, 2, 3, 4]
        assert outcome.failure == (
            "States.Runtime",
            (
                "An error occurred while executing the state 'Fast' (entered at the event id #4). "
                "The JSONPath '$.nope' specified for the field 'm.$' could not be found in the "
                """input '{"x":"a"}'"""
            ),
        )

    def test_its_own_field_after_its_branches(self, run: Any) -> None:
        state = {"Type": "Parallel", "Branches": [one("Ok", PASS)]}
        outcome = run({**state, "ResultSelector": {"m.$": "$.nope"}}, given={"x": "a"})
        assert outcome.types[-2:] == ["ParallelStateSucceeded", "ExecutionFailed"]
        assert "the state 'A' (entered at the event id #2)" in outcome.failure[1]

    def test_a_jsonata_fault_that_is_caught(self, run: Any) -> None:
        catch = [{"ErrorEquals": ["States.ALL"], "Next": "B"}]
        state = {"Type": "Parallel", "Branches": [one("Undef", UNDEFINED)], "Catch": catch}
        outcome = run({**state, "End": True}, PASS, given={"x": "a"}, **JSONATA)
        assert outcome.types == [
            "ExecutionStarted", "ParallelStateEntered", "ParallelStateStarted", "PassStateEntered",
            "EvaluationFailed", "ParallelStateFailed", "ParallelStateExited", "PassStateEntered",
            "PassStateExited", "ExecutionSucceeded",
        ]  # fmt: skip
        assert outcome.links == [0, 0, 2, 3, 4, 5, 6, 7, 8, 9]
        assert outcome.output == {
            "Error": "States.QueryEvaluationError",
            "Cause": "An error occurred while executing the state 'Undef' (entered at the event "
            "id #4). The JSONata expression '$states.input.missing' specified for the field "
            "'Output/v' returned nothing (undefined).",
        }

    def test_a_task_that_fails_counts_as_aborted(self, run: Any, make_function: Any) -> None:
        task = {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {
                "FunctionName": make_function("def lambda_handler(event, context): 1 / 0")
            },
            "End": True,
        }
        catch = [{"ErrorEquals": ["States.ALL"], "Next": "B"}]
        state = {"Type": "Parallel", "Branches": [one("Call", task)], "Catch": catch, "End": True}
        outcome = run(state, PASS)
        assert outcome.types[3:] == [
            "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskFailed", "TaskStateAborted",
            "ParallelStateFailed", "ParallelStateExited", "PassStateEntered", "PassStateExited",
            "ExecutionSucceeded",
        ]  # fmt: skip
        assert outcome.links == [0, 0, 2, 3, 4, 5, 6, 7, 7, 9, 10, 11, 12]

    def test_what_is_cut_off(self, run: Any) -> None:
        wait = one("Long", {"Type": "Wait", "Seconds": 20, "End": True})
        within = one("Longer", {"Type": "Wait", "Seconds": 30, "End": True})
        nested = one("P", {"Type": "Parallel", "Branches": [within], "End": True})
        state = {"Type": "Parallel", "Branches": [failing_after(1), wait, one("Ok", PASS), nested]}
        outcome = run(state)
        failure = next(e["id"] for e in outcome.events if e["type"] == "FailStateEntered")
        tail = outcome.events[failure:]
        assert [event["type"] for event in tail] == [
            "WaitStateAborted", "ParallelStateAborted", "ParallelStateFailed", "ExecutionFailed",
        ]  # fmt: skip
        assert {event["previousEventId"] for event in tail[:-1]} == {failure}
        assert tail[-1]["previousEventId"] == tail[-2]["id"]


class TestMap:
    def of(self, processor: dict[str, Any], **fields: Any) -> dict[str, Any]:
        return {"Type": "Map", "ItemProcessor": processor, **fields}

    def test_two_items(self, run: Any) -> None:
        states = {"I1": {"Type": "Pass", "Next": "I2"}, "I2": PASS}
        outcome = run(self.of({"StartAt": "I1", "States": states}), PASS, given=[1, 2])
        assert len(outcome.types) == 20
        events = {event["id"]: event for event in outcome.events}
        started = [e for e in events.values() if e["type"] == "MapIterationStarted"]
        assert [e["previousEventId"] for e in started] == [3, 3]
        assert started[1]["mapIterationStartedEventDetails"] == {"name": "A", "index": 1}
        ended = [e for e in events.values() if e["type"] == "MapIterationSucceeded"]
        for each in ended:
            assert events[each["previousEventId"]]["type"] == "PassStateExited"
        assert outcome.types[15:17] == ["MapStateSucceeded", "MapStateExited"]
        assert outcome.links[15:17] == [15, 15]

    def test_no_items(self, run: Any) -> None:
        outcome = run(self.of(one("I", PASS)), given=[])
        assert outcome.types[2:] == [
            "MapStateStarted", "MapStateSucceeded", "MapStateExited", "ExecutionSucceeded",
        ]  # fmt: skip
        assert outcome.links == [0, 0, 2, 3, 3, 5]

    def test_a_jsonata_fault(self, run: Any) -> None:
        state = self.of(one("Undef", UNDEFINED), MaxConcurrency=1, Items=[1, 2])
        outcome = run(state, **JSONATA)
        assert outcome.types[2:] == [
            "MapStateStarted", "MapIterationStarted", "PassStateEntered", "EvaluationFailed",
            "MapIterationFailed", "MapStateFailed", "ExecutionFailed",
        ]  # fmt: skip
        assert outcome.links == [0, 0, 2, 3, 4, 5, 6, 6, 8]

    def test_a_runtime_error_fails_the_execution_alone(self, run: Any) -> None:
        fast = one("Fast", {**PASS, "Parameters": {"m.$": "$.nope"}})
        outcome = run(self.of(fast, MaxConcurrency=1), given=[1, 2])
        assert outcome.types[2:] == [
            "MapStateStarted", "MapIterationStarted", "PassStateEntered", "ExecutionFailed",
        ]  # fmt: skip
        assert outcome.links == [0, 0, 2, 3, 4, 5]

    def test_what_is_cut_off(self, run: Any) -> None:
        states = {
            "Route": {
                "Type": "Choice",
                "Choices": [{"Variable": "$", "StringEquals": "fail", "Next": "Pause"}],
                "Default": "Long",
            },
            "Pause": {"Type": "Wait", "Seconds": 1, "Next": "Boom"},
            "Boom": FAIL,
            "Long": {"Type": "Wait", "Seconds": 20, "End": True},
        }
        outcome = run(self.of({"StartAt": "Route", "States": states}), given=["wait", "fail"])
        failure = next(e["id"] for e in outcome.events if e["type"] == "FailStateEntered")
        tail = outcome.events[failure:]
        assert [event["type"] for event in tail] == [
            "MapIterationAborted", "WaitStateAborted", "MapIterationFailed", "MapStateFailed",
            "ExecutionFailed",
        ]  # fmt: skip
        assert [event["previousEventId"] for event in tail[:-1]] == [failure] * 4
        assert tail[0]["mapIterationAbortedEventDetails"] == {"name": "A", "index": 0}
        assert tail[2]["mapIterationFailedEventDetails"] == {"name": "A", "index": 1}
        assert tail[-1]["previousEventId"] == tail[-2]["id"]

    def test_a_selector_that_fails_before_its_iteration_begins(self, run: Any) -> None:
        selector = {"v": "{% $states.context.Map.Item.Value.v %}"}
        state = self.of(one("I", PASS), ItemSelector=selector, Items=[{}], MaxConcurrency=1)
        outcome = run(state, **JSONATA)
        assert outcome.types[2:] == [
            "MapStateStarted", "EvaluationFailed", "MapStateFailed", "ExecutionFailed",
        ]  # fmt: skip

    @pytest.mark.simulated_clock
    def test_no_more_than_40_at_one_time(self, run: Any) -> None:
        wait = one("W", {"Type": "Wait", "Seconds": 10, "End": True})
        outcome = run(self.of(wait), given=list(range(90)))
        took = outcome.description["stopDate"] - outcome.description["startDate"]
        assert took.total_seconds() == 30


def test_stopping_writes_one_event_alone(run: Any, make_machine: Any, cloud: Any) -> None:
    wait = one("Long", {"Type": "Wait", "Seconds": 2000, "End": True})
    arn = make_machine({"StartAt": "P", "States": {
        "P": {"Type": "Parallel", "Branches": [wait], "End": True}}})  # fmt: skip
    client = boto3.client("stepfunctions")
    execution = client.start_execution(stateMachineArn=arn)["executionArn"]
    client.stop_execution(executionArn=execution)
    last = client.get_execution_history(executionArn=execution, reverseOrder=True)["events"][0]
    assert (last["type"], last["previousEventId"]) == ("ExecutionAborted", 0)
