"""Retry, Catch, Wait and Fail.

docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html and
states-language.net/spec.html, "Errors", "Wait State", "Fail State".
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

PASS = {"Type": "Pass", "End": True}
TIMES_OUT = {
    "Type": "Task",
    "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    "End": True,
}


def failing(error: str) -> dict[str, Any]:
    """A state that fails with an error of this name."""
    fail = {"Type": "Fail", "Error": error, "Cause": "c"}
    branch = {"StartAt": "X", "States": {"X": fail}}
    return {"Type": "Parallel", "Branches": [branch], "End": True}


CAUGHT: list[tuple[str, list[str], bool]] = [
    ("Mine", ["Mine"], True),
    ("Mine", ["Other"], False),
    ("Mine", ["Other", "Mine"], True),
    ("Mine", ["States.ALL"], True),
    ("Mine", ["States.TaskFailed"], True),
    ("States.Timeout", ["States.TaskFailed"], False),  # the one that TaskFailed leaves out
    ("States.Timeout", ["States.Timeout"], True),
    ("States.Timeout", ["States.ALL"], True),
    ("States.DataLimitExceeded", ["States.ALL"], False),  # and those that States.ALL does
    ("States.DataLimitExceeded", ["States.DataLimitExceeded"], True),
    ("States.Permissions", ["States.TaskFailed"], True),
    ("mine", ["Mine"], False),
]


@pytest.mark.parametrize(("error", "names", "caught"), CAUGHT)
def test_what_a_catcher_matches(run: Any, error: str, names: list[str], caught: bool) -> None:
    state = {**failing(error), "Catch": [{"ErrorEquals": names, "Next": "B"}]}
    outcome = run(state, PASS)
    if caught:
        assert outcome.output == {"Error": error, "Cause": "c"}
    else:
        assert outcome.failure == (error, "c")


def test_a_catchers_result_path(run: Any) -> None:
    catch = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.why", "Next": "B"}]
    outcome = run({**failing("E"), "Catch": catch}, PASS, given={"a": 1})
    assert outcome.output == {"a": 1, "why": {"Error": "E", "Cause": "c"}}
    catch = [{"ErrorEquals": ["States.ALL"], "ResultPath": None, "Next": "B"}]
    assert run({**failing("E"), "Catch": catch}, PASS, given={"a": 1}).output == {"a": 1}


def test_the_first_that_matches_catches(run: Any) -> None:
    catch = [
        {"ErrorEquals": ["Other"], "Next": "B"},
        {"ErrorEquals": ["E"], "Next": "C"},
        {"ErrorEquals": ["States.ALL"], "Next": "B"},
    ]
    outcome = run({**failing("E"), "Catch": catch}, PASS, {"Type": "Pass", "Result": "C"})
    assert outcome.output == "C"


def begins(outcome: Any) -> list[float]:
    """When attempts began, in seconds since the start."""
    times = [e["timestamp"] for e in outcome.events if e["type"] == "ParallelStateStarted"]
    return [(time - outcome.description["startDate"]) / timedelta(seconds=1) for time in times]


@pytest.mark.simulated_clock
class TestRetry:
    @pytest.mark.parametrize(
        ("retrier", "expected"),
        [
            ({}, [0, 1, 3, 7]),
            ({"IntervalSeconds": 2, "BackoffRate": 1, "MaxAttempts": 2}, [0, 2, 4]),
            ({"IntervalSeconds": 3, "BackoffRate": 1.5, "MaxAttempts": 3}, [0, 3, 7.5, 14.25]),
            ({"IntervalSeconds": 10, "MaxDelaySeconds": 15, "MaxAttempts": 3}, [0, 10, 25, 40]),
            ({"MaxAttempts": 0}, [0]),
        ],
    )
    def test_when_it_tries_again(self, run: Any, retrier: Any, expected: list[float]) -> None:
        retry = [{"ErrorEquals": ["E"], **retrier}]
        assert begins(run({**failing("E"), "Retry": retry})) == expected

    def test_jitter(self, run: Any) -> None:
        retry = {"ErrorEquals": ["E"], "IntervalSeconds": 10, "JitterStrategy": "FULL"}
        first, second, *_ = begins(run({**failing("E"), "Retry": [retry]}))
        assert 0 <= second - first <= 10
        assert second - first != 10

    def test_retriers_count_for_themselves(self, run: Any) -> None:
        """The spec's example: an exhausted retrier does not use up another one."""
        retry = [
            {"ErrorEquals": ["Other"], "MaxAttempts": 5},
            {"ErrorEquals": ["E"], "MaxAttempts": 1},
            {"ErrorEquals": ["States.ALL"], "MaxAttempts": 3},
        ]
        assert len(begins(run({**failing("E"), "Retry": retry}))) == 2

    def test_retry_before_catch(self, run: Any) -> None:
        state = {
            **failing("E"),
            "Retry": [{"ErrorEquals": ["E"], "MaxAttempts": 1}],
            "Catch": [{"ErrorEquals": ["E"], "Next": "B"}],
        }
        outcome = run(state, PASS)
        assert outcome.types.count("ParallelStateStarted") == 2
        assert outcome.status == "SUCCEEDED"


def seconds(outcome: Any) -> float:
    took = outcome.description["stopDate"] - outcome.description["startDate"]
    return float(took.total_seconds())


@pytest.mark.simulated_clock
class TestWait:
    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ({"Seconds": 0}, 0),
            ({"Seconds": 99_999}, 99_999),
            ({"SecondsPath": "$.n"}, 7),
            ({"Timestamp": "2001-01-01T00:00:00Z"}, 0),  # it is over: no wait
            ({"TimestampPath": "$.past"}, 0),
        ],
    )
    def test_how_long(self, run: Any, fields: dict[str, Any], expected: float) -> None:
        given = {"n": 7, "past": "2001-01-01T00:00:00Z"}
        assert seconds(run({"Type": "Wait", **fields}, given=given)) == expected

    @pytest.mark.parametrize(
        ("given", "cause"),
        [
            ({"n": -1}, "The SecondsPath parameter references a negative value: $.n == -1"),
            ({"n": "x"}, "The SecondsPath parameter cannot be parsed as a long value: $.n == x"),
            ({}, "The SecondsPath parameter does not reference an input value: $.n"),
        ],
    )
    def test_what_cannot_be_waited_for(self, run: Any, given: Any, cause: str) -> None:
        error, told = run({"Type": "Wait", "SecondsPath": "$.n"}, given=given).failure
        assert error == "States.Runtime"
        assert told.endswith(cause)


@pytest.mark.parametrize(
    ("fields", "failure"),
    [
        ({"Error": "E", "Cause": "c"}, ("E", "c")),
        ({"Error": "E"}, ("E", None)),
        ({}, (None, None)),
        ({"ErrorPath": "$.e", "CausePath": "$.c"}, ("FromInput", "because ü")),
        (
            {"Error": "422", "CausePath": "States.Format('it was {}', $.c)"},
            ("422", "it was because ü"),
        ),
    ],
)
def test_how_it_fails(run: Any, fields: dict[str, Any], failure: Any) -> None:
    outcome = run({"Type": "Fail", **fields}, given={"e": "FromInput", "c": "because ü"})
    assert outcome.failure == failure
    assert outcome.types == ["ExecutionStarted", "FailStateEntered", "ExecutionFailed"]


@pytest.mark.simulated_clock
class TestTimeouts:
    """Measured: both end the same way, and a catcher of either name sees a missed heartbeat."""

    @pytest.mark.parametrize(
        ("limits", "name", "caught"),
        [
            ({"TimeoutSeconds": 5}, "States.Timeout", True),
            ({"TimeoutSeconds": 5}, "States.HeartbeatTimeout", False),
            ({"HeartbeatSeconds": 5}, "States.HeartbeatTimeout", True),
            ({"HeartbeatSeconds": 5}, "States.Timeout", True),
        ],
    )
    def test_what_catches_it(
        self, run: Any, cloud: Any, limits: Any, name: str, caught: bool
    ) -> None:
        import boto3

        url = boto3.client("sqs").create_queue(QueueName="never-answered")["QueueUrl"]
        body = {"token.$": "$$.Task.Token"}
        state = {
            **TIMES_OUT,
            **limits,
            "Parameters": {"QueueUrl": url, "MessageBody": body},
            "Catch": [{"ErrorEquals": [name], "Next": "B"}],
        }
        outcome = run(state, PASS)
        assert outcome.details("TaskTimedOut")["error"] == "States.Timeout"
        assert outcome.status == ("SUCCEEDED" if caught else "FAILED")
        if caught:
            assert outcome.output == {"Error": "States.Timeout", "Cause": ""}

    def test_of_a_whole_execution(self, run: Any) -> None:
        outcome = run({"Type": "Wait", "Seconds": 100}, TimeoutSeconds=5)
        assert outcome.status == "TIMED_OUT"
        assert outcome.failure == (None, None)
        last = outcome.events[-1]
        assert (last["type"], last["previousEventId"]) == ("ExecutionTimedOut", 0)
        assert last["executionTimedOutEventDetails"] == {"error": "States.Timeout"}


def test_the_input_is_told_as_it_was_given(make_machine: Any, cloud: Any) -> None:
    import boto3

    client = boto3.client("stepfunctions")
    arn = make_machine({"StartAt": "A", "States": {"A": PASS}})
    text = '{ "a" :  "\\u00fc" }'
    execution = client.start_execution(stateMachineArn=arn, input=text)["executionArn"]
    client.describe_execution(executionArn=execution)
    first = client.get_execution_history(executionArn=execution)["events"][0]
    assert first["executionStartedEventDetails"]["input"] == text
