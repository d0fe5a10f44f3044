"""TimeoutSeconds and HeartbeatSeconds of states, and TimeoutSeconds of executions.

Rules: docs.aws.amazon.com/step-functions/latest/dg/state-task.html,
.../dg/sfn-stuck-execution.html, states-language.net/spec.html#timeouts
"""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.simulated_clock

CATCH = {"Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "B"}]}
SEND = "boto3.client('sqs').send_message(QueueUrl={url!r}, MessageBody=str(time.time()))"


def test_a_function_slower_than_its_state(executions: Any, machine: Any, call: Any) -> None:
    arn = executions.run(machine(call("time.sleep(50)", {"TimeoutSeconds": 20}, Timeout=60)))
    assert executions.times(arn, "TaskTimedOut", "ExecutionFailed") == [20, 20]
    [timed_out] = [m for m in executions.history(arn) if m.type == "TaskTimedOut"]
    assert timed_out.details["error"] == "States.Timeout"


def test_a_function_that_is_just_in_time(executions: Any, machine: Any, call: Any) -> None:
    arn = executions.run(machine(call("time.sleep(19.999)", {"TimeoutSeconds": 20}, Timeout=60)))
    assert executions.describe(arn)["status"] == "SUCCEEDED"
    assert executions.times(arn, "TaskSucceeded") == [pytest.approx(19.999)]


def test_an_abandoned_function_runs_to_its_end_and_writes_no_history(
    executions: Any, machine: Any, call: Any, wait: Any, make_queue: Any
) -> None:
    queue = make_queue()
    code = f"time.sleep(50)\n{SEND.format(url=queue.url)}"
    slow = call(code, {"TimeoutSeconds": 20, **CATCH}, Timeout=60)
    arn = executions.run(machine(slow, wait(100)))
    start = executions.describe(arn)["startDate"].timestamp()
    assert [float(body) - start for body in queue.bodies()] == [pytest.approx(50, abs=0.001)]
    after = [(m.at, m.type) for m in executions.history(arn) if m.at > 20]
    assert after == [(120, "WaitStateExited"), (120, "ExecutionSucceeded")]


def test_each_attempt_has_the_whole_time(executions: Any, machine: Any, call: Any) -> None:
    retry = {"Retry": [{"ErrorEquals": ["States.Timeout"], "MaxAttempts": 2, "BackoffRate": 1}]}
    arn = executions.run(
        machine(call("time.sleep(50)", {"TimeoutSeconds": 5, **retry}, Timeout=60))
    )
    assert executions.times(arn, "TaskTimedOut") == [5, 11, 17]


def test_seconds_from_the_input(executions: Any, machine: Any, callback: Any) -> None:
    arn = executions.run(machine(callback(TimeoutSecondsPath="$.limit")), {"limit": 77})
    assert executions.times(arn, "TaskTimedOut") == [77]
    jsonata = {**callback(TimeoutSeconds="{% $states.input.limit %}"), "QueryLanguage": "JSONata"}
    jsonata["Arguments"] = {
        "QueueUrl": jsonata.pop("Parameters")["QueueUrl"],
        "MessageBody": "{% $states.context.Task.Token %}",
    }
    arn = executions.run(machine(jsonata), {"limit": 78})
    assert executions.times(arn, "TaskTimedOut") == [78]


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"TimeoutSeconds": 3600}, 3600),
        ({"HeartbeatSeconds": 30}, 30),
        ({"HeartbeatSeconds": 30, "TimeoutSeconds": 3600}, 30),
        ({"HeartbeatSecondsPath": "$.beat", "TimeoutSeconds": 3600}, 45),
    ],
)
def test_a_token_that_nobody_answers(
    executions: Any, machine: Any, callback: Any, fields: dict[str, Any], at: float
) -> None:
    arn = executions.run(machine(callback(**fields)), {"beat": 45})
    assert executions.describe(arn)["status"] == "FAILED"
    assert executions.times(arn, "TaskTimedOut", "ExecutionFailed") == [at, at]


def test_heartbeats_reset_the_heartbeat_and_not_the_timeout(
    executions: Any, machine: Any, callback: Any, clock: Any, sfn: Any
) -> None:
    arn = executions.begin(machine(callback(HeartbeatSeconds=30, TimeoutSeconds=100)))
    token = callback.token()
    for _ in range(3):
        clock.advance(seconds=29)
        sfn.send_task_heartbeat(taskToken=token)
    executions.wait_for(arn)
    assert executions.times(arn, "TaskTimedOut") == [100]


def test_a_missed_heartbeat_after_one_that_came(
    executions: Any, machine: Any, callback: Any, clock: Any, sfn: Any
) -> None:
    arn = executions.begin(machine(callback(HeartbeatSeconds=30, TimeoutSeconds=100)))
    token = callback.token()
    clock.advance(seconds=20)
    sfn.send_task_heartbeat(taskToken=token)
    executions.wait_for(arn)
    assert executions.times(arn, "TaskTimedOut") == [50]


@pytest.mark.parametrize("seconds", [1, 90, 30 * 86_400])
def test_an_execution_that_lasts_too_long(
    executions: Any, machine: Any, wait: Any, seconds: int
) -> None:
    arn = executions.run(machine(wait(364 * 86_400), TimeoutSeconds=seconds))
    assert executions.describe(arn)["status"] == "TIMED_OUT"
    assert executions.seconds(arn) == seconds
    assert executions.times(arn, "ExecutionTimedOut") == [seconds]


def test_an_execution_that_ends_in_time_leaves_no_timer(
    executions: Any, machine: Any, wait: Any, clock: Any, quiet: None
) -> None:
    first = executions.run(machine(wait(5), TimeoutSeconds=50))
    assert executions.describe(first)["status"] == "SUCCEEDED"
    second = executions.start(machine(wait(600)))
    begun = clock.now
    executions.describe(second)
    assert (clock.now - begun).total_seconds() == 600  # not 45


@pytest.mark.parametrize("kind", ["callback", "function", "backoff", "map", "parallel", "nested"])
def test_an_execution_times_out_whatever_it_waits_for(
    executions: Any, machine: Any, waiting: Any, kind: str
) -> None:
    arn = executions.run({**waiting(kind), "TimeoutSeconds": 33})
    assert executions.describe(arn)["status"] == "TIMED_OUT"
    assert executions.history(arn)[-1].type == "ExecutionTimedOut"
    assert executions.seconds(arn) == 33


def test_a_state_that_times_out_in_a_map(executions: Any, machine: Any, callback: Any) -> None:
    """What the other iterations wait for is given up with them."""
    state = {
        "Type": "Map",
        "ItemsPath": "$.limits",
        "ItemProcessor": machine(callback(TimeoutSecondsPath="$")),
    }
    arn = executions.run(machine(state), {"limits": [400, 30, 200]})
    assert executions.times(arn, "TaskTimedOut") == [30]
    assert executions.times(arn, "ExecutionFailed") == [30]
