"""Starting and stopping: what is set is put back, and nothing is left behind.

Each case runs in a process of its own, since the other tests share a local AWS that stays up.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def test_stop_leaves_nothing_behind(python: Any, tmp_path: Path) -> None:
    """No thread, no worker, no file, no port; not even of an execution that still runs."""
    output = python(
        """
        import json, threading, boto3, localaws
        from tests.localaws.anyrole import any_role
        localaws.start()
        stack = localaws.deploy("template.yaml")
        sfn = boto3.client("stepfunctions")
        for n in range(3):
            sfn.start_execution(stateMachineArn=stack.outputs["OrderWorkflowArn"], input="{}")
        hold = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 600, "End": True}}}
        machine = sfn.create_state_machine(name="hold", definition=json.dumps(hold),
                                           roleArn=any_role())
        sfn.start_execution(stateMachineArn=machine["stateMachineArn"])
        localaws.endpoint_url
        from localaws import cloud
        workers = list(cloud.running()._functions._fleets._living)
        assert workers
        localaws.stop()
        print([t.name for t in threading.enumerate()])
        print([worker.alive for worker in workers].count(True))
        """
    )
    assert output.splitlines() == ["['MainThread']", "0"]
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith("localaws")] == []


def test_a_process_may_end_without_stop(python: Any, tmp_path: Path) -> None:
    output = python(
        """
        import json, boto3, localaws
        localaws.start()
        stack = localaws.deploy("template.yaml")
        sfn = boto3.client("stepfunctions")
        sfn.start_execution(stateMachineArn=stack.outputs["OrderWorkflowArn"], input="{}")
        raise SystemExit
        """,
        both=True,
    )
    assert output == ""
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith("localaws")] == []


def test_stop_waits_for_no_function(python: Any) -> None:
    """Neither for one that a state has called, nor for one that a queue has."""
    python(
        """
        import io, json, time, zipfile, boto3, localaws
        localaws.start(clock="real")
        from tests.localaws.anyrole import any_role
        role = any_role()
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("app.py", "import time\\ndef handler(event, context): time.sleep(800)")
        boto3.client("lambda").create_function(
            FunctionName="slow", Runtime="python3.13", Role=role, Handler="app.handler",
            Code={"ZipFile": buffer.getvalue()}, Timeout=900)
        task = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True,
                "Parameters": {"FunctionName": "slow"}}
        sfn = boto3.client("stepfunctions")
        machine = sfn.create_state_machine(
            name="m", roleArn=role, definition=json.dumps({"StartAt": "T", "States": {"T": task}}))
        arn = sfn.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"]
        sqs = boto3.client("sqs")
        url = sqs.create_queue(
            QueueName="q", Attributes={"VisibilityTimeout": "900"})["QueueUrl"]
        boto3.client("lambda").create_event_source_mapping(
            EventSourceArn="arn:aws:sqs:us-east-1:123456789012:q", FunctionName="slow")
        sqs.send_message(QueueUrl=url, MessageBody="x")
        in_flight = lambda: sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])[
            "Attributes"]["ApproximateNumberOfMessagesNotVisible"]
        while in_flight() != "1" or len(sfn.get_execution_history(executionArn=arn)["events"]) < 4:
            time.sleep(0.01)
        localaws.stop()
        """
    )


def test_the_environment_is_put_back(python: Any) -> None:
    output = python(
        """
        import os, localaws
        names = ["AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"]
        before = dict(os.environ)
        localaws.start()
        print([os.environ.get(n) for n in names])
        localaws.stop()
        print(dict(os.environ) == before)
        """,
        AWS_PROFILE="work",
        AWS_ACCESS_KEY_ID="AKIAREAL",
        AWS_DEFAULT_REGION="eu-west-1",
        AWS_ENDPOINT_URL="https://example.com",
    )
    seen, restored = output.splitlines()
    assert "work" not in seen
    assert "AKIAREAL" not in seen
    assert "example.com" not in seen
    assert "us-east-1" in seen
    assert restored == "True"


def test_starting_twice_keeps_what_is_there_and_reset_does_not(python: Any) -> None:
    output = python(
        """
        import boto3, localaws
        localaws.start()
        boto3.client("s3").create_bucket(Bucket="kept")
        localaws.start()
        print(len(boto3.client("s3").list_buckets()["Buckets"]))
        localaws.reset()
        print(len(boto3.client("s3").list_buckets()["Buckets"]))
        localaws.stop()
        localaws.stop()
        """
    )
    assert output.split() == ["1", "0"]


def test_no_call_reaches_a_real_host(python: Any) -> None:
    """Not even by a client that was made before the local AWS was started."""
    output = python(
        """
        import boto3
        from botocore.config import Config
        early = boto3.client("sqs", region_name="us-east-1", aws_access_key_id="x",
                             aws_secret_access_key="x", config=Config(retries={"max_attempts": 0}))
        import localaws
        localaws.start()
        try:
            early.list_queues()
        except ConnectionError as error:
            print("no call leave this machine" in str(error))
        localaws.stop()
        """
    )
    assert output.split() == ["True"]


def test_what_needs_a_running_aws_says_so() -> None:
    message = (
        "import localaws\ntry: localaws.deploy('template.yaml')\nexcept RuntimeError as e: print(e)"
    )
    done = subprocess.run(
        [sys.executable, "-c", message], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "The local AWS is not started. Call localaws.start() first."


def test_plain_moto_works_as_before_afterwards(python: Any) -> None:
    output = python(
        """
        import localaws
        localaws.start()
        localaws.stop()
        import boto3
        from moto import mock_aws
        from moto.stepfunctions.responses import StepFunctionResponse
        print(StepFunctionResponse.stop_execution.__module__)
        with mock_aws():
            boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="bucket")
            print("made")
        """
    )
    assert output.split() == ["moto.stepfunctions.responses", "made"]
