"""Ctrl-C: it ends what a cell waits for, and the clock works on."""

from __future__ import annotations

import _thread
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest

pytestmark = pytest.mark.simulated_clock

LOOP = {
    "StartAt": "Tick",
    "States": {
        "Tick": {"Type": "Wait", "Seconds": 1, "Next": "Again"},
        "Again": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.never", "IsPresent": True, "Next": "Done"}],
            "Default": "Tick",
        },
        "Done": {"Type": "Succeed"},
    },
}


@contextmanager
def ctrl_c() -> Iterator[None]:
    """Somebody presses it while the block runs, which has no other end."""
    presses = threading.Timer(0.2, _thread.interrupt_main)
    presses.start()
    with pytest.raises(KeyboardInterrupt):
        yield
    presses.join()


@pytest.mark.parametrize("how", ["advance", "run_until"])
def test_endless_work_can_be_interrupted(
    executions: Any, machine: Any, wait: Any, clock: Any, how: str
) -> None:
    endless = executions.start(LOOP)
    begun = clock.now
    with ctrl_c():
        clock.advance(days=50 * 365) if how == "advance" else clock.run_until(endless)
    interrupted = clock.now
    assert interrupted > begun
    assert clock.now == interrupted  # time stands still again
    clock.advance(seconds=5)
    assert (clock.now - interrupted).total_seconds() == 5
    assert executions.describe(endless)["status"] == "RUNNING"
    executions.client.stop_execution(executionArn=endless)
    assert executions.describe(endless)["status"] == "ABORTED"
    assert executions.seconds(executions.run(machine(wait(60)))) == 60


def test_an_invocation_can_be_interrupted_and_goes_on_by_itself(
    make_function: Any, make_queue: Any, invoke: Any, clock: Any
) -> None:
    """As on AWS, where nobody stops a function either."""
    queue = make_queue()
    code = f"""
        import time, boto3
        sqs = boto3.client("sqs")
        def lambda_handler(event, context):
            while "Messages" not in sqs.receive_message(QueueUrl={queue.url!r}):
                time.sleep(0.001)
            print("went on")
    """
    name = make_function(code, Timeout=900)
    with ctrl_c():
        invoke(name)
    queue.send("enough")
    clock.advance(seconds=1)
    logs = boto3.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}")
    assert "went on" in [event["message"] for event in logs["events"]]
