"""Retry: when the next attempt begins.

Rules: states-language.net/spec.html#retrying-after-error,
docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

pytestmark = pytest.mark.simulated_clock

FAILING = {  # at once, and without a function
    "Type": "Task",
    "Resource": "arn:aws:states:::sqs:sendMessage",
    "Parameters": {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/1/none", "MessageBody": "x"},
}


def retry(**fields: Any) -> dict[str, Any]:
    return {"Retry": [{"ErrorEquals": ["States.ALL"], **fields}]}


def delays(executions: Any, arn: str) -> list[float]:
    """Seconds from one attempt to the next: the attempts themselves take none."""
    return [later - earlier for earlier, later in pairwise(executions.times(arn, "TaskScheduled"))]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, [1, 2, 4]),
        ({"IntervalSeconds": 10, "BackoffRate": 1, "MaxAttempts": 4}, [10, 10, 10, 10]),
        ({"IntervalSeconds": 2, "BackoffRate": 1.5, "MaxAttempts": 4}, [2, 3, 4.5, 6.75]),
        (
            {"IntervalSeconds": 30, "MaxAttempts": 5, "MaxDelaySeconds": 100},
            [30, 60, 100, 100, 100],
        ),
        ({"IntervalSeconds": 3600, "BackoffRate": 24, "MaxAttempts": 2}, [3600, 86_400]),
        ({"MaxAttempts": 0}, []),
    ],
)
def test_backoff(
    executions: Any, machine: Any, fields: dict[str, Any], expected: list[float]
) -> None:
    arn = executions.run(machine({**FAILING, **retry(**fields)}))
    assert delays(executions, arn) == pytest.approx(expected, abs=1e-6)
    assert executions.seconds(arn) == pytest.approx(sum(expected), abs=1e-6)
    assert executions.describe(arn)["status"] == "FAILED"


def test_full_jitter_lies_between_nothing_and_the_delay(executions: Any, machine: Any) -> None:
    fields = {"IntervalSeconds": 8, "MaxAttempts": 6, "MaxDelaySeconds": 60}
    definition = machine({**FAILING, **retry(**fields, JitterStrategy="FULL")})
    longest = [8, 16, 32, 60, 60, 60]
    drawn = [delays(executions, executions.run(definition)) for _ in range(10)]
    parts = [d / most for line in drawn for d, most in zip(line, longest, strict=True)]
    assert 0 <= min(parts) < 0.2
    assert 0.8 < max(parts) <= 1
    assert len({tuple(line) for line in drawn}) == 10  # each execution draws its own


def test_each_retrier_counts_its_own_attempts(executions: Any, machine: Any, call: Any) -> None:
    fail = "raise (KeyError if event['n'] % 2 else ValueError)('on purpose')"
    code = fail.replace("event['n']", "int(time.time() - event['start'])")
    retriers = [
        {"ErrorEquals": ["ValueError"], "IntervalSeconds": 1, "BackoffRate": 1},
        {"ErrorEquals": ["KeyError"], "IntervalSeconds": 5, "BackoffRate": 1, "MaxAttempts": 1},
    ]
    arn = executions.start(
        machine(
            {
                "Type": "Pass",
                "Parameters": {"start.$": "$$.Execution.StartTime"},
            },
            call(
                "from datetime import datetime\n"
                "event['start'] = datetime.fromisoformat(event['start']).timestamp()\n" + code,
                {"Retry": retriers},
            ),
        )
    )
    executions.wait_for(arn)
    # At 0 ValueError, so at 1; KeyError, so at 6; ValueError, so at 7; KeyError, now once too many.
    assert delays(executions, arn) == pytest.approx([1, 5, 1])


def test_a_retry_of_a_parallel_state_begins_all_branches_anew(
    executions: Any, machine: Any, wait: Any
) -> None:
    fail = {"Type": "Fail", "Error": "OnPurpose"}
    state = {
        "Type": "Parallel",
        "Branches": [machine(wait(3), fail), machine(wait(2))],
        **retry(IntervalSeconds=10, MaxAttempts=1),
    }
    arn = executions.run(machine(state))
    assert executions.times(arn, "WaitStateEntered") == [0, 0, 13, 13]
    assert executions.times(arn, "ExecutionFailed") == [16]


def test_the_handler_sees_how_often_it_was_retried(
    executions: Any, machine: Any, call: Any
) -> None:
    task = call("if event['retry'] < 2: raise ValueError('on purpose')\nreturn time.time()")
    task["Parameters"]["Payload"] = {"retry.$": "$$.State.RetryCount"}
    del task["Parameters"]["Payload.$"]
    arn = executions.run(machine({**task, **retry(IntervalSeconds=60)}))
    assert executions.describe(arn)["status"] == "SUCCEEDED"
    assert executions.seconds(arn) == 60 + 120
