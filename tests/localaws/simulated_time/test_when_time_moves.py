"""When time moves: in calls of the clock, and in a read of what still runs; else never."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

import boto3
import pytest

pytestmark = pytest.mark.simulated_clock


class Watch:
    """How much time has passed."""

    def __init__(self, clock: Any) -> None:
        self._clock = clock
        self._begun = clock.now

    @property
    def seconds(self) -> float:
        return float((self._clock.now - self._begun).total_seconds())


@pytest.fixture
def watch(clock: Any, quiet: None) -> Watch:
    return Watch(clock)


def test_now_is_aware_and_in_utc(clock: Any) -> None:
    assert clock.now.tzinfo is UTC


def test_what_starts_in_one_cell_starts_at_one_instant(
    executions: Any, machine: Any, wait: Any, watch: Watch
) -> None:
    arns = [executions.start(machine(wait(n))) for n in range(1, 6)]
    executions.wait_for(*arns)
    assert len({executions.describe(arn)["startDate"] for arn in arns}) == 1
    assert watch.seconds == 5


def test_calls_from_a_cell_take_no_time(executions: Any, machine: Any, watch: Watch) -> None:
    dynamodb = boto3.client("dynamodb")
    key = {"AttributeName": "id", "AttributeType": "S"}
    dynamodb.create_table(
        TableName="timeless",
        AttributeDefinitions=[key],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    for n in range(10):
        dynamodb.put_item(TableName="timeless", Item={"id": {"S": str(n)}})
    dynamodb.scan(TableName="timeless")
    executions.client.list_state_machines()
    assert watch.seconds == 0


def test_a_read_moves_to_the_next_timer_and_no_further(
    executions: Any, machine: Any, wait: Any, watch: Watch
) -> None:
    slow = executions.start(machine(wait(100)))
    executions.start(machine(wait(7), wait(30)))
    seen = []
    while executions.describe(slow)["status"] == "RUNNING":
        seen.append(watch.seconds)
    assert seen == [7, 37]
    assert watch.seconds == 100


def test_reading_the_history_moves_as_describing_does(
    executions: Any, machine: Any, wait: Any, watch: Watch
) -> None:
    arn = executions.start(machine(wait(5), wait(6)))
    assert [m.type for m in executions.history(arn)][-1] == "WaitStateEntered"
    assert watch.seconds == 5
    assert [m.type for m in executions.history(arn)][-1] == "ExecutionSucceeded"
    assert watch.seconds == 11


def test_reading_what_has_ended_moves_nothing(
    executions: Any, machine: Any, wait: Any, watch: Watch
) -> None:
    ended = executions.run(machine(wait(5)))
    executions.start(machine(wait(50)))
    executions.describe(ended)
    executions.history(ended)
    assert watch.seconds == 5


def test_the_pages_of_one_history_are_of_one_instant(
    executions: Any, machine: Any, wait: Any, sfn: Any, watch: Watch
) -> None:
    arn = executions.start(machine(wait(5), wait(5), wait(5)))
    first = sfn.get_execution_history(executionArn=arn, maxResults=2)
    second = sfn.get_execution_history(executionArn=arn, maxResults=2, nextToken=first["nextToken"])
    assert [e["id"] for e in first["events"] + second["events"]] == [1, 2, 3, 4]
    assert watch.seconds == 5


class TestDeadlines:
    @pytest.mark.parametrize("fields", [{"TimeoutSeconds": 600}, {"HeartbeatSeconds": 600}, {}])
    def test_a_thousand_reads_do_not_pass_one(
        self, executions: Any, machine: Any, callback: Any, watch: Watch, fields: dict[str, int]
    ) -> None:
        arn = executions.start(machine(callback(**fields)))
        for _ in range(1000):
            assert executions.describe(arn)["status"] == "RUNNING"
        assert executions.history(arn)[-1].type == "TaskSubmitted"
        assert watch.seconds == 0

    def test_neither_that_of_the_whole_execution(
        self, executions: Any, machine: Any, callback: Any, watch: Watch
    ) -> None:
        arn = executions.start(machine(callback(), TimeoutSeconds=600))
        for _ in range(10):
            assert executions.describe(arn)["status"] == "RUNNING"
        assert watch.seconds == 0

    @pytest.mark.parametrize("fields", [{}, {"TimeoutSeconds": 500}])
    def test_neither_that_of_a_nested_execution_nor_of_who_waits_for_it(
        self,
        executions: Any,
        machine: Any,
        callback: Any,
        make_machine: Any,
        watch: Watch,
        sfn: Any,
        fields: dict[str, int],
    ) -> None:
        child = make_machine(machine(callback(TimeoutSeconds=600)))
        nested = {
            "Type": "Task",
            "Resource": "arn:aws:states:::states:startExecution.sync:2",
            "Parameters": {"StateMachineArn": child},
            **fields,
        }
        arn = executions.start(machine(nested))
        for _ in range(10):
            assert executions.describe(arn)["status"] == "RUNNING"
        assert watch.seconds == 0
        sfn.send_task_success(taskToken=callback.token(), output="{}")
        assert executions.describe(arn)["status"] == "SUCCEEDED"

    def test_that_of_a_nested_execution_without_a_token_is_passed(
        self, executions: Any, machine: Any, wait: Any, make_machine: Any, watch: Watch
    ) -> None:
        """Nobody can answer it."""
        nested = {
            "Type": "Task",
            "Resource": "arn:aws:states:::states:startExecution.sync:2",
            "Parameters": {"StateMachineArn": make_machine(machine(wait(900)))},
            "TimeoutSeconds": 500,
        }
        arn = executions.start(machine(nested))
        reads = 1
        while executions.describe(arn)["status"] == "RUNNING":
            reads += 1
            assert reads < 10
        assert watch.seconds == 500

    def test_a_read_goes_on_up_to_one(
        self, executions: Any, machine: Any, callback: Any, wait: Any, watch: Watch
    ) -> None:
        branches = [machine(callback(TimeoutSeconds=600)), machine(wait(50)), machine(wait(700))]
        arn = executions.start(machine({"Type": "Parallel", "Branches": branches}))
        for _ in range(10):
            assert executions.describe(arn)["status"] == "RUNNING"
        assert watch.seconds == 50

    def test_several_wait_for_their_answers(
        self, executions: Any, machine: Any, callback: Any, watch: Watch
    ) -> None:
        """Reading one does not let another's time run out."""
        arns = [executions.start(machine(callback(TimeoutSeconds=t))) for t in (60, 600, 900)]
        for arn in arns * 3:
            assert executions.describe(arn)["status"] == "RUNNING"
        assert watch.seconds == 0

    def test_who_waits_for_no_answer_passes_the_deadlines_of_others(
        self, executions: Any, machine: Any, callback: Any, wait: Any, watch: Watch
    ) -> None:
        """A plain polling loop always finishes."""
        forgotten = executions.start(machine(callback(TimeoutSeconds=60)))
        arn = executions.start(machine(wait(100)))
        reads = 0
        while executions.describe(arn)["status"] == "RUNNING":
            reads += 1
            assert reads < 10
        assert watch.seconds == 100
        assert executions.times(forgotten, "TaskTimedOut") == [60]

    def test_an_abandoned_heartbeat_holds_nobody_up(
        self, executions: Any, machine: Any, callback: Any, wait: Any, clock: Any, sfn: Any
    ) -> None:
        catch = [{"ErrorEquals": ["States.ALL"], "Next": "B"}]
        task = callback(HeartbeatSeconds=40, TimeoutSeconds=50, Catch=catch)
        arn = executions.begin(machine(task, wait(500)))
        clock.advance(seconds=30)
        sfn.send_task_heartbeat(taskToken=callback.token())
        clock.advance(seconds=20)  # timed out at 50; the heartbeat would be missed at 70
        reads = 0
        while executions.describe(arn)["status"] == "RUNNING":
            reads += 1
            assert reads < 10
        assert executions.seconds(arn) == 550

    @pytest.mark.parametrize("how", ["advance", "run_until"])
    def test_the_clock_itself_passes_one(
        self, executions: Any, machine: Any, callback: Any, clock: Any, watch: Watch, how: str
    ) -> None:
        arn = executions.start(machine(callback(TimeoutSeconds=600)))
        clock.advance(minutes=10) if how == "advance" else clock.run_until(arn)
        assert watch.seconds == 600
        assert executions.describe(arn)["status"] == "FAILED"


class TestAdvance:
    def test_it_returns_the_time(self, clock: Any) -> None:
        begun = clock.now
        assert clock.advance(days=1, hours=2, microseconds=3) == clock.now
        assert clock.now - begun == timedelta(days=1, hours=2, microseconds=3)

    def test_everything_due_happens(
        self, executions: Any, machine: Any, wait: Any, clock: Any
    ) -> None:
        arn = executions.start(machine(wait(60), wait(60), wait(60)))
        clock.advance(minutes=2)
        entered = executions.client.get_execution_history(executionArn=arn)["events"]
        assert [e["type"] for e in entered].count("WaitStateEntered") == 3

    def test_not_back(self, clock: Any) -> None:
        with pytest.raises(ValueError, match="does not go back"):
            clock.advance(seconds=-1)


class TestRunUntil:
    def test_it_returns_the_time_of_the_last_end(
        self, executions: Any, machine: Any, wait: Any, clock: Any, watch: Watch
    ) -> None:
        arns = [executions.start(machine(wait(n))) for n in (30, 50, 40)]
        executions.start(machine(wait(1000)))
        assert clock.run_until(*arns) == clock.now
        assert watch.seconds == 50

    def test_of_what_has_ended(self, executions: Any, machine: Any, wait: Any, clock: Any) -> None:
        arn = executions.run(machine(wait(1)))
        begun = clock.now
        assert clock.run_until(arn) == begun

    def test_of_what_waits_for_ever(
        self, executions: Any, machine: Any, callback: Any, clock: Any, watch: Watch
    ) -> None:
        arn = executions.start(machine(callback()))
        with pytest.raises(RuntimeError, match="answer from outside, such as SendTaskSuccess"):
            clock.run_until(arn)
        assert executions.client.describe_execution(executionArn=arn)["status"] == "RUNNING"

    def test_of_what_is_not_there(self, sfn: Any, clock: Any) -> None:
        with pytest.raises(Exception, match="Does Not Exist"):
            clock.run_until("arn:aws:states:us-east-1:123456789012:execution:none:none")


class TestPause:
    def test_in_a_with_block(
        self, executions: Any, machine: Any, wait: Any, clock: Any, watch: Watch
    ) -> None:
        with clock.pause():
            arn = executions.start(machine({"Type": "Pass"}, wait(60)))
            for _ in range(5):
                assert executions.describe(arn)["status"] == "RUNNING"
            assert executions.history(arn)[-1].type == "WaitStateEntered"
            assert watch.seconds == 0
        assert executions.describe(arn)["status"] == "SUCCEEDED"
        assert watch.seconds == 60

    def test_until_it_is_resumed(
        self, executions: Any, machine: Any, wait: Any, clock: Any, watch: Watch
    ) -> None:
        clock.pause()
        arn = executions.start(machine(wait(60)))
        assert executions.describe(arn)["status"] == "RUNNING"
        clock.resume()
        assert executions.describe(arn)["status"] == "SUCCEEDED"
        assert watch.seconds == 60

    def test_an_error_in_the_block_lets_time_go_on(self, clock: Any) -> None:
        with pytest.raises(KeyError), clock.pause():
            raise KeyError
        clock.advance(seconds=1)

    def test_what_takes_time_is_refused(
        self, executions: Any, machine: Any, wait: Any, clock: Any
    ) -> None:
        arn = executions.start(machine(wait(60)))
        with clock.pause():
            with pytest.raises(RuntimeError, match=r"paused.*clock\.resume"):
                clock.advance(seconds=1)
            with pytest.raises(RuntimeError, match=r"paused.*clock\.resume"):
                clock.run_until(arn)

    def test_a_stop_is_possible(
        self, executions: Any, machine: Any, wait: Any, clock: Any, watch: Watch
    ) -> None:
        with clock.pause():
            arn = executions.start(machine(wait(60)))
            executions.client.stop_execution(executionArn=arn)
            assert executions.describe(arn)["status"] == "ABORTED"
        assert watch.seconds == 0

    def test_a_long_poll_comes_back_empty(self, clock: Any, make_queue: Any, watch: Watch) -> None:
        queue = make_queue()
        with clock.pause():
            assert queue.receive(20) == []
        assert watch.seconds == 0
