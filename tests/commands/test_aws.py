"""`aws` and curl, word for word as one types them for AWS, in a terminal beside a notebook."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from localaws import terminal
from orderlab.order import SEED_ORDER
from starter import extras

ROOT = Path(__file__).resolve().parents[2]
GROUPS = {  # and a word of what each holds after an order
    "/aws/lambda/dev-ValidateOrderFunction": "REPORT RequestId:",
    "/aws/lambda/dev-ProcessPaymentFunction": "REPORT RequestId:",
    "/aws/states/dev-OrderProcessingWorkflow": "ExecutionSucceeded",
}
WAITING = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 600, "End": True}}}
REFUSED = {"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "Refused", "Cause": "No."}}}
# A kernel that runs lesson 01's first cells.
NOTEBOOK = """\
import json, sys
import localaws
from orderlab import products
from pathlib import Path
localaws.start(clock="real")
stack = localaws.deploy("template.yaml")
products.load(Path(), stack.outputs["ProductsTableName"])
print(json.dumps(stack.outputs | {"door": localaws.endpoint_url}), flush=True)
sys.stdin.read()
"""
Aws = Callable[..., Any]


@pytest.fixture(scope="module")
def outputs(local_aws: dict[str, str]) -> Iterator[dict[str, str]]:
    """The outputs of the stack that a notebook has deployed, and the address of its door."""
    notebook = subprocess.Popen(
        [sys.executable, "-c", NOTEBOOK],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    with notebook:
        assert notebook.stdout
        yield json.loads(notebook.stdout.readline())
        notebook.kill()


@pytest.fixture(scope="module")
def environ(local_aws: dict[str, str], outputs: dict[str, str]) -> dict[str, str]:
    """A terminal's variables: those of the local AWS that runs alone, at the notebook's door."""
    number = outputs["door"].rpartition(":")[2]
    told = {"AWS_ENDPOINT_URL": outputs["door"], terminal.PORT_VARIABLE: number}
    return local_aws | told


@pytest.fixture(scope="module")
def aws(environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Aws:
    """Run `aws`; what it answers, or what it says where it fails."""
    try:
        begin = extras.command("aws", apart=True)
    except extras.Unavailable as unavailable:
        pytest.exit(str(unavailable), returncode=extras.SKIPPED)
    folder = tmp_path_factory.mktemp("terminal")
    (folder / "test-input.json").write_text(json.dumps(SEED_ORDER), encoding="utf-8")

    def run(*arguments: str) -> Any:
        done = subprocess.run(
            [*begin, "python", "-m", "awscli", *arguments],
            check=False,
            cwd=folder,
            env=environ,
            capture_output=True,
            encoding="utf-8",
        )
        if done.returncode:
            return done.stderr.strip()
        return json.loads(done.stdout or "null")

    return run


@pytest.fixture(scope="module")
def ended(aws: Aws, outputs: dict[str, str]) -> dict[str, Any]:
    """The seed order's execution, started and described as its commands do it."""
    started = aws(
        *("stepfunctions", "start-execution"),
        *("--state-machine-arn", outputs["OrderWorkflowArn"]),
        *("--input", "file://test-input.json"),
    )
    return described(aws, started["executionArn"])


def described(aws: Aws, arn: str) -> dict[str, Any]:
    end = time.monotonic() + 60
    while True:
        found: dict[str, Any] = aws("stepfunctions", "describe-execution", "--execution-arn", arn)
        if found["status"] != "RUNNING":
            return found
        assert time.monotonic() < end, "it still runs"


def make(aws: Aws, outputs: dict[str, str], name: str, definition: Any) -> str:
    """Create a state machine under the workflow's role; returns its ARN."""
    workflow = ("--state-machine-arn", outputs["OrderWorkflowArn"])
    role = aws("stepfunctions", "describe-state-machine", *workflow)["roleArn"]
    made = aws(
        *("stepfunctions", "create-state-machine", "--name", name, "--role-arn", role),
        *("--definition", json.dumps(definition)),
    )
    return str(made["stateMachineArn"])


# ---- aws stepfunctions --------------------------------------------------------------------------


def test_an_order_is_started_and_described(ended: dict[str, Any]) -> None:
    assert ended["status"] == "SUCCEEDED"
    assert json.loads(ended["input"]) == SEED_ORDER


def test_its_history(aws: Aws, ended: dict[str, Any]) -> None:
    arn = ("--execution-arn", ended["executionArn"])
    events = aws("stepfunctions", "get-execution-history", *arn)["events"]
    assert (events[0]["type"], events[-1]["type"]) == ("ExecutionStarted", "ExecutionSucceeded")
    # A page of AWS's holds ten, and the CLI puts pages together.
    few = aws("stepfunctions", "get-execution-history", *arn, "--page-size", "10")["events"]
    assert few == events


def test_executions_are_listed(aws: Aws, ended: dict[str, Any], outputs: dict[str, str]) -> None:
    machine = ("--state-machine-arn", outputs["OrderWorkflowArn"])
    listed = aws("stepfunctions", "list-executions", *machine, "--status-filter", "SUCCEEDED")
    assert ended["executionArn"] in [one["executionArn"] for one in listed["executions"]]


def test_one_that_waits_is_stopped(aws: Aws, outputs: dict[str, str]) -> None:
    machine = make(aws, outputs, "waiting", WAITING)
    started = aws("stepfunctions", "start-execution", "--state-machine-arn", machine)
    arn = ("--execution-arn", started["executionArn"])
    aws("stepfunctions", "stop-execution", *arn, "--error", "Stopped", "--cause", "By hand.")
    found = described(aws, started["executionArn"])
    assert (found["status"], found["error"]) == ("ABORTED", "Stopped")


def test_one_that_has_failed_is_redriven(aws: Aws, outputs: dict[str, str]) -> None:
    machine = make(aws, outputs, "refusing", REFUSED)
    started = aws("stepfunctions", "start-execution", "--state-machine-arn", machine)
    assert described(aws, started["executionArn"])["status"] == "FAILED"
    arn = ("--execution-arn", started["executionArn"])
    assert "redriveDate" in aws("stepfunctions", "redrive-execution", *arn)
    again = described(aws, started["executionArn"])
    assert (again["status"], again["redriveCount"]) == ("FAILED", 1)


def test_a_state_is_tried(aws: Aws, outputs: dict[str, str]) -> None:
    state = {"Type": "Pass", "Result": {"currency": "EUR"}, "ResultPath": "$.money", "End": True}
    tried = aws(
        *("stepfunctions", "test-state", "--definition", json.dumps(state)),
        *("--input", "file://test-input.json"),
    )
    assert tried["status"] == "SUCCEEDED"
    assert json.loads(tried["output"]) == SEED_ORDER | {"money": {"currency": "EUR"}}


def test_a_mistake_is_told_in_awss_words(aws: Aws, outputs: dict[str, str]) -> None:
    machine = outputs["OrderWorkflowArn"]
    said = aws("stepfunctions", "start-execution", "--state-machine-arn", machine, "--input", "{no")
    assert "(InvalidExecutionInput) when calling the StartExecution operation" in said
    said = aws("stepfunctions", "describe-execution", "--execution-arn", f"{machine}:nobody")
    assert "(InvalidArn) when calling the DescribeExecution operation" in said


# ---- Logs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("group", GROUPS)
def test_what_logs_tail_asks_for(group: str, environ: dict[str, str], ended: Any) -> None:
    """AWS CLI v2's FilterLogEvents: of the last ten minutes, page by page; then what is newer.

    awscli/customizations/logs/tail.py of that version
    """
    logs = boto3.client(
        "logs",
        endpoint_url=environ["AWS_ENDPOINT_URL"],
        region_name=environ["AWS_DEFAULT_REGION"],
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    since = int((datetime.now(UTC) - timedelta(minutes=10)).timestamp() * 1000)
    asked: dict[str, Any] = {"logGroupName": group, "interleaved": True, "startTime": since}
    events = [
        event
        for page in logs.get_paginator("filter_log_events").paginate(**asked)
        for event in page["events"]
    ]
    assert any(GROUPS[group] in event["message"] for event in events)
    times = [event["timestamp"] for event in events]
    assert times == sorted(times)
    assert len({event["eventId"] for event in events}) == len(events)
    last = logs.filter_log_events(**asked | {"startTime": times[-1]})["events"]
    assert {event["eventId"] for event in last} <= {event["eventId"] for event in events}
    assert last


@pytest.mark.parametrize("group", GROUPS)
def test_our_logs_show_the_same(group: str, environ: dict[str, str], ended: Any) -> None:
    command = [sys.executable, "-m", "localaws", "logs", group]
    said = subprocess.check_output(command, cwd=ROOT, env=environ, encoding="utf-8")
    assert GROUPS[group] in said


def test_a_log_group_that_has_stayed_is_found_and_deleted(aws: Aws) -> None:
    """What lesson 20 ends with."""
    name = "/aws/states/dev-ChargeWorkflow-1234"
    aws("logs", "create-log-group", "--log-group-name", name)
    asked = ("--log-group-name-prefix", "/aws/states/dev-ChargeWorkflow")
    named = ("--query", "logGroups[].logGroupName")
    assert aws("logs", "describe-log-groups", *asked, *named) == [name]
    aws("logs", "delete-log-group", "--log-group-name", name)
    assert aws("logs", "describe-log-groups", *asked, *named) == []


# ---- Alarms -------------------------------------------------------------------------------------


def test_somebody_subscribes_to_the_alarms(aws: Aws, outputs: dict[str, str]) -> None:
    topic = outputs["NotificationsTopicArn"].replace("OrderNotifications", "OrderAlarms")
    whom = ("--protocol", "email", "--notification-endpoint", "you@example.com")
    said = aws("sns", "subscribe", "--topic-arn", topic, *whom)
    assert said == {"SubscriptionArn": "pending confirmation"}


# ---- curl ---------------------------------------------------------------------------------------


def test_an_order_is_posted_with_curl(
    outputs: dict[str, str], environ: dict[str, str], aws: Aws, tmp_path: Path
) -> None:
    """With the body in a file, which needs no quoting on any system."""
    curl = shutil.which("curl")
    if curl is None:
        pytest.exit("curl is not installed", returncode=extras.SKIPPED)
    (tmp_path / "order.json").write_text(json.dumps(SEED_ORDER | {"orderId": "posted"}), "utf-8")
    address = subprocess.check_output(
        [sys.executable, "-m", "localaws", "url", outputs["OrdersApiUrl"]],
        cwd=ROOT,
        env=environ,
        encoding="utf-8",
    ).strip()
    asked = ["-X", "POST", address, "-H", "Content-Type: application/json", "-d", "@order.json"]
    said = subprocess.check_output(
        [curl, "--silent", *asked], cwd=tmp_path, env=environ, encoding="utf-8"
    )
    assert json.loads(said)["status"] == "ACCEPTED"
    execution = outputs["OrderWorkflowArn"].replace(":stateMachine:", ":execution:") + ":posted"
    end = time.monotonic() + 60
    while "ExecutionDoesNotExist" in aws(
        "stepfunctions", "describe-execution", "--execution-arn", execution
    ):
        assert time.monotonic() < end, "the queue's message starts nothing"
    assert described(aws, execution)["status"] == "SUCCEEDED"
