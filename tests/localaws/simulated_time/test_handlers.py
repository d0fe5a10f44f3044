"""A handler's own time: what its clocks say, what its sleeps cost, and when it is cut off.

Rules: docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html, .../dg/python-context.html
"""

from __future__ import annotations

import json
import re
import time
from typing import Any

import boto3
import pytest

pytestmark = pytest.mark.simulated_clock


def duration(log: str) -> float:
    found = re.search(r"\tDuration: ([\d.]+) ms", log)
    assert found, log
    return float(found[1])


def billed(log: str) -> int:
    found = re.search(r"\tBilled Duration: (\d+) ms", log)
    assert found, log
    return int(found[1])


def test_every_clock_of_a_handler_reads_the_simulated_time(
    make_function: Any, invoke: Any, clock: Any
) -> None:
    code = """
        import datetime, time
        def lambda_handler(event, context):
            now = datetime.datetime.now(datetime.timezone.utc)
            return [time.time(), time.time_ns() / 1e9, now.timestamp(),
                    datetime.datetime.utcnow().replace(tzinfo=datetime.timezone.utc).timestamp(),
                    time.mktime(time.localtime()), datetime.date.today().isoformat(),
                    time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                    now.strftime("%Y-%m-%dT%H:%M:%SZ")]
    """
    clock.advance(days=400, microseconds=250_000)
    *floats, whole, day, first, second = invoke(make_function(code))["payload"]
    at = clock.now.timestamp()
    assert floats == [pytest.approx(at, abs=1e-5)] * 4
    assert whole == int(at)
    assert day == f"{clock.now:%Y-%m-%d}"
    assert first == second == f"{clock.now:%Y-%m-%dT%H:%M:%SZ}"


def test_the_clock_of_this_process_stays_real(
    make_function: Any, invoke: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = time.time()
    assert invoke(make_function("import time\ndef lambda_handler(e, c): time.sleep(2)"))
    clock.advance(days=1)
    assert 0 <= time.time() - before < 3600
    assert type(time.sleep).__name__ == "builtin_function_or_method"


@pytest.mark.parametrize("seconds", [0, 0.25, 1, 59.5])
def test_a_sleep_costs_its_time_and_is_billed(
    make_function: Any, invoke: Any, clock: Any, seconds: float
) -> None:
    name = make_function(
        f"import time\ndef lambda_handler(e, c):\n"
        f"    begun = time.time()\n    time.sleep({seconds})\n    return time.time() - begun",
        Timeout=60,
    )
    begun = clock.now
    done = invoke(name)
    assert done["payload"] == pytest.approx(seconds, abs=1e-5)
    assert duration(done["log"]) == seconds * 1000
    assert billed(done["log"]) == seconds * 1000
    assert (clock.now - begun).total_seconds() == pytest.approx(seconds, abs=1e-5)


def test_its_calls_of_aws_cost_their_latency(
    make_function: Any, invoke: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from localaws.latency import Latency

    monkeypatch.setattr(Latency, "call", lambda self, service: 0.125)
    code = """
        import time, boto3
        sqs = boto3.client("sqs")
        def lambda_handler(event, context):
            begun = time.time()
            for _ in range(3):
                sqs.list_queues()
            return time.time() - begun
    """
    done = invoke(make_function(code))
    assert done["payload"] == pytest.approx(0.375, abs=1e-5)
    assert duration(done["log"]) == 375


@pytest.mark.parametrize("sleep", ["time.sleep(3)", "time.sleep(100_000)", "[time.sleep(1)] * 3"])
def test_the_timeout_is_measured_on_the_simulated_clock(
    make_function: Any, invoke: Any, clock: Any, sleep: str
) -> None:
    code = f"import time\ndef lambda_handler(e, c):\n    for _ in range(4): {sleep}"
    begun = clock.now
    done = invoke(make_function(code, Timeout=3))
    assert done["error"] == "Unhandled"
    assert done["payload"]["errorType"] == "Sandbox.Timedout"
    assert done["payload"]["errorMessage"].endswith("Error: Task timed out after 3.00 seconds")
    assert done["log"].endswith("\tStatus: timeout\n")
    assert (duration(done["log"]), billed(done["log"])) == (3000, 3000)
    assert (clock.now - begun).total_seconds() == 3


def test_a_handler_that_is_just_in_time(make_function: Any, invoke: Any) -> None:
    name = make_function("import time\ndef lambda_handler(e, c): time.sleep(2.999)", Timeout=3)
    assert duration(invoke(name)["log"]) == 2999


def test_after_its_timeout_the_function_works_again(make_function: Any, invoke: Any) -> None:
    code = "import time\ndef lambda_handler(event, c):\n    time.sleep(event)\n    return event"
    name = make_function(code, Timeout=3)
    assert [invoke(name, n)["payload"] == n for n in (1, 10, 2)] == [True, False, True]


def test_the_remaining_time(make_function: Any, invoke: Any) -> None:
    code = """
        import time
        def lambda_handler(event, context):
            seen = [context.get_remaining_time_in_millis()]
            for seconds in (1, 2.5):
                time.sleep(seconds)
                seen.append(context.get_remaining_time_in_millis())
            return seen
    """
    name = make_function(code, Timeout=10)
    for _ in range(2):  # cold and warm
        seen = invoke(name)["payload"]
        assert seen == [pytest.approx(ms, abs=1) for ms in (10_000, 9_000, 6_500)]


def test_an_endless_loop_is_ended_on_the_wall_clock(
    make_function: Any, invoke: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And its duration is what the function's timeout says."""
    from localaws.functions import metering

    monkeypatch.setattr(metering, "PATIENCE", 0.5)
    begun = clock.now
    done = invoke(make_function("def lambda_handler(e, c):\n    while True: pass", Timeout=1))
    assert done["payload"]["errorType"] == "Sandbox.Timedout"
    assert (duration(done["log"]), billed(done["log"])) == (1000, 1000)
    assert (clock.now - begun).total_seconds() == 1


def test_more_handlers_sleep_at_once_than_there_are_processes(
    make_function: Any, make_queue: Any, clock: Any, quiet: None
) -> None:
    from localaws.functions.fleets import PROCESSES_PER_FUNCTION

    number = 10
    assert number > 2 * PROCESSES_PER_FUNCTION
    seen = make_queue()
    name = make_function(
        f"""
        import time, boto3
        sqs = boto3.client("sqs")
        def lambda_handler(event, context):
            time.sleep(60)
            sqs.send_message(QueueUrl={seen.url!r}, MessageBody=str(time.time()))
        """,
        Timeout=300,
    )
    begun = clock.now.timestamp()
    for _ in range(number):
        boto3.client("lambda").invoke(FunctionName=name, InvocationType="Event")
    clock.advance(seconds=61)
    bodies = []
    while messages := seen.bodies():
        bodies += messages
    assert [float(b) - begun for b in bodies] == [pytest.approx(60, abs=0.001)] * number
    logs = boto3.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    reports = [event["message"] for event in logs if event["message"].startswith("REPORT")]
    assert [duration(report) for report in reports] == [60_000] * number
    streams = boto3.client("logs").describe_log_streams(logGroupName=f"/aws/lambda/{name}")
    assert len(streams["logStreams"]) == number  # as many environments as calls at one time


def test_sleepers_of_different_length_end_in_their_order(
    executions: Any, machine: Any, call: Any
) -> None:
    task = call("time.sleep(event['seconds'])\nreturn event", Timeout=300)
    state = {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": machine(task)}
    lengths = [70, 10, 40, 20, 60, 30, 50]
    arn = executions.run(machine(state), {"items": [{"seconds": one} for one in lengths]})
    ends = executions.times(arn, "TaskSucceeded")
    assert ends == [pytest.approx(one, abs=0.001) for one in sorted(lengths)]


def test_what_it_draws_differs_from_call_to_call(make_function: Any, invoke: Any) -> None:
    """And is the same in every run: see test_reproducibility.py."""
    code = """
        import random, uuid
        def lambda_handler(event, context):
            return [str(uuid.uuid4()), random.random()]
    """
    name = make_function(code)
    drawn = [json.dumps(invoke(name)["payload"]) for _ in range(3)]
    assert len(set(drawn)) == 3


def test_log_events_have_the_time_at_which_they_were_printed(
    make_function: Any, invoke: Any, clock: Any
) -> None:
    code = """
        import time
        def lambda_handler(event, context):
            print("first")
            time.sleep(7)
            print("second")
    """
    name = make_function(code, Timeout=30)
    begun = clock.now.timestamp() * 1000
    invoke(name)
    events = boto3.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    at = {event["message"]: event["timestamp"] - begun for event in events}
    assert (at["first"], at["second"]) == (0, 7000)
