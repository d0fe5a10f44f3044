"""Wait states: when they end, to the microsecond.

Rules: docs.aws.amazon.com/step-functions/latest/dg/state-wait.html
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

pytestmark = pytest.mark.simulated_clock

JSONATA = {"Type": "Wait", "QueryLanguage": "JSONata"}


@pytest.mark.parametrize("seconds", [0, 1, 60, 86_400, 364 * 86_400])
def test_seconds(executions: Any, machine: Any, wait: Any, seconds: int) -> None:
    arn = executions.run(machine(wait(seconds)))
    assert executions.describe(arn)["status"] == "SUCCEEDED"
    assert executions.times(arn, "WaitStateEntered", "WaitStateExited") == [0, seconds]


@pytest.mark.parametrize(
    "state",
    [
        {"Type": "Wait", "SecondsPath": "$.delay.seconds"},
        {**JSONATA, "Seconds": "{% $states.input.delay.seconds %}"},
        {**JSONATA, "Seconds": "{% $number('3') * 2 + 1 %}"},
    ],
)
def test_seconds_from_the_input(executions: Any, machine: Any, state: dict[str, Any]) -> None:
    arn = executions.run(machine(state), {"delay": {"seconds": 7}})
    assert executions.times(arn, "WaitStateExited") == [7]


@pytest.mark.parametrize(
    "state",
    [
        {"Type": "Wait", "TimestampPath": "$.until"},
        {**JSONATA, "Timestamp": "{% $states.input.until %}"},
    ],
)
@pytest.mark.parametrize("fraction", ["", ".000", ".9", ".999999"])
def test_until_a_moment_of_which_fractions_are_cut(
    executions: Any, machine: Any, clock: Any, state: dict[str, Any], fraction: str
) -> None:
    """As AWS says: "considers the time value up to seconds and truncates milliseconds"."""
    until = clock.now + timedelta(seconds=90)
    arn = executions.run(machine(state), {"until": f"{until:%Y-%m-%dT%H:%M:%S}{fraction}Z"})
    assert executions.times(arn, "WaitStateExited") == [90]


def test_until_a_moment_that_the_definition_names(
    executions: Any, machine: Any, clock: Any
) -> None:
    until = clock.now + timedelta(days=30)
    state = {"Type": "Wait", "Timestamp": f"{until:%Y-%m-%dT%H:%M:%SZ}"}
    arn = executions.run(machine(state))
    assert executions.times(arn, "WaitStateExited") == [30 * 86_400]


def test_a_wait_from_between_two_seconds_ends_on_the_second(
    executions: Any, machine: Any, clock: Any
) -> None:
    until = clock.now + timedelta(seconds=10)
    clock.advance(seconds=0.345678)
    state = {"Type": "Wait", "Timestamp": f"{until:%Y-%m-%dT%H:%M:%SZ}"}
    arn = executions.run(machine(state))
    assert executions.times(arn, "WaitStateExited") == [pytest.approx(9.654322, abs=0.001)]
    assert executions.describe(arn)["stopDate"] == until


@pytest.mark.parametrize("ago", [0, 1, 86_400])
def test_a_moment_that_is_over_waits_for_nothing(
    executions: Any, machine: Any, clock: Any, ago: int
) -> None:
    until = clock.now - timedelta(seconds=ago)
    state = {"Type": "Wait", "TimestampPath": "$.until"}
    arn = executions.run(machine(state), {"until": f"{until:%Y-%m-%dT%H:%M:%SZ}"})
    assert executions.times(arn, "WaitStateExited") == [0]


def test_waits_follow_each_other(executions: Any, machine: Any, wait: Any) -> None:
    arn = executions.run(machine(wait(3), {"Type": "Pass"}, wait(4), wait(5)))
    assert executions.times(arn, "WaitStateEntered") == [0, 3, 7]
    assert executions.times(arn, "ExecutionSucceeded") == [12]


def test_the_context_object_tells_the_same_time(
    executions: Any, machine: Any, wait: Any, clock: Any
) -> None:
    show = {"Type": "Pass", "Parameters": {"at.$": "$$.State.EnteredTime"}}
    arn = executions.run(machine(wait(3600), show))
    entered = clock.now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{clock.now.microsecond // 1000:03d}Z"
    assert executions.describe(arn)["output"] == f'{{"at":"{entered}"}}'
