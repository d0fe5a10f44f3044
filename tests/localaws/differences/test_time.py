"""What simulated time leaves out. docs/differences.md says what AWS does instead."""

from __future__ import annotations

import itertools
import threading
import uuid
from collections.abc import Callable
from typing import Any

import boto3
import pytest

pytestmark = pytest.mark.simulated_clock

NUMBERS = itertools.count()


@pytest.fixture
def count_up(
    make_function: Callable[..., str], make_table: Callable[[], str]
) -> Callable[[str], str]:
    """A function that counts in a table without a condition; returns what came of ten calls."""

    def run(between: str) -> str:
        import localaws

        name = make_table()
        code = f"""
            import time, boto3
            table = boto3.resource("dynamodb").Table({name!r})
            def lambda_handler(event, context):
                found = table.get_item(Key={{"id": "orders"}}, ConsistentRead=True)
                count = found["Item"]["count"] if "Item" in found else 0
                {between}
                table.put_item(Item={{"id": "orders", "count": count + 1}})
        """
        function = make_function(code, Timeout=10)
        for _ in range(10):
            boto3.client("lambda").invoke(FunctionName=function, InvocationType="Event")
        localaws.clock.advance(minutes=1)
        table = boto3.resource("dynamodb").Table(name)
        return str(table.get_item(Key={"id": "orders"})["Item"]["count"])

    return run


def test_calls_that_do_not_sleep_lose_no_update(count_up: Any) -> None:
    assert count_up("pass") == "10"
    assert count_up("time.sleep(1)") == "1"  # where they sleep, they race as on AWS


def test_more_sleepers_than_processes_run_ahead(make_function: Any, cloud: Any) -> None:
    from localaws.functions.fleets import PROCESSES_PER_FUNCTION

    queue = boto3.client("sqs").create_queue(QueueName=f"ahead-{next(NUMBERS)}")["QueueUrl"]
    code = f"""
        import time, boto3
        def lambda_handler(event, context):
            time.sleep(60)
            boto3.client("sqs").send_message(QueueUrl={queue!r}, MessageBody=str(time.time()))
    """
    function = make_function(code, Timeout=100)
    begun = cloud.clock.now.timestamp()
    for _ in range(10):
        boto3.client("lambda").invoke(FunctionName=function, InvocationType="Event")
    cloud.clock.advance(seconds=10)
    ahead = boto3.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    assert len(ahead) == 10 - (PROCESSES_PER_FUNCTION - 1)
    assert all(float(message["Body"]) - begun >= 60 for message in ahead)  # as they know it
    cloud.clock.advance(minutes=2)


def test_durations_have_no_slow_minutes() -> None:
    """A request never waits, however many have come before it, nor is one ever lost."""
    from localaws.latency import DYNAMODB, Latency

    model = Latency(seed=0)
    drawn = sorted(model.call("dynamodb") for _ in range(100_000))
    assert drawn[99_000] == pytest.approx(DYNAMODB.p99, rel=0.05)
    assert drawn[-1] < 5 * DYNAMODB.p99


def test_computing_costs_no_time(
    make_function: Any, invoke: Any, cloud: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from localaws.latency import Latency

    monkeypatch.setattr(Latency, "handler", lambda self, name: 0.0)
    code = """
        import time
        def lambda_handler(event, context):
            begun = time.time(), context.get_remaining_time_in_millis()
            sum(range(1_000_000))
            return begun == (time.time(), context.get_remaining_time_in_millis())
    """
    done = invoke(make_function(code))
    assert done["payload"]
    assert "\tDuration: 0.00 ms" in done["log"]


def test_some_waits_of_a_handler_stay_real(make_function: Any, invoke: Any) -> None:
    """They take wall time, which is no part of what the function is said to have taken."""
    code = """
        import asyncio, threading, time
        def simulated(work):
            begun = time.time()
            work()
            return time.time() - begun
        def real(work):
            begun = time.monotonic()
            work()
            return time.monotonic() - begun
        def lambda_handler(event, context):
            return {
                "waits": [
                    simulated(lambda: asyncio.run(asyncio.sleep(0.05))),
                    simulated(lambda: threading.Event().wait(0.05)),
                ],
                "monotonic": real(lambda: time.sleep(600)),
            }
    """
    seen = invoke(make_function(code, Timeout=900))["payload"]
    assert seen["waits"] == [0, 0]
    assert seen["monotonic"] < 600


def test_secrets_follow_no_seed(
    make_function: Any, invoke: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from localaws import seeds

    code = """
        import os, random, secrets, uuid
        def lambda_handler(event, context):
            return {
                "seeded": [random.random(), str(uuid.uuid4())],
                "not": [secrets.token_hex(), os.urandom(8).hex()],
            }
    """
    function = make_function(code)
    request_id = uuid.uuid4()
    monkeypatch.setattr(seeds, "uuid4", lambda: request_id)
    first, second = (invoke(function)["payload"] for _ in range(2))
    assert first["seeded"] == second["seeded"]
    assert first["not"] != second["not"]


def test_threads_of_a_notebook_take_turns(make_function: Any, invoke: Any, cloud: Any) -> None:
    function = make_function("import time\ndef lambda_handler(e, c): time.sleep(10)", Timeout=20)
    begun = cloud.clock.now
    threads = [threading.Thread(target=invoke, args=(function,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (cloud.clock.now - begun).total_seconds() >= 30


def test_threads_of_a_handler_sleep_in_turn(make_function: Any, invoke: Any) -> None:
    code = """
        import time
        from concurrent.futures import ThreadPoolExecutor
        def lambda_handler(event, context):
            begun = time.time()
            with ThreadPoolExecutor(3) as pool:
                list(pool.map(time.sleep, [10, 10, 10]))
            return time.time() - begun
    """
    assert invoke(make_function(code, Timeout=60))["payload"] >= 30
