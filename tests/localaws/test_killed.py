"""What is killed: the kernel with all it has started, and workers while they are at work."""

from __future__ import annotations

import json
import random
import socket
import subprocess
import sys
import textwrap
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from localaws.functions.sandbox import Sandbox

ROOT = Path(__file__).resolve().parents[2]
KERNEL = """
    import io, json, sys, threading, zipfile, boto3, localaws
    localaws.start(clock="real")
    CODE = '''
    import socket
    import time
    def handler(event, context):
        with socket.create_connection(("127.0.0.1", event["port"])):
            time.sleep(600)
    '''
    import textwrap
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", textwrap.dedent(CODE))
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
             "Principal": {"Service": "lambda.amazonaws.com"}}]}
    role = boto3.client("iam").create_role(
        RoleName="r", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    functions = boto3.client("lambda")
    functions.create_function(FunctionName="busy", Runtime="python3.13", Role=role,
        Handler="app.handler", Code={"ZipFile": buffer.getvalue()}, Timeout=900)
    event = json.dumps({"port": int(sys.argv[1])})
    call = lambda: functions.invoke(FunctionName="busy", Payload=event)
    threading.Thread(target=call, daemon=True).start()
    print(localaws.endpoint_url, flush=True)
    sys.stdin.read()
"""


def is_open(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


def test_a_killed_kernel_takes_its_workers_and_its_door_along() -> None:
    """A worker at work holds a connection to the test, which ends with it."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(60)
    kernel = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(KERNEL), str(server.getsockname()[1])],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        worker, _ = server.accept()
        assert kernel.stdout
        door = int(kernel.stdout.readline().rpartition(":")[2])
        assert is_open(door)
    finally:
        kernel.kill()
        kernel.communicate()
        server.close()
    with worker:
        worker.settimeout(60)
        assert worker.recv(1) == b"", "the worker has ended"
    assert not is_open(door)


@pytest.fixture
def killed(monkeypatch: pytest.MonkeyPatch) -> list[Sandbox]:
    """Workers that are killed in the middle of an invocation, now and then.

    It happens where a worker has just had an AWS call answered, or has written to its log.
    """
    fate = random.Random(5)
    dead: list[Sandbox] = []
    answer = Sandbox._answer

    def answer_and_perhaps_kill(self: Sandbox, *given: Any) -> None:
        answer(self, *given)
        if fate.random() < 0.004:
            self.kill_at_work()
            dead.append(self)

    monkeypatch.setattr(Sandbox, "_answer", answer_and_perhaps_kill)
    return dead


@pytest.mark.simulated_clock
def test_every_order_ends_once_though_workers_are_killed(
    cloud: Any, shop: Any, killed: list[Sandbox]
) -> None:
    """200 orders at once, by way of the queue: whatever is killed, none is lost or done twice."""
    ids = [f"killed-{number}" for number in range(200)]
    queue, machine = shop.output("OrderQueueUrl"), shop.output("OrderWorkflowArn")
    for first in range(0, len(ids), 10):
        entries = [
            {"Id": one, "MessageBody": json.dumps(shop.order(one))}
            for one in ids[first : first + 10]
        ]
        assert not shop.sqs.send_message_batch(QueueUrl=queue, Entries=entries).get("Failed")
    cloud.clock.advance(minutes=30)  # five receives of a message, a minute apart, and more

    assert len(killed) > 5
    pages = shop.stepfunctions.get_paginator("list_executions").paginate(stateMachineArn=machine)
    found = [one for page in pages for one in page["executions"]]
    statuses = {one["name"]: one["status"] for one in found if one["name"] in set(ids)}
    assert sorted(statuses) == sorted(ids)
    assert set(statuses.values()) == {"SUCCEEDED", "FAILED"}
    for one, status in statuses.items():
        arn = machine.replace(":stateMachine:", ":execution:") + f":{one}"
        types = Counter(
            event["type"]
            for page in shop.stepfunctions.get_paginator("get_execution_history").paginate(
                executionArn=arn
            )
            for event in page["events"]
        )
        assert types["ExecutionSucceeded"] + types["ExecutionFailed"] == 1
        assert (shop.row(one)["status"] == "CONFIRMED") == (status == "SUCCEEDED")
