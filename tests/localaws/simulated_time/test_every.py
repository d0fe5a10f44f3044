"""Work that is done again and again: `clock.every`."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from localaws.timing.simulatedtime import SimulatedTime

SECOND = timedelta(seconds=1)


class Beats:
    """A clock of its own, and when some work was done on it."""

    def __init__(self) -> None:
        self.clock = SimulatedTime()
        self.begun = self.clock.now()
        self.at: list[float] = []

    @property
    def seconds(self) -> float:
        return (self.clock.now() - self.begun) / SECOND

    def note(self) -> None:
        self.at.append(self.seconds)

    def advance(self, **passing: float) -> None:
        self.clock.advance(timedelta(**passing))


@pytest.fixture
def beats() -> Iterator[Beats]:
    beats = Beats()
    yield beats
    beats.clock.close()


def test_at_exact_multiples(beats: Beats) -> None:
    beats.advance(seconds=1.234567)
    beats.begun = beats.clock.now()
    beats.clock.every(0.1, beats.note)
    beats.advance(seconds=1.05)
    beats.advance(seconds=1.05)
    assert beats.at == pytest.approx([n / 10 for n in range(1, 22)], abs=1e-9)


def test_across_days(beats: Beats) -> None:
    beats.clock.every(3600, beats.note)
    beats.advance(days=30)
    assert beats.at == [3600 * n for n in range(1, 30 * 24 + 1)]
    assert beats.seconds == 30 * 86_400


def test_work_that_takes_time_shifts_nothing(beats: Beats) -> None:
    beats.clock.every(60, lambda: (beats.note(), beats.clock.sleep(7)))
    beats.advance(minutes=5)
    assert beats.at == [60, 120, 180, 240, 300]


def test_what_falls_into_the_work_is_left_out(beats: Beats) -> None:
    beats.clock.every(60, lambda: (beats.note(), beats.clock.sleep(150)))
    beats.advance(minutes=10)
    assert beats.at == [60, 240, 420, 600]


def test_several_at_one_time_in_the_order_of_their_beginning(beats: Beats) -> None:
    log: list[str] = []
    beats.clock.every(20, lambda: log.append("first"))
    beats.clock.every(10, lambda: log.append("second"))
    beats.advance(seconds=20)
    assert log == ["second", "first", "second"]


def test_an_error_is_logged_and_the_work_done_again(
    beats: Beats, caplog: pytest.LogCaptureFixture
) -> None:
    def work() -> None:
        beats.note()
        raise ValueError("on purpose")

    beats.clock.every(60, work)
    with caplog.at_level(logging.ERROR):
        beats.advance(minutes=3)
    assert beats.at == [60, 120, 180]
    assert caplog.text.count("ValueError: on purpose") == 3


@pytest.mark.parametrize("seconds", [0, -1])
def test_an_interval_is_longer_than_zero(beats: Beats, seconds: float) -> None:
    with pytest.raises(ValueError, match="longer than zero"):
        beats.clock.every(seconds, beats.note)


def test_it_is_nothing_to_wait_for(beats: Beats) -> None:
    beats.clock.every(60, beats.note)
    with pytest.raises(RuntimeError, match="Nothing is left that time could bring"):
        beats.clock.run_until(lambda: False)
    beats.clock.look("nobody", lambda: False)
    assert (beats.at, beats.seconds) == ([], 0)


def test_it_is_done_on_the_way_to_something_else(beats: Beats) -> None:
    beats.clock.every(60, beats.note)
    beats.clock.spawn(lambda: beats.clock.sleep(150))
    beats.clock.look("nobody", lambda: False)
    assert (beats.at, beats.seconds) == ([60, 120], 150)


def test_not_while_time_is_held(beats: Beats) -> None:
    beats.clock.every(60, beats.note)
    beats.clock.pause()
    beats.clock.sleep(600)
    assert beats.at == []
    beats.clock.resume()
    beats.advance(seconds=60)
    assert beats.at == [60]


def test_as_a_lesson_uses_it(python: Any) -> None:
    """It calls AWS, answers a token, survives its own error, and ends with the local AWS."""
    output = python(
        """
        import json, logging, boto3, localaws
        from localaws import clock
        from tests.localaws.anyrole import any_role
        logging.disable()
        localaws.start()
        sfn, sqs = boto3.client("stepfunctions"), boto3.client("sqs")
        url = sqs.create_queue(QueueName="parcels")["QueueUrl"]
        task = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                "Parameters": {"QueueUrl": url, "MessageBody.$": "$$.Task.Token"},
                "TimeoutSeconds": 7200, "End": True}
        machine = sfn.create_state_machine(
            name="ship", roleArn=any_role(),
            definition=json.dumps({"StartAt": "Ship", "States": {"Ship": task}}))
        rounds = []
        def carrier():
            rounds.append(clock.now)
            if len(rounds) == 1:
                raise OSError("out of order")
            for message in sqs.receive_message(QueueUrl=url).get("Messages", []):
                sfn.send_task_success(taskToken=message["Body"], output='"delivered"')
        clock.every(carrier, minutes=30)
        begun = clock.now
        arn = sfn.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"]
        clock.advance(hours=3)
        found = sfn.describe_execution(executionArn=arn)
        took = found["stopDate"] - found["startDate"]
        print(json.dumps([found.get("output"), took.total_seconds() // 1,
                          [(at - begun).total_seconds() for at in rounds]]))
        parent = {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
                  "Parameters": {"StateMachineArn": machine["stateMachineArn"]}, "End": True}
        order = sfn.create_state_machine(
            name="order", roleArn=any_role("other"),
            definition=json.dumps({"StartAt": "Ship", "States": {"Ship": parent}}))
        sfn.start_execution(stateMachineArn=order["stateMachineArn"])
        clock.advance(seconds=1)
        localaws.reset()  # while they wait
        clock.advance(days=1)
        print(len(rounds))
        """
    )
    answer, count = output.splitlines()
    output, took, rounds = json.loads(answer)
    assert (output, took) == ('"delivered"', 3600)
    assert rounds == [1800 * n for n in range(1, 7)]
    assert count == "6"
