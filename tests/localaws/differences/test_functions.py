"""How functions run here otherwise than in Lambda. docs/differences.md says what Lambda does."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import boto3
import pytest

pytestmark = pytest.mark.simulated_clock


def test_environments_share_a_process(make_function: Any, cloud: Any) -> None:
    """Three calls at one instant are three cold starts, and one module."""
    code = """
        seen = []
        def lambda_handler(event, context):
            seen.append(context.log_stream_name)
            print("seen", len(seen))
    """
    function = make_function(code)
    for _ in range(3):
        boto3.client("lambda").invoke(FunctionName=function, InvocationType="Event")
    cloud.clock.advance(seconds=10)
    found = boto3.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]
    messages = [event["message"] for event in found]
    assert len([m for m in messages if "Init Duration" in m]) == 3
    assert sorted(m for m in messages if m.startswith("seen")) == ["seen 1", "seen 2", "seen 3"]


def test_an_environment_stays_warm(make_function: Any, invoke: Any, cloud: Any) -> None:
    function = make_function("def lambda_handler(event, context): pass")
    assert "Init Duration" in invoke(function)["log"]
    cloud.clock.advance(days=30)
    assert "Init Duration" not in invoke(function)["log"]


def test_functions_share_the_machines_files(
    make_function: Any, invoke: Any, tmp_path: Path
) -> None:
    write = "def lambda_handler(event, context): open(event, 'w').write('left behind')"
    read = "def lambda_handler(event, context): return open(event).read()"
    place = "import tempfile\ndef lambda_handler(event, context): return tempfile.gettempdir()"
    invoke(make_function(write), str(tmp_path / "file"))
    assert invoke(make_function(read), str(tmp_path / "file"))["payload"] == "left behind"
    assert invoke(make_function(place))["payload"] == tempfile.gettempdir()


def test_memory_is_not_limited(make_function: Any, invoke: Any) -> None:
    code = "def lambda_handler(event, context): return len(bytearray(200_000_000))"
    done = invoke(make_function(code, MemorySize=128))
    assert done["payload"] == 200_000_000
    assert "\tMax Memory Used: 64 MB" in done["log"]


def test_the_runtime_is_this_python(make_function: Any, invoke: Any) -> None:
    code = "import sys\ndef lambda_handler(event, context): return [sys.version, sys.platform]"
    assert invoke(make_function(code))["payload"] == [sys.version, sys.platform]


def test_a_handler_finds_what_the_course_has_installed(make_function: Any, invoke: Any) -> None:
    """Its package holds app.py alone."""
    code = "import yaml\ndef lambda_handler(event, context): return yaml.__name__"
    assert invoke(make_function(code))["payload"] == "yaml"


def test_an_asynchronous_invocation_is_tried_once(make_function: Any, cloud: Any) -> None:
    """Neither a dead-letter queue nor a destination hears of it."""
    sqs, client = boto3.client("sqs"), boto3.client("lambda")
    url = sqs.create_queue(QueueName="failed-invocations")["QueueUrl"]
    arn = "arn:aws:sqs:us-east-1:123456789012:failed-invocations"
    code = "def lambda_handler(event, context): raise ValueError('on purpose')"
    function = make_function(code, DeadLetterConfig={"TargetArn": arn})
    client.put_function_event_invoke_config(
        FunctionName=function, DestinationConfig={"OnFailure": {"Destination": arn}}
    )
    client.invoke(FunctionName=function, InvocationType="Event")
    cloud.clock.advance(hours=7)
    found = boto3.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]
    assert len([e for e in found if e["message"].startswith("REPORT")]) == 1
    assert "Messages" not in sqs.receive_message(QueueUrl=url)


def test_permissions_are_not_enforced(
    make_function: Any, invoke: Any, make_machine: Any, shop: Any
) -> None:
    """The role allows nothing."""
    code = """
        import boto3
        def lambda_handler(event, context):
            boto3.client("s3").list_buckets()
    """
    assert invoke(make_function(code))["error"] is None
    queue = shop.sqs.create_queue(QueueName="forbidden")["QueueUrl"]
    send = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl": queue, "MessageBody": "not allowed"},
        "End": True,
    }
    machine = make_machine({"StartAt": "A", "States": {"A": send}})
    assert shop.run({}, "forbidden", machine).status == "SUCCEEDED"


def test_the_output_of_an_invocation_lacks_the_sdks_metadata(
    make_function: Any, run_task: Any
) -> None:
    run = run_task(make_function("def lambda_handler(event, context): return 1"))
    assert sorted(json.loads(run.description["output"])) == [
        "ExecutedVersion",
        "Payload",
        "StatusCode",
    ]
